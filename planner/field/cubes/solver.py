"""The solution of a system of cubes by conjugate gradients with multigrid, several contacts at once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from planner.errors import PlannerError
from planner.field.cubes.system import GROUND, Crossing, Held, System
from planner.geometry.arrays import FloatArray
from planner.i18n import _
from planner.progress import Progress

Single = NDArray[np.float32]
RELATIVE_TOLERANCE = 1e-6
"""Residual against the source, in the preconditioner's norm."""
MOST_ITERATIONS = 200


@dataclass(frozen=True, slots=True, eq=False)
class Multigrid:
    """Conductances on all levels, and what interpolation and relaxation need."""

    g: Single = field(repr=False)
    held: Single = field(repr=False)
    shares: Single = field(repr=False)
    inverse: Single = field(repr=False)
    hanging: tuple[NDArray[np.int32], Single] = field(repr=False)


def multigrid_of(system: System) -> Multigrid:
    from planner.field.cubes import multigrid_kernels

    tree = system.tree
    g, held = system.g.copy(), system.held.sums(tree.count)
    shares, inverse = multigrid_kernels.coarsened(tree.starts, tree.ijk, tree.parent, tree.beside, g, held)
    hanging = multigrid_kernels.hanging(tree.child, tree.beside, system.g)
    return Multigrid(g, held, shares, inverse, hanging)


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """For 1 V on each contact in turn: ``volts`` (contacts, M) of the undivided cubes, and the Maxwell matrix in mS."""

    volts: Single = field(repr=False)
    conductance_ms: FloatArray
    iterations: tuple[int, ...]


def solve(
    system: System, contacts: int, progress: Progress, threads: int = 2, tolerance: float = RELATIVE_TOLERANCE
) -> Solved:
    """Raises PlannerError(code="no-convergence") and Cancelled."""
    from planner.field.cubes.multigrid_kernels import LANES

    grid = multigrid_of(system)
    held, count, whole = system.held, system.tree.count, system.whole
    volts = np.empty((contacts, len(whole)), dtype=np.float32)
    left = np.empty((contacts, len(whole)), dtype=np.float32)
    blocks = [range(first, min(first + LANES, contacts)) for first in range(0, contacts, LANES)]
    told = _shared(progress, len(blocks))

    def work(number: int) -> tuple[FloatArray, int]:
        sources = np.zeros((count, LANES))
        block = blocks[number]
        for lane, contact in enumerate(block):
            sources[:, lane] = held.source(contact, count)
        x, residual, iterations = conjugate_gradients(system, grid, sources, told[number], tolerance)
        for lane, contact in enumerate(block):
            volts[contact], left[contact] = x[whole, lane], residual[whole, lane]
        return _currents(held, x, block, contacts), iterations

    if threads > 1 and len(blocks) > 1:
        with ThreadPoolExecutor(min(threads, len(blocks))) as pool:
            found = list(pool.map(work, range(len(blocks))))
    else:
        found = [work(number) for number in range(len(blocks))]
    currents = np.concatenate([one[0] for one in found])
    # What is left of a residual would still change the currents by this, to first order.
    conductance = currents - (left @ volts.T).astype(float)
    conductance = (conductance + conductance.T) / 2.0
    if not (held.ints[:, 2] == GROUND).any():
        conductance -= np.diag(conductance.sum(axis=1))  # no current leaves the model: that is exact
    return Solved(volts, conductance, tuple(one[1] for one in found))


def _currents(held: Held, x: FloatArray, block: range, contacts: int) -> FloatArray:
    """(lanes, contacts) mA that leave each contact."""
    is_contact = held.ints[:, 2] >= 0
    cubes, owner = held.ints[is_contact, 0], held.ints[is_contact, 2]
    links = held.reals[is_contact, 0].astype(float)
    rows = []
    for lane, contact in enumerate(block):
        step = links * ((owner == contact) - x[cubes, lane])
        rows.append(np.bincount(owner, step, minlength=contacts))
    return np.array(rows)


def _shared(progress: Progress, count: int) -> list[Progress]:
    """One progress for each of several works that run beside each other: it shows their mean."""
    fractions = np.zeros(count)

    def part(number: int) -> Progress:
        def report(fraction: float, words: str) -> None:
            fractions[number] = max(fraction, fractions[number])
            progress(float(fractions.mean()), words)

        return Progress(report, lambda: progress.is_cancelled)

    return [part(number) for number in range(count)]


def conjugate_gradients(
    system: System, grid: Multigrid, sources: FloatArray, progress: Progress, tolerance: float
) -> tuple[FloatArray, FloatArray, int]:
    """(N, LANES) potentials for these currents into the cubes, what is left of these, and the number of iterations."""
    from planner.field.cubes import multigrid_kernels as kernels

    tree = system.tree
    held = system.held.sums(tree.count)
    is_whole = tree.is_whole
    x, residual = np.zeros_like(sources), sources.copy()
    single, step = sources.astype(np.float32), np.empty(sources.shape, dtype=np.float32)
    turned = np.empty_like(sources)

    def precondition() -> FloatArray:
        progress.check()
        kernels.cycle(tree.starts, tree.ijk, tree.parent, tree.beside, grid.g, grid.inverse, grid.shares, single, step)
        return kernels.energies(is_whole, step, residual)

    energy = first = precondition()
    direction = step.astype(np.float64)
    for number in range(MOST_ITERATIONS):
        progress.check()
        if (energy <= tolerance**2 * first).all():
            return x, residual, number
        kernels.image(system.whole, tree.beside, tree.level, system.g, held, *grid.hanging, direction, turned)
        if system.crossing is not None:
            add_cross(system, system.crossing, direction, turned)
        slope = kernels.dots(direction, turned)
        length = np.where(slope > 0, energy / np.where(slope > 0, slope, 1.0), 0.0)
        single[:] = 0.0
        kernels.advance(length, direction, turned, x, residual, single)
        energy, before = precondition(), energy
        worst = float((energy[first > 0] / first[first > 0]).max(initial=tolerance**2))
        progress(np.log(max(worst, tolerance**2)) / np.log(tolerance**2), _("Solving the field"))
        kernels.turn(np.where(before > 0, energy / np.where(before > 0, before, 1.0), 0.0), step, direction)
    raise PlannerError(_("The field could not be solved. Check the conductivities."), code="no-convergence")


def add_cross(system: System, crossing: Crossing, values: FloatArray, out: FloatArray) -> None:
    from planner.field.cubes import cross_kernels

    tree = system.tree
    cross_kernels.add_cross(
        crossing.cubes, tree.parent, tree.child, tree.beside, tree.level, system.density, system.halves,
        crossing.edges, crossing.cross, values, out,
    )  # fmt: skip
