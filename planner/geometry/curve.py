"""Curves with a frame along them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from planner.geometry.arrays import FloatArray, frozen


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
