"""Vertebrae on MRI: what lies between two discs. Bounded and counted, not named: that needs an anchor."""

from itertools import pairwise

import numpy as np

from planner.anatomy.spine.mri.canal import outline
from planner.anatomy.spine.mri.discs import FROM_MM, TO_MM, Disc, body_strip, find_discs
from planner.anatomy.spine.mri.sac import SacWall
from planner.anatomy.spine.mri.sections import RAYS
from planner.anatomy.spine.outline import Canal, Vertebra
from planner.geometry import Curve, Volume
from planner.geometry.arrays import FloatArray
from planner.i18n import _
from planner.progress import SILENT, Progress

DEPTH_TO_GAP = 0.93
"""Depth of a body (AP) over the distance from disc to disc: 0.9 to 1.0 from C3 to L4 (facts/spine, vertebral_body_dims
and disc_heights)."""
LEAST_OF_CUT = 0.3
"""A vertebra at the end of the canal is told of when more than this share of its neighbour's height is seen."""
USUAL_END = 1.15
"""and no more of it is claimed than this share: above C2 and in the sacrum there are no discs to end it."""
LONE_GAP_MM = 25.0
"""From disc to disc where only one is seen: that of a mid-thoracic vertebra."""
ROOM_MM = 1.5
"""The wall of the sac and the ligament behind the bodies."""


def find_vertebrae(mr: Volume, canal: Canal, progress: Progress = SILENT) -> tuple[Vertebra, ...]:
    """Vertebrae from above, ``found`` and without names; empty when no discs are seen. ``is_cut``: only one of its
    discs is in the image."""
    progress(0.0, _("Looking for the discs"))
    wall = outline(mr, canal).wall
    front = np.interp(canal.path.arc_mm, wall.sections.arc_mm, front_of(wall))
    strip = body_strip(mr, canal.path, front)
    progress(0.5, _("Looking for the discs"))
    discs = find_discs(strip)
    progress(1.0)
    return vertebrae_between(discs, canal, front)


def front_of(wall: SacWall) -> FloatArray:
    """(N,) distance from the path to the front of the sac."""
    middle = RAYS // 2
    return np.asarray(wall.radius_mm[:, middle - 2 : middle + 3].mean(axis=1))


def vertebrae_between(discs: tuple[Disc, ...], canal: Canal, front_mm: FloatArray) -> tuple[Vertebra, ...]:
    """One vertebra between each pair of neighbouring discs, and the cut ones at the ends."""
    whole = [_vertebra(upper, lower, canal, front_mm) for upper, lower in pairwise(discs)]
    if not discs:
        return ()
    first, last = discs[0], discs[-1]
    gaps = [lower.arc_mm - upper.arc_mm for upper, lower in pairwise(discs)]
    above, below = (gaps[0], gaps[-1]) if gaps else (LONE_GAP_MM, LONE_GAP_MM)
    ends = canal.path.length_mm
    if first.top_mm > LEAST_OF_CUT * above:
        whole.insert(0, _cut(max(0.0, first.top_mm - USUAL_END * above), first.top_mm, first, canal, front_mm))
    if ends - last.bottom_mm > LEAST_OF_CUT * below:
        bottom = min(ends, last.bottom_mm + USUAL_END * below)
        whole.append(_cut(last.bottom_mm, bottom, last, canal, front_mm))
    return tuple(whole)


def _vertebra(upper: Disc, lower: Disc, canal: Canal, front_mm: FloatArray) -> Vertebra:
    gap = lower.arc_mm - upper.arc_mm
    ahead = _half_depth(gap)
    slope = 0.5 * (upper.slope + lower.slope)
    middle = 0.5 * (upper.bottom_mm + lower.top_mm)
    sure = min(upper.strength, lower.strength, 1.0) * _certainty(canal, upper.bottom_mm, lower.top_mm)
    return Vertebra(
        name="",
        state="found",
        centre=_ahead(canal.path, front_mm, middle, ahead, slope),
        top_arc_mm=upper.bottom_mm,
        bottom_arc_mm=lower.top_mm,
        certainty=float(np.clip(sure, 0.0, 1.0)),
        top_centre=_ahead(canal.path, front_mm, upper.bottom_mm, ahead, upper.slope),
        bottom_centre=_ahead(canal.path, front_mm, lower.top_mm, ahead, lower.slope),
    )


def _cut(top: float, bottom: float, disc: Disc, canal: Canal, front_mm: FloatArray) -> Vertebra:
    ahead = _half_depth(max(bottom - top, 15.0))
    centre = _ahead(canal.path, front_mm, 0.5 * (top + bottom), ahead, disc.slope)
    sure = 0.6 * min(disc.strength, 1.0) * _certainty(canal, top, bottom)
    return Vertebra("", "found", centre, top, bottom, float(np.clip(sure, 0.0, 1.0)), is_cut=True)


def _half_depth(gap_mm: float) -> float:
    return 0.5 * DEPTH_TO_GAP * gap_mm + ROOM_MM


def _certainty(canal: Canal, from_arc_mm: float, to_arc_mm: float) -> float:
    arc = canal.path.arc_mm
    within = (arc >= from_arc_mm) & (arc <= to_arc_mm)
    return float(canal.certainty[within].mean()) if within.any() else 0.0


def _ahead(
    path: Curve, front_mm: FloatArray, arc_mm: float, ahead_mm: float, slope: float
) -> tuple[float, float, float]:
    """A point in the body, ``ahead_mm`` in front of the sac, on a line that rises with ``slope`` towards the front.

    The arc was measured in the middle of the strip (9.5 mm in front of the sac)."""
    frames = path.frames([arc_mm])
    front = float(np.interp(arc_mm, path.arc_mm, front_mm))
    rise = slope * (ahead_mm - 0.5 * (FROM_MM + TO_MM))
    point = path.at(arc_mm)[0] - (front + ahead_mm) * frames.back[0] - rise * frames.down[0]
    return float(point[0]), float(point[1]), float(point[2])
