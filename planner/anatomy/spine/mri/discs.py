"""The rhythm of the discs in front of the canal: marrow is even, a disc and its end plates are not."""

from dataclasses import dataclass, field
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, map_coordinates, median_filter

from planner.geometry import Curve, Volume
from planner.geometry.arrays import FloatArray

STEP_MM = 0.5
BESIDE_MM = (-6.0, -3.0, 0.0, 3.0, 6.0)
"""The strip is averaged over this width: bodies are 17 mm wide or more (facts/spine, vertebral_body_dims)."""
FROM_MM, TO_MM = 3.5, 15.5
"""in front of the sac: behind lie ligament and the basivertebral vein, in front ends a cervical body (15 mm)."""
BODY_MM = 34.0
"""The level of the marrow is the median over this length, about one lumbar vertebra."""
BRIGHT_SHARE = 0.5
"""A bright nucleus is a sign of a disc too, but fat and veins in the marrow are bright as well."""
DISC_MM = 2.0
"""Blur that makes one peak of two end plates: discs are 4 to 12 mm high (facts/spine, disc_heights)."""
SHORTEST_MM, LONGEST_MM = 12, 46
"""From disc to disc: 15 mm in small necks to 42 mm in tall lumbar spines (facts/spine, vertebral_body_dims and
disc_heights), with room."""
CHANGE_COST = 3.5
"""of a gap that is not like the last one, times its squared logarithm: 20 % more or less costs 0.1 of a disc, a
fractured body 0.5."""
LEAST_WORTH = 0.25
BETWEEN_COST = 0.7
"""What is uneven between two discs counts against them."""
WEAK_END = 0.65
"""A first or last disc weaker than this share of those next to it is not one (the dens and the sacrum have lines),"""
NEAR_END, NEIGHBOURS = 3, 5
"""nor are those above a weak one that is among the first three. Below, a weak one may be a fused disc with good ones
under it."""


@dataclass(frozen=True, slots=True, eq=False)
class BodyStrip:
    """The column in front of the sac: ``values`` (S, D) at ``arc_mm`` (S,) along the canal and ``depth_mm`` (D,) in
    front of the sac, whose front lies ``front_mm`` (S,) before the path."""

    arc_mm: FloatArray
    depth_mm: FloatArray
    front_mm: FloatArray = field(repr=False)
    values: NDArray[np.float32] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Disc:
    """One disc: ``arc_mm`` of its middle, of its upper and lower end plate, how much higher its front lies than its
    back as a slope, and ``strength`` against the usual disc of this image (1)."""

    arc_mm: float
    top_mm: float
    bottom_mm: float
    slope: float
    strength: float


def body_strip(mr: Volume, path: Curve, front_mm: FloatArray, deep_mm: float = 20.0) -> BodyStrip:
    """``front_mm`` (N,) distance from every point of ``path`` to the front of the sac."""
    arc = np.arange(0.0, path.length_mm, STEP_MM)
    front = np.interp(arc, path.arc_mm, front_mm)
    depth = np.arange(0.0, deep_mm, STEP_MM)
    frames = path.frames(arc)
    ahead = (front[:, None] + depth)[:, :, None, None] * frames.back[:, None, None, :]
    beside = np.array(BESIDE_MM)[None, None, :, None] * frames.right[:, None, None, :]
    index = mr.grid.to_index(path.at(arc)[:, None, None, :] - ahead + beside)
    values = map_coordinates(
        mr.values.astype(np.float32), np.moveaxis(index, -1, 0), output=np.float32, order=1, mode="nearest"
    )
    return BodyStrip(arc, depth, front, cast(NDArray[np.float32], values.mean(axis=2)))


def find_discs(strip: BodyStrip) -> tuple[Disc, ...]:
    """All discs in front of the canal, from above. Empty when there is no rhythm."""
    uneven = _unevenness(strip)
    mean = uneven.mean(axis=1)
    blurred = gaussian_filter1d(mean, DISC_MM / STEP_MM)
    usual = float(np.percentile(blurred, 95))
    if usual <= 0.0:
        return ()
    per_mm = round(1.0 / STEP_MM)
    worth = cast(FloatArray, (blurred / usual).astype(np.float64))
    places = [per_mm * k for k in rhythm(worth[::per_mm])]
    places = [_peak(worth, place) for place in places]
    strengths = worth[places] if places else np.zeros(0)
    low, high = _strong_part(strengths)
    middle = float(np.median(strengths[low:high])) if high > low else 1.0
    return tuple(_disc(strip, uneven, places[k], float(strengths[k]) / middle) for k in range(low, high))


def _unevenness(strip: BodyStrip) -> NDArray[np.float32]:
    """(S, B) how far each place is from the marrow above and below it, as a share: 0 in an even body."""
    is_body = (strip.depth_mm >= FROM_MM) & (strip.depth_mm <= TO_MM)
    values = gaussian_filter1d(strip.values, 0.8, axis=0)[:, is_body]
    size = (round(BODY_MM / STEP_MM) | 1, 1)
    marrow = median_filter(values, size=size, mode="nearest")
    floor = 0.05 * float(np.percentile(strip.values, 98))
    away = (values - marrow) / (marrow + floor)
    return cast(NDArray[np.float32], np.clip(-away, 0.0, 1.0) + BRIGHT_SHARE * np.clip(away, 0.0, 1.0))


def rhythm(worth: FloatArray) -> list[int]:
    """Places (mm from the start of ``worth``, one value a mm) with the largest sum of worth, whose gaps change little.

    Exact, by dynamic programming over the place and the last gap.
    """
    count, gaps = len(worth), np.arange(SHORTEST_MM, LONGEST_MM + 1)
    if count <= SHORTEST_MM:
        return [int(np.argmax(worth))] if count and worth.max() > LEAST_WORTH else []
    change = CHANGE_COST * np.log(gaps[:, None] / gaps[None, :]) ** 2
    total = np.full((count, len(gaps)), -np.inf)
    before = np.full((count, len(gaps)), -1)
    summed = np.concatenate([[0.0], np.cumsum(worth)])
    for place in range(count):
        for number, gap in enumerate(gaps[gaps <= place]):
            last = place - gap
            low, high = last + gap // 3, place - gap // 3 + 1
            between = (summed[high] - summed[low]) / (high - low)
            gain = worth[place] - LEAST_WORTH - BETWEEN_COST * between
            longer = total[last] - change[:, number]
            best = int(np.argmax(longer))
            alone = worth[last] - LEAST_WORTH
            before[place, number] = best if longer[best] > alone else -1
            total[place, number] = max(float(longer[best]), alone) + gain
    return _followed(total, before, gaps)


def _followed(total: FloatArray, before: NDArray[np.int64], gaps: NDArray[np.int64]) -> list[int]:
    place, number = (int(k) for k in np.unravel_index(int(np.argmax(total)), total.shape))
    found = [place]
    while True:
        last, earlier = place - int(gaps[number]), int(before[place, number])
        found.append(last)
        if earlier < 0:
            return found[::-1]
        place, number = last, earlier


def _peak(worth: FloatArray, place: int) -> int:
    """The highest place within 2 mm."""
    low = max(0, place - round(2.0 / STEP_MM))
    return low + int(np.argmax(worth[low : place + round(2.0 / STEP_MM) + 1]))


def _strong_part(strengths: FloatArray) -> tuple[int, int]:
    """First and end of what remains when weak ones are cut off: near the top with all above them."""
    low, high = 0, len(strengths)
    if not high:
        return 0, 0
    for k in range(min(NEAR_END, high // 2)):
        if strengths[k] < WEAK_END * float(np.median(strengths[k + 1 : k + 1 + NEIGHBOURS])):
            low = k + 1
    while high - low > 2 and strengths[high - 1] < WEAK_END * float(np.median(strengths[low : high - 1][-NEIGHBOURS:])):
        high -= 1
    return low, high


EDGE_WITHIN_MM = 8.0
"""From the middle of a disc to its end plate at most (facts/spine, disc_heights: 13 mm at L4-L5)."""
EDGE_SHARE = 0.45
"""The line of an end plate ends where the unevenness falls below this share of the way from the even marrow to it,"""
LINE_MM, THINNEST_MM = 2.5, 3.0
"""and its middle, the bone's surface, lies within this: a dark line is 2 to 4 mm wide with its blur. No disc is thinner
than the second (facts/spine, disc_heights)."""


def _disc(strip: BodyStrip, uneven: NDArray[np.float32], place: int, strength: float) -> Disc:
    profile = gaussian_filter1d(uneven.mean(axis=1), 1.0)
    reach = round(EDGE_WITHIN_MM / STEP_MM)
    around = profile[max(0, place - 2 * reach) : place + 2 * reach + 1]
    marrow, line = float(np.percentile(around, 20)), float(profile[max(0, place - reach) : place + reach + 1].max())
    level = marrow + EDGE_SHARE * (line - marrow)
    upward, downward = profile[max(0, place - reach - 2) : place + 1][::-1], profile[place : place + reach + 3]
    up, down = _edge(upward, level, LINE_MM), _edge(downward, level, LINE_MM)
    if (up + down) * STEP_MM < THINNEST_MM:  # one line only: the disc is as dark as its end plates
        up, down = _edge(upward, level, 0.0), _edge(downward, level, 0.0)
    arc = float(strip.arc_mm[place])
    top, bottom = arc - up * STEP_MM, arc + down * STEP_MM
    return Disc(0.5 * (top + bottom), top, bottom, _slope(uneven, place), strength)


def _edge(outward: NDArray[np.float32], level: float, line_mm: float) -> float:
    """Steps from the middle of the disc to the end plate: the summit of the outermost line, which ends where the
    profile passes below ``level`` for good; at most ``line_mm`` before that."""
    above = np.flatnonzero(outward[:-1] >= level)
    if not len(above):
        return 0.0
    last = int(above[-1])
    first = max(0, last - round(line_mm / STEP_MM))
    summit = last
    while summit > first and outward[summit - 1] >= outward[summit]:
        summit -= 1
    return float(summit)


def _slope(uneven: NDArray[np.float32], place: int) -> float:
    """Rise of the disc towards the front, mm up per mm ahead."""
    reach = round(5.0 / STEP_MM)
    near = uneven[max(0, place - reach) : place + reach + 1]
    arc = STEP_MM * np.arange(len(near))
    third = near.shape[1] // 3
    middles = [(part.sum(axis=1) * arc).sum() / max(part.sum(), 1e-6) for part in (near[:, :third], near[:, -third:])]
    run = STEP_MM * (near.shape[1] - third)
    return float(np.clip((middles[0] - middles[1]) / run, -0.35, 0.35))
