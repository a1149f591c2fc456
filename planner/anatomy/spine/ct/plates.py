"""End plates of the bodies: planes in front of the canal where bone turns into disc."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.ndimage import gaussian_filter1d

from planner.anatomy.spine.ct.planes import Planes, sampled
from planner.anatomy.spine.ct.tube import DIRECTIONS, Tube
from planner.anatomy.spine.ct.turn import facing, turned
from planner.anatomy.spine.ct.work_grid import OUTSIDE
from planner.geometry import Volume
from planner.geometry.arrays import FloatArray

SIDE_MM = np.arange(-8.0, 8.1, 2.0)
DEPTH_MM = np.arange(3.0, 19.1, 2.0)
"""Columns of a body, from its back wall forwards: within the smallest neck body (C3: 14 mm deep, 16 mm wide)."""
TILTS = np.arange(-0.5, 0.51, 0.1)
TURNS = np.arange(-0.3, 0.31, 0.1)
"""Slopes of an end plate against the plane across the canal, front to back and side to side (0.5 is 27 degrees)."""


@dataclass(frozen=True, slots=True, eq=False)
class Bodies:
    """HU of the columns in front of the canal: (N, U, V), NaN outside the image; ``wall_mm`` (N,) to the canal's front
    wall; ``planes`` turned to face the bodies."""

    hu: FloatArray
    wall_mm: FloatArray
    planes: Planes


@dataclass(frozen=True, slots=True)
class Plate:
    """The plane ``number`` + tilt · (depth - middle depth) + turn · side, in planes across the canal. ``score``: HU by
    which it stands out."""

    number: float
    tilt: float
    turn: float
    score: float

    def at(self, side_mm: float, depth_mm: float) -> float:
        return self.number + self.tilt * (depth_mm - float(DEPTH_MM.mean())) + self.turn * side_mm


def bodies(ct: Volume, tube: Tube) -> Bodies:
    """Columns in front of the wall, which the wall's own waves do not shake."""
    planes = turned(tube.planes, facing(ct, tube))
    wall = gaussian_filter1d(tube.wall_mm[:, 3 * DIRECTIONS // 4], 8.0, mode="nearest")
    back = -np.arange(0.0, 48.1, 1.0)
    stack = sampled(ct, planes, SIDE_MM, back)
    stack = np.where(stack == OUTSIDE, np.nan, np.clip(stack, -150.0, 700.0))
    deep = wall[:, None] + DEPTH_MM
    low = np.floor(deep).astype(int)
    share = (deep - low)[:, None, :]
    rows = np.arange(len(stack))[:, None]
    first, second = stack[rows, :, low].transpose(0, 2, 1), stack[rows, :, low + 1].transpose(0, 2, 1)
    return Bodies(first * (1.0 - share) + second * share, wall, planes)


def profile(found: Bodies, numbers: FloatArray, tilt: float, turn: float) -> FloatArray:
    """(M,) mean HU along planes of this slope through ``numbers`` (M,); NaN where most of it is outside the image."""
    slope = tilt * (DEPTH_MM - DEPTH_MM.mean())[None, :] + turn * SIDE_MM[:, None]
    place = numbers[:, None, None] + slope
    inside = (place >= 0) & (place <= len(found.hu) - 1)
    low = np.clip(np.floor(place).astype(int), 0, len(found.hu) - 2)
    share = np.clip(place - low, 0.0, 1.0)
    side, deep = np.arange(len(SIDE_MM))[:, None], np.arange(len(DEPTH_MM))[None, :]
    values = found.hu[low, side, deep] * (1.0 - share) + found.hu[low + 1, side, deep] * share
    values = np.where(inside, values, np.nan)
    good = np.isfinite(values)
    enough = good.mean(axis=(1, 2)) >= 0.6
    total = np.where(good, values, 0.0).sum(axis=(1, 2)) / np.maximum(good.sum(axis=(1, 2)), 1)
    return np.where(enough, total, np.nan)


@dataclass(frozen=True, slots=True)
class Expected:
    """What a disc is held to: ``share`` of the way between two pedicles (with ``spread``), ``tilt`` (with ``tilt_cost``
    HU per square of the difference)."""

    share: float
    spread: float
    tilt: float
    tilt_cost: float


USUAL_DISC = 0.68
"""Middle of the disc on the way from one pedicle to the next (measured on three labelled CTs: 0.64 to 0.73)."""
ANY_DISC = Expected(USUAL_DISC, 0.1, 0.0, 40.0)
Disc = tuple[Plate, Plate]


def discs(found: Bodies, chain: FloatArray) -> list[Disc | None]:
    """The two end plates between each pedicle of ``chain`` and the next; its first and last may lie outside the image.

    A second look holds each disc to where its neighbours are on their way between pedicles, and to their tilt: both
    differ from patient to patient and change slowly.
    """
    ways = list(pairwise(chain))
    first = [disc_between(found, *way, ANY_DISC) for way in ways]
    shares = np.array(
        [np.nan if one is None else _share(found, one, *way) for one, way in zip(first, ways, strict=True)]
    )
    tilts = np.array([np.nan if one is None else one[0].tilt for one in first])
    if len(ways) > 2:
        shares[[0, -1]] = tilts[[0, -1]] = np.nan
    second = []
    for number, way in enumerate(ways):
        near = slice(max(number - 2, 0), number + 3)
        expected = ANY_DISC
        if np.isfinite(shares[near]).any():
            expected = Expected(float(np.nanmedian(shares[near])), 0.06, float(np.nanmedian(tilts[near])), 200.0)
        second.append(disc_between(found, *way, expected))
    return second


def _share(found: Bodies, pair: tuple[Plate, Plate], upper: float, lower: float) -> float:
    """Where the disc's plane meets the canal, on the way from one pedicle (0) to the next (1)."""
    wall = float(found.wall_mm[int(np.clip(pair[0].number, 0, len(found.wall_mm) - 1))])
    middle = (pair[0].at(0.0, -wall) + pair[1].at(0.0, -wall)) / 2.0
    return (middle - upper) / (lower - upper)


def disc_between(found: Bodies, upper: float, lower: float, usual: Expected) -> tuple[Plate, Plate] | None:
    """Lower end plate of the vertebra whose pedicle is at plane ``upper``, and the upper one of the
    next; None where the image does not reach."""
    spacing = lower - upper
    numbers = np.arange(upper + 0.1 * spacing, upper + 1.3 * spacing, NUMBER_STEP)
    ahead = float(DEPTH_MM.mean() + found.wall_mm[int(np.clip((upper + lower) / 2.0, 0, len(found.wall_mm) - 1))])
    best: tuple[float, Plate, Plate] | None = None
    for tilt in TILTS:
        for turn in TURNS:
            place = upper + usual.share * spacing + tilt * ahead
            pair = _pair(profile(found, numbers, tilt, turn), numbers, place, usual.spread * spacing, 0.65 * spacing)
            if pair is None:
                continue
            score = pair[0] - usual.tilt_cost * (tilt - usual.tilt) ** 2 - 80.0 * turn**2
            if best is None or score > best[0]:
                best = score, Plate(pair[1], tilt, turn, score), Plate(pair[2], tilt, turn, score)
    return None if best is None else (best[1], best[2])


NUMBER_STEP = 0.5
PRIOR_HU = 40.0
RIDGE_MM = 1.5
"""From the edge of an end plate to its middle."""


def _pair(
    values: FloatArray, numbers: FloatArray, usual: float, spread: float, widest: float
) -> tuple[float, float, float] | None:
    """Score (HU), lower plate of the upper body, upper plate of the lower body."""
    seen = np.isfinite(values)
    if seen.mean() < 0.4:
        return None
    smooth = gaussian_filter1d(np.interp(numbers, numbers[seen], values[seen]), 0.8 / NUMBER_STEP, mode="nearest")
    ridge = round(RIDGE_MM / NUMBER_STEP)
    beyond = round(6.0 / NUMBER_STEP)
    wide = gaussian_filter1d(smooth, 2.0 / NUMBER_STEP, mode="nearest")
    above = _moved(smooth, -ridge) + OUTER * (_moved(smooth, -ridge) - _moved(wide, -beyond))
    below = _moved(smooth, ridge) + OUTER * (_moved(smooth, ridge) - _moved(wide, beyond))
    total = np.concatenate([[0.0], np.cumsum(smooth)])
    index = np.arange(len(numbers))
    length = np.maximum(index[None, :] - index[:, None] + 1, 1)
    disc = (total[None, 1:] - total[:-1, None]) / length
    middle = (numbers[None, :] + numbers[:, None]) / 2.0
    score = 0.5 * (above[:, None] + below[None, :]) - disc
    score = score - PRIOR_HU * 0.5 * ((middle - usual) / spread) ** 2
    away = numbers[None, :] - numbers[:, None]
    score[(away < 1.5) | (away > widest) | ~seen[:, None] | ~seen[None, :]] = -np.inf
    first, second = np.unravel_index(int(score.argmax()), score.shape)
    return float(score[first, second]), float(numbers[first]), float(numbers[second])


OUTER = 0.5


def _moved(values: FloatArray, by: int) -> FloatArray:
    """values[i + by], the ends repeated."""
    return values[np.clip(np.arange(len(values)) + by, 0, len(values) - 1)]
