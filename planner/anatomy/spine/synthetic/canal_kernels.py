"""Compiled: bone, discs and what lies in the canal, laid over the soft tissues; and the labels that are the truth."""

import numpy as np
from numpy.typing import NDArray

from planner.anatomy.spine.parametric.solid_kernels import canal_distance, ellipse_distance
from planner.anatomy.spine.synthetic.noise_kernels import smooth_noise
from planner.anatomy.spine.synthetic.soft_kernels import look, over
from planner.anatomy.spine.synthetic.tissues import Tissue
from planner.compiling import compiled_fast

CORTEX, MARROW, NUCLEUS, ANNULUS = int(Tissue.CORTEX), int(Tissue.MARROW), int(Tissue.NUCLEUS), int(Tissue.ANNULUS)
CSF, WHITE, GREY, EPIDURAL = int(Tissue.CSF), int(Tissue.WHITE), int(Tissue.GREY), int(Tissue.EPIDURAL)
FLAVUM, NERVE, DURA, MUSCLE = int(Tissue.FLAVUM), int(Tissue.NERVE), int(Tissue.DURA), int(Tissue.MUSCLE)
CORD_LABEL, SAC_LABEL, CANAL_LABEL = 60, 61, 62
FIRST_DISC_LABEL = 100
NEAR_MM = 26.0
FLAVUM_MM, DURA_MM = 3.2, 0.35
ARCH_FRONT_MM = 7.0
"""Bone further back than this in front of the canal's middle is arch."""
ARCH_SHELL_MM, ARCH_MARROW = 0.8, 1.35

# Columns of the samples along the line.
S_HALF_AP, S_HALF_WIDTH, S_WINDOW, S_SAC_AP, S_SAC_WIDTH, S_SAC_BACK = 0, 1, 2, 3, 4, 5
S_CORD_AP, S_CORD_WIDTH, S_CORD_BACK, S_HORN = 6, 7, 8, 9
SAMPLE_COLUMNS = 10


@compiled_fast
def grey_distance(u: float, v: float, half_width: float, half_ap: float, horn: float) -> float:
    """Of the grey matter's butterfly in a cord of these half sizes; ``horn`` widens the horns (enlargements)."""
    a = abs(u)
    front = ellipse_distance(
        a - 0.30 * half_width, v + 0.28 * half_ap, (0.16 + 0.12 * horn) * half_width, 0.34 * half_ap
    )
    lean = 0.30 * half_width + 0.22 * (v / half_ap) * half_width
    behind = ellipse_distance(a - lean, v - 0.32 * half_ap, 0.10 * half_width, 0.42 * half_ap)
    bridge = ellipse_distance(a, v + 0.02 * half_ap, 0.34 * half_width, 0.10 * half_ap)
    return min(front, min(behind, bridge))


@compiled_fast
def beside_line(x: float, y: float, z: float, start: float, frames: NDArray[np.float64]) -> tuple[float, float, float]:
    """Sample (with fraction), right and back of a point, from a first guess of the sample; sample -1 off the line."""
    count = frames.shape[0]
    at = start
    u, v = 0.0, 0.0
    for step in range(4):
        n = int(min(max(at, 0.0), count - 2.0))
        f = at - n
        dx = x - frames[n, 0, 0] - f * (frames[n + 1, 0, 0] - frames[n, 0, 0])
        dy = y - frames[n, 0, 1] - f * (frames[n + 1, 0, 1] - frames[n, 0, 1])
        dz = z - frames[n, 0, 2] - f * (frames[n + 1, 0, 2] - frames[n, 0, 2])
        if step < 3:
            at += 0.9 * (dx * frames[n, 3, 0] + dy * frames[n, 3, 1] + dz * frames[n, 3, 2])
        else:
            u = dx * frames[n, 1, 0] + dy * frames[n, 1, 1] + dz * frames[n, 1, 2]
            v = dx * frames[n, 2, 0] + dy * frames[n, 2, 1] + dz * frames[n, 2, 2]
    if at < 0.0 or at > count - 1.5:
        return -1.0, u, v
    return at, u, v


@compiled_fast
def canal_value(
    value: float, u: float, v: float, row: NDArray[np.float64], looks: NDArray[np.float64], width: float, fine: float
) -> tuple[float, int]:
    """What lies at ``u`` right and ``v`` back of the canal's middle laid over ``value``, and its label."""
    d_canal = canal_distance(u, v, row[S_HALF_WIDTH], row[S_HALF_AP], row[S_WINDOW])
    if v > 0.0:
        value = over(value, look(looks, FLAVUM, fine), d_canal - FLAVUM_MM, width)
    value = over(value, look(looks, EPIDURAL, fine), d_canal, width)
    label = CANAL_LABEL if d_canal < 0.0 else 0
    if row[S_SAC_AP] <= 0.3:
        return value, label
    d_sac = ellipse_distance(u, v - row[S_SAC_BACK], row[S_SAC_WIDTH], row[S_SAC_AP])
    value = over(value, look(looks, DURA, fine), d_sac - DURA_MM, width)
    value = over(value, look(looks, CSF, fine), d_sac, width)
    if d_sac >= 0.0:
        return value, label
    if row[S_CORD_AP] <= 0.3:
        return value, SAC_LABEL
    behind = v - row[S_CORD_BACK]
    d_cord = ellipse_distance(u, behind, row[S_CORD_WIDTH], row[S_CORD_AP])
    if d_cord < width:
        inner = look(looks, WHITE, fine)
        d_grey = grey_distance(u, behind, row[S_CORD_WIDTH], row[S_CORD_AP], row[S_HORN])
        value = over(value, over(inner, look(looks, GREY, fine), d_grey, width), d_cord, width)
    return value, CORD_LABEL if d_cord < 0.0 else SAC_LABEL


@compiled_fast
def disc_look(x: float, y: float, z: float, middle: float, looks: NDArray[np.float64], seed: int) -> float:
    fine = smooth_noise(x / 2.0, y / 2.0, z / 1.5, seed + 12)
    rim = look(looks, ANNULUS, fine)
    return float(rim + middle * (look(looks, NUCLEUS, fine) - rim))


@compiled_fast
def bone_look(
    x: float, y: float, z: float, depth: float, is_arch: bool, density: float, looks: NDArray[np.float64], seed: int
) -> float:
    """Marrow with its struts inside a shell of dense bone; ``depth`` is the signed distance to the surface."""
    coarse = smooth_noise(x / 1.5, y / 1.5, z / 3.5, seed + 13)
    broad = smooth_noise(x / 7.0, y / 7.0, z / 7.0, seed + 14)
    strut = max(coarse * (1.0 + 0.4 * broad), -0.6)
    marrow = looks[MARROW, 0] * density + looks[MARROW, 1] * (0.8 * strut + 0.25 * broad)
    shell = 0.55 + 0.4 * smooth_noise(x / 6.0, y / 6.0, z / 6.0, seed + 15)
    if is_arch:
        shell += ARCH_SHELL_MM  # the arch is mostly dense bone
        if looks[CORTEX, 0] > looks[MARROW, 0]:  # on MRI it is not the brighter for it
            marrow *= ARCH_MARROW
    hard = min(max((depth + shell) / 0.7 + 0.5, 0.0), 1.0)
    return float(marrow + hard * (look(looks, CORTEX, broad) - marrow))


@compiled_fast
def paint_canal(
    out: NDArray[np.float32],
    labels: NDArray[np.uint8],
    bone: NDArray[np.float32],
    owner: NDArray[np.uint8],
    disc: NDArray[np.float32],
    disc_middle: NDArray[np.float32],
    disc_owner: NDArray[np.uint8],
    affine: NDArray[np.float64],
    frames: NDArray[np.float64],
    samples: NDArray[np.float64],
    by_z: NDArray[np.float64],
    z_top: float,
    looks: NDArray[np.float64],
    density: NDArray[np.float64],
    width: float,
    seed: int,
) -> None:
    """``frames`` (N, 4, 3) and ``samples`` (N, SAMPLE_COLUMNS) every mm along the line; ``by_z`` the sample at every mm
    of height from ``z_top`` down; ``density`` (256,) scales the marrow of each bone."""
    row = np.empty(SAMPLE_COLUMNS)
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            for k in range(out.shape[2]):
                x = affine[0, 0] * i + affine[0, 1] * j + affine[0, 2] * k + affine[0, 3]
                y = affine[1, 0] * i + affine[1, 1] * j + affine[1, 2] * k + affine[1, 3]
                z = affine[2, 0] * i + affine[2, 1] * j + affine[2, 2] * k + affine[2, 3]
                value, label, d_canal = float(out[i, j, k]), 0, NEAR_MM
                start = by_z[int(min(max(z_top - z, 0.0), by_z.shape[0] - 1.0))]
                line_x, line_y = frames[int(start), 0, 0], frames[int(start), 0, 1]
                if abs(x - line_x) < NEAR_MM and abs(y - line_y) < NEAR_MM:
                    at, u, v = beside_line(x, y, z, start, frames)
                    if at >= 0.0:
                        n = int(at)
                        for c in range(SAMPLE_COLUMNS):
                            row[c] = samples[n, c] + (at - n) * (samples[n + 1, c] - samples[n, c])
                        d_canal = canal_distance(u, v, row[S_HALF_WIDTH], row[S_HALF_AP], row[S_WINDOW])
                        if d_canal < FLAVUM_MM + 2.0:
                            fine = smooth_noise(x / 1.6, y / 1.6, z / 2.0, seed + 11)
                            value, label = canal_value(value, u, v, row, looks, width, fine)
                d_bone, d_disc = bone[i, j, k], max(disc[i, j, k], -d_canal)
                if d_disc < width and d_bone > -width:
                    value = over(value, disc_look(x, y, z, disc_middle[i, j, k], looks, seed), d_disc, width)
                    if d_disc < 0.0 and d_bone >= 0.0 and label == 0:
                        label = disc_owner[i, j, k]
                if d_bone < width:
                    number = owner[i, j, k]
                    is_arch = y < line_y + ARCH_FRONT_MM
                    value = over(
                        value, bone_look(x, y, z, d_bone, is_arch, density[number], looks, seed), d_bone, width
                    )
                    if d_bone < 0.0:
                        label = number
                out[i, j, k] = value
                labels[i, j, k] = label
