"""The cord inside the sac: the dark round thing in the bright fluid, its middle and its outline."""

from dataclasses import dataclass, field
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, map_coordinates, median_filter, uniform_filter1d

from planner.anatomy.spine.mri.sac import SacWall
from planner.anatomy.spine.mri.sections import (
    RADIUS_STEP_MM,
    RAYS,
    Sections,
    area_and_middle,
    closed_wall,
    falls_near,
    sections,
    smooth_wall,
)
from planner.geometry import Volume
from planner.geometry.arrays import FloatArray

PIXEL_MM, HALF_MM = 0.5, 13.0
WALL_ROOM_MM = 1.2
"""The wall itself is dark too: the cord is looked for this far inside it."""
WINDOW_MM = 3.5
"""The cord is 6 to 13 mm across (facts/spine, cord_diameters): its middle is that of the darkness within this."""
SHIFTS = 6
STEADY_MM = 9
"""The middle of the cord moves smoothly: the median over so many mm of its length."""
LEAST_CONTRAST = 0.22
"""A cord is darker than the fluid by at least this share; noise of thin fluid is not a cord."""
LEAST_AREA_MM2, LARGEST_AREA_MM2 = 12.0, 130.0
"""Cord areas run from some 30 (T-spine) to 90 mm² (C5); the conus tapers to nothing (facts/spine, cord_diameters)."""
EDGE_SHARE = 0.4
"""of the way from the cord's grey to the fluid: where the manual mask of the shared cervical scan ends (half way draws
it 6 % larger)."""
UNEVEN = 2.0
"""Inside its outline the cord is evenly grey; between the roots of the cauda equina there is fluid. The spread of the
values there is this many times that of the cord above, or more (2.5 to 4 on the two shared scans with a conus)."""
LEAST_SPREAD = 0.06
"""Less than this share of the fluid is even, whatever the cord above is (0.02 to 0.05)."""
UNEVEN_OVER_MM = 11
UNEVEN_STAYS_MM, UNEVEN_STAYS_SHARE = 25, 0.6
"""Below the conus it stays uneven: over this length for this share of it."""
LEAST_ABOVE_MM, LEAST_BELOW_MM = 25, 8
"""Less than this of the cord, or of the cauda equina, is not enough to say where the cord ends."""
TAPERED = 0.6
"""The tip: the outline holds less than this share of the largest area of the enlargement above it."""
TAPERS_WITHIN_MM = 45
TIP_DOUBT_MM = 10.0
"""Half a lumbar vertebra: what is left unsaid by the two shared scans (8 mm off the template's own S4 end on PAM50)."""


@dataclass(frozen=True, slots=True)
class Conus:
    """Where the cord ends, as length along the path: a claim, between ``from_arc_mm`` (certainly cord down to there)
    and ``to_arc_mm`` (certainly cauda equina from there)."""

    arc_mm: float
    from_arc_mm: float
    to_arc_mm: float


@dataclass(frozen=True, slots=True, eq=False)
class CordLine:
    """The cord section by section of a sac: ``centres`` (N, 3), ``radius_mm`` (N, RAYS) about them, ``contrast`` (N,)
    with the fluid, ``uneven`` (N,) see UNEVEN, ``is_cord`` (N,), and the conus where the image shows it."""

    sections: Sections
    centres: FloatArray = field(repr=False)
    radius_mm: FloatArray = field(repr=False)
    contrast: FloatArray = field(repr=False)
    uneven: FloatArray = field(repr=False)
    is_cord: NDArray[np.bool_] = field(repr=False)
    conus: Conus | None = None

    @property
    def area_mm2(self) -> FloatArray:
        return area_and_middle(self.radius_mm)[0]


def cord_line(fluid_bright: Volume, wall: SacWall) -> CordLine:
    """The darkest round thing in each section of the sac, steadied along its length, and whether it is a cord."""
    pictures, is_inside = _pictures(fluid_bright, wall)
    darkness, contrast = _darkness(pictures, is_inside)
    offsets = _steady(_middle(darkness))
    frames = wall.sections.frames
    centres = wall.sections.centres + offsets[:, :1] * frames.back + offsets[:, 1:] * frames.right
    around = sections(fluid_bright, wall.path, wall.sections.arc_mm, centres)
    radius = _outline(around, wall, offsets)
    area = area_and_middle(radius)[0]
    level = np.maximum(wall.fluid, 1e-6).astype(np.float32)
    uneven = _unevenness(around.values / level[:, None, None], radius)
    is_cord = (contrast > LEAST_CONTRAST) & (area > LEAST_AREA_MM2) & (area < LARGEST_AREA_MM2)
    is_cord = median_filter(is_cord.astype(np.uint8), size=STEADY_MM, mode="nearest") > 0
    conus = _conus(uneven, area, wall.sections.arc_mm)
    if conus is not None:
        is_cord &= wall.sections.arc_mm <= conus.arc_mm
    return CordLine(around, centres, radius, contrast, uneven, is_cord, conus)


def _pictures(fluid_bright: Volume, wall: SacWall) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """(N, M, M) square sections (axis 1 to the back, 2 to the right) as shares of the fluid's level, and what lies
    within the sac."""
    offset = np.arange(-HALF_MM, HALF_MM + 0.01, PIXEL_MM)
    frames = wall.sections.frames
    back = offset[None, :, None, None] * frames.back[:, None, None, :]
    right = offset[None, None, :, None] * frames.right[:, None, None, :]
    index = fluid_bright.grid.to_index(wall.sections.centres[:, None, None, :] + back + right)
    values = map_coordinates(fluid_bright.values, np.moveaxis(index, -1, 0), output=np.float32, order=1, mode="nearest")
    values = gaussian_filter1d(values, 1.0, axis=0)
    distance, angle = np.hypot(offset[:, None], offset[None, :]), np.arctan2(offset[None, :], offset[:, None])
    ray = (angle / (2.0 * np.pi) * RAYS) % RAYS
    low = np.floor(ray).astype(int) % RAYS
    share = ray - np.floor(ray)
    reach = wall.radius_mm[:, low] * (1.0 - share) + wall.radius_mm[:, (low + 1) % RAYS] * share
    return values / np.maximum(wall.fluid, 1e-6)[:, None, None], distance[None] < reach - WALL_ROOM_MM


def _darkness(pictures: NDArray[np.float32], is_inside: NDArray[np.bool_]) -> tuple[NDArray[np.float32], FloatArray]:
    """(N, M, M) 0 in the fluid to 1 in the darkest tenth of the sac, and (N,) how much darker that is."""
    held = np.where(is_inside, pictures, np.nan)
    empty = ~is_inside.any(axis=(1, 2))
    held[empty] = 1.0
    dark, bright = np.nanpercentile(held, [10, 90], axis=(1, 2))
    contrast = np.clip(1.0 - dark / np.maximum(bright, 1e-6), 0.0, 1.0)
    depth = (bright[:, None, None] - pictures) / np.maximum(bright - dark, 0.05)[:, None, None]
    weight = np.clip(depth, 0.0, 1.0) ** 2 * is_inside
    return cast(NDArray[np.float32], weight.astype(np.float32)), cast(FloatArray, contrast)


def _middle(darkness: NDArray[np.float32]) -> FloatArray:
    """(N, 2) mm to the back and right: where the darkness is thickest within WINDOW_MM."""
    offset = np.arange(-HALF_MM, HALF_MM + 0.01, PIXEL_MM)
    middle = np.zeros((len(darkness), 2))
    for shift in range(SHIFTS):
        width = 2.0 * WINDOW_MM if shift < 2 else WINDOW_MM
        away = (offset[None, :, None] - middle[:, 0, None, None]) ** 2
        away = away + (offset[None, None, :] - middle[:, 1, None, None]) ** 2
        weight = darkness * np.exp(-away / (2.0 * width * width)) + 1e-9
        total = weight.sum(axis=(1, 2))
        back = (weight.sum(axis=2) * offset).sum(axis=1) / total
        right = (weight.sum(axis=1) * offset).sum(axis=1) / total
        middle = np.stack([back, right], axis=1)
    return middle


def _steady(offsets: FloatArray) -> FloatArray:
    steadied = median_filter(offsets, size=(STEADY_MM, 1), mode="nearest")
    return cast(FloatArray, gaussian_filter1d(steadied, 3.0, axis=0, mode="nearest"))


def _outline(around: Sections, wall: SacWall, offsets: FloatArray) -> FloatArray:
    """(N, RAYS) radius of the cord about its own middle: the rise to the fluid, inside the wall of the sac."""
    values = gaussian_filter1d(around.values, 1.0, axis=0)
    level = np.maximum(wall.fluid, 1e-6)[:, None, None]
    mean = uniform_filter1d(values, 2, axis=2, mode="nearest") / level
    inner, outer = np.roll(mean, 2, axis=2), np.roll(mean, -1, axis=2)
    worth = np.clip(outer - inner, 0.0, 1.0) * np.clip((1.1 - inner) / 0.5, 0.0, 1.0)
    reach = room_to(wall, offsets)
    radius = RADIUS_STEP_MM * np.arange(values.shape[2])
    worth[radius[None, None, :] > reach[..., None] - 0.25] = -0.5
    worth[:, :, radius < 1.0] = -1.0
    chosen = closed_wall(worth.astype(np.float32), rays_apart=1)
    found = falls_near(-values, chosen, (3, 3)).radius_mm(EDGE_SHARE)
    return np.minimum(smooth_wall(found, 1.0, 1.0), reach)


def room_to(wall: SacWall, offsets: FloatArray) -> FloatArray:
    """(N, RAYS) distance to the wall of the sac from points ``offsets`` (N, 2) mm back and right of its middle."""
    angle = 2.0 * np.pi * np.arange(RAYS) / RAYS
    back = wall.radius_mm * np.cos(angle) - offsets[:, :1]
    right = wall.radius_mm * np.sin(angle) - offsets[:, 1:]
    distance, seen_at = np.hypot(back, right), np.arctan2(right, back) % (2.0 * np.pi)
    reach = np.empty_like(distance)
    for k in range(len(distance)):
        reach[k] = np.interp(angle, *_sorted(seen_at[k], distance[k]), period=2.0 * np.pi)
    return reach


def _sorted(angle: FloatArray, distance: FloatArray) -> tuple[FloatArray, FloatArray]:
    order = np.argsort(angle)
    return angle[order], distance[order]


def _unevenness(shares: NDArray[np.float32], radius_mm: FloatArray) -> FloatArray:
    """(N,) spread of ``shares`` (N, RAYS, R) of the fluid's level inside the outline, over that of the cord above."""
    place = RADIUS_STEP_MM * np.arange(shares.shape[2])
    is_inside = place[None, None, :] < radius_mm[..., None] - 0.75
    weight = np.where(is_inside, place[None, None, :] + 0.1, 0.0)  # a ring counts as its length
    total = np.maximum(weight.sum(axis=(1, 2)), 1e-6)
    mean = (weight * shares).sum(axis=(1, 2)) / total
    spread = np.sqrt((weight * (shares - mean[:, None, None]) ** 2).sum(axis=(1, 2)) / total)
    spread = median_filter(spread, size=UNEVEN_OVER_MM, mode="nearest")
    usual = np.array([np.median(spread[: max(k, LEAST_ABOVE_MM)]) for k in range(len(spread))])
    return cast(FloatArray, spread / np.maximum(usual, LEAST_SPREAD / UNEVEN))


def _conus(uneven: FloatArray, area_mm2: FloatArray, arc_mm: FloatArray) -> Conus | None:
    """Where the cord becomes uneven for good, if there is cord above, and where it has tapered off after that."""
    is_uneven = uneven > UNEVEN
    for k in np.flatnonzero(is_uneven):
        below = is_uneven[k : k + UNEVEN_STAYS_MM]
        if k < LEAST_ABOVE_MM or len(below) < LEAST_BELOW_MM or below.mean() < UNEVEN_STAYS_SHARE:
            continue
        enlarged = float(area_mm2[max(0, k - 40) : k + 15].max())
        thin = np.flatnonzero(area_mm2[k : k + TAPERS_WITHIN_MM] < TAPERED * enlarged)
        tip = int(k + thin[0]) if len(thin) else min(int(k) + UNEVEN_OVER_MM, len(arc_mm) - 1)
        doubt = TIP_DOUBT_MM if len(thin) else 2.5 * TIP_DOUBT_MM
        return Conus(float(arc_mm[tip]), float(min(arc_mm[k], arc_mm[tip] - 5.0)), float(arc_mm[tip] + doubt))
    return None
