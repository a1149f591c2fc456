"""Multigrid on a tree of cubes, and conjugate gradients: LANES right-hand sides at once.

On the grid of level l every cube finer than l is replaced by its parents, and only the cubes of that level are
smoothed: the work is that of all cubes once. Coarse conductances are chains: half of the inner resistance of the cubes
on either side, and the resistance of their common face. Interpolation follows the same chains, so inactive cubes and
jumps of conductivity need no further care. Values are [cube, lane].
"""

import numpy as np
from numpy.typing import NDArray

from planner.compiling import compiled_fast
from planner.field.cubes.tree_kernels import is_divided
from planner.geometry.arrays import FloatArray

Single = NDArray[np.float32]
NONE = -1
LANES = 4
COARSEST_SWEEPS = 12


@compiled_fast
def coarsened(
    starts: NDArray[np.int64],
    ijk: NDArray[np.int32],
    parent: NDArray[np.int32],
    beside: NDArray[np.int32],
    g: Single,
    held: Single,
) -> tuple[Single, Single]:
    """Fills ``g`` (N, 6) and ``held`` (N,) of divided cubes; gives shares of interpolation and inverse diagonal.

    ``shares`` (N, 3): how much of a cube's value comes from its parent's neighbour on its own side of each axis.
    """
    count = len(parent)
    shares = np.zeros((count, 3), dtype=np.float32)
    levels = len(starts) - 1
    for level in range(levels - 1):
        for cube in range(starts[level], starts[level + 1]):
            own = parent[cube]
            total, faces = held[cube], 0
            corner = 4 * (ijk[cube, 0] & 1) + 2 * (ijk[cube, 1] & 1) + (ijk[cube, 2] & 1)
            asked = np.float32(0.0)
            for axis in range(3):
                face = 2 * axis + (1 if corner & (4 >> axis) else 0)
                outward, inward = g[cube, face], g[cube, face ^ 1]
                for value in (outward, inward):
                    if value > 0:
                        total += value
                        faces += 1
                if outward <= 0:
                    continue
                before = 0.5 / inward if inward > 0 else 0.0
                other = beside[cube, face]
                after = 0.0
                if other < starts[level + 1]:  # of the same level: its parent lies beyond
                    beyond = g[other, face]
                    after = 0.5 / beyond if beyond > 0 else 0.0
                chain = before + 1.0 / outward + after
                g[own, face] += 1.0 / chain
                shares[cube, axis] = before / chain
                asked += shares[cube, axis]
            if asked > 1.0:
                for axis in range(3):
                    shares[cube, axis] /= asked
            if held[cube] > 0:
                ease = 0.5 * faces / (total - held[cube]) if total > held[cube] else 0.0
                held[own] += 1.0 / (1.0 / held[cube] + ease)
        for cube in range(starts[level + 1], starts[level + 2]):  # undivided cubes see divided ones of their level
            for face in range(6):
                other = beside[cube, face]
                if other != NONE and g[cube, face] > 0 and other < starts[level + 2]:
                    g[other, face ^ 1] = g[cube, face]
    return shares, inverse_diagonal(g, held)


@compiled_fast
def inverse_diagonal(g: Single, held: Single) -> Single:
    inverse = np.zeros(len(g), dtype=np.float32)
    for cube in range(len(g)):
        total = np.float64(held[cube])
        for face in range(6):
            total += g[cube, face]
        inverse[cube] = 1.0 / total if total > 0 else 0.0
    return inverse


@compiled_fast
def hanging(child: NDArray[np.int32], beside: NDArray[np.int32], g: Single) -> tuple[NDArray[np.int32], Single]:
    """(M, 5) four finer cubes (NONE: no link) that share a face with one coarser, the last; (M, 4) their links."""
    cubes = np.full((len(child), 5), NONE, dtype=np.int32)
    links = np.zeros((len(child), 4), dtype=np.float32)
    count = 0
    for cube in range(len(child)):
        for face in range(6):
            other = beside[cube, face]
            if other == NONE or not is_divided(child, cube) or is_divided(child, other):
                continue
            place, bit = 0, 4 >> (face // 2)
            for corner in range(8):
                one = child[cube, corner]
                if one == NONE or ((corner & bit) > 0) != (face % 2 == 1) or beside[one, face] != other:
                    continue
                if g[one, face] > 0 and not is_divided(child, one):
                    cubes[count, place], links[count, place] = one, g[one, face]
                    place += 1
            if place > 0:
                cubes[count, 4] = other
                count += 1
                if count == len(cubes):
                    return cubes, links
    return cubes[:count], links[:count]


@compiled_fast
def image(
    whole: NDArray[np.int32],
    beside: NDArray[np.int32],
    level: NDArray[np.int8],
    g: Single,
    held: Single,
    hanging_cubes: NDArray[np.int32],
    hanging_links: Single,
    values: FloatArray,
    out: FloatArray,
) -> None:
    """``out`` = currents in mA that leave each undivided cube at these potentials.

    A coarser cube sees the mean of the four finer ones behind its face, which lies straight before its middle: so a
    linear potential is met exactly, and the system stays symmetric.
    """
    out[:] = 0.0
    for number in range(len(whole)):
        cube = whole[number]
        for lane in range(LANES):
            out[cube, lane] += held[cube] * values[cube, lane]
        for face in (1, 3, 5):
            value = np.float64(g[cube, face])
            if value == 0.0:
                continue
            other = beside[cube, face]
            if level[other] != level[cube]:
                continue
            for lane in range(LANES):
                step = value * (values[cube, lane] - values[other, lane])
                out[cube, lane] += step
                out[other, lane] -= step
    for number in range(len(hanging_cubes)):
        other = hanging_cubes[number, 4]
        for lane in range(LANES):
            total, mean = 0.0, 0.0
            for place in range(4):
                cube = hanging_cubes[number, place]
                if cube != NONE:
                    total += hanging_links[number, place]
                    mean += hanging_links[number, place] * values[cube, lane]
            step = mean / total - values[other, lane]
            for place in range(4):
                cube = hanging_cubes[number, place]
                if cube != NONE:
                    out[cube, lane] += hanging_links[number, place] * step
            out[other, lane] -= total * step


@compiled_fast
def _sweep_up(
    first: int, last: int, beside: NDArray[np.int32], g: Single, inverse: Single, residual: Single, x: Single
) -> None:
    """Gauss-Seidel over cubes in rising order."""
    for cube in range(first, last):
        _relax(cube, beside, g, inverse, residual, x)


@compiled_fast
def _first_sweep(
    first: int, last: int, beside: NDArray[np.int32], g: Single, inverse: Single, residual: Single, x: Single
) -> None:
    """Gauss-Seidel in rising order from zero: only cubes before this one count."""
    for cube in range(first, last):
        a, b, c, d = residual[cube, 0], residual[cube, 1], residual[cube, 2], residual[cube, 3]
        for face in range(6):
            other = beside[cube, face]
            if NONE < other < cube:
                value = g[cube, face]
                a += value * x[other, 0]
                b += value * x[other, 1]
                c += value * x[other, 2]
                d += value * x[other, 3]
        scale = inverse[cube]
        x[cube, 0], x[cube, 1], x[cube, 2], x[cube, 3] = a * scale, b * scale, c * scale, d * scale


@compiled_fast
def _sweep_down(
    first: int, last: int, beside: NDArray[np.int32], g: Single, inverse: Single, residual: Single, x: Single
) -> None:
    for cube in range(last - 1, first - 1, -1):
        _relax(cube, beside, g, inverse, residual, x)


@compiled_fast
def _relax(cube: int, beside: NDArray[np.int32], g: Single, inverse: Single, residual: Single, x: Single) -> None:
    a, b, c, d = residual[cube, 0], residual[cube, 1], residual[cube, 2], residual[cube, 3]
    for face in range(6):
        value = g[cube, face]
        if value != 0.0:
            other = beside[cube, face]
            a += value * x[other, 0]
            b += value * x[other, 1]
            c += value * x[other, 2]
            d += value * x[other, 3]
    scale = inverse[cube]
    x[cube, 0], x[cube, 1], x[cube, 2], x[cube, 3] = a * scale, b * scale, c * scale, d * scale


@compiled_fast
def cycle(
    starts: NDArray[np.int64],
    ijk: NDArray[np.int32],
    parent: NDArray[np.int32],
    beside: NDArray[np.int32],
    g: Single,
    inverse: Single,
    shares: Single,
    residual: Single,
    x: Single,
) -> None:
    """One V-cycle for ``residual`` (changed: of divided cubes it must be zero before) into ``x``; symmetric."""
    levels = len(starts) - 1
    x[:] = 0.0
    for level in range(levels - 1):
        first, last = starts[level], starts[level + 1]
        _first_sweep(first, last, beside, g, inverse, residual, x)
        _restrict(first, last, ijk, parent, beside, g, shares, residual, x)
    first, last = starts[levels - 1], starts[levels]
    for _sweep in range(COARSEST_SWEEPS):
        _sweep_up(first, last, beside, g, inverse, residual, x)
        _sweep_down(first, last, beside, g, inverse, residual, x)
    for level in range(levels - 2, -1, -1):
        first, last = starts[level], starts[level + 1]
        _prolong(first, last, ijk, parent, beside, shares, x)
        _sweep_down(first, last, beside, g, inverse, residual, x)


@compiled_fast
def _restrict(
    first: int,
    last: int,
    ijk: NDArray[np.int32],
    parent: NDArray[np.int32],
    beside: NDArray[np.int32],
    g: Single,
    shares: Single,
    residual: Single,
    x: Single,
) -> None:
    """What is left of the residual goes to the parents; what the correction does to coarser cubes goes to them.

    After one rising sweep from zero what is left in a cube is what the cubes after it have added.
    """
    for cube in range(first, last):
        a, b, c, d = np.float32(0.0), np.float32(0.0), np.float32(0.0), np.float32(0.0)
        for face in range(6):
            other = beside[cube, face]
            if other <= cube:
                continue
            value = g[cube, face]
            if other >= last:
                for lane in range(LANES):
                    residual[other, lane] += value * x[cube, lane]
                continue
            a += value * x[other, 0]
            b += value * x[other, 1]
            c += value * x[other, 2]
            d += value * x[other, 3]
        own, rest = parent[cube], np.float32(1.0)
        corner = 4 * (ijk[cube, 0] & 1) + 2 * (ijk[cube, 1] & 1) + (ijk[cube, 2] & 1)
        for axis in range(3):
            share = shares[cube, axis]
            if share > 0:
                rest -= share
                other = beside[own, 2 * axis + (1 if corner & (4 >> axis) else 0)]
                residual[other, 0] += share * a
                residual[other, 1] += share * b
                residual[other, 2] += share * c
                residual[other, 3] += share * d
        residual[own, 0] += rest * a
        residual[own, 1] += rest * b
        residual[own, 2] += rest * c
        residual[own, 3] += rest * d


@compiled_fast
def _prolong(
    first: int,
    last: int,
    ijk: NDArray[np.int32],
    parent: NDArray[np.int32],
    beside: NDArray[np.int32],
    shares: Single,
    x: Single,
) -> None:
    for cube in range(first, last):
        own, rest = parent[cube], np.float32(1.0)
        corner = 4 * (ijk[cube, 0] & 1) + 2 * (ijk[cube, 1] & 1) + (ijk[cube, 2] & 1)
        for axis in range(3):
            share = shares[cube, axis]
            if share > 0:
                rest -= share
                other = beside[own, 2 * axis + (1 if corner & (4 >> axis) else 0)]
                for lane in range(LANES):
                    x[cube, lane] += share * x[other, lane]
        for lane in range(LANES):
            x[cube, lane] += rest * x[own, lane]


@compiled_fast
def dots(first: FloatArray, second: FloatArray) -> FloatArray:
    """(LANES,)."""
    total = np.zeros(LANES)
    for cube in range(len(first)):
        for lane in range(LANES):
            total[lane] += first[cube, lane] * second[cube, lane]
    return total


@compiled_fast
def advance(
    length: FloatArray, direction: FloatArray, turned: FloatArray, x: FloatArray, residual: FloatArray, single: Single
) -> None:
    """x += length * direction, residual -= length * turned, and the residual in single precision."""
    for cube in range(len(x)):
        for lane in range(LANES):
            x[cube, lane] += length[lane] * direction[cube, lane]
            residual[cube, lane] -= length[lane] * turned[cube, lane]
            single[cube, lane] = residual[cube, lane]


@compiled_fast
def energies(is_whole: NDArray[np.bool_], step: Single, residual: FloatArray) -> FloatArray:
    """(LANES,) residual · step; the step is set to zero in divided cubes."""
    total = np.zeros(LANES)
    for cube in range(len(step)):
        if not is_whole[cube]:
            for lane in range(LANES):
                step[cube, lane] = 0.0
            continue
        for lane in range(LANES):
            total[lane] += step[cube, lane] * residual[cube, lane]
    return total


@compiled_fast
def turn(ratio: FloatArray, step: Single, direction: FloatArray) -> None:
    """direction = step + ratio * direction."""
    for cube in range(len(step)):
        for lane in range(LANES):
            direction[cube, lane] = step[cube, lane] + ratio[lane] * direction[cube, lane]
