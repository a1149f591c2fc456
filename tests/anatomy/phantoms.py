"""A head of ellipsoids with known shape, and the same head moved by a known transform."""

import numpy as np
from scipy.ndimage import gaussian_filter

from planner.geometry.arrays import FloatArray
from planner.geometry.resample import resample
from planner.geometry.transform import Affine
from planner.geometry.volume import Grid, Volume

SIZE = 48
STEP_MM = 3.0


def grid(space: str, shift_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> Grid:
    matrix = np.diag([STEP_MM, STEP_MM, STEP_MM, 1.0])
    matrix[:3, 3] = np.array(shift_mm) - STEP_MM * (SIZE - 1) / 2.0
    return Grid.of((SIZE, SIZE, SIZE), matrix, space)


def head(space: str = "fixed", seed: int = 3) -> Volume:
    """Skull-less head: brain 60, folds of smooth noise, a bright and a dark body off the centre, air 0."""
    own = grid(space)
    index = np.stack(np.meshgrid(*(np.arange(SIZE),) * 3, indexing="ij"), axis=-1)
    xyz = own.to_world(index)
    noise = gaussian_filter(np.random.default_rng(seed).normal(size=own.shape), 1.5)
    brain = _inside(xyz, (0.0, 0.0, 0.0), (48.0, 60.0, 42.0))
    values = np.where(brain, 60.0 + 25.0 * noise / noise.std() * 0.5, 0.0)
    values[_inside(xyz, (18.0, 12.0, 6.0), (12.0, 18.0, 9.0))] = 110.0
    values[_inside(xyz, (-15.0, -20.0, 8.0), (9.0, 20.0, 10.0))] = 15.0
    return Volume(own, gaussian_filter(np.clip(values, 0.0, None), 0.6).astype(np.float32))


def moved(volume: Volume, to_moving: Affine) -> Volume:
    """What a scanner sees when the head went through ``to_moving`` (fixed to moving)."""
    return resample(volume, grid(to_moving.target), to_moving.inverse())


def _inside(
    xyz: FloatArray, centre: tuple[float, ...], half: tuple[float, ...]
) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    return (((xyz - np.array(centre)) / np.array(half)) ** 2).sum(axis=-1) < 1.0


def brain_points() -> FloatArray:
    """(N, 3) points all over the brain of :func:`head`."""
    points = np.random.default_rng(1).uniform(-1.0, 1.0, size=(200, 3))
    return points[np.linalg.norm(points, axis=1) < 1.0] * np.array([42.0, 54.0, 36.0])
