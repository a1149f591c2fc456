"""The canal's path with a frame and a vertebral place at every point: where everything else of the spine is put."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from scipy.ndimage import gaussian_filter1d

from planner.geometry import Curve
from planner.geometry.arrays import FloatArray, frozen

STEADY_SAMPLES = 2.0
"""Directions are smoothed over a few samples (1 mm each): a traced canal is never as smooth as a spline."""


@dataclass(frozen=True, slots=True, eq=False)
class SpineLine:
    """Samples along the middle of the canal, from above. All arrays (N, ...), RAS mm in ``space``.

    ``arc_mm`` rises; ``right`` × ``back`` = ``down`` are unit vectors; ``place`` is the vertebral place (top of C1 = 0,
    one per vertebra, disc middle to disc middle) and rises strictly.
    """

    space: str
    arc_mm: FloatArray = field(repr=False)
    xyz: FloatArray = field(repr=False)
    right: FloatArray = field(repr=False)
    back: FloatArray = field(repr=False)
    down: FloatArray = field(repr=False)
    place: FloatArray = field(repr=False)

    @classmethod
    def of(cls, xyz: ArrayLike, back: ArrayLike, place: ArrayLike, space: str, start_mm: float = 0.0) -> "SpineLine":
        """``back`` (N, 3) need only point roughly backwards; it is made perpendicular to the path. ``start_mm`` is the
        arc of the first sample."""
        points, places = frozen(xyz), frozen(place)
        steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
        arc = frozen(start_mm + np.concatenate([[0.0], np.cumsum(steps)]))
        if (np.diff(places) <= 0).any() or (steps < 1e-6).any():
            raise ValueError("places and points along the canal must rise")
        down = unit(gaussian_filter1d(np.gradient(points, arc, axis=0), STEADY_SAMPLES, axis=0, mode="nearest"))
        toward = np.asarray(back, dtype=float)
        across = unit(toward - (toward * down).sum(axis=1, keepdims=True) * down)
        right = np.cross(across, down)
        return cls(space, arc, points, frozen(right), frozen(across), frozen(down), places)

    @property
    def curve(self) -> Curve:
        return Curve.of(self.xyz, self.space)

    def arc_of(self, place: ArrayLike) -> FloatArray:
        """(M,) arc of vertebral places; held at the ends of the line."""
        wanted = np.atleast_1d(np.asarray(place, dtype=float))
        return np.asarray(np.interp(wanted, self.place, self.arc_mm))

    def place_of(self, arc_mm: ArrayLike) -> FloatArray:
        """(M,) vertebral place at these arcs; held at the ends of the line."""
        wanted = np.atleast_1d(np.asarray(arc_mm, dtype=float))
        return np.asarray(np.interp(wanted, self.arc_mm, self.place))

    def has(self, place: float) -> bool:
        return bool(self.place[0] <= place <= self.place[-1])

    def frames(self, arc_mm: ArrayLike) -> FloatArray:
        """(M, 4, 3): the point and its right, back and down."""
        wanted = np.atleast_1d(np.asarray(arc_mm, dtype=float))
        found = np.empty((len(wanted), 4, 3))
        for row, values in enumerate((self.xyz, self.right, self.back, self.down)):
            for axis in range(3):
                found[:, row, axis] = np.interp(wanted, self.arc_mm, values[:, axis])
        found[:, 3] = unit(found[:, 3])
        found[:, 2] = unit(found[:, 2] - (found[:, 2] * found[:, 3]).sum(axis=1, keepdims=True) * found[:, 3])
        found[:, 1] = np.cross(found[:, 2], found[:, 3])
        return found

    def at(self, arc_mm: ArrayLike, right_mm: ArrayLike = 0.0, back_mm: ArrayLike = 0.0) -> FloatArray:
        """(M, 3) points beside the line."""
        frames = self.frames(arc_mm)
        beside = np.broadcast_to(np.asarray(right_mm, dtype=float), len(frames))[:, None] * frames[:, 1]
        behind = np.broadcast_to(np.asarray(back_mm, dtype=float), len(frames))[:, None] * frames[:, 2]
        return np.asarray(frames[:, 0] + beside + behind)

    def coordinates(self, xyz_mm: ArrayLike) -> FloatArray:
        """(M, 3) arc, right and back of points within the reach of the line's curvature."""
        from scipy.spatial import cKDTree  # slow to import

        points = np.asarray(xyz_mm, dtype=float).reshape(-1, 3)
        nearest = cKDTree(self.xyz).query(points)[1]
        arc = self.arc_mm[nearest].copy()
        for _round in range(4):  # the foot on the smooth line, from the nearest sample
            frames = self.frames(arc)
            step = ((points - frames[:, 0]) * frames[:, 3]).sum(axis=1)
            arc = np.clip(arc + 0.9 * step, self.arc_mm[0], self.arc_mm[-1])
        frames = self.frames(arc)
        offset = points - frames[:, 0]
        return np.stack([arc, (offset * frames[:, 1]).sum(axis=1), (offset * frames[:, 2]).sum(axis=1)], axis=1)


def unit(vectors: FloatArray) -> FloatArray:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))
