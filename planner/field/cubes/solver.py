"""From leads and tissue to a system of joined cubes, and its solution by conjugate gradients with multigrid."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from planner.errors import PlannerError
from planner.field.conductor import Conductor, Tissue
from planner.field.cubes.bodies import Bodies, Frame
from planner.field.cubes.tree import Box, Tree, children_of, divided, grow, without
from planner.field.tensors import TensorTissue
from planner.geometry import Grid
from planner.geometry.arrays import FloatArray
from planner.i18n import _
from planner.progress import Progress

Single = NDArray[np.float32]
GROUND = -2
RELATIVE_TOLERANCE = 1e-6
"""Residual against the source, in the preconditioner's norm."""
MOST_ITERATIONS = 200
EDGE_SHIFT = 0.25
"""Of a cube's edge: contacts count as larger by this."""


@dataclass(frozen=True, slots=True)
class Fineness:
    """Edge lengths of cubes. They halve and double, so the true ones lie up to a factor of two below these.

    ``edge_mm`` at contacts' edges, ``contact_mm`` at contacts, ``body_mm`` at bare bodies; growth per mm of distance.
    """

    finest_mm: float = 0.025
    edge_mm: float = 0.025
    contact_mm: float = 0.05
    body_mm: float = 0.2
    growth: float = 0.12
    edge_growth: float = 0.25
    bare_growth: float = 0.04
    largest_mm: float = 12.8
    levels: int = 11


@dataclass(frozen=True, slots=True, eq=False)
class Outer:
    """Where the model ends: ``radius_mm`` from the contacts' middle lines; and ``planes`` (M, 4) normal and height."""

    radius_mm: float
    array: FloatArray
    planes: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """Links from cubes to contacts and to the ground: ``ints`` (H, 3) cube, face, contact or GROUND; ``reals`` (H, 3)
    mS, the same per open area, part of the face."""

    ints: NDArray[np.int32] = field(repr=False)
    reals: Single = field(repr=False)

    def sums(self, count: int) -> Single:
        """(count,) mS from each cube to whatever is held."""
        return np.bincount(self.ints[:, 0], self.reals[:, 0], minlength=count).astype(np.float32)

    def source(self, contact: int, count: int) -> FloatArray:
        """(count,) mA into the cubes from 1 V on a contact."""
        own = self.ints[:, 2] == contact
        currents = np.bincount(self.ints[own, 0], self.reals[own, 0].astype(float), minlength=count)
        return currents.astype(float)


@dataclass(frozen=True, slots=True, eq=False)
class System:
    """``g`` (N, 6) mS between undivided cubes (from the finer of two), ``density`` per open area, S/m over mm."""

    tree: Tree
    bodies: Bodies
    whole: NDArray[np.int32] = field(repr=False)
    distance_mm: Single = field(repr=False)
    tissue_part: Single = field(repr=False)
    halves: Single = field(repr=False)
    g: Single = field(repr=False)
    density: Single = field(repr=False)
    held: Held = field(repr=False)
    crossing: "Crossing | None" = field(repr=False, default=None)


def box_for(outer: Outer, fineness: Fineness) -> Box:
    """The coarsest cubes that hold the model; the frame's zero is a corner of theirs."""
    ends = np.concatenate([outer.array[:, :3], outer.array[:, :3] + outer.array[:, 3:6] * outer.array[:, 6:7]])
    low, high = ends.min(axis=0) - outer.radius_mm, ends.max(axis=0) + outer.radius_mm
    for x, y, z, height in outer.planes:
        axis = int(np.abs([x, y, z]).argmax())
        if (x, y, z)[axis] > 0.999:
            high[axis] = min(high[axis], height)
    edge = fineness.finest_mm * 2.0 ** (fineness.levels - 1)
    first, last = np.floor(low / edge).astype(int), np.ceil(high / edge).astype(int)
    i, j, k = (int(count) for count in last - first)
    return Box(first * edge, (i, j, k), fineness.finest_mm, fineness.levels)


def system_of(
    bodies: Bodies, conductor: Conductor, frame: Frame, outer: Outer, fineness: Fineness, is_grounded: bool
) -> System:
    from planner.field.cubes import body_kernels, link_kernels

    box = box_for(outer, fineness)
    shape = (bodies.segments, bodies.starts, bodies.slabs, bodies.patches)
    limits = (outer.array, outer.planes, outer.radius_mm)
    sizes = np.array(
        [
            fineness.edge_mm,
            fineness.contact_mm,
            fineness.body_mm,
            fineness.growth,
            fineness.edge_growth,
            fineness.bare_growth,
            fineness.largest_mm,
        ]
    )

    def want(centres: FloatArray, edge_mm: float) -> NDArray[np.bool_]:
        return body_kernels.too_large(centres, edge_mm, *shape, sizes)

    starts, level, ijk, parent = grow(box, divided(box, want))
    child = children_of(parent)
    is_whole = (child == -1).all(axis=1)
    edges = box.finest_mm * 2.0 ** level.astype(float)
    centres = box.corner_mm + (ijk + 0.5) * edges[:, None]
    whole = np.flatnonzero(is_whole)
    found = link_kernels.measured(centres[whole], edges[whole], *shape, *limits, EDGE_SHIFT)
    distance, tissue, metal = (np.zeros(len(level), dtype=np.float32) for _one in range(3))
    distance[whole], tissue[whole], metal[whole] = found
    is_kept = (tissue > 1e-3) & (metal < 0.999)
    for one in range(box.levels - 1):
        own = np.arange(starts[one], starts[one + 1])
        is_kept[parent[own[is_kept[own]]]] = True
    tree = without(starts, level, ijk, parent, child, is_kept, box)
    return _linked(
        tree, bodies, conductor, frame, outer, distance[is_kept], tissue[is_kept], metal[is_kept], is_grounded
    )


def _linked(
    tree: Tree,
    bodies: Bodies,
    conductor: Conductor,
    frame: Frame,
    outer: Outer,
    distance: Single,
    tissue: Single,
    metal: Single,
    is_grounded: bool,
) -> System:
    from planner.field.cubes import link_kernels

    shape = (bodies.segments, bodies.starts, bodies.slabs, bodies.patches)
    centres, edges, capsule = tree.centres, tree.edge_mm, conductor.capsule
    halves, cross = _conductivity(conductor, centres, edges, frame)
    if capsule.thickness_mm > 0:
        link_kernels.encapsulate(halves, centres, edges, distance, capsule.thickness_mm, capsule.s_per_m, *shape)
    most = int((tree.beside == -1).sum() + 6 * (distance < 1.5 * edges).sum())
    g, density, ints, reals, count = link_kernels.joined(
        edges, centres, tree.child, tree.beside, distance, metal, halves, *shape,
        outer.array, outer.planes, outer.radius_mm, is_grounded, capsule.thickness_mm, capsule.s_per_m,
        EDGE_SHIFT, most + 1,
    )  # fmt: skip
    held = Held(ints[:count].copy(), reals[:count].copy())
    whole = np.flatnonzero(tree.is_whole).astype(np.int32)
    far = distance > capsule.thickness_mm + edges
    crossing = _crossing(tree, cross, halves, g, density, held, far)
    return System(tree, bodies, whole, distance, tissue, halves, g, density, held, crossing)


def _conductivity(
    conductor: Conductor, centres: FloatArray, edges: FloatArray, frame: Frame
) -> tuple[Single, Single | None]:
    """(N, 6) S/m of the halves of cubes, and (N, 3) cross terms where the tissue has tensors."""
    from planner.field.cubes import cross_kernels

    tissue = conductor.tissue
    if not isinstance(tissue, TensorTissue):
        return _halves(tissue, centres, edges, frame), None
    plain = _halves(tissue.elsewhere, centres, edges, frame)
    finest = float(min(tissue.grid.spacing_mm))
    halves, cross = cross_kernels.sampled_tensors(
        centres, edges, frame.turn, _to_index(tissue.grid, frame), tissue.tensors, finest, plain
    )
    return halves, cross


def _halves(tissue: Tissue, centres: FloatArray, edges: FloatArray, frame: Frame) -> Single:
    from planner.field.cubes import link_kernels

    if tissue.grid is None or tissue.values is None or tissue.table_s_per_m is None:
        return np.full((len(centres), 6), tissue.outside_s_per_m, dtype=np.float32)
    finest = float(min(tissue.grid.spacing_mm))
    to_index = _to_index(tissue.grid, frame)
    return link_kernels.sampled(
        centres, edges, to_index, tissue.values, tissue.table_s_per_m, tissue.outside_s_per_m, finest
    )


def _to_index(grid: Grid, frame: Frame) -> FloatArray:
    """(3, 4) from the cubes' frame to the voxels of an image; its affine gives voxel centres."""
    inverse = np.linalg.inv(grid.affine)
    to_index = np.empty((3, 4))
    to_index[:, :3] = inverse[:3, :3] @ frame.turn
    to_index[:, 3] = inverse[:3, :3] @ frame.origin_mm + inverse[:3, 3]
    return to_index


@dataclass(frozen=True, slots=True, eq=False)
class Crossing:
    """``cubes`` in which the tensor has ``cross`` terms (N, 3); ``edges`` (N,) mm."""

    cubes: NDArray[np.int32] = field(repr=False)
    cross: Single = field(repr=False)
    edges: FloatArray = field(repr=False)


def _crossing(
    tree: Tree, cross: Single | None, halves: Single, g: Single, density: Single, held: Held, far: NDArray[np.bool_]
) -> Crossing | None:
    """Cubes in the encapsulation or cut by a body have no cross terms (``far``: the others)."""
    from planner.field.cubes import cross_kernels

    if cross is None:
        return None
    cross[~far] = 0.0
    cross_kernels.limited(cross, halves)
    whole = np.flatnonzero(tree.is_whole).astype(np.int32)
    edges = tree.edge_mm
    cubes = cross_kernels.crossing(whole, tree.child, tree.beside, g, density, edges, cross, held.ints[:, 0])
    return Crossing(cubes, cross, edges)


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


def solve(system: System, contacts: int, progress: Progress, threads: int = 2) -> Solved:
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
        x, residual, iterations = conjugate_gradients(system, grid, sources, told[number])
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
    return Solved(volts, (conductance + conductance.T) / 2.0, tuple(one[1] for one in found))


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
    system: System, grid: Multigrid, sources: FloatArray, progress: Progress
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
        kernels.cycle(tree.starts, tree.ijk, tree.parent, tree.beside, grid.g, grid.inverse, grid.shares, single, step)
        return kernels.energies(is_whole, step, residual)

    energy = first = precondition()
    direction = step.astype(np.float64)
    for number in range(MOST_ITERATIONS):
        progress.check()
        if (energy <= RELATIVE_TOLERANCE**2 * first).all():
            return x, residual, number
        kernels.image(system.whole, tree.beside, tree.level, system.g, held, *grid.hanging, direction, turned)
        if system.crossing is not None:
            add_cross(system, system.crossing, direction, turned)
        slope = kernels.dots(direction, turned)
        length = np.where(slope > 0, energy / np.where(slope > 0, slope, 1.0), 0.0)
        single[:] = 0.0
        kernels.advance(length, direction, turned, x, residual, single)
        energy, before = precondition(), energy
        worst = float((energy[first > 0] / first[first > 0]).max(initial=RELATIVE_TOLERANCE**2))
        progress(np.log(max(worst, RELATIVE_TOLERANCE**2)) / np.log(RELATIVE_TOLERANCE**2), _("Solving the field"))
        kernels.turn(np.where(before > 0, energy / np.where(before > 0, before, 1.0), 0.0), step, direction)
    raise PlannerError(_("The field could not be solved. Check the conductivities."), code="no-convergence")


def add_cross(system: System, crossing: Crossing, values: FloatArray, out: FloatArray) -> None:
    from planner.field.cubes import cross_kernels

    tree = system.tree
    cross_kernels.add_cross(
        crossing.cubes, tree.parent, tree.child, tree.beside, tree.level, system.density, system.halves,
        crossing.edges, crossing.cross, values, out,
    )  # fmt: skip
