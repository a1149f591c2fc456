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
    work = _Work(
        grid, faces.owner != INSULATING, faces.n.copy(), faces.s.copy(), faces.around.copy(), faces.wall.copy()
    )
    for face in _stops(work.is_contact)[1:-1]:
        below, above = work.is_contact[:, face - 1], work.is_contact[:, face]
        _correct_end(work, int(face), np.flatnonzero(above & ~below), is_rising=True)
        _correct_end(work, int(face), np.flatnonzero(below & ~above), is_rising=False)
    for cell in np.flatnonzero(_side_marks(work.is_contact).any(axis=1)):
        _correct_side(work, int(cell), is_rising=True)
        _correct_side(work, int(cell), is_rising=False)
    return replace(faces, n=work.n, s=work.s, around=work.around, wall=work.wall)


@dataclass(frozen=True, slots=True, eq=False)
class _Work:
    """Copies of the conductances, to be scaled in place; ``is_contact`` (t, s)."""

    grid: LeadGrid
    is_contact: NDArray[np.bool_]
    n: FloatArray
    s: FloatArray
    around: FloatArray
    wall: FloatArray


def _stops(is_contact: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Face numbers along s where any contact begins or ends, with the ends of the grid."""
    changes = np.flatnonzero((is_contact[:, 1:] != is_contact[:, :-1]).any(axis=0)) + 1
    return np.concatenate([[0], changes, [is_contact.shape[1]]])


def _side_marks(is_contact: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(t, s) whether a contact's side lies between this angle cell and the one before."""
    marks: NDArray[np.bool_] = is_contact != np.roll(is_contact, 1, axis=0)
    return marks


def _correct_end(work: _Work, face: int, angles: NDArray[np.int64], *, is_rising: bool) -> None:
    """At ``face`` along s, for these angles; rising: the contact is above. Reaches half way to the next edge."""
    if len(angles) == 0:
        return
    stops = _stops(work.is_contact)
    place = int(np.flatnonzero(stops == face)[0])
    low = max((stops[place - 1] + face + 1) // 2, face - CELLS_FROM_EDGE)
    high = min((stops[place + 1] + face) // 2, face + CELLS_FROM_EDGE)
    x = work.grid.s_mm[low : high + 1] - work.grid.s_mm[face]
    factors, deep = _factors(x, work.grid.n_mm, is_rising)
    work.wall[angles, low:high] *= factors.wall
    work.n[angles, low:high, : deep - 1] *= factors.up
    work.s[angles, low : high - 1, :deep] *= factors.across


def _correct_side(work: _Work, cell: int, *, is_rising: bool) -> None:
    """Before angle cell ``cell``, in the plane across the shaft; rising: the segment follows, else it ends there."""
    marks = _side_marks(work.is_contact)
    rows = np.flatnonzero(marks[cell] & (work.is_contact[cell] == is_rising))
    if len(rows) == 0:
        return
    count, sides = len(marks), np.flatnonzero(marks.any(axis=1))
    back = min((int(((cell - sides - 1) % count).min()) + 1) // 2, CELLS_FROM_EDGE)
    ahead = min((int(((sides - cell - 1) % count).min()) + 1) // 2, CELLS_FROM_EDGE)
    cells = (cell + np.arange(-back, ahead)) % count
    widths = work.grid.t_widths[cells] * work.grid.radius_mm
    x = np.concatenate([[0.0], np.cumsum(widths)]) - widths[:back].sum()
    factors, deep = _factors(x, work.grid.n_mm, is_rising)
    depth = np.arange(deep)
    work.wall[np.ix_(cells, rows)] *= factors.wall[:, None]
    work.n[np.ix_(cells, rows, depth[:-1])] *= factors.up[:, None, :]
    work.around[np.ix_(cells[:-1], rows, depth)] *= factors.across[:, None, :]


def _factors(x_mm: FloatArray, n_mm: FloatArray, is_rising: bool) -> tuple[EdgeFactors, int]:
    """Factors for cells with edges ``x_mm`` around an edge at 0, and how many layers in n they reach."""
    deep = max(int(np.searchsorted(n_mm, min(-x_mm[0], x_mm[-1]), side="right")) - 1, 1)
    if is_rising:
        return edge_factors(x_mm, n_mm[: deep + 1]), deep
    mirrored = edge_factors(-x_mm[::-1], n_mm[: deep + 1])
    return EdgeFactors(mirrored.wall[::-1], mirrored.up[::-1], mirrored.across[::-1]), deep
