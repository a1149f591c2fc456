"""A plan as the flat numbers that the compiled solvers read."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.axons.batch import FIRED_MV
from planner.axons.cable import REST_MV, Cable
from planner.axons.modes import linear_field
from planner.axons.plan import QUIET_MV, Plan
from planner.geometry.arrays import FloatArray

LOG2_E = 1.4426950408889634
Numbers = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Coefficients:
    """What all blocks of a batch share, in the kernels' order and precision.

    ``rest`` (nodes, 5 + states): V m h p s and the states. ``kinds`` (kinds, 9 + 4·states): node, side, off, memory,
    memory_off, 1/theta, drive and kick of a straight field, hold, then keep, gain, feed, shown of every state.
    """

    rest: Numbers
    membrane: Numbers
    kinds: Numbers
    kind: NDArray[np.int64]
    levels: Numbers
    jumps: Numbers
    gate_widths: Numbers
    ends: Numbers
    looks: NDArray[np.bool_]
    quiet_from: int
    limits: Numbers


def coefficients_of(plan: Plan, is_straight: bool) -> Coefficients:
    """``is_straight``: float32 for fields straight inside the internodes; else float64 for any field."""
    grid = plan.grid
    precision: type[np.floating[Any]] = np.float32 if is_straight else np.float64

    def flat(values: FloatArray) -> Numbers:
        return np.ascontiguousarray(values, dtype=precision)

    return Coefficients(
        rest=flat(_rest(plan)),
        membrane=flat(membrane_table(plan.cable)),
        kinds=flat(_straight_kinds(plan) if is_straight else _kinds(plan)),
        kind=plan.steps.kind.astype(np.int64),
        levels=flat(grid.levels),
        jumps=flat(grid.jumps),
        gate_widths=flat(grid.gate_widths_ms),
        ends=flat(grid.ends_us / 1000.0),
        looks=plan.looks,
        quiet_from=plan.quiet_from,
        limits=flat(np.array([FIRED_MV, QUIET_MV]) - REST_MV),
    )


def membrane_table(cable: Cable) -> FloatArray:
    """(32,): scale, offset, slope of the eight rates, slopes as powers of two and signs as the kernels have them; then
    gNaf gNap gKs gLeak, ENa EK, leak current at 0, −log2 e."""
    rates = cable.membrane.rate_table().reshape(8, 3).copy()
    is_falling = np.array([False, True, True, False, False, True, False, False])
    rates[is_falling, 0] *= -1.0
    rates[:, 2] = np.where(is_falling, LOG2_E, -LOG2_E) / rates[:, 2]
    naf, nap, ks, leak, e_na, e_k, e_leak = cable.node_currents()
    return np.concatenate([rates.ravel(), [naf, nap, ks, leak, e_na, e_k, leak * e_leak, -LOG2_E]])


def _rest(plan: Plan) -> FloatArray:
    state = plan.rest
    states = np.concatenate([state.states[:, :, 0], np.zeros((len(state.states), 1))], axis=1)
    return np.concatenate([state.volts.T, state.gates[:, :, 0], states]).T


def _straight_kinds(plan: Plan) -> FloatArray:
    """Per mV from one node to the next; only odd states feel such a field."""
    steps, internode = plan.steps, plan.internode
    places = linear_field(plan.cable)
    field = internode.field @ places
    drive = internode.node_field @ places + (steps.shown * steps.hold[:, None]) @ field
    return _packed(plan, drive, internode.node_kick @ places / steps.hold, steps.feed * field)


def _kinds(plan: Plan) -> FloatArray:
    """The field comes with its own numbers: per unit."""
    return _packed(plan, np.ones_like(plan.steps.hold), 1.0 / plan.steps.hold, plan.steps.feed)


def _packed(plan: Plan, drive: FloatArray, kick: FloatArray, feed: FloatArray) -> FloatArray:
    steps = plan.steps
    matrix = (steps.node, steps.diagonal, steps.off, steps.memory, steps.memory_off)
    first = np.stack([*matrix, 1.0 / steps.theta, drive, kick, steps.hold], axis=1)
    return np.concatenate([first, steps.keep, steps.gain, feed, steps.shown], axis=1)
