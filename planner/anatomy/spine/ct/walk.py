"""From the ends of a path onwards, as far as the canal goes; and back from where it was never one."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from planner.anatomy.spine.ct.planes import sampled
from planner.anatomy.spine.ct.tube import LEAK, NEIGHBOURS_MM, STEP_MM, Tube, centred
from planner.anatomy.spine.ct.work_grid import OUTSIDE
from planner.geometry import Curve, Volume
from planner.geometry.arrays import FloatArray

STRIDE_MM = 10.0
TAIL_MM = 40.0
"""Of the known path that a new stretch is centred together with."""
ENOUGH, ENOUGH_AT_END = 0.62, 0.45
"""Share of directions closed by bone for a new stretch: the sacral canal keeps it, the hiatus and the skull's cavity do
not. What the first path holds already is kept from less: near the image's edge the bone above or below is missing."""
LEAST_HU = -120.0
"""Fat of the sacral canal; below it is air."""
MORE_HU = 45.0
"""The middle of the canal is nowhere brighter than most of it by this: the marrow of a sacral body is."""
MOST_STRIDES = 60


def walked(ct: Volume, path: Curve) -> Curve:
    """``path`` (centred, from above) without what is no canal at its ends, and with what follows on."""
    _path, tube = centred(ct, path, 0)
    most_hu = float(np.median(_content(ct, tube))) + MORE_HU
    kept = _trimmed(ct, path, tube, most_hu)
    for _end in range(2):
        for _stride in range(MOST_STRIDES):
            longer = _one_stride(ct, kept, most_hu)
            if longer is None:
                break
            kept = longer
        kept = Curve.of(kept.xyz[::-1], kept.space)
    return kept


def _trimmed(ct: Volume, path: Curve, tube: Tube, most_hu: float) -> Curve:
    good = np.nonzero(is_canal(ct, tube, most_hu, ENOUGH_AT_END) & ~_turned_off(tube))[0]
    if len(good) < 2 or good[-1] - good[0] < 2:
        return path
    return Curve.of(path.at(tube.planes.arc_mm[good[0] : good[-1] + 1]), path.space)


def _one_stride(ct: Volume, path: Curve, most_hu: float) -> Curve | None:
    """``path`` with up to STRIDE_MM more at its end; None where the canal ends."""
    whole = path.length_mm
    tail = np.arange(max(whole - TAIL_MM, 0.0), whole + STRIDE_MM + 1e-6, STEP_MM)
    points = path.at(tail)
    bend = _bend(path)
    beyond = np.maximum(tail - whole, 0.0)
    points = points + bend * (beyond**2)[:, None] / 2.0
    _way, tube = centred(ct, Curve.of(points, path.space), 3)
    good = is_canal(ct, tube, most_hu, ENOUGH) & _goes_on(tube, path)
    new = tube.planes.arc_mm > whole - tail[0] + 0.5 * STEP_MM
    reached = np.nonzero(new & ~good)[0]
    last = int(reached[0]) if len(reached) else len(good)
    first_new = int(np.nonzero(new)[0][0]) if new.any() else len(good)
    if last - first_new < 2:
        return None
    arc = path.arc_mm
    before = path.xyz[arc < whole - 0.5 * TAIL_MM]
    after = tube.planes.origin[(tube.planes.arc_mm >= min(0.5 * TAIL_MM, whole)) & (np.arange(len(good)) < last)]
    return Curve.of(np.concatenate([before, after]) if len(before) else after, path.space)


def _goes_on(tube: Tube, path: Curve) -> NDArray[np.bool_]:
    """(N,) False from where what is new turns off from ``path`` as it was, or swells: there the way leaves through a
    foramen or into a cavity."""
    planes = tube.planes
    old = planes.arc_mm <= planes.arc_mm[-1] - STRIDE_MM
    whole = path.length_mm
    known = path.frames(np.linspace(max(whole - 25.0, 0.0), max(whole - 5.0, 0.5), 5))
    right, back, down = (rows.mean(axis=0) for rows in (known.right, known.back, known.down))
    aside = np.degrees(np.arctan2(planes.down @ right, planes.down @ down))
    ahead = np.degrees(np.arctan2(planes.down @ back, planes.down @ down))
    width = tube.wall_mm.mean(axis=1) / tube.wall_mm[np.nonzero(old)[0][-12:]].mean()
    fine = (np.abs(aside) < MOST_ASIDE_DEG) & (np.abs(ahead) < MOST_AHEAD_DEG) & (width < MOST_SWELL)
    goes_on: NDArray[np.bool_] = old | fine
    return goes_on


MOST_ASIDE_DEG, MOST_AHEAD_DEG = 15.0, 35.0
"""Turn within some 15 mm. The sharpest the canal makes is at the promontory, in the sagittal plane; a scoliosis of 60
degrees over four vertebrae turns by 8."""
MOST_SWELL = 1.4


def _turned_off(tube: Tube) -> NDArray[np.bool_]:
    """(N,) True at both ends beyond a turn that no canal makes."""
    count = len(tube.planes.down)
    reach, half = round(TURN_MM / STEP_MM), count // 2
    off = np.zeros(count, dtype=bool)
    for step in range(max(reach, half + 1), count):
        if _is_sharp(tube, step, step - reach):
            off[max(step - reach, half) :] = True
            break
    for step in range(min(count - 1 - reach, half - 1), -1, -1):
        if _is_sharp(tube, step, step + reach):
            off[: min(step + reach, half)] = True
            break
    return off


def _is_sharp(tube: Tube, here: int, before: int) -> bool:
    down, right, back = tube.planes.down, tube.planes.right[before], tube.planes.back[before]
    onward = float(down[here] @ down[before])
    aside = abs(np.degrees(np.arctan2(float(down[here] @ right), onward)))
    ahead = abs(np.degrees(np.arctan2(float(down[here] @ back), onward)))
    return bool(aside > MOST_TURN_DEG or ahead > MOST_BEND_DEG)


TURN_MM = 12.0
MOST_TURN_DEG, MOST_BEND_DEG = 32.0, 40.0
"""Turn to the side and in the sagittal plane within TURN_MM."""


def _bend(path: Curve) -> FloatArray:
    """(3,) curvature at the path's end, 1/mm, from its last 30 mm; none for a short path."""
    if path.length_mm < 45.0:
        return np.zeros(3)
    end = path.length_mm
    a, b, c = path.at(np.array([end - 30.0, end - 15.0, end]))
    bend: FloatArray = (c - 2.0 * b + a) / 15.0**2
    return bend


def _content(ct: Volume, tube: Tube) -> FloatArray:
    """(N,) HU at the middle, over 5 mm across and some along."""
    side = np.array([-2.5, -1.25, 0.0, 1.25, 2.5])
    stack = sampled(ct, tube.planes, side, side)
    shown = stack != OUTSIDE
    total = np.where(shown, stack, 0.0).sum(axis=(1, 2))
    middle = np.where(shown.any(axis=(1, 2)), total / np.maximum(shown.sum(axis=(1, 2)), 1), OUTSIDE)
    smooth: FloatArray = gaussian_filter1d(middle, 1.0, mode="nearest")
    return smooth


def is_canal(ct: Volume, tube: Tube, most_hu: float, enough: float) -> NDArray[np.bool_]:
    """(N,) whether bone encloses soft tissue there, none of it brighter than ``most_hu`` in the middle."""
    content = _content(ct, tube)
    soft = (content > LEAST_HU) & (content < most_hu)
    closed: NDArray[np.bool_] = soft & (enclosure_along(tube) >= enough) & (tube.wall_mm.min(axis=1) > 2.0)
    return closed


def enclosure_along(tube: Tube) -> FloatArray:
    """(N,) share of directions in which bone closes the canal within half a vertebra above or below."""
    closed = (tube.hit_mm <= LEAK * tube.wall_mm).astype(float)
    near = maximum_filter1d(closed, 2 * int(NEIGHBOURS_MM / STEP_MM) + 1, axis=0)
    share: FloatArray = gaussian_filter1d(near.mean(axis=1), 2.0, mode="nearest")
    return share
