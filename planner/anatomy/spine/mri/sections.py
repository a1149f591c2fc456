"""Sections across a path, in rays from its middle: what lies around it, and the closed walls in it."""

from dataclasses import dataclass, field
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates

from planner.geometry import Curve, Volume
from planner.geometry.arrays import FloatArray
from planner.geometry.curve import Frames

RAYS = 48
RADIUS_STEP_MM = 0.5
MOST_MM = 18.0
"""Rays end here: the widest sac reaches 12 mm to its side, and the wall has to be seen from outside too."""
STIFF_COST = 0.06
"""What a change of half a millimetre from ray to ray costs, against an edge of full contrast that counts 1."""
TURN_STEPS = 2
"""A wall may come nearer or go away by so many radius steps from one ray to the next."""


@dataclass(frozen=True, slots=True, eq=False)
class Sections:
    """``values`` (N, RAYS, R) along rays in the planes across ``centres`` (N, 3); ray 0 points to the back, a quarter
    on to the right. ``is_seen`` where the image has voxels. ``arc_mm`` (N,) along the path."""

    arc_mm: FloatArray
    centres: FloatArray
    frames: Frames
    values: NDArray[np.float32] = field(repr=False)
    is_seen: NDArray[np.bool_] = field(repr=False)
    space: str

    @property
    def radii_mm(self) -> FloatArray:
        return radii_mm(self.values.shape[2])

    @property
    def directions(self) -> FloatArray:
        """(N, RAYS, 3) unit vectors along the rays."""
        return directions(self.frames, self.values.shape[1])

    def points(self, radius_mm: FloatArray) -> FloatArray:
        """(N, RAYS, 3) RAS mm at these radii (N, RAYS)."""
        return self.centres[:, None, :] + radius_mm[..., None] * self.directions


def radii_mm(count: int) -> FloatArray:
    return np.arange(count, dtype=np.float64) * RADIUS_STEP_MM


def directions(frames: Frames, rays: int) -> FloatArray:
    """(N, rays, 3) unit vectors: back, over right and front, and round."""
    angle = 2.0 * np.pi * np.arange(rays) / rays
    back, right = frames.back[:, None, :], frames.right[:, None, :]
    return np.cos(angle)[None, :, None] * back + np.sin(angle)[None, :, None] * right


def sections(mr: Volume, path: Curve, arc_mm: FloatArray, centres: FloatArray | None = None) -> Sections:
    """Linear samples of ``mr`` across ``path`` at these lengths, about the path or about ``centres`` (N, 3)."""
    middles = path.at(arc_mm) if centres is None else centres
    frames = path.frames(arc_mm)
    radii = RADIUS_STEP_MM * np.arange(round(MOST_MM / RADIUS_STEP_MM) + 1)
    rays = directions(frames, RAYS)
    points = middles[:, None, None, :] + radii[None, None, :, None] * rays[:, :, None, :]
    index = mr.grid.to_index(points)
    last = np.array(mr.grid.shape) - 1.0
    is_seen = cast(NDArray[np.bool_], ((index > -0.51) & (index < last + 0.51)).all(axis=-1))
    low, high = (index.min(axis=(0, 1, 2)), index.max(axis=(0, 1, 2)))
    first = np.clip(np.floor(low).astype(int), 0, np.array(mr.grid.shape) - 1)
    end = np.clip(np.ceil(high).astype(int) + 1, first + 1, np.array(mr.grid.shape))
    block = mr.values[first[0] : end[0], first[1] : end[1], first[2] : end[2]].astype(np.float32)
    place = np.moveaxis(index - first, -1, 0)
    values = map_coordinates(block, place, output=np.float32, order=1, mode="nearest")
    return Sections(arc_mm, middles, frames, cast(NDArray[np.float32], values), is_seen, mr.space)


def closed_wall(worth: NDArray[np.float32], rays_apart: int = TURN_STEPS) -> NDArray[np.int64]:
    """(N, RAYS) radius index of the closed line around each section with the most ``worth`` (N, RAYS, R), whose
    changes from ray to ray cost STIFF_COST for every step, squared. Two turns are run so that it meets its own end."""
    count, rays, radii = worth.shape
    total = worth[:, 0, :].astype(np.float32)
    come_from = np.zeros((2 * rays, count, radii), dtype=np.int8)
    shifts = range(-rays_apart, rays_apart + 1)
    for turn in range(1, 2 * rays):
        choices = np.full((len(shifts), count, radii), -1e9, dtype=np.float32)
        for number, shift in enumerate(shifts):
            low, high = max(0, -shift), min(radii, radii - shift)
            choices[number, :, low:high] = total[:, low + shift : high + shift] - STIFF_COST * shift * shift
        best = choices.argmax(axis=0)
        come_from[turn] = best - rays_apart
        total = np.take_along_axis(choices, best[None], axis=0)[0] + worth[:, turn % rays, :]
    place = total.argmax(axis=1)
    every = np.arange(count)
    wall = np.empty((count, rays), dtype=np.int64)
    for turn in range(2 * rays - 1, rays // 2 - 1, -1):
        if turn < rays + rays // 2:
            wall[:, turn % rays] = place
        place = place + come_from[turn][every, place]
    return wall


@dataclass(frozen=True, slots=True, eq=False)
class Falls:
    """How each ray falls near a wall: ``high`` its brightest value before and ``low`` its darkest after it."""

    high: FloatArray
    low: FloatArray
    near: NDArray[np.float32] = field(repr=False)
    index: NDArray[np.int64] = field(repr=False)
    top: NDArray[np.int64] = field(repr=False)

    def radius_mm(self, share: float) -> FloatArray:
        """(N, RAYS) where the ray has first fallen by this share of the way from ``high`` to ``low``."""
        level = self.high - share * (self.high - self.low)
        is_after = np.arange(self.near.shape[-1]) > self.top[..., None]
        below = (self.near <= level[..., None]) & is_after
        first = np.where(below.any(axis=-1), below.argmax(axis=-1), self.near.shape[-1] // 2)
        first = np.maximum(first, 1)
        upper = np.take_along_axis(self.near, (first - 1)[..., None], axis=-1)[..., 0]
        lower = np.take_along_axis(self.near, first[..., None], axis=-1)[..., 0]
        inside = np.clip((upper - level) / np.maximum(upper - lower, 1e-6), 0.0, 1.0)
        step = np.take_along_axis(self.index, first[..., None], axis=-1)[..., 0] - 1 + inside
        return cast(FloatArray, RADIUS_STEP_MM * step)


def falls_near(values: NDArray[np.float32], wall: NDArray[np.int64], reach: tuple[int, int]) -> Falls:
    """The fall of each ray of ``values`` (N, RAYS, R), within ``reach`` steps before and after ``wall``."""
    window = np.arange(-reach[0], reach[1] + 1)
    index = np.clip(wall[..., None] + window, 0, values.shape[2] - 1)
    near = np.take_along_axis(values, index, axis=2)
    before, after = near[..., : reach[0] + 1], near[..., reach[0] :]
    high, low = before.max(axis=-1).astype(float), after.min(axis=-1).astype(float)
    return Falls(high, low, near, index, before.argmax(axis=-1))


def smooth_wall(radius_mm: FloatArray, along: float, around: float) -> FloatArray:
    """(N, RAYS) without the odd ray: a median first, then a blur of these many sections and rays."""
    from scipy.ndimage import median_filter

    closed = np.concatenate([radius_mm[:, -2:], radius_mm, radius_mm[:, :2]], axis=1)
    steadied = median_filter(closed, size=(5, 5), mode="nearest")[:, 2:-2]
    return cast(FloatArray, gaussian_filter(steadied, (along, around), mode=("nearest", "wrap")))


def area_and_middle(radius_mm: FloatArray) -> tuple[FloatArray, FloatArray]:
    """(N,) mm² inside a closed wall (N, RAYS), and (N, 2) its centroid as mm to the back and to the right."""
    rays = radius_mm.shape[1]
    angle = 2.0 * np.pi * np.arange(rays) / rays
    back, right = radius_mm * np.cos(angle), radius_mm * np.sin(angle)
    back_next, right_next = np.roll(back, -1, axis=1), np.roll(right, -1, axis=1)
    twice = back * right_next - back_next * right
    area = 0.5 * twice.sum(axis=1)
    safe = np.maximum(6.0 * area, 1e-6)
    middle_back = ((back + back_next) * twice).sum(axis=1) / safe
    middle_right = ((right + right_next) * twice).sum(axis=1) / safe
    return cast(FloatArray, area), np.stack([middle_back, middle_right], axis=1)
