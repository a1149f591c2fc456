"""Measure the parametric spine as one would measure a person: on its bones and outlines, not on the numbers it was
built from. All mm."""

from dataclasses import dataclass

import numpy as np

from planner.anatomy.spine.parametric.spine import ParametricSpine
from planner.geometry.arrays import FloatArray

STEP_MM = 0.05
REACH_MM = 22.0
MIDLINE_MM = 2.0
"""Dorsal CSF is the mean over this much either side of the midline, as it was measured on the template."""
BESIDE_SPINOUS_MM = 5.0
"""Where the gap between laminae is taken: beside the spinous processes."""


@dataclass(frozen=True, slots=True)
class Across:
    """Front-back and left-right."""

    ap_mm: float
    width_mm: float


def bony_canal(spine: ParametricSpine, index: int) -> Across:
    """From bone to bone: widths between the pedicles, depth from the body to the arch at the lamina's middle."""
    plan, frame = spine.plans[index], spine.line.frames(spine.middle_arc_mm[index])[0]
    at_pedicle, at_lamina = (frame[0] - frame[3] * z for z in (plan.pedicle_z, plan.lamina_z + 2.0))
    width = sum(_free_mm(spine, index, at_pedicle, sign * frame[1]) for sign in (-1.0, 1.0))
    front = _free_mm(spine, index, at_pedicle, -frame[2])
    back = _free_mm(spine, index, at_lamina, frame[2])
    return Across(front + back, width)


def cord(spine: ParametricSpine, place: float) -> Across:
    return Across(*(2 * float(spine.sections.at(place, f"cord_half_{what}")[0]) for what in ("ap", "width")))


def sac(spine: ParametricSpine, place: float) -> Across:
    return Across(*(2 * float(spine.sections.at(place, f"sac_half_{what}")[0]) for what in ("ap", "width")))


def dorsal_csf(spine: ParametricSpine, place: float) -> float:
    """Mean depth near the midline between the two outlines; NaN without cord."""
    names = [f"{what}_{size}" for what in ("cord", "sac") for size in ("half_ap", "half_width", "back")]
    across = {name: float(spine.sections.at(place, name)[0]) for name in names}
    if across["cord_half_ap"] <= 0:
        return float("nan")
    u = np.linspace(-MIDLINE_MM, MIDLINE_MM, 21)
    surfaces = []
    for name in ("sac", "cord"):
        inside = np.clip(1 - (u / across[f"{name}_half_width"]) ** 2, 0.0, 1.0)
        surfaces.append(across[f"{name}_back"] + across[f"{name}_half_ap"] * np.sqrt(inside))
    is_over_cord = np.abs(u) < across["cord_half_width"]
    return float((surfaces[0] - surfaces[1])[is_over_cord].mean())


def epidural(spine: ParametricSpine, index: int) -> float:
    """Greatest midline depth behind the sac in the window above a vertebra."""
    place = np.linspace(index - 0.3, index + 0.3, 61)
    roof = spine.sections.at(place, "canal_half_ap") + spine.sections.at(place, "window_mm")
    sac_back = spine.sections.at(place, "sac_back") + spine.sections.at(place, "sac_half_ap")
    return float((roof - sac_back).max())


def interlaminar_gap(spine: ParametricSpine, index: int) -> float:
    """Free length along the canal between this vertebra's lamina and the next one's, at the roof of the canal."""
    arcs = np.arange(spine.middle_arc_mm[index], spine.middle_arc_mm[index + 1], 0.25)
    place = spine.line.place_of(arcs)
    roof = spine.sections.at(place, "canal_half_ap") + spine.sections.at(place, "window_mm")
    points = spine.line.at(arcs, BESIDE_SPINOUS_MM, roof * np.sqrt(1 - (BESIDE_SPINOUS_MM / 14.0) ** 2) + 1.5)
    names = spine.names[index], spine.names[index + 1]
    free = np.min([one.distance_mm(points) for one in spine.bones if one.name in names], axis=0) > 0
    return float(free.sum() * 0.25)


@dataclass(frozen=True, slots=True)
class RootExit:
    """Where a root leaves the sac: distance from the midline, arc, and the coronal angle between sac and root."""

    to_midline_mm: float
    arc_mm: float
    take_off_deg: float


def root_exit(spine: ParametricSpine, name: str) -> RootExit:
    """Of the right side. Raises StopIteration for a root this spine does not have."""
    root = next(one for one in spine.dorsal_roots() if one.name == name and one.side == "right")
    ganglion = next(one for one in spine.ganglia() if one.name == name and one.side == "right")
    leave, end = spine.line.coordinates(np.stack([root.curve.xyz[-4], ganglion.centre]))
    angle = np.degrees(np.arctan2(end[1] - leave[1], end[0] - leave[0]))
    return RootExit(float(leave[1]), float(leave[0]), float(angle))


def _free_mm(spine: ParametricSpine, index: int, start: FloatArray, direction: FloatArray) -> float:
    """How far one gets from ``start`` before meeting this vertebra's bone."""
    steps = np.arange(0.0, REACH_MM, STEP_MM)
    bone = next(one for one in spine.bones if one.name == spine.names[index])
    hit = np.flatnonzero(bone.distance_mm(start + steps[:, None] * direction) < 0)
    return float(steps[hit[0]]) if len(hit) else float("nan")
