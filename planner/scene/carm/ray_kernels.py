"""Line integrals through a volume. Imported inside functions only: Numba takes half a second."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.compiling import compiled_fast

Array = NDArray[Any]


@compiled_fast
def _clipped(start: Array, step: Array, shape: Array, low: float, high: float) -> tuple[float, float]:
    """The stretch of the ray start + t·step, t from ``low`` to ``high``, within half a voxel of the volume."""
    for axis in range(3):
        if abs(step[axis]) < 1e-12:
            if start[axis] < -0.5 or start[axis] > shape[axis] - 0.5:
                return 1.0, 0.0
            continue
        one = (-0.5 - start[axis]) / step[axis]
        other = (shape[axis] - 0.5 - start[axis]) / step[axis]
        low = max(low, min(one, other))
        high = min(high, max(one, other))
    return low, high


@compiled_fast
def cast(
    values: Array,
    source: Array,
    first: Array,
    right: Array,
    down: Array,
    rows: Array,
    is_fine: bool,
    step_mm: float,
    out: Array,
) -> None:
    """Fill rows of ``out`` (H, W) with the integral along each ray from ``source`` to its pixel.

    ``values`` (X, Y, Z) per mm. ``source``, ``first`` (middle of pixel 0, 0), ``right``, ``down`` (3, 2): in index
    units in column 0 and in mm in column 1. ``is_fine``: straight between voxels, else the nearest one.
    """
    shape = np.array(values.shape)
    ray = np.empty(3)
    for row in rows:
        for column in range(out.shape[1]):
            length2 = 0.0
            for axis in range(3):
                ray[axis] = first[axis, 0] + column * right[axis, 0] + row * down[axis, 0] - source[axis, 0]
                mm = first[axis, 1] + column * right[axis, 1] + row * down[axis, 1] - source[axis, 1]
                length2 += mm * mm
            length = np.sqrt(length2)
            low, high = _clipped(source[:, 0], ray, shape, 0.0, 1.0)
            total = 0.0
            if high > low:
                count = max(int((high - low) * length / step_mm), 1)
                share = (high - low) / count
                x = source[0, 0] + (low + 0.5 * share) * ray[0]
                y = source[1, 0] + (low + 0.5 * share) * ray[1]
                z = source[2, 0] + (low + 0.5 * share) * ray[2]
                dx, dy, dz = share * ray[0], share * ray[1], share * ray[2]
                if is_fine:
                    total = _fine(values, x, y, z, dx, dy, dz, count)
                else:
                    total = _nearest(values, x, y, z, dx, dy, dz, count)
                total *= share * length
            out[row, column] = total


@compiled_fast
def _nearest(values: Array, x: float, y: float, z: float, dx: float, dy: float, dz: float, count: int) -> float:
    nx, ny, nz = values.shape
    total = 0.0
    x, y, z = x + 0.5, y + 0.5, z + 0.5
    for n in range(count):
        i = min(max(int(x + n * dx), 0), nx - 1)
        j = min(max(int(y + n * dy), 0), ny - 1)
        k = min(max(int(z + n * dz), 0), nz - 1)
        total += values[i, j, k]
    return total


@compiled_fast
def _fine(values: Array, x: float, y: float, z: float, dx: float, dy: float, dz: float, count: int) -> float:
    nx, ny, nz = values.shape
    total = 0.0
    for n in range(count):
        px = min(max(x + n * dx, 0.0), nx - 1.0)
        py = min(max(y + n * dy, 0.0), ny - 1.0)
        pz = min(max(z + n * dz, 0.0), nz - 1.0)
        i, j, k = int(px), int(py), int(pz)
        fx, fy, fz = px - i, py - j, pz - k
        i1, j1, k1 = min(i + 1, nx - 1), min(j + 1, ny - 1), min(k + 1, nz - 1)
        near = (values[i, j, k] * (1 - fz) + values[i, j, k1] * fz) * (1 - fy) + (
            values[i, j1, k] * (1 - fz) + values[i, j1, k1] * fz
        ) * fy
        far = (values[i1, j, k] * (1 - fz) + values[i1, j, k1] * fz) * (1 - fy) + (
            values[i1, j1, k] * (1 - fz) + values[i1, j1, k1] * fz
        ) * fy
        total += near * (1 - fx) + far * fx
    return total
