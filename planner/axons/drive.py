"""What the field does to a batch: currents into the nodes and into the states of the internodes, per 1 mA."""

from dataclasses import dataclass

import numpy as np

from planner.axons.cable import Cable
from planner.axons.modes import Internode, linear_field
from planner.geometry.arrays import FloatArray


@dataclass(frozen=True, eq=False)
class Drive:
    """Per mA of the pattern: ``node`` (nodes, axons) nA; ``kick`` (nodes, axons) nA·ms taken at a jump of the level;
    ``state`` (states, internodes, axons) nA/ms."""

    node: FloatArray
    kick: FloatArray
    state: FloatArray


def drive_of(cable: Cable, internode: Internode, node_mv: FloatArray, inside_mv: FloatArray | None = None) -> Drive:
    """``node_mv`` (axons, nodes); ``inside_mv`` (axons, internodes, 10), straight between the nodes unless given."""
    left, right = node_mv[:, :-1], node_mv[:, 1:]
    if inside_mv is None:
        places = linear_field(cable)
        step = (right - left).T
        per_mv = [rows @ places for rows in (internode.node_field, internode.node_kick)]
        node, kick = (_at_nodes(row * step, -row * step) for row in per_mv)
        return Drive(node, kick, (internode.field @ places)[:, None, None] * step[None])
    along = np.concatenate([left[..., None], inside_mv, right[..., None]], axis=2)
    rows = (internode.node_field, internode.node_kick)
    node, kick = (_at_nodes((along @ row).T, (along @ row[::-1]).T) for row in rows)
    return Drive(node, kick, np.moveaxis(along @ internode.field.T, 2, 0).swapaxes(1, 2))


def _at_nodes(into_left: FloatArray, into_right: FloatArray) -> FloatArray:
    """(nodes, axons) from what each internode gives its two nodes."""
    total = np.zeros((len(into_left) + 1, into_left.shape[1]))
    total[:-1] += into_left
    total[1:] += into_right
    return total
