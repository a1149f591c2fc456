"""Dorsal roots from their entry zones to the ganglia, and the ganglia in the foramina."""

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from planner.anatomy.spine.parametric.line import SpineLine, unit
from planner.anatomy.spine.parametric.sections import Sections
from planner.anatomy.spine.parametric.segments import SegmentArcs
from planner.anatomy.spine.parametric.vertebra_shape import VertebraPlan
from planner.geometry import Curve
from planner.geometry.arrays import FloatArray

Side = Literal["left", "right"]
SIDES: tuple[Side, ...] = ("right", "left")
ENTRY_WIDE, ENTRY_BACK = 0.60, 0.74
"""The dorsolateral sulcus, as shares of the cord's half width and half depth: where the dorsal horn reaches the
surface. Drawn."""
BEYOND_MM = 10.0
"""The nerve is followed this far beyond its ganglion."""
OUTSIDE_MM, FRONT_OF_MIDDLE = 4.0, -0.55
"""The middle of a foramen lies this far outside the canal's side and in front of its middle, the latter as a share of
the canal's half depth: where the open space beside the canal has its middle on the drawn bones."""
TAKE_OFF_PLACES = (0.0, 7.0, 17.5, 23.5, 29.0)
TAKE_OFF_DEG = (70.0, 70.0, 52.4, 25.8, 15.0)
"""Coronal angle between root and sac by vertebral place: T11 and L5 from dorsal_root_angles.csv (PMID 22744616),
straight between them; cervical and sacral ends assumed."""


@dataclass(frozen=True, slots=True, eq=False)
class Ganglion:
    """An ellipsoid: ``axis`` (3,) unit, along the root away from the canal. ``is_snapped`` to a foramen found in the
    image; otherwise placed by the atlas."""

    name: str
    side: Side
    centre: FloatArray
    axis: FloatArray = field(repr=False)
    width_mm: float
    length_mm: float
    is_snapped: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class DorsalRoot:
    """``curve`` from the middle of the entry zone through the ganglion; ``entry`` along the sulcus, from above;
    ``exit_arc_mm`` where it leaves the sac. ``angle_deg`` between rootlet and cord axis (the table's)."""

    name: str
    side: Side
    curve: Curve = field(repr=False)
    entry: Curve = field(repr=False)
    exit_arc_mm: float
    angle_deg: float


def ganglia(line: SpineLine, plans: tuple[VertebraPlan, ...], middles: FloatArray) -> tuple[Ganglion, ...]:
    """Of every foramen whose vertebra lies on the line. C1 has none as a rule; S5 and the coccygeal are left out."""
    found = []
    for index, plan in enumerate(plans):
        if not line.arc_mm[0] <= middles[index] <= line.arc_mm[-1]:
            continue
        frame = line.frames(middles[index])[0]
        for name, local, axis in _places(plan, index):
            for side in SIDES:
                sign = 1.0 if side == "right" else -1.0
                centre, toward = local * (sign, 1, 1), axis * (sign, 1, 1)
                found.append(_ganglion(name, side, plan, frame, centre, toward))
    return tuple(found)


def snapped(one: Ganglion, foramen_mm: FloatArray, middle_mm: FloatArray) -> Ganglion:
    """Moved as its foramen is: ``foramen_mm`` are points (M, 3) of the free space found in the image, or (3,) its
    middle; ``middle_mm`` is where the atlas has that middle. The ganglion keeps its place in the foramen, which is its
    upper part, under the pedicle (drg_geometry.csv), not the middle."""
    found = np.atleast_2d(np.asarray(foramen_mm, dtype=float)).mean(axis=0)
    return replace(one, centre=one.centre + found - middle_mm, is_snapped=True)


def foramen_middle(
    line: SpineLine, plans: tuple[VertebraPlan, ...], middles: FloatArray, name: str, side: Side
) -> FloatArray:
    """(3,) half way between the edges of the two pedicles, a little outside the canal. Not for sacral nerves."""
    upper = _upper_of(name, tuple(plan.measures.name for plan in plans))
    above, below = plans[upper], plans[upper + 1]
    edge_above = middles[upper] - above.pedicle_z + above.measures.pedicle_height_mm / 2
    edge_below = middles[upper + 1] - below.pedicle_z - below.measures.pedicle_height_mm / 2
    sign = 1.0 if side == "right" else -1.0
    beside = sign * (above.half_width + OUTSIDE_MM)
    found: FloatArray = line.at((edge_above + edge_below) / 2, beside, FRONT_OF_MIDDLE * above.half_ap)[0]
    return found


def _upper_of(name: str, vertebrae: tuple[str, ...]) -> int:
    """Index of the vertebra above a nerve's foramen."""
    if name[0] == "C":
        return int(name[1:]) - 2  # C3 leaves under C2, C8 under C7
    return vertebrae.index(name)


def dorsal_roots(
    line: SpineLine,
    sections: Sections,
    segments: SegmentArcs,
    all_ganglia: tuple[Ganglion, ...],
    angles_deg: dict[str, float],
) -> tuple[DorsalRoot, ...]:
    """Of every ganglion whose cord segment lies on the line. The ganglion of T13 or L6 has no segment of its name."""
    found = []
    for one in all_ganglia:
        if one.name not in segments.names:
            continue
        at = segments.names.index(one.name)
        top, bottom = segments.top[at], segments.bottom[at]
        if line.has(top) and line.has(bottom):
            found.append(_root(line, sections, (float(top), float(bottom)), one, angles_deg[one.name]))
    return tuple(found)


def _places(plan: VertebraPlan, index: int) -> list[tuple[str, FloatArray, FloatArray]]:
    """(name, centre, axis) on the right side, in the vertebra's frame (right, back, up)."""
    one = plan.measures
    region, number = one.name[0], int(one.name[1:])
    angle = np.radians(np.interp(index + 0.9, TAKE_OFF_PLACES, TAKE_OFF_DEG))
    found = []
    if (region == "C" and number >= 2) or one.name == "T1":
        found.append(_cervical_place(plan, "C8" if region == "T" else one.name, float(angle)))
    if region in "TL":
        under = plan.pedicle_z - one.pedicle_height_mm / 2 - one.ganglion_width_mm / 2 - 1.9
        away = one.ganglion_from_foramen_mm
        axis = unit(np.array([np.sin(angle), -0.25, -np.cos(angle)]))
        start = np.array([plan.half_width, -0.25 * plan.half_ap, under])
        found.append((one.name, start + away * axis * (1, 1, 0.4), axis))
    if region == "S" and number <= 4:
        axis = unit(np.array([np.sin(angle), -0.6, -np.cos(angle)]))
        centre = np.array([(0.72 if number == 1 else 0.5) * plan.half_width, 0.0, -0.1 * plan.length_mm])
        found.append((one.name, centre, axis))
    return found


def _cervical_place(plan: VertebraPlan, name: str, angle: float) -> tuple[str, FloatArray, FloatArray]:
    """Between the pedicles, in front of the joint; C2's lies behind the joint of C1 and C2."""
    if name == "C2":
        centre = np.array([plan.half_width + 0.3, plan.half_ap + 1.2, (plan.length_mm + plan.gap_above_mm) / 2 + 0.5])
        return name, centre, unit(np.array([np.sin(angle), 0.3, -np.cos(angle)]))
    x = plan.half_width + 0.7 * plan.measures.ganglion_from_foramen_mm
    z = (plan.pedicle_z + plan.length_mm + plan.gap_above_mm) / 2 - 0.5
    centre = np.array([x, 0.8 - plan.half_ap, z])
    return name, centre, unit(np.array([np.sin(angle), -0.5, -np.cos(angle)]))


def _ganglion(
    name: str, side: Side, plan: VertebraPlan, frame: FloatArray, centre: FloatArray, axis: FloatArray
) -> Ganglion:
    axes = np.stack([frame[1], frame[2], -frame[3]])
    one = plan.measures
    return Ganglion(
        name, side, frame[0] + centre @ axes, unit(axis @ axes), one.ganglion_width_mm, one.ganglion_length_mm
    )


def _root(
    line: SpineLine, sections: Sections, span: tuple[float, float], ganglion: Ganglion, angle_deg: float
) -> DorsalRoot:
    sign = 1.0 if ganglion.side == "right" else -1.0
    place = (span[0] + span[1]) / 2
    entry_places = np.linspace(span[0] + 0.02, span[1] - 0.02, 5)
    entry = line.at(line.arc_of(entry_places), *_sulcus(sections, entry_places, sign))
    start = float(line.arc_of(place)[0])
    end, u_end, _v_end = line.coordinates(ganglion.centre)[0]
    slope = np.tan(np.radians(_take_off(line, end)))
    leave = float(max(end - max(abs(u_end) - _sac_width(line, sections, end), 0.0) / slope, start + 1.0))
    inside = _inside_sac(line, sections, (start, leave), angle_deg, sign)
    outside = np.stack([ganglion.centre - 0.5 * ganglion.length_mm * ganglion.axis, ganglion.centre,
                        ganglion.centre + (0.5 * ganglion.length_mm + BEYOND_MM) * ganglion.axis])  # fmt: skip
    curve = Curve.of(np.concatenate([inside, outside]), line.space)
    return DorsalRoot(ganglion.name, ganglion.side, curve, Curve.of(entry, line.space), leave, angle_deg)


def _sulcus(sections: Sections, place: FloatArray, sign: float) -> tuple[FloatArray, FloatArray]:
    u = sign * ENTRY_WIDE * sections.at(place, "cord_half_width")
    v = sections.at(place, "cord_back") + ENTRY_BACK * sections.at(place, "cord_half_ap")
    return u, v


def _inside_sac(
    line: SpineLine, sections: Sections, span: tuple[float, float], angle_deg: float, sign: float
) -> FloatArray:
    """(M, 3) from the sulcus down to where the root leaves the sac: outward at its angle, then along the dura; roots
    with far to go run nearer the midline and behind, as they do in a supine patient."""
    start, leave = span
    arcs = np.linspace(start, leave, max(int((leave - start) / 2.0) + 2, 6))
    place = line.place_of(arcs)
    width, depth = sections.at(place, "sac_half_width"), sections.at(place, "sac_half_ap")
    back = sections.at(place, "sac_back")
    to_go = (leave - arcs) / 90.0
    lateral = 0.88 - 0.6 * np.clip(to_go, 0.0, 1.0)
    u_dura = lateral * width
    v_dura = back + 0.80 * depth * np.sqrt(np.clip(1 - lateral**2, 0.0, 1.0))
    u_first, v_first = _sulcus(sections, place[:1], 1.0)
    gone = (arcs - start) * np.tan(np.radians(min(angle_deg, 80.0)))
    share = np.clip(gone / np.maximum(np.abs(u_dura - u_first), 1.5), 0.0, 1.0)
    share = share * share * (3 - 2 * share)
    # A root that leaves at once goes straight to its exit.
    share = np.maximum(share, np.clip((arcs - start) / max(leave - start, 1e-6), 0.0, 1.0) ** 2)
    u = u_first + share * (u_dura - u_first)
    v = v_first + share * (v_dura - v_first)
    # Never through the cord: outside its ellipse by a hair.
    cord_u, cord_v = sections.at(place, "cord_half_width"), sections.at(place, "cord_half_ap")
    middle = sections.at(place, "cord_back")
    safe_u, safe_v = np.maximum(cord_u, 1e-3), np.maximum(cord_v, 1e-3)
    level = np.hypot(u / safe_u, (v - middle) / safe_v)
    push = np.where((cord_v > 0) & (level < 1.03), 1.03 / np.maximum(level, 1e-6), 1.0)
    push[0] = 1.0
    return line.at(arcs, sign * u * push, middle + (v - middle) * push)


def _sac_width(line: SpineLine, sections: Sections, arc: float) -> float:
    return float(sections.at(line.place_of(arc), "sac_half_width")[0])


def _take_off(line: SpineLine, arc: float) -> float:
    return float(np.interp(line.place_of(arc)[0], TAKE_OFF_PLACES, TAKE_OFF_DEG))
