"""What a tensor adds to the two-point fluxes: currents driven across the grid's directions.

Every cell has eight octants, each with one half face in every direction. Between a cell and its neighbour the two
halves share the potential difference as their conductances in series do; times the root of its half conductance that
drop is one number z per direction. The octant's power is z' R z with R = sigma_ij / sqrt(sigma_ii sigma_jj): its
diagonal is the two-point scheme, the rest is here. R is positive definite where the tensor is, so the whole system
stays symmetric and positive whatever the tensors and the cells are. In a constant tensor the cross flux through a face
is the usual mean over the four neighbours. At insulating faces the drop is the one without normal current; beside the
axis below the tip, where cells have no face, the field along s is that of their upper half.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from planner.field.grid import LeadGrid
from planner.field.sampling import HALVES, CellConductivity
from planner.field.stencil import AXIS_OF, N, S, Side, Stencil, T, has_neighbour, step
from planner.field.system import INSULATING, Faces, HalfFaces
from planner.geometry.arrays import FloatArray
from planner.progress import SILENT, Progress

if TYPE_CHECKING:
    from scipy.sparse import csr_array

PAIRS = ((N, S, 3), (N, T, 4), (S, T, 5))
"""Two directions, and where their product stands in an octant's six numbers."""


@dataclass(frozen=True, slots=True, eq=False)
class CrossTerms:
    """``matrix``: the two-point scheme with them. ``contacts`` (contacts, t, s): mS they add from each to the cells."""

    matrix: "csr_array"
    contacts: FloatArray = field(repr=False)

    def source(self, contact: int) -> FloatArray:
        """To be added to the right-hand side for 1 V on a contact, [t, s, n]."""
        source = np.zeros((*self.contacts.shape[1:], self._layers))
        source[:, :, 0] = self.contacts[contact]
        return source

    def contact_currents(self, volts: FloatArray) -> FloatArray:
        """(contacts,) mA to be added for cell potentials [t, s, n]."""
        currents: FloatArray = -np.einsum("kts,ts->k", self.contacts, volts[:, :, 0])
        return currents

    @property
    def _layers(self) -> int:
        return int(self.matrix.shape[0] // np.prod(self.contacts.shape[1:]))


def cross_terms(
    grid: LeadGrid,
    sigma: CellConductivity,
    halves: HalfFaces,
    faces: Faces,
    contacts: int,
    progress: Progress = SILENT,
) -> CrossTerms:
    """``faces`` with the edges corrected; ``halves`` before that. ``sigma`` with its octants."""
    stencil = Stencil(faces, contacts)
    stencil.add_faces(faces)
    for one in _octants(grid, sigma, halves, faces):
        progress.check()
        for side, weights in one.squares:
            stencil.add_square(side, weights)
        for a, b, weights in one.products:
            stencil.add_product(a, b, weights)
    return CrossTerms(stencil.matrix(), stencil.contacts)


def cross_currents(
    grid: LeadGrid, sigma: CellConductivity, halves: HalfFaces, faces: Faces, volts: FloatArray, wall: FloatArray
) -> dict[int, FloatArray]:
    """mA to be added through all faces towards higher indices: N (t, s, n+1), S (t, s+1, n), T (t+1, s, n).

    ``wall`` (t, s): potential of the contact behind the first cells.
    """
    upper, lower = ({d: np.zeros(volts.shape) for d in (N, S, T)} for _side in range(2))

    def add(side: Side, current: FloatArray) -> None:
        if side == (S, 0):  # beside the axis: see Stencil
            upper[S][:, 0] -= current[:, 0]
            current[:, 0] = 0.0
        into = upper if side[1] else lower
        into[side[0]] += current if side[1] else -current

    for one in _octants(grid, sigma, halves, faces):
        for side, weights in one.squares:
            add(side, -weights * _difference(side, volts, wall))
        for a, b, weights in one.products:
            add(a, -weights * _difference(b, volts, wall))
            add(b, -weights * _difference(a, volts, wall))
    return {d: _joined(lower[d], upper[d], AXIS_OF[d], is_ring=d == T) for d in (N, S, T)}


def _joined(lower: FloatArray, upper: FloatArray, axis: int, *, is_ring: bool) -> FloatArray:
    """What both cells say of the face between them, together: one more along ``axis`` than there are cells."""
    low, high = np.moveaxis(lower, axis, 0), np.moveaxis(upper, axis, 0)
    if is_ring:
        faces = low + np.roll(high, 1, axis=0)
        return np.moveaxis(np.concatenate([faces, faces[:1]]), 0, axis)
    return np.moveaxis(np.concatenate([low[:1], low[1:] + high[:-1], high[-1:]]), 0, axis)


def _difference(side: Side, volts: FloatArray, wall: FloatArray) -> FloatArray:
    """Potential of the neighbour on a side less that of the cell; beyond the outer boundary there is 0 V."""
    to = step(side)
    other = np.roll(volts, (-to[0], -to[1], -to[2]), axis=(0, 1, 2))
    other = np.where(has_neighbour(side, volts.shape), other, 0.0)
    if side == (N, 0):
        other[:, :, 0] = wall
    difference: FloatArray = other - volts
    if side == (S, 0):
        difference[:, 0] = volts[:, 0] - volts[:, 1]
    return difference


@dataclass(frozen=True, slots=True, eq=False)
class _Octant:
    """The power of one octant of every cell beyond the two-point scheme, in differences towards its sides."""

    squares: list[tuple[Side, FloatArray]]
    products: list[tuple[Side, Side, FloatArray]]


def _octants(grid: LeadGrid, sigma: CellConductivity, halves: HalfFaces, faces: Faces) -> Iterator[_Octant]:
    assert sigma.octants is not None
    drops, parts = _drops(halves, faces), volume_parts(grid)
    sides = _weighted(sigma.octants, parts)
    is_insulating = faces.owner == INSULATING
    for half in HALVES:
        side: list[Side] = [(N, half[2]), (S, half[1]), (T, half[0])]
        octant = sigma.octants[half].astype(float)
        # The octant's part of the power of each of its half faces.
        power = [drops[one] * _part_of(parts, side, one[0]) * octant[one[0]] / sides[one] for one in side]
        share = {six: octant[six] / np.sqrt(octant[a] * octant[b]) for a, b, six in PAIRS}
        squares: list[tuple[Side, FloatArray]] = []
        if side[S] == (S, 0):
            own = drops[S, 1] * _part_of(parts, side, S) * octant[S] / sides[S, 1]
            squares.append(_beside_axis(share, power, own * parts[1][0] / parts[1][1]))
        if side[N] == (N, 0):
            squares += _without_normal_current(share, power, side, is_insulating)
        root = [np.sqrt(one) for one in power]
        sign = [2 * one[1] - 1 for one in side]
        products = [(side[a], side[b], sign[a] * sign[b] * share[six] * root[a] * root[b]) for a, b, six in PAIRS]
        yield _Octant(squares, products)


def _beside_axis(
    share: dict[int, FloatArray], power: list[FloatArray], own: FloatArray
) -> tuple[Side, FloatArray]:  # fmt: skip
    """The first cells' octants at the axis: ``own`` is their power along s, of which the scheme has none.

    Only as much of it is added as the cross terms need to stay positive: nothing where the tensor is isotropic.
    """
    first = np.zeros_like(own)
    first[:, 0] = own[:, 0]
    power[S][:, 0] = own[:, 0]
    ns, nt, st = share[3], share[4], share[5]
    return (S, 0), first * (ns**2 + st**2 - 2.0 * ns * nt * st) / (1.0 - nt**2)


def _without_normal_current(
    share: dict[int, FloatArray], power: list[FloatArray], side: list[Side], is_insulating: NDArray[np.bool_]
) -> list[tuple[Side, FloatArray]]:
    """Beside the insulating wall the power is least over the drop towards it: the Schur complement of R."""
    first = np.zeros(share[3].shape, dtype=bool)
    first[:, :, 0] = is_insulating
    ns, nt = np.where(first, share[3], 0.0), np.where(first, share[4], 0.0)
    share[5] = share[5] - ns * nt
    return [(side[S], -(ns**2) * power[S]), (side[T], -(nt**2) * power[T])]


def _drops(halves: HalfFaces, faces: Faces) -> dict[Side, FloatArray]:
    """By direction and side: mS that give a half's power from the whole potential difference squared."""
    n_low, n_high = np.zeros_like(halves.n_low), np.zeros_like(halves.n_low)
    s_low, s_high = np.zeros_like(n_low), np.zeros_like(n_low)
    n_high[:, :, :-1] = faces.n * _part(halves.n_high[:, :, :-1], halves.n_low[:, :, 1:])
    n_low[:, :, 1:] = faces.n * _part(halves.n_low[:, :, 1:], halves.n_high[:, :, :-1])
    n_low[:, :, 0], n_high[:, :, -1] = faces.wall, faces.outer
    s_high[:, :-1] = faces.s * _part(halves.s_high[:, :-1], halves.s_low[:, 1:])
    s_low[:, 1:] = faces.s * _part(halves.s_low[:, 1:], halves.s_high[:, :-1])
    s_high[:, -1] = faces.top
    after = np.roll(halves.t_low, -1, axis=0)
    t_high = faces.around * _part(halves.t_high, after)
    t_low = np.roll(faces.around * _part(after, halves.t_high), 1, axis=0)
    return {(N, 0): n_low, (N, 1): n_high, (S, 0): s_low, (S, 1): s_high, (T, 0): t_low, (T, 1): t_high}


def _part(own: FloatArray, other: FloatArray) -> FloatArray:
    """The own half's part of the power of two halves in series."""
    part: FloatArray = other / (own + other)
    return part


def volume_parts(grid: LeadGrid) -> tuple[FloatArray, FloatArray]:
    """By lower and upper half: part of a cell's volume in its halves along n, (2, s, n), and along s, (2, s, 1)."""
    rho, middle = grid.radius_mm + grid.n_mm, grid.radius_mm + grid.n_centres
    is_tip = np.arange(grid.shape[1]) < grid.tip_cells
    power = np.where(is_tip, 3.0, 2.0)[:, None]
    low = (middle**power - rho[:-1] ** power) / (rho[1:] ** power - rho[:-1] ** power)
    phi = np.minimum(grid.s_mm / grid.radius_mm, np.pi / 2.0)
    mid = np.minimum(grid.s_centres / grid.radius_mm, np.pi / 2.0)
    cap = np.where(is_tip, np.cos(phi[:-1]) - np.cos(phi[1:]), 1.0)
    below = np.where(is_tip, (np.cos(phi[:-1]) - np.cos(mid)) / cap, 0.5)[:, None]
    return np.stack([low, 1.0 - low]), np.stack([below, 1.0 - below])


def _part_of(parts: tuple[FloatArray, FloatArray], side: list[Side], d: int) -> FloatArray:
    """The part that an octant is of the half cell on its side in direction ``d``, (s, n)."""
    along_n, along_s = parts[0][side[N][1]], parts[1][side[S][1]]
    part: FloatArray = {N: along_s * 0.5, S: along_n * 0.5, T: along_n * along_s}[d]
    return part


def _weighted(octants: NDArray[np.float32], parts: tuple[FloatArray, FloatArray]) -> dict[Side, FloatArray]:
    """By direction and side: the mean conductivity of the half cell over its four octants."""
    found = {(d, half): np.zeros(octants.shape[4:]) for d in (N, S, T) for half in (0, 1)}
    for half in HALVES:
        side: list[Side] = [(N, half[2]), (S, half[1]), (T, half[0])]
        for one in side:
            found[one] += _part_of(parts, side, one[0]) * octants[half][one[0]]
    return found
