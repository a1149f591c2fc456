"""Runs a :class:`Network` in time, in NumPy: the reference for every model beside MRG, and for branching fibres.

Gates are half a step late and advance exactly at frozen voltage, as NEURON does it. Voltages follow by a two-stage
diagonally implicit Runge-Kutta rule (Alexander 1977, SIAM J Numer Anal 14:1006): second order, and it damps the stiff
axial modes. The membranes' conductances differ from axon to axon; a common one stands in the factored matrix, and the
rest is brought in by a few fixed-point rounds, so that one factorisation serves all axons. Steps end on the waveform's
edges.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.axons.batch import Response
from planner.axons.network import Network, Patch
from planner.axons.waveform import Waveform
from planner.errors import PlannerError
from planner.geometry.arrays import FloatArray
from planner.i18n import _
from planner.progress import Progress

FIRED_MV = -20.0
GAMMA = 1.0 - 1.0 / np.sqrt(2.0)
ROUNDS_TO_REST = 400
REST_TOLERANCE_MV = 1e-6
COMMON_S_CM2 = 0.3
"""Membrane conductance in the factored matrix: between a node at rest (0.01) and at the height of a spike (1.5)."""
FIXED_POINT_ROUNDS = 3
EXPLODED_MV = 1e4


@dataclass(frozen=True, slots=True)
class Pace:
    """``pulse_step_us`` while the waveform lasts, ``tail_step_us`` for ``tail_ms`` after it. A fibre fires when
    ``firing_nodes`` of its nodes have been above -20 mV: more than a pulse lifts by itself. A spike that starts within
    ``end_nodes`` of a sealed end is the end's."""

    pulse_step_us: float = 2.0
    tail_step_us: float = 5.0
    tail_ms: float = 2.0
    firing_nodes: int = 6
    end_nodes: int = 5


@dataclass(frozen=True, slots=True, eq=False)
class _Step:
    width_ms: float
    level: float


class NetworkTrials:
    """Implements ``planner.axons.trials.Trials`` for fibres of one network. ``node_mv`` (axons, nodes): mV per mA."""

    def __init__(self, network: Network, node_mv: FloatArray, waveform: Waveform, pace: Pace) -> None:
        self.network, self.waveform, self.pace = network, waveform, pace
        self.source_na = np.asarray(network.field_us @ node_mv.T)
        self.rest = resting_state(network)
        self._steps = _steps(waveform, pace)
        self._solve = lru_cache(maxsize=8)(self._factors)

    def fires(self, which: NDArray[np.intp], amplitudes_ma: FloatArray, progress: Progress) -> NDArray[np.bool_]:
        """(k,) whether fibre ``which[i]`` fires at ``amplitudes_ma[i]``."""
        fired = np.zeros(len(which), dtype=bool)
        going = np.arange(len(which))
        run = _Run(self, self.source_na[:, which] * amplitudes_ma)
        has_passed = np.zeros((len(self.network.node_unknown), len(which)), dtype=bool)
        for number, step in enumerate(self._steps):
            run.step(step)
            has_passed |= run.node_mv > FIRED_MV
            if number % 8 and number + 1 < len(self._steps):
                continue
            progress.check()
            now = has_passed.sum(axis=0) >= self._needed
            fired[going[now]] = True
            if now.any():
                run.keep(~now)
                has_passed, going = has_passed[:, ~now], going[~now]
            if not len(going):
                break
        return fired

    def record(self, which: NDArray[np.intp], amplitudes_ma: FloatArray, progress: Progress) -> Response:
        """When each node first passes -20 mV, over the whole run."""
        return self._recorded(which, amplitudes_ma, progress, is_kept=False)

    def with_volts(self, which: NDArray[np.intp], amplitudes_ma: FloatArray, progress: Progress) -> Response:
        """As :meth:`record`, with the voltages of all nodes at all steps."""
        return self._recorded(which, amplitudes_ma, progress, is_kept=True)

    def _recorded(
        self, which: NDArray[np.intp], amplitudes_ma: FloatArray, progress: Progress, *, is_kept: bool
    ) -> Response:
        run = _Run(self, self.source_na[:, which] * amplitudes_ma)
        crossing = np.full((len(which), len(self.network.node_unknown)), np.nan)
        kept, times, now_ms = [], [], 0.0
        for step in self._steps:
            progress.check()
            before = run.node_mv
            run.step(step)
            after = run.node_mv
            is_new = ((after >= FIRED_MV) & (before < FIRED_MV)).T & np.isnan(crossing)
            share = (FIRED_MV - before.T[is_new]) / (after.T[is_new] - before.T[is_new])
            crossing[is_new] = now_ms + share * step.width_ms
            now_ms += step.width_ms
            if is_kept:
                kept.append(after.T)
                times.append(now_ms)
        fires = np.isfinite(crossing).sum(axis=1) >= self._needed
        if not is_kept:
            return Response(fires, crossing)
        return Response(fires, crossing, np.array(times), np.stack(kept, axis=2))

    @property
    def is_near_end(self) -> NDArray[np.bool_]:
        """(nodes,) within ``end_nodes`` of a sealed end, a collateral's too; never the middle of a short fibre."""
        links = self.network.neighbours
        count = len(self.network.node_unknown)
        ends = np.flatnonzero(np.bincount(links.ravel(), minlength=count) == 1)
        near = np.zeros(count, dtype=bool)
        near[ends] = True
        for _round in range(min(self.pace.end_nodes, (count - 1) // 2) - 1):
            for one, other in (links.T, links.T[::-1]):
                near[other[near[one]]] = True
        return near

    @property
    def _needed(self) -> int:
        return min(self.pace.firing_nodes, max(3, (len(self.network.node_unknown) + 1) // 2))

    def solver(self, width_ms: float) -> Any:
        return self._solve(width_ms)

    def _factors(self, width_ms: float) -> Any:
        from scipy.sparse.linalg import splu

        network = self.network
        sites = [(one.inside, one.outside, 1e-2 * COMMON_S_CM2 * one.area_um2) for one in network.patches]
        common = _line_matrix(sites, network.size)
        return splu((network.capacitance_nf + GAMMA * width_ms * (network.conductance_us + common)).tocsc())

    def polarisation_mv(self) -> FloatArray:
        """(axons,) largest depolarisation of a node per mA, passive: what a first guess rests on."""
        run = _Run(self, self.source_na, is_passive=True)
        best = np.full(self.source_na.shape[1], 1e-9)
        for step in self._steps:
            run.step(step)
            best = np.maximum(best, (run.node_mv - run.rest_mv).max(axis=0))
        return best


class _Run:
    """A batch on its way. Columns are axons."""

    def __init__(self, trials: NetworkTrials, source_na: FloatArray, *, is_passive: bool = False) -> None:
        self.trials, self.source_na, self.is_passive = trials, source_na, is_passive
        count = source_na.shape[1]
        self.u = np.repeat(trials.rest.u[:, None], count, axis=1)
        self.gates = [[np.repeat(g[:, None], count, axis=1) for g in patch] for patch in trials.rest.gates]
        self.rest_mv = trials.rest.u[trials.network.node_unknown][:, None]
        self._pending_ms = 0.0

    @property
    def node_mv(self) -> FloatArray:
        return np.asarray(self.u[self.trials.network.node_unknown])

    def keep(self, which: NDArray[np.bool_]) -> None:
        self.u, self.source_na = self.u[:, which], self.source_na[:, which]
        self.gates = [[gate[:, which] for gate in patch] for patch in self.gates]

    def step(self, step: _Step) -> None:
        if not self.is_passive:
            self._gates(self._pending_ms + step.width_ms / 2.0)
            self._pending_ms = step.width_ms / 2.0
        self._advance(step)
        if not np.abs(self.u).max(initial=0.0) < EXPLODED_MV:
            text = _("The fibre model did not give an answer: the field is far too strong for it.")
            raise PlannerError(text, code="axon-diverged")

    def _gates(self, width_ms: float) -> None:
        for patch, state in zip(self.trials.network.patches, self.gates, strict=True):
            v = _across(self.u, patch.inside, patch.outside)
            for number, (steady, tau_ms) in enumerate(patch.membrane.gates(v)):
                state[number] = steady + (state[number] - steady) * np.exp(-width_ms / tau_ms)

    def _lines(self) -> list[tuple[FloatArray, FloatArray]]:
        """Of each patch: conductance in µS and offset in nA at its sites, about the present voltage."""
        found = []
        for patch, state in zip(self.trials.network.patches, self.gates, strict=True):
            v = _across(self.u, patch.inside, patch.outside)
            g, offset = patch.membrane.current(v, state)
            area = 1e-2 * patch.area_um2[:, None]
            found.append((g * area, offset * area))
        return found

    def _advance(self, step: _Step) -> None:
        network, width = self.trials.network, step.width_ms
        solve = self.trials.solver(width)
        lines = self._lines()
        inflow = network.constant_na[:, None] + self.source_na * step.level
        for patch, (_g, offset) in zip(network.patches, lines, strict=True):
            _scatter(inflow, patch, offset)
        first = self._stage(solve, width, self.u, inflow, lines)
        second = self._stage(solve, width, self.u + (1.0 - GAMMA) * width * first, inflow, lines)
        self.u = self.u + width * ((1.0 - GAMMA) * first + GAMMA * second)

    def _stage(
        self,
        solve: Any,
        width_ms: float,
        base: FloatArray,
        inflow: FloatArray,
        lines: list[tuple[FloatArray, FloatArray]],
    ) -> FloatArray:
        """The slope k with C k = inflow - (G + g)(base + gamma width k), in mV/ms."""
        network = self.trials.network
        flow = inflow - network.conductance_us @ base
        for patch, (g, _offset) in zip(network.patches, lines, strict=True):
            _scatter(flow, patch, -g * _across(base, patch.inside, patch.outside))
        slope = solve.solve(flow)
        for _round in range(FIXED_POINT_ROUNDS):
            right = flow.copy()
            for patch, (g, _offset) in zip(network.patches, lines, strict=True):
                excess = g - 1e-2 * COMMON_S_CM2 * patch.area_um2[:, None]
                change = GAMMA * width_ms * _across(slope, patch.inside, patch.outside)
                _scatter(right, patch, -excess * change)
            slope = solve.solve(right)
        return np.asarray(slope)


def _scatter(flow: FloatArray, patch: Patch, current_na: FloatArray) -> None:
    """Add (sites, axons) currents into the insides, and out of what lies around them."""
    flow[patch.inside] += current_na
    if (patch.outside >= 0).any():
        has = patch.outside >= 0
        flow[patch.outside[has]] -= current_na[has]


@dataclass(frozen=True, slots=True, eq=False)
class RestingState:
    """``u`` (n,) mV; ``gates`` by patch, (sites,) each."""

    u: FloatArray
    gates: list[list[FloatArray]]


def resting_state(network: Network) -> RestingState:
    """Where nothing changes any more. Raises PlannerError(code="axon-diverged") when it is not found."""
    from scipy.sparse.linalg import splu

    u = network.rest_mv.copy()
    for _round in range(ROUNDS_TO_REST):
        sites, inflow = [], network.constant_na[:, None].copy()
        for patch in network.patches:
            v = _across(u[:, None], patch.inside, patch.outside)
            g, offset = patch.membrane.current(v, [steady for steady, _tau in patch.membrane.gates(v)])
            area = 1e-2 * patch.area_um2
            sites.append((patch.inside, patch.outside, g[:, 0] * area))
            _scatter(inflow, patch, offset * area[:, None])
        matrix = network.conductance_us + _line_matrix(sites, network.size)
        wanted = splu(matrix.tocsc()).solve(inflow[:, 0])
        change = np.clip(wanted - u, -2.0, 2.0) * 0.5
        u = u + change
        if np.abs(change).max() < REST_TOLERANCE_MV:
            break
    else:
        raise PlannerError(_("The fibre model has no resting state at this temperature."), code="axon-diverged")
    gates = [
        [steady[:, 0] for steady, _tau in patch.membrane.gates(_across(u[:, None], patch.inside, patch.outside))]
        for patch in network.patches
    ]
    return RestingState(u, gates)


def _line_matrix(sites: list[tuple[NDArray[np.int64], NDArray[np.int64], FloatArray]], size: int) -> Any:
    """Conductances (µS) over membranes as a sparse (n, n)."""
    from scipy.sparse import csc_matrix

    rows, cols, values = [], [], []
    for inside, outside, us in sites:
        has = outside >= 0
        rows += [inside, inside[has], outside[has], outside[has]]
        cols += [inside, outside[has], inside[has], outside[has]]
        values += [us, -us[has], -us[has], us[has]]
    entries = (np.concatenate(values), (np.concatenate(rows), np.concatenate(cols)))
    return csc_matrix(entries, shape=(size, size))


def _across(u: FloatArray, inside: NDArray[np.int64], outside: NDArray[np.int64]) -> FloatArray:
    """(sites, axons) voltage over the membranes."""
    if (outside < 0).all():
        return np.asarray(u[inside])
    return np.asarray(u[inside] - np.where((outside >= 0)[:, None], u[outside], 0.0))


def _steps(waveform: Waveform, pace: Pace) -> list[_Step]:
    """Equal steps between the edges, none longer than asked for."""
    found: list[_Step] = []
    for low, high, level in zip(waveform.edges_us[:-1], waveform.edges_us[1:], waveform.levels, strict=True):
        longest = pace.pulse_step_us if level or high - low < 200.0 else pace.tail_step_us
        count = max(int(np.ceil((high - low) / longest - 1e-9)), 1)
        found += [_Step((high - low) / count / 1000.0, level)] * count
    ramp = int(np.ceil(20.0 / pace.pulse_step_us))  # the edge's own charging is followed closely
    found += [_Step(pace.pulse_step_us / 1000.0, 0.0)] * ramp
    count = max(int(np.ceil(1000.0 * pace.tail_ms / pace.tail_step_us)), 1)
    return found + [_Step(pace.tail_step_us / 1000.0, 0.0)] * count
