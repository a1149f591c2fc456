"""How far bone reaches to the sides of each vertebra: ribs go on, transverse processes end."""

from dataclasses import dataclass, replace

import numpy as np

from planner.anatomy.spine.ct.planes import sampled
from planner.anatomy.spine.ct.tube import Tube, tube_around
from planner.anatomy.spine.ct.work_grid import OUTSIDE
from planner.anatomy.spine.outline import Canal, Vertebra
from planner.geometry import Volume
from planner.geometry.arrays import FloatArray

FROM_MM, TO_MM = 22, 62
"""From the middle of the canal sideways: outside the facets, to well beyond the longest transverse process."""
DEPTH_MM = np.arange(-12.0, 30.1, 2.0)
"""Front to back of the canal's middle, where ribs run beside the spine."""
START_MM = (-10.0, 14.0)
"""Above and below the pedicle, where a rib or a process begins."""
START_COST = 0.04
"""Per square of a millimetre: ribs begin within 6 mm of their pedicle's height (measured on the labelled thorax CT)."""
BONE_HU = 160.0
GAP_MM = 4
"""The joint of a rib with its transverse process may be darker for this long."""
STEPS_DOWN = (-1, 0, 1, 2)
STEP_COST = 0.15
NO_BONE_COST = 1.5


@dataclass(frozen=True, slots=True)
class SideBone:
    """``reach_mm`` from the canal's middle to where the bone beside a vertebra ends; ``is_open`` when the image ended
    first. ``height_mm`` of that bone where it is FAR_MM and further out: a rib is slender, the ilium is not.
    ``filled`` 0 to 1: how much of the strip from one pedicle to the next is bone nearer than that: the wing of the
    sacrum fills it."""

    reach_mm: float
    is_open: bool
    height_mm: float = float("nan")
    filled: float = float("nan")


def side_bones(ct: Volume, canal: Canal, vertebrae: tuple[Vertebra, ...]) -> tuple[tuple[SideBone, SideBone], ...]:
    """(right, left) of each vertebra; nothing is known (open at FROM_MM) where it has no pedicle in the image."""
    tube = tube_around(ct, canal.path)
    right, left = (_of_side(_seen_from_behind(ct, tube, sign), tube, vertebrae) for sign in (1.0, -1.0))
    return tuple(zip(right, left, strict=True))


def _of_side(side: FloatArray, tube: Tube, vertebrae: tuple[Vertebra, ...]) -> list[SideBone]:
    """Each vertebra gets at most one of the bones seen AT_MM from the middle, in order, so that the whole is likeliest:
    a process may touch the rib below it, and the twelfth rib hangs down beside the first lumbar vertebra."""
    known = [number for number, one in enumerate(vertebrae) if np.isfinite(one.pedicle_arc_mm)]
    starts = [int(np.searchsorted(tube.planes.arc_mm, vertebrae[number].pedicle_arc_mm)) for number in known]
    found = [SideBone(FROM_MM, True) for _one in vertebrae]
    stripes = _stripes(side)
    worth = np.array([[total[stripe] for stripe in stripes] for total in (_gathered(side, start) for start in starts)])
    for number, start, taken in zip(known, starts, _in_order(worth.reshape(len(starts), len(stripes))), strict=True):
        bone = _alone(side, start) if taken is None else _onwards(side, stripes[taken])
        found[number] = replace(bone, filled=_filled(side, start), height_mm=_height(side, start, taken, stripes))
    return found


AT_MM = 44
TALLEST_MM = 25
"""A rib seen from behind with its slope; hip bones and contrast-filled kidneys are taller."""
LEAST_WORTH = 9.0
"""Of the 22 columns up to AT_MM, what a way must gather to count as one bone."""


def _stripes(side: FloatArray) -> list[int]:
    """Planes in the middle of each slender bone AT_MM from the middle."""
    near = side[:, AT_MM - 1 - FROM_MM : AT_MM + 2 - FROM_MM]
    brightness = np.nan_to_num(near, nan=-1000.0).mean(axis=1)
    bone = np.asarray(brightness > BONE_HU)
    edge = np.diff(np.concatenate([[0], bone.astype(int), [0]]))
    starts, ends = np.nonzero(edge == 1)[0], np.nonzero(edge == -1)[0]
    runs = zip(starts, ends, strict=True)
    return [int((first + last) // 2) for first, last in runs if 2 <= last - first <= TALLEST_MM]


def _reward(side: FloatArray) -> FloatArray:
    reward: FloatArray = np.nan_to_num(np.clip((side - BONE_HU) / 100.0, -NO_BONE_COST, 1.0), nan=-0.2)
    return reward


def _gathered(side: FloatArray, start: int) -> FloatArray:
    """(N,) what the best way from beside a pedicle to each plane AT_MM out gathers."""
    reward = _reward(side)
    total = np.full(len(side), -np.inf)
    first, last = max(start + int(START_MM[0]), 0), min(start + int(START_MM[1]), len(side) - 1)
    away = np.arange(first, last + 1) - start
    total[first : last + 1] = reward[first : last + 1, 0] - START_COST * away**2
    for column in range(1, AT_MM - FROM_MM + 1):
        options = [_down(total, step) - STEP_COST * step * step for step in STEPS_DOWN]
        total = np.max(options, axis=0) + reward[:, column]
    return total


def _in_order(worth: FloatArray) -> list[int | None]:
    """For each row a column or none, rising, with the greatest sum of what exceeds LEAST_WORTH."""
    rows, columns = worth.shape
    best = np.zeros((rows + 1, columns + 1))
    for row in range(1, rows + 1):
        for column in range(1, columns + 1):
            both = best[row - 1, column - 1] + worth[row - 1, column - 1] - LEAST_WORTH
            best[row, column] = max(best[row - 1, column], best[row, column - 1], both)
        best[row, 0] = best[row - 1, 0]
    taken: list[int | None] = [None] * rows
    row, column = rows, columns
    while row > 0 and column > 0:
        if best[row, column] == best[row - 1, column]:
            row -= 1
        elif best[row, column] == best[row, column - 1]:
            column -= 1
        else:
            row, column = row - 1, column - 1
            taken[row] = column
    return taken


def _onwards(side: FloatArray, plane: int) -> SideBone:
    """How far the bone through this plane goes on outwards from AT_MM."""
    reward = _reward(side)
    total = np.full(len(side), -np.inf)
    total[plane] = 0.0
    came = []
    for column in range(AT_MM + 1 - FROM_MM, side.shape[1]):
        options = np.stack([_down(total, step) - STEP_COST * step * step for step in STEPS_DOWN])
        came.append(options.argmax(axis=0))
        total = options.max(axis=0) + reward[:, column]
    row, values = int(total.argmax()), []
    for column in range(side.shape[1] - 1, AT_MM - FROM_MM, -1):
        values.append(side[row, column])
        row = int(np.clip(row - STEPS_DOWN[int(came[column - (AT_MM + 1 - FROM_MM)][row])], 0, len(side) - 1))
    return _reach(np.array(values[::-1]), AT_MM)


def _alone(side: FloatArray, start: int) -> SideBone:
    """How far the bone of a vertebra without a stripe of its own reaches: its transverse process."""
    strip = side[max(start + int(START_MM[0]), 0) : start + int(START_MM[1]) + 1, : AT_MM - FROM_MM]
    if np.isnan(strip[:, -1]).any():
        return SideBone(FROM_MM + float(np.isfinite(strip).all(axis=0).sum()), True)
    return replace(_reach(strip.max(axis=0), FROM_MM), is_open=False)


def _reach(values: FloatArray, from_mm: float) -> SideBone:
    reach, gap = -1, 0
    for column, value in enumerate(values):
        if np.isnan(value):
            return SideBone(from_mm + reach + 1.0, True)
        gap = 0 if value > BONE_HU else gap + 1
        if gap > GAP_MM:
            break
        if gap == 0:
            reach = column
    return SideBone(from_mm + reach + 1.0, False)


def _height(side: FloatArray, start: int, taken: int | None, stripes: list[int]) -> float:
    """mm of bone along the spine AT_MM out: of the stripe that was taken, or of whatever is beside the pedicle."""
    is_bone = side[:, AT_MM - FROM_MM] > BONE_HU
    plane = stripes[taken] if taken is not None else min(start + 4, len(side) - 1)
    if not is_bone[plane]:
        return float("nan")
    above, below = np.nonzero(~is_bone[:plane])[0], np.nonzero(~is_bone[plane:])[0]
    top = above[-1] if len(above) else -1
    bottom = plane + below[0] if len(below) else len(is_bone)
    return float(bottom - top - 1)


def _filled(side: FloatArray, plane: int) -> float:
    strip = side[max(plane - 6, 0) : plane + 18, 26 - FROM_MM : 44 - FROM_MM]
    return float(np.nanmean(strip > BONE_HU)) if np.isfinite(strip).any() else float("nan")


def _seen_from_behind(ct: Volume, tube: Tube, sign: float) -> FloatArray:
    """(N, U) brightest HU along DEPTH_MM beside the spine, outwards; NaN outside the image."""
    aside = sign * np.arange(FROM_MM, TO_MM + 1.0)
    stack = sampled(ct, tube.planes, aside, DEPTH_MM)
    shown = (stack != OUTSIDE).mean(axis=2) > 0.5
    brightest: FloatArray = np.where(shown, stack.max(axis=2), np.nan).astype(float)
    return brightest


def _down(total: FloatArray, step: int) -> FloatArray:
    """total[i - step], nothing from outside."""
    moved = np.full_like(total, -np.inf)
    if step > 0:
        moved[step:] = total[:-step]
    elif step < 0:
        moved[:step] = total[-step:]
    else:
        moved[:] = total
    return moved
