"""One simulation's recipe: a cable, its reduced internode, the time steps, and the state of rest it starts from."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from planner.axons.batch import Setting
from planner.axons.cable import Cable
from planner.axons.modes import Internode, States, internode_of
from planner.axons.reference_path import Solver, State
from planner.axons.stepping import Steps, steps_of
from planner.axons.time_grid import CLOSE_SCHEME, GRADED_SCHEME, NEURON_SCHEME, TimeGrid, time_grid
from planner.axons.waveform import Waveform

SETTLING_STEPS, SETTLING_STEP_MS = 40, 5.0
"""Rest: 200 ms of backward Euler from −80 mV, as the reference thresholds were started."""
FOUR_STATES_FROM_UM = 4.0
"""Thinner fibres have slow modes from 0.3 to 8 ms, too far apart to be one: 5 % of a threshold at 2 µm and 1 ms."""
CHECK_EVERY = 4
"""Steps between two looks at who has fired."""
PASSIVE_US = 150.0
"""A phase this long polarises by a sixth of the way to the mark at its threshold: what passes the mark then fires."""
QUIET_AFTER_US = 100.0
"""This long after the last edge a fibre whose nodes are all below QUIET_MV will not fire any more."""
QUIET_MV = -71.0


@dataclass(frozen=True, eq=False)
class Plan:
    """``looks``: (steps,) whether to see who has fired after a step; ``quiet_from``: first step at which a fibre may be
    given up."""

    cable: Cable
    internode: Internode
    grid: TimeGrid
    steps: Steps
    rest: State
    looks: NDArray[np.bool_]
    quiet_from: int

    @property
    def nodes(self) -> int:
        return len(self.rest.volts)


@lru_cache(maxsize=64)
def internode_and_rest(cable: Cable, nodes: int, states: States) -> tuple[Internode, State]:
    """The reduced internode, and one fibre of it at rest: a little above −80 mV, lower near the sealed ends."""
    internode = internode_of(cable, states)
    solver = Solver(cable, internode)
    state = solver.quiet(nodes, 1)
    grid = TimeGrid(np.full(1, SETTLING_STEP_MS), np.ones(1), np.zeros(1), np.zeros(1), 0)
    steps = steps_of(cable, internode, grid)
    nothing = np.zeros_like(state.volts)
    for _number in range(SETTLING_STEPS):
        solver.step(state, steps, 0, nothing, np.zeros_like(state.states))
        solver.advance_gates(state, SETTLING_STEP_MS)
    return internode, state


def plan_of(cable: Cable, nodes: int, waveform: Waveform, setting: Setting, is_close: bool = False) -> Plan:
    """Parity: ten states, NEURON's steps. Production: graded steps, four states; ten for trains and thin fibres.

    ``is_close``: production with short steps all along, for times and velocities.
    """
    is_parity = setting == "parity"
    states: States = 10 if is_parity or waveform.is_train or cable.fibre_um < FOUR_STATES_FROM_UM else 4
    internode, rest = internode_and_rest(cable, nodes, states)
    grid = time_grid(waveform, NEURON_SCHEME if is_parity else CLOSE_SCHEME if is_close else GRADED_SCHEME)
    return Plan(cable, internode, grid, steps_of(cable, internode, grid), rest, _looks(grid), _quiet_from(grid))


def _looks(grid: TimeGrid) -> NDArray[np.bool_]:
    """Every fourth step of silence and of a phase that lasts; at the end of every recharge; at the very end.

    Early in a phase a strong field lifts nodes above the mark that will not fire; later only a spike does. Silence
    alone would miss a spike that a long pulse starts early and that has left the fibre before the last edge.
    """
    number = np.arange(len(grid.levels))
    starts = np.maximum.accumulate(np.where(grid.jumps != 0.0, number, 0))
    since_us = grid.ends_us - np.concatenate([[0.0], grid.ends_us])[starts]
    is_telling = (grid.levels == 0.0) | (since_us >= PASSIVE_US)
    looks = is_telling & ((number - starts) % CHECK_EVERY == CHECK_EVERY - 1)
    looks |= (grid.levels < 0.0) & (np.append(grid.jumps[1:], 0.0) != 0.0)
    looks[-1] = True
    return np.asarray(looks)


def _quiet_from(grid: TimeGrid) -> int:
    end_us = grid.ends_us[grid.last_edge - 1]
    return int(np.searchsorted(grid.ends_us, end_us + QUIET_AFTER_US))
