"""The patient laid straight along a curve: positions as length along it, and mm to the back and right of it.

The curve is the canal. Its frame turns as little as it can and keeps ``back`` to the patient's back, so that the
straightened picture does not spin. There and back again is exact wherever a point lies nearer than the curve's radius
of bending.
"""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from planner.errors import SpaceMismatchError
from planner.geometry import Curve, Points
from planner.geometry.arrays import FloatArray, frozen

StraightKind = Literal["sagittal", "coronal"]
KNOT_MM = 1.0
"""Frames are kept this far apart and joined straight; a spine turns by less than 2° over it."""
BRACKET_MM = 4.0
HALVINGS = 40
"""A bracket of 8 mm halved so often is 1e-11 mm."""


@dataclass(frozen=True, slots=True, eq=False)
class Straightening:
    """``path`` with its frames (K, 3) at ``arc_mm`` (K,)."""

    path: Curve
    arc_mm: FloatArray = field(repr=False)
    back: FloatArray = field(repr=False)
    right: FloatArray = field(repr=False)
    down: FloatArray = field(repr=False)

    @classmethod
    def along(cls, path: Curve) -> "Straightening":
        count = max(int(np.ceil(path.length_mm / KNOT_MM)), 1) + 1
        arc = np.linspace(0.0, path.length_mm, count)
        frames = path.frames(arc)
        return cls(path, frozen(arc), frozen(frames.back), frozen(frames.right), frozen(frames.down))

    @property
    def space(self) -> str:
        return self.path.space

    @property
    def length_mm(self) -> float:
        return self.path.length_mm

    def frame_at(self, arc_mm: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """``back``, ``right`` and ``down`` (M, 3) at these lengths, orthogonal; the ends' own beyond the ends."""
        down = _unit(_between(self.arc_mm, self.down, arc_mm))
        back = _between(self.arc_mm, self.back, arc_mm)
        back = _unit(back - (back * down).sum(axis=1, keepdims=True) * down)
        return back, np.cross(back, down), down

    def to_world(self, straight_mm: ArrayLike) -> Points:
        """(M, 3) of (arc, to the back, to the right) in mm to points of the patient."""
        straight = np.asarray(straight_mm, dtype=float).reshape(-1, 3)
        back, right, _down = self.frame_at(straight[:, 0])
        xyz = self.path.at(straight[:, 0]) + straight[:, 1:2] * back + straight[:, 2:3] * right
        return Points.of(xyz, self.space)

    def to_straight(self, points: Points) -> FloatArray:
        """(M, 3) of (arc, to the back, to the right) in mm: the section of the curve in which each point lies."""
        xyz = points.in_space(self.space)
        nearest = self.path.nearest(xyz)
        low, high = nearest - BRACKET_MM, nearest + BRACKET_MM
        for _halving in range(HALVINGS):
            middle = 0.5 * (low + high)
            is_below = self._ahead_mm(xyz, middle) > 0.0
            low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
        arc = 0.5 * (low + high)
        back, right, _down = self.frame_at(arc)
        away = xyz - self.path.at(arc)
        return np.stack([arc, (away * back).sum(axis=1), (away * right).sum(axis=1)], axis=1)

    def _ahead_mm(self, xyz: FloatArray, arc_mm: FloatArray) -> FloatArray:
        """(M,) how far below the section at ``arc_mm`` each point lies."""
        down = _unit(_between(self.arc_mm, self.down, arc_mm))
        return np.asarray(((xyz - self.path.at(arc_mm)) * down).sum(axis=1))


@dataclass(frozen=True, slots=True, eq=False)
class StraightRaster:
    """A straightened picture: ``width`` × ``height`` pixels, down the screen is down the canal.

    Sagittal: the face to the left, seen from the patient's left. Coronal: radiological, seen from the front. As
    :class:`planner.scene.planes.Raster`, pixel (0, 0) is the top left corner, (0.5, 0.5) the middle of the first pixel.
    ``centre_arc_mm`` and ``centre_beside_mm`` (rightwards on the screen) are in the middle; ``depth_mm`` is how far
    towards the viewer the picture lies from the curve.
    """

    along: Straightening
    kind: StraightKind
    width: float
    height: float
    mm_per_px: float
    centre_arc_mm: float
    centre_beside_mm: float = 0.0
    depth_mm: float = 0.0

    def to_straight(self, x: ArrayLike, y: ArrayLike) -> FloatArray:
        """(M, 3) of (arc, back, right) under pixel positions."""
        across, down = np.atleast_1d(np.asarray(x, dtype=float)), np.atleast_1d(np.asarray(y, dtype=float))
        beside = self.centre_beside_mm + (across - self.width / 2.0) * self.mm_per_px
        arc = self.centre_arc_mm + (down - self.height / 2.0) * self.mm_per_px
        depth = np.full(len(beside), self.depth_mm)
        back, right = (beside, -depth) if self.kind == "sagittal" else (-depth, -beside)
        return np.stack([arc, back, right], axis=1)

    def to_world(self, x: float, y: float) -> FloatArray:
        """(3,) RAS mm under a pixel position."""
        return np.asarray(self.along.to_world(self.to_straight(x, y)).xyz[0])

    def to_px(self, xyz_mm: ArrayLike) -> FloatArray:
        """(M, 3) RAS mm to (M, 2) pixel positions, dropped onto the picture along its depth."""
        straight = self.along.to_straight(Points.of(xyz_mm, self.along.space))
        return self.straight_to_px(straight)

    def straight_to_px(self, straight_mm: FloatArray) -> FloatArray:
        """(M, 3) of (arc, back, right) to (M, 2) pixel positions."""
        beside = straight_mm[:, 1] if self.kind == "sagittal" else -straight_mm[:, 2]
        x = self.width / 2.0 + (beside - self.centre_beside_mm) / self.mm_per_px
        y = self.height / 2.0 + (straight_mm[:, 0] - self.centre_arc_mm) / self.mm_per_px
        return np.stack([x, y], axis=1)

    def height_mm(self, xyz_mm: ArrayLike) -> FloatArray:
        """(M,) how far towards the viewer points lie from the picture."""
        straight = self.along.to_straight(Points.of(xyz_mm, self.along.space))
        toward = -straight[:, 2] if self.kind == "sagittal" else -straight[:, 1]
        return np.asarray(toward - self.depth_mm)

    def rows(self) -> tuple[FloatArray, FloatArray]:
        """(H, 3) RAS mm of the first pixel's middle in every row, and (H, 3) the step to the next pixel."""
        rows, columns = round(self.height), round(self.width)
        y = np.arange(rows) + 0.5
        first = self.along.to_world(self.to_straight(np.full(rows, 0.5), y)).xyz
        last = self.along.to_world(self.to_straight(np.full(rows, columns + 0.5), y)).xyz
        return first, (last - first) / columns


def check_space(raster: StraightRaster, space: str) -> None:
    """Raises SpaceMismatchError unless the curve lies in ``space``."""
    if raster.along.space != space:
        raise SpaceMismatchError(f"a curve in {raster.along.space!r} does not lie in {space!r}")


def _between(at: FloatArray, values: FloatArray, wanted: FloatArray) -> FloatArray:
    """(M, 3) values (K, 3) known at ``at`` (K,), straight in between, the ends' own beyond."""
    place = np.clip(np.searchsorted(at, wanted, side="right") - 1, 0, len(at) - 2)
    share = np.clip((wanted - at[place]) / (at[place + 1] - at[place]), 0.0, 1.0)[:, None]
    return np.asarray(values[place] * (1.0 - share) + values[place + 1] * share)


def _unit(vectors: FloatArray) -> FloatArray:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
