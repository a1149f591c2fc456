"""The middle of the spinal canal on CT."""

import numpy as np
from scipy.ndimage import uniform_filter1d

from planner.anatomy.spine.ct.path import LEVEL, coarse_path, enclosed
from planner.anatomy.spine.ct.planes import sampled, smooth_curve
from planner.anatomy.spine.ct.tube import DIRECTIONS, LEAK, STEP_MM, Tube, centred, tube_around
from planner.anatomy.spine.ct.turn import looks_like_a_spine
from planner.anatomy.spine.ct.walk import enclosure_along, walked
from planner.anatomy.spine.ct.work_grid import OUTSIDE, work_grid
from planner.anatomy.spine.ct.work_grid import STEP_MM as GRID_STEP_MM
from planner.anatomy.spine.outline import Canal
from planner.errors import RefusedError
from planner.geometry import Curve, Volume
from planner.geometry.arrays import FloatArray
from planner.i18n import _
from planner.progress import SILENT, Progress

METHOD = "ct-bone"
SHORTEST_MM = 30.0
"""Less than one lumbar vertebra with its disc: too little to know a canal by."""
ENCLOSED = 0.88
"""Share of directions that bone closes within half a vertebra, mean over the path: spines have 0.97 and more; a skull
base 0.81 over 40 mm (measured on the shared scans)."""
ENCLOSED_LONG, LONG_MM = 0.7, 100.0
"""A long path keeps less where arches are missing behind."""
FEWEST_SLICES = 5
STEP_UP_MM = GRID_STEP_MM[2]
METAL_HU = 2500
"""Above enamel and dense bone (reference: cortical bone below 2000 HU)."""
OPEN_MM = 20.0
"""An arch is missing when the back wall is open this far: the gap between two laminae is at most 18.5 mm (facts/spine,
lamina_interlaminar: L4-L5 in flexion)."""
EDGE_MM = 4.0


def find_canal(ct: Volume, progress: Progress = SILENT) -> Canal:
    """The canal's middle, from above downwards, in the CT's space.

    Raises RefusedError with code not-ct, too-few-slices or no-spine.
    """
    check_ct(ct)
    progress(0.0, _("Looking for the spinal canal"))
    grid = work_grid(ct, progress.part(0.0, 0.5))
    way, share = coarse_path(grid, enclosed(grid, progress.part(0.5, 0.7)))
    if len(way) < 2 or (len(way) - 1) * STEP_UP_MM < SHORTEST_MM or share.mean() < LEVEL:
        raise _no_spine()
    progress(0.8)
    path, _tube = centred(ct, smooth_curve(grid.to_world(way)[::-1], ct.space, STEP_MM, 4.0))
    progress(0.9)
    path, tube = centred(ct, walked(ct, path), 1)
    enough = ENCLOSED if path.length_mm < LONG_MM else ENCLOSED_LONG
    if path.length_mm < SHORTEST_MM or enclosure_along(tube).mean() < enough or not looks_like_a_spine(ct, tube):
        raise _no_spine()
    return _judged(ct, path, tube)


def _no_spine() -> RefusedError:
    text = _("No spinal canal was found in this CT. Choose an image that shows the spine, at least one vertebra.")
    return RefusedError(text, code="no-spine")


def check_ct(ct: Volume) -> None:
    """Raises RefusedError when this is no CT in Hounsfield units, or only a few slices."""
    if min(ct.grid.shape) < FEWEST_SLICES:
        text = _("This image has only {count} slices. The spine needs a whole series.")
        raise RefusedError(text.format(count=min(ct.grid.shape)), code="too-few-slices")
    some = ct.values[tuple(slice(None, None, max(count // 64, 1)) for count in ct.grid.shape)]
    if not np.isfinite(some).all() or some.min() > -50 or some.max() < 300:
        text = _("This image does not hold CT numbers (air, fat and bone). Choose a CT.")
        raise RefusedError(text, code="not-ct")


def canal_tube(ct: Volume, canal: Canal) -> Tube:
    """The wall seen from the canal's path."""
    return tube_around(ct, canal.path)


def _judged(ct: Volume, path: Curve, tube: Tube) -> Canal:
    arc = path.arc_mm
    certainty = np.interp(arc, tube.planes.arc_mm, enclosure_along(tube))
    radius = np.interp(arc, tube.planes.arc_mm, tube.wall_mm.min(axis=1))
    unsure = _open_behind(tube) + _metal(ct, tube) + _edges(ct, tube)
    for start, end, _reason in unsure:
        certainty[(arc >= start) & (arc <= end)] *= 0.5
    return Canal(path, certainty, radius, METHOD, tuple(sorted(unsure)))


def _open_behind(tube: Tube) -> list[tuple[float, float, str]]:
    """Stretches where no bone lies behind for longer than the gap between two laminae."""
    behind = np.abs(np.arange(DIRECTIONS) * 360.0 / DIRECTIONS - 90.0) <= 25.0
    is_open = (tube.hit_mm[:, behind] <= LEAK * tube.wall_mm[:, behind]).mean(axis=1) < 0.25
    return [(a, b, "open-behind") for a, b in stretches(is_open, tube.planes.arc_mm) if b - a > OPEN_MM]


def _metal(ct: Volume, tube: Tube) -> list[tuple[float, float, str]]:
    side = np.arange(-30.0, 31.0, 3.0)
    stack = sampled(ct, tube.planes, side, side)
    has_metal = uniform_filter1d((stack > METAL_HU).any(axis=(1, 2)).astype(float), 9, mode="nearest") > 0.3
    return [(a, b, "metal") for a, b in stretches(has_metal, tube.planes.arc_mm)]


def _edges(ct: Volume, tube: Tube) -> list[tuple[float, float, str]]:
    """Stretches where the image does not show the whole canal."""
    side = np.arange(-9.0, 10.0, 3.0)
    cut = (sampled(ct, tube.planes, side, side) == OUTSIDE).any(axis=(1, 2))
    return [(a, b, "image-edge") for a, b in stretches(cut, tube.planes.arc_mm)]


def stretches(flags: np.ndarray, arc_mm: FloatArray) -> list[tuple[float, float]]:
    """(from, to) mm of every run of True."""
    edge = np.diff(np.concatenate([[0], flags.astype(int), [0]]))
    starts, ends = np.nonzero(edge == 1)[0], np.nonzero(edge == -1)[0] - 1
    return [(float(arc_mm[a]), float(arc_mm[b])) for a, b in zip(starts, ends, strict=True)]
