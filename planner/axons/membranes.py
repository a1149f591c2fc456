"""Excitable membranes of the models beside MRG: gates, conductances and reversals, each with its source.

A membrane gives, for (sites, axons) voltages in mV, each gate's steady value and time constant (ms), and the current as
a straight line about the present voltage: ``(g, offset)`` in S/cm² and mA/cm², I = g V - offset. For ohmic channels
that is exact; the permeability currents of Frankenhaeuser and Huxley are linearised anew in every step.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from planner.geometry.arrays import FloatArray

Steady = tuple[FloatArray, FloatArray]
"""Steady value and time constant in ms."""
Line = tuple[FloatArray, FloatArray]

FARADAY_C_PER_MOL = 96485.33
GAS_J_PER_MOL_K = 8.314463
ZERO_CELSIUS_K = 273.15


@dataclass(frozen=True, slots=True, eq=False)
class ExcitableMembrane:
    """``gates`` (V) gives one :data:`Steady` a gate, ``current`` (V, gates) the :data:`Line`."""

    name: str
    c_uf_cm2: float
    rest_mv: float
    gates: Callable[[FloatArray], list[Steady]]
    current: Callable[[FloatArray, list[FloatArray]], Line]


def _over_exp(x: FloatArray, y: float) -> FloatArray:
    """x / (exp(x / y) - 1), y at x = 0."""
    scaled = np.clip(x / y, -700.0, 700.0)
    small = np.abs(scaled) < 1e-6
    safe = np.where(small, 1.0, scaled)
    return np.asarray(np.where(small, y * (1.0 - scaled / 2.0), y * safe / np.expm1(safe)))


def _exp(x: FloatArray) -> FloatArray:
    return np.asarray(np.exp(np.clip(x, -700.0, 700.0)))


def _from_rates(alpha: FloatArray, beta: FloatArray) -> Steady:
    total = alpha + beta
    return alpha / total, 1.0 / total


def frankenhaeuser_huxley(temperature_c: float = 20.0) -> ExcitableMembrane:
    """Frog node. Frankenhaeuser and Huxley 1964, J Physiol 171:302, as used by McNeal 1976 and Reilly (SENN).

    Permeabilities in cm/s, concentrations in mM; rates at 20 °C, three times as quick for 10 degrees more.
    """
    rest, leak_s_cm2, leak_mv = -70.0, 0.0303, -69.74
    q = 3.0 ** ((temperature_c - 20.0) / 10.0)
    per_mv = FARADAY_C_PER_MOL / (GAS_J_PER_MOL_K * (ZERO_CELSIUS_K + temperature_c)) / 1000.0

    def gates(v: FloatArray) -> list[Steady]:
        u = v - rest
        return [
            _from_rates(0.36 * q * _over_exp(22.0 - u, 3.0), 0.4 * q * _over_exp(u - 13.0, 20.0)),
            _from_rates(0.1 * q * _over_exp(u + 10.0, 6.0), 4.5 * q / (_exp((45.0 - u) / 10.0) + 1.0)),
            _from_rates(0.02 * q * _over_exp(35.0 - u, 10.0), 0.05 * q * _over_exp(u - 10.0, 10.0)),
            _from_rates(0.006 * q * _over_exp(40.0 - u, 10.0), 0.09 * q * _over_exp(u + 25.0, 20.0)),
        ]

    def flow(v: FloatArray, inside_mm: float, outside_mm: float) -> FloatArray:
        """Current density over permeability: mA/cm² per cm/s (Goldman, Hodgkin, Katz)."""
        x = v * per_mv
        per_permeability = FARADAY_C_PER_MOL * 1e-3  # mM is 1e-6 mol/cm³; 1000 mA/A
        return np.asarray(per_permeability * (inside_mm * _over_exp(-x, 1.0) - outside_mm * _over_exp(x, 1.0)))

    def current(v: FloatArray, state: list[FloatArray]) -> Line:
        m, h, n, p = state
        sodium = 0.008 * m**2 * h + 0.00054 * p**2
        potassium = 0.0012 * n**2

        def total(at: FloatArray) -> FloatArray:
            return np.asarray(sodium * flow(at, 13.74, 114.5) + potassium * flow(at, 120.0, 2.5))

        step_mv = 0.01
        here = total(v)
        slope = (total(v + step_mv) - here) / step_mv
        return slope + leak_s_cm2, slope * v - here + leak_s_cm2 * leak_mv

    return ExcitableMembrane("frankenhaeuser-huxley", 2.0, rest, gates, current)


def sweeney() -> ExcitableMembrane:
    """Rabbit node at 37 °C. Sweeney, Mortimer, Durand 1987 (9th IEEE EMBS 3:1577)."""
    sodium_s_cm2, leak_s_cm2, sodium_mv, leak_mv = 1.445, 0.128, 35.64, -80.01

    def gates(v: FloatArray) -> list[Steady]:
        alpha_m = (126.0 + 0.363 * v) / (1.0 + _exp(-(49.0 + v) / 5.3))
        beta_m = alpha_m / _exp((v + 56.2) / 4.17)
        beta_h = 15.6 / (1.0 + _exp(-(v + 56.0) / 10.0))
        alpha_h = beta_h / _exp((v + 74.5) / 5.0)
        return [_from_rates(alpha_m, beta_m), _from_rates(alpha_h, beta_h)]

    def current(_v: FloatArray, state: list[FloatArray]) -> Line:
        m, h = state
        sodium = sodium_s_cm2 * m**2 * h
        return sodium + leak_s_cm2, sodium * sodium_mv + leak_s_cm2 * leak_mv

    return ExcitableMembrane("sweeney", 2.5, -80.0, gates, current)


def sundt(temperature_c: float = 37.0) -> ExcitableMembrane:
    """Sensory C fibre. Sundt, Gamper, Jaffe 2015, J Neurophysiol (doi 10.1152/jn.00226.2015).

    The leak's reversal is set so that nothing flows at -60 mV.
    """
    rest, sodium_s_cm2, potassium_s_cm2, leak_s_cm2 = -60.0, 0.04, 0.04, 0.0001
    sodium_mv, potassium_mv = 50.0, -90.0
    q = 3.0 ** ((temperature_c - 30.0) / 10.0)
    per_mv = FARADAY_C_PER_MOL / (GAS_J_PER_MOL_K * (ZERO_CELSIUS_K + temperature_c)) / 1000.0

    def gates(v: FloatArray) -> list[Steady]:
        m_at, h_at = v + 65.0 - 6.0, v + 65.0 + 6.0
        m = _from_rates(0.32 * q * _over_exp(13.1 - m_at, 4.0), 0.28 * q * _over_exp(m_at - 40.1, 5.0))
        h = _from_rates(0.128 * q * _exp((17.0 - h_at) / 18.0), 4.0 * q / (_exp((40.0 - h_at) / 5.0) + 1.0))
        a_n = _exp(-5.0 * (v + 32.0) * per_mv)
        n = (1.0 / (1.0 + a_n), a_n**0.4 / (q * 0.03 * (1.0 + a_n)))
        a_l = _exp(2.0 * (v + 61.0) * per_mv)
        slow = (1.0 / (1.0 + a_l), a_l / (q * 0.001 * (1.0 + a_l)))
        return [m, h, n, slow]

    def channels(state: list[FloatArray]) -> tuple[FloatArray, FloatArray]:
        m, h, n, slow = state
        return sodium_s_cm2 * m**3 * h, potassium_s_cm2 * n**3 * slow

    at_rest = [steady for steady, _tau in gates(np.array([rest]))]
    sodium_rest, potassium_rest = (float(one[0]) for one in channels(at_rest))
    flowing = sodium_rest * (rest - sodium_mv) + potassium_rest * (rest - potassium_mv)
    leak_mv = rest + flowing / leak_s_cm2

    def current(_v: FloatArray, state: list[FloatArray]) -> Line:
        sodium, potassium = channels(state)
        offset = sodium * sodium_mv + potassium * potassium_mv + leak_s_cm2 * leak_mv
        return sodium + potassium + leak_s_cm2, offset

    return ExcitableMembrane("sundt", 1.0, rest, gates, current)


def rattay_aberham() -> ExcitableMembrane:
    """Squid membrane warmed to 37 °C (rates times 12). Rattay and Aberham 1993 (doi 10.1109/10.250575)."""
    rest, q = -70.0, 12.0
    sodium_s_cm2, potassium_s_cm2, leak_s_cm2 = 0.12, 0.036, 0.0003
    sodium_mv, potassium_mv, leak_mv = 45.0, -82.0, -59.4

    def gates(v: FloatArray) -> list[Steady]:
        u = v - rest
        return [
            _from_rates(q * _over_exp(2.5 - 0.1 * u, 1.0), 4.0 * q * _exp(-u / 18.0)),
            _from_rates(0.07 * q * _exp(-u / 20.0), q / (_exp(3.0 - 0.1 * u) + 1.0)),
            _from_rates(0.1 * q * _over_exp(1.0 - 0.1 * u, 1.0), 0.125 * q * _exp(-u / 80.0)),
        ]

    def current(_v: FloatArray, state: list[FloatArray]) -> Line:
        m, h, n = state
        sodium, potassium = sodium_s_cm2 * m**3 * h, potassium_s_cm2 * n**4
        offset = sodium * sodium_mv + potassium * potassium_mv + leak_s_cm2 * leak_mv
        return sodium + potassium + leak_s_cm2, offset

    return ExcitableMembrane("rattay-aberham", 1.0, rest, gates, current)


@dataclass(frozen=True, slots=True)
class NodeRates:
    """Constants of the rates of a mammalian node in the form of McIntyre 2002: scale, offset, slope of each."""

    m: tuple[float, ...]
    h: tuple[float, ...]
    p: tuple[float, ...]
    g_na: float
    g_nap: float
    g_ks: float
    g_leak: float
    g_kf: float = 0.0


MRG_RATES = NodeRates(
    m=(1.86, 21.4, 10.3, 0.086, 25.7, 9.16),
    h=(0.062, 114.0, 11.0, 2.3, 31.8, 13.4),
    p=(0.01, 27.0, 10.2, 0.00025, 34.0, 10.0),
    g_na=3.0,
    g_nap=0.01,
    g_ks=0.08,
    g_leak=0.007,
)
GAINES_SENSORY_RATES = NodeRates(
    m=(1.77753, 20.1795, 10.3, 0.0823, 25.4746, 9.16),
    h=(0.075286, 112.7124, 8.391, 2.8083, 30.5435, 10.2263),
    p=(0.00957, 26.852, 10.2, 0.0002401, 33.8333, 10.0),
    g_na=3.0,
    g_nap=0.01,
    g_ks=0.04106,
    g_leak=0.006005,
    g_kf=0.02737,
)
"""Gaines et al. 2018, J Comput Neurosci 45:29 (doi 10.1007/s10827-018-0689-5)."""
POTASSIUM_MV, SODIUM_MV, HCN_MV = -90.0, 50.0, -54.9


def mammalian_node(name: str, rates: NodeRates, temperature_c: float = 37.0) -> ExcitableMembrane:
    """Fast and persistent sodium, slow (and fast) potassium, leak. McIntyre, Richardson, Grill 2002; Gaines 2018."""
    q1, q2 = 2.2 ** ((temperature_c - 20.0) / 10.0), 2.9 ** ((temperature_c - 20.0) / 10.0)

    def pair(v: FloatArray, constants: tuple[float, ...], q: float) -> Steady:
        a, b, c, d, e, f = constants
        return _from_rates(q * a * _over_exp(-(v + b), c), q * d * _over_exp(v + e, f))

    def gates(v: FloatArray) -> list[Steady]:
        a, b, c, d, e, f = rates.h
        h = _from_rates(q2 * a * _over_exp(v + b, c), q2 * d / (1.0 + _exp(-(v + e) / f)))
        found = [pair(v, rates.m, q1), h, pair(v, rates.p, q1), _slow_potassium(v, temperature_c)]
        return [*found, _fast_potassium(v, temperature_c)] if rates.g_kf else found

    def current(_v: FloatArray, state: list[FloatArray]) -> Line:
        m, h, p, s = state[:4]
        sodium = rates.g_na * m**3 * h + rates.g_nap * p**3
        potassium = rates.g_ks * s
        if rates.g_kf:
            potassium = potassium + rates.g_kf * state[4] ** 4
        closed = potassium + rates.g_leak
        return sodium + closed, sodium * SODIUM_MV + closed * POTASSIUM_MV

    return ExcitableMembrane(name, 2.0, -80.0, gates, current)


@dataclass(frozen=True, slots=True)
class InternodeChannels:
    """S/cm² of slow potassium, leak, h current (HCN) and fast potassium under the myelin (Gaines 2018, sensory)."""

    g_ks: float
    g_leak: float
    g_hcn: float
    g_kf: float


GAINES_MYSA = InternodeChannels(0.001324, 0.001716, 0.003102, 0.1642)
GAINES_FLUT = InternodeChannels(0.001324, 0.0001716, 0.003102, 0.02737)
GAINES_STIN = InternodeChannels(0.001324, 0.0001716, 0.003102, 0.02737)


def gaines_internode(name: str, channels: InternodeChannels, temperature_c: float = 37.0) -> ExcitableMembrane:
    """The axolemma under the myelin. Gaines et al. 2018."""
    q = 3.0 ** ((temperature_c - 36.0) / 10.0)

    def gates(v: FloatArray) -> list[Steady]:
        open_, close = 0.00522 * q * _exp((v + 94.2) / -12.2), 0.00522 * q * _exp((v + 94.2) / 12.2)
        return [
            _slow_potassium(v, temperature_c),
            _from_rates(open_, close),
            _fast_potassium(v, temperature_c),
        ]

    def current(_v: FloatArray, state: list[FloatArray]) -> Line:
        s, hcn, n = state
        mixed = channels.g_hcn * hcn
        closed = channels.g_ks * s + channels.g_kf * n**4 + channels.g_leak
        return mixed + closed, mixed * HCN_MV + closed * POTASSIUM_MV

    return ExcitableMembrane(name, 2.0, -80.0, gates, current)


def _slow_potassium(v: FloatArray, temperature_c: float) -> Steady:
    q = 3.0 ** ((temperature_c - 36.0) / 10.0)
    return _from_rates(0.3 * q / (1.0 + _exp(-(v + 53.0) / 5.0)), 0.03 * q / (1.0 + _exp(-(v + 90.0))))


def _fast_potassium(v: FloatArray, temperature_c: float) -> Steady:
    q = 3.0 ** ((temperature_c - 36.0) / 10.0)
    return _from_rates(0.0462 * q * _over_exp(-(v + 83.2), 1.1), 0.0824 * q * _over_exp(v + 66.0, 10.5))
