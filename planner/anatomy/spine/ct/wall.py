"""The canal's bony wall as a closed surface."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from planner.anatomy.spine.ct.planes import Planes
from planner.anatomy.spine.ct.tube import DIRECTIONS, LEAK, directions, tube_around
from planner.anatomy.spine.outline import Canal
from planner.geometry import Surface, Volume
from planner.geometry.arrays import FloatArray

RING_PLANES = 2
"""A ring of vertices every 2 mm."""


@dataclass(frozen=True, slots=True, eq=False)
class CanalWall:
    """``surface`` is a closed tube; ``on_bone`` (V,) says of each vertex whether bone was met there, or the gap bridged
    from the bone above and below (foramina, gaps between laminae, a missing arch). ``missing`` are the stretches
    (from arc, to arc, reason code) where the canal itself is unsure."""

    surface: Surface
    on_bone: NDArray[np.bool_] = field(repr=False)
    missing: tuple[tuple[float, float, str], ...] = ()


def canal_wall(ct: Volume, canal: Canal) -> CanalWall:
    """The wall seen from the middle of ``canal``, in the CT's space."""
    tube = tube_around(ct, canal.path)
    last = len(tube.wall_mm) - 1
    rings = np.unique(np.append(np.arange(0, last, RING_PLANES), last))
    places = ring_points(tube.planes, tube.wall_mm)[rings]
    on_bone = (tube.hit_mm <= LEAK * tube.wall_mm)[rings]
    vertices = np.concatenate([places.reshape(-1, 3), tube.planes.origin[[0, last]]])
    triangles = np.concatenate([_sides(len(rings)), *_caps(len(rings))])
    flags = np.concatenate([on_bone.reshape(-1), [False, False]])
    return CanalWall(Surface.of(vertices, triangles, ct.space), flags, canal.unsure)


def ring_points(planes: Planes, wall_mm: FloatArray) -> FloatArray:
    """(N, R, 3) RAS mm of the wall in every direction of every plane."""
    steps = directions()
    across = planes.right[:, None, :] * steps[:, :1] + planes.back[:, None, :] * steps[:, 1:]
    points: FloatArray = planes.origin[:, None, :] + across * wall_mm[..., None]
    return points


def _sides(rings: int) -> NDArray[np.int64]:
    ring, ray = np.meshgrid(np.arange(rings - 1), np.arange(DIRECTIONS), indexing="ij")
    here, beside = ring * DIRECTIONS + ray, ring * DIRECTIONS + (ray + 1) % DIRECTIONS
    below, corner = here + DIRECTIONS, beside + DIRECTIONS
    both = np.stack([np.stack([here, beside, below], axis=-1), np.stack([beside, corner, below], axis=-1)])
    return both.reshape(-1, 3)


def _caps(rings: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    ray = np.arange(DIRECTIONS)
    after = (ray + 1) % DIRECTIONS
    first, last = np.full(DIRECTIONS, rings * DIRECTIONS), np.full(DIRECTIONS, rings * DIRECTIONS + 1)
    low = (rings - 1) * DIRECTIONS
    return np.stack([first, after, ray], axis=1), np.stack([last, low + ray, low + after], axis=1)
