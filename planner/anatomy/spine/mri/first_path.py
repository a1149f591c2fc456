"""A first path through the canal: from slice to slice through what is most like a sac."""

from dataclasses import dataclass
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, gaussian_filter, gaussian_filter1d

from planner.anatomy.spine.mri.work_volume import STEP_MM, WorkVolume
from planner.geometry.arrays import FloatArray
from planner.progress import Progress

Contrast = Literal["t2", "t1"]
RAYS, RAY_STEPS = 24, 14
FLOOR_SHARE = 0.05
"""Falls are relative to the brightness plus this share of the bright level: noise in the dark is not a wall."""
LOCAL_MM = 20.0
"""A ring is bright when it is brighter than the tissue within about this distance."""
SKIN_MM, DEEP_MM = 8.0, 22.0
"""Canals lie deeper under the skin than DEEP_MM in adults; the fat under the skin lies within it (the trap of the
brightest tube, reference/spine.md section 7)."""
AT_SKIN = 0.35
"""What counts there of the score."""
REACH, BEND_COST = 3, 0.03
"""Voxels the path may step sideways from slice to slice (56° off upright), and what a squared voxel costs."""


@dataclass(frozen=True, slots=True, eq=False)
class FirstPath:
    """``xyz`` (Z, 3) RAS mm from above down, one for each slice; ``score`` (Z,) 0 to about 1."""

    xyz: FloatArray
    score: FloatArray
    contrast: Contrast


def first_path(work: WorkVolume, contrast: Contrast, progress: Progress) -> FirstPath:
    """The path with the largest sum of scores through all slices of the image."""
    from planner.anatomy.spine.mri import enclosure_kernels

    score = like_a_sac(work, contrast)
    progress.check()
    rows, columns = enclosure_kernels.best_path(score, REACH, BEND_COST)
    levels = np.arange(len(rows))
    along = score[rows, columns, levels]
    index = np.stack([rows, columns, levels], axis=1)[::-1]
    return FirstPath(work.grid.to_world(index), cast(FloatArray, along[::-1].astype(np.float64)), contrast)


def like_a_sac(work: WorkVolume, contrast: Contrast) -> NDArray[np.float32]:
    """(X, Y, Z) how much each voxel looks like the inside of a sac: a ring of fluid with a wall around it, deep under
    the skin, with a cord in it or not."""
    from planner.anatomy.spine.mri import enclosure_kernels

    values = fluid_bright(work, contrast)
    bright = float(np.percentile(values[work.is_seen], 98))
    blurred = gaussian_filter(values, 0.5)
    asked = work.is_tissue & work.is_seen
    fall, ring, core = enclosure_kernels.enclosed(blurred, work.is_seen, asked, rays(), FLOOR_SHARE * bright)
    tissue = work.is_tissue.astype(np.float32)
    reach = LOCAL_MM / work.grid.spacing_mm
    local = gaussian_filter(values * tissue, reach) / (gaussian_filter(tissue, reach) + 1e-3)
    brightness = np.clip(ring / (local + 0.1 * bright) / 2.0, 0.0, 1.2)
    cord = 1.0 + CORD_GAIN[contrast] * np.clip(core, 0.0, 0.7)
    return cast(NDArray[np.float32], (fall * brightness * cord * deep_enough(work)).astype(np.float32))


CORD_GAIN = {"t2": 0.5, "t1": 2.0}
"""On T1 the aorta is a dark tube in bright fat as well; only the canal has a cord in it."""


def fluid_bright(work: WorkVolume, contrast: Contrast) -> NDArray[np.float32]:
    """The values with the fluid bright: as they are on T2, turned over within the tissue on T1."""
    if contrast == "t2":
        return work.values
    turned = np.clip(work.bright - work.values, 0.0, None)
    return cast(NDArray[np.float32], np.where(work.is_tissue, turned, 0.0).astype(np.float32))


def rays() -> NDArray[np.int64]:
    """(RAYS, RAY_STEPS, 2) whole steps right and front, evenly around."""
    angle = 2.0 * np.pi * np.arange(RAYS) / RAYS
    length = np.arange(RAY_STEPS)
    steps = np.stack([np.cos(angle)[:, None] * length, np.sin(angle)[:, None] * length], axis=-1)
    return cast(NDArray[np.int64], np.rint(steps).astype(np.int64))


def deep_enough(work: WorkVolume) -> FloatArray:
    """(X, Y, Z) 1 for what lies deep in the body, AT_SKIN at the skin."""
    is_air = work.is_seen & ~work.is_tissue
    depth_mm = np.full(work.grid.shape, np.inf)
    for k in range(work.grid.shape[2]):
        if is_air[:, :, k].any():
            depth_mm[:, :, k] = STEP_MM * distance_transform_edt(~is_air[:, :, k])
    return np.clip((depth_mm - SKIN_MM) / (DEEP_MM - SKIN_MM), 0.0, 1.0) * (1.0 - AT_SKIN) + AT_SKIN


def smoothed(path: FirstPath, over_mm: float, slice_mm: float) -> FloatArray:
    """(Z, 3) the path without its steps of whole voxels."""
    return cast(FloatArray, gaussian_filter1d(path.xyz, over_mm / slice_mm, axis=0, mode="nearest"))
