"""From leads and tissue to a system of joined cubes."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from planner.errors import PlannerError
from planner.field.case_ball import CaseBall
from planner.field.conductor import Conductor
from planner.field.cubes.bodies import Bodies, Frame
from planner.field.cubes.tissue import conductivity_of
from planner.field.cubes.tree import Box, Tree, children_of, divided, grow, without
from planner.geometry.arrays import FloatArray
from planner.i18n import _

Single = NDArray[np.float32]
GROUND = -2
MANY = 10


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


def system_of(bodies: Bodies, conductor: Conductor, frame: Frame, outer: Outer, fineness: Fineness) -> System:
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
    found = link_kernels.measured(centres[whole], edges[whole], *shape, *limits)
    distance, tissue, metal = (np.zeros(len(level), dtype=np.float32) for _one in range(3))
    distance[whole], tissue[whole], metal[whole] = found
    is_kept = (tissue > 1e-3) & (metal < 0.999)
    for one in range(box.levels - 1):
        own = np.arange(starts[one], starts[one + 1])
        is_kept[parent[own[is_kept[own]]]] = True
    tree = without(starts, level, ijk, parent, child, is_kept, box)
    return _linked(tree, bodies, conductor, frame, outer, distance[is_kept], tissue[is_kept], metal[is_kept])


def _linked(
    tree: Tree,
    bodies: Bodies,
    conductor: Conductor,
    frame: Frame,
    outer: Outer,
    distance: Single,
    tissue: Single,
    metal: Single,
) -> System:
    from planner.field.cubes import link_kernels

    shape = (bodies.segments, bodies.starts, bodies.slabs, bodies.patches)
    centres, edges, capsule = tree.centres, tree.edge_mm, conductor.capsule
    halves, cross = conductivity_of(conductor, centres, edges, frame)
    if capsule.thickness_mm > 0:
        link_kernels.encapsulate(halves, centres, edges, distance, capsule.thickness_mm, capsule.s_per_m, *shape)
    most = int((tree.beside == -1).sum() + 6 * (distance < 1.5 * edges).sum())
    g, density, ints, reals, count = link_kernels.joined(
        edges, centres, tree.child, tree.beside, distance, metal, halves, *shape,
        outer.array, outer.planes, outer.radius_mm, outer.is_grounded, capsule.thickness_mm, capsule.s_per_m,
        most + 1,
    )  # fmt: skip
    held = Held(ints[:count].copy(), reals[:count].copy())
    if outer.is_grounded and outer.case is not None:
        held = _grounded_in(outer.case, held, frame.to_world(centres[held.ints[:, 0]]))
    whole = np.flatnonzero(tree.is_whole).astype(np.int32)
    far = distance > capsule.thickness_mm + edges
    crossing = _crossing(tree, cross, halves, g, density, held, far)
    return System(tree, bodies, whole, distance, tissue, halves, g, density, held, crossing)


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
