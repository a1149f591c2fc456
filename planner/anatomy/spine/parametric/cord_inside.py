"""Inside the cord: grey matter, white matter, the dorsal columns and which root's fibres lie where in them.

Outlines are (M, 2) points (right, back) in mm from the cord's own middle, one side (the right) unless said otherwise.
Lamination is a modelling assumption, to be shown as such: the table's order of roots is from memory, unverified; equal
bands are this table's rule ("model rule", inferred).
"""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from planner.anatomy.spine.parametric.measures import ColumnMeasures
from planner.anatomy.spine.parametric.segments import SegmentArcs
from planner.geometry.arrays import FloatArray

Tract = Literal["gracile", "cuneate"]
Mask = NDArray[np.bool_]
CUNEATE_FROM = "T6"
"""Roots of this segment and above run in the cuneate tract (dorsal_column_somatotopy.csv: from memory, unverified)."""
TILT = 0.4
"""How much the bands lean: caudal roots dorsomedial, rostral roots ventrolateral (Werner & Whitsel 1967, monkey). The
amount is drawn."""
APEX_BACK = 0.10
"""The columns reach forward to just behind the middle of the cord, as a share of its half depth. Drawn."""
ENLARGEMENTS = ((5.0, 1.8), (18.4, 0.9))
"""Vertebral places and spreads of the cervical and lumbar enlargements, where the front horns are wide. Drawn."""
DEPTH_STEPS = 40


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """Fibres of one root's segment on one side: an outline (M, 2), and its limits as shares of the column's width."""

    segment: str
    tract: Tract
    outline: FloatArray = field(repr=False)
    inner: float
    outer: float


@dataclass(frozen=True, slots=True, eq=False)
class CordSection:
    """The cord across at one place: half sizes, grey matter and dorsal columns of the right side, as bands from the
    midline outward; ``column_mm2`` the area of both sides' columns."""

    half_width_mm: float
    half_ap_mm: float
    grey: FloatArray = field(repr=False)
    bands: tuple[Band, ...]
    column_mm2: float


def cord_section(
    place: float, half_width: float, half_ap: float, segments: SegmentArcs, columns: tuple[ColumnMeasures, ...]
) -> CordSection:
    """``place`` against the vertebrae. Raises ValueError below the conus."""
    if half_ap <= 0:
        raise ValueError("there is no cord at this place")
    area = column_share(place, columns) * np.pi * half_width * half_ap
    edge = _edge(half_width, half_ap, area / 2)
    roots = roots_in_columns(segments.at(place), segments.names)
    return CordSection(half_width, half_ap, grey_outline(half_width, half_ap, horn_at(place)),
                       _bands(roots, edge), float(area))  # fmt: skip


def column_share(place: float, columns: tuple[ColumnMeasures, ...]) -> float:
    """Area of the dorsal columns over the area of the cord, as on the template; held beyond its ends."""
    places = [one.place for one in columns]
    shares = [(one.gracile_mm2 + one.cuneate_mm2) / one.cord_mm2 for one in columns]
    return float(np.interp(place, places, shares))


def roots_in_columns(segment: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Segments whose fibres run here, from the midline outward: the most caudal first, the entering one last."""
    return tuple(reversed(names[names.index(segment) :]))


def horn_at(place: float) -> float:
    """0 to 1: how wide the front horns are."""
    return float(sum(np.exp(-(((place - at) / spread) ** 2)) for at, spread in ENLARGEMENTS))


def grey_outline(half_width: float, half_ap: float, horn: float) -> FloatArray:
    """(M, 2) the right half of the butterfly, by rays from inside it."""
    angle = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    reach = np.linspace(0.0, 1.3, 260)
    middle = np.array([0.26 * half_width, 0.0])
    u = middle[0] + reach * np.cos(angle)[:, None] * half_width
    v = middle[1] + reach * np.sin(angle)[:, None] * half_ap
    outside = ~is_grey(u, v, half_width, half_ap, horn)
    first = np.argmax(outside, axis=1)
    rows = np.arange(len(angle))
    return np.stack([np.maximum(u[rows, first], 0.0), v[rows, first]], axis=1)


def is_grey(
    u: FloatArray, v: FloatArray, half_width: float, half_ap: float, horn: float
) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """The butterfly as three ellipses a side: front horn, leaning back horn, bridge. Drawn."""
    a = np.abs(u)
    front = _in_ellipse(a - 0.30 * half_width, v + 0.28 * half_ap, (0.16 + 0.12 * horn) * half_width, 0.34 * half_ap)
    lean = 0.30 * half_width + 0.22 * (v / half_ap) * half_width
    behind = _in_ellipse(a - lean, v - 0.32 * half_ap, 0.10 * half_width, 0.42 * half_ap)
    bridge = _in_ellipse(a, v + 0.02 * half_ap, 0.34 * half_width, 0.10 * half_ap)
    return np.asarray(front | behind | bridge)


def _in_ellipse(
    u: FloatArray, v: FloatArray, half_u: float, half_v: float
) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    return np.asarray((u / half_u) ** 2 + (v / half_v) ** 2 < 1)


def _edge(half_width: float, half_ap: float, area_mm2: float) -> FloatArray:
    """(DEPTH_STEPS, 2) outer limit of one side's columns from front to back: a wedge that opens towards the surface,
    as wide as it takes for this area, never wider than the cord."""
    back = np.linspace(APEX_BACK, 1.0, DEPTH_STEPS)
    surface = half_width * np.sqrt(np.clip(1 - back**2, 0.0, 1.0))
    opening = ((back - APEX_BACK) / (1 - APEX_BACK)) ** 0.7

    def area(width: float) -> float:
        return float(np.trapezoid(np.minimum(width * opening, surface), back * half_ap))

    low, high = 0.0, 4.0 * half_width
    for _round in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if area(middle) < area_mm2 else (low, middle)
    return np.stack([np.minimum(high * opening, surface), back * half_ap], axis=1)


def _bands(roots: tuple[str, ...], edge: FloatArray) -> tuple[Band, ...]:
    """Equal shares of the width at the surface, leaning."""
    limits = np.linspace(0.0, 1.0, len(roots) + 1)
    depth = (edge[:, 1] - edge[0, 1]) / (edge[-1, 1] - edge[0, 1])
    found = []
    names = _segment_order()
    for root, inner, outer in zip(roots, limits[:-1], limits[1:], strict=True):
        lines = [
            np.stack([share ** (1 + TILT * (1 - depth)) * edge[:, 0], edge[:, 1]], axis=1) for share in (inner, outer)
        ]
        outline = np.concatenate([lines[0], lines[1][::-1]])
        tract: Tract = "cuneate" if names.index(root) <= names.index(CUNEATE_FROM) else "gracile"
        found.append(Band(root, tract, outline, float(inner), float(outer)))
    return tuple(found)


def _segment_order() -> tuple[str, ...]:
    counts = (("C", 8), ("T", 12), ("L", 5), ("S", 5))
    return tuple(f"{letter}{number}" for letter, count in counts for number in range(1, count + 1))
