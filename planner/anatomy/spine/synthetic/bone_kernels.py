"""Compiled: distance to bone on a grid, and which bone it is."""

import numpy as np
from numpy.typing import NDArray

from planner.anatomy.spine.parametric.solid_kernels import bone_distance, outline_distance, plate_height
from planner.compiling import compiled_fast

JOINT_MM = 0.7
"""Half the gap left between neighbouring bones that would otherwise touch."""


@compiled_fast
def paint_bone(
    distance: NDArray[np.float32],
    owner: NDArray[np.uint8],
    box: NDArray[np.int64],
    to_local: NDArray[np.float64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    solids: NDArray[np.float64],
    canal: NDArray[np.float64],
    canal_low: float,
    label: int,
    margin: float,
    is_fused: bool,
) -> None:
    """Lower ``distance`` and set ``owner`` where this bone is nearer. ``to_local`` (3, 4) takes an index to its frame;
    ``box`` (3, 2) is the index range that its bounds touch."""
    for i in range(box[0, 0], box[0, 1]):
        for j in range(box[1, 0], box[1, 1]):
            for k in range(box[2, 0], box[2, 1]):
                x = to_local[0, 0] * i + to_local[0, 1] * j + to_local[0, 2] * k + to_local[0, 3]
                y = to_local[1, 0] * i + to_local[1, 1] * j + to_local[1, 2] * k + to_local[1, 3]
                z = to_local[2, 0] * i + to_local[2, 1] * j + to_local[2, 2] * k + to_local[2, 3]
                if x < low[0] - margin or x > high[0] + margin or y < low[1] - margin or y > high[1] + margin:
                    continue
                if z < low[2] - margin or z > high[2] + margin:
                    continue
                d = bone_distance(x, y, z, solids, canal, canal_low)
                old = distance[i, j, k]
                if owner[i, j, k] != label and not is_fused and old < 6.0 and d < 6.0:
                    gap_new = max(d, (d - old) / 2.0 + JOINT_MM)
                    old = max(old, (old - d) / 2.0 + JOINT_MM)
                    d = gap_new
                    distance[i, j, k] = old
                if d < old:
                    distance[i, j, k] = d
                    owner[i, j, k] = label


@compiled_fast
def paint_disc(
    distance: NDArray[np.float32],
    middle: NDArray[np.float32],
    owner: NDArray[np.uint8],
    box: NDArray[np.int64],
    to_upper: NDArray[np.float64],
    to_lower: NDArray[np.float64],
    upper: NDArray[np.float64],
    lower: NDArray[np.float64],
    label: int,
) -> None:
    """The disc between two bodies. ``middle`` is 1 in its middle and 0 at its rim, for the nucleus."""
    for i in range(box[0, 0], box[0, 1]):
        for j in range(box[1, 0], box[1, 1]):
            for k in range(box[2, 0], box[2, 1]):
                x = to_upper[0, 0] * i + to_upper[0, 1] * j + to_upper[0, 2] * k + to_upper[0, 3]
                y = to_upper[1, 0] * i + to_upper[1, 1] * j + to_upper[1, 2] * k + to_upper[1, 3]
                z = to_upper[2, 0] * i + to_upper[2, 1] * j + to_upper[2, 2] * k + to_upper[2, 3]
                x2 = to_lower[0, 0] * i + to_lower[0, 1] * j + to_lower[0, 2] * k + to_lower[0, 3]
                y2 = to_lower[1, 0] * i + to_lower[1, 1] * j + to_lower[1, 2] * k + to_lower[1, 3]
                z2 = to_lower[2, 0] * i + to_lower[2, 1] * j + to_lower[2, 2] * k + to_lower[2, 3]
                under = plate_height(upper, x, y, False) - z  # positive below the upper body
                over = z2 - plate_height(lower, x2, y2, True)
                if under < -2.0 or over < -2.0:
                    continue
                t = min(max(under / max(under + over, 1e-6), 0.0), 1.0)
                half_width = (1.0 - t) * upper[5] + t * lower[4]
                half_depth = (1.0 - t) * upper[7] + t * lower[6]
                bulge = 1.0 + 0.03 * 4.0 * t * (1.0 - t)
                px = (1.0 - t) * x + t * x2
                py = (1.0 - t) * (y - upper[3]) + t * (y2 - lower[3])
                across = outline_distance(px, py, half_width * bulge, half_depth * (1.0 + 0.02 * 4.0 * t * (1.0 - t)))
                d = max(across, max(-under, -over))
                if d < distance[i, j, k]:
                    distance[i, j, k] = d
                    owner[i, j, k] = label
                    core = min(max(-across / (0.55 * half_depth), 0.0), 1.0)
                    middle[i, j, k] = core * min(4.0 * t * (1.0 - t) * 1.6, 1.0)
