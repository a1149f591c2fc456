"""A fibre of a model as a network: nodes and what joins them, with collaterals at their own diameters.

``Unit`` is one kind of fibre: its node and its internode. A collateral begins at the parent's node it leaves from; the
internode from there on is the collateral's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from planner.axons.cable import COMPARTMENTS, Cable
from planner.axons.membranes import ExcitableMembrane
from planner.axons.network import Network, NetworkBuilder


@dataclass(frozen=True, slots=True, eq=False)
class SingleUnit:
    """Nodes joined by a conductance, the myelin a perfect insulator (or segments of a fibre without myelin)."""

    membrane: ExcitableMembrane
    node_um2: float
    link_us: float


@dataclass(frozen=True, slots=True, eq=False)
class DoubleUnit:
    """The MRG double cable with all its 20 unknowns an internode. ``internode`` (10,) membranes under the myelin where
    the internode is active itself, else it is passive as ``cable`` has it."""

    membrane: ExcitableMembrane
    cable: Cable
    internode: tuple[ExcitableMembrane, ...] = ()


Unit = SingleUnit | DoubleUnit
INTERNODE_REVERSAL_MV = -80.0


@dataclass(frozen=True, slots=True)
class Collateral:
    """``nodes`` of its own after the parent's node number ``leaves_at``."""

    leaves_at: int
    unit: Unit
    nodes: int


def fibre_network(unit: Unit, nodes: int, collaterals: Sequence[Collateral] = ()) -> Network:
    """The parent's nodes come first, then those of each collateral in order (without the shared one)."""
    builder = NetworkBuilder(nodes + sum(one.nodes for one in collaterals))
    places = [_node(builder, number, unit) for number in range(nodes)]
    for number in range(nodes - 1):
        _internode(builder, unit, (number, places[number]), (number + 1, places[number + 1]))
    first = nodes
    for one in collaterals:
        before = (one.leaves_at, places[one.leaves_at])
        for number in range(first, first + one.nodes):
            here = (number, _node(builder, number, one.unit))
            _internode(builder, one.unit, before, here)
            before = here
        first += one.nodes
    return builder.built()


def _node(builder: NetworkBuilder, number: int, unit: Unit) -> int:
    area = unit.node_um2 if isinstance(unit, SingleUnit) else unit.cable.node_um2
    return builder.node(number, unit.membrane, area)


def _internode(builder: NetworkBuilder, unit: Unit, one: tuple[int, int], other: tuple[int, int]) -> None:
    builder.neighbour(one[0], other[0])
    if isinstance(unit, SingleUnit):
        builder.axial(one[1], other[1], unit.link_us)
        return
    cable = unit.cable
    axon, around = [], []
    for share in cable.places:
        place = {one[0]: 1.0 - float(share), other[0]: float(share)}
        axon.append(builder.unknown(place, INTERNODE_REVERSAL_MV))
        around.append(builder.unknown(place, 0.0))
    for number in range(COMPARTMENTS):
        _sheath(builder, unit, axon[number], around[number], number)
    inner = [one[1], *axon, other[1]]
    for number, us in enumerate(cable.axoplasm_us):
        builder.axial(inner[number], inner[number + 1], float(us))
    builder.axial_to_tissue(around[0], one[0], float(cable.periaxonal_us[0]))
    builder.axial_to_tissue(around[-1], other[0], float(cable.periaxonal_us[-1]))
    for number in range(COMPARTMENTS - 1):
        builder.axial(around[number], around[number + 1], float(cable.periaxonal_us[number + 1]))


def _sheath(builder: NetworkBuilder, unit: DoubleUnit, axon: int, around: int, number: int) -> None:
    cable = unit.cable
    if unit.internode:
        membrane = unit.internode[number]
        area = float(cable.axolemma_nf[number]) / (1e-5 * membrane.c_uf_cm2)
        builder.excitable(membrane, axon, around, area)
    else:
        builder.capacitor(axon, around, float(cable.axolemma_nf[number]))
        builder.leak(axon, around, float(cable.axolemma_us[number]), INTERNODE_REVERSAL_MV)
    builder.capacitor(around, -1, float(cable.myelin_nf[number]))
    builder.leak(around, -1, float(cable.myelin_us[number]))


def single_link_us(resistivity_ohm_cm: float, inner_um: float, length_um: float) -> float:
    """Axial conductance of a cylinder in µS."""
    return float(np.pi * inner_um**2 / 4.0 / (1e-2 * resistivity_ohm_cm * length_um))
