"""The internode reduced to a few states.

With the outside potential subtracted, the ten compartments of an internode are a passive, linear and mirror-symmetric
network driven by the voltages of its two nodes and by the field. Its twenty eigenmodes, ten even and ten odd, are four
slow (some ms), one at 30 µs and five fast (below 0.4 µs) of each kind. A fast mode follows its drive at once: a
conductance and a capacitance between the nodes. The four slow ones of a kind act on the nodes nearly as one.

The halves are solved apart: their spectra nearly coincide, and a joint solution would mix even with odd.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from planner.axons.cable import COMPARTMENTS, Cable
from planner.geometry.arrays import FloatArray

States = Literal[4, 10, 20]
"""Per internode: 20 all; 10 fast modes followed at once (0.03 % of a threshold); 4 slow ones lumped too (0.2 %)."""
SLOW, FAST = 4, 5
"""Of each kind, slowest first; the tenth lies between."""


@dataclass(frozen=True, eq=False)
class Internode:
    """States y (nA into the left node, ±y into the right): y' = −rate·y + pull·(vL ± vR) + field·φ(t).

    ``rates``, ``pulls``, ``signs``: (states,), 1/ms, µS/ms, +1 even or −1 odd. ``field``: (states, 12) µS/ms per
    outside potential at left node, compartments, right node. Into the left node besides, with the right one mirrored:
    −self_us·vL + cross_us·vR − self_nf·vL' − cross_nf·vR' + node_field·φ − node_kick·φ'.
    """

    rates: FloatArray
    pulls: FloatArray
    signs: FloatArray
    field: FloatArray
    self_us: float
    cross_us: float
    self_nf: float
    cross_nf: float
    node_field: FloatArray
    node_kick: FloatArray


@dataclass(frozen=True, eq=False)
class _Half:
    """Ten modes of one kind, slowest first: rates, weights at the node (10,), field rows (10, 12)."""

    sign: float
    rates: FloatArray
    weights: FloatArray
    field: FloatArray


def internode_of(cable: Cable, states: States) -> Internode:
    """The internode of ``cable`` with so many ``states``."""
    halves = (_half(cable, 1.0), _half(cable, -1.0))
    dynamic = 10 if states == 20 else 10 - FAST
    fast = [_part(half, slice(dynamic, None)) for half in halves]
    kept = [_part(half, slice(0, dynamic)) for half in halves]
    first_link = cable.axoplasm_us[0]
    direct = np.zeros(COMPARTMENTS + 2)
    direct[:2] = (-first_link, first_link)
    rows = [row for half in kept for row in (_lumped(half) if states == 4 else _each(half))]
    return Internode(
        rates=np.array([row[0] for row in rows]),
        pulls=np.array([row[1] for row in rows]),
        signs=np.array([row[2] for row in rows]),
        field=np.array([row[3] for row in rows]),
        self_us=first_link - sum(float(np.sum(half.weights**2 / half.rates)) for half in fast),
        cross_us=sum(half.sign * float(np.sum(half.weights**2 / half.rates)) for half in fast),
        self_nf=sum(float(np.sum(half.weights**2 / half.rates**2)) for half in fast),
        cross_nf=sum(half.sign * float(np.sum(half.weights**2 / half.rates**2)) for half in fast),
        node_field=direct + sum(((half.weights / half.rates) @ half.field for half in fast), np.zeros(12)),
        node_kick=sum(((half.weights / half.rates**2) @ half.field for half in fast), np.zeros(12)),
    )


def linear_field(cable: Cable) -> FloatArray:
    """(12,) outside potential along an internode per mV between its nodes, straight in between."""
    return np.concatenate([[0.0], cable.places, [1.0]])


def _half(cable: Cable, sign: float) -> _Half:
    """The generalised eigenproblem G x = rate·C x on half an internode, mirrored with ``sign``."""
    size = COMPARTMENTS // 2
    fold = np.zeros((2 * COMPARTMENTS, 2 * size))
    for layer in (0, 1):
        for number in range(size):
            column, first = layer * size + number, layer * COMPARTMENTS
            fold[first + number, column] = np.sqrt(0.5)
            fold[first + COMPARTMENTS - 1 - number, column] = sign * np.sqrt(0.5)
    root = np.linalg.inv(np.linalg.cholesky(fold.T @ cable.capacitance_nf() @ fold))
    rates, vectors = np.linalg.eigh(root @ fold.T @ cable.conductance_us() @ fold @ root.T)
    shapes = fold @ root.T @ vectors
    return _Half(sign, rates, cable.axoplasm_us[0] * shapes[0], shapes.T @ cable.field_source_us())


def _part(half: _Half, which: slice) -> _Half:
    return _Half(half.sign, half.rates[which], half.weights[which], half.field[which])


Row = tuple[float, float, float, FloatArray]


def _each(half: _Half) -> list[Row]:
    modes = zip(half.rates, half.weights, half.field, strict=True)
    return [(float(rate), float(weight**2), half.sign, weight * field) for rate, weight, field in modes]


def _lumped(half: _Half) -> list[Row]:
    slow = _part(half, slice(0, SLOW))
    pulls = slow.weights**2
    rate = float(pulls @ slow.rates / pulls.sum())
    return [(rate, float(pulls.sum()), half.sign, slow.weights @ slow.field), *_each(_part(half, slice(SLOW, None)))]
