"""Neighbours in a tree of cubes, and which cube a point lies in."""

import numpy as np
from numpy.typing import NDArray

from planner.compiling import compiled_fast
from planner.geometry.arrays import FloatArray

NONE = -1


@compiled_fast
def neighbours(
    starts: NDArray[np.int64],
    ijk: NDArray[np.int32],
    parent: NDArray[np.int32],
    child: NDArray[np.int32],
    roots: NDArray[np.int64],
) -> NDArray[np.int32]:
    """(N, 6) of :class:`Tree`, from the coarsest level down: a sibling, or through the parent's neighbour."""
    beside = np.full((len(ijk), 6), NONE, dtype=np.int32)
    table = root_table(starts, ijk, roots)
    for cube in range(starts[-2], starts[-1]):
        for face in range(6):
            axis, step = face // 2, 2 * (face % 2) - 1
            i, j, k = ijk[cube, 0], ijk[cube, 1], ijk[cube, 2]
            if axis == 0:
                i += step
            elif axis == 1:
                j += step
            else:
                k += step
            if 0 <= i < roots[0] and 0 <= j < roots[1] and 0 <= k < roots[2]:
                beside[cube, face] = table[i, j, k]
    for level in range(len(starts) - 3, -1, -1):
        for cube in range(starts[level], starts[level + 1]):
            own = parent[cube]
            corner = 4 * (ijk[cube, 0] & 1) + 2 * (ijk[cube, 1] & 1) + (ijk[cube, 2] & 1)
            for face in range(6):
                bit = 4 >> (face // 2)
                across = corner ^ bit
                is_high = (corner & bit) > 0
                if is_high != (face % 2 == 1):
                    beside[cube, face] = child[own, across]
                    continue
                other = beside[own, face]
                if other == NONE:
                    continue
                if is_divided(child, other):
                    beside[cube, face] = child[other, across]
                else:
                    beside[cube, face] = other
    return beside


@compiled_fast
def is_divided(child: NDArray[np.int32], cube: int) -> bool:
    for corner in range(8):  # noqa: SIM110 - compiled code knows no generators
        if child[cube, corner] != NONE:
            return True
    return False


@compiled_fast
def root_table(starts: NDArray[np.int64], ijk: NDArray[np.int32], roots: NDArray[np.int64]) -> NDArray[np.int32]:
    """[i, j, k] the number of each coarsest cube."""
    table = np.full((roots[0], roots[1], roots[2]), NONE, dtype=np.int32)
    for cube in range(starts[-2], starts[-1]):
        table[ijk[cube, 0], ijk[cube, 1], ijk[cube, 2]] = cube
    return table


@compiled_fast
def cubes_at(
    points: FloatArray,
    corner: FloatArray,
    finest: float,
    starts: NDArray[np.int64],
    ijk: NDArray[np.int32],
    child: NDArray[np.int32],
    roots: NDArray[np.int64],
) -> NDArray[np.int32]:
    """(N,) the undivided cube that holds each point of the cubes' frame; NONE where there is none."""
    found = np.full(len(points), NONE, dtype=np.int32)
    table = root_table(starts, ijk, roots)
    levels = len(starts) - 1
    last, last_level = NONE, 0
    for number in range(len(points)):
        i = int(np.floor((points[number, 0] - corner[0]) / finest))
        j = int(np.floor((points[number, 1] - corner[1]) / finest))
        k = int(np.floor((points[number, 2] - corner[2]) / finest))
        top = levels - 1
        if i < 0 or j < 0 or k < 0:
            continue
        if (i >> top) >= roots[0] or (j >> top) >= roots[1] or (k >> top) >= roots[2]:
            continue
        if last != NONE and (
            i >> last_level == ijk[last, 0] and j >> last_level == ijk[last, 1] and k >> last_level == ijk[last, 2]
        ):
            found[number] = last
            continue
        cube = table[i >> top, j >> top, k >> top]
        level = top
        while cube != NONE and is_divided(child, cube):
            level -= 1
            corner_bits = 4 * ((i >> level) & 1) + 2 * ((j >> level) & 1) + ((k >> level) & 1)
            cube = child[cube, corner_bits]
        found[number] = cube
        last, last_level = cube, level
    return found


@compiled_fast
def children(ijk: NDArray[np.int32], parent: NDArray[np.int32]) -> NDArray[np.int32]:
    """(N, 8) from the parents."""
    child = np.full((len(parent), 8), NONE, dtype=np.int32)
    for cube in range(len(parent)):
        if parent[cube] != NONE:
            corner = 4 * (ijk[cube, 0] & 1) + 2 * (ijk[cube, 1] & 1) + (ijk[cube, 2] & 1)
            child[parent[cube], corner] = cube
    return child
