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
from planner.axons.time_grid import GRADED_SCHEME, NEURON_SCHEME, TimeGrid, time_grid
from planner.axons.waveform import Waveform

SETTLING_STEPS, SETTLING_STEP_MS = 40, 5.0
"""Rest: 200 ms of backward Euler from −80 mV, as the reference thresholds were started."""
CHECK_EVERY = 4
"""Steps between two looks at who has fired."""
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


def plan_of(cable: Cable, nodes: int, waveform: Waveform, setting: Setting) -> Plan:
    """Parity: ten states, NEURON's steps. Production: graded steps, four states; ten for trains."""
    is_parity = setting == "parity"
    states: States = 10 if is_parity or waveform.is_train else 4
    internode, rest = internode_and_rest(cable, nodes, states)
    grid = time_grid(waveform, NEURON_SCHEME if is_parity else GRADED_SCHEME)
    return Plan(cable, internode, grid, steps_of(cable, internode, grid), rest, _looks(grid), _quiet_from(grid))


def _looks(grid: TimeGrid) -> NDArray[np.bool_]:
    """Every fourth step after the last edge, and in a train in its pauses; at the very end too."""
    number = np.arange(len(grid.levels))
    is_silent = (grid.levels == 0.0) if np.any(grid.levels[: grid.last_edge] == 0.0) else number >= grid.last_edge
    looks = is_silent & ((number - grid.last_edge + 1) % CHECK_EVERY == 0)
    looks[-1] = True
    return np.asarray(looks)


def _quiet_from(grid: TimeGrid) -> int:
    end_us = grid.ends_us[grid.last_edge - 1]
    return int(np.searchsorted(grid.ends_us, end_us + QUIET_AFTER_US))
