"""Canal, sac and cord across the line: sizes at every vertebral place, and the dorsal CSF they leave."""

from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.interpolate import PchipInterpolator

from planner.anatomy.spine.parametric.measures import LevelMeasures
from planner.anatomy.spine.parametric.parameters import SpineParameters
from planner.anatomy.spine.parametric.segments import SegmentArcs
from planner.geometry.arrays import FloatArray

Sizes = TypeVar("Sizes", float, FloatArray)
FRONT_SHARE = 0.35
"""Of the room between sac and bone that lies in front (veins, ligament); the rest is dorsal fat. Assumed."""
ROOF = 0.3
"""How much the canal narrows towards its roof, which the laminae make pointed. Drawn."""
LEAST_GAP_MM = 0.4
"""Between cord and dura, and between dura and bone: nothing may touch."""


@dataclass(frozen=True, slots=True, eq=False)
class Sections:
    """Samples over vertebral ``place`` (N,). Every outline is an ellipse in (right, back) with half axes and a centre
    on the midline; the canal's centre is the line itself. ``window_mm``: how much further back the canal reaches at the
    windows between the laminae. ``cord_ap`` is 0 below the conus, ``sac_ap`` 0 below the end of the sac."""

    place: FloatArray = field(repr=False)
    canal_half_ap: FloatArray = field(repr=False)
    canal_half_width: FloatArray = field(repr=False)
    window_mm: FloatArray = field(repr=False)
    sac_half_ap: FloatArray = field(repr=False)
    sac_half_width: FloatArray = field(repr=False)
    sac_back: FloatArray = field(repr=False)
    cord_half_ap: FloatArray = field(repr=False)
    cord_half_width: FloatArray = field(repr=False)
    cord_back: FloatArray = field(repr=False)

    def at(self, place: ArrayLike, name: str) -> FloatArray:
        """(M,) of one quantity by its field name."""
        wanted = np.atleast_1d(np.asarray(place, dtype=float))
        found: FloatArray = np.interp(wanted, self.place, getattr(self, name))
        return found

    def dorsal_csf_mm(self, place: ArrayLike) -> FloatArray:
        """(M,) midline depth of the CSF behind the cord; NaN where there is no cord."""
        sac = self.at(place, "sac_back") + self.at(place, "sac_half_ap")
        cord = self.at(place, "cord_back") + self.at(place, "cord_half_ap")
        return np.where(self.at(place, "cord_half_ap") > 0, sac - cord, np.nan)


STEP = 0.02
"""Of a vertebra, between samples."""


def sections(parameters: SpineParameters, levels: tuple[LevelMeasures, ...], segments: SegmentArcs) -> Sections:
    place = np.arange(0.0, len(levels) + STEP / 2, STEP)
    canal_ap = _over(levels, "canal_ap_mm", place)
    canal_width = _over(levels, "canal_width_mm", place)
    sac_ap = np.minimum(_over(levels, "sac_ap_mm", place), canal_ap - 2 * LEAST_GAP_MM)
    sac_width = np.minimum(_over(levels, "sac_width_mm", place), canal_width - 2 * LEAST_GAP_MM)
    closing = _rounded_end(place, parameters.sac_end_place, reach=0.8)
    sac_back = sac_back_mm(canal_ap, sac_ap)
    cord_ap, cord_width = segments.cord_mm(place)
    cord_ap = np.minimum(cord_ap, sac_ap - 4 * LEAST_GAP_MM) * (cord_ap > 0)
    cord_width = np.minimum(cord_width, sac_width - 4 * LEAST_GAP_MM) * (cord_width > 0)
    csf = dorsal_csf(parameters, levels, place)
    csf = np.clip(csf, LEAST_GAP_MM, np.maximum(sac_ap - cord_ap - LEAST_GAP_MM, LEAST_GAP_MM))
    cord_back = sac_back + sac_ap / 2 - csf - cord_ap / 2
    return Sections(
        place=place,
        canal_half_ap=canal_ap / 2,
        canal_half_width=canal_width / 2,
        window_mm=_windows(levels, place, canal_ap / 2 - sac_back - sac_ap / 2),
        sac_half_ap=sac_ap / 2 * closing,
        sac_half_width=sac_width / 2 * closing,
        sac_back=sac_back,
        cord_half_ap=cord_ap / 2,
        cord_half_width=cord_width / 2,
        cord_back=cord_back,
    )


def sac_back_mm(canal_ap: Sizes, sac_ap: Sizes) -> Sizes:
    """How far the sac's middle lies behind the canal's."""
    return (FRONT_SHARE - 0.5) * (canal_ap - sac_ap)


def inscribed_mm(ap_mm: float, width_mm: float) -> float:
    """Radius of the largest circle around the middle of a section that narrows towards its roof."""
    angle = np.linspace(0, 2 * np.pi, 180, endpoint=False)
    v = np.sin(angle)
    u = np.cos(angle) * (1 - ROOF * np.maximum(v, 0.0) ** 2)
    return float(np.hypot(u * width_mm / 2, v * ap_mm / 2).min())


def dorsal_csf(parameters: SpineParameters, levels: tuple[LevelMeasures, ...], place: FloatArray) -> FloatArray:
    """Of the measures, in the chosen posture."""
    csf = _over(levels, "dorsal_csf_mm", place)
    if parameters.posture == "prone":
        csf = csf + _over(levels, "prone_csf_mm", place)
    return csf


def _over(levels: tuple[LevelMeasures, ...], name: str, place: FloatArray) -> FloatArray:
    """The table's number at the middle of each vertebra, joined without overshoot, held at the ends."""
    middles = np.arange(len(levels)) + 0.5
    values = np.array([getattr(one, name) for one in levels])
    found: FloatArray = PchipInterpolator(middles, values)(np.clip(place, middles[0], middles[-1]))
    return found


def _windows(levels: tuple[LevelMeasures, ...], place: FloatArray, base_mm: FloatArray) -> FloatArray:
    """A saw along the canal: dorsal epidural depth is greatest at the window above each vertebra (the table's number)
    and least under the upper part of its lamina."""
    depths = np.array([one.epidural_mm for one in levels])
    window = np.interp(place, np.arange(len(levels), dtype=float), depths)
    saw = 0.5 + 0.5 * np.cos(2 * np.pi * (place - np.round(place)))
    found: FloatArray = np.maximum(window - base_mm, 0.0) * saw**2
    return found


def _rounded_end(place: FloatArray, end: float, reach: float) -> FloatArray:
    """1 above, 0 from ``end`` on, like the end of an ellipsoid ``reach`` vertebrae long."""
    inside = np.clip((end - place) / reach, 0.0, 1.0)
    return np.sqrt(1 - (1 - inside) ** 2)
