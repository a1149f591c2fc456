"""Correction of the faces near a contact's edge, where the current density grows like one over a square root.

Two-point fluxes lose first order there. Near a straight edge the potential is Im sqrt(z), z = x + iy, with the contact
on x > 0 and the insulation on x < 0 of y = 0 (conformal map of a half plane onto a quarter plane; Newman 1966 has the
same exponent for a disc). Its flux through any face is the difference of Re sqrt(z) between the face's ends. Each face
near an edge is scaled so that the two-point flux of exactly this potential is exact; elsewhere the factors tend to 1.
"""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from planner.field.grid import LeadGrid
from planner.field.system import INSULATING, Faces
from planner.geometry.arrays import FloatArray

FACTOR_LIMITS = (0.4, 2.5)
"""Where the singular flux changes sign its two-point estimate says nothing: no factor beyond these is believed."""

CELLS_FROM_EDGE = 8
"""The correction has no effect farther away than this many cells."""


@dataclass(frozen=True, slots=True, eq=False)
class EdgeFactors:
    """For cells x by y beside an edge: ``wall`` (x,), ``up`` (x, y-1) faces along y, ``across`` (x-1, y) along x."""

    wall: FloatArray = field(repr=False)
    up: FloatArray = field(repr=False)
    across: FloatArray = field(repr=False)


def edge_factors(x_mm: FloatArray, y_mm: FloatArray) -> EdgeFactors:
    """``x_mm`` cell edges along the surface (0: the contact's edge, contact on x > 0), ``y_mm`` away from it."""
    x, y = (x_mm[1:] + x_mm[:-1]) / 2.0, (y_mm[1:] + y_mm[:-1]) / 2.0
    potential = np.sqrt(x[:, None] + 1j * y[None, :]).imag
    stream = np.sqrt(x_mm[:, None] + 1j * y_mm[None, :]).real
    flux_up = np.diff(stream, axis=0)
    flux_across = -np.diff(stream, axis=1)
    two_point_wall = potential[:, 0] / (y[0] - y_mm[0]) * np.diff(x_mm)
    two_point_up = np.diff(potential, axis=1) / np.diff(y)[None, :] * np.diff(x_mm)[:, None]
    two_point_across = np.diff(potential, axis=0) / np.diff(x)[:, None] * np.diff(y_mm)[None, :]
    return EdgeFactors(
        _ratio(flux_up[:, 0], two_point_wall),
        _ratio(flux_up[:, 1:-1], two_point_up),
        _ratio(flux_across[1:-1], two_point_across),
    )


def _ratio(exact: FloatArray, two_point: FloatArray) -> FloatArray:
    safe = np.where(np.abs(two_point) > 1e-12, two_point, 1.0)
    ratio = np.where(np.abs(two_point) > 1e-12, exact / safe, 1.0)
    believed: FloatArray = np.where((ratio > FACTOR_LIMITS[0]) & (ratio < FACTOR_LIMITS[1]), ratio, 1.0)
    return believed


def corrected(faces: Faces, grid: LeadGrid) -> Faces:
    """The faces with every contact edge corrected: the ends along the lead, and the sides of segments."""
    n, s, around, wall = faces.n.copy(), faces.s.copy(), faces.around.copy(), faces.wall.copy()
    is_contact = faces.owner != INSULATING
    for row in np.flatnonzero((is_contact[:, 1:] != is_contact[:, :-1]).any(axis=0)):
        for above in (True, False):
            low, high = is_contact[:, row], is_contact[:, row + 1]
            angles = np.flatnonzero(high & ~low if above else low & ~high)
            if len(angles):
                _correct_end(grid, int(row) + 1, above, angles, n, s, wall, _stops(is_contact))
    _correct_sides(grid, is_contact, n, around, wall)
    return replace(faces, n=n, s=s, around=around, wall=wall)


def _stops(is_contact: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Rows (as face numbers) where any contact begins or ends, with the ends of the grid."""
    changes = np.flatnonzero((is_contact[:, 1:] != is_contact[:, :-1]).any(axis=0)) + 1
    return np.concatenate([[0], changes, [is_contact.shape[1]]])


def _correct_end(
    grid: LeadGrid,
    face: int,
    above: bool,
    angles: NDArray[np.int64],
    n: FloatArray,
    s: FloatArray,
    wall: FloatArray,
    stops: NDArray[np.int64],
) -> None:
    place = int(np.flatnonzero(stops == face)[0])
    low = max((stops[place - 1] + face + 1) // 2, face - CELLS_FROM_EDGE)
    high = min((stops[place + 1] + face) // 2, face + CELLS_FROM_EDGE)
    reach = min(grid.s_mm[face] - grid.s_mm[low], grid.s_mm[high] - grid.s_mm[face])
    deep = max(int(np.searchsorted(grid.n_mm, reach, side="right")) - 1, 1)
    x = grid.s_mm[low : high + 1] - grid.s_mm[face]
    factors = edge_factors(x if above else -x[::-1], grid.n_mm[: deep + 1])
    turn = slice(None) if above else slice(None, None, -1)
    wall[angles, low:high] *= factors.wall[turn]
    n[angles, low:high, : deep - 1] *= factors.up[turn]
    s[angles, low : high - 1, :deep] *= factors.across[turn]


def _correct_sides(
    grid: LeadGrid, is_contact: NDArray[np.bool_], n: FloatArray, around: FloatArray, wall: FloatArray
) -> None:
    """The sides of segments, in the plane across the shaft."""
    count = grid.shape[0]
    starts = is_contact != np.roll(is_contact, 1, axis=0)
    for cell in np.flatnonzero(starts.any(axis=1)):
        rows = np.flatnonzero(starts[cell])
        sides = np.flatnonzero(starts.any(axis=1))
        back = min(int(((cell - sides - 1) % count).min()) + 1, 2 * CELLS_FROM_EDGE) // 2
        ahead = min(int(((sides - cell - 1) % count).min()) + 1, 2 * CELLS_FROM_EDGE) // 2
        cells = (cell + np.arange(-back, ahead)) % count
        widths = grid.t_widths[cells] * grid.radius_mm
        x = np.concatenate([[0.0], np.cumsum(widths)]) - widths[:back].sum()
        deep = max(int(np.searchsorted(grid.n_mm, min(-x[0], x[-1]), side="right")) - 1, 1)
        for is_rising in (True, False):
            chosen = rows[is_contact[cell, rows] == is_rising]
            if len(chosen) == 0:
                continue
            factors = edge_factors(x if is_rising else -x[::-1], grid.n_mm[: deep + 1])
            turn = slice(None) if is_rising else slice(None, None, -1)
            wall[np.ix_(cells, chosen)] *= factors.wall[turn][:, None]
            depth = np.arange(deep)
            n[np.ix_(cells, chosen, depth[:-1])] *= factors.up[turn][:, None, :]
            around[np.ix_(cells[:-1], chosen, depth)] *= factors.across[turn][:, None, :]
