"""Collects the symmetric matrix of a power that is a sum of products of potential differences between neighbours."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from planner.field.system import Faces, diagonal_of
from planner.geometry.arrays import FloatArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Offset = tuple[int, int, int]
Side = tuple[int, int]
"""A direction (N, S or T) and a half: 0 towards the lower index, 1 towards the higher."""
N, S, T = 0, 1, 2
AXIS_OF = {N: 2, S: 1, T: 0}
"""Of arrays [t, s, n]."""


def step(side: Side) -> Offset:
    """To the neighbour on that side."""
    moved = [0, 0, 0]
    moved[AXIS_OF[side[0]]] = 2 * side[1] - 1
    return (moved[0], moved[1], moved[2])


def has_neighbour(side: Side, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """(t, s, n) whether a cell has another on that side; around the shaft every cell has."""
    known = np.ones(shape, dtype=bool)
    edge = -1 if side[1] else 0
    if side[0] == N:
        known[:, :, edge] = False
    elif side[0] == S:
        known[:, edge] = False
    return known


class Stencil:
    """Entries [c, c + offset] by cell, one of each pair of opposite offsets.

    What is said of the side (S, 0) of the first cells beside the axis, which have no face there, is said of their
    upper side: the field along s is the same in both halves.
    """

    def __init__(self, faces: Faces, contacts: int) -> None:
        self._owner = faces.owner
        self._shape = faces.around.shape
        self._diagonal = np.zeros(self._shape)
        self._upper: dict[Offset, FloatArray] = {}
        self.contacts = np.zeros((contacts, *faces.owner.shape))

    def add_faces(self, faces: Faces) -> None:
        """The two-point scheme."""
        self._diagonal += diagonal_of(faces)
        n, s = np.zeros(self._shape), np.zeros(self._shape)
        n[:, :, :-1], s[:, :-1] = -faces.n, -faces.s
        for offset, values in (((0, 0, 1), n), ((0, 1, 0), s), ((1, 0, 0), -faces.around)):
            self._add((0, 0, 0), offset, values)

    def add_square(self, side: Side, weights: FloatArray) -> None:
        """Power ``weights`` times the squared difference to the neighbour on one side."""
        if side == (S, 0):
            self.add_square((S, 1), _first_rows(weights))
            weights = weights - _first_rows(weights)
        to, known = step(side), has_neighbour(side, self._shape)
        self._diagonal += weights
        inner = weights * known
        self._diagonal += np.roll(inner, to, axis=(0, 1, 2))
        self._add((0, 0, 0), to, -inner)

    def add_product(self, a: Side, b: Side, weights: FloatArray) -> None:
        """Power 2 ``weights`` times the differences to the neighbours on two sides."""
        for one, other in ((a, b), (b, a)):
            if one == (S, 0):
                self.add_product((S, 1), other, -_first_rows(weights))
                weights = weights - _first_rows(weights)
        to_a, to_b = step(a), step(b)
        has_a, has_b = has_neighbour(a, self._shape), has_neighbour(b, self._shape)
        self._diagonal += 2.0 * weights
        self._add((0, 0, 0), to_a, -weights * has_a)
        self._add((0, 0, 0), to_b, -weights * has_b)
        self._add(to_a, to_b, weights * has_a * has_b)
        for one, to, has in ((a, to_b, has_b), (b, to_a, has_a)):
            if one == (N, 0):
                self._add_wall(to, weights[:, :, 0], has[:, :, 0])

    def _add_wall(self, to_other: Offset, weights: FloatArray, has_other: NDArray[np.bool_]) -> None:
        """Where the first neighbour is a contact its potential is known: it joins the source."""
        for contact in range(len(self.contacts)):
            here = np.where(self._owner == contact, weights, 0.0)
            self.contacts[contact] += here - np.roll(here * has_other, to_other[:2], axis=(0, 1))

    def _add(self, first: Offset, second: Offset, values: FloatArray) -> None:
        """``values`` at cell c to the entry between c + first and c + second."""
        offset = (second[0] - first[0], second[1] - first[1], second[2] - first[2])
        if offset < (0, 0, 0):
            first, offset = second, (-offset[0], -offset[1], -offset[2])
        moved = np.roll(values, first, axis=(0, 1, 2))
        if offset in self._upper:
            self._upper[offset] += moved
        else:
            self._upper[offset] = moved

    def matrix(self) -> "csr_array":
        from scipy.sparse import csr_array

        cells = np.arange(self._diagonal.size, dtype=np.int32).reshape(self._shape)
        width = 1 + 2 * len(self._upper)
        data, columns = np.empty((*self._shape, width)), np.empty((*self._shape, width), dtype=np.int32)
        data[..., 0], columns[..., 0] = self._diagonal, cells
        for number, (offset, values) in enumerate(self._upper.items()):
            back = (-offset[0], -offset[1], -offset[2])
            data[..., 2 * number + 1], data[..., 2 * number + 2] = values, np.roll(values, offset, axis=(0, 1, 2))
            columns[..., 2 * number + 1] = np.roll(cells, back, axis=(0, 1, 2))
            columns[..., 2 * number + 2] = np.roll(cells, offset, axis=(0, 1, 2))
        rows = np.arange(cells.size + 1, dtype=np.int64) * width
        return csr_array((data.reshape(-1), columns.reshape(-1), rows), shape=(cells.size, cells.size))


def _first_rows(values: FloatArray) -> FloatArray:
    """Only those beside the axis."""
    first = np.zeros_like(values)
    first[:, 0] = values[:, 0]
    return first
