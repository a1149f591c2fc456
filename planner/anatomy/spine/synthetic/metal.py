"""Metal in a picture: streaks on CT, a void that reaches beyond it on MRI."""

import numpy as np
from numpy.typing import NDArray

from planner.anatomy.spine.synthetic.scene import FAR_MM
from planner.geometry import Grid
from planner.geometry.arrays import FloatArray

Single = NDArray[np.float32]
ANGLES = 120
HARDENING_HU = 26.0
"""Beam hardening: the projection error per squared mm of metal, scaled so that a pair of pedicle screws darkens what
lies between them by some hundred HU. Drawn."""
STARVATION = 0.16
METAL_HU = 6000.0
VOID_MM = 5.0


def metal_distance(grid: Grid, rods: FloatArray, reach_mm: float) -> Single:
    from planner.anatomy.spine.synthetic.thread_kernels import paint_metal

    distance = np.full(grid.shape, FAR_MM, dtype=np.float32)
    paint_metal(distance, np.ascontiguousarray(grid.affine), rods, reach_mm)
    return distance


def with_streaks(values: Single, distance: Single, spacing_mm: FloatArray, rng: np.random.Generator) -> Single:
    """Metal, and what its shadow leaves in every slice that holds some: beam hardening between pieces and noise along
    the rays that pass through much of it."""
    from planner.anatomy.spine.synthetic.streak_kernels import back_project, project

    pixel = float(spacing_mm[0])
    share = np.clip(0.5 - distance / pixel, 0.0, 1.0)
    out = values.copy()
    angles = np.linspace(0.0, np.pi, ANGLES, endpoint=False)
    count = int(np.hypot(values.shape[0], values.shape[1])) + 4
    ramp = np.abs(np.fft.rfftfreq(count)) * 2.0
    for k in np.flatnonzero(share.any(axis=(0, 1))):
        lengths = project(np.ascontiguousarray(share[:, :, k]), angles, count) * pixel
        error = -HARDENING_HU * lengths**2 / 10.0
        error += HARDENING_HU * STARVATION * lengths**2 * rng.standard_normal(lengths.shape)
        filtered = np.fft.irfft(np.fft.rfft(error, axis=1) * ramp, n=count, axis=1)
        slice_k = np.ascontiguousarray(out[:, :, k])
        back_project(slice_k, filtered, angles, float(np.pi / ANGLES / pixel))
        out[:, :, k] = slice_k
    return np.asarray(out + share * (METAL_HU - out), dtype=np.float32)


def with_void(values: Single, distance: Single) -> Single:
    """No signal in and around metal, piled up at the rim of the void."""
    void = np.clip((distance - VOID_MM) / 2.0, 0.0, 1.0)
    rim = np.exp(-(((distance - VOID_MM - 2.0) / 1.2) ** 2))
    return np.asarray(values * void * (1.0 + 0.9 * rim), dtype=np.float32)
