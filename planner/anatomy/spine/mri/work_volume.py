"""The image as the search for the canal sees it: upright cubes in the patient's axes, tissue apart from air."""

from dataclasses import dataclass, field
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import affine_transform, binary_fill_holes, gaussian_filter, gaussian_filter1d

from planner.errors import RefusedError
from planner.geometry import Grid, Volume
from planner.geometry.arrays import FloatArray
from planner.i18n import _

STEP_MM = 1.5
"""Across the spine: a third of the thinnest cord, and a sac is eight steps wide."""
SLICE_MM = 3.0
"""Along the spine: the canal moves by less than its width over ten of these."""
SMALLEST_MM = (20.0, 25.0, 25.0)
"""Less of a patient than this (right, front, up) cannot hold a canal with a wall around it."""
AIR_SHARE = 0.08
"""Air is darker than this share of the bright tissue (98th percentile),"""
AIR_OVER_DARKEST, MOST_AIR_SHARE = 1.6, 0.2
"""or, in a noisy image, than so many times its darkest twentieth, but never brighter than this share."""
LEAST_LIKENESS = 0.3
"""Correlation of neighbouring voxels: 0 in noise, 0.85 and more in MRI (0.5 when every second voxel is left out)."""
MOST_VOXELS = 12_000_000


@dataclass(frozen=True, slots=True, eq=False)
class WorkVolume:
    """``values`` (X, Y, Z) float32 on ``grid`` (upright, axes right, front and up); ``is_seen`` where the image has
    voxels at all; ``is_tissue`` where they are not air. ``bright`` is the level of bright tissue."""

    grid: Grid
    values: NDArray[np.float32] = field(repr=False)
    is_seen: NDArray[np.bool_] = field(repr=False)
    is_tissue: NDArray[np.bool_] = field(repr=False)
    bright: float


def work_volume(mr: Volume) -> WorkVolume:
    """``mr`` on upright voxels of STEP_MM across and SLICE_MM along. Raises RefusedError (code ``mr-too-small``,
    ``mr-empty``)."""
    check_size(mr)
    grid = upright_grid(mr.grid, (STEP_MM, STEP_MM, SLICE_MM))
    values, is_seen = onto(mr, grid)
    if neighbour_likeness(mr) < LEAST_LIKENESS:
        text = _("This image holds nothing but noise. Choose another series.")
        raise RefusedError(text, code="mr-noise")
    bright = float(np.percentile(values[is_seen], 98)) if is_seen.any() else 0.0
    if not np.isfinite(bright) or bright <= 0.0:
        raise RefusedError(_("This image is empty: every voxel is the same."), code="mr-empty")
    blurred = gaussian_filter(values, 1.0)
    darkest = AIR_OVER_DARKEST * float(np.percentile(blurred[is_seen], 5))
    is_tissue = blurred > min(max(AIR_SHARE * bright, darkest), MOST_AIR_SHARE * bright)
    for k in range(is_tissue.shape[2]):
        is_tissue[:, :, k] = binary_fill_holes(is_tissue[:, :, k])
    return WorkVolume(grid, values, is_seen, is_tissue & is_seen, bright)


def neighbour_likeness(mr: Volume) -> float:
    """Correlation of neighbouring voxels along the array axis on which they are most alike."""
    values = np.asarray(mr.values[::2, ::2, ::2] if min(mr.grid.shape) > 40 else mr.values, dtype=np.float32)
    values = values - values.mean()
    power = float((values * values).mean())
    if power <= 0.0:
        return 1.0  # an even image is told of as empty
    ahead = [
        np.take(values, range(1, n), axis) * np.take(values, range(n - 1), axis) for axis, n in enumerate(values.shape)
    ]
    return max(float(products.mean()) for products in ahead) / power


def check_size(mr: Volume) -> None:
    """Raises RefusedError when the image holds less than SMALLEST_MM of the patient."""
    extent = np.ptp(mr.grid.corners_mm(), axis=0) + np.abs(mr.grid.affine[:3, :3]).sum(axis=1)
    if (extent < np.array(SMALLEST_MM)).any() or min(mr.grid.shape) < 4:
        size = " × ".join(f"{value:.0f}" for value in extent)
        text = _("This MRI covers only {size} mm: too little to find the spinal canal in it.")
        raise RefusedError(text.format(size=size), code="mr-too-small")


def upright_grid(grid: Grid, steps_mm: tuple[float, float, float]) -> Grid:
    """Voxels along right, front and up that cover ``grid``. Coarser than asked where they would be too many."""
    corners = grid.corners_mm()
    low, high = corners.min(axis=0), corners.max(axis=0)
    steps = np.array(steps_mm)
    count = float(np.prod((high - low) / steps + 1.0))
    if count > MOST_VOXELS:
        steps = steps * (count / MOST_VOXELS) ** (1.0 / 3.0)
    shape = np.floor((high - low) / steps + 1e-6).astype(int) + 1
    affine = np.diag([*steps, 1.0])
    affine[:3, 3] = (low + high - (shape - 1) * steps) / 2.0
    return Grid.of((int(shape[0]), int(shape[1]), int(shape[2])), affine, grid.space)


def onto(mr: Volume, grid: Grid) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Linear values of ``mr`` on ``grid`` of the same space (0 outside), averaged where the voxels of ``mr`` are finer,
    and where there are any."""
    index = np.linalg.inv(mr.grid.affine) @ grid.affine
    values = np.asarray(mr.values, dtype=np.float32)
    per_voxel = np.abs(index[:3, :3]).sum(axis=1)
    for axis, ratio in enumerate(per_voxel):
        if ratio > 1.5:  # the mean of the voxels a step covers, not every second one of them
            values = cast(NDArray[np.float32], gaussian_filter1d(values, 0.4 * ratio, axis=axis, output=np.float32))
    out = affine_transform(values, index[:3, :3], index[:3, 3], grid.shape, order=1, mode="nearest")
    return cast(NDArray[np.float32], out), inside(mr.grid, grid)


def inside(image: Grid, grid: Grid) -> NDArray[np.bool_]:
    """(X, Y, Z) of ``grid``: does the point lie within the voxels of ``image``?"""
    matrix = np.linalg.inv(image.affine) @ grid.affine
    axes = [np.arange(n, dtype=float) for n in grid.shape]
    found = np.ones(grid.shape, dtype=np.bool_)
    for axis, count in enumerate(image.shape):
        row: FloatArray = matrix[axis]
        place = row[0] * axes[0][:, None, None] + row[1] * axes[1][None, :, None] + row[2] * axes[2] + row[3]
        found &= (place > -0.51) & (place < count - 0.49)
    return found
