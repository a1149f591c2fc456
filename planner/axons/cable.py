"""One internode of a double cable and its node, as an electrical network. Units: mV, ms, nF, µS, nA (µS·mV)."""

from dataclasses import astuple, dataclass

import numpy as np

from planner.geometry.arrays import FloatArray

COMPARTMENTS = 10
"""Of an internode: MYSA FLUT STIN×6 FLUT MYSA."""
REST_MV = -80.0
"""Reversal of the internodal membrane. Potentials inside the solver count from here: the internode is then linear."""


@dataclass(frozen=True, slots=True)
class Rates:
    """One opening or closing rate in 1/ms. With x = V + ``offset_mv``:

    alpha_m, alpha_p: scale·x/(1 − exp(−x/slope)); beta_m, beta_p, alpha_h: −scale·x/(1 − exp(x/slope));
    beta_h, alpha_s, beta_s: scale/(1 + exp(−x/slope)).
    """

    scale: float
    offset_mv: float
    slope_mv: float


@dataclass(frozen=True, slots=True)
class Membrane:
    """The node of Ranvier: fast and persistent sodium, slow potassium, leak."""

    c_uf_cm2: float
    g_naf_s_cm2: float
    g_nap_s_cm2: float
    g_ks_s_cm2: float
    g_leak_s_cm2: float
    e_na_mv: float
    e_k_mv: float
    e_leak_mv: float
    alpha_m: Rates
    beta_m: Rates
    alpha_h: Rates
    beta_h: Rates
    alpha_p: Rates
    beta_p: Rates
    alpha_s: Rates
    beta_s: Rates

    def rate_table(self) -> FloatArray:
        """(24,) scale, offset counted from REST_MV, slope of the eight rates, in the order of the fields."""
        sodium = (self.alpha_m, self.beta_m, self.alpha_h, self.beta_h)
        slower = (self.alpha_p, self.beta_p, self.alpha_s, self.beta_s)
        rows = np.array([astuple(rate) for rate in (*sodium, *slower)])
        rows[:, 1] += REST_MV
        return rows.ravel()


@dataclass(frozen=True, eq=False)
class Cable:
    """A model at one diameter. Internodal arrays are (10,), links (11,) between neighbouring centres, node to node.

    ``places``: (10,) centres of the compartments as a share of the way between two nodes.
    """

    name: str
    fibre_um: float
    temperature_c: float
    node_spacing_um: float
    node_um2: float
    membrane: Membrane
    axolemma_nf: FloatArray
    axolemma_us: FloatArray
    myelin_nf: FloatArray
    myelin_us: FloatArray
    axoplasm_us: FloatArray
    periaxonal_us: FloatArray
    places: FloatArray

    @property
    def node_nf(self) -> float:
        return 1e-5 * self.membrane.c_uf_cm2 * self.node_um2

    def node_currents(self) -> FloatArray:
        """(7,) gNaf gNap gKs gLeak in µS, then ENa EK ELeak in mV from REST_MV."""
        membrane = self.membrane
        densities = (membrane.g_naf_s_cm2, membrane.g_nap_s_cm2, membrane.g_ks_s_cm2, membrane.g_leak_s_cm2)
        reversals = (membrane.e_na_mv, membrane.e_k_mv, membrane.e_leak_mv)
        return np.concatenate([1e-2 * self.node_um2 * np.array(densities), np.array(reversals) - REST_MV])

    def capacitance_nf(self) -> FloatArray:
        """(20, 20) of axoplasm (0 to 9) and periaxonal space (10 to 19), each minus the outside potential."""
        return _membranes(self.axolemma_nf, self.myelin_nf)

    def conductance_us(self) -> FloatArray:
        """(20, 20) with both neighbouring nodes held at zero."""
        matrix = _membranes(self.axolemma_us, self.myelin_us)
        matrix[:COMPARTMENTS, :COMPARTMENTS] += _chain(self.axoplasm_us)
        matrix[COMPARTMENTS:, COMPARTMENTS:] += _chain(self.periaxonal_us)
        return matrix

    def field_source_us(self) -> FloatArray:
        """(20, 12) current into the unknowns per mV of outside potential at left node, ten compartments, right node."""
        source = np.zeros((2 * COMPARTMENTS, COMPARTMENTS + 2))
        for first_row, links in ((0, self.axoplasm_us), (COMPARTMENTS, self.periaxonal_us)):
            for number in range(COMPARTMENTS):
                source[first_row + number, number] += links[number]
                source[first_row + number, number + 2] += links[number + 1]
                source[first_row + number, number + 1] -= links[number] + links[number + 1]
        return source


def _membranes(axolemma: FloatArray, myelin: FloatArray) -> FloatArray:
    return np.block([[np.diag(axolemma), -np.diag(axolemma)], [-np.diag(axolemma), np.diag(axolemma + myelin)]])


def _chain(links: FloatArray) -> FloatArray:
    inner = links[1:-1]
    return np.diag(links[:-1] + links[1:]) - np.diag(inner, 1) - np.diag(inner, -1)
