"""One-dimensional cell edges that are fine where the field is singular and coarse where it is smooth."""

import numpy as np

from planner.geometry.arrays import FloatArray


def growing(length: float, first: float, ratio: float, largest: float = np.inf) -> FloatArray:
    """Cell sizes that start near ``first``, grow by ``ratio`` up to ``largest`` and fill ``length`` exactly."""
    sizes = []
    size, filled = first, 0.0
    while filled < length * (1 - 1e-12):
        sizes.append(min(size, largest))
        filled += sizes[-1]
        size *= ratio
    if len(sizes) > 1 and filled - length > 0.5 * sizes[-1]:
        filled -= sizes.pop()
    return np.array(sizes) * (length / filled)


def between(length: float, first: float, ratio: float, largest: float = np.inf) -> FloatArray:
    """Cell sizes fine at both ends of ``length`` and coarse in the middle."""
    half = growing(length / 2.0, first, ratio, largest)
    return np.concatenate([half, half[::-1]])


def edges_from(start: float, *parts: FloatArray) -> FloatArray:
    """Cell edges from ``start`` over all the given sizes."""
    return np.concatenate([[start], start + np.cumsum(np.concatenate(parts))])


def merged(values: list[float], tolerance: float) -> list[float]:
    """Sorted, without those that repeat within ``tolerance``."""
    kept: list[float] = []
    for value in sorted(values):
        if not kept or value - kept[-1] > tolerance:
            kept.append(value)
    return kept
