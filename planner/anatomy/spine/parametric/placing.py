"""The atlas's line laid along a patient's canal: matched level by level, bent and twisted as the patient is."""

from dataclasses import dataclass, field

import numpy as np
from scipy.ndimage import gaussian_filter1d

from planner.anatomy.spine.outline import Canal, Vertebra
from planner.anatomy.spine.parametric.line import SpineLine, unit
from planner.anatomy.spine.parametric.own_line import OwnLine
from planner.errors import PlannerError
from planner.geometry.arrays import FloatArray
from planner.i18n import _

STEP_MM = 1.0
SCALE_SPAN = (0.6, 1.6)
"""A measured canal outside this share of the atlas's is taken as a failed measurement and cut to it."""
FARTHEST_MM = 4.0
"""A path is not further than this from the middle of the canal it was found in."""
RADIUS_SMOOTH_MM = 12.0


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """``line`` on the patient; arcs (N,) of every level's end plates on it (beyond its ends for levels out of sight);
    ``scale`` of the patient's vertebrae against the atlas's."""

    line: SpineLine
    top_arc_mm: FloatArray = field(repr=False)
    bottom_arc_mm: FloatArray = field(repr=False)
    scale: float

    @property
    def middle_arc_mm(self) -> FloatArray:
        middles: FloatArray = (self.top_arc_mm + self.bottom_arc_mm) / 2
        return middles


def place_line(own: OwnLine, names: tuple[str, ...], canal: Canal, vertebrae: tuple[Vertebra, ...]) -> Placed:
    """Raises PlannerError: no vertebra has a name (code "no-level-name"), or names are not in order ("level-order")."""
    named = _named(names, vertebrae)
    atlas, patient = _landmarks(own, names, named)
    scale = _scale(atlas, patient)
    path = canal.path
    arcs = np.arange(0.0, path.length_mm, STEP_MM)
    own_arcs = _extended(arcs, patient, atlas, 1 / scale)
    is_spine = (own_arcs > own.line.arc_mm[0]) & (own_arcs < own.line.arc_mm[-1])
    if is_spine.sum() < 3:
        text = _("The named vertebrae do not lie on the canal. Check the level names.")
        raise PlannerError(text, code="level-order")
    arcs, own_arcs = arcs[is_spine], own_arcs[is_spine]
    back, places = _back(canal, named, arcs), own.line.place_of(own_arcs)
    line = SpineLine.of(path.at(arcs), back, places, path.space, float(arcs[0]))
    tops, bottoms = (_extended(ends, atlas, patient, scale) for ends in (own.top_arc_mm, own.bottom_arc_mm))
    return Placed(line, tops, bottoms, scale)


def radius_scales(canal: Canal, placed: Placed, radius_at_level: FloatArray) -> FloatArray:
    """(N,) the patient's canal against the atlas's at every level, from the largest circle around the path; 1 where it
    was not measured."""
    arcs = canal.path.arc_mm
    known = np.isfinite(canal.radius_mm) & (canal.radius_mm > 0)
    middles = placed.middle_arc_mm
    if not known.any():
        return np.ones(len(middles))
    steps = np.arange(0.0, canal.path.length_mm + STEP_MM, STEP_MM)
    radius = np.interp(steps, arcs[known], canal.radius_mm[known])
    smooth = gaussian_filter1d(radius, RADIUS_SMOOTH_MM / STEP_MM, mode="nearest")
    ratio = np.clip(np.interp(middles, steps, smooth) / radius_at_level, *SCALE_SPAN)
    return np.asarray(ratio)


def wall_scales(measured_mm: FloatArray, atlas_mm: FloatArray) -> FloatArray:
    """(N,) measured over the atlas's size per level; levels that were not seen take their neighbours' scale."""
    ratio = np.clip(measured_mm / atlas_mm, *SCALE_SPAN)
    return _filled(ratio, 1.0)


def moved(placed: Placed, right_mm: FloatArray, back_mm: FloatArray) -> Placed:
    """The line shifted sideways by what is given per level (N,; NaN where unknown), so that it runs in the middle."""
    line = placed.line
    levels = np.arange(len(right_mm)) + 0.5
    shifts = [
        gaussian_filter1d(np.interp(line.place, levels, _filled(np.clip(one, -FARTHEST_MM, FARTHEST_MM), 0.0)), 6.0)
        for one in (right_mm, back_mm)
    ]
    new = SpineLine.of(line.at(line.arc_mm, *shifts), line.back, line.place, line.space, float(line.arc_mm[0]))
    ends = placed.top_arc_mm, placed.bottom_arc_mm
    tops, bottoms = (_extended(one, line.arc_mm, new.arc_mm, 1.0) for one in ends)
    return Placed(new, tops, bottoms, placed.scale)


def _filled(values: FloatArray, default: float) -> FloatArray:
    """Unknown values from the nearest known ones, straight in between; ``default`` when none is known."""
    known = np.isfinite(values)
    if not known.any():
        return np.full(len(values), default)
    places = np.arange(len(values))
    return np.asarray(np.interp(places, places[known], values[known]))


def _named(names: tuple[str, ...], vertebrae: tuple[Vertebra, ...]) -> tuple[Vertebra, ...]:
    named = tuple(one for one in vertebrae if one.name in names)
    if not named:
        text = _("No vertebra has a name yet. Name one level, then place the atlas.")
        raise PlannerError(text, code="no-level-name")
    places = [names.index(one.name) for one in named]
    middles = [(one.top_arc_mm + one.bottom_arc_mm) / 2 for one in named]
    if (np.diff(places) <= 0).any() or (np.diff(middles) <= 0).any():
        text = _("The level names do not run in order from above. Correct them, then place the atlas.")
        raise PlannerError(text, code="level-order")
    return named


def _landmarks(own: OwnLine, names: tuple[str, ...], named: tuple[Vertebra, ...]) -> tuple[FloatArray, FloatArray]:
    """End plates on the atlas's line and on the patient's canal, both strictly rising. Cut bodies count only where
    nothing else is known."""
    whole = [one for one in named if not one.is_cut] or list(named)
    atlas: list[float] = []
    patient: list[float] = []
    for one in whole:
        index = names.index(one.name)
        ends = ((own.top_arc_mm[index], one.top_arc_mm), (own.bottom_arc_mm[index], one.bottom_arc_mm))
        for here, there in ends:
            if not patient or (there > patient[-1] + 0.5 and here > atlas[-1]):
                atlas.append(float(here))
                patient.append(float(there))
    if len(atlas) < 2:  # one flat body: its middle, at the atlas's own scale
        index = names.index(whole[0].name)
        middle = (whole[0].top_arc_mm + whole[0].bottom_arc_mm) / 2
        half = (own.bottom_arc_mm[index] - own.top_arc_mm[index]) / 2
        return own.top_arc_mm[[index]] + np.array([0.0, 2 * half]), np.array([middle - half, middle + half])
    return np.array(atlas), np.array(patient)


def _scale(atlas: FloatArray, patient: FloatArray) -> float:
    return float((patient[-1] - patient[0]) / (atlas[-1] - atlas[0]))


def _extended(values: FloatArray, at: FloatArray, to: FloatArray, slope: float) -> FloatArray:
    """Straight between landmarks, at ``slope`` beyond them."""
    inside = np.interp(values, at, to)
    below, above = np.minimum(values - at[0], 0.0), np.maximum(values - at[-1], 0.0)
    return np.asarray(inside + slope * (below + above))


def _back(canal: Canal, named: tuple[Vertebra, ...], arcs: FloatArray) -> FloatArray:
    """(M, 3) from the bodies to the canal; this is how the patient is turned at every level."""
    middles = np.array([(one.top_arc_mm + one.bottom_arc_mm) / 2 for one in named])
    toward = unit(canal.path.at(middles) - np.array([one.centre for one in named]))
    found = np.stack([np.interp(arcs, middles, toward[:, axis]) for axis in range(3)], axis=1)
    return unit(gaussian_filter1d(found, 10.0, axis=0, mode="nearest"))
