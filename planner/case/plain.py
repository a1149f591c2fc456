"""The plain values that facts are made of."""

from dataclasses import dataclass
from typing import Literal

Vector = tuple[float, float, float]
Matrix = tuple[
    tuple[float, float, float, float],
    tuple[float, float, float, float],
    tuple[float, float, float, float],
    tuple[float, float, float, float],
]
Side = Literal["left", "right"]
Decision = Literal["proposed", "approved", "rejected"]


@dataclass(frozen=True, slots=True)
class ArrayRef:
    """An array in the case's store, by the SHA-256 of its bytes (C order, little endian)."""

    sha256: str
    shape: tuple[int, ...]
    dtype: str


@dataclass(frozen=True, slots=True)
class GridSpec:
    """A grid as plain values; ``affine`` maps voxel centres (index) to RAS mm."""

    shape: tuple[int, int, int]
    affine: Matrix
