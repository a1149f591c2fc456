"""The middle of the spinal canal on a T2 or T1 MRI, from the sac and the cord in it."""

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_opening, gaussian_filter1d, median_filter

from planner.anatomy.spine.mri.cord_line import CordLine, cord_line
from planner.anatomy.spine.mri.first_path import Contrast, FirstPath, first_path
from planner.anatomy.spine.mri.sac import SECTION_MM, SacWall, sac_wall, smooth_ends, turned_over, wall_around
from planner.anatomy.spine.mri.work_volume import WorkVolume, work_volume
from planner.anatomy.spine.outline import Canal
from planner.errors import RefusedError
from planner.geometry import Curve, Volume
from planner.geometry.arrays import FloatArray, frozen
from planner.i18n import _
from planner.progress import SILENT, Progress

LEAST_SCORE = 0.15
"""Median of the first path's scores: 0.4 to 1.05 on the three shared T2 scans, 0.2 on T1 with 4 mm slices."""
PLAIN_SCORE = 0.6
"""Better than this, and the other contrast is not tried."""
FIRST_SMOOTH_MM = 9.0
BLEND_MM = 6.0
"""The path changes from the middle of the cord to that of the sac over about this length."""
SURE_WALL, LOST_WALL = 0.6, 0.2
"""Mean fall across the wall, as a share of the fluid: above the first the wall is plain, below the second there is
none. 0.55 to 0.98 on the shared scans; 0.3 with thick slices and grey fat around a lumbar sac."""
SURE_CLOSED, LOST_CLOSED = 0.3, 0.12
"""The same for the weakest sixth of the wall all around: 0.28 to 0.95 on the shared scans (0.24 with 4 mm slices)."""
END_CLOSED = 0.08
"""The first and the last section have at least this."""
LEAST_CLOSED = 0.2
"""Upper quartile along the path: less is no canal at all."""
SMALLEST_MM2, LARGEST_MM2 = 45.0, 470.0
"""Area of the sac: 150 (T5) to 420 mm² (C1) on PAM50; more is the brain's cistern, less is no longer a sac."""
LEAST_SEEN = 0.6
STRAY_CHANGE = 0.45
"""The sac's area changes by less than this share within AREA_OVER_MM; more is a leap to something else."""
AREA_OVER_MM = 15.0
SHORTEST_MM = 15.0
UNSURE_MM = 4.0
"""Shorter doubts than this are not worth telling."""


@dataclass(frozen=True, slots=True, eq=False)
class MriOutline:
    """What the image shows along one path: the wall of the sac and the cord in it."""

    wall: SacWall
    cord: CordLine
    contrast: Contrast


def find_canal(mr: Volume, progress: Progress = SILENT) -> Canal:
    """The middle of the canal from above down: through the middle of the cord where it is seen (the same line as on a
    CT, which is measured against the cord too), else through the middle of the sac.

    ``method`` is ``mri-t2`` or ``mri-t1``; reasons of unsure stretches: ``weak-wall``, ``outside-image``, ``odd-size``,
    and on T1, where vessels look like a canal without a cord, ``no-cord``.
    Raises RefusedError (``mr-too-small``, ``mr-empty``, ``no-canal``) and Cancelled.
    """
    progress(0.0, _("Looking for the spinal canal"))
    work = work_volume(mr)
    first = _better_first_path(work, progress.part(0.05, 0.6))
    progress(0.6, _("Measuring the dural sac"))
    bright = turned_over(mr, first.contrast, work.bright)
    start = smooth_ends(first.xyz, FIRST_SMOOTH_MM / float(work.grid.spacing_mm[2]))
    wall = sac_wall(bright, start)
    keep = _trusted(wall)
    wall = wall_around(bright, Curve.of(wall.path.xyz[keep], mr.space))
    progress(0.85, _("Looking for the cord"))
    wall, cord = with_cord(bright, wall)
    path = _middle_path(wall, cord)
    is_cord = _near(cord.is_cord, len(path.xyz))
    return _canal(wall_around(bright, path, is_cord), first.contrast, is_cord)


def outline(mr: Volume, canal: Canal) -> MriOutline:
    """Sac and cord around a canal found by :func:`find_canal` in the same image."""
    contrast: Contrast = "t1" if canal.method == "mri-t1" else "t2"
    bright = turned_over(mr, contrast, float(np.percentile(np.asarray(mr.values, dtype=np.float32), 98)))
    path = Curve.of(canal.path.at(np.arange(0.0, canal.path.length_mm, SECTION_MM)), mr.space)
    return MriOutline(*with_cord(bright, wall_around(bright, path)), contrast)


def with_cord(fluid_bright: Volume, wall: SacWall) -> tuple[SacWall, CordLine]:
    """Cord and sac together: once the cord is known the end of the fluid around it is the wall, and then the cord is
    looked for again."""
    cord = cord_line(fluid_bright, wall)
    if not cord.is_cord.any():
        return wall, cord
    wall = wall_around(fluid_bright, wall.path, cord.is_cord)
    return wall, cord_line(fluid_bright, wall)


def _better_first_path(work: WorkVolume, progress: Progress) -> FirstPath:
    """T2 or T1, whichever way the image looks more like a canal."""
    best = first_path(work, "t2", progress)
    if float(np.median(best.score)) < PLAIN_SCORE:
        other = first_path(work, "t1", progress)
        best = max(best, other, key=lambda path: float(np.median(path.score)))
    progress(1.0)
    if float(np.median(best.score)) < LEAST_SCORE:
        raise _no_canal()
    return best


def _no_canal() -> RefusedError:
    text = _("No spinal canal was found in this MRI. Choose a sagittal or axial T2 series of the spine.")
    return RefusedError(text, code="no-canal")


def _trusted(wall: SacWall) -> slice:
    """The longest stretch from the best section outwards on which there is a sac of a plausible size."""
    area, contrast = wall.area_mm2, gaussian_filter1d(wall.contrast, 3.0, mode="nearest")
    is_sac = (area > SMALLEST_MM2) & (area < LARGEST_MM2) & (contrast > LOST_WALL) & (wall.seen_share > 0.4)
    usual = median_filter(area, size=max(3, round(AREA_OVER_MM / SECTION_MM)), mode="nearest")
    span = round(AREA_OVER_MM / SECTION_MM)
    leaps = np.abs(np.log(np.maximum(usual[span:], 1.0) / np.maximum(usual[:-span], 1.0))) > -np.log(1.0 - STRAY_CHANGE)
    is_sac[span // 2 : span // 2 + len(leaps)] &= ~leaps
    is_sac = binary_opening(np.pad(is_sac, 8, mode="edge"), np.ones(7))[8:-8] if len(is_sac) > 20 else is_sac
    stretches = _stretches(is_sac)
    if not stretches:
        raise _no_canal()
    first, last = _joined(stretches, wall)
    is_closed = float(np.percentile(wall.closed[first : last + 1], 75)) > LEAST_CLOSED
    if (last - first) * SECTION_MM < SHORTEST_MM or not is_closed:
        raise _no_canal()
    first, last = _without_lost_ends(wall.closed, first, last)
    return slice(first, last + 1)


def _without_lost_ends(closed: FloatArray, first: int, last: int) -> tuple[int, int]:
    """Without what has no wall around it at the ends: in the skull the cisterns go on where the canal has ended."""
    is_walled = np.flatnonzero(closed[first : last + 1] > END_CLOSED)
    return (first + int(is_walled[0]), first + int(is_walled[-1])) if len(is_walled) else (first, last)


def _joined(stretches: list[tuple[int, int]], wall: SacWall) -> tuple[int, int]:
    """The longest stretch, with those that follow after a gap shorter than both itself and they."""
    number = max(range(len(stretches)), key=lambda k: stretches[k][1] - stretches[k][0])
    first, last = stretches[number]
    for low, high in stretches[number + 1 :]:
        if low - last < min(high - low, 60):
            last = high
    for low, high in reversed(stretches[:number]):
        if first - high < min(high - low, 60):
            first = low
    return first, min(last, len(wall.path.xyz) - 1)


def _stretches(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last index of every run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return [(int(low), int(high) - 1) for low, high in zip(edges[::2], edges[1::2], strict=True)]


def _middle_path(wall: SacWall, cord: CordLine) -> Curve:
    weight = gaussian_filter1d(cord.is_cord.astype(float), BLEND_MM / SECTION_MM, mode="nearest")[:, None]
    blended = weight * cord.centres + (1.0 - weight) * wall.sections.centres
    return Curve.of(smooth_ends(cast(FloatArray, blended), 2.0), wall.path.space)


def _near(is_cord: NDArray[np.bool_], count: int) -> NDArray[np.bool_]:
    """(count,) the same flags on a path with another number of points."""
    place = np.rint(np.linspace(0, len(is_cord) - 1, count)).astype(int)
    return cast(NDArray[np.bool_], is_cord[place])


def _canal(wall: SacWall, contrast: Contrast, is_cord: NDArray[np.bool_]) -> Canal:
    plain = np.clip((wall.contrast - LOST_WALL) / (SURE_WALL - LOST_WALL), 0.0, 1.0)
    plain = np.minimum(plain, np.clip((wall.closed - LOST_CLOSED) / (SURE_CLOSED - LOST_CLOSED), 0.0, 1.0))
    seen = np.clip((wall.seen_share - 0.4) / (LEAST_SEEN - 0.4), 0.0, 1.0)
    area = wall.area_mm2
    sized = np.where((area > SMALLEST_MM2) & (area < LARGEST_MM2), 1.0, 0.3)
    vouched = np.where(is_cord | (contrast == "t2"), 1.0, 0.4)
    certainty = gaussian_filter1d(plain * seen * sized * vouched, 2.0, mode="nearest")
    doubts = {"weak-wall": plain < 0.5, "outside-image": seen < 0.5, "odd-size": sized < 1.0, "no-cord": vouched < 1.0}
    unsure = [
        (float(wall.sections.arc_mm[low]), float(wall.sections.arc_mm[high]), code)
        for code, flags in doubts.items()
        for low, high in _stretches(flags)
        if (high - low + 1) * SECTION_MM >= UNSURE_MM
    ]
    radius = wall.radius_mm.min(axis=1)
    return Canal(wall.path, frozen(certainty), frozen(radius), f"mri-{contrast}", tuple(sorted(unsure)))
