"""Compiled: the body around the spine. Everything is placed relative to the canal at the same height."""

import numpy as np
from numpy.typing import NDArray

from planner.anatomy.spine.parametric.solid_kernels import ellipse_distance
from planner.anatomy.spine.synthetic.noise_kernels import smooth_noise
from planner.anatomy.spine.synthetic.surroundings import Column
from planner.anatomy.spine.synthetic.tissues import Tissue
from planner.compiling import compiled_fast

C_X, C_Y, C_PLACE = int(Column.X), int(Column.Y), int(Column.PLACE)
C_SKIN, C_WIDTH, C_DEPTH, C_FAT = int(Column.SKIN), int(Column.HALF_WIDTH), int(Column.HALF_DEPTH), int(Column.FAT)
C_CAVITY_WIDTH, C_CAVITY_DEPTH = int(Column.CAVITY_HALF_WIDTH), int(Column.CAVITY_HALF_DEPTH)
C_BODY, C_FRONT = int(Column.BODY_HALF_WIDTH), int(Column.BODY_FRONT)
C_AORTA_U, C_AORTA_V, C_AORTA_R = int(Column.AORTA_U), int(Column.AORTA_V), int(Column.AORTA_RADIUS)
C_CAVA_R, C_TRACHEA_R, C_PSOAS_R = int(Column.CAVA_RADIUS), int(Column.TRACHEA_RADIUS), int(Column.PSOAS_RADIUS)
C_KIDNEY, C_HEART, C_DOME = int(Column.KIDNEY), int(Column.HEART), int(Column.DOME)
AIR, LUNG, FAT, MUSCLE, SKIN = int(Tissue.AIR), int(Tissue.LUNG), int(Tissue.FAT), int(Tissue.MUSCLE), int(Tissue.SKIN)
ORGAN, ARTERY, VEIN, GAS, BOWEL = (
    int(Tissue.ORGAN),
    int(Tissue.ARTERY),
    int(Tissue.VEIN),
    int(Tissue.GAS),
    int(Tissue.BOWEL),
)
KIDNEY, HEART, TABLE = int(Tissue.KIDNEY), int(Tissue.HEART), int(Tissue.TABLE)


@compiled_fast
def over(below: float, value: float, d: float, width: float) -> float:
    """``value`` laid over ``below`` where the distance ``d`` is negative, with a soft edge one voxel wide."""
    share = min(max(0.5 - d / width, 0.0), 1.0)
    return below + share * (value - below)


@compiled_fast
def look(looks: NDArray[np.float64], tissue: int, noise: float) -> float:
    return float(looks[tissue, 0] + looks[tissue, 1] * noise)


@compiled_fast
def soft_value(
    u: float, v: float, z: float, row: NDArray[np.float64], looks: NDArray[np.float64], width: float, seed: int
) -> float:
    """Grey value of the body without its spine at ``u`` right and ``v`` back of the canal, at height ``z``."""
    back_skin = row[C_SKIN] + 1.5 * smooth_noise(u / 40.0, z / 40.0, 1.5, seed)
    groove = 5.0 * min(max(row[C_PLACE] - 1.0, 0.0) / 3.0, 1.0) * np.exp(-((u / 14.0) ** 2))
    depth = row[C_DEPTH]
    a, b = abs(u) / row[C_WIDTH], abs(v - (back_skin - groove) + depth) / depth
    k = (a**2.6 + b**2.6) ** (1.0 / 2.6)
    outer = (k - 1.0) * min(row[C_WIDTH], depth)
    if outer > width:
        return float(looks[AIR, 0])
    fine = smooth_noise(u / 2.2, v / 2.2, z / 3.0, seed + 1)
    broad = smooth_noise(u / 9.0, v / 9.0, z / 30.0, seed + 2)
    value = over(looks[AIR, 0], look(looks, SKIN, fine), outer, width)
    value = over(value, look(looks, FAT, fine), outer + 2.0, width)
    fat = row[C_FAT] * (1.0 + 0.35 * smooth_noise(u / 60.0, v / 60.0, z / 60.0, seed + 3))
    muscle = look(looks, MUSCLE, 0.6 * fine + 0.6 * broad)
    marbling = smooth_noise(u / 5.0, v / 2.5, z / 14.0, seed + 8)
    muscle += 0.55 * min(max((marbling - 0.35) * 3.0, 0.0), 1.0) * (looks[FAT, 0] - muscle)  # streaks of fat
    sheet = abs(abs(u) - 27.0 - 0.25 * v - 5.0 * broad)  # between the muscle columns
    layer = abs(outer + 2.0 + fat + 11.0 + 4.0 * broad)  # under the flat muscles
    muscle = over(muscle, look(looks, FAT, fine), min(sheet, layer) - 0.7, width)
    value = over(value, muscle, outer + 2.0 + fat, width)
    value = cavity_value(value, u, v, z, row, looks, width, seed, fine)
    return vessels_value(value, u, v, row, looks, width, fine)


@compiled_fast
def cavity_value(
    value: float, u: float, v: float, z: float, row: NDArray[np.float64], looks: NDArray[np.float64],
    width: float, seed: int, fine: float,
) -> float:  # fmt: skip
    """Lungs, heart, organs and bowel inside the trunk; psoas and kidneys beside the spine."""
    half_width, half_depth = row[C_CAVITY_WIDTH], row[C_CAVITY_DEPTH]
    if half_width > 5.0:
        middle = 14.0 - half_depth
        inside = ellipse_distance(u, v - middle, half_width, half_depth)
        if inside < 2.0:
            beside = row[C_BODY] + 5.0 + 3.0 * smooth_noise(u / 25.0, v / 25.0, z / 40.0, seed + 4)
            if v > -4.0:
                beside += 1.3 * (v + 4.0)
            wall = max(inside, beside - abs(u))
            filling = look(looks, FAT, fine)
            belly = smooth_noise(u / 16.0, v / 16.0, z / 20.0, seed + 5)
            gut = look(looks, BOWEL, 0.5 * fine + 0.5 * belly)
            gut = over(gut, looks[GAS, 0], 4.0 * (0.45 - belly) * 4.0, width)
            gut = over(
                gut,
                look(looks, FAT, fine),
                (abs(smooth_noise(u / 14.0, v / 14.0, z / 18.0, seed + 6)) - 0.16) * 14.0,
                width,
            )
            organ = look(looks, ORGAN, fine)
            in_front = row[C_FRONT] - 26.0
            below = (row[C_DOME] + 1.0) * 26.0 - 0.25 * v + 8.0 * belly  # mm above the upper border of the bowel
            filling = over(filling, gut, max(v - in_front - 4.0 * belly, below), 4.0)
            upper_belly = max(-below, max(v - in_front - 8.0, (row[C_DOME] - 1.2) * 26.0))
            filling = over(filling, organ, upper_belly, 3.0)
            # Liver on the right, spleen on the left behind it.
            liver = max(30.0 - u - 10.0 * row[C_DOME], -70.0 - 26.0 * row[C_DOME] + 0.3 * u)
            liver = max(liver, (row[C_DOME] - 1.2) * 26.0)
            spleen = ellipse_distance(u + 0.86 * half_width, (v + 25.0), 0.3 * half_width, 42.0)
            spleen = max(spleen, max(-20.0 - 26.0 * row[C_DOME], (row[C_DOME] - 1.2) * 26.0))
            filling = over(filling, organ, min(liver, spleen), 3.0)
            value = over(value, filling, inside, width)
            if row[C_DOME] > -3.0:
                r2 = ((abs(u) - 60.0) / 55.0) ** 2 + ((v - middle) / half_depth) ** 2
                dome = (3.6 * np.sqrt(max(1.0 - r2, 0.0)) - row[C_DOME]) * 20.0  # mm below the diaphragm
                one = smooth_noise((u + 0.5 * v) / 15.0, v / 17.0, z / 15.0, seed + 7)
                two = smooth_noise(u / 16.0, (v - 0.6 * z) / 15.0, z / 18.0, seed + 9)
                vessel = 16.0 * np.sqrt(one * one + two * two) - 1.6  # where two sheets cross runs a tube
                lung = over(look(looks, LUNG, fine), looks[ARTERY, 0], vessel, width)
                belly_organ = over(organ, filling, -dome, width)
                value = over(value, over(lung, belly_organ, -dome, width), wall, width)
            if row[C_HEART] > 0.0:
                heart = ellipse_distance(u + 22.0, v - row[C_FRONT] + 62.0, 62.0 * row[C_HEART], 48.0 * row[C_HEART])
                value = over(value, look(looks, HEART, fine), heart, width)
    if row[C_PSOAS_R] > 1.0:
        psoas = ellipse_distance(abs(u) - row[C_BODY] - 0.55 * row[C_PSOAS_R], v - 0.55 * row[C_FRONT],
                                 0.8 * row[C_PSOAS_R], row[C_PSOAS_R])  # fmt: skip
        value = over(value, look(looks, MUSCLE, 0.7 * fine), psoas, width)
    if row[C_KIDNEY] > 0.0:
        kidney = ellipse_distance(abs(u) - 66.0, v - 0.5 * row[C_FRONT], 30.0 * row[C_KIDNEY], 26.0 * row[C_KIDNEY])
        kidney = over(look(looks, KIDNEY, fine), look(looks, FAT, fine), kidney + 17.0, 3.0)
        edge = ellipse_distance(abs(u) - 66.0, v - 0.5 * row[C_FRONT], 30.0 * row[C_KIDNEY], 26.0 * row[C_KIDNEY])
        value = over(value, kidney, edge, width)
    return value


@compiled_fast
def vessels_value(
    value: float, u: float, v: float, row: NDArray[np.float64], looks: NDArray[np.float64], width: float, fine: float
) -> float:
    """Aorta, caval vein, windpipe and the vessels of the neck, from what the row says of this height."""
    if row[C_AORTA_R] > 0.5:
        d = ellipse_distance(u - row[C_AORTA_U], v - row[C_AORTA_V], row[C_AORTA_R], row[C_AORTA_R])
        value = over(value, look(looks, FAT, fine), d - 2.0, width)
        value = over(value, looks[MUSCLE, 0], d - 1.2, width)
        value = over(value, look(looks, ARTERY, fine), d, width)
    if row[C_CAVA_R] > 0.5:
        d = ellipse_distance(u - 16.0, v - row[C_FRONT] + row[C_CAVA_R] + 3.0, row[C_CAVA_R], 0.8 * row[C_CAVA_R])
        value = over(value, look(looks, VEIN, fine), d, width)
    if row[C_TRACHEA_R] > 0.5:
        radius = row[C_TRACHEA_R]
        d = ellipse_distance(u, v - row[C_FRONT] + radius + 9.0, radius, radius)
        value = over(value, looks[MUSCLE, 0], d - 2.0, width)
        value = over(value, looks[AIR, 0], d, width)
        gullet = ellipse_distance(u + 4.0, v - row[C_FRONT] + 4.5, 6.0, 4.0)
        value = over(value, looks[MUSCLE, 0], gullet, width)
        if row[C_PLACE] < 7.0:
            for side in (-1.0, 1.0):
                artery = ellipse_distance(u - side * 26.0, v - row[C_FRONT] + 6.0, 3.6, 3.6)
                vein = ellipse_distance(u - side * 33.0, v - row[C_FRONT] + 8.0, 6.0, 5.0)
                value = over(value, look(looks, VEIN, fine), vein, width)
                value = over(value, look(looks, ARTERY, fine), artery, width)
    return value


@compiled_fast
def paint_soft(
    out: NDArray[np.float32],
    affine: NDArray[np.float64],
    rows: NDArray[np.float64],
    z_top: float,
    looks: NDArray[np.float64],
    width: float,
    seed: int,
    table_y: float,
) -> None:
    """Every voxel of ``out`` (X, Y, Z). ``rows`` (N, columns) every mm of height downwards from ``z_top``; the patient
    table lies at ``table_y``."""
    last = rows.shape[0] - 1.001
    row = np.empty(rows.shape[1])
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            for k in range(out.shape[2]):
                x = affine[0, 0] * i + affine[0, 1] * j + affine[0, 2] * k + affine[0, 3]
                y = affine[1, 0] * i + affine[1, 1] * j + affine[1, 2] * k + affine[1, 3]
                z = affine[2, 0] * i + affine[2, 1] * j + affine[2, 2] * k + affine[2, 3]
                at = min(max(z_top - z, 0.0), last)
                n = int(at)
                f = at - n
                for c in range(rows.shape[1]):
                    row[c] = rows[n, c] + f * (rows[n + 1, c] - rows[n, c])
                value = soft_value(x - row[C_X], row[C_Y] - y, z, row, looks, width, seed)
                if value == looks[AIR, 0]:
                    shell = abs(y - table_y - x * x / 1500.0) - 1.2
                    value = over(value, looks[TABLE, 0], shell, width)
                out[i, j, k] = value
