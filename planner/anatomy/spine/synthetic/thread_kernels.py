"""Compiled: thin things laid over a picture: nerves, ganglia, metal."""

import math

import numpy as np
from numpy.typing import NDArray

from planner.anatomy.spine.synthetic.soft_kernels import over
from planner.compiling import compiled_fast


@compiled_fast
def segment_distance(x: float, y: float, z: float, row: NDArray[np.float64]) -> float:
    """To the surface of a round rod: two ends (0-2, 3-5) and a half size (6)."""
    ax, ay, az = row[3] - row[0], row[4] - row[1], row[5] - row[2]
    px, py, pz = x - row[0], y - row[1], z - row[2]
    t = (px * ax + py * ay + pz * az) / max(ax * ax + ay * ay + az * az, 1e-12)
    t = min(max(t, 0.0), 1.0)
    dx, dy, dz = px - t * ax, py - t * ay, pz - t * az
    return float(math.sqrt(dx * dx + dy * dy + dz * dz) - row[6])


@compiled_fast
def paint_threads(
    out: NDArray[np.float32],
    labels: NDArray[np.uint8],
    bone: NDArray[np.float32],
    affine: NDArray[np.float64],
    inverse: NDArray[np.float64],
    rows: NDArray[np.float64],
    width: float,
) -> None:
    """``rows`` (N, 9): two ends, half size, value, label (0 keeps what is there). Soft things give way to bone and to
    the cord."""
    spacing = np.empty(3)
    for axis in range(3):
        spacing[axis] = math.sqrt(affine[0, axis] ** 2 + affine[1, axis] ** 2 + affine[2, axis] ** 2)
    low, high = np.empty(3, np.int64), np.empty(3, np.int64)
    for n in range(rows.shape[0]):
        row = rows[n]
        reach = row[6] + width
        for axis in range(3):
            a = inverse[axis, 0] * row[0] + inverse[axis, 1] * row[1] + inverse[axis, 2] * row[2] + inverse[axis, 3]
            b = inverse[axis, 0] * row[3] + inverse[axis, 1] * row[4] + inverse[axis, 2] * row[5] + inverse[axis, 3]
            low[axis] = max(math.floor(min(a, b) - reach / spacing[axis]), 0)
            high[axis] = min(math.ceil(max(a, b) + reach / spacing[axis]) + 1, out.shape[axis])
        for i in range(low[0], high[0]):
            for j in range(low[1], high[1]):
                for k in range(low[2], high[2]):
                    x = affine[0, 0] * i + affine[0, 1] * j + affine[0, 2] * k + affine[0, 3]
                    y = affine[1, 0] * i + affine[1, 1] * j + affine[1, 2] * k + affine[1, 3]
                    z = affine[2, 0] * i + affine[2, 1] * j + affine[2, 2] * k + affine[2, 3]
                    d = segment_distance(x, y, z, row)
                    if d < width and bone[i, j, k] > 0.0 and labels[i, j, k] != 60:
                        # Thinner than a voxel: a share of it only.
                        share = min(row[6] / (0.5 * width), 1.0) ** 2
                        painted = over(out[i, j, k], row[7], d, width)
                        out[i, j, k] += share * (painted - out[i, j, k])
                        if row[8] > 0.5 and d < 0.0:
                            labels[i, j, k] = int(row[8])


@compiled_fast
def paint_metal(
    depth: NDArray[np.float32],
    affine: NDArray[np.float64],
    rows: NDArray[np.float64],
    reach: float,
) -> None:
    """Lower ``depth`` (X, Y, Z), the distance to metal, within ``reach`` mm of the rods in ``rows`` (N, 7)."""
    for i in range(depth.shape[0]):
        for j in range(depth.shape[1]):
            for k in range(depth.shape[2]):
                x = affine[0, 0] * i + affine[0, 1] * j + affine[0, 2] * k + affine[0, 3]
                y = affine[1, 0] * i + affine[1, 1] * j + affine[1, 2] * k + affine[1, 3]
                z = affine[2, 0] * i + affine[2, 1] * j + affine[2, 2] * k + affine[2, 3]
                for n in range(rows.shape[0]):
                    row = rows[n]
                    margin = row[6] + reach
                    if x < min(row[0], row[3]) - margin or x > max(row[0], row[3]) + margin:
                        continue
                    if y < min(row[1], row[4]) - margin or y > max(row[1], row[4]) + margin:
                        continue
                    if z < min(row[2], row[5]) - margin or z > max(row[2], row[5]) + margin:
                        continue
                    d = segment_distance(x, y, z, row)
                    if d < depth[i, j, k]:
                        depth[i, j, k] = d
