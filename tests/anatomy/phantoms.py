"""A head of ellipsoids with known shape, and the same head moved by a known transform."""

import numpy as np
from scipy.ndimage import gaussian_filter

from planner.geometry.arrays import FloatArray
from planner.geometry.resample import resample
from planner.geometry.transform import Affine
from planner.geometry.volume import Grid, Volume

BOX_MM = 144.0
STEP_MM = 4.0


def grid(space: str, step_mm: float = STEP_MM) -> Grid:
    size = round(BOX_MM / step_mm)
    matrix = np.diag([step_mm, step_mm, step_mm, 1.0])
    matrix[:3, 3] = -step_mm * (size - 1) / 2.0
    return Grid.of((size, size, size), matrix, space)


def head(space: str = "fixed", seed: int = 3, step_mm: float = STEP_MM) -> Volume:
    """Skull-less head: brain 60, folds of smooth noise, a bright and a dark body off the centre, air 0."""
    own = grid(space, step_mm)
    index = np.stack(np.meshgrid(*(np.arange(n) for n in own.shape), indexing="ij"), axis=-1)
    xyz = own.to_world(index)
    noise = gaussian_filter(np.random.default_rng(seed).normal(size=own.shape), 1.5)
    brain = _inside(xyz, (0.0, 0.0, 0.0), (48.0, 60.0, 42.0))
    values = np.where(brain, 60.0 + 25.0 * noise / noise.std() * 0.5, 0.0)
    values[_inside(xyz, (18.0, 12.0, 6.0), (12.0, 18.0, 9.0))] = 110.0
    values[_inside(xyz, (-15.0, -20.0, 8.0), (9.0, 20.0, 10.0))] = 15.0
    return Volume(own, gaussian_filter(np.clip(values, 0.0, None), 0.6).astype(np.float32))


def moved(volume: Volume, to_moving: Affine) -> Volume:
    """What a scanner sees when the head went through ``to_moving`` (fixed to moving)."""
    return resample(volume, grid(to_moving.target, float(volume.grid.spacing_mm[0])), to_moving.inverse())


def _inside(
    xyz: FloatArray, centre: tuple[float, ...], half: tuple[float, ...]
) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    return (((xyz - np.array(centre)) / np.array(half)) ** 2).sum(axis=-1) < 1.0


def brain_points() -> FloatArray:
    """(N, 3) points all over the brain of :func:`head`."""
    points = np.random.default_rng(1).uniform(-1.0, 1.0, size=(200, 3))
    return points[np.linalg.norm(points, axis=1) < 1.0] * np.array([42.0, 54.0, 36.0])
