"""From potentials of cubes to the field in them: through open faces only."""

import numpy as np
from numpy.typing import NDArray

from planner.compiling import compiled_fast
from planner.field.cubes.tree_kernels import is_divided

Single = NDArray[np.float32]
NONE = -1


@compiled_fast
def densities(
    number_of: NDArray[np.int32],
    child: NDArray[np.int32],
    beside: NDArray[np.int32],
    g: Single,
    density: Single,
    held_ints: NDArray[np.int32],
    held_reals: Single,
    held_volts: Single,
    volts: Single,
) -> tuple[Single, Single]:
    """(N, 6) current towards higher coordinates through every face, mA, and the open area it is of.

    ``number_of`` (N,): NONE for divided cubes. Where a cube's face meets four finer ones, it is their mean on both
    sides: what differs between them is an artefact of the hanging cubes.
    """
    count = len(child)
    flow = np.zeros((count, 6), dtype=np.float32)
    weight = np.zeros((count, 6), dtype=np.float32)
    for cube in range(count):
        for face in range(6):
            if density[cube, face] == 0.0 or number_of[cube] == NONE:
                continue
            other = beside[cube, face]
            if number_of[other] == NONE:
                continue
            sign = np.float32(2 * (face % 2) - 1)
            open_part = g[cube, face] / density[cube, face]
            flow[cube, face] += open_part * sign * density[cube, face] * (volts[cube] - volts[other])
            weight[cube, face] += open_part
    for number in range(len(held_ints)):
        cube, face = held_ints[number, 0], held_ints[number, 1]
        sign = np.float32(2 * (face % 2) - 1)
        area = held_reals[number, 0] / held_reals[number, 1]
        flow[cube, face] += area * sign * held_reals[number, 1] * (volts[cube] - held_volts[number])
        weight[cube, face] += area
    for cube in range(count):
        if number_of[cube] != NONE:
            continue
        for face in range(6):
            other = beside[cube, face]
            if other == NONE or number_of[other] == NONE:
                continue
            total, area, bit, side = np.float32(0.0), np.float32(0.0), 4 >> (face // 2), face % 2
            for corner in range(8):
                one = child[cube, corner]
                if one != NONE and ((corner & bit) > 0) == (side == 1) and number_of[one] != NONE:
                    total += flow[one, face]
                    area += weight[one, face]
            if area == 0.0:
                continue
            for corner in range(8):
                one = child[cube, corner]
                if one != NONE and ((corner & bit) > 0) == (side == 1) and weight[one, face] > 0:
                    flow[one, face] = total / area * weight[one, face]
            flow[other, face ^ 1] += total
            weight[other, face ^ 1] += area
    return flow, weight


@compiled_fast
def fields(
    whole: NDArray[np.int32],
    beside: NDArray[np.int32],
    halves: Single,
    flow: Single,
    weight: Single,
    number_of: NDArray[np.int32],
    is_smooth: NDArray[np.bool_],
) -> Single:
    """(M, 3) E in V/mm at the middles of the undivided cubes; ``number_of`` a cube's place among them.

    The mean of two faces, each a difference of potentials, is larger than the middle by a sixth of the second
    difference (Taylor): taken off where cubes of one size lie in a row in one tissue.
    """
    plain = np.zeros((len(whole), 3), dtype=np.float32)
    for number in range(len(whole)):
        cube = whole[number]
        for axis in range(3):
            total, faces = np.float32(0.0), 0
            for face in (2 * axis, 2 * axis + 1):
                if weight[cube, face] > 0:
                    total += flow[cube, face] / weight[cube, face] / halves[cube, face]
                    faces += 1
            if faces > 0:
                plain[number, axis] = total / faces
    better = plain.copy()
    for number in range(len(whole)):
        cube = whole[number]
        if not is_smooth[number]:
            continue
        for axis in range(3):
            low, high = number_of[beside[cube, 2 * axis]], number_of[beside[cube, 2 * axis + 1]]
            second = plain[low, axis] - 2 * plain[number, axis] + plain[high, axis]
            better[number, axis] -= second / 6
    return better


@compiled_fast
def smooth_places(
    whole: NDArray[np.int32],
    beside: NDArray[np.int32],
    level: NDArray[np.int8],
    child: NDArray[np.int32],
    density: Single,
    halves: Single,
) -> NDArray[np.bool_]:
    """(M,) undivided cubes whose six neighbours are whole, of their size and tissue, behind open faces."""
    found = np.zeros(len(whole), dtype=np.bool_)
    for number in range(len(whole)):
        cube = whole[number]
        good = True
        for face in range(6):
            other = beside[cube, face]
            if other == NONE or density[cube, face] == 0.0 or level[other] != level[cube] or is_divided(child, other):
                good = False
                break
            if abs(halves[other, face ^ 1] - halves[cube, face]) > 0.01 * halves[cube, face]:
                good = False
                break
            if abs(halves[cube, face] - halves[cube, face ^ 1]) > 0.01 * halves[cube, face]:
                good = False
                break
        found[number] = good
    return found
