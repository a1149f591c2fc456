"""How vertebrae are turned about the canal: a scoliosis turns their bodies to one side."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from planner.anatomy.spine.ct.planes import Planes, sampled
from planner.anatomy.spine.ct.tube import Tube
from planner.anatomy.spine.ct.work_grid import OUTSIDE
from planner.geometry import Volume
from planner.geometry.arrays import FloatArray

STEP_DEG = 3.0
MOST_DEG = 42.0
"""A scoliosis of 90 degrees turns its apex by about 35 (rotation 0.4 per degree of Cobb angle)."""
RADII_MM = np.arange(10.0, 38.1, 2.0)
"""From the wall of the canal to the front of a thoracic body and the spinous process."""
HU_RANGE = (-50.0, 250.0)
"""Fat to plain bone: brighter vessels with contrast do not count for more."""
NEAR_MM, STIFF_MM = 4.0, 18.0
"""Planes averaged, and the length over which the turn changes."""
STRAIGHT_COST = 0.04
"""Loss of likeness of the two halves for 42 degrees of turn: where they say nothing, the vertebra faces ahead."""


def facing(ct: Volume, tube: Tube) -> FloatArray:
    """(N,) radians by which the bodies lie turned to the patient's left of straight ahead: about that axis the right
    half of the picture is most like the left."""
    likeness, shown = _likeness(ct, tube)
    weight = np.where(shown > WHOLE, 1.0, 1e-3)[:, None]
    turns = _turns()
    score = gaussian_filter1d(likeness * weight, STIFF_MM, axis=0, mode="nearest")
    score /= gaussian_filter1d(weight, STIFF_MM, axis=0, mode="nearest")
    score -= STRAIGHT_COST * (turns * STEP_DEG / MOST_DEG) ** 2
    best = np.clip(score.argmax(axis=1), 1, len(turns) - 2)
    rows = np.arange(len(score))
    low, middle, high = score[rows, best - 1], score[rows, best], score[rows, best + 1]
    part = np.clip(0.5 * (low - high) / np.minimum(low - 2.0 * middle + high, -1e-9), -0.5, 0.5)
    turn_deg = (turns[best] + part) * STEP_DEG
    turn: FloatArray = np.radians(gaussian_filter1d(turn_deg, STIFF_MM / 2.0, mode="nearest"))
    return turn


def looks_like_a_spine(ct: Volume, tube: Tube) -> bool:
    """Whether right and left of the path are alike, straight ahead or about a turned axis: a hip or a thigh bone
    encloses marrow as the spine does its canal, but has no second half."""
    likeness, _shown = _likeness(ct, tube)
    straight = likeness[:, likeness.shape[1] // 2]
    return bool(np.median(straight) >= ALIKE_STRAIGHT or np.median(likeness.max(axis=1)) >= ALIKE_TURNED)


ALIKE_STRAIGHT, ALIKE_TURNED = 0.37, 0.82
"""Measured: spines 0.68 to 0.98 straight (0.41 with 70 degrees of scoliosis, then 0.87 turned); hip and thigh 0.28 and
0.34 straight, 0.70 and 0.78 turned."""


def _turns() -> NDArray[np.int64]:
    return np.arange(-round(MOST_DEG / STEP_DEG), round(MOST_DEG / STEP_DEG) + 1, dtype=np.int64)


def _likeness(ct: Volume, tube: Tube) -> tuple[FloatArray, FloatArray]:
    """(N, T) correlation of the two halves about each axis, and the share of each plane that is shown (N,)."""
    polar, shown = _polar(ct, tube.planes)
    polar = gaussian_filter1d(polar, NEAR_MM, axis=0, mode="nearest")
    polar -= polar.mean(axis=(1, 2), keepdims=True)
    size = np.maximum((polar**2).sum(axis=(1, 2)), 1e-6)
    count = polar.shape[1]
    mirrored = [(polar * polar[:, (2 * turn - np.arange(count)) % count]).sum(axis=(1, 2)) / size for turn in _turns()]
    return np.stack(mirrored, axis=1), shown


WHOLE = 0.93
"""Share of a plane that the image must show for its halves to be compared."""


def _polar(ct: Volume, planes: Planes) -> tuple[FloatArray, FloatArray]:
    """(N, A, R) HU around the canal, from straight ahead over the patient's left; and the share that is shown (N,)."""
    from scipy.ndimage import map_coordinates

    side = np.arange(-40.0, 40.1, 1.0)
    stack = sampled(ct, planes, side, side)
    near = np.hypot(side[:, None], side[None, :]) <= RADII_MM[-1]
    shown = (stack[:, near] != OUTSIDE).mean(axis=1)
    stack = np.clip(stack, *HU_RANGE)
    angles = np.radians(np.arange(0.0, 360.0, STEP_DEG))
    middle = (len(side) - 1) / 2.0
    right = middle - np.sin(angles)[:, None] * RADII_MM
    back = middle - np.cos(angles)[:, None] * RADII_MM
    found = [map_coordinates(plane, [right, back], order=1, mode="nearest") for plane in stack]
    values: FloatArray = np.array(found, dtype=float)
    return values, shown


def turned(planes: Planes, turn: FloatArray) -> Planes:
    """The same planes with their back turned so that straight ahead is where the bodies are."""
    cos, sin = np.cos(turn)[:, None], np.sin(turn)[:, None]
    back = cos * planes.back + sin * planes.right
    right = cos * planes.right - sin * planes.back
    return Planes(planes.origin, right, back, planes.down, planes.arc_mm)
