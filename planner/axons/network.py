"""Any fibre with its collaterals as one electrical network: unknown potentials, what joins them, where it is excitable.

Unknowns are potentials minus the outside potential at the same place (mV). The outside field then enters as a source
only: minus the axial Laplacian of the outside potential. Units: ms, nF, µS, nA.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.axons.membranes import ExcitableMembrane
from planner.geometry.arrays import FloatArray

IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """Sites of one membrane: ``inside`` (M,) the unknown within, ``outside`` (M,) the one around it (-1: the tissue
    itself), ``area_um2`` (M,)."""

    membrane: ExcitableMembrane
    inside: IntArray
    outside: IntArray
    area_um2: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """``capacitance_nf``, ``conductance_us`` (n, n) sparse; ``field_us`` (n, nodes) sparse: current into each unknown
    per mV of outside potential at the nodes; ``constant_na`` (n,) of the passive membranes' reversals.

    ``node_unknown`` (nodes,) the unknown within each node, in the nodes' own order (a fibre, then its collaterals).
    ``neighbours`` (links, 2) nodes joined by an internode.
    """

    capacitance_nf: Any
    conductance_us: Any
    field_us: Any
    constant_na: FloatArray
    patches: tuple[Patch, ...]
    node_unknown: IntArray
    neighbours: IntArray
    rest_mv: FloatArray

    @property
    def size(self) -> int:
        return len(self.constant_na)


@dataclass(slots=True)
class NetworkBuilder:
    """Collects parts; ``built`` makes the matrices. Every unknown lies at a place given as shares of nodes."""

    nodes: int
    _capacitance: list[tuple[int, int, float]] = field(default_factory=list)
    _conductance: list[tuple[int, int, float]] = field(default_factory=list)
    _field: list[tuple[int, int, float]] = field(default_factory=list)
    _places: list[dict[int, float]] = field(default_factory=list)
    _rest_mv: list[float] = field(default_factory=list)
    _constant: dict[int, float] = field(default_factory=dict)
    _patches: dict[str, tuple[ExcitableMembrane, list[tuple[int, int, float]]]] = field(default_factory=dict)
    _neighbours: list[tuple[int, int]] = field(default_factory=list)
    _node_unknown: dict[int, int] = field(default_factory=dict)

    def unknown(self, place: dict[int, float], rest_mv: float) -> int:
        """A new unknown at ``place``: its outside potential is that of the nodes in these shares."""
        self._places.append(place)
        self._rest_mv.append(rest_mv)
        return len(self._places) - 1

    def node(self, number: int, membrane: ExcitableMembrane, area_um2: float) -> int:
        """The inside of node ``number`` with its membrane towards the tissue."""
        made = self.unknown({number: 1.0}, membrane.rest_mv)
        self._node_unknown[number] = made
        self.excitable(membrane, made, -1, area_um2)
        return made

    def neighbour(self, one: int, other: int) -> None:
        """Two nodes joined by an internode."""
        self._neighbours.append((one, other))

    def excitable(self, membrane: ExcitableMembrane, inside: int, outside: int, area_um2: float) -> None:
        self._patches.setdefault(membrane.name, (membrane, []))[1].append((inside, outside, area_um2))
        self.capacitor(inside, outside, 1e-5 * membrane.c_uf_cm2 * area_um2)

    def capacitor(self, one: int, other: int, nf: float) -> None:
        """Between two unknowns, or to the tissue (-1)."""
        _join(self._capacitance, one, other, nf)

    def leak(self, one: int, other: int, us: float, reversal_mv: float = 0.0) -> None:
        """A passive membrane between two unknowns, or to the tissue (-1)."""
        _join(self._conductance, one, other, us)
        for unknown, sign in ((one, 1.0), (other, -1.0)):
            if unknown >= 0 and reversal_mv:
                self._constant[unknown] = self._constant.get(unknown, 0.0) + sign * us * reversal_mv

    def axial(self, one: int, other: int, us: float) -> None:
        """Along the fibre: the outside potential differs between the two places, which is the source."""
        _join(self._conductance, one, other, us)
        for here, there in ((one, other), (other, one)):
            for node, share in self._places[there].items():
                self._field.append((here, node, us * share))
            for node, share in self._places[here].items():
                self._field.append((here, node, -us * share))

    def axial_to_tissue(self, one: int, node: int, us: float) -> None:
        """The periaxonal space opens at a node, where it is at the outside potential."""
        _join(self._conductance, one, -1, us)
        self._field.append((one, node, us))
        for other, share in self._places[one].items():
            self._field.append((one, other, -us * share))

    def built(self) -> Network:
        from scipy.sparse import coo_matrix

        size = len(self._places)

        def matrix(entries: list[tuple[int, int, float]], columns: int) -> Any:
            rows, cols, values = (np.array(part) for part in zip(*entries, strict=True))
            return coo_matrix((values, (rows.astype(int), cols.astype(int))), shape=(size, columns)).tocsc()

        constant = np.zeros(size)
        for unknown, value in self._constant.items():
            constant[unknown] = value
        return Network(
            matrix(self._capacitance, size),
            matrix(self._conductance, size),
            matrix(self._field, self.nodes),
            constant,
            tuple(_patch(membrane, sites) for membrane, sites in self._patches.values()),
            np.array([self._node_unknown[number] for number in range(self.nodes)]),
            np.array(self._neighbours, dtype=np.int64).reshape(-1, 2),
            np.array(self._rest_mv),
        )


def _join(entries: list[tuple[int, int, float]], one: int, other: int, value: float) -> None:
    for here, there in ((one, other), (other, one)):
        if here >= 0:
            entries.append((here, here, value))
            if there >= 0:
                entries.append((here, there, -value))


def _patch(membrane: ExcitableMembrane, sites: list[tuple[int, int, float]]) -> Patch:
    inside, outside, area = (np.array(part) for part in zip(*sites, strict=True))
    return Patch(membrane, inside.astype(np.int64), outside.astype(np.int64), area.astype(float))
