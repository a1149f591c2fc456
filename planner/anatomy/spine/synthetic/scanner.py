"""What a scanner makes of a scene: slices, sharpness, noise. Deterministic by the generator it is given."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import correlate1d, gaussian_filter, gaussian_filter1d, shift, zoom

from planner.anatomy.spine.synthetic.scene import Fine
from planner.geometry.arrays import FloatArray

Single = NDArray[np.float32]


def slices(values: Single, fine: Fine, thickness_mm: float | None) -> Single:
    """Means over the split of every voxel; over ``thickness_mm`` along the third axis where slices overlap or have
    gaps. (X, Y, Z) of the image's grid."""
    if thickness_mm is not None and abs(thickness_mm - float(fine.grid.spacing_mm[2])) > 1e-6:
        steps = thickness_mm / float(fine.fine.spacing_mm[2])
        values = _box(values, steps)
    a, b, c = fine.split
    x, y, z = fine.grid.shape
    if (a, b, c) == (1, 1, 1):
        return values
    mean: Single = values.reshape(x, a, y, b, z, c).mean(axis=(1, 3, 5), dtype=np.float32)
    return mean


def labels_of(labels: NDArray[np.uint8], fine: Fine) -> NDArray[np.uint8]:
    """The label at the middle of every voxel."""
    a, b, c = fine.split
    return np.ascontiguousarray(labels[a // 2 :: a, b // 2 :: b, c // 2 :: c])


def blurred(values: Single, sigma_mm: float, spacing_mm: FloatArray) -> Single:
    """In the plane of the slices only."""
    found: Single = gaussian_filter(values, (sigma_mm / spacing_mm[0], sigma_mm / spacing_mm[1], 0.0))
    return found


def ct_noise(shape: tuple[int, ...], spacing_mm: FloatArray, rng: np.random.Generator) -> Single:
    """Unit standard deviation, with the band-shaped spectrum of filtered back-projection: little at low frequencies,
    rolled off at high ones; neighbouring slices share a little."""
    noise = rng.standard_normal(shape, dtype=np.float32)
    fine = 0.45 / float(spacing_mm[0])
    sharp = gaussian_filter(noise, (fine, fine, 0.35))
    sharp -= 0.85 * gaussian_filter(sharp, (1.9 / float(spacing_mm[0]), 1.9 / float(spacing_mm[0]), 0.0))
    return np.asarray(sharp / sharp.std(), dtype=np.float32)


def bias_field(
    shape: tuple[int, int, int], spacing_mm: FloatArray, strength: float, rng: np.random.Generator
) -> Single:
    """A smooth factor around 1, brighter near the back where the coil lies (low y)."""
    coarse = zoom(rng.standard_normal((4, 4, 6)), 6, order=3)
    field = zoom(coarse, [n / m for n, m in zip(shape, coarse.shape, strict=True)], order=1)
    distance = np.arange(shape[1]) * float(spacing_mm[1])
    coil = np.exp(-distance / 180.0)
    factor = np.exp(strength * 0.25 * field) * (1.0 + strength * (coil - coil.mean()))[None, :, None]
    return np.asarray(factor / factor.mean(), dtype=np.float32)


def rician(values: Single, sigma: float, rng: np.random.Generator) -> Single:
    """The magnitude of a complex signal with noise ``sigma`` in both channels."""
    real = values + sigma * rng.standard_normal(values.shape, dtype=np.float32)
    imaginary = sigma * rng.standard_normal(values.shape, dtype=np.float32)
    return np.asarray(np.hypot(real, imaginary), dtype=np.float32)


def _box(values: Single, steps: float) -> Single:
    """A running mean along the third axis over a fractional number of voxels."""
    half = int(np.ceil(steps / 2))
    weights = np.clip(steps / 2 - np.abs(np.arange(-half, half + 1)) + 0.5, 0.0, 1.0)
    return np.asarray(correlate1d(values, weights / weights.sum(), axis=2, mode="nearest"), dtype=np.float32)


def ringing(values: Single, strength: float) -> Single:
    """A touch of edge overshoot along the second axis, as truncated k-space gives."""
    return np.asarray(values + strength * (values - gaussian_filter1d(values, 1.2, axis=1)), dtype=np.float32)


def swayed(values: Single, motion_mm: float, spacing_mm: FloatArray, rng: np.random.Generator) -> Single:
    """Every slice shifted sideways and back by a slow random walk of that standard deviation."""
    if motion_mm <= 0:
        return values
    walk = gaussian_filter1d(rng.standard_normal((values.shape[2], 2)), 3.0, axis=0)
    walk *= motion_mm / max(float(walk.std()), 1e-9) / spacing_mm[:2]
    moved = [shift(values[:, :, k], walk[k], order=1, mode="nearest") for k in range(values.shape[2])]
    return np.asarray(np.stack(moved, axis=2), dtype=np.float32)


def ghosts(values: Single, strength: float) -> Single:
    """Faint repeats along the second axis, a third of its length apart, as periodic motion leaves."""
    if strength <= 0:
        return values
    step = values.shape[1] // 3
    repeats = np.roll(values, step, axis=1) + np.roll(values, -step, axis=1)
    return np.asarray((1 - strength) * values + 0.5 * strength * repeats, dtype=np.float32)


def dose_factor(usual_place: FloatArray) -> FloatArray:
    """(N,) how much noisier slices are at these vertebral places: shoulders and pelvis take the light away. Drawn."""
    shoulders = 1.4 * np.exp(-(((usual_place - 7.8) / 1.1) ** 2))
    pelvis = 0.7 * np.exp(-(((usual_place - 26.0) / 1.6) ** 2))
    return np.asarray(1.0 + shoulders + pelvis)


def sideways_noise(shape: tuple[int, ...], spacing_mm: FloatArray, rng: np.random.Generator) -> Single:
    """Unit standard deviation, drawn out from left to right, as where shoulders or hips starve the detector."""
    noise = rng.standard_normal(shape, dtype=np.float32)
    drawn = gaussian_filter(noise, (14.0 / float(spacing_mm[0]), 0.5 / float(spacing_mm[1]), 0.3))
    return np.asarray(drawn / max(float(drawn.std()), 1e-9), dtype=np.float32)


def with_scatter(values: Single, strength_hu: float, spacing_mm: FloatArray) -> Single:
    """Soft tissue darkened near much bone, as scattered rays do."""
    if strength_hu <= 0:
        return values
    step = [max(1, round(4.0 / float(one))) for one in spacing_mm]
    coarse = np.clip(values[:: step[0], :: step[1], :: step[2]] / 600.0, 0.0, 1.0)
    spread = gaussian_filter(coarse, [12.0 / (float(s) * n) for s, n in zip(spacing_mm, step, strict=True)])
    full = zoom(spread, [n / m for n, m in zip(values.shape, spread.shape, strict=True)], order=1)
    return np.asarray(values - strength_hu * 4.0 * full, dtype=np.float32)
