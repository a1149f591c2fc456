"""The canal of a spine that belongs to nobody: heights, discs and angles of the tables joined to a curve.

Its space is ``ATLAS_SPACE``: RAS mm as if the patient lay supine, the middle of the canal at the middle of its length
in the origin, the spine's ends one above the other.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from scipy.interpolate import PchipInterpolator

from planner.anatomy.spine.parametric.line import SpineLine
from planner.anatomy.spine.parametric.measures import LevelMeasures
from planner.anatomy.spine.parametric.parameters import Scoliosis, SpineParameters
from planner.geometry.arrays import FloatArray

ATLAS_SPACE = "atlas:spine"
STEP_MM = 1.0
BODY_SHARE = {"C": 0.2, "T": 0.7, "L": 0.35, "S": 0.9}
"""Of a motion segment's angle that lies in the wedge of the bodies, the rest in the disc: thoracic kyphosis comes
mostly from the bodies, cervical and lumbar lordosis from the discs. From memory, unverified; moves plates < 1 mm."""


@dataclass(frozen=True, slots=True, eq=False)
class OwnLine:
    """``line``, and along it the arcs of the end plates of every vertebra (at the canal, (N,))."""

    line: SpineLine
    top_arc_mm: FloatArray = field(repr=False)
    bottom_arc_mm: FloatArray = field(repr=False)
    angles_deg: FloatArray = field(repr=False)


def own_line(parameters: SpineParameters, levels: tuple[LevelMeasures, ...]) -> OwnLine:
    """``levels`` are the measures for the patient's scheme, already scaled."""
    angles = segment_angles(parameters, levels)
    tops, bottoms = end_plates(levels, angles)
    middles = (tops + bottoms) / 2
    arc = np.arange(0.0, bottoms[-1] + STEP_MM / 2, STEP_MM)
    lean = -np.concatenate([[0.0], np.cumsum(angles[:-1])])
    tilt, turn = coronal(parameters.scoliosis, levels)
    lean_at, tilt_at, turn_at = (_smooth(middles, np.radians(values), arc) for values in (lean, tilt, turn))
    xyz = _upright(lean_at, tilt_at, arc, middles)
    back = np.stack([np.sin(turn_at), -np.cos(turn_at), np.zeros_like(arc)], axis=1)
    boundaries = np.concatenate([tops[:1], (bottoms[:-1] + tops[1:]) / 2, bottoms[-1:]])
    place = np.interp(arc, boundaries, np.arange(len(boundaries), dtype=float))
    place += 1e-9 * np.arange(len(place))  # the last sample may lie a hair beyond the last boundary
    return OwnLine(SpineLine.of(xyz, back, place, ATLAS_SPACE), tops, bottoms, angles)


def segment_angles(parameters: SpineParameters, levels: tuple[LevelMeasures, ...]) -> FloatArray:
    """(N,) degrees under each vertebra, kyphosis positive; the pattern of the table scaled to the regional angles."""
    names = [one.name for one in levels]
    angles = np.array([one.angle_below_deg for one in levels])
    last_thoracic, first_sacral = f"T{parameters.scheme.thoracic}", "S1"
    lordosis = parameters.lumbar_lordosis_deg
    if lordosis is None:
        lordosis = parameters.measures.lumbar_lordosis_deg
    spans: list[tuple[str, str, float | None]] = [
        ("C2", "C7", None if parameters.cervical_lordosis_deg is None else -parameters.cervical_lordosis_deg),
        ("T1", last_thoracic, parameters.thoracic_kyphosis_deg),
        (last_thoracic, first_sacral, -lordosis),
    ]
    for first, last, wanted in spans:
        region = slice(names.index(first), names.index(last))
        total = angles[region].sum()
        if wanted is not None:
            angles[region] *= wanted / total
    for name, lost in parameters.wedged:  # half of the wedge bends the segment above, half the one below
        index = names.index(name)
        wedge = wedge_deg(levels[index], lost)
        angles[[max(index - 1, 0), index]] += wedge / 2
    return angles


def wedge_deg(one: LevelMeasures, lost: float) -> float:
    """The wedge of a body that has lost this share of its height in front."""
    return float(np.degrees(np.arctan(lost * one.body_height_mm / one.depth_top_mm)))


def end_plates(levels: tuple[LevelMeasures, ...], angles_deg: FloatArray) -> tuple[FloatArray, FloatArray]:
    """(N,) arcs of the upper and lower end plates where they reach the canal's middle.

    Bodies have their posterior height; wedges open or close with the distance from where the table's height holds.
    """
    tops, bottoms = np.empty(len(levels)), np.empty(len(levels))
    arc = 0.0
    for index, one in enumerate(levels):
        share = BODY_SHARE[one.name[0]]
        above = angles_deg[index - 1] if index else 0.0
        wedge = np.radians((above + angles_deg[index]) / 2 * share)
        tops[index] = arc
        arc += one.body_height_mm + wedge * one.canal_ap_mm / 2
        bottoms[index] = arc
        to_disc_middle = (one.depth_bottom_mm + one.canal_ap_mm) / 2
        gap = one.disc_below_mm + np.radians(angles_deg[index] * (1 - share)) * to_disc_middle
        arc += max(gap, 0.3 * one.disc_below_mm)
    return tops, bottoms


def coronal(scoliosis: Scoliosis | None, levels: tuple[LevelMeasures, ...]) -> tuple[FloatArray, FloatArray]:
    """(N,) degrees: sideways tilt of the path (positive: it runs to the left on its way down) and turn of the vertebrae
    about it."""
    count = np.arange(len(levels), dtype=float)
    if scoliosis is None:
        return np.zeros(len(levels)), np.zeros(len(levels))
    apex = [one.name for one in levels].index(scoliosis.apex)
    away = (count - apex) / (scoliosis.span_levels / 2)
    # Most tilted at the ends of the curve, dying away outside it: the derivative of a bell of that width.
    tilt = scoliosis.cobb_deg / 2 * away * np.exp((1 - away**2) / 2)
    turn = scoliosis.cobb_deg * scoliosis.rotation_per_cobb * np.exp(-(away**2) / 1.2)
    return tilt, turn


def _smooth(at_arc: FloatArray, values: FloatArray, arc: ArrayLike) -> FloatArray:
    found: FloatArray = PchipInterpolator(at_arc, values, extrapolate=False)(np.clip(arc, at_arc[0], at_arc[-1]))
    return found


def _upright(lean: FloatArray, tilt: FloatArray, arc: FloatArray, middles: FloatArray) -> FloatArray:
    """The path whose direction leans and tilts so, turned until C2 and the sacrum's top lie in one upright line."""
    for _round in range(8):
        down = np.stack([-np.tan(tilt), -np.tan(lean), -np.ones_like(lean)], axis=1)
        down[:, :2] = np.clip(down[:, :2], -4.0, 4.0)
        down /= np.linalg.norm(down, axis=1, keepdims=True)
        steps = (down[:-1] + down[1:]) / 2 * np.diff(arc)[:, None]
        xyz = np.concatenate([np.zeros((1, 3)), np.cumsum(steps, axis=0)])
        ends = [int(np.searchsorted(arc, middles[index])) for index in (1, len(middles) - 5)]
        across = xyz[ends[1]] - xyz[ends[0]]
        lean = lean + np.arctan2(across[1], -across[2])
        tilt = tilt + np.arctan2(across[0], -across[2])
    return np.asarray(xyz - xyz[len(xyz) // 2])
