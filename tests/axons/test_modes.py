"""The reduced internode against the full one."""

import numpy as np
import pytest

from planner.axons import mrg
from planner.axons.cable import COMPARTMENTS, Cable
from planner.axons.modes import Internode, internode_of, linear_field


def _cable(fibre_um: float) -> Cable:
    return mrg.cable(mrg.MRG, fibre_um)


def _conductance_between_nodes(internode: Internode) -> tuple[float, float]:
    """µS in the steady state: into the left node per mV of the left (negative) and of the right."""
    still = internode.pulls / internode.rates
    return internode.self_us - float(still.sum()), internode.cross_us + float((internode.signs * still).sum())


@pytest.mark.parametrize("states", [4, 10, 20])
def test_that_the_steady_state_is_that_of_the_whole_network(states: int) -> None:
    """By elimination of the twenty unknowns; the lumped slow states keep their sum only roughly (2 %)."""
    cable = _cable(10.0)
    links = np.zeros((2, 2 * COMPARTMENTS))
    links[0, 0] = links[1, COMPARTMENTS - 1] = cable.axoplasm_us[0]
    exact = links @ np.linalg.solve(cable.conductance_us(), links.T)
    own, cross = _conductance_between_nodes(internode_of(cable, states))  # type: ignore[arg-type]
    tolerance = 1e-9 if states > 4 else 0.02
    assert own == pytest.approx(cable.axoplasm_us[0] - exact[0, 0], rel=tolerance)
    assert cross == pytest.approx(exact[0, 1], rel=tolerance)


@pytest.mark.parametrize("fibre_um", [5.7, 10.0, 16.0])
def test_that_the_modes_fall_into_the_known_three_groups(fibre_um: float) -> None:
    """Eight at 1.9 to 19 ms, two at 31 to 34 µs, ten below 0.35 µs (facts file, "derived_here")."""
    times_us = np.sort(1000.0 / internode_of(_cable(fibre_um), 20).rates)
    assert times_us[9] < 0.35
    assert (times_us[10:12] > 31.0).all()
    assert (times_us[10:12] < 34.0).all()
    assert times_us[12] > 1900.0
    assert times_us[19] < 19_000.0


@pytest.mark.parametrize(
    ("fibre_um", "own", "cross"), [(5.7, 0.151, 0.080), (10.0, 0.236, 0.123), (16.0, 0.237, 0.124)]
)
def test_that_the_fast_modes_load_the_node_as_published_here(fibre_um: float, own: float, cross: float) -> None:
    """Share of the node's own capacitance, to the digits of the facts file."""
    cable = _cable(fibre_um)
    internode = internode_of(cable, 10)
    assert internode.self_nf / cable.node_nf == pytest.approx(own, abs=6e-4)
    assert internode.cross_nf / cable.node_nf == pytest.approx(cross, abs=6e-4)


@pytest.mark.parametrize("states", [4, 10, 20])
def test_that_a_field_straight_between_the_nodes_moves_odd_states_only(states: int) -> None:
    cable = _cable(8.7)
    internode = internode_of(cable, states)  # type: ignore[arg-type]
    straight = internode.field @ linear_field(cable)
    assert np.abs(straight[internode.signs > 0]).max() < 1e-9 * np.abs(straight).max()
    assert np.abs(internode.field @ np.ones(12)).max() < 1e-9 * np.abs(straight).max()
