"""The finite-volume system: currents in mA between cells, from potentials in V and conductances in mS.

Contacts are conductors: they are not cells but fixed potentials behind the faces they cover, so what flows through a
contact is the sum over its faces. Faces of the insulating body do not exist. S/m times mm is mS, and mS times V is mA.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from planner.field.grid import SAME_PLACE_MM, LeadGrid, arc_of_height
from planner.field.lead import ContactShape, LeadShape
from planner.field.metric import Metric
from planner.field.sampling import CellConductivity
from planner.geometry.arrays import FloatArray

if TYPE_CHECKING:
    from scipy.sparse import dia_array

INSULATING = -1


@dataclass(frozen=True, slots=True, eq=False)
class Faces:
    """Conductances in mS, cells indexed [t, s, n]; ``around`` joins t and t+1, the last one the first.

    ``wall`` (t, s) joins the innermost cells with the contact of index ``owner``; INSULATING: 0. ``outer`` (t, s) and
    ``top`` (t, n) join the outermost cells with the ground (0 V), or are 0.
    """

    n: FloatArray = field(repr=False)
    s: FloatArray = field(repr=False)
    around: FloatArray = field(repr=False)
    wall: FloatArray = field(repr=False)
    outer: FloatArray = field(repr=False)
    top: FloatArray = field(repr=False)
    owner: NDArray[np.int64] = field(repr=False)


def owners(grid: LeadGrid, lead: LeadShape, conductors: tuple[str, ...]) -> NDArray[np.int64]:
    """(t, s) which of ``conductors`` covers each face of the lead's surface; INSULATING where none does."""
    owner = np.full(grid.shape[:2], INSULATING, dtype=np.int64)
    for contact in lead.contacts:
        if contact.label in conductors:
            owner[np.ix_(_angles_of(contact, grid), _rows_of(contact, grid))] = conductors.index(contact.label)
    return owner


def _rows_of(contact: ContactShape, grid: LeadGrid) -> NDArray[np.bool_]:
    low = arc_of_height(grid.radius_mm, contact.bottom_mm) - SAME_PLACE_MM
    high = arc_of_height(grid.radius_mm, contact.high_mm) + SAME_PLACE_MM
    rows: NDArray[np.bool_] = (grid.s_mm[:-1] >= low) & (grid.s_mm[1:] <= high)
    return rows


def _angles_of(contact: ContactShape, grid: LeadGrid) -> NDArray[np.bool_]:
    if contact.centre_deg is None or contact.width_deg is None:
        return np.ones(grid.shape[0], dtype=bool)
    away = np.degrees(grid.t_centres) - contact.centre_deg
    inside: NDArray[np.bool_] = np.abs((away + 180.0) % 360.0 - 180.0) < contact.width_deg / 2.0
    return inside


@dataclass(frozen=True, slots=True, eq=False)
class HalfFaces:
    """Conductances in mS from every cell's centre to its lower and upper faces, [t, s, n]."""

    n_low: FloatArray = field(repr=False)
    n_high: FloatArray = field(repr=False)
    s_low: FloatArray = field(repr=False)
    s_high: FloatArray = field(repr=False)
    t_low: FloatArray = field(repr=False)
    t_high: FloatArray = field(repr=False)


def half_faces(grid: LeadGrid, metric: Metric, sigma: CellConductivity) -> HalfFaces:
    width = grid.t_widths[:, None, None]
    return HalfFaces(
        n_low=sigma.n_low * (metric.n_in * width),
        n_high=sigma.n_high * (metric.n_out * width),
        s_low=sigma.s_low * (metric.s_low * width),
        s_high=sigma.s_high * (metric.s_high * width),
        t_low=sigma.t_low * (metric.around / (width / 2)),
        t_high=sigma.t_high * (metric.around / (width / 2)),
    )


def faces_of(halves: HalfFaces, owner: NDArray[np.int64], is_grounded: bool) -> Faces:
    """Every face is two half cells in series."""
    ground = 1.0 if is_grounded else 0.0
    return Faces(
        n=_series(halves.n_high[:, :, :-1], halves.n_low[:, :, 1:]),
        s=_series(halves.s_high[:, :-1, :], halves.s_low[:, 1:, :]),
        around=_series(halves.t_high, np.roll(halves.t_low, -1, axis=0)),
        wall=np.where(owner == INSULATING, 0.0, halves.n_low[:, :, 0]),
        outer=ground * halves.n_high[:, :, -1],
        top=ground * halves.s_high[:, -1, :],
        owner=owner,
    )


def _series(first: FloatArray, second: FloatArray) -> FloatArray:
    return first * second / (first + second)


def diagonal_of(faces: Faces) -> FloatArray:
    """What all faces of a cell conduct together, [t, s, n]."""
    total = faces.around + np.roll(faces.around, 1, axis=0)
    total[:, :, :-1] += faces.n
    total[:, :, 1:] += faces.n
    total[:, :-1, :] += faces.s
    total[:, 1:, :] += faces.s
    total[:, :, 0] += faces.wall
    total[:, :, -1] += faces.outer
    total[:, -1, :] += faces.top
    return total


def matrix_of(faces: Faces) -> "dia_array":
    """The symmetric matrix over cells in [t, s, n] order: matrix @ V = mA that enter from the contacts."""
    from scipy.sparse import dia_array

    shape = faces.around.shape
    count, plane, row = int(np.prod(shape)), shape[1] * shape[2], shape[2]
    n, s = np.zeros(shape), np.zeros(shape)
    n[:, :, :-1], s[:, :-1, :] = faces.n, faces.s
    around = faces.around.reshape(shape[0], -1)
    upper = {1: n.ravel(), row: s.ravel(), plane: around[:-1].ravel(), count - plane: around[-1]}
    offsets, data = [0], [diagonal_of(faces).ravel()]
    for offset, values in upper.items():
        line = np.zeros((2, count))
        line[0, offset : offset + len(values)] = -values[: count - offset]  # dia format: column-aligned
        line[1, : min(len(values), count - offset)] = -values[: count - offset]
        offsets += [offset, -offset]
        data += [line[0], line[1]]
    return dia_array((np.array(data), np.array(offsets)), shape=(count, count))


def source_of(faces: Faces, contact: int) -> FloatArray:
    """Right-hand side for 1 V on one contact and 0 V on the others, [t, s, n]."""
    source = np.zeros(faces.around.shape)
    source[:, :, 0] = np.where(faces.owner == contact, faces.wall, 0.0)
    return source


def contact_currents(faces: Faces, volts: FloatArray, contact_volts: FloatArray) -> FloatArray:
    """(contacts,) mA that leave each contact for cell potentials [t, s, n]."""
    flow = faces.wall * (np.append(contact_volts, 0.0)[faces.owner] - volts[:, :, 0])
    is_contact = faces.owner != INSULATING
    return np.bincount(faces.owner[is_contact], flow[is_contact], minlength=len(contact_volts)).astype(float)
