"""How much of the activated tissue lies in a structure, and how strong the field gets inside it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.errors import SpaceMismatchError
from planner.field.activated import Activated
from planner.field.superposition import Field, Units
from planner.geometry import Surface, Volume
from planner.geometry.arrays import FloatArray

RASTER_MM = 0.1
"""Step in which a closed surface is rasterised to tell inside from outside; below the voxels structures come from."""
MOST_RASTER_CELLS = 1_000_000


@dataclass(frozen=True, slots=True)
class StructureField:
    """One structure: its activated part, and the strongest |E| at cell centres inside it (0 when none is near)."""

    activated_mm3: float
    strongest_v_mm: float


@dataclass(frozen=True, slots=True, eq=False)
class _Box:
    """From ``low`` to ``high`` (3,). Columns are looked at one by one: far quicker than rows of three."""

    low: FloatArray
    high: FloatArray

    @classmethod
    def around(cls, points: FloatArray) -> "_Box":
        columns = points.T
        return cls(np.array([one.min() for one in columns]), np.array([one.max() for one in columns]))

    def meets(self, other: "_Box") -> bool:
        return bool((self.low <= other.high).all() and (self.high >= other.low).all())

    def holds(self, points: FloatArray) -> NDArray[np.bool_]:
        """(N,) for (N, 3) points."""
        is_in = np.ones(len(points), dtype=bool)
        for column, low, high in zip(points.T, self.low, self.high, strict=True):
            is_in &= (column >= low) & (column <= high)
        return is_in


def _box_of(surface: Surface) -> _Box:
    """A little larger than the surface; one that holds nothing for an empty surface."""
    if len(surface.vertices) == 0:
        return _Box(np.full(3, np.inf), np.full(3, -np.inf))
    box = _Box.around(surface.vertices)
    return _Box(box.low - RASTER_MM / 2, box.high + RASTER_MM / 2)


@dataclass(frozen=True, slots=True, eq=False)
class StructureCells:
    """The structures near a lead and which of the lead's cells lie in each: the same for every programme of a pose."""

    surfaces: Mapping[str, Surface]
    clearance_mm: float
    inside: Mapping[str, NDArray[np.intp]]
    """By structure: numbers of the cells in it, among those of ``near_places``."""
    boxes: Mapping[str, _Box]


def structure_cells(units: Units, structures: Mapping[str, Surface], clearance_mm: float) -> StructureCells:
    """``structures`` are closed surfaces; cells count from ``clearance_mm`` off the lead on.

    Raises SpaceMismatchError when a surface and the lead lie in different spaces.
    """
    for surface in structures.values():
        if surface.space != units.space:
            raise SpaceMismatchError(f"the field is in {units.space!r}, the structure in {surface.space!r}")
    centres = units.near_places(clearance_mm)
    inside = {name: np.nonzero(points_inside(surface, centres))[0] for name, surface in structures.items()}
    boxes = {name: _box_of(surface) for name, surface in structures.items()}
    return StructureCells(structures, clearance_mm, inside, boxes)


def in_structures(field: Field, activated: Activated, cells: StructureCells) -> dict[str, StructureField]:
    """The activated part of each structure, and the strongest field in it. ``cells`` are of the field's pose."""
    strength = field.near_magnitudes(cells.clearance_mm)
    places = activated.places
    reach = _Box.around(places) if len(places) else None
    found = {}
    for name, surface in cells.surfaces.items():
        is_reached = reach is not None and reach.meets(cells.boxes[name])
        reached_mm3 = activated.parts_mm3[points_inside(surface, places)].sum() if is_reached else 0.0
        strongest = strength[cells.inside[name]].max(initial=0.0)
        found[name] = StructureField(float(reached_mm3), float(strongest))
    return found


def by_label(activated: Activated, labels: Volume) -> dict[int, float]:
    """Activated mm³ per label of a label image in the same space (voxel centres); outside the image is left out."""
    if labels.space != activated.surface.space:
        raise SpaceMismatchError(f"the volume is in {activated.surface.space!r}, the labels in {labels.space!r}")
    index = np.floor(labels.grid.to_index(activated.places) + 0.5).astype(int)
    is_inside = ((index >= 0) & (index < labels.grid.shape)).all(axis=1)
    found = labels.values[tuple(index[is_inside].T)].astype(int)
    names, place = np.unique(found, return_inverse=True)
    sums = np.bincount(place, activated.parts_mm3[is_inside], minlength=len(names))
    return {int(name): float(total) for name, total in zip(names, sums, strict=True)}


def points_inside(surface: Surface, points: FloatArray) -> NDArray[np.bool_]:
    """(N,) whether each of (N, 3) points lies in a closed surface, to about RASTER_MM."""
    inside = np.zeros(len(points), dtype=bool)
    if len(surface.triangles) == 0 or len(points) == 0:
        return inside
    is_near = _box_of(surface).holds(points)
    if not is_near.any():
        return inside
    near = points[is_near]
    box = _Box.around(near)
    start, end = box.low, box.high
    step = max(RASTER_MM, float(np.cbrt(np.prod(end - start + RASTER_MM) / MOST_RASTER_CELLS)))
    raster = _rasterised(surface, start, end, step)
    index = np.clip(np.round((near - start) / step).astype(int), 0, np.array(raster.shape) - 1)
    inside[is_near] = raster[tuple(index.T)]
    return inside


def _rasterised(surface: Surface, start: FloatArray, end: FloatArray, step: float) -> NDArray[np.bool_]:
    """[x, y, z] of a raster from ``start`` to ``end``: True where its points lie in the surface.

    Along every line of the raster in z the surface is crossed an odd number of times before a point inside.
    """
    size = np.ceil((end - start) / step).astype(int) + 1
    # The raster is shifted by less than a hundredth of a step so that no line meets a vertex of a regular mesh.
    scaled = (surface.vertices - start) / step + (0.0071, 0.0053, 0.0)
    i, j, height = _crossings(scaled[surface.triangles], size)
    k = np.clip(np.ceil(height).astype(int), 0, size[2])
    crossed = np.zeros((size[0], size[1], size[2] + 1), dtype=np.int32)
    np.add.at(crossed, (i, j, k), 1)
    inside: NDArray[np.bool_] = np.cumsum(crossed, axis=2)[:, :, :-1] % 2 == 1
    return inside


def _crossings(corners: FloatArray, size: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64], FloatArray]:
    """Columns (i, j) of the raster and heights at which they pass through triangles (M, 3, 3), in raster steps."""
    low = np.maximum(np.ceil(corners[:, :, :2].min(axis=1)), 0).astype(int)
    high = np.minimum(np.floor(corners[:, :, :2].max(axis=1)), size[:2] - 1).astype(int)
    spans = np.maximum(high - low + 1, 0)
    counts = spans[:, 0] * spans[:, 1]
    which = np.repeat(np.arange(len(corners)), counts)
    running = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
    i = low[which, 0] + running // spans[which, 1]
    j = low[which, 1] + running % spans[which, 1]
    a, b, c = (corners[which, corner] for corner in range(3))
    area = _turn(b - a, c - a)
    safe = np.where(area == 0.0, 1.0, area)
    here = np.stack([i, j], axis=1) - a[:, :2]
    to_b, to_c = _turn(here, c - a) / safe, _turn(b - a, here) / safe
    is_hit = (area != 0.0) & (to_b >= 0) & (to_c >= 0) & (to_b + to_c < 1)
    height = a[:, 2] + to_b * (b - a)[:, 2] + to_c * (c - a)[:, 2]
    return i[is_hit], j[is_hit], height[is_hit]


def _turn(first: FloatArray, second: FloatArray) -> FloatArray:
    """Signed area of two edges seen along z."""
    turned: FloatArray = first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
    return turned
