"""The wall of the canal as a tube: in every plane across the path, how far the bone is in each direction."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, gaussian_filter1d, percentile_filter

from planner.anatomy.spine.ct.planes import Planes, planes_along, sampled, smooth_curve
from planner.anatomy.spine.ct.work_grid import kernels
from planner.geometry import Curve, Volume
from planner.geometry.arrays import FloatArray

STEP_MM = 1.0
"""Between planes."""
PIXEL_MM = 0.75
HALF_MM = 24.0
DIRECTIONS = 48
"""The first points to the right, then by the back: multiples of four, so that all four sides have their ray."""
FAR_MM = 20.0
"""Beyond the widest canal half (C4 to C7 13 mm, L5 14 mm; Panjabi 1991 and 1992) by some millimetres of path error."""
WALL_HU = 170.0
NEIGHBOURS_MM = 11.0
"""Half a vertebra of the neck: a gap of the wall is bridged from the bone above and below it."""
UNKNOWN_MM = 9.0
"""Where no bone is near at all: half of a usual canal."""
LEAK = 1.25
"""A ray that goes this much further than its neighbours above and below has left through a gap."""


@dataclass(frozen=True, slots=True, eq=False)
class Tube:
    """``hit_mm`` (N, R) to bone, NaN where there is none; ``wall_mm`` (N, R) the same with the gaps bridged."""

    planes: Planes
    hit_mm: FloatArray = field(repr=False)
    wall_mm: FloatArray = field(repr=False)


def directions() -> FloatArray:
    """(R, 2) unit steps (right, back)."""
    angles = np.arange(DIRECTIONS) * 2.0 * np.pi / DIRECTIONS
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def tube_around(ct: Volume, path: Curve) -> Tube:
    """The wall seen from ``path``."""
    planes = planes_along(path, np.arange(0.0, path.length_mm + 1e-6, STEP_MM))
    side = np.arange(-HALF_MM, HALF_MM + 1e-6, PIXEL_MM)
    stack = quiet(sampled(ct, planes, side, side))
    hit = kernels().wall_hits(stack, PIXEL_MM, directions(), PIXEL_MM / 2.0, FAR_MM, WALL_HU)
    return Tube(planes, hit, bridged(hit))


def quiet(stack: NDArray[np.float32]) -> NDArray[np.float32]:
    """``stack`` (N, U, V), smoothed where its noise alone would reach the threshold of bone."""
    middle = stack.shape[1] // 2
    core = stack[:, middle - 3 : middle + 4, middle - 3 : middle + 4]
    noise = 1.48 * float(np.median(np.abs(np.diff(core, axis=0)))) / np.sqrt(2.0)
    if noise < NOISY_HU or len(stack) < 5:
        return stack
    smooth: NDArray[np.float32] = gaussian_filter(stack, (1.2, 1.0, 1.0), mode="nearest")
    return smooth


NOISY_HU = 30.0
"""Standard deviation between planes 1 mm apart from which a ray of 25 samples meets chance bone (soft tissue at 40,
bone at 170 HU: 4 standard deviations)."""


def bridged(hit_mm: FloatArray) -> FloatArray:
    """(N, R) distances in which gaps and rays that left through them follow the wall above and below."""
    reach = int(NEIGHBOURS_MM / STEP_MM)
    far = np.where(np.isnan(hit_mm), FAR_MM, hit_mm)
    ring = np.concatenate([far[:, -1:], far, far[:, :1]], axis=1)
    near = percentile_filter(ring, 30, size=(2 * reach + 1, 3), mode="nearest")[:, 1:-1]
    near = np.where(near >= FAR_MM, UNKNOWN_MM, near)
    wall = np.where(far > LEAK * near, near, far)
    wall = gaussian_filter1d(wall, 1.0, axis=1, mode="wrap")
    smooth: FloatArray = gaussian_filter1d(wall, 2.0 / STEP_MM, axis=0, mode="nearest")
    return smooth


def centroids(tube: Tube) -> FloatArray:
    """(N, 2) middle (right, back) of the wall's outline in each plane, mm from the path."""
    rim = tube.wall_mm[..., None] * directions()
    after = np.roll(rim, -1, axis=1)
    cross = rim[..., 0] * after[..., 1] - rim[..., 1] * after[..., 0]
    area = cross.sum(axis=1) / 2.0
    middle: FloatArray = ((rim + after) * cross[..., None]).sum(axis=1) / (6.0 * area[:, None])
    return middle


def centred(ct: Volume, path: Curve, rounds: int = 3) -> tuple[Curve, Tube]:
    """``path`` moved to the middle of the canal, and the wall seen from there."""
    for _round in range(rounds):
        tube = tube_around(ct, path)
        shift = gaussian_filter1d(np.clip(centroids(tube), -4.0, 4.0), 6.0 / STEP_MM, axis=0, mode="nearest")
        moved = tube.planes.origin + shift[:, :1] * tube.planes.right + shift[:, 1:] * tube.planes.back
        path = smooth_curve(moved, path.space, STEP_MM, 4.0)
    return path, tube_around(ct, path)
