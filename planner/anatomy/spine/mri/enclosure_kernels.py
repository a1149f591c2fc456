"""Rays from every voxel: is it inside a bright ring with a dark wall? Compiled; imported where the work begins."""

import numpy as np
from numpy.typing import NDArray

from planner.compiling import compiled

INSIDE_STEPS = 8
"""The bright ring is met within this many steps: a sac is at most 12 mm from its middle to its side at C1 and in the
lumbar spine (PAM50, transverse 17-19 mm; facts/spine, canal_diameters)."""
WALL_STEPS = 4
"""and the dark wall within so many steps after it."""
NARROW_STEPS, WIDE_STEPS = 6, 16
"""Sacs measure 9 to 24 mm from wall to wall (facts/spine, canal_diameters: 12 x 13 to 16 x 19 mm, with room)."""
UNSEEN_FALL = 0.35
"""What a ray that leaves the image counts for: less than a wall, more than none."""


@compiled
def _like_a_sac(width: float) -> float:
    """1 for a plausible width in steps, falling off for a sheet of fat and for a vertebral body or a disc."""
    if width < NARROW_STEPS:
        return max(0.0, width / NARROW_STEPS * 1.5 - 0.5)
    if width > WIDE_STEPS:
        return max(0.2, 1.0 - 0.15 * (width - WIDE_STEPS))
    return 1.0


@compiled
def _ray(
    values: NDArray[np.float32],
    is_seen: NDArray[np.bool_],
    place: tuple[int, int, int],
    steps: NDArray[np.int64],
    along: NDArray[np.float64],
) -> tuple[float, float, int]:
    """Along one ray (R, 2), with room for its values in ``along`` (R,): the ring's and the wall's value, and the step
    of the wall half way between them (-1 where the image ends before it)."""
    i, j, k = place
    count_x, count_y, _count_z = values.shape
    length, top, bottom = 0, 0, 0
    for step in range(len(steps)):
        x, y = i + steps[step, 0], j + steps[step, 1]
        if x < 0 or y < 0 or x >= count_x or y >= count_y or not is_seen[x, y, k]:
            break
        along[step] = values[x, y, k]
        length += 1
    if length < 3:
        return 0.0, 0.0, -1
    for step in range(min(length, INSIDE_STEPS)):
        if along[step] > along[top]:
            top = step
    bottom = top
    for step in range(top + 1, min(length, top + 1 + WALL_STEPS)):
        if along[step] < along[bottom]:
            bottom = step
    if length < len(steps) and length < top + 1 + WALL_STEPS and 2.0 * along[bottom] > along[top]:
        return along[top], along[bottom], -1
    half, wall = 0.5 * (along[top] + along[bottom]), top
    while along[wall] > half:
        wall += 1
    return along[top], along[bottom], wall


@compiled
def _pair(fall: float, other: float, wall: int, other_wall: int) -> float:
    """What two opposite rays say together: the weaker fall, if their walls are as far apart as those of a sac."""
    if wall < 0 and other_wall < 0:
        return UNSEEN_FALL
    if wall < 0:
        return 0.8 * other
    if other_wall < 0:
        return 0.8 * fall
    return min(fall, other) * _like_a_sac(wall + other_wall)


@compiled
def enclosed(
    values: NDArray[np.float32],
    is_seen: NDArray[np.bool_],
    is_asked: NDArray[np.bool_],
    offsets: NDArray[np.int64],
    floor: float,
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Per voxel asked: relative fall from ring to wall (mean of the pairs of rays and their weakest sixth), the ring's
    brightness (lower quartile of the rays) and how much darker the middle is than the ring (0 to 1).

    ``offsets`` (D, R, 2) whole steps to the right and front along D rays, even and all around. ``floor`` is added
    below every ratio.
    """
    rays = offsets.shape[0]
    half = rays // 2
    fall = np.zeros(values.shape, dtype=np.float32)
    ring = np.zeros(values.shape, dtype=np.float32)
    core = np.zeros(values.shape, dtype=np.float32)
    peaks, falls, pairs = np.empty(rays), np.empty(rays), np.empty(half)
    walls, along = np.empty(rays, dtype=np.int64), np.empty(offsets.shape[1])
    for k in range(values.shape[2]):
        for i in range(values.shape[0]):
            for j in range(values.shape[1]):
                if not is_asked[i, j, k]:
                    continue
                seen = 0
                for ray in range(rays):
                    top, bottom, walls[ray] = _ray(values, is_seen, (i, j, k), offsets[ray], along)
                    falls[ray] = (top - bottom) / (top + floor)
                    if walls[ray] >= 0:
                        peaks[seen] = top
                        seen += 1
                if seen * 2 < rays:
                    continue
                for ray in range(half):
                    pairs[ray] = _pair(falls[ray], falls[ray + half], walls[ray], walls[ray + half])
                quarter = np.sort(peaks[:seen])[seen // 4]
                fall[i, j, k] = 0.5 * (pairs.mean() + np.sort(pairs)[rays // 12])
                ring[i, j, k] = quarter
                core[i, j, k] = max(0.0, (quarter - values[i, j, k]) / (quarter + floor))
    return fall, ring, core


@compiled
def best_path(score: NDArray[np.float32], reach: int, bend_cost: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(Z,) places i and j of the path through all slices with the largest sum of ``score`` (X, Y, Z) less
    ``bend_cost`` times the squared step from slice to slice, of at most ``reach`` voxels."""
    count_x, count_y, count_z = score.shape
    total = np.full((count_x, count_y), -1e30)
    come_from = np.zeros((count_z, count_x, count_y), dtype=np.int32)
    for i in range(count_x):
        for j in range(count_y):
            total[i, j] = score[i, j, 0]
    following = np.empty((count_x, count_y))
    for k in range(1, count_z):
        for i in range(count_x):
            for j in range(count_y):
                best, place = -1e30, 0
                for x in range(max(0, i - reach), min(count_x, i + reach + 1)):
                    for y in range(max(0, j - reach), min(count_y, j + reach + 1)):
                        worth = total[x, y] - bend_cost * ((x - i) ** 2 + (y - j) ** 2)
                        if worth > best:
                            best, place = worth, x * count_y + y
                following[i, j] = best + score[i, j, k]
                come_from[k, i, j] = place
        total[:] = following
    end = int(np.argmax(total))
    rows = np.empty(count_z, dtype=np.int64)
    columns = np.empty(count_z, dtype=np.int64)
    for k in range(count_z - 1, -1, -1):
        rows[k], columns[k] = end // count_y, end % count_y
        end = come_from[k, rows[k], columns[k]]
    return rows, columns
