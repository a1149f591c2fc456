"""Tissue that conducts differently along and across its fibres, in cubes that are not turned with the fibres.

The diagonal of the tensor goes into the links between cubes. The rest adds, in every cube that is wholly tensor tissue,
the power volume * sum of s_ab E_a E_b over pairs of axes, E the mean of what the two faces of an axis give. As the mean
of two squares is no less than the square of the mean, the whole stays positive whatever the tensor is.
"""

import math

import numpy as np
from numpy.typing import NDArray

from planner.compiling import compiled_fast
from planner.field.cubes.multigrid_kernels import LANES
from planner.field.cubes.tree_kernels import is_divided
from planner.geometry.arrays import FloatArray

Single = NDArray[np.float32]
NONE = -1


@compiled_fast
def sampled_tensors(
    centres: FloatArray,
    edges: FloatArray,
    turn: FloatArray,
    to_tensor: FloatArray,
    tensors: Single,
    finest_voxel: float,
    plain: Single,
) -> tuple[Single, Single]:
    """(N, 6) S/m of halves as ``link_kernels.sampled``, and (N, 3) cross terms xy, xz, yz, all along the cubes' axes.

    ``plain`` (N, 6): the halves where there is no tensor.
    """
    count = len(centres)
    halves = np.empty((count, 6), dtype=np.float32)
    cross = np.zeros((count, 3), dtype=np.float32)
    sizes = tensors.shape
    sums = np.empty((3, 2))
    for cube in range(count):
        h = edges[cube]
        per = min(max(int(math.ceil(h / 2.0 / finest_voxel - 0.2)), 1), 4)  # noqa: RUF046
        side = 2 * per
        sums[:] = 0.0
        for a in range(side):
            for b in range(side):
                for c in range(side):
                    x = centres[cube, 0] + h * ((a + 0.5) / side - 0.5)
                    y = centres[cube, 1] + h * ((b + 0.5) / side - 0.5)
                    z = centres[cube, 2] + h * ((c + 0.5) / side - 0.5)
                    where = (2 * a) // side, (2 * b) // side, (2 * c) // side
                    i = to_tensor[0, 0] * x + to_tensor[0, 1] * y + to_tensor[0, 2] * z + to_tensor[0, 3]
                    j = to_tensor[1, 0] * x + to_tensor[1, 1] * y + to_tensor[1, 2] * z + to_tensor[1, 3]
                    k = to_tensor[2, 0] * x + to_tensor[2, 1] * y + to_tensor[2, 2] * z + to_tensor[2, 3]
                    p, q, r = math.floor(i + 0.5), math.floor(j + 0.5), math.floor(k + 0.5)
                    has_one = False
                    if 0 <= p < sizes[0] and 0 <= q < sizes[1] and 0 <= r < sizes[2]:
                        six = tensors[p, q, r]
                        has_one = six[0] > 0.0
                    for axis in range(3):
                        if has_one:
                            value = _along(six, turn, axis, axis)
                        else:
                            value = float(plain[cube, 2 * axis + where[axis]])
                        sums[axis, where[axis]] += value
                    if has_one:
                        cross[cube, 0] += _along(six, turn, 0, 1)
                        cross[cube, 1] += _along(six, turn, 0, 2)
                        cross[cube, 2] += _along(six, turn, 1, 2)
        for axis in range(3):
            for part in range(2):
                halves[cube, 2 * axis + part] = 2.0 * sums[axis, part] / side**3
        for pair in range(3):
            cross[cube, pair] /= side**3
    return halves, cross


@compiled_fast
def _along(six: Single, turn: FloatArray, a: int, b: int) -> float:
    """Component of a tensor (xx, yy, zz, xy, xz, yz in RAS) for two columns of ``turn``."""
    value = 0.0
    for m in range(3):
        value += six[m] * turn[m, a] * turn[m, b]
    value += six[3] * (turn[0, a] * turn[1, b] + turn[1, a] * turn[0, b])
    value += six[4] * (turn[0, a] * turn[2, b] + turn[2, a] * turn[0, b])
    value += six[5] * (turn[1, a] * turn[2, b] + turn[2, a] * turn[1, b])
    return float(value)


@compiled_fast
def limited(cross: Single, halves: Single) -> None:
    """Makes cross terms smaller until the tensor with the smaller half of every axis is positive."""
    for cube in range(len(cross)):
        xy, xz, yz = float(cross[cube, 0]), float(cross[cube, 1]), float(cross[cube, 2])
        if xy == 0.0 and xz == 0.0 and yz == 0.0:
            continue
        x = min(halves[cube, 0], halves[cube, 1])
        y = min(halves[cube, 2], halves[cube, 3])
        z = min(halves[cube, 4], halves[cube, 5])
        share = 1.0
        for _time in range(20):
            p, q, r = share * xy, share * xz, share * yz
            second = x * y - p * p
            third = z * second - x * r * r + 2.0 * p * q * r - y * q * q
            if second > 0 and third > 0:
                break
            share *= 0.85
        cross[cube, 0], cross[cube, 1], cross[cube, 2] = share * xy, share * xz, share * yz


@compiled_fast
def crossing(
    whole: NDArray[np.int32],
    child: NDArray[np.int32],
    beside: NDArray[np.int32],
    g: Single,
    density: Single,
    edges: FloatArray,
    cross: Single,
    held_cubes: NDArray[np.int32],
) -> NDArray[np.int32]:
    """Undivided cubes with cross terms: wholly open on all six sides, and not held by a contact."""
    is_good = np.zeros(len(child), dtype=np.bool_)
    for number in range(len(whole)):
        cube = whole[number]
        if cross[cube, 0] == 0.0 and cross[cube, 1] == 0.0 and cross[cube, 2] == 0.0:
            continue
        good = True
        for face in range(6):
            other = beside[cube, face]
            if other == NONE:
                good = False
            elif is_divided(child, other):
                for corner in range(8):
                    if ((corner & (4 >> (face // 2))) > 0) == (face % 2 == 1):
                        continue
                    one = child[other, corner]
                    if (
                        one == NONE
                        or g[one, face ^ 1] < 0.999 * density[one, face ^ 1] * edges[one] ** 2
                        or density[one, face ^ 1] == 0.0
                    ):
                        good = False
            elif not _is_open(cube, face, g, density, edges):
                good = False
        is_good[cube] = good
    for number in range(len(held_cubes)):
        is_good[held_cubes[number]] = False
    return np.flatnonzero(is_good).astype(np.int32)


@compiled_fast
def _is_open(cube: int, face: int, g: Single, density: Single, edges: FloatArray) -> bool:
    full = density[cube, face] * edges[cube] ** 2
    return bool(full > 0.0 and g[cube, face] > 0.999 * full)


@compiled_fast
def add_cross(
    cubes: NDArray[np.int32],
    parent: NDArray[np.int32],
    child: NDArray[np.int32],
    beside: NDArray[np.int32],
    level: NDArray[np.int8],
    density: Single,
    halves: Single,
    edges: FloatArray,
    cross: Single,
    values: FloatArray,
    out: FloatArray,
) -> None:
    """Adds what the cross terms drive out of each cube, mA. The same weights gather and scatter: it is symmetric."""
    here = np.empty((6, 4), dtype=np.int32)
    there = np.empty((6, 4), dtype=np.int32)
    here_count = np.empty(6, dtype=np.int64)
    there_count = np.empty(6, dtype=np.int64)
    scale = np.empty(6)
    steep = np.empty((3, LANES))
    for number in range(len(cubes)):
        cube = cubes[number]
        for face in range(6):
            other = beside[cube, face]
            here[face, 0], here_count[face] = cube, 1
            there[face, 0], there_count[face] = other, 1
            if is_divided(child, other):
                there_count[face] = _children_by(child, other, face ^ 1, there[face])
                strength = np.float64(density[there[face, 0], face ^ 1])
            elif level[other] != level[cube]:
                here_count[face] = _children_by(child, parent[cube], face, here[face])
                strength = np.float64(density[cube, face])
            else:
                strength = np.float64(density[cube, face])
            scale[face] = (2.0 * (face % 2) - 1.0) * 0.5 * strength / halves[cube, face]
        for axis in range(3):
            for lane in range(LANES):
                total = 0.0
                for face in (2 * axis, 2 * axis + 1):
                    step = 0.0
                    for place in range(there_count[face]):
                        step += values[there[face, place], lane] / there_count[face]
                    for place in range(here_count[face]):
                        step -= values[here[face, place], lane] / here_count[face]
                    total += scale[face] * step
                steep[axis, lane] = total
        volume = edges[cube] ** 3
        xy, xz, yz = volume * cross[cube, 0], volume * cross[cube, 1], volume * cross[cube, 2]
        for axis in range(3):
            for lane in range(LANES):
                if axis == 0:
                    push = xy * steep[1, lane] + xz * steep[2, lane]
                elif axis == 1:
                    push = xy * steep[0, lane] + yz * steep[2, lane]
                else:
                    push = xz * steep[0, lane] + yz * steep[1, lane]
                for face in (2 * axis, 2 * axis + 1):
                    for place in range(there_count[face]):
                        out[there[face, place], lane] += push * scale[face] / there_count[face]
                    for place in range(here_count[face]):
                        out[here[face, place], lane] -= push * scale[face] / here_count[face]


@compiled_fast
def _children_by(child: NDArray[np.int32], cube: int, face: int, found: NDArray[np.int32]) -> int:
    """The children of a cube at one of its faces, into ``found``; how many."""
    count = 0
    for corner in range(8):
        one = child[cube, corner]
        if one != NONE and ((corner & (4 >> (face // 2))) > 0) == (face % 2 == 1):
            found[count] = one
            count += 1
    return count
