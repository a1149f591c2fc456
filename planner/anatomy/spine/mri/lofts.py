"""A closed surface through a row of closed lines."""

import numpy as np

from planner.geometry import Surface
from planner.geometry.arrays import FloatArray


def lofted(rings: FloatArray, space: str) -> Surface:
    """``rings`` (N, M, 3) RAS mm, each closed, in order; the ends are closed by fans around their middles. Triangles
    face outwards for rings that turn from back over right as seen from above."""
    count, around, _xyz = rings.shape
    vertices = np.concatenate([rings.reshape(-1, 3), rings[:1].mean(axis=1), rings[-1:].mean(axis=1)])
    row, column = np.meshgrid(np.arange(count - 1), np.arange(around), indexing="ij")
    here, beside = row * around + column, row * around + (column + 1) % around
    below, below_beside = here + around, beside + around
    sides = [np.stack([here, below, beside], axis=-1), np.stack([beside, below, below_beside], axis=-1)]
    ring = np.arange(around)
    onward = (ring + 1) % around
    top = np.stack([np.full(around, count * around), ring, onward], axis=-1)
    last = (count - 1) * around
    bottom = np.stack([np.full(around, count * around + 1), last + onward, last + ring], axis=-1)
    triangles = np.concatenate([*(side.reshape(-1, 3) for side in sides), top, bottom])
    return Surface.of(vertices, triangles, space)
