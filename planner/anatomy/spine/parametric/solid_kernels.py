"""Compiled distances of the solids in ``solids``. Local mm: x right, y back, z up."""

import math

import numpy as np
from numpy.typing import NDArray

from planner.anatomy.spine.parametric.sections import ROOF
from planner.anatomy.spine.parametric.solids import BACK_HOLLOW, BLEND_MM, CANAL_STEP_MM
from planner.compiling import compiled_fast

FAR_MM = 1000.0


@compiled_fast
def ellipse_distance(u: float, v: float, half_u: float, half_v: float) -> float:
    """Approximate signed distance to an ellipse: first order, right at the outline."""
    a, b = u / half_u, v / half_v
    k = math.sqrt(a * a + b * b)
    slope = math.sqrt(a * a / (half_u * half_u) + b * b / (half_v * half_v))
    if slope < 1e-9:
        return -min(half_u, half_v)
    return k * (k - 1.0) / slope


@compiled_fast
def canal_distance(u: float, v: float, half_width: float, half_ap: float, window: float) -> float:
    """Of the bony canal: rounded in front, narrowing behind, ``window`` deeper where the laminae leave a gap."""
    depth = half_ap
    width = half_width
    if v > 0.0:
        depth = half_ap + window
        width = half_width * (1.0 - ROOF * min(v / depth, 1.0) ** 2)
    return ellipse_distance(u, v, width, depth)


@compiled_fast
def rod_distance(x: float, y: float, z: float, row: NDArray[np.float64]) -> float:
    ax, ay, az = row[4] - row[1], row[5] - row[2], row[6] - row[3]
    length2 = ax * ax + ay * ay + az * az
    px, py, pz = x - row[1], y - row[2], z - row[3]
    t = (px * ax + py * ay + pz * az) / length2
    t = min(max(t, 0.0), 1.0)
    wx, wy, wz = px - t * ax, py - t * ay, pz - t * az
    half_1 = row[10] + t * (row[12] - row[10])
    half_2 = row[11] + t * (row[13] - row[11])
    one = wx * row[7] + wy * row[8] + wz * row[9]
    length = math.sqrt(length2)
    along = (wx * ax + wy * ay + wz * az) / length
    rest = wx * wx + wy * wy + wz * wz - one * one - along * along
    two = math.sqrt(max(rest, 0.0))
    least = min(half_1, half_2)
    a, b, c = one / half_1, two / half_2, along / least
    if row[14] > 0.5:
        a, b, c = a * a, b * b, c * c
        k4 = a * a + b * b + c * c
        k = math.sqrt(math.sqrt(k4))
        slope = math.sqrt(a**3 / half_1**2 + b**3 / half_2**2 + c**3 / least**2)
        if slope < 1e-9:
            return float(-least)
        return float((k - 1.0) * k * k * k / slope)
    k = math.sqrt(a * a + b * b + c * c)
    slope = math.sqrt(a * a / half_1**2 + b * b / half_2**2 + c * c / least**2)
    if slope < 1e-9:
        return float(-least)
    return float(k * (k - 1.0) / slope)


@compiled_fast
def outline_distance(x: float, y: float, half_width: float, half_depth: float) -> float:
    """Of a vertebral body or disc from above: a blunt ellipse, flatter at the back (y > 0)."""
    a, b = abs(x) / half_width, abs(y) / half_depth
    if y > 0.0:
        b = b + BACK_HOLLOW * (1.0 - min(a, 1.0) ** 2) * b  # the back wall is hollow towards the canal
    power = 2.5
    k = (a**power + b**power) ** (1.0 / power)
    if k < 1e-6:
        return -min(half_width, half_depth)
    slope = math.sqrt((a ** (power - 1.0) / half_width) ** 2 + (b ** (power - 1.0) / half_depth) ** 2)
    return float((k - 1.0) * k ** (power - 1.0) / max(slope, 1e-9))


@compiled_fast
def plate_height(row: NDArray[np.float64], x: float, y: float, is_top: bool) -> float:
    """z of an end plate of a body."""
    half_width = row[4] if is_top else row[5]
    half_depth = row[6] if is_top else row[7]
    away = (x / half_width) ** 2 + ((y - row[3]) / half_depth) ** 2
    hollow = row[9] * max(1.0 - away, 0.0)
    height = row[1] + row[2] * y - hollow
    return float(height) if is_top else -float(height)


@compiled_fast
def body_distance(x: float, y: float, z: float, row: NDArray[np.float64]) -> float:
    t = min(max(0.5 + 0.5 * z / row[1], 0.0), 1.0)  # 1 at the top
    waist = 1.0 - row[8] * 4.0 * t * (1.0 - t)
    half_width = (row[5] + t * (row[4] - row[5])) * waist
    half_depth = row[7] + t * (row[6] - row[7])
    mean_depth = 0.5 * (row[6] + row[7])
    middle = row[3] + (mean_depth - half_depth) / (1.0 + BACK_HOLLOW)  # the back wall stays upright
    across = outline_distance(x, y - middle, half_width, half_depth * (0.5 + 0.5 * waist))
    above = z - plate_height(row, x, y, True)
    below = plate_height(row, x, y, False) - z
    along = max(above, below)
    h = max(1.2 - abs(across - along), 0.0)  # rounded rims
    return float(max(across, along) + h * h / 4.8)


@compiled_fast
def bone_distance(
    x: float, y: float, z: float, solids: NDArray[np.float64], canal: NDArray[np.float64], canal_low: float
) -> float:
    """Of a bone with the canal cut out of it. Bones are drawn alike on both sides; blending three solids depends on
    their order by some hundredths of a mm, so both sides are taken from the right."""
    best = FAR_MM
    right = abs(x)
    for index in range(solids.shape[0]):
        row = solids[index]
        if row[0] > 0.5:
            d = body_distance(right, y, z, row)
        else:
            mx, my, mz = right - 0.5 * (row[1] + row[4]), y - 0.5 * (row[2] + row[5]), z - 0.5 * (row[3] + row[6])
            nearest = best + BLEND_MM + row[15]
            if nearest > 0.0 and mx * mx + my * my + mz * mz > nearest * nearest:
                continue  # too far away to matter
            d = rod_distance(right, y, z, row)
        h = max(BLEND_MM - abs(best - d), 0.0)
        best = min(best, d) - h * h / (4.0 * BLEND_MM)
    if canal.shape[0] > 1 and best < 4.0:
        at = min(max((z - canal_low) / CANAL_STEP_MM, 0.0), canal.shape[0] - 1.001)
        k = int(at)
        f = at - k
        cx = canal[k, 0] + f * (canal[k + 1, 0] - canal[k, 0])
        cy = canal[k, 1] + f * (canal[k + 1, 1] - canal[k, 1])
        half_width = canal[k, 2] + f * (canal[k + 1, 2] - canal[k, 2])
        half_ap = canal[k, 3] + f * (canal[k + 1, 3] - canal[k, 3])
        window = canal[k, 4] + f * (canal[k + 1, 4] - canal[k, 4])
        best = max(best, -canal_distance(x - cx, y - cy, half_width, half_ap, window))
    return best


@compiled_fast
def bone_distances(
    points: NDArray[np.float64], solids: NDArray[np.float64], canal: NDArray[np.float64], canal_low: float
) -> NDArray[np.float64]:
    """(N,) for (N, 3) local points."""
    found = np.empty(points.shape[0])
    for index in range(points.shape[0]):
        found[index] = bone_distance(points[index, 0], points[index, 1], points[index, 2], solids, canal, canal_low)
    return found
