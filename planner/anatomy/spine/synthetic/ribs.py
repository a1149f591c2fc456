"""Bones around the spine: ribs, shoulder blades, iliac wings. Drawn so that a picture looks like a patient; ribs begin
where the vertebrae have their joints for them."""

from itertools import pairwise

import numpy as np
from scipy.interpolate import CubicSpline

from planner.anatomy.spine.parametric.line import unit
from planner.anatomy.spine.parametric.solids import Bone, bone, rod
from planner.anatomy.spine.parametric.spine import ParametricSpine
from planner.anatomy.spine.synthetic.surroundings import Column, size_at
from planner.geometry.arrays import FloatArray

RIB_LABEL = 0
"""Ribs are no vertebrae: label maps show nothing there."""
PIECES = 16
WALL_MM = 4.0
REACH_DEG = {11: 75.0, 12: 48.0, 13: 34.0}
"""How far floating ribs go round, from the back; the others to 115°."""
ABOVE_MM, BELOW_MM = 25.0, 110.0
"""Ribs hang down: one is seen this far below its vertebra, and no further above."""
NO_CANAL = np.zeros((0, 5))


def surrounding_bones(spine: ParametricSpine, heights_mm: tuple[float, float]) -> tuple[Bone, ...]:
    """Straight pieces, each a bone of its own with a small box, that can be seen between two heights (z)."""
    low, high = heights_mm[0] - ABOVE_MM, heights_mm[1] + BELOW_MM
    heights = spine.line.frames(spine.middle_arc_mm)[:, 0, 2]
    found: list[Bone] = []
    for index, plan in enumerate(spine.plans):
        is_seen = low < heights[index] < high
        if plan.measures.name[0] == "T" and spine.is_on_line[index] and is_seen:
            for sign in (1.0, -1.0):
                found += _pieces(_rib(spine, index, sign))
    return (*found, *_shoulder_blades(spine), *_wings(spine))


def _rib(spine: ParametricSpine, index: int, sign: float) -> FloatArray:
    """(M, 3) along a rib from its head."""
    plan = spine.plans[index]
    one = plan.measures
    number = int(one.name[1:])
    frame = spine.line.frames(spine.middle_arc_mm[index])[0]
    axes = np.stack([frame[1], frame[2], -frame[3]])
    out = one.transverse_span_mm / 2
    tip = 0.25 * plan.half_ap + (out - plan.pedicle_x) * np.tan(np.radians(one.transverse_back_deg))
    half_body = one.width_top_mm / 2
    is_floating = number >= 11
    near = np.array([(half_body + 1.5, -plan.half_ap - 4, plan.length_mm / 2 - (3 if is_floating else 0)),
                     (half_body + 9, -plan.half_ap + 2, plan.pedicle_z + 2),
                     (out + 1, tip - 7, plan.pedicle_z - 1),
                     (out + 16, tip - 1, plan.pedicle_z - 6)]) * (sign, 1, 1)  # fmt: skip
    points = [frame[0] + near @ axes]
    points.append(_round_wall(spine, index, sign, points[0][-1], REACH_DEG.get(number, 115.0)))
    path = np.concatenate(points)
    arc = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    smooth: FloatArray = CubicSpline(arc, path)(np.linspace(0, arc[-1], PIECES + 1))
    return smooth


def _round_wall(spine: ParametricSpine, index: int, sign: float, start: FloatArray, reach_deg: float) -> FloatArray:
    """(M, 3) on the wall of the chest from beside ``start`` forward, sinking."""
    middle = spine.line.at(spine.middle_arc_mm[index])[0]
    usual = (index + 0.9) * 24.0 / spine.parameters.scheme.index("S1")
    width = size_at(Column.CAVITY_HALF_WIDTH, usual) + WALL_MM
    depth = size_at(Column.CAVITY_HALF_DEPTH, usual) + WALL_MM
    width = max(width, abs(start[0] - middle[0]) + 12.0)
    first = np.degrees(np.arcsin(np.clip(abs(start[0] - middle[0]) / width, 0.0, 0.95))) + 14.0
    angles = np.radians(np.linspace(first, max(reach_deg, first + 10.0), 6))
    sink = np.linspace(8.0, 8.0 + 0.62 * (reach_deg - first), 6)
    z = start[2] - sink
    line = spine.line.xyz
    centre_y = np.interp(z, line[::-1, 2], line[::-1, 1])
    centre_x = np.interp(z, line[::-1, 2], line[::-1, 0])
    v = 14.0 - depth + (depth + 2.0) * np.cos(angles)
    return np.stack([centre_x + sign * width * np.sin(angles), centre_y - v, z], axis=1)


def _pieces(path: FloatArray, half_height: float = 5.2, half_thickness: float = 3.0) -> list[Bone]:
    found = []
    for start, end in pairwise(path):
        found.append(_straight(start, end, (half_height, half_thickness), np.array([0.0, 0.0, 1.0])))
    return found


def _straight(
    start: FloatArray, end: FloatArray, half: tuple[float, float], wide: FloatArray, *, is_slab: bool = False
) -> Bone:
    """In a frame of its own, so that its box is small."""
    along = unit(end - start)
    across = unit(wide - (wide @ along) * along)
    frame = np.stack([start, np.cross(across, along), across, along])
    half_length = float(np.linalg.norm(end - start))
    solid = rod((0, 0, 0), (0, 0, -half_length), half, wide=(0, 1, 0), is_slab=is_slab)
    return bone("rib", RIB_LABEL, frame, [solid], NO_CANAL, 0.0)


def _shoulder_blades(spine: ParametricSpine) -> list[Bone]:
    found = []
    for (upper, lower), (near, far) in ((("T2", "T5"), (62.0, 110.0)), (("T4", "T7"), (66.0, 96.0))):
        if not (_is_seen(spine, upper) and _is_seen(spine, lower)):
            continue
        for sign in (1.0, -1.0):
            start, end = (_beside(spine, name, sign * (near + far) / 2, 22.0) for name in (upper, lower))
            found.append(_straight(start, end, ((far - near) / 2, 2.6), np.array([sign, 0.35, 0.0]), is_slab=True))
    return found


def _wings(spine: ParametricSpine) -> list[Bone]:
    if not _is_seen(spine, "S1"):
        return []
    found = []
    for sign in (1.0, -1.0):
        joint = _beside(spine, "S1", sign * 56.0, 14.0)
        crest = _beside(spine, "S1", sign * 122.0, -62.0, up_mm=22.0)
        found.append(_straight(joint, crest, (40.0, 6.0), np.array([0.0, -0.25, 1.0]), is_slab=True))
    return found


def _is_seen(spine: ParametricSpine, name: str) -> bool:
    return spine.is_on_line[spine.names.index(name)]


def _beside(spine: ParametricSpine, name: str, right_mm: float, back_mm: float, up_mm: float = 0.0) -> FloatArray:
    """World axes, not the vertebra's."""
    middle = spine.line.at(spine.middle_arc_mm[spine.names.index(name)])[0]
    return np.asarray(middle + np.array([right_mm, -back_mm, up_mm]))
