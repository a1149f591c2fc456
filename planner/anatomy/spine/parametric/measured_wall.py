"""What a measured wall (of the canal on CT, of the sac on MRI) says about the section at every level."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from planner.anatomy.spine.parametric.line import SpineLine
from planner.geometry import Surface
from planner.geometry.arrays import FloatArray

WallOf = Literal["canal", "sac"]
NEAR_AXIS_MM = 2.5
"""Front and back are read this close to the midline, the sides this close to the middle."""
MIDDLE_SHARE = (0.25, 0.75)
"""Of a level, from disc middle to disc middle: where bone is all round; foramina and windows lie outside."""
FEWEST_POINTS = 3


@dataclass(frozen=True, slots=True, eq=False)
class WallSections:
    """Per level (N,), NaN where the wall was not seen: sizes, and the middle beside and behind the line, mm."""

    ap_mm: FloatArray = field(repr=False)
    width_mm: FloatArray = field(repr=False)
    right_mm: FloatArray = field(repr=False)
    back_mm: FloatArray = field(repr=False)


def wall_sections(wall: Surface, line: SpineLine, levels: int) -> WallSections:
    """From the vertices of a closed tube around ``line``."""
    arc, right, back = line.coordinates(wall.vertices).T
    is_side = (arc > line.arc_mm[0] + 1.0) & (arc < line.arc_mm[-1] - 1.0)  # not the caps
    place = line.place_of(arc)
    found = np.full((4, levels), np.nan)
    for level in range(levels):
        here = is_side & (place >= level + MIDDLE_SHARE[0]) & (place <= level + MIDDLE_SHARE[1])
        front, rear = _ends(back[here & (np.abs(right) < NEAR_AXIS_MM)])
        left, far_right = _ends(right[here & (np.abs(back) < NEAR_AXIS_MM)])
        found[:, level] = rear - front, far_right - left, (left + far_right) / 2, (front + rear) / 2
    return WallSections(*found)


def _ends(values: FloatArray) -> tuple[float, float]:
    """Middle of what lies below 0 and of what lies above."""
    low, high = values[values < 0], values[values > 0]
    if min(len(low), len(high)) < FEWEST_POINTS:
        return float("nan"), float("nan")
    return float(np.median(low)), float(np.median(high))
