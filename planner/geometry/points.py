"""Points that know their space."""

from dataclasses import dataclass

from numpy.typing import ArrayLike

from planner.errors import SpaceMismatchError
from planner.geometry.arrays import FloatArray, frozen


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """``xyz`` is (N, 3) RAS mm in ``space``."""

    xyz: FloatArray
    space: str

    @classmethod
    def of(cls, xyz: ArrayLike, space: str) -> "Points":
        """From one point (3,) or many (N, 3)."""
        array = frozen(xyz).reshape(-1, 3)
        return cls(array, space)

    def __len__(self) -> int:
        return len(self.xyz)

    def in_space(self, space: str) -> FloatArray:
        """The (N, 3) array, if this is the space the caller works in. Raises SpaceMismatchError."""
        if self.space != space:
            raise SpaceMismatchError(f"points are in {self.space!r}, not in {space!r}")
        return self.xyz
