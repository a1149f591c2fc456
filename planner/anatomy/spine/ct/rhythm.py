"""Where the pedicles are: the rhythm of bone beside the canal."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from planner.anatomy.spine.ct.planes import sampled
from planner.anatomy.spine.ct.tube import DIRECTIONS, STEP_MM, Tube, directions
from planner.geometry import Volume
from planner.geometry.arrays import FloatArray

IntArray = NDArray[np.int64]

NEAREST_MM, FARTHEST_MM = 10, 44
"""Spacing of vertebrae: neck of a small child to L4 of a tall one (facts/spine: body plus disc)."""
CHANGE_MM = 6
"""Most that one spacing may differ from the next (a collapsed vertebra beside a whole one)."""
CHANGE_COST = 0.012
"""Per square of a millimetre of change; the wave itself brings about 0.7 per millimetre of canal and unit of signal."""
RING_MM = (0.5, 4.5)
"""Outside the wall: there lies the pedicle, or the foramen."""


@dataclass(frozen=True, slots=True, eq=False)
class Rhythm:
    """``place`` (M,) number of the plane of each pedicle from above; ``strength`` (M,) 0 to 1: how far the bone beside
    the canal swings there. ``before`` and ``after``: where the next ones would be."""

    place: FloatArray
    strength: FloatArray
    before: float
    after: float

    @property
    def chain(self) -> FloatArray:
        """(M + 2,) with the pedicles that would come next, outside the image."""
        return np.concatenate([[self.before], self.place, [self.after]])


def beside(ct: Volume, tube: Tube) -> FloatArray:
    """(N, 2) mean HU of the tissue just outside the wall, right and left, a little in front of the middle."""
    angles = np.arange(DIRECTIONS) * 360.0 / DIRECTIONS
    sides = [np.nonzero((angles >= 315) | (angles <= 15))[0], np.nonzero((angles >= 165) & (angles <= 225))[0]]
    side_mm = np.arange(-32.0, 32.0 + 1e-6, 1.0)
    stack = np.clip(sampled(ct, tube.planes, side_mm, side_mm), -100.0, 500.0)
    return np.stack([_ring_mean(stack, tube.wall_mm, rays) for rays in sides], axis=1)


def _ring_mean(stack: NDArray[np.float32], wall_mm: FloatArray, rays: IntArray) -> FloatArray:
    from scipy.ndimage import map_coordinates

    beyond = np.arange(RING_MM[0], RING_MM[1], 0.75)
    far = wall_mm[:, rays][:, :, None] + beyond
    steps = directions()[rays]
    middle = (stack.shape[1] - 1) / 2.0
    number = np.broadcast_to(np.arange(len(stack))[:, None, None], far.shape)
    where = [number, middle + far * steps[:, 0, None], middle + far * steps[:, 1, None]]
    values: FloatArray = map_coordinates(stack, where, order=1, mode="nearest").mean(axis=(1, 2))
    return values


def signal(beside_hu: FloatArray) -> FloatArray:
    """(N,) swing of the bone beside the canal around its own level, about -1.5 to 1.5."""
    both = gaussian_filter1d(np.minimum(beside_hu.mean(axis=1), 450.0), 2.5 / STEP_MM, mode="nearest")
    level = gaussian_filter1d(both, 15.0 / STEP_MM, mode="nearest")
    swing = both - level
    size = np.sqrt(gaussian_filter1d(swing**2, 25.0 / STEP_MM, mode="nearest"))
    wave: FloatArray = np.clip(swing / np.maximum(size, 25.0), -1.5, 1.5)
    return wave


def rhythm(beside_hu: FloatArray) -> Rhythm:
    """The chain of pedicles whose wave fits the signal best."""
    wave = signal(beside_hu)
    count, pad = len(wave), FARTHEST_MM
    long = np.concatenate([np.zeros(pad), wave, np.zeros(2 * pad)])
    spacings = np.arange(NEAREST_MM, FARTHEST_MM + 1, dtype=np.int64)
    fit = _fits(long, count + 2 * pad, spacings)
    places = np.array(_best_chain(fit, spacings, pad, count), dtype=np.int64) - pad
    inside = places[(places >= 0) & (places < count)]
    strength = np.array([_swing(wave, int(place)) for place in inside])
    before, after = (
        places[places < 0].max(initial=-FARTHEST_MM),
        places[places >= count].min(initial=count + FARTHEST_MM),
    )
    return Rhythm(inside.astype(float), strength, float(before), float(after))


def _fits(long: FloatArray, last: int, spacings: IntArray) -> FloatArray:
    """(P, D) how well a wave from a pedicle at P to the next, D further down, fits."""
    fit = np.zeros((last, len(spacings)))
    for column, spacing in enumerate(spacings):
        wave = np.cos(2.0 * np.pi * np.arange(spacing) / spacing)
        fit[:, column] = np.correlate(long, wave, mode="valid")[:last]
    return fit


def _best_chain(fit: FloatArray, spacings: IntArray, pad: int, count: int) -> list[int]:
    last, width = fit.shape
    total = np.full((last + FARTHEST_MM + 1, width), -np.inf)  # best chain whose last step, of that spacing, ends there
    came = np.full((last + FARTHEST_MM + 1, width), -1, dtype=np.int64)
    change = CHANGE_COST * (spacings[:, None] - spacings[None, :]) ** 2
    change[np.abs(spacings[:, None] - spacings[None, :]) > CHANGE_MM] = np.inf
    for place in range(last):
        if place <= pad:
            before, way = np.zeros(width), np.full(width, -1)
        else:
            options = total[place][None, :] - change * spacings[:, None]
            way = options.argmax(axis=1)
            before = options[np.arange(width), way]
        for column, spacing in enumerate(spacings):
            if before[column] > -np.inf:
                total[place + spacing, column] = before[column] + fit[place, column]
                came[place + spacing, column] = way[column]
    ends = total[pad + count :]
    end = int(ends.argmax())
    return _back(came, spacings, end // width + pad + count, end % width)


def _back(came: IntArray, spacings: IntArray, place: int, column: int) -> list[int]:
    chain = [place]
    while column >= 0:
        way = int(came[place, column])
        place -= int(spacings[column])
        chain.append(place)
        column = way
    return chain[::-1]


def _swing(wave: FloatArray, place: int) -> float:
    around = wave[max(place - 18, 0) : place + 19]
    here = wave[max(place - 3, 0) : place + 4]
    return float(np.clip((here.max() - around.min()) / 2.0, 0.0, 1.0))
