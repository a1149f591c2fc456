"""What surrounds the spine at every height, as one table: outlines, cavities, vessels. Drawn, not measured, except the
depth of the skin behind the canal, which the measures give."""

from enum import IntEnum

import numpy as np

from planner.anatomy.spine.levels import USUAL
from planner.anatomy.spine.parametric.spine import ParametricSpine
from planner.geometry.arrays import FloatArray


class Column(IntEnum):
    """All mm; U is to the patient's right of the canal, V behind it (in front is negative)."""

    X = 0
    Y = 1
    PLACE = 2
    SKIN = 3
    HALF_WIDTH = 4
    HALF_DEPTH = 5
    FAT = 6
    CAVITY_HALF_WIDTH = 7
    CAVITY_HALF_DEPTH = 8
    BODY_HALF_WIDTH = 9
    BODY_FRONT = 10
    AORTA_U = 11
    AORTA_V = 12
    AORTA_RADIUS = 13
    CAVA_RADIUS = 14
    TRACHEA_RADIUS = 15
    PSOAS_RADIUS = 16
    KIDNEY = 17
    HEART = 18
    DOME = 19


SHAPES: dict[Column, tuple[tuple[float, float], ...]] = {
    Column.HALF_WIDTH: ((0, 75), (3, 62), (5.5, 68), (7.5, 150), (9, 172), (13, 165), (19, 150), (22, 152), (25, 175)),
    Column.HALF_DEPTH: ((0, 85), (3, 60), (6, 64), (8, 92), (13, 112), (19, 106), (22, 100), (26, 108)),
    Column.FAT: ((0, 4), (4, 6), (8, 14), (13, 12), (18, 14), (22, 22), (26, 28)),
    Column.CAVITY_HALF_WIDTH: ((6.8, 0), (7.6, 50), (8.5, 85), (10, 108), (14, 128), (18, 126), (22, 122), (26, 110)),
    Column.CAVITY_HALF_DEPTH: ((6.8, 30), (8.5, 55), (10, 78), (14, 94), (18, 90), (22, 82), (26, 80)),
    Column.AORTA_RADIUS: ((10.4, 0), (10.5, 13), (14, 12), (18, 11), (22, 9), (22.6, 8.5), (22.7, 0)),
    Column.CAVA_RADIUS: ((17, 0), (17.1, 11), (22.6, 11), (22.7, 0)),
    Column.TRACHEA_RADIUS: ((2, 0), (2.4, 8), (5, 8.5), (11, 8.5), (11.1, 0)),
    Column.PSOAS_RADIUS: ((18.6, 0), (19.2, 6), (21, 15), (23, 21), (24.2, 21), (25.2, 13), (25.8, 0)),
    Column.KIDNEY: ((18.4, 0), (19, 0.85), (20, 1.0), (21, 0.85), (21.6, 0)),
    Column.HEART: ((11.5, 0), (12.2, 0.6), (14, 1.0), (15.6, 0.9), (16.6, 0)),
}
"""By vertebral place (C1's top = 0) of a usual spine, joined by straight lines and held at the ends."""
ABOVE_DIAPHRAGM = 19.6
"""The lungs' lowest recess ends behind L1."""


def size_at(column: Column, usual_place: float) -> float:
    """Of the average body, mm."""
    places, values = zip(*SHAPES[column], strict=True)
    return float(np.interp(usual_place, np.array(places), np.array(values)))


def places_at(spine: ParametricSpine, z: FloatArray) -> FloatArray:
    """(N,) vertebral places where the line crosses these heights."""
    line = spine.line
    order = np.argsort(line.xyz[:, 2])
    return line.place_of(np.interp(z, line.xyz[order, 2], line.arc_mm[order]))


def usual_places(spine: ParametricSpine, z: FloatArray) -> FloatArray:
    """The same as in a usual spine of that length: the trunk does not know of a thirteenth rib."""
    return places_at(spine, z) * (USUAL.index("S1") / spine.parameters.scheme.index("S1"))


def surroundings(spine: ParametricSpine, z_top: float, z_bottom: float, rng: np.random.Generator) -> FloatArray:
    """(N, columns) every mm downwards from ``z_top``; people differ by a few percent."""
    z = np.arange(z_top, z_bottom - 2.0, -1.0)
    line = spine.line
    order = np.argsort(line.xyz[:, 2])
    place = places_at(spine, z)
    usual = usual_places(spine, z)
    rows = np.zeros((len(z), len(Column)))
    rows[:, Column.X] = np.interp(z, line.xyz[order, 2], line.xyz[order, 0])
    rows[:, Column.Y] = np.interp(z, line.xyz[order, 2], line.xyz[order, 1])
    rows[:, Column.PLACE] = usual
    for column, shape in SHAPES.items():
        at, values = zip(*shape, strict=True)
        size = rng.normal(1.0, 0.03)
        rows[:, column] = np.interp(usual, at, values) * size
    middles = np.arange(len(spine.levels)) + 0.5
    depth = np.array([(one.depth_top_mm + one.depth_bottom_mm) / 2 for one in spine.levels])
    width = np.array([(one.width_top_mm + one.width_bottom_mm) / 4 for one in spine.levels])
    skin = np.array([one.skin_depth_mm for one in spine.levels])
    half_ap = spine.sections.at(place, "canal_half_ap")
    rows[:, Column.SKIN] = np.interp(place, middles, skin) * rng.normal(1.0, 0.05) + half_ap
    rows[:, Column.BODY_HALF_WIDTH] = np.interp(place, middles, width)
    rows[:, Column.BODY_FRONT] = -half_ap - np.interp(place, middles, depth)
    rows[:, Column.AORTA_U] = np.interp(usual, (10.5, 13, 18, 21), (-24, -20, -9, -4))
    beside = np.interp(usual, (10.5, 13, 18, 21), (8, 4, -12, -13))
    rows[:, Column.AORTA_V] = rows[:, Column.BODY_FRONT] + beside
    rows[:, Column.DOME] = ABOVE_DIAPHRAGM - usual
    return rows
