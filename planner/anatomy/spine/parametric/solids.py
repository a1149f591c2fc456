"""Solids as distance functions: what a vertebra is put together from. Local mm: x right, y back, z up.

A solid is one row of COLUMNS numbers; its distance is negative inside. Two kinds:

- ``rod``: from p to q, elliptical across (half sizes along ``wide`` and square to it, at both ends), rounded ends;
  ``is_slab`` gives it flat sides.
- ``body``: an upright cylinder with a flat back, a waist and slanted, slightly hollow ends.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from planner.anatomy.spine.parametric.line import unit
from planner.geometry.arrays import FloatArray

COLUMNS = 16
ROD, BODY = 0.0, 1.0
BACK_HOLLOW = 0.12
"""How far the back wall of a body is hollowed towards the canal, as a share of its half depth. Drawn."""
BLEND_MM = 1.5
"""Where solids of one bone meet they flow into each other over this length."""
CANAL_STEP_MM = 2.0
CANAL_COLUMNS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Bone:
    """One bone: ``solids`` (N, COLUMNS) in the frame ``origin`` (3,), ``axes`` (3, 3) rows right, back, up.

    The canal is cut out of it: ``canal`` (K, CANAL_COLUMNS) every CANAL_STEP_MM of z from ``canal_low`` has the canal's
    centre x, y, half width, half depth and the window behind it; K = 0 cuts nothing. ``label`` is its number in label
    maps; ``low`` and ``high`` (3,) bound it in its frame."""

    name: str
    label: int
    origin: FloatArray = field(repr=False)
    axes: FloatArray = field(repr=False)
    solids: FloatArray = field(repr=False)
    canal: FloatArray = field(repr=False)
    canal_low: float
    low: FloatArray = field(repr=False)
    high: FloatArray = field(repr=False)

    def to_local(self, xyz_mm: ArrayLike) -> FloatArray:
        points = np.asarray(xyz_mm, dtype=float)
        return np.asarray((points - self.origin) @ self.axes.T)

    def to_world(self, local_mm: ArrayLike) -> FloatArray:
        return np.asarray(np.asarray(local_mm, dtype=float) @ self.axes + self.origin)

    def distance_mm(self, xyz_mm: ArrayLike) -> FloatArray:
        """(M,) signed distance of points, about exact near the surface."""
        from planner.anatomy.spine.parametric.solid_kernels import bone_distances

        local = np.ascontiguousarray(self.to_local(xyz_mm).reshape(-1, 3))
        found: FloatArray = bone_distances(local, self.solids, self.canal, self.canal_low)
        return found


def bone(name: str, label: int, frame: FloatArray, solids: list[FloatArray], canal: FloatArray, low: float) -> Bone:
    """``frame`` (4, 3): origin, right, back, down."""
    rows = np.ascontiguousarray(np.stack(solids))
    lows, highs = bounds(rows)
    axes = np.stack([frame[1], frame[2], -frame[3]])
    return Bone(name, label, frame[0].copy(), axes, rows, np.ascontiguousarray(canal), low, lows, highs)


def rod(
    p: ArrayLike,
    q: ArrayLike,
    at_p: tuple[float, float],
    at_q: tuple[float, float] | None = None,
    *,
    wide: ArrayLike = (0.0, 0.0, 1.0),
    is_slab: bool = False,
) -> FloatArray:
    """Half sizes (along ``wide``, square to it) at both ends; ``wide`` is made perpendicular to the rod."""
    start, end = np.asarray(p, dtype=float), np.asarray(q, dtype=float)
    at_q = at_q or at_p
    axis = unit(end - start)
    across = np.asarray(wide, dtype=float)
    across = unit(across - (across @ axis) * axis)
    reach = float(np.linalg.norm(end - start)) / 2 + 1.2 * max(*at_p, *at_q)  # a slab's corners reach further
    return np.array([ROD, *start, *end, *across, *at_p, *at_q, float(is_slab), reach])


@dataclass(frozen=True, slots=True)
class BodyShape:
    """``height_mm`` at y = 0 with ends sloping by ``wedge_rad`` altogether (kyphosis positive); half widths and depths
    at its top and bottom; ``back_mm`` the y of its back wall."""

    height_mm: float
    wedge_rad: float
    half_widths: tuple[float, float]
    half_depths: tuple[float, float]
    back_mm: float
    waist: float = 0.08
    hollow_mm: float = 1.2

    def row(self) -> FloatArray:
        half_depth = sum(self.half_depths) / 2 / (1 + BACK_HOLLOW)  # at the midline, where the back wall is hollow
        numbers = (
            *(BODY, self.height_mm / 2, float(np.tan(self.wedge_rad / 2)), self.back_mm - half_depth),
            *(*self.half_widths, *self.half_depths, self.waist, self.hollow_mm),
        )
        return np.array([*numbers, *([0.0] * (COLUMNS - len(numbers)))])


def bounds(rows: FloatArray) -> tuple[FloatArray, FloatArray]:
    """(3,), (3,) corners of a box around solids."""
    lows, highs = [], []
    for row in rows:
        if row[0] == BODY:
            half_width, half_depth = max(row[4], row[5]), max(row[6], row[7])
            half_height = row[1] + abs(row[2]) * (abs(row[3]) + half_depth)
            middle, half = np.array([0.0, row[3], 0.0]), np.array([half_width, half_depth, half_height])
            lows.append(middle - half)
            highs.append(middle + half)
        else:
            reach = max(row[10:14])
            lows.append(np.minimum(row[1:4], row[4:7]) - reach)
            highs.append(np.maximum(row[1:4], row[4:7]) + reach)
    return np.min(lows, axis=0) - BLEND_MM, np.max(highs, axis=0) + BLEND_MM
