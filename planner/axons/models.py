"""The fibre models on offer: what each is for, its source, the diameters it holds for, and how it is computed.

MRG and its thin variant run in the compiled engine. All others, and fibres with collaterals, run as networks in NumPy
(:mod:`planner.axons.network_trials`): the same answers in the same form, some hundred times slower.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from planner.axons import mrg
from planner.axons.cable import Cable
from planner.axons.fibre_networks import DoubleUnit, SingleUnit, Unit, single_link_us
from planner.axons.membranes import (
    GAINES_FLUT,
    GAINES_MYSA,
    GAINES_SENSORY_RATES,
    GAINES_STIN,
    MRG_RATES,
    ExcitableMembrane,
    NodeRates,
    frankenhaeuser_huxley,
    gaines_internode,
    mammalian_node,
    rattay_aberham,
    sundt,
    sweeney,
)
from planner.axons.network_trials import Pace
from planner.errors import PlannerError
from planner.i18n import _

SMALL_MRG, GAINES, SWEENEY, SENN, SUNDT, RATTAY = (
    "mrg-small", "gaines-sensory", "sweeney", "senn", "sundt-c", "rattay-c"
)  # fmt: skip
C_SEGMENT_MM = 0.025
"""Half of the finest published spacing would change velocities by less than 0.5 % (measured; PyFibers uses 8.3 µm)."""


@dataclass(frozen=True, slots=True)
class FibreModel:
    """``low_um`` to ``high_um`` is the range it holds for, as outer diameter of the fibre. ``cable`` where the compiled
    engine runs it. ``status`` is a stable word: ``verified`` (checked against published figures in our tests), or
    ``read`` (the parameters were read, its published results not)."""

    id: str
    source: str
    status: str
    low_um: float
    high_um: float
    temperature_c: float
    pace: Pace
    internode_mm: Callable[[float], float]
    unit: Callable[[float], Unit]
    cable: Callable[[float], Cable] | None = None

    @property
    def is_fast(self) -> bool:
        """Whether the compiled engine runs it: the double cables with a passive internode."""
        return self.cable is not None

    @property
    def name(self) -> str:
        """In the user's language."""
        return model_names()[self.id]

    def checked(self, diameter_um: float) -> float:
        """Raises PlannerError(code="fibre-diameter") outside the range."""
        if not self.low_um <= diameter_um <= self.high_um:
            text = _(
                "{model} holds for fibres of {low} to {high} µm, not {value} µm. Choose another model or diameter."
            )
            shown = text.format(
                model=self.name, low=f"{self.low_um:g}", high=f"{self.high_um:g}", value=f"{diameter_um:g}"
            )
            raise PlannerError(shown, code="fibre-diameter")
        return float(diameter_um)


def model_names() -> dict[str, str]:
    """By id, in the user's language."""
    return {
        mrg.MRG: _("MRG, 21.4 mV (the usual one)"),
        mrg.MRG_AS_PUBLISHED: _("MRG, 20.4 mV (as printed)"),
        SMALL_MRG: _("MRG, thin fibres (Peña)"),
        GAINES: _("Sensory myelinated (Gaines)"),
        SWEENEY: _("Rabbit node (Sweeney), for checks"),
        SENN: _("Frog node (SENN), for checks"),
        SUNDT: _("C fibre (Sundt)"),
        RATTAY: _("C fibre (Rattay and Aberham)"),
    }


def models() -> tuple[FibreModel, ...]:
    """All of them, the default first."""
    return _MODELS


def fibre_model(model_id: str) -> FibreModel:
    """Raises PlannerError(code="axon-model")."""
    for one in _MODELS:
        if one.id == model_id:
            return one
    text = _("There is no fibre model {name}. Choose one of: {known}.")
    known = ", ".join(one.id for one in _MODELS)
    raise PlannerError(text.format(name=model_id, known=known), code="axon-model")


def _mrg_internode_mm(diameter_um: float) -> float:
    return mrg.geometry(diameter_um).node_spacing_um / 1000.0


def _mrg_cable(model_id: str) -> Callable[[float], Cable]:
    return lambda diameter_um: mrg.cable(model_id, diameter_um)


def _mrg_unit(model_id: str) -> Callable[[float], Unit]:
    offset_mv = mrg.ALPHA_M_OFFSET_MV[model_id]
    rates = replace(MRG_RATES, m=(MRG_RATES.m[0], offset_mv, *MRG_RATES.m[2:]))
    return lambda diameter_um: DoubleUnit(mammalian_node(model_id, rates), mrg.cable(model_id, diameter_um))


SMALL_RATES: NodeRates = replace(MRG_RATES, g_na=2.333333, g_ks=0.115556)


def _small_geometry(diameter_um: float) -> mrg.Geometry:
    axon_um = 0.553 * diameter_um - 0.024
    return mrg.Geometry(
        fibre_um=diameter_um,
        axon_um=axon_um,
        node_um=0.321 * axon_um + 0.37,
        node_spacing_um=-3.22 * diameter_um**2 + 148.0 * diameter_um - 128.0,
        flut_um=-0.171 * diameter_um**2 + 6.48 * diameter_um - 0.935,
        lamellae=float(int(17.4 * axon_um - 1.74)),
    )


@lru_cache(maxsize=64)
def _small_cable(diameter_um: float) -> Cable:
    usual = mrg.cable(mrg.MRG, 10.0).membrane
    membrane = replace(usual, g_naf_s_cm2=SMALL_RATES.g_na, g_ks_s_cm2=SMALL_RATES.g_ks)
    return mrg.assemble(SMALL_MRG, _small_geometry(diameter_um), membrane)


def _small_unit(diameter_um: float) -> Unit:
    return DoubleUnit(mammalian_node(SMALL_MRG, SMALL_RATES), _small_cable(diameter_um))


def _gaines_unit(diameter_um: float) -> Unit:
    mysa = gaines_internode("gaines-mysa", GAINES_MYSA)
    flut, stin = gaines_internode("gaines-flut", GAINES_FLUT), gaines_internode("gaines-stin", GAINES_STIN)
    under: tuple[ExcitableMembrane, ...] = (mysa, flut, stin, stin, stin, stin, stin, stin, flut, mysa)
    return DoubleUnit(mammalian_node(GAINES, GAINES_SENSORY_RATES), mrg.cable(mrg.MRG, diameter_um), under)


def _senn_unit(diameter_um: float) -> Unit:
    inner = 0.7 * diameter_um
    return SingleUnit(frankenhaeuser_huxley(), np.pi * inner * 2.5, single_link_us(100.0, inner, 100.0 * diameter_um))


def _sweeney_unit(diameter_um: float) -> Unit:
    inner = 0.6 * diameter_um
    return SingleUnit(sweeney(), np.pi * inner * 1.5, single_link_us(54.7, inner, 100.0 * diameter_um))


def _c_unit(membrane: Callable[[], ExcitableMembrane]) -> Callable[[float], Unit]:
    length_um = 1000.0 * C_SEGMENT_MM

    def made(diameter_um: float) -> Unit:
        return SingleUnit(membrane(), np.pi * diameter_um * length_um, single_link_us(100.0, diameter_um, length_um))

    return made


def _hundred_diameters_mm(diameter_um: float) -> float:
    return 0.1 * diameter_um


_C_PACE = Pace(pulse_step_us=5.0, tail_step_us=5.0, tail_ms=12.0, firing_nodes=100, end_nodes=40)
_PENA = "Peña et al. 2024, PLoS Comput Biol (doi 10.1371/journal.pcbi.1011833)"
_MODELS = (
    FibreModel(
        mrg.MRG, "McIntyre, Richardson, Grill 2002, J Neurophysiol 87:995; rate constants of ModelDB 3810", "verified",
        *mrg.DIAMETERS_UM, 37.0, Pace(), _mrg_internode_mm, _mrg_unit(mrg.MRG), _mrg_cable(mrg.MRG),
    ),
    FibreModel(
        mrg.MRG_AS_PUBLISHED, "McIntyre, Richardson, Grill 2002, J Neurophysiol 87:995, as printed", "verified",
        *mrg.DIAMETERS_UM, 37.0, Pace(), _mrg_internode_mm, _mrg_unit(mrg.MRG_AS_PUBLISHED),
        _mrg_cable(mrg.MRG_AS_PUBLISHED),
    ),
    FibreModel(
        SMALL_MRG, _PENA, "read", 1.5, 5.7, 37.0, Pace(),
        lambda diameter_um: _small_geometry(diameter_um).node_spacing_um / 1000.0, _small_unit, _small_cable,
    ),
    FibreModel(
        GAINES, "Gaines et al. 2018, J Comput Neurosci 45:29 (doi 10.1007/s10827-018-0689-5)", "read", 5.7, 16.0, 37.0,
        Pace(), _mrg_internode_mm, _gaines_unit,
    ),
    FibreModel(
        SWEENEY, "Sweeney, Mortimer, Durand 1987, Proc IEEE EMBS 9:1577", "verified", 5.0, 20.0, 37.0,
        Pace(pulse_step_us=1.0, tail_step_us=2.0), _hundred_diameters_mm, _sweeney_unit,
    ),
    FibreModel(
        SENN, "Frankenhaeuser and Huxley 1964, J Physiol 171:302; McNeal 1976; Reilly 2016, Phys Med Biol 61:4346",
        "verified", 5.0, 20.0, 20.0, Pace(pulse_step_us=2.0, tail_step_us=5.0, tail_ms=4.0),
        _hundred_diameters_mm, _senn_unit,
    ),
    FibreModel(
        SUNDT, "Sundt, Gamper, Jaffe 2015, J Neurophysiol 114:3140 (doi 10.1152/jn.00226.2015)", "verified", 0.2, 1.5,
        37.0, _C_PACE, lambda _diameter_um: C_SEGMENT_MM, _c_unit(sundt),
    ),
    FibreModel(
        RATTAY, "Rattay and Aberham 1993, IEEE Trans Biomed Eng 40:1201 (doi 10.1109/10.250575)", "read", 0.2, 1.5,
        37.0, _C_PACE, lambda _diameter_um: C_SEGMENT_MM, _c_unit(rattay_aberham),
    ),
)  # fmt: skip
