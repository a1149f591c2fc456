"""The wall of the dural sac around a path: bright fluid (dark on T1) against the dark wall."""

from dataclasses import dataclass, field
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, median_filter, uniform_filter1d

from planner.anatomy.spine.mri.first_path import Contrast
from planner.anatomy.spine.mri.sections import (
    RADIUS_STEP_MM,
    Sections,
    area_and_middle,
    closed_wall,
    falls_near,
    sections,
    smooth_wall,
)
from planner.geometry import Curve, Volume
from planner.geometry.arrays import FloatArray

SECTION_MM = 1.0
LEAST_MM, LARGEST_MM = 3.0, 14.0
"""A sac's wall lies this far from its middle (AP 12 mm at its narrowest, transverse 19 mm at C1 and 24 mm in the lumbar
spine, facts/spine canal_diameters)."""
USUAL_MM, AT_LEAST = 7.0, 0.5
"""Half a sac's usual width; nearer walls count less, AT_LEAST at the least: fluid in front of a bundle of roots has an
edge too."""
EDGE_MM = 1.5
"""An edge compares this much inside with this much outside."""
WALL_LEVEL, ROOT_LEVEL = 0.2, 0.5
"""Of the fluid's brightness: bone, ligament and dura are darker than the first, roots of the cauda equina and the cord
as bright as the second. A wall beside roots is told from the roots by it."""
FLUID_LEVEL, RING_BLEND = 0.8, 4.0
"""Fluid is as bright as this share of its level; over so many sections one way of seeing the wall gives way to the
other."""
BEGIN_SHARE, SHARP_MM = 0.1, 0.5
"""The wall is where the fluid's brightness has halved, but no further than this behind the beginning of the fall: a
broader fall than that of a sharp edge is fat beside the fluid, half as bright, not fluid."""
BLUR_SECTIONS = 1.5
LEVEL_MM = 15.0
"""The brightness of the fluid changes with the coils, over some centimetres."""
PATH_SMOOTH_MM = 5.0
ROUNDS = 3


@dataclass(frozen=True, slots=True, eq=False)
class SacWall:
    """The sac along ``path`` in ``sections`` about it: ``radius_mm`` (N, RAYS), ``fluid`` (N,) the level of the fluid
    (turned over on T1), ``fall`` (N, RAYS) relative fall across the wall 0 to 1, ``is_seen`` (N, RAYS)."""

    path: Curve
    sections: Sections
    radius_mm: FloatArray = field(repr=False)
    fluid: FloatArray = field(repr=False)
    fall: FloatArray = field(repr=False)
    is_seen: NDArray[np.bool_] = field(repr=False)

    @property
    def area_mm2(self) -> FloatArray:
        return area_and_middle(self.radius_mm)[0]

    @property
    def contrast(self) -> FloatArray:
        """(N,) mean fall across the seen wall."""
        seen = np.maximum(self.is_seen.sum(axis=1), 1)
        return cast(FloatArray, (self.fall * self.is_seen).sum(axis=1) / seen)

    @property
    def closed(self) -> FloatArray:
        """(N,) the fall that all but the weakest sixth of the seen wall reaches: is there a wall all around?"""
        held = np.where(self.is_seen, self.fall, np.nan)
        held[~self.is_seen.any(axis=1)] = 0.0
        weakest = np.nanpercentile(held, 16, axis=1)
        return cast(FloatArray, gaussian_filter1d(weakest, 2.0, mode="nearest"))

    @property
    def seen_share(self) -> FloatArray:
        return cast(FloatArray, self.is_seen.mean(axis=1))


def turned_over(mr: Volume, contrast: Contrast, bright: float) -> Volume:
    """``mr`` with the fluid bright. Float32."""
    values = mr.values.astype(np.float32)
    return Volume(mr.grid, values if contrast == "t2" else np.clip(bright - values, 0.0, None))


def sac_wall(fluid_bright: Volume, start: FloatArray) -> SacWall:
    """The wall around a rough path ``start`` (M, 3) from above down, moved into the middle of the sac found."""
    path = resampled(start, fluid_bright.space)
    wall = wall_around(fluid_bright, path)
    for _round in range(ROUNDS - 1):
        path = moved_to_middle(wall)
        wall = wall_around(fluid_bright, path)
    return wall


def resampled(xyz: FloatArray, space: str, smooth_mm: float = 0.0) -> Curve:
    """A curve with a point every SECTION_MM, blurred along itself."""
    rough = Curve.of(xyz, space)
    count = max(int(np.ceil(rough.length_mm / SECTION_MM)) + 1, 3)
    points = rough.at(np.linspace(0.0, rough.length_mm, count))
    if smooth_mm > 0.0:
        points = smooth_ends(points, smooth_mm / SECTION_MM)
    return Curve.of(points, space)


def smooth_ends(points: FloatArray, sigma: float) -> FloatArray:
    """(N, 3) blurred; mirrored through its ends (where a line through the last points ends), so that it does not
    shrink."""
    pad = min(int(np.ceil(3 * sigma)), len(points) - 1)
    points = points.copy()
    points[0], points[-1] = _line_end(points[: pad + 1]), _line_end(points[: -pad - 2 : -1])
    before = 2.0 * points[0] - points[pad:0:-1]
    after = 2.0 * points[-1] - points[-2 : -pad - 2 : -1]
    longer = np.concatenate([before, points, after])
    return cast(FloatArray, gaussian_filter1d(longer, sigma, axis=0)[pad : pad + len(points)])


def _line_end(points: FloatArray) -> FloatArray:
    """(3,) where a straight line through ``points`` (M, 3) has its first point."""
    place = np.arange(len(points), dtype=float)
    slope = ((place - place.mean())[:, None] * (points - points.mean(axis=0))).sum(axis=0)
    slope = slope / ((place - place.mean()) ** 2).sum()
    return cast(FloatArray, points.mean(axis=0) - slope * place.mean())


def wall_around(fluid_bright: Volume, path: Curve, is_ring: NDArray[np.bool_] | None = None) -> SacWall:
    """The wall about ``path``. ``is_ring`` (N,) where a cord is known to lie in the fluid, at every point of the path:
    there the fluid ends all around at the wall; elsewhere roots may lie between."""
    around = sections(fluid_bright, path, path.arc_mm)
    values = gaussian_filter1d(around.values, BLUR_SECTIONS, axis=0)
    fluid = fluid_level(values)
    ring = np.zeros(len(fluid)) if is_ring is None else gaussian_filter1d(is_ring.astype(float), RING_BLEND)
    chosen = closed_wall(wall_worth(values, around.is_seen, fluid, ring))
    falls = falls_near(values, chosen, (4, 4))
    radius = np.minimum(falls.radius_mm(0.5), falls.radius_mm(BEGIN_SHARE) + SHARP_MM)
    fall = np.clip((falls.high - falls.low) / np.maximum(fluid, 1e-6)[:, None], 0.0, 1.0)
    is_seen = np.take_along_axis(around.is_seen, np.minimum(chosen + 1, values.shape[2] - 1)[..., None], axis=2)[..., 0]
    return SacWall(path, around, smooth_wall(radius, 1.0, 0.7), fluid, fall, is_seen)


def fluid_level(values: NDArray[np.float32]) -> FloatArray:
    """(N,) how bright the fluid is: the brightest sixth within 8 mm, steadied over LEVEL_MM."""
    near = values[:, :, : round(8.0 / RADIUS_STEP_MM)].reshape(len(values), -1)
    level = np.percentile(near, 85, axis=1)
    steady = median_filter(level, size=max(3, round(LEVEL_MM / SECTION_MM)), mode="nearest")
    return cast(FloatArray, gaussian_filter1d(steady, 5.0, mode="nearest"))


def wall_worth(
    values: NDArray[np.float32], is_seen: NDArray[np.bool_], fluid: FloatArray, ring: FloatArray
) -> NDArray[np.float32]:
    """(N, RAYS, R) how much each place looks like the wall: fluid just inside, a fall outwards; 0 beyond the image.

    ``ring`` (N,) 0 to 1: where the fluid surrounds a cord its end counts, whatever lies outside (fat is grey); else the
    fall into the dark counts more, so that roots of the cauda equina are taken in."""
    width = round(EDGE_MM / RADIUS_STEP_MM)
    mean = uniform_filter1d(values, width, axis=2, mode="nearest") / np.maximum(fluid, 1e-6)[:, None, None]
    inner = np.roll(mean, width // 2 + 1, axis=2)
    outer = np.roll(mean, -(width // 2 + 1), axis=2)
    darkness = 0.3 + 0.7 * np.clip(1.0 - (outer - WALL_LEVEL) / (ROOT_LEVEL - WALL_LEVEL), 0.0, 1.0)
    fall = np.clip(inner - outer, 0.0, 1.0)
    with_roots = fall * np.clip(inner / ROOT_LEVEL, 0.0, 1.0) * darkness
    of_fluid = fall * np.clip((inner - ROOT_LEVEL) / (FLUID_LEVEL - ROOT_LEVEL), 0.0, 1.0)
    share = ring[:, None, None].astype(np.float32)
    worth = share * of_fluid + (1.0 - share) * with_roots
    worth[~is_seen] = 0.0
    radius = RADIUS_STEP_MM * np.arange(values.shape[2])
    worth *= np.interp(radius, (LEAST_MM, USUAL_MM), (AT_LEAST, 1.0))
    worth[:, :, (radius < LEAST_MM) | (radius > LARGEST_MM)] = -1.0
    return cast(NDArray[np.float32], worth.astype(np.float32))


def moved_to_middle(wall: SacWall) -> Curve:
    """The path through the centroids of the sections of the sac."""
    _area, middle = area_and_middle(wall.radius_mm)
    frames = wall.sections.frames
    moved = wall.sections.centres + middle[:, :1] * frames.back + middle[:, 1:] * frames.right
    return resampled(moved, wall.sections.space, PATH_SMOOTH_MM)
