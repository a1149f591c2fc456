"""What the program asks of a registration engine, and what it gets back."""

from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from planner.errors import SpaceMismatchError
from planner.geometry.transform import Affine
from planner.geometry.volume import Grid, Volume

EngineName = Literal["greedy", "itk"]
ENGINES: tuple[EngineName, ...] = ("greedy", "itk")
THREADS = 2
"""A plain two-core PC; the window needs a little of it too."""


@dataclass(frozen=True, slots=True, eq=False)
class Pullback:
    """Where the points of the fixed image lie in the moving one: p goes to ``p + displacement_mm(p)``.

    ``grid`` is in the fixed space, ``displacement_mm`` (X, Y, Z, 3) float32 holds whole displacements in RAS mm, the
    affine part included. ``moving_space`` is where they lead.
    """

    grid: Grid
    displacement_mm: NDArray[np.float32] = field(repr=False)
    moving_space: str

    def __post_init__(self) -> None:
        if self.displacement_mm.shape != (*self.grid.shape, 3):
            raise ValueError(f"field {self.displacement_mm.shape} does not lie on grid {self.grid.shape}")


@dataclass(frozen=True, slots=True, eq=False)
class MaskedRequest:
    """``mask`` (fixed grid, 0 or 1) is where the images are compared; ``start`` maps fixed to moving.

    ``is_quick`` stops early: good to a millimetre or two, for a second opinion.
    """

    fixed: Volume
    moving: Volume
    mask: Volume
    start: Affine
    is_quick: bool = False

    def __post_init__(self) -> None:
        self.mask.on_grid_of(self.fixed)
        joined(self.start, self.fixed, self.moving)


class RegistrationEngine(Protocol):
    """Finds where each point of ``fixed`` lies in ``moving``. All results map fixed points to moving points.

    Blocking: run it in a process of its own (:mod:`planner.anatomy.engine_process`).
    """

    @property
    def name(self) -> EngineName: ...

    def rigid(self, fixed: Volume, moving: Volume, *, is_rough: bool = False) -> Affine:
        """Turn and shift, by mutual information: the contrasts may differ, the heads may lie tens of mm apart.

        ``is_rough``: good to a millimetre or two, as the start of an affine.
        """
        ...

    def refine_rigid(self, fixed: Volume, moving: Volume, start: Affine, *, is_rough: bool = False) -> Affine:
        """The same from a start within some 15 mm and 15 degrees."""
        ...

    def affine(self, request: MaskedRequest) -> Affine:
        """Turn, shift, scale and shear by local correlation, from a rigid start: same contrast."""
        ...

    def deformable(self, request: MaskedRequest) -> Pullback:
        """A smooth field by local correlation, from an affine start: same contrast."""
        ...


def joined(start: Affine, fixed: Volume, moving: Volume) -> Affine:
    """``start``, if it leads from the fixed to the moving space. Raises SpaceMismatchError."""
    if (start.source, start.target) != (fixed.space, moving.space):
        raise SpaceMismatchError(f"{fixed.space}→{moving.space} wanted, got {start.source}→{start.target}")
    return start
