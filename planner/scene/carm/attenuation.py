"""From HU to how much a voxel weakens the beam."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import zoom

from planner.geometry import Grid, Volume

WATER_PER_MM = 0.02
"""Linear attenuation of water near 60 keV: 0.206 per cm (NIST XCOM)."""
BONE_HU, BONE_WEIGHT = 150.0, 1.4
"""Bone absorbs more than its HU says at the softer beam of a C-arm: weighted above this (reference/spine.md, 7)."""
AIR_HU = -1000.0


@dataclass(frozen=True, slots=True, eq=False)
class Attenuation:
    """``per_mm`` (X, Y, Z) float32 on ``grid``."""

    grid: Grid
    per_mm: NDArray[np.float32] = field(repr=False)

    def coarser(self, voxel_mm: float) -> "Attenuation":
        """About so coarse, for previews; as it is where it is coarser already."""
        factors = np.minimum(self.grid.spacing_mm / voxel_mm, 1.0)
        if (factors > 0.9).all():
            return self
        values = zoom(self.per_mm, factors, order=1, grid_mode=True, mode="nearest", prefilter=False)
        scale = np.array(self.per_mm.shape) / np.array(values.shape)
        affine = self.grid.affine @ np.diag([*scale, 1.0])
        affine[:3, 3] = self.grid.affine[:3, :3] @ ((scale - 1.0) / 2.0) + self.grid.affine[:3, 3]
        return Attenuation(Grid.of(values.shape, affine, self.grid.space), np.ascontiguousarray(values, np.float32))


def attenuation_of(ct: Volume) -> Attenuation:
    """``ct`` in HU; padding below air counts as air."""
    hu = np.maximum(np.asarray(ct.values, dtype=np.float32), np.float32(AIR_HU))
    per_mm = np.float32(WATER_PER_MM) * (np.float32(1.0) + hu / np.float32(1000.0))
    above = np.maximum(hu - np.float32(BONE_HU), np.float32(0.0))
    per_mm += np.float32((BONE_WEIGHT - 1.0) * WATER_PER_MM / 1000.0) * above
    return Attenuation(ct.grid, np.ascontiguousarray(per_mm))
