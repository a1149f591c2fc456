"""Curves with a frame along them."""

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import ArrayLike

from planner.geometry.arrays import FloatArray, frozen

POSTERIOR = (0.0, -1.0, 0.0)
TANGENT_OVER_MM = 1.0
"""A direction is taken over this length either side of a point: the points of a curve are joined by straight pieces."""
FEW_POINTS = 32
"""Curves of more points are sampled finely enough that the nearest segment is beside the nearest point."""
STEADY_SINE = 0.35
"""Where the curve runs within 20° of posterior itself, posterior does not say how the frame is rolled; the roll is then
carried on from where it does."""


@dataclass(frozen=True, slots=True, eq=False)
class Frames:
    """Unit vectors (N, 3) at points of a curve: ``right`` × ``back`` = ``down``, and ``down`` runs along the curve."""

    right: FloatArray
    back: FloatArray
    down: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """``xyz`` (N, 3) RAS mm in ``space``, N >= 2, from its beginning to its end; straight between the points."""

    xyz: FloatArray
    space: str

    @classmethod
    def of(cls, xyz: ArrayLike, space: str) -> "Curve":
        points = frozen(xyz).reshape(-1, 3)
        if len(points) < 2 or (np.linalg.norm(np.diff(points, axis=0), axis=1) < 1e-9).any():
            raise ValueError("a curve needs two or more different points")
        return cls(points, space)

    @property
    def arc_mm(self) -> FloatArray:
        """(N,) length from the beginning to each point."""
        steps = np.linalg.norm(np.diff(self.xyz, axis=0), axis=1)
        return np.concatenate([[0.0], np.cumsum(steps)])

    @property
    def length_mm(self) -> float:
        return float(self.arc_mm[-1])

    def at(self, arc_mm: ArrayLike) -> FloatArray:
        """(M, 3) points at these lengths from the beginning; continued straight beyond the ends."""
        wanted = np.atleast_1d(np.asarray(arc_mm, dtype=float))
        arc = self.arc_mm
        segment = np.clip(np.searchsorted(arc, wanted, side="right") - 1, 0, len(arc) - 2)
        share = (wanted - arc[segment]) / (arc[segment + 1] - arc[segment])
        step = self.xyz[segment + 1] - self.xyz[segment]
        return self.xyz[segment] + share[:, None] * step

    def tangents(self, arc_mm: ArrayLike) -> FloatArray:
        """(M, 3) unit vectors along the curve at these lengths, smoothed over TANGENT_OVER_MM."""
        wanted = np.atleast_1d(np.asarray(arc_mm, dtype=float))
        return _unit(self.at(wanted + TANGENT_OVER_MM) - self.at(wanted - TANGENT_OVER_MM))

    def frames(self, arc_mm: ArrayLike, posterior: ArrayLike = POSTERIOR) -> Frames:
        """Frames at these lengths (M,), which rise. ``back`` points to ``posterior`` as nearly as the curve lets it, so
        the frames do not spin; where the curve runs along posterior the roll is carried over with the least turn."""
        down = self.tangents(arc_mm)
        carried = _least_turning(down)
        toward = np.asarray(posterior, dtype=float) - (down @ np.asarray(posterior, dtype=float))[:, None] * down
        is_steady = np.linalg.norm(toward, axis=1) > STEADY_SINE
        if not is_steady.any():
            return Frames(np.cross(carried, down), carried, down)
        sideways = np.cross(down, carried)
        roll = np.arctan2((toward * sideways).sum(axis=1), (toward * carried).sum(axis=1))
        places = np.arange(len(down))
        roll = np.interp(places, places[is_steady], np.unwrap(roll[is_steady]))
        back = np.cos(roll)[:, None] * carried + np.sin(roll)[:, None] * sideways
        return Frames(np.cross(back, down), back, down)

    def nearest(self, xyz_mm: ArrayLike) -> FloatArray:
        """(M,) length from the beginning to the point of the curve nearest to each of (M, 3) points; beyond an end that
        end's straight continuation counts (so a length may be negative).

        With more than FEW_POINTS only the segments around the nearest point of the curve are looked at."""
        points = np.asarray(xyz_mm, dtype=float).reshape(-1, 3)
        last = len(self.xyz) - 2
        if len(self.xyz) <= FEW_POINTS:
            segments = np.broadcast_to(np.arange(last + 1), (len(points), last + 1))
        else:
            squares = (self.xyz * self.xyz).sum(axis=1)
            closest = np.argmin(squares - 2.0 * points @ self.xyz.T, axis=1)
            segments = np.clip(closest[:, None] + np.arange(-2, 2), 0, last)
        step = self.xyz[segments + 1] - self.xyz[segments]
        lengths = (step * step).sum(axis=2)
        share = ((points[:, None, :] - self.xyz[segments]) * step).sum(axis=2) / lengths
        share = np.clip(share, np.where(segments == 0, -np.inf, 0.0), np.where(segments == last, np.inf, 1.0))
        feet = self.xyz[segments] + share[..., None] * step
        best = np.argmin(((points[:, None, :] - feet) ** 2).sum(axis=2), axis=1)[:, None]
        chosen = np.take_along_axis(segments, best, axis=1)[:, 0]
        along = np.take_along_axis(share * np.sqrt(lengths), best, axis=1)[:, 0]
        return cast(FloatArray, self.arc_mm[chosen] + along)


def _unit(vectors: FloatArray) -> FloatArray:
    return cast(FloatArray, vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))


def _least_turning(down: FloatArray) -> FloatArray:
    """(N, 3) unit vectors across the tangents ``down`` (N, 3) that turn about them as little as possible: each is
    carried to the next by the turn that takes one tangent into the other."""
    across = np.empty_like(down)
    start = np.eye(3)[int(np.argmin(np.abs(down[0])))]
    across[0] = _unit(start - (start @ down[0]) * down[0])
    for k in range(1, len(down)):
        mean = down[k - 1] + down[k]
        carried = across[k - 1] - (across[k - 1] @ down[k]) / (1.0 + down[k - 1] @ down[k]) * mean
        across[k] = _unit(carried - (carried @ down[k]) * down[k])
    return across
