"""The reduced solver against a dense network of every compartment, put together from two pieces at a node."""

import numpy as np
import pytest
from scipy.sparse import csc_matrix
from scipy.sparse.linalg import splu

from planner.axons import mrg
from planner.axons.cable import COMPARTMENTS, REST_MV, Cable
from planner.axons.drive import drive_of
from planner.axons.plan import internode_and_rest
from planner.axons.reference_path import Solver, membrane, rates
from planner.axons.stepping import steps_of
from planner.axons.time_grid import NEURON_SCHEME, time_grid
from planner.axons.waveform import Waveform
from planner.geometry.arrays import FloatArray

NODES, SPLIT = 7, 3
PER_INTERNODE = 2 * COMPARTMENTS
STEP_MS = 0.005


class Piece:
    """Nodes and internodes of part of a fibre: capacitance, conductance and source per outside potential, dense."""

    def __init__(self, cable: Cable, nodes: int, end_shares: tuple[float, float]) -> None:
        size, links = nodes + (nodes - 1) * PER_INTERNODE, cable.axoplasm_us
        self.c, self.g = np.zeros((size, size)), np.zeros((size, size))
        self.source = np.zeros((size, nodes + (nodes - 1) * COMPARTMENTS))
        for node in range(nodes):
            share = end_shares[0] if node == 0 else end_shares[1] if node == nodes - 1 else 1.0
            self.c[node, node] = share * cable.node_nf
        for number in range(nodes - 1):
            inside = slice(nodes + number * PER_INTERNODE, nodes + (number + 1) * PER_INTERNODE)
            self.c[inside, inside] = cable.capacitance_nf()
            self.g[inside, inside] = cable.conductance_us()
            outside = [number, *(nodes + number * COMPARTMENTS + np.arange(COMPARTMENTS)), number + 1]
            self.source[inside, outside] = cable.field_source_us()
            for node, compartment in ((number, 0), (number + 1, COMPARTMENTS - 1)):
                at = inside.start + compartment
                self.g[node, node] += links[0]
                self.g[node, at] -= links[0]
                self.g[at, node] -= links[0]
                self.source[node, nodes + number * COMPARTMENTS + compartment] += links[0]
                self.source[node, node] -= links[0]


def _joined(left: FloatArray, right: FloatArray, left_nodes: int, right_nodes: int, per: tuple[int, int]) -> FloatArray:
    """Two matrices whose last and first node are one; ``per`` unknowns an internode of rows and of columns."""
    nodes = left_nodes + right_nodes - 1
    whole = np.zeros((nodes + (nodes - 1) * per[0], nodes + (nodes - 1) * per[1]))
    for part, first, count in ((left, 0, left_nodes), (right, left_nodes - 1, right_nodes)):
        places = []
        for each in per:
            inner = nodes + first * each + np.arange((count - 1) * each)
            places.append(np.concatenate([first + np.arange(count), inner]))
        whole[np.ix_(*places)] += part
    return whole


def _whole(cable: Cable) -> tuple[FloatArray, FloatArray, FloatArray]:
    left, right = Piece(cable, SPLIT, (1.0, 0.5)), Piece(cable, NODES - SPLIT + 1, (0.5, 1.0))
    counts, square = (SPLIT, NODES - SPLIT + 1), (PER_INTERNODE, PER_INTERNODE)
    c, g = (_joined(getattr(left, name), getattr(right, name), *counts, square) for name in ("c", "g"))
    return c, g, _joined(left.source, right.source, *counts, (PER_INTERNODE, COMPARTMENTS))


def _fields(amplitude_ma: float) -> tuple[FloatArray, FloatArray]:
    """(1, nodes) and (1, internodes, 10): a cathode 1 mm off, between the nodes."""
    cable = mrg.cable(mrg.MRG, 10.0)
    node_mm = (np.arange(NODES) - 3.3) * 1.15
    inside_mm = node_mm[:-1, None] + 1.15 * cable.places
    node, inside = (-1000.0 * amplitude_ma / (0.8 * np.pi * np.hypot(x, 1.0)) for x in (node_mm, inside_mm))
    return node[None], inside[None]


@pytest.mark.parametrize(("amplitude_ma", "fires"), [(0.05, False), (0.4, True)])
def test_that_two_pieces_joined_at_a_node_behave_as_one_and_as_the_reduced_fibre(
    amplitude_ma: float, fires: bool
) -> None:
    """All twenty states, backward Euler at 5 µs: voltages of every node within 1e-6 mV over 0.25 ms, spike or not."""
    cable = mrg.cable(mrg.MRG, 10.0)
    node_mv, inside_mv = _fields(amplitude_ma)
    grid = time_grid(Waveform((0.0, 60.0), (1.0,), 60.0, tail_us=190.0), NEURON_SCHEME)
    internode, rest = internode_and_rest(cable, NODES, 20)
    drive, steps, solver = (
        drive_of(cable, internode, node_mv, inside_mv),
        steps_of(cable, internode, grid),
        Solver(cable, internode),
    )
    state, gates = rest.repeated(1), rest.gates.copy()
    c, g, source = _whole(cable)
    outside = np.concatenate([node_mv[0], inside_mv[0].ravel()])
    unknown = _at_rest(c, g, cable, rest.volts[:, 0])
    highest = REST_MV
    for number, level in enumerate(grid.levels):
        kind = int(steps.kind[number])
        solver.step(state, steps, kind, *solver.sources(steps, drive, kind, level, grid.jumps[number]))
        solver.advance_gates(state, STEP_MS)
        conductance, current = membrane(cable, gates)
        matrix, right = c / STEP_MS + g, c @ unknown / STEP_MS + level * source @ outside
        matrix[np.arange(NODES), np.arange(NODES)] += conductance[:, 0]
        right[:NODES] += current[:, 0]
        unknown = splu(csc_matrix(matrix)).solve(right)
        opening, closing = rates(cable, unknown[:NODES, None])
        total = opening + closing
        gates = opening / total + (gates - opening / total) * np.exp(-STEP_MS * total)
        assert np.abs(unknown[:NODES] - state.volts[:, 0]).max() < 1e-6
        highest = max(highest, float(unknown[:NODES].max()) + REST_MV)
    assert (highest > 0.0) == fires


def _at_rest(c: FloatArray, g: FloatArray, cable: Cable, node_mv: FloatArray) -> FloatArray:
    """The dense network settled as the reduced one was: the same forty steps of 5 ms from −80 mV."""
    unknown, volts = np.zeros(len(c)), np.zeros((NODES, 1))
    opening, closing = rates(cable, volts)
    gates = opening / (opening + closing)
    for _number in range(40):
        conductance, current = membrane(cable, gates)
        matrix, right = c / 5.0 + g, c @ unknown / 5.0
        matrix[np.arange(NODES), np.arange(NODES)] += conductance[:, 0]
        right[:NODES] += current[:, 0]
        unknown = splu(csc_matrix(matrix)).solve(right)
        opening, closing = rates(cable, unknown[:NODES, None])
        total = opening + closing
        gates = opening / total + (gates - opening / total) * np.exp(-5.0 * total)
    assert unknown[:NODES] == pytest.approx(node_mv, abs=1e-8)
    return np.asarray(unknown)
