"""Grids and the voxels on them. The affine maps voxel *centres* (index) to RAS mm."""

from dataclasses import dataclass, field
from typing import cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from planner.errors import SpaceMismatchError
from planner.geometry.arrays import FloatArray, frozen, read_only

GEOMETRY_TOLERANCE_MM = 0.01
"""Two grids whose corners agree to this are the same grid (reference/reliability.md section 2, rule e)."""


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """``shape`` voxels; ``affine`` (4, 4) takes an index (i, j, k) to the RAS mm of that voxel's centre."""

    shape: tuple[int, int, int]
    affine: FloatArray
    space: str

    @classmethod
    def of(cls, shape: tuple[int, int, int], affine: ArrayLike, space: str) -> "Grid":
        matrix = frozen(affine).reshape(4, 4)
        if min(shape) < 1 or abs(np.linalg.det(matrix[:3, :3])) < 1e-9:
            raise ValueError("a grid needs at least one voxel and an invertible affine")
        return cls((int(shape[0]), int(shape[1]), int(shape[2])), matrix, space)

    @property
    def spacing_mm(self) -> FloatArray:
        """(3,) distance between neighbours along i, j and k."""
        return cast(FloatArray, np.linalg.norm(self.affine[:3, :3], axis=0))

    @property
    def centre_mm(self) -> FloatArray:
        """(3,) RAS mm of the middle of the grid."""
        return self.to_world((np.array(self.shape) - 1) / 2.0)

    def to_world(self, index: ArrayLike) -> FloatArray:
        """(..., 3) index to RAS mm."""
        array = np.asarray(index, dtype=float)
        return array @ self.affine[:3, :3].T + self.affine[:3, 3]

    def to_index(self, xyz_mm: ArrayLike) -> FloatArray:
        """(..., 3) RAS mm to fractional index."""
        inverse = np.linalg.inv(self.affine)
        array = np.asarray(xyz_mm, dtype=float)
        return cast(FloatArray, array @ inverse[:3, :3].T + inverse[:3, 3])

    def corners_mm(self) -> FloatArray:
        """(8, 3) RAS mm of the centres of the corner voxels."""
        ends = [(0, n - 1) for n in self.shape]
        index = np.array([(i, j, k) for i in ends[0] for j in ends[1] for k in ends[2]], dtype=float)
        return self.to_world(index)

    def matches(self, other: "Grid") -> bool:
        """Same space, same shape, corners within GEOMETRY_TOLERANCE_MM."""
        if self.space != other.space or self.shape != other.shape:
            return False
        return bool(np.abs(self.corners_mm() - other.corners_mm()).max() <= GEOMETRY_TOLERANCE_MM)

    def in_space(self, space: str) -> "Grid":
        """The same voxels under another name of the space (for an image that was just given its id)."""
        return Grid.of(self.shape, self.affine, space)


@dataclass(frozen=True, slots=True, eq=False)
class Volume:
    """``values`` (X, Y, Z) on ``grid``; read-only."""

    grid: Grid
    values: NDArray[np.generic] = field(repr=False)

    def __post_init__(self) -> None:
        if self.values.shape != self.grid.shape:
            raise ValueError(f"values {self.values.shape} do not fill grid {self.grid.shape}")
        object.__setattr__(self, "values", read_only(self.values))

    @property
    def space(self) -> str:
        return self.grid.space

    def on_grid_of(self, other: "Volume") -> "Volume":
        """Itself, if it lies on the other's grid. Raises SpaceMismatchError otherwise (no silent overlay)."""
        if not self.grid.matches(other.grid):
            raise SpaceMismatchError(f"grids differ: {self.grid} and {other.grid}")
        return self
