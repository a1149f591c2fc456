"""Where a rigid search may begin, and which of several answers is best."""

import numpy as np

from planner.geometry.arrays import FloatArray
from planner.geometry.points import Points
from planner.geometry.transform import Affine, apply_matrix
from planner.geometry.volume import Grid, Volume

SCORE_STEP_MM = 5.0
SCORE_BINS = 32


def turn(angles_deg: FloatArray | tuple[float, float, float]) -> FloatArray:
    """(3, 3) rotation about x, then y, then z (fixed axes), right-handed, degrees."""
    x, y, z = np.deg2rad(np.asarray(angles_deg, dtype=float))
    about_x = np.array([[1, 0, 0], [0, np.cos(x), -np.sin(x)], [0, np.sin(x), np.cos(x)]])
    about_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    about_z = np.array([[np.cos(z), -np.sin(z), 0], [np.sin(z), np.cos(z), 0], [0, 0, 1]])
    rotation: FloatArray = about_z @ about_y @ about_x
    return rotation


def about(centre_mm: FloatArray, onto_mm: FloatArray, rotation: FloatArray, spaces: tuple[str, str]) -> Affine:
    """The rigid transform that turns about ``centre_mm`` and takes it to ``onto_mm``."""
    matrix = np.eye(4)
    matrix[:3, :3] = rotation
    matrix[:3, 3] = onto_mm - rotation @ centre_mm
    return Affine.of(matrix, *spaces)


def head_centroid(volume: Volume) -> FloatArray:
    """(3,) RAS mm: the middle of what is brighter than air (a tenth of the way to the 99th percentile)."""
    values = np.asarray(volume.values[::2, ::2, ::2], dtype=np.float32)
    low = float(values.min())
    inside = np.argwhere(values > low + 0.1 * (float(np.percentile(values, 99)) - low))
    return volume.grid.to_world(2.0 * inside.mean(axis=0))


def sample_points(volume: Volume) -> Points:
    """Points about SCORE_STEP_MM apart over the non-air part of ``volume``."""
    grid = volume.grid
    counts = [max(2, round(n * s / SCORE_STEP_MM)) for n, s in zip(grid.shape, grid.spacing_mm, strict=True)]
    axes = [np.linspace(0, n - 1, count) for n, count in zip(grid.shape, counts, strict=True)]
    index = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    return Points.of(grid.to_world(index), grid.space)


def nearest_values(volume: Volume, xyz: FloatArray) -> FloatArray:
    """(N,) values at the nearest voxels; the smallest value of the volume outside it."""
    index = np.rint(volume.grid.to_index(xyz)).astype(np.int64)
    inside = ((index >= 0) & (index < np.array(volume.grid.shape))).all(axis=1)
    out = np.full(len(xyz), float(np.min(volume.values)))
    i, j, k = index[inside].T
    out[inside] = volume.values[i, j, k]
    return out


def _bins(values: FloatArray, low: float, high: float) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    share = (values - low) / max(high - low, 1e-9)
    return np.clip((share * SCORE_BINS).astype(np.int64), 0, SCORE_BINS - 1)


class Score:
    """Normalised mutual information of two images over all of the fixed one: what is outside the moving image counts
    as air, so that an answer with little overlap cannot win."""

    def __init__(self, fixed: Volume, moving: Volume) -> None:
        self._points = sample_points(fixed)
        self._moving = moving
        values = nearest_values(fixed, self._points.xyz)
        self._fixed_bins = _bins(values, float(values.min()), float(np.percentile(values, 99.5)))
        self._range = (
            float(np.min(moving.values)),
            float(np.percentile(np.asarray(moving.values[::2, ::2, ::2], dtype=np.float32), 99.5)),
        )

    def __call__(self, fixed_to_moving: Affine) -> float:
        xyz = apply_matrix(fixed_to_moving.matrix, self._points.xyz)
        moving_bins = _bins(nearest_values(self._moving, xyz), *self._range)
        joint = np.bincount(self._fixed_bins * SCORE_BINS + moving_bins, minlength=SCORE_BINS**2)
        share = joint.reshape(SCORE_BINS, SCORE_BINS) / joint.sum()
        return (_entropy(share.sum(axis=0)) + _entropy(share.sum(axis=1))) / _entropy(share.ravel())


def _entropy(share: FloatArray) -> float:
    some = share[share > 0]
    return max(float(-(some * np.log(some)).sum()), 1e-9)


def turned_starts(fixed: Volume, moving: Volume, turns_deg: tuple[float, ...], score: Score) -> list[Affine]:
    """Middle of the head on middle of the head, turned by each of ``turns_deg`` about each axis; the best first."""
    spaces = fixed.space, moving.space
    middles = head_centroid(fixed), head_centroid(moving)
    turns = [turn((x, y, z)) for x in turns_deg for y in turns_deg for z in turns_deg]
    return sorted((about(*middles, one, spaces) for one in turns), key=score, reverse=True)


def coarse_grid(grid: Grid, step_mm: float) -> Grid:
    """The same box (or a little more) in cubes of ``step_mm``; the first voxel keeps its place."""
    factor = np.maximum(step_mm / grid.spacing_mm, 1.0)
    shape = tuple(int(n) for n in np.ceil((np.array(grid.shape) - 1) / factor) + 1)
    matrix = grid.affine.copy()
    matrix[:3, :3] = matrix[:3, :3] * factor
    return Grid.of((shape[0], shape[1], shape[2]), matrix, grid.space)
