"""What the engines see of an image: 1 mm cubes, air cropped, outliers clipped, a CT through a soft-tissue window."""

import numpy as np
from scipy.ndimage import gaussian_filter

from planner.errors import RefusedError
from planner.geometry.resample import resample
from planner.geometry.volume import Grid, Volume
from planner.i18n import _

WORK_MM = 1.0
CT_MM = 1.25
CLIP_PERCENTILE = 99.9
"""reference/registration.md section 7: vessels and fat saturate the histogram otherwise."""
CT_WINDOW_HU = (-100.0, 200.0)
"""reference/registration.md section 4: a wider window puts all soft tissue into one or two histogram bins."""
RIGID_SMOOTH_MM = {True: 1.0, False: 0.7}
"""By whether it is a CT. Noise, seen through interpolation, pulls mutual information towards the voxel grid: on the
simulated CT pair this smoothing takes the error from 0.33 to 0.16 mm."""
AIR_SHARE = 0.05
"""Darker than this share of the way from darkest to brightest (clipped) is air, for cropping."""
CROP_MARGIN_MM = 6.0
KEPT_SIZES = (0.8, 1.6)
"""Voxels between these shares of the wanted size are kept as they are: resampling would only blur them."""
SMALLEST_MM = 40.0
ORTHOGONAL_TOLERANCE = 1e-4


def work_copy(image: Volume, *, is_ct: bool = False, smooth_mm: float = 0.0) -> Volume:
    """A float32 copy for registration, in the image's own space.

    Raises RefusedError(code="image-empty" or "image-small") when there is nothing to register.
    """
    values = _clipped(image, is_ct=is_ct)
    cropped = _crop_air(Volume(image.grid, values))
    if min(np.array(cropped.grid.shape) * cropped.grid.spacing_mm) < SMALLEST_MM:
        text = _("The image shows less than {mm} mm of the head in one direction. Use an image of the whole brain.")
        raise RefusedError(text.format(mm=int(SMALLEST_MM)), code="image-small")
    cubes = _in_cubes(cropped, CT_MM if is_ct else WORK_MM)
    return _smoothed(cubes, smooth_mm) if smooth_mm > 0 else cubes


def _clipped(image: Volume, *, is_ct: bool) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    values = np.array(image.values, dtype=np.float32)
    np.nan_to_num(values, copy=False, posinf=0.0, neginf=0.0)
    if is_ct:
        values = np.clip(values, *CT_WINDOW_HU)
    else:
        values = np.clip(values, np.percentile(values, 0.1), np.percentile(values, CLIP_PERCENTILE))
    if float(values.max() - values.min()) < 1e-6:
        text = _("The image has the same value everywhere. There is nothing to align; check the import.")
        raise RefusedError(text, code="image-empty")
    return np.asarray(values - values.min(), dtype=np.float32)


def _smoothed(volume: Volume, sigma_mm: float) -> Volume:
    values = np.asarray(volume.values, dtype=np.float32)
    return Volume(volume.grid, gaussian_filter(values, sigma_mm / volume.grid.spacing_mm))


def _crop_air(volume: Volume) -> Volume:
    spacing = volume.grid.spacing_mm
    smooth = gaussian_filter(volume.values, 1.5 / spacing)  # single noisy voxels of air must not count
    inside = smooth > AIR_SHARE * smooth.max()
    margin = np.ceil(CROP_MARGIN_MM / spacing).astype(int)
    low, high = [], []
    for axis in range(3):
        others = tuple(a for a in range(3) if a != axis)
        along = np.flatnonzero(inside.any(axis=others))
        low.append(max(int(along[0]) - margin[axis], 0))
        high.append(min(int(along[-1]) + margin[axis] + 1, volume.values.shape[axis]))
    return crop(volume, (low[0], low[1], low[2]), (high[0], high[1], high[2]))


def crop(volume: Volume, low: tuple[int, int, int], high: tuple[int, int, int]) -> Volume:
    """The voxels from index ``low`` to ``high`` (not included); world coordinates stay."""
    box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    values = np.ascontiguousarray(volume.values[box])
    matrix = volume.grid.affine.copy()
    matrix[:3, 3] = volume.grid.to_world(low)
    return Volume(Grid.of((values.shape[0], values.shape[1], values.shape[2]), matrix, volume.space), values)


def _in_cubes(volume: Volume, size_mm: float) -> Volume:
    """Resampled to cubes unless it is nearly so already; sheared grids become straight ones."""
    grid = volume.grid
    spacing = grid.spacing_mm
    cosines = grid.affine[:3, :3] / spacing
    is_sheared = np.abs(cosines.T @ cosines - np.eye(3)).max() > ORTHOGONAL_TOLERANCE
    if not is_sheared and KEPT_SIZES[0] <= (spacing / size_mm).min() and (spacing / size_mm).max() <= KEPT_SIZES[1]:
        return volume
    sigma = np.where(spacing < size_mm, 0.4 * size_mm / spacing, 0.0)  # avoid aliasing where voxels get larger
    smooth = gaussian_filter(np.asarray(volume.values, dtype=np.float32), sigma) if sigma.any() else volume.values
    return resample(Volume(grid, smooth), straight_grid(grid, size_mm))


def straight_grid(grid: Grid, size_mm: float) -> Grid:
    """Cubes of ``size_mm`` over the same box, along the nearest right-angled axes of ``grid``."""
    left, _sizes, right = np.linalg.svd(grid.affine[:3, :3] / grid.spacing_mm)
    axes = left @ right
    corners = grid.corners_mm() @ axes  # coordinates along the straight axes
    low, high = corners.min(axis=0), corners.max(axis=0)
    counts = np.maximum(np.floor((high - low) / size_mm).astype(int) + 1, 1)
    matrix = np.eye(4)
    matrix[:3, :3] = axes * size_mm
    matrix[:3, 3] = axes @ low
    return Grid.of((int(counts[0]), int(counts[1]), int(counts[2])), matrix, grid.space)
