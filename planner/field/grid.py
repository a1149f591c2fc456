"""The solver's grid: fitted to the lead, so that no cell ever cuts its surface.

Three coordinates that are orthogonal everywhere: ``n`` the distance from the lead's surface, ``s`` the way along that
surface from the apex of the tip (over the hemisphere, then up the shaft), ``t`` the angle around the shaft. Below the
centre of the tip these are spherical coordinates, above it cylindrical ones; both share the plane between them. The
lead's body is not in the grid, and an encapsulation of constant thickness is a layer of whole cells.

Arrays are indexed [t, s, n]. Two-dimensional arrays [s, n] hold what does not depend on the angle.
"""

from dataclasses import dataclass, field

import numpy as np

from planner.field.grading import edges_from, growing, merged, near, spaced
from planner.field.lead import LeadShape
from planner.geometry.arrays import FloatArray

SAME_PLACE_MM = 1e-6
SAME_ANGLE_DEG = 1e-6
FEWEST_TIP_CELLS = 16
"""Over the quarter turn from apex to shaft, however thin the lead is."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """Cell sizes. The first cells at every contact edge carry the square-root singularity of the current density."""

    edge_mm: float = 0.04
    along_growth: float = 1.25
    along_largest_mm: float = 0.15
    tip_largest_mm: float = 0.06
    away_growth: float = 1.12
    angles: int = 32
    segment_edge_deg: float = 3.0
    segment_growth: float = 1.4
    segment_largest_deg: float = 12.0


@dataclass(frozen=True, slots=True)
class Domain:
    """Where the model ends: ``radius_mm`` from the axis and from the tip's centre, ``top_mm`` above the apex."""

    radius_mm: float = 40.0
    top_mm: float = 45.0


@dataclass(frozen=True, slots=True, eq=False)
class LeadGrid:
    """Cell edges: ``n_mm`` from the surface, ``s_mm`` along it, ``t_rad`` around (first and last the same angle)."""

    radius_mm: float
    n_mm: FloatArray = field(repr=False)
    s_mm: FloatArray = field(repr=False)
    t_rad: FloatArray = field(repr=False)

    @property
    def shape(self) -> tuple[int, int, int]:
        return (len(self.t_rad) - 1, len(self.s_mm) - 1, len(self.n_mm) - 1)

    @property
    def shoulder_mm(self) -> float:
        """``s`` where the hemisphere meets the shaft."""
        return self.radius_mm * np.pi / 2.0

    @property
    def tip_cells(self) -> int:
        """How many of the cells along ``s`` lie on the hemisphere."""
        return int(np.searchsorted(self.s_mm, self.shoulder_mm + SAME_PLACE_MM)) - 1

    @property
    def n_centres(self) -> FloatArray:
        return (self.n_mm[1:] + self.n_mm[:-1]) / 2.0

    @property
    def s_centres(self) -> FloatArray:
        return (self.s_mm[1:] + self.s_mm[:-1]) / 2.0

    @property
    def t_centres(self) -> FloatArray:
        return (self.t_rad[1:] + self.t_rad[:-1]) / 2.0

    @property
    def t_widths(self) -> FloatArray:
        return np.diff(self.t_rad)

    def profile(self, s_mm: FloatArray, n_mm: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Distance from the axis and height above the apex of places (s, n), broadcast together."""
        phi = np.minimum(s_mm / self.radius_mm, np.pi / 2.0)
        rho = self.radius_mm + n_mm
        above = np.maximum(s_mm - self.shoulder_mm, 0.0)
        return rho * np.sin(phi), self.radius_mm - rho * np.cos(phi) + above

    def to_lead(self, t_rad: FloatArray, s_mm: FloatArray, n_mm: FloatArray) -> FloatArray:
        """(..., 3) in the lead's frame of places (t, s, n), broadcast together."""
        r, z = self.profile(s_mm, n_mm)
        return np.stack(np.broadcast_arrays(r * np.cos(t_rad), r * np.sin(t_rad), z), axis=-1)

    def from_lead(self, xyz_lead: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """``t`` (from the grid's first angle on), ``s`` and ``n`` of (N, 3) points; n < 0 inside the lead."""
        x, y, z = xyz_lead[:, 0], xyz_lead[:, 1], xyz_lead[:, 2] - self.radius_mm
        r = np.hypot(x, y)
        is_tip = z < 0
        n = np.where(is_tip, np.hypot(r, z), r) - self.radius_mm
        s = np.where(is_tip, self.radius_mm * np.arctan2(r, -z), self.shoulder_mm + z)
        t = self.t_rad[0] + np.mod(np.arctan2(y, x) - self.t_rad[0], 2.0 * np.pi)
        return t, s, n

    def arc_of_height(self, height_mm: float) -> float:
        return arc_of_height(self.radius_mm, height_mm)


def arc_of_height(radius_mm: float, height_mm: float) -> float:
    """``s`` of the place on the lead's surface that is ``height_mm`` above the apex."""
    if height_mm < radius_mm:
        return float(radius_mm * np.arccos((radius_mm - height_mm) / radius_mm))
    return float(radius_mm * (np.pi / 2.0 - 1.0) + height_mm)


def directions(grid: LeadGrid, t: FloatArray, s: FloatArray) -> FloatArray:
    """(N, 3, 3) columns: away from the lead, along it, around it; in the lead's frame."""
    phi = np.minimum(s / grid.radius_mm, np.pi / 2.0)
    cos_t, sin_t, cos_p, sin_p = np.cos(t), np.sin(t), np.cos(phi), np.sin(phi)
    away = np.stack([sin_p * cos_t, sin_p * sin_t, -cos_p], axis=1)
    along = np.stack([cos_p * cos_t, cos_p * sin_t, sin_p], axis=1)
    around = np.stack([-sin_t, cos_t, np.zeros_like(t)], axis=1)
    return np.stack([away, along, around], axis=2)


def make_grid(lead: LeadShape, capsule_mm: float, domain: Domain, resolution: Resolution) -> LeadGrid:
    """Faces lie on every contact edge, on the capsule's outside and on the shoulder of the tip."""
    return LeadGrid(
        lead.radius_mm,
        _away(lead.radius_mm, capsule_mm, domain, resolution),
        _along(lead, domain, resolution),
        _around(lead, resolution),
    )


def _away(radius_mm: float, capsule_mm: float, domain: Domain, resolution: Resolution) -> FloatArray:
    depth = domain.radius_mm - radius_mm
    if capsule_mm <= 0:
        return edges_from(0.0, growing(depth, resolution.edge_mm, resolution.away_growth))
    inside = growing(capsule_mm, resolution.edge_mm, resolution.away_growth)
    first = float(inside[-1]) * resolution.away_growth
    return edges_from(0.0, inside, growing(depth - capsule_mm, first, resolution.away_growth))


def _along(lead: LeadShape, domain: Domain, resolution: Resolution) -> FloatArray:
    radius = lead.radius_mm
    heights = [h for contact in lead.contacts for h in (contact.bottom_mm, contact.high_mm) if h > 0]
    sides = merged([arc_of_height(radius, h) for h in heights], SAME_PLACE_MM)
    shoulder, end = radius * np.pi / 2.0, arc_of_height(radius, domain.top_mm)
    stops = merged([0.0, shoulder, *sides, end], SAME_PLACE_MM)
    at_sides = near(sides, resolution.edge_mm, resolution.along_growth)
    on_tip = min(resolution.tip_largest_mm, shoulder / FEWEST_TIP_CELLS)

    def size(at: FloatArray) -> FloatArray:
        # On the hemisphere cells fan out: they stay small, and above it they grow from there.
        fanning = on_tip + (resolution.along_growth - 1.0) * np.maximum(at - shoulder, 0.0)
        largest = np.where(at <= sides[-1], resolution.along_largest_mm, np.inf)
        return np.minimum(np.minimum(at_sides(at), fanning), largest)

    return spaced(stops, min(resolution.edge_mm, on_tip), size)


def _around(lead: LeadShape, resolution: Resolution) -> FloatArray:
    """Even angles for rings; faces on the segments' sides otherwise."""
    segments = [(c.centre_deg, c.width_deg) for c in lead.contacts if c.centre_deg is not None and c.width_deg]
    if not segments:
        return np.linspace(0.0, 2.0 * np.pi, resolution.angles + 1)
    sides = merged([(centre + sign * width / 2.0) % 360.0 for centre, width in segments for sign in (-1, 1)], 0.0)
    stops = merged([*sides, sides[0] + 360.0], SAME_ANGLE_DEG)
    at_sides = near(stops, resolution.segment_edge_deg, resolution.segment_growth)
    edges = spaced(
        stops, resolution.segment_edge_deg, lambda at: np.minimum(at_sides(at), resolution.segment_largest_deg)
    )
    return np.radians(edges)
