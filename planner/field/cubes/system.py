"""From leads and tissue to a system of joined cubes."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from planner.errors import PlannerError
from planner.field.case_ball import CaseBall
from planner.field.conductor import Conductor
from planner.field.cubes.bodies import Bodies, Frame
from planner.field.cubes.parts import parts
from planner.field.cubes.tissue import conductivity_of
from planner.field.cubes.tree import Box, Tree, children_of, divided, grow, without
from planner.geometry.arrays import FloatArray
from planner.i18n import _
from planner.progress import Progress

Single = NDArray[np.float32]
GROUND = -2
MANY = 10
LEAST_PART = 1e-3
"""Cubes with less tissue than this are none, nor those of which a contact takes all but this."""


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

    @classmethod
    def for_contacts(cls, count: int) -> "Fineness":
        """Coarser from MANY contacts on: the errors of a paddle's contact stay below half a percent all the same."""
        if count < MANY:
            return cls()
        return cls(edge_mm=0.05, contact_mm=0.1, growth=0.15, finest_mm=0.05, levels=10)

    @property
    def sizes(self) -> FloatArray:
        """As :func:`body_kernels.wanted_size` takes them."""
        sizes = (self.edge_mm, self.contact_mm, self.body_mm, self.growth, self.edge_growth, self.bare_growth)
        return np.array([*sizes, self.largest_mm])


@dataclass(frozen=True, slots=True, eq=False)
class Outer:
    """Where the model ends: ``radius_mm`` from the contacts' middle lines; and ``planes`` (M, 4) normal and height."""

    radius_mm: float
    array: FloatArray
    planes: FloatArray
    is_grounded: bool = True
    case: CaseBall | None = None


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


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """What is solved: leads and tissue in the cubes' frame, and where the model ends."""

    bodies: Bodies
    conductor: Conductor
    frame: Frame
    outer: Outer


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """(N,) of all cubes of a tree: see :func:`link_kernels.measured`."""

    distance: Single = field(repr=False)
    tissue: Single = field(repr=False)
    metal: Single = field(repr=False)

    def of(self, is_kept: NDArray[np.bool_]) -> "Measured":
        return Measured(self.distance[is_kept], self.tissue[is_kept], self.metal[is_kept])


def system_of(setting: Setting, fineness: Fineness, progress: Progress) -> System:
    """Raises PlannerError(code="case") and Cancelled."""
    tree, measured = _tree_of(setting, fineness, progress)
    centres, edges, capsule = tree.centres, tree.edge_mm, setting.conductor.capsule
    halves, cross = conductivity_of(setting.conductor, centres, edges, setting.frame, progress)
    _encapsulate(halves, centres, edges, measured.distance, setting, progress)
    g, density, held = _links(tree, centres, edges, measured, halves, setting, progress)
    outer = setting.outer
    if outer.is_grounded and outer.case is not None:
        held = _grounded_in(outer.case, held, setting.frame.to_world(centres[held.ints[:, 0]]))
    far = measured.distance > capsule.thickness_mm + edges
    crossing = _crossing(tree, cross, halves, g, density, held, far)
    whole = np.flatnonzero(tree.is_whole).astype(np.int32)
    return System(tree, setting.bodies, whole, measured.distance, measured.tissue, halves, g, density, held, crossing)


def _tree_of(setting: Setting, fineness: Fineness, progress: Progress) -> tuple[Tree, Measured]:
    """All cubes with tissue in them."""
    from planner.field.cubes import body_kernels

    box, tables, sizes = box_for(setting.outer, fineness), setting.bodies.tables, fineness.sizes

    def want(centres: FloatArray, edge_mm: float) -> NDArray[np.bool_]:
        found = np.zeros(len(centres), dtype=bool)
        for part in parts(len(centres), progress):
            found[part] = body_kernels.too_large(centres[part], edge_mm, *tables, sizes)
        return found

    starts, level, ijk, parent = grow(box, divided(box, want))
    child = children_of(parent)
    whole = np.flatnonzero((child == -1).all(axis=1))
    edges = box.finest_mm * 2.0 ** level.astype(float)
    centres = box.corner_mm + (ijk + 0.5) * edges[:, None]
    measured = _measured(centres, edges, whole, setting, progress)
    is_kept = (measured.tissue > LEAST_PART) & (measured.metal < 1.0 - LEAST_PART)
    for one in range(box.levels - 1):
        own = np.arange(starts[one], starts[one + 1])
        is_kept[parent[own[is_kept[own]]]] = True
    return without(starts, level, ijk, parent, child, is_kept, box), measured.of(is_kept)


def _measured(
    centres: FloatArray, edges: FloatArray, whole: NDArray[np.intp], setting: Setting, progress: Progress
) -> Measured:
    from planner.field.cubes import link_kernels

    outer = setting.outer
    found = Measured(*(np.zeros(len(edges), dtype=np.float32) for _one in range(3)))
    for part in parts(len(whole), progress):
        own = whole[part]
        values = link_kernels.measured(
            centres[own], edges[own], *setting.bodies.tables, outer.array, outer.planes, outer.radius_mm
        )
        found.distance[own], found.tissue[own], found.metal[own] = values
    return found


def _encapsulate(
    halves: Single, centres: FloatArray, edges: FloatArray, distance: Single, setting: Setting, progress: Progress
) -> None:
    """Changes ``halves``."""
    from planner.field.cubes import link_kernels

    capsule = setting.conductor.capsule
    if capsule.thickness_mm <= 0:
        return
    for part in parts(len(edges), progress):
        link_kernels.encapsulate(
            halves[part], centres[part], edges[part], distance[part], capsule.thickness_mm, capsule.s_per_m,
            *setting.bodies.tables,
        )  # fmt: skip


def _links(
    tree: Tree,
    centres: FloatArray,
    edges: FloatArray,
    measured: Measured,
    halves: Single,
    setting: Setting,
    progress: Progress,
) -> tuple[Single, Single, Held]:
    from planner.field.cubes import link_kernels

    outer, capsule, distance = setting.outer, setting.conductor.capsule, measured.distance
    most = int((tree.beside == -1).sum() + 6 * (distance < 1.5 * edges).sum()) + 1
    g, density = (np.zeros((tree.count, 6), dtype=np.float32) for _one in range(2))
    ints, reals, count = np.empty((most, 3), dtype=np.int32), np.empty((most, 3), dtype=np.float32), 0
    for part in parts(tree.count, progress):
        count = link_kernels.join(
            part.start, part.stop, edges, centres, tree.child, tree.beside, distance, measured.metal, halves,
            *setting.bodies.tables, outer.array, outer.planes, outer.radius_mm, outer.is_grounded,
            capsule.thickness_mm, capsule.s_per_m, g, density, ints, reals, count,
        )  # fmt: skip
    return g, density, Held(ints[:count].copy(), reals[:count].copy())


def _grounded_in(ball: CaseBall, held: Held, places_mm: FloatArray) -> Held:
    """Without the links to the ground outside the ball. Raises PlannerError(code="case") when none is left."""
    is_ground = held.ints[:, 2] == GROUND
    inside = np.linalg.norm(places_mm - np.array(ball.centre_mm), axis=1) <= ball.radius_mm
    if not (is_ground & inside).any():
        text = _("The case does not reach the boundary of the model. Make its sphere larger, or move it there.")
        raise PlannerError(text, code="case")
    is_kept = ~is_ground | inside
    return Held(held.ints[is_kept], held.reals[is_kept])


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
