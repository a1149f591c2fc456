"""Everything drawn over a slice as plain marks in pixels, once; the window paints them with Qt, the report with PIL."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from planner.geometry.arrays import FloatArray
from planner.scene.display import (
    AXIAL_RGB,
    CORONAL_RGB,
    OBLIQUE_RGB,
    SAGITTAL_RGB,
    LeadDisplay,
    PointDisplay,
    Rgb,
    SurfaceDisplay,
)
from planner.scene.planes import PlaneKind, Raster

PLANE_RGB: dict[PlaneKind, Rgb] = {
    "axial": AXIAL_RGB,
    "coronal": CORONAL_RGB,
    "sagittal": SAGITTAL_RGB,
    "oblique": OBLIQUE_RGB,
    "probe": OBLIQUE_RGB,
}
Anchor = Literal["left", "centre", "right"]


@dataclass(frozen=True, slots=True, eq=False)
class Stroke:
    """A line through ``xy`` (N, 2) pixels."""

    xy: FloatArray
    rgb: Rgb
    width_px: float = 1.0
    alpha: float = 1.0
    is_closed: bool = False
    is_dashed: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Fill:
    """A filled polygon of ``xy`` (N, 2) pixels."""

    xy: FloatArray
    rgb: Rgb
    alpha: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """A line of text. ``x`` is the anchored side, ``y`` the middle of the line; cut with … beyond ``room_px``."""

    x: float
    y: float
    text: str
    rgb: Rgb
    size_px: float = 12.0
    anchor: Anchor = "left"
    is_bold: bool = False
    room_px: float = 1e6
    on_plate: bool = False


Mark = Stroke | Fill | Words


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """What lies over the picture of a slice, all in the raster's space."""

    cursor: FloatArray | None = None
    leads: tuple[LeadDisplay, ...] = ()
    surfaces: tuple[SurfaceDisplay, ...] = ()
    points: tuple[PointDisplay, ...] = ()
    rings_mm: tuple[float, ...] = ()
    marks: tuple[Mark, ...] = field(default=())


def circle(centre_xy: FloatArray, radius_px: float) -> FloatArray:
    """(48, 2) pixels around a centre."""
    angle = np.linspace(0.0, 2.0 * np.pi, 48, endpoint=False)
    return np.asarray(centre_xy + radius_px * np.stack([np.cos(angle), np.sin(angle)], axis=1))


def crosshair_marks(raster: Raster, cursor: FloatArray, gap_px: float = 12.0) -> list[Mark]:
    """The two other planes as lines through the cursor, in their colours, with a gap around the cursor."""
    x, y = np.floor(raster.to_px(cursor)) + 0.5  # in the middle of its pixel a line is sharp
    upright, level = _crossing_planes(raster)
    width, height = raster.width, raster.height
    ends = (
        ((0.0, y), (x - gap_px, y), level),
        ((x + gap_px, y), (width, y), level),
        ((x, 0.0), (x, y - gap_px), upright),
        ((x, y + gap_px), (x, height), upright),
    )
    return [Stroke(np.array([start, end]), PLANE_RGB[kind], 1.0, 0.85) for start, end, kind in ends]


def _crossing_planes(raster: Raster) -> tuple[PlaneKind, PlaneKind]:
    """Which plane the upright line and which the level line stand for."""
    crossings: dict[PlaneKind, tuple[PlaneKind, PlaneKind]] = {
        "axial": ("sagittal", "coronal"),
        "coronal": ("sagittal", "axial"),
        "sagittal": ("coronal", "axial"),
        "oblique": ("oblique", "oblique"),
        "probe": ("probe", "probe"),
    }
    return crossings[raster.plane.kind]


def ring_marks(raster: Raster, centre: FloatArray, rings_mm: tuple[float, ...]) -> list[Mark]:
    """Rings around the path with their radius in mm."""
    middle = raster.to_px(centre)
    marks: list[Mark] = []
    for radius in rings_mm:
        radius_px = radius / raster.mm_per_px
        marks.append(Stroke(circle(middle, radius_px), OBLIQUE_RGB, 1.0, 0.9, is_closed=True))
        place = middle + radius_px * np.array([0.7071, -0.7071])
        marks.append(Words(float(place[0]) + 3, float(place[1]) - 5, f"{radius:g}", OBLIQUE_RGB, 11.0))
    return marks


def point_marks(raster: Raster, points: tuple[PointDisplay, ...], near_mm: float = 2.0) -> list[Mark]:
    """Targets round, entries square, landmarks a cross; faint and without a name when not near the slice."""
    marks: list[Mark] = []
    for point in points:
        distance = abs(float(raster.plane.height_mm(np.array(point.xyz))))
        if distance > 5.0 * near_mm:
            continue
        is_near = distance <= near_mm
        x, y = raster.to_px(np.array(point.xyz))
        marks += _point_shape(point, float(x), float(y), 1.0 if is_near else 0.4)
        if is_near and point.name:
            marks.append(Words(float(x), float(y) + 17, point.name, point.rgb, 11.0, "centre", is_bold=True))
    return marks


def _point_shape(point: PointDisplay, x: float, y: float, alpha: float) -> list[Mark]:
    here = np.array([x, y])
    if point.shape == "round":
        return [Stroke(circle(here, 6.0), point.rgb, 2.0, alpha, is_closed=True)]
    if point.shape == "square":
        corners = here + 5.5 * np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
        return [Stroke(corners, point.rgb, 2.0, alpha, is_closed=True)]
    arms = ((np.array([-7, 0]), np.array([7, 0])), (np.array([0, -7]), np.array([0, 7])))
    return [Stroke(np.stack([here + a, here + b]), point.rgb, 2.0, alpha) for a, b in arms]
