"""Cord segments against the vertebrae. Two landmarks: the vertebrae, and the conus, which moves the caudal part."""

from dataclasses import dataclass, field

import numpy as np
from scipy.interpolate import PchipInterpolator

from planner.anatomy.spine.levels import USUAL
from planner.anatomy.spine.parametric.measures import SegmentMeasures
from planner.anatomy.spine.parametric.parameters import SpineParameters
from planner.errors import PlannerError
from planner.geometry.arrays import FloatArray
from planner.i18n import _

FIXED_ABOVE = float(USUAL.index("T1"))
"""Above T1 a high or low conus moves nothing; below, the shift grows with the square of the distance. Assumed: cervical
segments hardly move between people (RootletSeg: up to 8 mm), the conus by three vertebrae (Saifuddin 1998)."""
TIP_WIDTH_SHARE = 0.5
"""The cone ends at half the width of S5, rounded."""


@dataclass(frozen=True, slots=True, eq=False)
class SegmentArcs:
    """``names`` C1 to S5 with their upper and lower ends as vertebral places (N,); the cord's sizes at their middles.
    ``conus`` is the end of the cord."""

    names: tuple[str, ...]
    top: FloatArray = field(repr=False)
    bottom: FloatArray = field(repr=False)
    ap_mm: FloatArray = field(repr=False)
    width_mm: FloatArray = field(repr=False)
    conus: float = 0.0

    def cord_mm(self, place: FloatArray) -> tuple[FloatArray, FloatArray]:
        """(M,) AP and transverse size of the cord at vertebral places; 0 below the conus."""
        middles = (self.top + self.bottom) / 2
        at = np.append(middles, self.conus)
        found = []
        for sizes in (self.ap_mm, self.width_mm):
            smooth = PchipInterpolator(at, np.append(sizes, sizes[-1] * TIP_WIDTH_SHARE))
            values = smooth(np.clip(place, at[0], at[-1]))
            found.append(np.where(place < self.conus, values, 0.0))
        return found[0], found[1]

    def at(self, place: float) -> str:
        """The segment at a vertebral place; empty below the conus."""
        if place > self.conus:
            return ""
        return self.names[int(np.clip(np.searchsorted(self.top, place, side="right") - 1, 0, len(self.names) - 1))]

    def place_in(self, place: float) -> float:
        """Segment number with fraction (C1's top = 0) at a vertebral place, for distances in segments."""
        ends = np.append(self.top, self.conus)
        return float(np.interp(place, ends, np.arange(len(ends), dtype=float)))


def segment_arcs(parameters: SpineParameters) -> SegmentArcs:
    """Raises PlannerError (code "conus-too-high") where no order of segments is left."""
    measured: tuple[SegmentMeasures, ...] = parameters.measures.segments
    conus = parameters.conus_place
    shift = conus - parameters.measures.conus
    top = _moved(np.array([one.top for one in measured]), parameters.measures.conus, shift)
    bottom = np.append(top[1:], conus)  # the table leaves gaps of its rounding
    if (bottom <= top).any():
        text = _("The end of the cord cannot lie that high. Mark the conus again.")
        raise PlannerError(text, code="conus-too-high")
    return SegmentArcs(
        names=tuple(one.name for one in measured),
        top=top,
        bottom=bottom,
        ap_mm=np.array([one.cord_ap_mm for one in measured]),
        width_mm=np.array([one.cord_width_mm for one in measured]),
        conus=conus,
    )


def _moved(place: FloatArray, conus: float, shift: float) -> FloatArray:
    room = conus - FIXED_ABOVE
    power = 2.0 if shift >= 0 else float(np.clip(0.9 * room / -shift, 1.0, 2.0))  # keeps the order of the segments
    share = np.clip((place - FIXED_ABOVE) / room, 0.0, 1.0)
    return place + shift * share**power
