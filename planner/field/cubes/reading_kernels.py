"""Values between the middles of cubes, and the tissue above a threshold.

In a cube the field is linear: its value at the middle, and slopes from the neighbours in the same tissue.
"""

import math

import numpy as np
from numpy.typing import NDArray

from planner.compiling import compiled_fast
from planner.field.cubes.body_kernels import body_distance
from planner.field.cubes.link_kernels import cube_part
from planner.geometry.arrays import FloatArray

Single = NDArray[np.float32]
NONE = -1
FAR_BELOW = -20.0
FAR_FROM = 1.3
"""A cube whose |E| is this many times the threshold, or less than it by as much, does not hold the surface."""
SAME_TISSUE = 0.02
"""Conductivities that differ by a smaller share than this count as one tissue."""


@compiled_fast
def kin_of(
    whole: NDArray[np.int32],
    number_of: NDArray[np.int32],
    child: NDArray[np.int32],
    beside: NDArray[np.int32],
    sigma: Single,
    distance: Single,
) -> NDArray[np.int32]:
    """(M, 6) the neighbour of the same tissue behind each face, by its number among the undivided cubes.

    NONE where there is none; -2 - (a divided cube of the tree) where four finer ones stand.
    """
    kin = np.full((len(whole), 6), NONE, dtype=np.int32)
    for own in range(len(whole)):
        for face in range(6):
            other = beside[whole[own], face]
            if other == NONE:
                continue
            there = number_of[other]
            if there != NONE:
                if abs(sigma[there] - sigma[own]) <= SAME_TISSUE * sigma[own] and distance[there] > 0:
                    kin[own, face] = there
                continue
            bit, is_high, good = 4 >> (face // 2), face % 2 == 1, True
            for corner in range(8):
                if ((corner & bit) > 0) == is_high:
                    continue
                one = child[other, corner]
                if one == NONE or number_of[one] == NONE:
                    good = False
                    break
                there = number_of[one]
                if abs(sigma[there] - sigma[own]) > SAME_TISSUE * sigma[own] or distance[there] <= 0:
                    good = False
                    break
            if good:
                kin[own, face] = -2 - other
    return kin


@compiled_fast
def one_sided(
    own: int,
    face: int,
    values: Single,
    part: int,
    kin: NDArray[np.int32],
    child: NDArray[np.int32],
    number_of: NDArray[np.int32],
    edges: Single,
) -> tuple[float, float]:
    """How far off the middle of the neighbour behind a face is (0: no kin), and ``values[:, part]`` there."""
    there = kin[own, face]
    if there >= 0:
        return 0.5 * (edges[own] + edges[there]), values[there, part]
    if there == NONE:
        return 0.0, 0.0
    bit, is_high, total = 4 >> (face // 2), face % 2 == 1, 0.0
    for corner in range(8):
        if ((corner & bit) > 0) != is_high:
            total += values[number_of[child[-2 - there, corner]], part]
    return 0.75 * edges[own], 0.25 * total


@compiled_fast
def slope(
    own: int,
    axis: int,
    values: Single,
    part: int,
    kin: NDArray[np.int32],
    child: NDArray[np.int32],
    number_of: NDArray[np.int32],
    edges: Single,
) -> float:
    """Change of ``values[:, part]`` per mm along an axis; 0 where no neighbour of the same tissue stands."""
    here = values[own, part]
    low, before = one_sided(own, 2 * axis, values, part, kin, child, number_of, edges)
    high, after = one_sided(own, 2 * axis + 1, values, part, kin, child, number_of, edges)
    if low == 0.0 and high == 0.0:
        return 0.0
    if low == 0.0:
        return float(after - here) / high
    if high == 0.0:
        return float(here - before) / low
    return float(high / low * (here - before) + low / high * (after - here)) / (low + high)


@compiled_fast
def values_at(
    points: FloatArray,
    numbers: NDArray[np.int32],
    centres: Single,
    volts: Single,
    field: Single,
    kin: NDArray[np.int32],
    child: NDArray[np.int32],
    number_of: NDArray[np.int32],
    edges: Single,
) -> FloatArray:
    """(N, 4) V and E at points of the cubes' frame, in the undivided cubes that hold them; NaN where there is none."""
    found = np.empty((len(points), 4))
    for number in range(len(points)):
        own = numbers[number]
        if own == NONE:
            found[number, :] = np.nan
            continue
        fall = 0.0
        for part in range(3):
            total = np.float64(field[own, part])
            for axis in range(3):
                step = points[number, axis] - centres[own, axis]
                total += step * slope(own, axis, field, part, kin, child, number_of, edges)
            found[number, 1 + part] = total
            fall += 0.5 * (field[own, part] + total) * (points[number, part] - centres[own, part])
        found[number, 0] = volts[own] - fall
    return found


@compiled_fast
def steepness(
    picked: NDArray[np.int64],
    strength: Single,
    kin: NDArray[np.int32],
    child: NDArray[np.int32],
    number_of: NDArray[np.int32],
    edges: Single,
) -> Single:
    """(K, 3) gradient of |E| (M, 1) in the picked undivided cubes, V/mm²."""
    found = np.empty((len(picked), 3), dtype=np.float32)
    for place in range(len(picked)):
        own = picked[place]
        for axis in range(3):
            low, high = kin[own, 2 * axis], kin[own, 2 * axis + 1]
            if low >= 0 and high >= 0 and edges[low] == edges[high]:  # the usual case, without a call
                found[place, axis] = (strength[high, 0] - strength[low, 0]) / (edges[own] + edges[low])
            else:
                found[place, axis] = slope(own, axis, strength, 0, kin, child, number_of, edges)
    return found


@compiled_fast
def parts_above(strength: Single, gradient: Single, edges: Single, threshold: float) -> FloatArray:
    """(K,) the part of each cube in which |E|, linear in it, is at or above the threshold."""
    found = np.empty(len(strength))
    for place in range(len(strength)):
        gx, gy, gz = float(gradient[place, 0]), float(gradient[place, 1]), float(gradient[place, 2])
        steep = math.sqrt(gx * gx + gy * gy + gz * gz) * edges[place]
        rest = strength[place] - threshold
        if steep < 1e-12:
            found[place] = 1.0 if rest >= 0 else 0.0
            continue
        scale = edges[place] / steep
        found[place] = cube_part(rest / steep, gx * scale, gy * scale, gz * scale)
    return found


@compiled_fast
def lattice_values(
    low: FloatArray,
    step: float,
    shape: tuple[int, int, int],
    threshold: float,
    numbers: NDArray[np.int32],
    centres: Single,
    distance: Single,
    strength: Single,
    kin: NDArray[np.int32],
    child: NDArray[np.int32],
    number_of: NDArray[np.int32],
    edges: Single,
    segments: FloatArray,
    starts: NDArray[np.int64],
    slabs: FloatArray,
) -> Single:
    """[z, y, x] logarithm of |E| (M, 1) over the threshold on a lattice; negative in bodies and outside the model.

    Cubes far from the threshold count with their middle's value.
    """
    found = np.empty((shape[2], shape[1], shape[0]), dtype=np.float32)
    place = 0
    for i in range(shape[0]):
        for j in range(shape[1]):
            for k in range(shape[2]):
                x, y, z = low[0] + i * step, low[1] + j * step, low[2] + k * step
                own = numbers[place]
                place += 1
                value, is_by_body = FAR_BELOW, own == NONE
                if own != NONE:
                    size = np.float64(strength[own, 0])
                    if FAR_FROM > size / threshold > 1.0 / FAR_FROM:
                        for axis in range(3):
                            step_off = (x if axis == 0 else (y if axis == 1 else z)) - centres[own, axis]
                            before, after = kin[own, 2 * axis], kin[own, 2 * axis + 1]
                            if before >= 0 and after >= 0 and edges[before] == edges[after]:
                                change = (strength[after, 0] - strength[before, 0]) / (edges[own] + edges[before])
                            else:
                                change = slope(own, axis, strength, 0, kin, child, number_of, edges)
                            size += step_off * change
                    value = math.log(max(size, 1e-9) / threshold)
                    is_by_body = distance[own] < 2.0 * step + edges[own]
                if is_by_body:
                    away = body_distance(x, y, z, segments, starts, slabs, 0.0) / step
                    value = away if own == NONE and away < 0 else min(value, away)
                found[k, j, i] = value
    return found


@compiled_fast
def distances(points: FloatArray, segments: FloatArray, starts: NDArray[np.int64], slabs: FloatArray) -> FloatArray:
    """(N,) signed distance from the bodies."""
    found = np.empty(len(points))
    for number in range(len(points)):
        x, y, z = points[number, 0], points[number, 1], points[number, 2]
        found[number] = body_distance(x, y, z, segments, starts, slabs, 0.0)
    return found
