"""The way through the slices along which soft tissue is best enclosed by bone."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.anatomy.spine.ct.work_grid import BLOCK, STEP_MM, WorkGrid, kernels
from planner.geometry.arrays import FloatArray
from planner.progress import Progress

BONE_HU = 180
"""Above it is bone at 1.5 mm; thinner walls than that are met by other rays."""
SOFT_HU = -150
"""The canal holds cord, fluid and fat; below it is air."""
RAYS = 32
RAY_MM = 18.0
"""Half of the widest canal (L5 27 mm, Panjabi 1992) and the tilt of the plane."""
NEAR = 2
"""Voxels around the middle that are free of bone; bone met nearer does not count as wall."""
PATH_HU = 150
"""A path that enters such bright tissue pays CROSSING: contrast-filled vessels, bone."""
CROSSING = 2.0
LEVEL = 0.45
"""Enclosure that a path must keep up to be worth while: the canal has 0.6 and more, the gaps between organs less."""
SLOPE_COST = 0.04
"""Per square of voxels moved between two slices."""
REACH = 3
"""Voxels between two slices: 60 degrees."""


def enclosed(grid: WorkGrid, progress: Progress) -> NDArray[np.float32]:
    """(K, J, I) share of rays that meet bone, -1 where there is no soft tissue."""
    angles = np.arange(RAYS) * 2.0 * np.pi / RAYS
    steps = np.arange(1, int(RAY_MM / STEP_MM[0]) + 1)
    rays = np.stack([np.sin(angles)[:, None] * steps, np.cos(angles)[:, None] * steps], axis=-1)
    offsets = np.round(rays).astype(np.int64)
    out = np.empty(grid.hu.shape, dtype=np.float32)
    loops = kernels()
    for first in range(0, len(out), BLOCK):
        loops.enclosure(grid.hu, offsets, NEAR, BONE_HU, SOFT_HU, first, min(first + BLOCK, len(out)), out)
        progress(min(first + BLOCK, len(out)) / len(out))
    return out


def coarse_path(grid: WorkGrid, enclosure: NDArray[np.float32]) -> tuple[NDArray[Any], FloatArray]:
    """(N, 3) indices (k, j, i) of the best path from below upwards, and the enclosure (N,) along it."""
    gain = gains(grid, enclosure)
    start = np.empty(gain.shape[1:], dtype=np.float32)
    came = np.empty(gain.shape, dtype=np.int16)
    path = kernels().best_path(gain, REACH, SLOPE_COST, start, came)
    return path, enclosure[path[:, 0], path[:, 1], path[:, 2]].astype(float)


def gains(grid: WorkGrid, enclosure: NDArray[np.float32]) -> NDArray[np.float32]:
    """(K, J, I) what a path wins in each voxel: enclosure, less what speaks against a canal there."""
    from scipy.ndimage import uniform_filter

    hu = np.clip(grid.hu, -100, 400).astype(np.float32)
    own = uniform_filter(hu, (1, 3, 3), mode="nearest")
    front = uniform_filter(hu, FRONT_VOXELS, mode="nearest")
    ahead = round(FRONT_MM / STEP_MM[1])
    gain = np.where(enclosure >= 0.0, enclosure - LEVEL, -CROSSING).astype(np.float32)
    gain[:, :-ahead] += np.clip((front[:, ahead:] - FRONT_HU) / 40.0, -1.5, 0.0)
    gain[:, -ahead:] -= 1.5
    gain += np.clip((CONTENT_HU - own) / 60.0, -1.0, 0.0)
    gain -= _aside(grid)
    return gain


def _aside(grid: WorkGrid) -> NDArray[np.float32]:
    """(I,) cost of being far from the middle of all bone, right to left."""
    bone = np.count_nonzero(grid.hu >= 250, axis=(0, 1)).astype(float)
    middle = np.interp(0.5, np.cumsum(bone) / max(bone.sum(), 1.0), np.arange(len(bone)))
    away = np.abs(np.arange(len(bone)) - middle) * STEP_MM[0]
    cost: NDArray[np.float32] = (0.3 * (np.maximum(away - FREE_MM, 0.0) / 25.0) ** 2).astype(np.float32)
    return cost


FRONT_MM = 15.0
FRONT_VOXELS = (11, 9, 9)
"""In front of the canal lie bodies and discs: their mean over 27 mm of height, 13 mm of depth and width."""
FRONT_HU = 90.0
"""Discs have 70 to 110 HU, bodies more, and each vertebra has two end plates; muscle has 50 to 60, contrast or not."""
CONTENT_HU = 90.0
"""Brighter than any content of the canal without intrathecal contrast."""
FREE_MM = 35.0
"""A curved spine may lie this far aside at no cost."""
