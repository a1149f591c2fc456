"""Planes across the canal: where they are, and what the image shows in them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.anatomy.spine.ct.work_grid import index_matrix, kernels, readable
from planner.geometry import Curve, Volume
from planner.geometry.arrays import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Planes:
    """N planes across a path: ``origin``, and unit ``right`` (patient's right), ``back`` and ``down`` (N, 3) each,
    perpendicular to one another; ``arc_mm`` (N,) along the path."""

    origin: FloatArray
    right: FloatArray
    back: FloatArray
    down: FloatArray
    arc_mm: FloatArray

    def to_world(self, number: NDArray[Any], right_mm: NDArray[Any], back_mm: NDArray[Any]) -> FloatArray:
        """(M, 3) RAS mm of places given in the planes ``number`` (M,), which may lie between two planes."""
        low = np.clip(np.floor(number).astype(int), 0, len(self.origin) - 2)
        share = (np.asarray(number, dtype=float) - low)[:, None]

        def between(rows: FloatArray) -> FloatArray:
            mixed: FloatArray = rows[low] * (1.0 - share) + rows[low + 1] * share
            return mixed

        place = between(self.origin) + between(self.right) * np.asarray(right_mm)[:, None]
        world: FloatArray = place + between(self.back) * np.asarray(back_mm)[:, None]
        return world

    def arc_of(self, number: float) -> float:
        return float(np.interp(number, np.arange(len(self.arc_mm)), self.arc_mm))


def planes_along(path: Curve, arc_mm: FloatArray) -> Planes:
    """Planes across ``path`` (from above downwards) at ``arc_mm``, turned so that ``back`` points to the back."""
    frames = path.frames(arc_mm)
    return Planes(path.at(arc_mm), frames.right, frames.back, frames.down, np.asarray(arc_mm, dtype=float))


def sampled(ct: Volume, planes: Planes, right_mm: FloatArray, back_mm: FloatArray) -> NDArray[np.float32]:
    """(N, U, V) HU in the planes at ``right_mm`` (U,) and ``back_mm`` (V,); OUTSIDE beyond the image."""
    matrix = index_matrix(ct, np.zeros(3))
    stack: NDArray[np.float32] = kernels().planes(
        readable(ct.values), matrix, planes.origin, planes.right, planes.back, right_mm, back_mm
    )
    return stack


def smooth_curve(points: FloatArray, space: str, step_mm: float, sigma_mm: float) -> Curve:
    """``points`` in order, smoothed along the arc and given every ``step_mm``; the ends keep their place and slope."""
    from scipy.ndimage import gaussian_filter1d

    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    arc = np.concatenate([[0.0], np.cumsum(steps)])
    count = max(round(float(arc[-1]) / step_mm), 2)
    even = np.linspace(0.0, arc[-1], count + 1)
    rows = np.stack([np.interp(even, arc, points[:, axis]) for axis in range(3)], axis=1)
    pad = min(int(np.ceil(3 * sigma_mm / step_mm)), count)
    low, high = 2 * rows[0] - rows[pad:0:-1], 2 * rows[-1] - rows[-2 : -pad - 2 : -1]
    long = gaussian_filter1d(np.concatenate([low, rows, high]), sigma_mm / step_mm, axis=0, mode="nearest")
    return Curve.of(long[pad : pad + count + 1], space)
