"""Values between the middles of cubes, and the tissue above a threshold.

In a cube the field is linear: its value at the middle, and slopes from the neighbours in the same tissue.
"""

import math

import numpy as np
from numpy.typing import NDArray

from planner.compiling import compiled_fast
from planner.field.cubes.body_kernels import nearest_place
from planner.field.cubes.link_kernels import cube_part
from planner.geometry.arrays import FloatArray

Single = NDArray[np.float32]
NONE = -1
SAME_TISSUE = 0.02
"""Conductivities that differ by a smaller share than this count as one tissue."""


@compiled_fast
def slope(
    cube: int,
    axis: int,
    field: Single,
    number_of: NDArray[np.int32],
    child: NDArray[np.int32],
    beside: NDArray[np.int32],
    edges: Single,
    sigma: Single,
    distance: Single,
) -> tuple[float, float, float]:
    """Change of the three components per mm along an axis; 0 where no neighbour of the same tissue stands."""
    h = float(edges[cube])
    own = number_of[cube]
    gaps = np.zeros(2)
    steps = np.zeros((2, 3))
    for side in range(2):
        face = 2 * axis + side
        other = beside[cube, face]
        if other == NONE:
            continue
        sign = 2.0 * side - 1.0
        if number_of[other] != NONE:
            there = number_of[other]
            if abs(sigma[there] - sigma[own]) > SAME_TISSUE * sigma[own] or distance[there] <= 0:
                continue
            gaps[side] = 0.5 * (h + edges[other])
            for part in range(3):
                steps[side, part] = sign * (field[there, part] - field[own, part])
            continue
        bit, count = 4 >> axis, 0
        for corner in range(8):
            one = child[other, corner]
            if one == NONE or ((corner & bit) > 0) == (side == 1) or number_of[one] == NONE:
                continue
            there = number_of[one]
            if abs(sigma[there] - sigma[own]) > SAME_TISSUE * sigma[own] or distance[there] <= 0:
                continue
            count += 1
            for part in range(3):
                steps[side, part] += field[there, part]
        if count == 4:
            gaps[side] = 0.75 * h
            for part in range(3):
                steps[side, part] = sign * (steps[side, part] / 4.0 - field[own, part])
    low, high = gaps[0], gaps[1]
    if low == 0.0 and high == 0.0:
        return 0.0, 0.0, 0.0
    if low == 0.0:
        return steps[1, 0] / high, steps[1, 1] / high, steps[1, 2] / high
    if high == 0.0:
        return steps[0, 0] / low, steps[0, 1] / low, steps[0, 2] / low
    a, b = high / low / (low + high), low / high / (low + high)
    return (
        a * steps[0, 0] + b * steps[1, 0],
        a * steps[0, 1] + b * steps[1, 1],
        a * steps[0, 2] + b * steps[1, 2],
    )


@compiled_fast
def values_at(
    points: FloatArray,
    cubes: NDArray[np.int32],
    centres: Single,
    volts: Single,
    field: Single,
    number_of: NDArray[np.int32],
    child: NDArray[np.int32],
    beside: NDArray[np.int32],
    edges: Single,
    sigma: Single,
    distance: Single,
) -> FloatArray:
    """(N, 4) V and E at points of the cubes' frame, in the cubes that hold them; NaN where there is none."""
    found = np.empty((len(points), 4))
    for number in range(len(points)):
        cube = cubes[number]
        if cube == NONE or number_of[cube] == NONE:
            found[number, :] = np.nan
            continue
        own = number_of[cube]
        shift = (
            points[number, 0] - centres[own, 0],
            points[number, 1] - centres[own, 1],
            points[number, 2] - centres[own, 2],
        )
        middle = (float(field[own, 0]), float(field[own, 1]), float(field[own, 2]))
        here = [middle[0], middle[1], middle[2]]
        for axis in range(3):
            change = slope(cube, axis, field, number_of, child, beside, edges, sigma, distance)
            for part in range(3):
                here[part] += shift[axis] * change[part]
        fall = 0.0
        for part in range(3):
            fall += 0.5 * (middle[part] + here[part]) * shift[part]
            found[number, 1 + part] = here[part]
        found[number, 0] = volts[own] - fall
    return found


@compiled_fast
def steepness(
    whole: NDArray[np.int32],
    picked: NDArray[np.int64],
    field: Single,
    strength: Single,
    number_of: NDArray[np.int32],
    child: NDArray[np.int32],
    beside: NDArray[np.int32],
    edges: Single,
    sigma: Single,
    distance: Single,
) -> Single:
    """(K, 3) gradient of |E| in the picked undivided cubes, V/mm²."""
    found = np.zeros((len(picked), 3), dtype=np.float32)
    for place in range(len(picked)):
        own = picked[place]
        cube, size = whole[own], max(strength[own], 1e-20)
        for axis in range(3):
            change = slope(cube, axis, field, number_of, child, beside, edges, sigma, distance)
            total = 0.0
            for part in range(3):
                total += field[own, part] * change[part]
            found[place, axis] = total / size
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
    cubes: NDArray[np.int32],
    centres: Single,
    strength: Single,
    field: Single,
    number_of: NDArray[np.int32],
    child: NDArray[np.int32],
    beside: NDArray[np.int32],
    edges: Single,
    sigma: Single,
    distance: Single,
    segments: FloatArray,
    starts: NDArray[np.int64],
    slabs: FloatArray,
    patches: FloatArray,
) -> Single:
    """[z, y, x] logarithm of |E| over the threshold on a regular lattice; negative in bodies and outside the model."""
    found = np.empty((shape[2], shape[1], shape[0]), dtype=np.float32)
    place = 0
    for i in range(shape[0]):
        x = low[0] + i * step
        for j in range(shape[1]):
            y = low[1] + j * step
            for k in range(shape[2]):
                z = low[2] + k * step
                cube = cubes[place]
                place += 1
                value, away = -20.0, 1e3
                own = NONE if cube == NONE else number_of[cube]
                if own != NONE:
                    size = float(strength[own])
                    reach = 0.3 * size
                    if abs(size - threshold) < reach:
                        for axis in range(3):
                            point = x if axis == 0 else (y if axis == 1 else z)
                            change = slope(cube, axis, field, number_of, child, beside, edges, sigma, distance)
                            along = 0.0
                            for part in range(3):
                                along += field[own, part] * change[part]
                            size += along / max(strength[own], 1e-20) * (point - centres[own, axis])
                    value = math.log(max(size, 1e-9) / threshold)
                    away = float(distance[own])
                if own == NONE or away < 2.0 * step + edges[cube]:
                    away = nearest_place(x, y, z, segments, starts, slabs, patches, 0.0)[0]
                    value = min(value, away / step) if own != NONE else (away / step if away < 0 else value)
                found[k, j, i] = value
    return found


@compiled_fast
def distances(
    points: FloatArray, segments: FloatArray, starts: NDArray[np.int64], slabs: FloatArray, patches: FloatArray
) -> FloatArray:
    """(N,) signed distance from the bodies."""
    found = np.empty(len(points))
    for number in range(len(points)):
        x, y, z = points[number, 0], points[number, 1], points[number, 2]
        found[number] = nearest_place(x, y, z, segments, starts, slabs, patches, 0.0)[0]
    return found
