"""Where surfaces and leads meet a plane, in plane coordinates (mm right and up of its centre)."""

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from planner.errors import SpaceMismatchError
from planner.geometry import Surface
from planner.geometry.arrays import FloatArray
from planner.scene.display import ContactDisplay, LeadDisplay, PointDisplay
from planner.scene.planes import SlicePlane

KEPT_SURFACES = 256
ROUND_POINTS = 24
"""Corners of a drawn circle: at 1.3 mm across, the polygon is within 0.006 mm of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Polyline:
    """``uv`` (N, 2) mm in the plane."""

    uv: FloatArray
    is_closed: bool


def cut_surface(surface: Surface, plane: SlicePlane) -> tuple[Polyline, ...]:
    """The outline of a triangle surface on a plane; closed for a closed surface. Raises SpaceMismatchError."""
    if surface.space != plane.space:
        raise SpaceMismatchError(f"a surface in {surface.space!r} does not meet a plane in {plane.space!r}")
    height = plane.height_mm(surface.vertices)
    above = height >= 0.0  # a vertex on the plane counts as above, so every cut triangle has two cut edges
    corners = above[surface.triangles]
    cut = surface.triangles[corners.any(axis=1) & ~corners.all(axis=1)]
    if len(cut) == 0:
        return ()
    edges, segments = _cut_edges(cut, above)
    share = height[edges[:, 0]] / (height[edges[:, 0]] - height[edges[:, 1]])
    start, end = surface.vertices[edges[:, 0]], surface.vertices[edges[:, 1]]
    uv = plane.to_plane(start + share[:, None] * (end - start))
    return tuple(Polyline(uv[chain], closed) for chain, closed in _chains(segments))


class SurfaceCuts:
    """Remembers outlines from frame to frame: while a plane stands still nothing is cut again, and a surface that is
    far from the plane costs next to nothing."""

    def __init__(self) -> None:
        self._balls: dict[int, tuple[Surface, FloatArray, float]] = {}
        self._lines: dict[int, tuple[Polyline, ...]] = {}
        self._key = b""

    def cut(self, surface: Surface, plane: SlicePlane) -> tuple[Polyline, ...]:
        """As :func:`cut_surface`."""
        key = b"".join(part.tobytes() for part in (plane.centre_mm, plane.right, plane.up))
        if key != self._key:
            self._key, self._lines = key, {}
        _same, centre, radius = self._ball(surface)
        if abs(float(plane.height_mm(centre))) > radius and surface.space == plane.space:
            return ()
        if id(surface) not in self._lines:
            self._lines[id(surface)] = cut_surface(surface, plane)
        return self._lines[id(surface)]

    def _ball(self, surface: Surface) -> tuple[Surface, FloatArray, float]:
        """The surface (held, so that its id stays its own), and a ball around it."""
        if id(surface) not in self._balls:
            if len(self._balls) >= KEPT_SURFACES:
                self._balls.clear()
                self._lines.clear()
            columns = surface.vertices.T if len(surface.vertices) else np.zeros((3, 1))
            # Column by column: several times quicker than along rows of three.
            centre = np.array([(column.min() + column.max()) / 2.0 for column in columns])
            squares = [(column - middle) ** 2 for column, middle in zip(columns, centre, strict=True)]
            radius = float(np.sqrt((squares[0] + squares[1] + squares[2]).max()))
            self._balls[id(surface)] = (surface, centre, radius)
        return self._balls[id(surface)]


def _cut_edges(triangles: NDArray[np.int64], above: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(E, 2) vertex pairs of the cut edges, each once, and (M, 2) the two of them that each triangle joins."""
    pairs = np.sort(triangles[:, [[0, 1], [1, 2], [2, 0]]], axis=2)
    crosses = above[pairs[..., 0]] != above[pairs[..., 1]]
    found, number = np.unique(pairs[crosses], axis=0, return_inverse=True)
    return cast(NDArray[np.int64], found), cast(NDArray[np.int64], number.reshape(-1, 2))


def _chains(segments: NDArray[np.int64]) -> list[tuple[list[int], bool]]:
    """Segments between numbered points as runs of points, and whether each run closes."""
    neighbours: dict[int, list[int]] = {}
    for a, b in segments.tolist():
        neighbours.setdefault(a, []).append(b)
        neighbours.setdefault(b, []).append(a)
    ends = [point for point, others in neighbours.items() if len(others) == 1]
    chains = []
    for start in [*ends, *neighbours]:
        if neighbours[start]:
            chain = _walk(start, neighbours)
            is_closed = len(chain) > 2 and chain[0] == chain[-1]
            chains.append((chain[:-1] if is_closed else chain, is_closed))
    return chains


def _walk(start: int, neighbours: dict[int, list[int]]) -> list[int]:
    """Follow unused segments from ``start`` until none is left, using them up."""
    chain = [start]
    while neighbours[chain[-1]]:
        here = chain[-1]
        following = neighbours[here].pop()
        neighbours[following].remove(here)
        chain.append(following)
    return chain


@dataclass(frozen=True, slots=True, eq=False)
class ContactTrace:
    """A contact on a slice: its outline ``uv`` (N, 2), where its label goes, and how far it is from the plane."""

    contact: ContactDisplay
    uv: FloatArray
    centre_uv: FloatArray
    outward_uv: FloatArray
    distance_mm: float


@dataclass(frozen=True, slots=True, eq=False)
class LeadTrace:
    """A lead on a slice. ``ends`` (2, 2) are tip and upper end of its axis, ``shaft`` is its outline as seen across the
    plane, ``near`` the outline of the part within one millimetre of the plane (empty when there is none), ``crossing``
    where the axis meets the plane, if it does."""

    lead: LeadDisplay
    ends: FloatArray
    shaft: FloatArray
    near: FloatArray
    crossing: FloatArray | None
    contacts: tuple[ContactTrace, ...]


NEAR_MM = 1.0
"""A part of a lead is drawn as lying in the slice when it is this close: about half a clinical slice spacing."""


def trace_lead(lead: LeadDisplay, plane: SlicePlane) -> LeadTrace:
    """The lead as the slice shows it; contacts from the tip up."""
    ends = np.stack([lead.along(0.0), lead.along(lead.length_mm)])
    heights = plane.height_mm(ends)
    low, high = _near_part(float(heights[0]), float(heights[1]), lead)
    near = _cylinder_outline(lead, low, high, plane) if high > low else np.zeros((0, 2))
    crossing = None
    if heights[0] * heights[1] <= 0.0 and heights[0] != heights[1]:
        crossing = plane.to_plane(lead.along(float(heights[0] / (heights[0] - heights[1])) * lead.length_mm))
    contacts = tuple(_trace_contact(lead, contact, plane) for contact in lead.contacts)
    shaft = _cylinder_outline(lead, 0.0, lead.length_mm, plane)
    return LeadTrace(lead, plane.to_plane(ends), shaft, near, crossing, contacts)


def _near_part(height_tip: float, height_top: float, lead: LeadDisplay) -> tuple[float, float]:
    """From where to where (mm above the tip) the axis is within :data:`NEAR_MM` of the plane."""
    slope = (height_top - height_tip) / lead.length_mm
    if abs(slope) < 1e-9:
        return (0.0, lead.length_mm) if abs(height_tip) <= NEAR_MM else (0.0, 0.0)
    ends = sorted(((-NEAR_MM - height_tip) / slope, (NEAR_MM - height_tip) / slope))
    return max(ends[0], 0.0), min(ends[1], lead.length_mm)


def _trace_contact(lead: LeadDisplay, contact: ContactDisplay, plane: SlicePlane) -> ContactTrace:
    centre = lead.contact_centre(contact)
    around = _contact_corners(lead, contact)
    heights = plane.height_mm(around)
    distance = 0.0 if heights.min() <= 0.0 <= heights.max() else float(np.abs(heights).min())
    outward = np.zeros(2)
    if contact.centre_deg is not None:
        direction = lead.outward(contact.centre_deg)
        outward = np.array([direction @ plane.right, direction @ plane.up])
    return ContactTrace(contact, hull(plane.to_plane(around)), plane.to_plane(centre), outward, distance)


def _contact_corners(lead: LeadDisplay, contact: ContactDisplay) -> FloatArray:
    """(N, 3) points on the edges of a contact."""
    half = 180.0 if contact.width_deg is None else contact.width_deg / 2.0
    middle = contact.centre_deg or 0.0
    rim = lead.radius_mm * lead.around(np.linspace(middle - half, middle + half, ROUND_POINTS))
    return np.concatenate([lead.along(contact.low_mm) + rim, lead.along(contact.high_mm) + rim])


def _cylinder_outline(lead: LeadDisplay, low_mm: float, high_mm: float, plane: SlicePlane) -> FloatArray:
    return hull(plane.to_plane(_contact_corners(lead, ContactDisplay("", low_mm, high_mm))))


def hull(points: FloatArray) -> FloatArray:
    """(M, 2) corners of the convex hull of (N, 2) points, counter-clockwise (Andrew's monotone chain)."""
    ordered = points[np.lexsort((points[:, 1], points[:, 0]))].tolist()
    lower, upper = _half_hull(ordered), _half_hull(ordered[::-1])
    return np.array(lower[:-1] + upper[:-1])


def _half_hull(points: list[list[float]]) -> list[list[float]]:
    kept: list[list[float]] = []
    for x, y in points:
        while len(kept) >= 2 and _turn(kept[-2], kept[-1], x, y) <= 0.0:
            kept.pop()
        kept.append([x, y])
    return kept


def _turn(a: list[float], b: list[float], x: float, y: float) -> float:
    return (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0])


def point_distance_mm(point: PointDisplay, plane: SlicePlane) -> float:
    """How far a marked point lies from the plane."""
    return abs(float(plane.height_mm(np.array(point.xyz))))
