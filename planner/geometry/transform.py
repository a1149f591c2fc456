"""From one space to another. ``Transform(source, target)`` maps source points to target points; it is used in no
other sense anywhere (images are pulled with the inverse, by :mod:`planner.geometry.resample`)."""

from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike

from planner.errors import SpaceMismatchError
from planner.geometry.arrays import FloatArray, frozen
from planner.geometry.points import Points
from planner.geometry.volume import Grid


@runtime_checkable
class Transform(Protocol):
    """Maps points of ``source`` to points of ``target``."""

    @property
    def source(self) -> str: ...
    @property
    def target(self) -> str: ...
    def apply(self, points: Points) -> Points: ...
    def inverse(self) -> "Transform": ...


def apply_matrix(matrix: FloatArray, xyz: FloatArray) -> FloatArray:
    """(4, 4) homogeneous matrix on (N, 3) points, giving (N, 3)."""
    return xyz @ matrix[:3, :3].T + matrix[:3, 3]


@dataclass(frozen=True, slots=True, eq=False)
class Affine:
    """A 4x4 RAS matrix from ``source`` to ``target``, mm to mm."""

    matrix: FloatArray
    source: str
    target: str

    @classmethod
    def of(cls, matrix: ArrayLike, source: str, target: str) -> "Affine":
        array = frozen(matrix).reshape(4, 4)
        if not np.allclose(array[3], (0, 0, 0, 1)) or abs(np.linalg.det(array[:3, :3])) < 1e-9:
            raise ValueError("not an invertible affine matrix")
        return cls(array, source, target)

    @classmethod
    def identity(cls, source: str, target: str) -> "Affine":
        return cls.of(np.eye(4), source, target)

    def apply(self, points: Points) -> Points:
        return Points.of(apply_matrix(self.matrix, points.in_space(self.source)), self.target)

    def inverse(self) -> "Affine":
        return Affine.of(np.linalg.inv(self.matrix), self.target, self.source)

    def then(self, after: "Affine") -> "Affine":
        """First this, then ``after``. Raises SpaceMismatchError if they do not join."""
        if self.target != after.source:
            raise SpaceMismatchError(f"{self.source}→{self.target} cannot be followed by {after.source}→{after.target}")
        return Affine.of(after.matrix @ self.matrix, self.source, after.target)


def sample_vectors(field_mm: FloatArray, grid: Grid, xyz: FloatArray) -> FloatArray:
    """Linear interpolation of an (X, Y, Z, 3) displacement field at (N, 3) world points; edge values outside."""
    from scipy.ndimage import map_coordinates  # slow to import, and the window has to open first

    index = grid.to_index(xyz).T
    parts = [map_coordinates(field_mm[..., axis], index, order=1, mode="nearest") for axis in range(3)]
    return np.stack(parts, axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class Warp:
    """A deformable transform: a point p of ``source`` goes to ``p + forward(p)`` in ``target``.

    ``forward_mm`` (X, Y, Z, 3) lives on ``forward_grid`` in source space, ``inverse_mm`` on ``inverse_grid`` in
    target space; both hold whole displacements in RAS mm (any affine part included).
    """

    source: str
    target: str
    forward_grid: Grid
    forward_mm: FloatArray = field(repr=False)
    inverse_grid: Grid
    inverse_mm: FloatArray = field(repr=False)

    def __post_init__(self) -> None:
        for grid, values in ((self.forward_grid, self.forward_mm), (self.inverse_grid, self.inverse_mm)):
            if values.shape != (*grid.shape, 3):
                raise ValueError(f"field {values.shape} does not lie on grid {grid.shape}")
        if self.forward_grid.space != self.source or self.inverse_grid.space != self.target:
            raise SpaceMismatchError("each field must lie on a grid of the space it starts from")

    def apply(self, points: Points) -> Points:
        xyz = points.in_space(self.source)
        return Points.of(xyz + sample_vectors(self.forward_mm, self.forward_grid, xyz), self.target)

    def inverse(self) -> "Warp":
        return Warp(self.target, self.source, self.inverse_grid, self.inverse_mm, self.forward_grid, self.forward_mm)
