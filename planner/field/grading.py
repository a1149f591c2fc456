"""One-dimensional cell edges that are fine where the field is singular and coarse where it is smooth."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from planner.geometry.arrays import FloatArray

Size = Callable[[FloatArray], FloatArray]
PROBES_PER_CELL = 8


def growing(length: float, first: float, ratio: float) -> FloatArray:
    """Cell sizes that start near ``first``, grow by ``ratio`` and fill ``length`` exactly."""
    sizes = []
    size, filled = first, 0.0
    while filled < length * (1 - 1e-12):
        sizes.append(size)
        filled += size
        size *= ratio
    if len(sizes) > 1 and filled - length > 0.5 * sizes[-1]:
        filled -= sizes.pop()
    return np.array(sizes) * (length / filled)


def edges_from(start: float, *parts: FloatArray) -> FloatArray:
    """Cell edges from ``start`` over all the given sizes."""
    return np.concatenate([[start], start + np.cumsum(np.concatenate(parts))])


def near(places: Sequence[float], first: float, ratio: float) -> Size:
    """A wanted cell size: ``first`` at the places, growing by ``ratio`` from cell to cell away from them."""
    known = np.asarray(places, dtype=float)

    def size(at: FloatArray) -> FloatArray:
        away: FloatArray = np.abs(at[:, None] - known[None, :]).min(axis=1)
        return first + (ratio - 1.0) * away

    return size


def spaced(stops: Sequence[float], smallest: float, size: Size) -> FloatArray:
    """Cell edges on every stop, and between them as far apart as ``size`` wants (never below ``smallest``)."""
    parts = [np.array([stops[0]])]
    for low, high in pairwise(stops):
        count = max(int(np.ceil((high - low) / smallest)), 1) * PROBES_PER_CELL
        probes = np.linspace(low, high, count + 1)
        density = 1.0 / np.maximum(size(probes), smallest)
        filled = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2.0)]) * (high - low) / count
        cells = max(round(float(filled[-1])), 1)
        inner = np.interp(np.linspace(0.0, filled[-1], cells + 1)[1:-1], filled, probes)
        parts += [inner, np.array([high])]
    return np.concatenate(parts)


def merged(values: Sequence[float], tolerance: float) -> list[float]:
    """Sorted, without those that repeat within ``tolerance``."""
    kept: list[float] = []
    for value in sorted(values):
        if not kept or value - kept[-1] > tolerance:
            kept.append(value)
    return kept
