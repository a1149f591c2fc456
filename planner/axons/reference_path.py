"""The solver in NumPy, float64, step by step as the equations read: the judge of the compiled one, and its fallback."""

from dataclasses import dataclass

import numpy as np

from planner.axons.cable import Cable
from planner.axons.drive import Drive
from planner.axons.modes import Internode
from planner.axons.stepping import Steps
from planner.geometry.arrays import FloatArray


@dataclass(eq=False)
class State:
    """``volts`` (nodes, axons) mV from REST_MV; ``gates`` (4, nodes, axons) m h p s; ``states``
    (states, internodes, axons) nA."""

    volts: FloatArray
    gates: FloatArray
    states: FloatArray

    def repeated(self, axons: int) -> "State":
        """So many copies of the one fibre of this state."""
        return State(*(np.repeat(part, axons, axis=-1) for part in (self.volts, self.gates, self.states)))


@dataclass(frozen=True, eq=False)
class Solver:
    """One batch of one cable."""

    cable: Cable
    internode: Internode

    def quiet(self, nodes: int, axons: int) -> State:
        """All at REST_MV, gates at their steady state: not yet at rest, see :func:`rest_of`."""
        volts = np.zeros((nodes, axons))
        opening, closing = rates(self.cable, volts)
        return State(volts, opening / (opening + closing), np.zeros((len(self.internode.rates), nodes - 1, axons)))

    def step(self, state: State, steps: Steps, kind: int, source: FloatArray, field: FloatArray) -> None:
        """Advance voltages and internodes by a step of this kind; ``source`` (nodes, axons) nA, ``field`` nA/ms as
        the states."""
        conductance, current = membrane(self.cable, state.gates)
        shown = steps.shown[kind][:, None, None] * (state.states + steps.hold[kind] * field)
        right = current + source + steps.node[kind] * state.volts
        diagonal = conductance + steps.node[kind]
        signs = self.internode.signs[:, None, None]
        left_nodes, right_nodes = slice(None, -1), slice(1, None)
        for here, there, given in ((left_nodes, right_nodes, shown), (right_nodes, left_nodes, signs * shown)):
            right[here] += given.sum(axis=0) + steps.memory[kind] * state.volts[here]
            right[here] += steps.memory_off[kind] * state.volts[there]
            diagonal[here] += steps.diagonal[kind]
        during = _tridiagonal(diagonal, float(steps.off[kind]), right)
        sums = during[:-1] + signs * during[1:]
        keep, gain, feed = (row[kind][:, None, None] for row in (steps.keep, steps.gain, steps.feed))
        state.states = keep * state.states + gain * sums + feed * field
        state.volts = state.volts + (during - state.volts) / steps.theta[kind]

    def advance_gates(self, state: State, width_ms: float) -> None:
        """Exactly, for frozen voltages."""
        opening, closing = rates(self.cable, state.volts)
        total = opening + closing
        state.gates += (opening / total - state.gates) * -np.expm1(-width_ms * total)

    def sources(
        self, steps: Steps, drive: Drive, kind: int, level: float, jump: float
    ) -> tuple[FloatArray, FloatArray]:
        """What :meth:`step` needs of the field, for a drive at full amplitude."""
        return level * drive.node - jump / steps.hold[kind] * drive.kick, level * drive.state


def rates(cable: Cable, volts: FloatArray) -> tuple[FloatArray, FloatArray]:
    """(4, nodes, axons) opening and closing rates of m h p s in 1/ms; ``volts`` from REST_MV."""
    table = cable.membrane.rate_table().reshape(8, 3)
    x = volts[None] + table[:, 1].reshape(8, *(1,) * volts.ndim)
    (am, bm, ah, bh, ap, bp, sa, sb), (cam, cbm, cah, cbh, cap, cbp, csa, csb) = x, table
    opening = [_straight(cam, am), _straight(cah, -ah), _straight(cap, ap), _sigmoid(csa, sa)]
    closing = [_straight(cbm, -bm), _sigmoid(cbh, bh), _straight(cbp, -bp), _sigmoid(csb, sb)]
    return np.stack(opening), np.stack(closing)


def membrane(cable: Cable, gates: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Conductance (µS) and its current at 0 mV (nA), both (nodes, axons)."""
    naf, nap, ks, leak, e_na, e_k, e_leak = cable.node_currents()
    m, h, p, s = gates
    sodium = naf * m**3 * h + nap * p**3
    return sodium + ks * s + leak, sodium * e_na + ks * s * e_k + leak * e_leak


def _straight(rate: FloatArray, x: FloatArray) -> FloatArray:
    """scale·x/(1 − exp(−x/slope)), continuous at 0."""
    scaled = x / rate[2]
    small = np.abs(scaled) < 1e-6
    safe = np.where(small, 1.0, scaled)
    return np.asarray(rate[0] * rate[2] * np.where(small, 1.0 + 0.5 * scaled, safe / -np.expm1(-safe)))


def _sigmoid(rate: FloatArray, x: FloatArray) -> FloatArray:
    return np.asarray(rate[0] / (1.0 + np.exp(-x / rate[2])))


def _tridiagonal(diagonal: FloatArray, off: float, right: FloatArray) -> FloatArray:
    """Thomas' algorithm over axis 0; for one fibre a dense solution, which is quicker from Python."""
    nodes, axons = right.shape
    if axons == 1:
        matrix = np.full((nodes, nodes), off) * (np.abs(np.subtract.outer(np.arange(nodes), np.arange(nodes))) == 1)
        return np.asarray(np.linalg.solve(matrix + np.diag(diagonal[:, 0]), right))
    ratio, value = np.empty_like(right), np.empty_like(right)
    ratio[0], value[0] = off / diagonal[0], right[0] / diagonal[0]
    for number in range(1, len(right)):
        pivot = diagonal[number] - off * ratio[number - 1]
        ratio[number] = off / pivot
        value[number] = (right[number] - off * value[number - 1]) / pivot
    for number in range(len(right) - 2, -1, -1):
        value[number] -= ratio[number] * value[number + 1]
    return value
