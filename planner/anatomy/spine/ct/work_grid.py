"""The CT on a coarse grid along the patient's axes: small, the same whatever the scanner wrote."""

from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.geometry import Volume
from planner.geometry.arrays import FloatArray
from planner.progress import Progress

STEP_MM = (1.5, 1.5, 2.5)
"""Right to left and front to back fine enough for a lamina of 3 mm; slices as a usual CT of the trunk has them."""
SUB_MM = 1.0
"""Samples averaged into a voxel lie about this far apart."""
OUTSIDE = -3000
"""Value of a sample outside the image (as in ``kernels``): below every HU a scanner writes."""
BLOCK = 16
"""Slices between two looks at Cancel."""


@dataclass(frozen=True, slots=True, eq=False)
class WorkGrid:
    """``hu`` (K, J, I) int16; voxel (k, j, i) lies at ``corner_mm + (i, j, k) · STEP_MM`` RAS mm."""

    hu: NDArray[np.int16] = field(repr=False)
    corner_mm: FloatArray

    def to_world(self, kji: NDArray[Any]) -> FloatArray:
        """(N, 3) indices (k, j, i) to (N, 3) RAS mm."""
        world: FloatArray = self.corner_mm + np.asarray(kji, dtype=float)[:, ::-1] * np.array(STEP_MM)
        return world


def kernels() -> ModuleType:
    """The compiled loops, imported where the work begins."""
    from planner.anatomy.spine.ct import kernels as module  # Numba takes half a second

    return module


def readable(values: NDArray[Any]) -> NDArray[Any]:
    """``values`` itself where a kernel can read it; a float32 copy of foreign byte order and rare types."""
    if (
        values.dtype.isnative
        and values.dtype.kind in "iuf"
        and values.dtype.itemsize >= 2
        and values.dtype != np.float16
    ):
        return values
    return values.astype(np.float32)


def index_matrix(ct: Volume, corner_mm: FloatArray) -> FloatArray:
    """(3, 4) from mm measured from ``corner_mm`` along the patient's axes to an index of ``ct``."""
    inverse = np.linalg.inv(ct.grid.affine)
    return np.concatenate([inverse[:3, :3], (inverse[:3, :3] @ corner_mm + inverse[:3, 3])[:, None]], axis=1)


def work_grid(ct: Volume, progress: Progress) -> WorkGrid:
    """``ct`` averaged onto the coarse grid that covers it; OUTSIDE where the image has no voxel."""
    corners = ct.grid.corners_mm()
    low, high = corners.min(axis=0), corners.max(axis=0)
    step = np.array(STEP_MM)
    shape = np.maximum(np.floor((high - low) / step + 1e-6).astype(int) + 1, 1)
    corner = low + ((high - low) - (shape - 1) * step) / 2.0
    sub = np.clip(np.round(step / np.maximum(_spacing_along(ct), SUB_MM)), 1, 4).astype(np.int64)
    hu = np.empty(tuple(shape[::-1]), dtype=np.int16)
    matrix, loops, values = index_matrix(ct, corner), kernels(), readable(ct.values)
    for first in range(0, len(hu), BLOCK):
        loops.averaged(values, matrix, step, first, min(first + BLOCK, len(hu)), sub, hu)
        progress(min(first + BLOCK, len(hu)) / len(hu))
    return WorkGrid(hu, corner)


def _spacing_along(ct: Volume) -> FloatArray:
    """(3,) mm between samples along right, front and up."""
    columns = ct.grid.affine[:3, :3]
    main = np.abs(columns).argmax(axis=1)
    spacing: FloatArray = ct.grid.spacing_mm[main]
    return spacing
