"""Lines through the internal capsule, drawn on the template's white-matter map. An estimate, and no tractography.

The posterior limb is the white-matter strip between thalamus and lentiform nucleus; its projection fibres run from the
corona radiata down towards the cerebral peduncle. Each line starts on the strip's ridge in one axial slice and is
followed up and down, slice by slice: it goes on in its own direction, is drawn towards the white matter around it, and
stops where there is none. Parallel lines beside the ridge fill the strip's width.
"""

from dataclasses import dataclass

import numpy as np

from planner.geometry.arrays import FloatArray
from planner.geometry.volume import Volume


@dataclass(frozen=True, slots=True)
class CapsuleDrawing:
    """In template mm, on the right side. Lines start ``level_mm`` high, every ``step_mm`` from ``back_mm`` behind the
    seed to ``front_mm`` before it, and beside the ridge: 7 mm in all (width of 6 to 8 mm in the table of targets,
    unverified); they run from ``bottom_mm`` to ``top_mm``."""

    level_mm: float = 6.0
    back_mm: float = 3.0
    front_mm: float = 13.0
    step_mm: float = 1.0
    beside_mm: tuple[float, ...] = tuple(np.arange(-3.5, 3.51, 0.5).tolist())
    bottom_mm: float = -18.0
    top_mm: float = 30.0


REACH_MM = 3.0
"""Radius of the disc whose white matter draws a line towards it."""
PULL = 0.15
"""Share of the way to that white matter's centre that a line takes in one slice: more, and the strip shrinks to a
thread within some millimetres; less, and lines leave it."""
MOMENTUM = 0.6
LEAST_WHITE = 0.45
"""Less certain white matter than this is not gone through (the strip's middle has 0.7 to 1)."""
SLICE_MM = 1.0
SMOOTH_DEGREE = 3
"""One bend towards the corona radiata and one towards the peduncle, over 50 mm."""
SHORTEST_MM = 20.0


def capsule_lines(white: Volume, seed_mm: FloatArray, drawing: CapsuleDrawing) -> tuple[FloatArray, ...]:
    """(N, 3) RAS mm of the template each, from below upwards, on the side of ``seed_mm`` (a point in the strip).

    ``white``: white-matter map, 255 is certain. Lines shorter than SHORTEST_MM are dropped.
    """
    side = 1.0 if seed_mm[0] >= 0 else -1.0
    places = np.arange(seed_mm[1] - drawing.back_mm, seed_mm[1] + drawing.front_mm + 1e-9, drawing.step_mm)
    sure = _Sure(white)
    ridge = _ridge(sure, side, abs(float(seed_mm[0])), places, drawing.level_mm)
    across = _across(ridge)
    starts = np.concatenate([ridge + beside * across for beside in drawing.beside_mm])
    starts = starts[sure.at(starts) >= LEAST_WHITE]
    down = _followed(sure, starts, -SLICE_MM, drawing.bottom_mm)
    up = _followed(sure, starts, SLICE_MM, drawing.top_mm)
    lines = (np.array([*below[::-1], start, *above]) for below, start, above in zip(down, starts, up, strict=True))
    return tuple(smoothed_line(line) for line in lines if len(line) * SLICE_MM >= SHORTEST_MM)


class _Sure:
    """How surely there is white matter, 0 to 1, linear between voxels; 0 outside the map."""

    def __init__(self, white: Volume) -> None:
        self._grid = white.grid
        self._values = white.values.astype(np.float32) / np.float32(255.0)

    def at(self, xyz_mm: FloatArray) -> FloatArray:
        """(...) for (..., 3) RAS mm."""
        from scipy.ndimage import map_coordinates

        index = np.moveaxis(self._grid.to_index(xyz_mm), -1, 0)
        return np.asarray(map_coordinates(self._values, index, order=1, cval=0.0), dtype=float)


def _ridge(sure: _Sure, side: float, beside_mm: float, places: FloatArray, level_mm: float) -> FloatArray:
    """(N, 3) the strip's middle at each anterior-posterior place: where white matter is surest, smoothed along it."""
    offsets = np.arange(-7.0, 7.01, 0.5)
    lateral = []
    for place in places:
        x = beside_mm + offsets
        at = np.stack([side * x, np.full_like(x, place), np.full_like(x, level_mm)], axis=1)
        weight = np.clip(sure.at(at) - 0.6, 0.0, None) ** 2 + 1e-6
        lateral.append(float((weight * x).sum() / weight.sum()))
    smooth = np.polyval(np.polyfit(places, np.array(lateral), 2), places)
    return np.stack([side * smooth, places, np.full_like(places, level_mm)], axis=1)


def _across(ridge: FloatArray) -> FloatArray:
    """(N, 3) unit vectors across the strip in the axial plane, away from the midline."""
    along = np.gradient(ridge, axis=0)[:, :2]
    across = np.stack([along[:, 1], -along[:, 0], np.zeros(len(along))], axis=1)
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    return np.asarray(across * np.sign(across[:, :1] * ridge[:, :1]))


def _followed(sure: _Sure, starts: FloatArray, step_mm: float, stop_mm: float) -> list[list[FloatArray]]:
    """The places after each start, slice by slice, as long as there is white matter."""
    found: list[list[FloatArray]] = [[] for _start in starts]
    at, drift, going = starts.copy(), np.zeros((len(starts), 2)), np.arange(len(starts))
    disc = _disc()
    while len(going) and (stop_mm - at[0, 2]) * np.sign(step_mm) > 0:
        following = at.copy()
        following[:, :2] += MOMENTUM * drift
        following[:, 2] += step_mm
        around = following[:, None, :] + disc
        weight = np.clip(sure.at(around) - LEAST_WHITE, 0.0, None) ** 2
        total = np.maximum(weight.sum(axis=1), 1e-12)
        centre = (weight[..., None] * around).sum(axis=1) / total[:, None]
        following[:, :2] += np.where((total > 1e-9)[:, None], PULL * (centre - following)[:, :2], 0.0)
        goes_on = sure.at(following) >= LEAST_WHITE
        drift = (following - at)[goes_on, :2]
        at, going = following[goes_on], going[goes_on]
        for number, place in zip(going, at, strict=True):
            found[number].append(place)
    return found


def _disc() -> FloatArray:
    """(N, 3) offsets within REACH_MM in the axial plane."""
    steps = np.arange(-REACH_MM, REACH_MM + 1e-9, 1.0)
    x, y = np.meshgrid(steps, steps, indexing="ij")
    inside = x**2 + y**2 <= REACH_MM**2
    return np.stack([x[inside], y[inside], np.zeros(inside.sum())], axis=1)


def smoothed_line(line: FloatArray) -> FloatArray:
    """(N, 3) a line without its wobble: a polynomial of the length along it, for each coordinate.

    A line that wobbles by tenths of a millimetre fires at a fraction of the current it should: the field along it
    changes with every bend.
    """
    steps = np.linalg.norm(np.diff(line, axis=0), axis=1)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    t = 2.0 * along / along[-1] - 1.0
    degree = min(SMOOTH_DEGREE, len(line) - 1)
    fits = [np.polynomial.chebyshev.Chebyshev.fit(t, line[:, axis], degree) for axis in range(3)]
    return np.asarray(np.stack([fit(t) for fit in fits], axis=1))
