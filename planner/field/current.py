"""The current through any surface, from currents that are conserved in every part of every cell.

Inside a cell the current density follows from the currents through its faces, shared so that its divergence is zero
there and its normal part continuous across every face (Raviart and Thomas 1977, in the grid's own coordinates). What
is left is the quadrature over the surface's triangles.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from planner.errors import SpaceMismatchError
from planner.field.conductor import Conductor
from planner.field.cross import cross_currents
from planner.field.field_map import FieldMap
from planner.field.grid import LeadGrid, directions
from planner.field.metric import metric_of
from planner.field.sampling import sample
from planner.field.stencil import N, S, T
from planner.field.system import INSULATING, half_faces
from planner.field.units import UnitSolutions
from planner.geometry import Points, Surface
from planner.geometry.arrays import FloatArray

PIECE_MM = 0.25
"""Triangles are divided until no edge is longer than this."""
MOST_PIECES = 400_000


@dataclass(frozen=True, slots=True, eq=False)
class CurrentMap:
    """mA through every cell's lower and upper faces, [n: (t, s, n+1), s: (t, s+1, n), t: (t+1, s, n)]."""

    of: FieldMap
    n: FloatArray = field(repr=False)
    s: FloatArray = field(repr=False)
    t: FloatArray = field(repr=False)

    def through_ma(self, surface: Surface) -> float:
        """Along the triangles' outward side: for a closed surface what the contacts inside it give to the tissue.

        Nothing flows inside the lead and outside the model. Raises SpaceMismatchError.
        """
        if surface.space != self.of.pose.space:
            raise SpaceMismatchError(f"the field is in {self.of.pose.space!r}, the surface in {surface.space!r}")
        total, corners = 0.0, surface.vertices[surface.triangles]
        for part in np.array_split(corners, max(len(corners) // 2_000, 1)):
            pieces = _divided(part)
            normals = np.cross(pieces[:, 1] - pieces[:, 0], pieces[:, 2] - pieces[:, 0]) / 2.0
            density = self.density_ma_mm2(Points.of(pieces.mean(axis=1), surface.space))
            total += float(np.einsum("ij,ij->", density, normals))
        return total

    def density_ma_mm2(self, points: Points) -> FloatArray:
        """(N, 3) current density as RAS vectors; zero inside the lead and outside the model."""
        pose, grid = self.of.pose, self.of.grid
        t, s, n = grid.from_lead(pose.to_lead(points))
        is_inside = (n >= 0) & (n <= grid.n_mm[-1]) & (s <= grid.s_mm[-1])
        local = self._local(t, s, np.clip(n, 0.0, grid.n_mm[-1]))
        world = (directions(grid, t, s) @ local[:, :, None])[:, :, 0] @ pose.matrix.T
        return np.where(is_inside[:, None], world, 0.0)

    def _local(self, t: FloatArray, s: FloatArray, n: FloatArray) -> FloatArray:
        """(N, 3) away from the lead, along it and around it."""
        grid, metric = self.of.grid, metric_of(self.of.grid)
        i, j, k = _cell(grid.t_rad, t), _cell(grid.s_mm, s), _cell(grid.n_mm, n)
        is_tip = j < grid.tip_cells
        rho, low, high = grid.radius_mm + n, grid.radius_mm + grid.n_mm[k], grid.radius_mm + grid.n_mm[k + 1]
        power = np.where(is_tip, 3.0, 2.0)
        n_share = (rho**power - low**power) / (high**power - low**power)
        sine = np.sin(np.minimum(s / grid.radius_mm, np.pi / 2.0))
        s_share = np.where(is_tip, _cap_share(grid, j, s), (s - grid.s_mm[j]) / np.diff(grid.s_mm)[j])
        t_share = (t - grid.t_rad[i]) / grid.t_widths[i]
        width = grid.t_widths[i]
        # Areas that the currents spread over at this place.
        n_area = metric.n_area[j, k] * (rho / low) ** (power - 1.0) * width
        thick = (high**3 - low**3) / 3.0
        s_area = np.where(is_tip, sine * thick / rho, (high**2 - low**2) / 2.0) * width
        t_area = metric.volume[j, k] / (rho * sine)
        return np.stack(
            [
                _between(self.n[i, j, k], self.n[i, j, k + 1], n_share) / n_area,
                _between(self.s[i, j, k], self.s[i, j + 1, k], s_share) / np.maximum(s_area, 1e-12),
                _between(self.t[i, j, k], self.t[i + 1, j, k], t_share) / t_area,
            ],
            axis=1,
        )


def currents_of(units: UnitSolutions, field: FieldMap, conductor: Conductor) -> CurrentMap:
    """``field`` is a sum of ``units``, and ``conductor`` the one they were solved in."""
    grid = field.grid
    sigma, volts = sample(conductor, grid, field.pose), field.volts.astype(float)
    faces = units.flow.faces(grid, sigma)
    held = np.append(field.contact_volts, 0.0)[faces.owner]
    wall = np.where(faces.owner == INSULATING, volts[:, :, 0], held)
    away = np.concatenate([faces.wall[:, :, None], faces.n, faces.outer[:, :, None]], axis=2)
    along = np.concatenate([np.zeros_like(faces.top[:, None]), faces.s, faces.top[:, None]], axis=1)
    around = np.concatenate([faces.around[-1:], faces.around])
    n = -away * np.diff(volts, axis=2, prepend=wall[:, :, None], append=0.0)
    s = -along * np.diff(volts, axis=1, prepend=0.0, append=0.0)
    t = -around * np.diff(volts, axis=0, prepend=volts[-1:], append=volts[:1])
    if sigma.octants is not None:
        cross = cross_currents(grid, sigma, half_faces(grid, metric_of(grid), sigma), faces, volts, wall)
        n, s, t = n + cross[N], s + cross[S], t + cross[T]
    return CurrentMap(field, n, s, t)


def _cell(edges: FloatArray, at: FloatArray) -> NDArray[np.int64]:
    return np.clip(np.searchsorted(edges, at, side="right") - 1, 0, len(edges) - 2)


def _between(low: FloatArray, high: FloatArray, share: FloatArray) -> FloatArray:
    return low + share * (high - low)


def _cap_share(grid: LeadGrid, cell: NDArray[np.int64], s_mm: FloatArray) -> FloatArray:
    """The part of a cell on the hemisphere, by area, that lies below ``s_mm``; anything above the hemisphere."""
    height = np.cos(np.minimum(grid.s_mm / grid.radius_mm, np.pi / 2.0))
    here = np.cos(np.minimum(s_mm / grid.radius_mm, np.pi / 2.0))
    size = np.maximum(height[cell] - height[cell + 1], 1e-12)
    share: FloatArray = (height[cell] - here) / size
    return share


def _divided(corners: FloatArray) -> FloatArray:
    """Triangles (M, 3, 3) in four, again and again, until their edges are short."""
    while len(corners) < MOST_PIECES:
        a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
        longest = np.max([np.linalg.norm(b - a, axis=1), np.linalg.norm(c - b, axis=1), np.linalg.norm(a - c, axis=1)])
        if longest <= PIECE_MM:
            break
        ab, bc, ca = (a + b) / 2.0, (b + c) / 2.0, (c + a) / 2.0
        parts = [(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)]
        corners = np.concatenate([np.stack(part, axis=1) for part in parts])
    return corners
