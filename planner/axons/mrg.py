"""The MRG double-cable myelinated axon: geometry and membrane from ``resources/axons/mrg.json`` (sources are there).

McIntyre, Richardson, Grill, J Neurophysiol 87:995-1006, 2002. The published rate alpha_m has an offset of 20.4 mV; the
authors' own ModelDB code, and every program that descends from it, has 21.4 mV. The difference alone moves thresholds
by 10 to 16 %. Both are offered by name; 21.4 is the default, because published thresholds were computed with it.
"""

import json
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any, cast

import numpy as np

from planner import places
from planner.axons.cable import COMPARTMENTS, Cable, Membrane, Rates
from planner.errors import PlannerError
from planner.geometry.arrays import FloatArray
from planner.i18n import _

MRG = "mrg"
MRG_AS_PUBLISHED = "mrg-20.4"
NAMES = (MRG, MRG_AS_PUBLISHED)
DIAMETERS_UM = (2.0, 16.0)
"""Range of the tabulated geometry: 5.7 to 16 µm of 2002, with the published 2 and 3 µm fibres below it."""
BODY_TEMPERATURE_C = 37.0
ALPHA_M_OFFSET_MV = {MRG: 21.4, MRG_AS_PUBLISHED: 20.4}


@dataclass(frozen=True, slots=True)
class Geometry:
    """One internode of a fibre of outer diameter ``fibre_um``; lengths and diameters in µm."""

    fibre_um: float
    axon_um: float
    node_um: float
    node_spacing_um: float
    flut_um: float
    lamellae: float

    @property
    def lengths_um(self) -> FloatArray:
        """(10,) MYSA FLUT STIN×6 FLUT MYSA."""
        stin = (self.node_spacing_um - NODE_LENGTH_UM - 2.0 * MYSA_UM - 2.0 * self.flut_um) / 6.0
        return np.array([MYSA_UM, self.flut_um, *[stin] * 6, self.flut_um, MYSA_UM])


NODE_LENGTH_UM = 1.0
MYSA_UM = 3.0


@cache
def facts() -> dict[str, Any]:
    """The facts file as it is."""
    path = places.resources() / "axons" / "mrg.json"
    return cast(dict[str, Any], json.loads(path.read_text(encoding="utf-8")))


def geometry(fibre_um: float) -> Geometry:
    """The tabulated geometry, linear between the rows. Raises PlannerError "fibre-diameter"."""
    low, high = DIAMETERS_UM
    if not low <= fibre_um <= high:
        text = _(
            "The MRG model holds for fibres of {low} to {high} µm, not {value} µm. Choose another model or diameter."
        )
        raise PlannerError(text.format(low=f"{low:g}", high=f"{high:g}", value=f"{fibre_um:g}"), code="fibre-diameter")
    table = facts()["mrg2002"]["geometry_table"]
    small = [row for row in table["extra_rows_smaller"]["rows"] if row[0] >= low]
    rows = np.array([*small, *table["rows"]], dtype=float)
    return Geometry(fibre_um, *(float(np.interp(fibre_um, rows[:, 0], column)) for column in rows.T[1:]))


@lru_cache(maxsize=64)
def cable(name: str, fibre_um: float, temperature_c: float = BODY_TEMPERATURE_C) -> Cable:
    """The model ``name`` at a diameter. Raises PlannerError "fibre-diameter", "axon-model"."""
    if name not in NAMES:
        text = _("There is no axon model {name}. Choose one of: {known}.").format(name=name, known=", ".join(NAMES))
        raise PlannerError(text, code="axon-model")
    membrane = replace(_membrane(temperature_c), alpha_m=_alpha_m(ALPHA_M_OFFSET_MV[name], temperature_c))
    return assemble(name, geometry(fibre_um), membrane, temperature_c)


def assemble(name: str, shape: Geometry, membrane: Membrane, temperature_c: float = BODY_TEMPERATURE_C) -> Cable:
    """The electrical network of one internode (capacitance nF, conductance µS) and its node.

    Compartments are joined centre to centre by the axoplasm and by the periaxonal space, whose ends at the nodes are at
    the outside potential. Myelin lies on the outer cylinder, two membranes a lamella.
    """
    internode = facts()["mrg2002"]["internode"]
    lengths = shape.lengths_um
    inner = np.where(np.isin(np.arange(COMPARTMENTS), (0, COMPARTMENTS - 1)), shape.node_um, shape.axon_um)
    axolemma_um2 = np.pi * inner * lengths
    myelin_um2 = np.pi * shape.fibre_um * lengths
    words = ("MYSA", "FLUT", *["STIN"] * 6, "FLUT", "MYSA")
    leak = np.array([internode["axolemma_g_S_cm2"][word] for word in words])
    lamella = internode["myelin_per_lamella_membrane"]
    gaps = np.array([internode["periaxonal_gap_um"][word] for word in words])
    axoplasm = _axial_ohm(internode["axoplasm_resistivity_ohm_cm"], lengths, np.pi * inner**2 / 4.0)
    periaxonal = _axial_ohm(internode["periaxonal_resistivity_ohm_cm"], lengths, _ring_um2(inner, gaps))
    node_axoplasm, node_periaxonal = _node_axial_ohm(shape, internode)
    positions = np.cumsum(lengths) - lengths / 2.0 + NODE_LENGTH_UM / 2.0
    return Cable(
        name=name,
        fibre_um=shape.fibre_um,
        temperature_c=temperature_c,
        node_spacing_um=shape.node_spacing_um,
        node_um2=np.pi * shape.node_um * NODE_LENGTH_UM,
        membrane=membrane,
        axolemma_nf=CAPACITANCE_NF * internode["axolemma_c_uF_cm2"] * axolemma_um2,
        axolemma_us=CONDUCTANCE_US * leak * axolemma_um2,
        myelin_nf=CAPACITANCE_NF * lamella["c_uF_cm2"] / (2.0 * shape.lamellae) * myelin_um2,
        myelin_us=CONDUCTANCE_US * lamella["g_S_cm2"] / (2.0 * shape.lamellae) * myelin_um2,
        axoplasm_us=_links_us(axoplasm, node_axoplasm),
        periaxonal_us=_links_us(periaxonal, node_periaxonal),
        places=positions / shape.node_spacing_um,
    )


CAPACITANCE_NF = 1e-5
"""nF of 1 µm² at 1 µF/cm²."""
CONDUCTANCE_US = 1e-2
"""µS of 1 µm² at 1 S/cm²."""


def _axial_ohm(resistivity_ohm_cm: float, lengths_um: FloatArray, section_um2: FloatArray) -> FloatArray:
    """Resistance of whole compartments in MΩ."""
    return 1e-2 * resistivity_ohm_cm * lengths_um / section_um2


def _ring_um2(inner_um: FloatArray, gap_um: FloatArray) -> FloatArray:
    return np.pi * ((inner_um / 2.0 + gap_um) ** 2 - (inner_um / 2.0) ** 2)


def _node_axial_ohm(shape: Geometry, internode: dict[str, Any]) -> tuple[float, float]:
    length, diameter = np.array([NODE_LENGTH_UM]), np.array([shape.node_um])
    gap = np.array([facts()["mrg2002"]["node"]["periaxonal_gap_um"]])
    axoplasm = _axial_ohm(internode["axoplasm_resistivity_ohm_cm"], length, np.pi * diameter**2 / 4.0)
    periaxonal = _axial_ohm(internode["periaxonal_resistivity_ohm_cm"], length, _ring_um2(diameter, gap))
    return float(axoplasm[0]), float(periaxonal[0])


def _links_us(compartments: FloatArray, node: float) -> FloatArray:
    """(11,) conductances in µS between neighbouring centres, node to node, from resistances in MΩ."""
    chain = np.concatenate([[node], compartments, [node]])
    return np.asarray(2.0 / (chain[:-1] + chain[1:]))


def _membrane(temperature_c: float) -> Membrane:
    node, rates = facts()["mrg2002"]["node"], _warmed(temperature_c)
    return Membrane(
        c_uf_cm2=node["c_uF_cm2"],
        g_naf_s_cm2=node["gNaf_S_cm2"],
        g_nap_s_cm2=node["gNap_S_cm2"],
        g_ks_s_cm2=node["gKs_S_cm2"],
        g_leak_s_cm2=node["gl_S_cm2"],
        e_na_mv=node["ENa_mV"],
        e_k_mv=node["EK_mV"],
        e_leak_mv=node["El_mV"],
        **rates,
    )


def _q10(temperature_c: float) -> tuple[float, float, float]:
    return (
        2.2 ** ((temperature_c - 20.0) / 10.0),
        2.9 ** ((temperature_c - 20.0) / 10.0),
        3.0 ** ((temperature_c - 36.0) / 10.0),
    )


def _alpha_m(offset_mv: float, temperature_c: float) -> Rates:
    return Rates(1.86 * _q10(temperature_c)[0], offset_mv, 10.3)


def _warmed(temperature_c: float) -> dict[str, Rates]:
    """Rate constants in 1/ms ("kinetics_run_here" of the facts); each formula is explained at :class:`Rates`."""
    q1, q2, q3 = _q10(temperature_c)
    return {
        "alpha_m": Rates(1.86 * q1, 21.4, 10.3),
        "beta_m": Rates(0.086 * q1, 25.7, 9.16),
        "alpha_h": Rates(0.062 * q2, 114.0, 11.0),
        "beta_h": Rates(2.3 * q2, 31.8, 13.4),
        "alpha_p": Rates(0.01 * q1, 27.0, 10.2),
        "beta_p": Rates(0.00025 * q1, 34.0, 10.0),
        "alpha_s": Rates(0.3 * q3, 53.0, 5.0),
        "beta_s": Rates(0.03 * q3, 90.0, 1.0),
    }
