"""The bones of the spine put together from solids: bodies, pedicles, laminae, processes; the ring of C1, the dens, the
sacrum. Sizes come from the measures; proportions written here are drawn for the look of the bone (from general anatomy,
unverified) and carry no clinical number."""

from dataclasses import dataclass

import numpy as np

from planner.anatomy.spine.parametric.measures import LevelMeasures
from planner.anatomy.spine.parametric.solids import BodyShape, rod
from planner.geometry.arrays import FloatArray


@dataclass(frozen=True, slots=True)
class VertebraPlan:
    """What a vertebra is drawn from: its measures, ``length_mm`` of its body at the canal, the wedge of its body,
    half depth and half width of the canal there, the gaps above and below."""

    measures: LevelMeasures
    length_mm: float
    wedge_rad: float
    half_ap: float
    half_width: float
    gap_above_mm: float
    gap_below_mm: float
    is_sacralised: bool = False

    @property
    def pedicle_x(self) -> float:
        return self.half_width + self.measures.pedicle_width_mm / 2 - 0.5

    @property
    def pedicle_z(self) -> float:
        if self.measures.name[0] == "C":
            return 0.0
        return self.length_mm / 2 - 0.42 * self.measures.pedicle_height_mm

    @property
    def lamina_z(self) -> float:
        if self.measures.name[0] == "C":
            return -1.0
        return self.pedicle_z - 0.35 * self.measures.lamina_height_mm


def body_shape(plan: VertebraPlan) -> BodyShape:
    one = plan.measures
    return BodyShape(
        height_mm=plan.length_mm,
        wedge_rad=plan.wedge_rad,
        half_widths=(one.width_top_mm / 2, one.width_bottom_mm / 2),
        half_depths=(one.depth_top_mm / 2, one.depth_bottom_mm / 2),
        back_mm=-plan.half_ap,
        waist=0.03 if one.name[0] == "C" else 0.09,
        hollow_mm=0.8 if one.name[0] == "C" else 1.4,
    )


def vertebra_solids(plan: VertebraPlan, *, has_arch: bool = True) -> list[FloatArray]:
    """Without its arch (laminae and spinous process) when ``has_arch`` is False: a laminectomy."""
    name = plan.measures.name
    if name == "C1":
        return _atlas(plan)
    if name[0] == "S":
        return _sacral(plan)
    solids = [body_shape(plan).row(), *_pedicles(plan), *_articular(plan), *_transverse(plan)]
    if has_arch:
        solids += [*_laminae(plan), _spinous(plan)]
    if name == "C2":
        solids += _dens(plan)
    elif name[0] == "C":
        solids += _uncinate(plan)
    return solids


def _both(solid: FloatArray) -> list[FloatArray]:
    """A rod and its mirror image."""
    other = solid.copy()
    other[[1, 4, 7]] *= -1
    return [solid, other]


def _pedicles(plan: VertebraPlan) -> list[FloatArray]:
    one = plan.measures
    inner = min(plan.pedicle_x, one.width_top_mm / 2 - 0.3 * one.pedicle_width_mm)
    start = (inner, -plan.half_ap - 2.5, plan.pedicle_z)
    end = (plan.pedicle_x, 0.15 * plan.half_ap, plan.pedicle_z)
    return _both(rod(start, end, (one.pedicle_height_mm / 2, one.pedicle_width_mm / 2)))


def _articular(plan: VertebraPlan) -> list[FloatArray]:
    x, z, half, depth = plan.pedicle_x, plan.pedicle_z, plan.length_mm / 2, 2 * plan.half_ap
    region = plan.measures.name[0]
    above, below = plan.gap_above_mm, plan.gap_below_mm
    if region == "C":
        pillar = rod((x + 2, 3.5, half + 0.5 * above), (x + 2, 6.0, -half - 0.5 * below), (6.0, 4.5), wide=(1, 0, 0))
        return _both(pillar)
    if region == "T":
        upper = rod((x, 0.3 * depth, z), (x - 0.5, 0.33 * depth, half + above + 3), (4.8, 2.4), wide=(1, 0, 0))
        lower = rod((x - 1, 0.5 * depth, z - 2), (x - 2, 0.5 * depth + 2.5, -half - 4), (5.0, 2.6), wide=(1, 0, 0))
        return [*_both(upper), *_both(lower)]
    upper = rod((x + 1, 0.28 * depth, z), (x + 3, 0.42 * depth, half + above * 0.5 + 5), (3.6, 5.5), wide=(1, 0, 0))
    lower = rod((x - 2, 0.55 * depth, 0), (x - 4, 0.62 * depth, -half - below * 0.5 - 6), (4.2, 6.0), wide=(1, 0, 0))
    return [*_both(upper), *_both(lower)]


def _transverse(plan: VertebraPlan) -> list[FloatArray]:
    one = plan.measures
    region = one.name[0]
    half_span = one.transverse_span_mm / 2
    start = np.array([plan.pedicle_x, 0.25 * plan.half_ap, plan.pedicle_z - 1.0])
    if region == "C":
        start = np.array([plan.pedicle_x - 1, -plan.half_ap + 1.0, -1.0])
    out = half_span - start[0] - one.transverse_half_mm
    end = start + np.array([out, out * np.tan(np.radians(one.transverse_back_deg)), 2.0 if region == "T" else 0.0])
    thin = one.transverse_half_mm * (0.65 if region == "L" else 0.8)
    solids = _both(rod(start, end, (one.transverse_half_mm + 1, thin), (one.transverse_half_mm, thin)))
    if plan.is_sacralised:  # wings that reach down to the sacrum
        wing = rod((plan.pedicle_x + 4, 0, 0), (half_span + 4, -4, -plan.length_mm / 2 - 6), (9.0, 8.0), (13.0, 11.0))
        solids += _both(wing)
    return solids


def _laminae(plan: VertebraPlan) -> list[FloatArray]:
    one = plan.measures
    region = one.name[0]
    half_opening = np.radians({"C": 62.0, "T": 56.0, "L": 58.0}[region])
    slope = np.radians({"C": 15.0, "T": 12.0, "L": 25.0}[region])
    outer = plan.pedicle_x - 0.5
    roof = plan.half_ap + one.lamina_thickness_mm / 2 + 1.0
    start = (outer, max(roof - outer / np.tan(half_opening), 0.0), plan.lamina_z)
    half_height, half_thickness = one.lamina_height_mm / 2, one.lamina_thickness_mm / 2 + 0.8
    tall = (0.0, np.sin(slope), -np.cos(slope))
    end = (0.3, roof, plan.lamina_z - 1.0)
    return _both(
        rod(start, end, (half_height * 0.9, half_thickness), (half_height, half_thickness), wide=tall, is_slab=True)
    )


def _spinous(plan: VertebraPlan) -> FloatArray:
    one = plan.measures
    drop = np.radians(one.spinous_drop_deg)
    root = np.array([0.0, plan.half_ap + one.lamina_thickness_mm * 0.7, plan.lamina_z - 0.18 * one.lamina_height_mm])
    length = max(one.spinous_length_mm - one.lamina_thickness_mm * 0.7 - 4, 1.0)
    tip = root + length * np.array([0.0, np.cos(drop), -np.sin(drop)])
    half_height = one.spinous_height_mm / 2
    at_tip = (half_height * 0.85, 4.0) if one.name[0] == "L" else (half_height * 0.8, 3.2)
    return rod(root, tip, (half_height * 1.1, 3.0), at_tip, is_slab=one.name[0] == "L")


def _uncinate(plan: VertebraPlan) -> list[FloatArray]:
    half = plan.measures.width_top_mm / 2
    z = plan.length_mm / 2
    y = -plan.half_ap
    return _both(rod((half - 1, y - 12, z - 1), (half - 0.5, y - 2, z + 0.5), (2.6, 1.8)))


def _dens(plan: VertebraPlan) -> list[FloatArray]:
    y, z = -plan.half_ap - 6.5, plan.length_mm / 2
    mass = rod((plan.half_width + 1, -plan.half_ap - 3, z - 6), (plan.half_width + 2, -plan.half_ap - 4, z), (6.5, 7.0))
    return [rod((0, y, z - 5), (0, y + 1.0, z + 13), (5.2, 5.4), (4.6, 5.0), wide=(1, 0, 0)), *_both(mass)]


def _atlas(plan: VertebraPlan) -> list[FloatArray]:
    """The ring of C1: arches and lateral masses."""
    width, depth = plan.half_width + 3.0, plan.half_ap
    one = plan.measures
    front = rod((-width + 4, -depth - 12, 0), (width - 4, -depth - 12, 0), (4.5, 3.0))
    front_side = rod((width - 4, -depth - 12, 0), (width + 4, -depth - 3, 0), (5.0, 4.0))
    mass = rod((width + 4, -depth - 3, 4), (width + 3, -depth - 2, -5), (7.0, 8.0), wide=(1, 0, 0))
    side = rod((width + 3, -depth + 2, 0), (width - 4, depth * 0.6, 0), (4.5, 3.5))
    behind = rod((width - 4, depth * 0.6, 0), (0, depth + 4, 0), (4.5, 3.2), (5.0, 3.5))
    wing = rod((width + 6, -depth - 1, 0), (one.transverse_span_mm / 2 - 4, -depth + 2, -2), (5.0, 4.0), (4.0, 3.5))
    return [front, *_both(front_side), *_both(mass), *_both(side), *_both(behind), *_both(wing)]


def _sacral(plan: VertebraPlan) -> list[FloatArray]:
    one = plan.measures
    number = int(one.name[1:])
    half, depth = plan.length_mm / 2, plan.half_ap
    half_span = one.transverse_span_mm / 2
    body = body_shape(plan).row()
    wing = rod(
        (plan.half_width - 1, -depth - 4, half - 4 if number == 1 else 0),
        (half_span - 13 if number <= 2 else half_span - 6, 0.2 * depth, 0 if number == 1 else -2),
        (half * 0.75, 9.0 if number <= 2 else 4.0),
        (half * 0.95, 13.0 if number <= 2 else 4.0),
    )
    link = rod((half_span - 10, 0, half), (half_span - 14, 2, -half - 2), (8.0 if number <= 2 else 4.0, 6.0))
    solids = [body, *_both(wing), *_both(link)]
    if number < 5:
        roof = depth + 2.5
        lamina = rod((plan.half_width + 2, 0.3 * depth, 0), (0.3, roof, 0), (half * 0.8, 2.4), wide=(0, 0.1, -1))
        crest = rod((0, roof, 0), (0, roof + one.spinous_length_mm * 0.6, -2), (half * 0.6, 2.6))
        solids += [*_both(lamina), crest]
    if number == 1:
        low, high = (plan.half_width + 2, 0.3 * depth, half - 6), (plan.half_width + 4, 0.8 * depth, half + 5)
        facet = rod(low, high, (3.6, 5.5), wide=(1, 0, 0))
        solids += _both(facet)
    return solids
