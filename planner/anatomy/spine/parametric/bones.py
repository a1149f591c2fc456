"""The bones of a spine on its line, and the discs between them."""

from dataclasses import dataclass, field

import numpy as np

from planner.anatomy.spine.parametric.line import SpineLine, unit
from planner.anatomy.spine.parametric.measures import LevelMeasures
from planner.anatomy.spine.parametric.own_line import BODY_SHARE, wedge_deg
from planner.anatomy.spine.parametric.sections import Sections
from planner.anatomy.spine.parametric.solids import CANAL_STEP_MM, Bone, bone
from planner.anatomy.spine.parametric.vertebra_shape import VertebraPlan, body_shape, vertebra_solids
from planner.geometry.arrays import FloatArray

SACRUM_LABEL = 26
CANAL_REACH_MM = 44.0
"""The canal is cut out of a bone this far above and below its middle: further than a spinous process reaches down."""
VERSE_EXTRA = {"L6": 25, "T13": 28}


@dataclass(frozen=True, slots=True, eq=False)
class Disc:
    """Between two end plates: frames (4, 3) of the bodies above and below, and their body rows."""

    above: str
    label: int
    upper_frame: FloatArray = field(repr=False)
    lower_frame: FloatArray = field(repr=False)
    upper_body: FloatArray = field(repr=False)
    lower_body: FloatArray = field(repr=False)


def verse_label(name: str) -> int:
    """The number of a vertebra in VerSe and TotalSegmentator label maps: 1 C1 ... 24 L5, 25 L6, 26 sacrum, 28 T13."""
    if name in VERSE_EXTRA:
        return VERSE_EXTRA[name]
    if name[0] == "S":
        return SACRUM_LABEL
    return {"C": 0, "T": 7, "L": 19}[name[0]] + int(name[1:])


def plans(
    levels: tuple[LevelMeasures, ...],
    tops: FloatArray,
    bottoms: FloatArray,
    angles_deg: FloatArray,
    sacralised: str = "",
    wedged: tuple[tuple[str, float], ...] = (),
) -> tuple[VertebraPlan, ...]:
    """``tops``, ``bottoms``: arcs of the end plates at the canal; ``angles_deg`` under each vertebra."""
    found = []
    for index, one in enumerate(levels):
        above = angles_deg[index - 1] if index else 0.0
        extra = wedge_deg(one, dict(wedged).get(one.name, 0.0))
        wedge = np.radians((above + angles_deg[index] - extra) / 2 * BODY_SHARE[one.name[0]] + extra)
        found.append(
            VertebraPlan(
                measures=one,
                length_mm=float(bottoms[index] - tops[index]),
                wedge_rad=float(wedge),
                half_ap=one.canal_ap_mm / 2,
                half_width=one.canal_width_mm / 2,
                gap_above_mm=float(tops[index] - bottoms[index - 1]) if index else 3.0,
                gap_below_mm=float(tops[index + 1] - bottoms[index]) if index + 1 < len(levels) else 1.0,
                is_sacralised=one.name == sacralised,
            )
        )
    return tuple(found)


def bones(
    line: SpineLine,
    sections: Sections,
    all_plans: tuple[VertebraPlan, ...],
    middles: FloatArray,
    open_behind: tuple[str, ...] = (),
) -> tuple[Bone, ...]:
    """``middles`` (N,) arcs of the bodies' middles; vertebrae named in ``open_behind`` have no arch."""
    found = []
    for plan, frame in zip(all_plans, line.frames(middles), strict=True):
        name = plan.measures.name
        canal, low = _canal_in(line, sections, frame)
        solids = vertebra_solids(plan, has_arch=name not in open_behind)
        found.append(bone(name, verse_label(name), frame, solids, canal, low))
    return tuple(found)


def discs(
    line: SpineLine, all_plans: tuple[VertebraPlan, ...], middles: FloatArray, labels: dict[str, int]
) -> tuple[Disc, ...]:
    """C2-C3 down to the one on the sacrum."""
    frames = line.frames(middles)
    found = []
    for index, plan in enumerate(all_plans[:-1]):
        name, below = plan.measures.name, all_plans[index + 1].measures.name
        if name == "C1" or (name[0] == "S" and below[0] == "S"):
            continue
        rows = body_shape(plan).row(), body_shape(all_plans[index + 1]).row()
        found.append(Disc(name, labels[name], frames[index], frames[index + 1], *rows))
    return tuple(found)


def _canal_in(line: SpineLine, sections: Sections, frame: FloatArray) -> tuple[FloatArray, float]:
    """(K, 5) the canal in a bone's frame every CANAL_STEP_MM of its z, and the lowest z."""
    arcs = np.arange(line.arc_mm[0], line.arc_mm[-1], 1.0)
    frames = line.frames(arcs)
    local = (frames[:, 0] - frame[0]) @ np.stack([frame[1], frame[2], -frame[3]]).T
    is_near = np.abs(local[:, 2]) < CANAL_REACH_MM
    local, arcs = local[is_near], arcs[is_near]
    z = np.arange(-CANAL_REACH_MM, CANAL_REACH_MM + 0.1, CANAL_STEP_MM)
    order = np.argsort(local[:, 2])
    arc_at = np.interp(z, local[order, 2], arcs[order])
    place = line.place_of(arc_at)
    table = np.stack(
        [
            np.interp(z, local[order, 2], local[order, 0]),
            np.interp(z, local[order, 2], local[order, 1]),
            sections.at(place, "canal_half_width"),
            sections.at(place, "canal_half_ap"),
            sections.at(place, "window_mm"),
        ],
        axis=1,
    )
    return table, -CANAL_REACH_MM


def body_centre(frame: FloatArray, plan: VertebraPlan) -> FloatArray:
    """(3,) the middle of a vertebral body."""
    depth = (plan.measures.depth_top_mm + plan.measures.depth_bottom_mm) / 2
    centre: FloatArray = frame[0] - frame[2] * (plan.half_ap + depth / 2)
    return centre


def up(frame: FloatArray) -> FloatArray:
    return -unit(frame[3])
