"""How far a pulse lifts every node when no gate moves: linear in the field, so a sum over contacts."""

from functools import lru_cache

import numpy as np

from planner.axons.cable import Cable
from planner.axons.drive import drive_of
from planner.axons.plan import internode_and_rest
from planner.axons.reference_path import Solver
from planner.axons.stepping import steps_of
from planner.axons.time_grid import GRADED_SCHEME, time_grid
from planner.axons.waveform import Waveform
from planner.geometry.arrays import FloatArray


@lru_cache(maxsize=64)
def polarisation_per_step(cable: Cable, nodes: int, waveform: Waveform) -> FloatArray:
    """(phases, nodes − 1, nodes): mV at each node at the end of each phase, per mV from a node to the next.

    The rows are found by simulating one fibre each with the gates held at rest.
    """
    internode, rest = internode_and_rest(cable, nodes, 4)
    solver = Solver(cable, internode)
    grid = time_grid(waveform, GRADED_SCHEME)
    steps = steps_of(cable, internode, grid)
    unit = np.concatenate([np.zeros((nodes - 1, 1)), np.cumsum(np.eye(nodes - 1), axis=1)], axis=1)
    drive = drive_of(cable, internode, unit)
    with_field, without = (rest.repeated(nodes - 1) for _either in (0, 1))
    nothing = np.zeros_like(drive.node), np.zeros_like(drive.state)
    ends = []
    for number in range(grid.last_edge):
        kind = int(steps.kind[number])
        field = solver.sources(steps, drive, kind, grid.levels[number], grid.jumps[number])
        solver.step(with_field, steps, kind, *field)
        solver.step(without, steps, kind, *nothing)
        if grid.levels[number] != 0.0 and grid.jumps[number + 1] != 0.0:
            ends.append((with_field.volts - without.volts).T)
    return np.stack(ends)


def polarisation(cable: Cable, node_mv: FloatArray, waveform: Waveform) -> FloatArray:
    """(phases, ..., nodes) mV for outside potentials (..., nodes)."""
    steps_mv = np.diff(node_mv, axis=-1)
    return np.stack([steps_mv @ rows for rows in polarisation_per_step(cable, node_mv.shape[-1], waveform)])
