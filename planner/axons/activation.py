"""Which of these fibres fire, and from what amplitude: any model, any lengths, collaterals too.

Fibres are put together by diameter and number of nodes. Double cables with a passive internode run in the compiled
engine, every other model and every fibre with collaterals as a network in NumPy; both answer in the same form.
Thresholds belong to a pattern of contacts and a waveform: an amplitude is only compared with them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from planner.axons import engine
from planner.axons.batch import NodePotentials, Response, Setting, Thresholds
from planner.axons.cable import Cable
from planner.axons.fibre_networks import Collateral, fibre_network
from planner.axons.models import FibreModel
from planner.axons.network_trials import NetworkTrials
from planner.axons.search import Search, search
from planner.axons.waveform import Waveform
from planner.geometry.arrays import FloatArray
from planner.progress import SILENT, Progress

SpikeStart = Literal["node", "end", "collateral", ""]
"""Where a spike starts: along the fibre, within five nodes of an end of it, in a collateral; empty: it never fires."""
PASSIVE_TO_FIRE_MV = 15.0
"""Depolarisation at which fibres fire, roughly: for a first guess only (18 to 22 mV at 60 µs, 7 to 9 mV at 450 µs)."""
NETWORK_REACH = 0.3
JUST_ABOVE = 1.02


@dataclass(frozen=True, slots=True, eq=False)
class NodeField:
    """The potentials of one fibre: ``node_mv`` (N,) mV per mA along it, and of each collateral's own nodes.

    ``inside_mv`` (N - 1, 10) in the internodes, where they were read (MRG only).
    """

    diameter_um: float
    node_mv: FloatArray
    collaterals: tuple["CollateralField", ...] = ()
    inside_mv: FloatArray | None = None


@dataclass(frozen=True, slots=True, eq=False)
class CollateralField:
    """``node_mv`` (M,) of the nodes after the parent's node ``leaves_at``."""

    leaves_at: int
    diameter_um: float
    node_mv: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """(fibres,) each, in the order asked. ``threshold_ma`` infinite where nothing fires; ``first_node`` -1 there;
    ``latency_ms`` from the pulse's first edge to the first spike, at 2 % above the threshold, NaN there."""

    threshold_ma: FloatArray
    first_node: NDArray[np.intp]
    start: tuple[SpikeStart, ...]
    latency_ms: FloatArray


def activate(
    fibres: Sequence[NodeField],
    model: FibreModel,
    waveform: Waveform,
    progress: Progress = SILENT,
    setting: Setting = "production",
    tolerance: float = 0.01,
) -> Answers:
    """The threshold of each fibre. Raises PlannerError "fibre-diameter" and those of the engine; Cancelled."""
    count = len(fibres)
    threshold, latency = np.full(count, np.inf), np.full(count, np.nan)
    first: NDArray[np.intp] = np.full(count, -1, dtype=np.intp)
    start: list[SpikeStart] = [""] * count
    batches = _batches(fibres)
    done = 0
    for which in batches:
        part = progress.part(done / max(count, 1), (done + len(which)) / max(count, 1))
        found = _batch([fibres[n] for n in which], model, waveform, part, setting, tolerance)
        threshold[which], first[which], latency[which] = found.threshold_ma, found.first_node, found.latency_ms
        for n, word in zip(which, found.start, strict=True):
            start[n] = word
        done += len(which)
    return Answers(threshold, first, tuple(start), latency)


WELL_ABOVE = 1.2
"""A velocity is read at this much above the threshold: just at it the spike is late to start."""


def velocities_m_s(
    fibres: Sequence[NodeField],
    answers: Answers,
    model: FibreModel,
    waveform: Waveform,
    progress: Progress = SILENT,
) -> FloatArray:
    """(fibres,) conduction velocity, NaN where a fibre does not fire or is too short to tell.

    Between 40 and 80 % of the way from where the spike starts to the farther end, so that neither start nor end counts.
    """
    found = np.full(len(fibres), np.nan)
    for which in _batches(fibres):
        reached = [n for n in which if np.isfinite(answers.threshold_ma[n])]
        if not reached:
            continue
        some = [fibres[n] for n in reached]
        strong = WELL_ABOVE * answers.threshold_ma[reached]
        batch = _compiled(some, model)
        if batch is not None:
            response = engine.respond(batch, waveform, strong, progress=progress)
        else:
            trials, own = network_trials(some, model, waveform)
            whole = trials.record(np.arange(len(some)), strong, progress)
            response = Response(whole.fires, whole.crossing_ms[:, :own])
        spacing_um = 1000.0 * model.internode_mm(some[0].diameter_um)
        found[reached] = engine.conduction_velocity_m_s(response, spacing_um)
    return found


@dataclass(frozen=True, eq=False)
class _Batch(NodePotentials):
    """Fibres of a double cable that need not be one of the engine's own."""

    made: Cable | None = None

    def cable(self) -> Cable:
        if self.made is None:
            raise ValueError("a batch needs its cable")
        return self.made


def _compiled(fibres: Sequence[NodeField], model: FibreModel) -> _Batch | None:
    """For the compiled engine; None where it cannot run these."""
    if model.cable is None or fibres[0].collaterals:
        return None
    diameter_um = model.checked(fibres[0].diameter_um)
    inside = [one.inside_mv for one in fibres if one.inside_mv is not None]
    node_mv = np.stack([one.node_mv for one in fibres])
    made = model.cable(diameter_um)
    return _Batch(diameter_um, node_mv, model.id, np.stack(inside) if inside else None, made=made)


def _batches(fibres: Sequence[NodeField]) -> list[list[int]]:
    """Numbers of the fibres that can be computed together: same diameter, same shape of the tree."""
    found: dict[tuple[object, ...], list[int]] = {}
    for number, one in enumerate(fibres):
        tree = tuple((c.leaves_at, c.diameter_um, len(c.node_mv)) for c in one.collaterals)
        key = (one.diameter_um, len(one.node_mv), tree, one.inside_mv is None)
        found.setdefault(key, []).append(number)
    return list(found.values())


def _batch(
    fibres: Sequence[NodeField],
    model: FibreModel,
    waveform: Waveform,
    progress: Progress,
    setting: Setting,
    tolerance: float,
) -> Answers:
    batch = _compiled(fibres, model)
    if batch is None:
        return _by_network(fibres, model, waveform, progress, tolerance)
    options = Search(tolerance=tolerance)
    found: Thresholds = engine.thresholds(batch, waveform, setting, progress, options)
    kinds: tuple[SpikeStart, ...] = tuple(found.first_spike_kind)
    return Answers(found.threshold_ma, found.first_spike_node, kinds, found.latency_ms)


def _by_network(
    fibres: Sequence[NodeField], model: FibreModel, waveform: Waveform, progress: Progress, tolerance: float
) -> Answers:
    trials, own = network_trials(fibres, model, waveform)
    guess = PASSIVE_TO_FIRE_MV / trials.polarisation_mv()
    found = search(trials, guess, Search(tolerance=tolerance, reach=NETWORK_REACH), progress.part(0.0, 0.9))
    reached = np.flatnonzero(np.isfinite(found.threshold_ma))
    response = trials.record(reached, JUST_ABOVE * found.threshold_ma[reached], progress.part(0.9, 1.0))
    count = len(fibres)
    first: NDArray[np.intp] = np.full(count, -1, dtype=np.intp)
    latency = np.full(count, np.nan)
    near_end = trials.is_near_end
    first[reached], latency[reached] = response.first_spike_node, response.latency_ms
    kinds: list[SpikeStart] = []
    for node in first:
        if node < 0:
            kinds.append("")
        elif node >= own:
            kinds.append("collateral")
        else:
            kinds.append("end" if near_end[node] else "node")
    return Answers(found.threshold_ma, first, tuple(kinds), latency)


def network_trials(fibres: Sequence[NodeField], model: FibreModel, waveform: Waveform) -> tuple[NetworkTrials, int]:
    """Fibres of one diameter and one tree, ready to run; and how many nodes are the fibre's own."""
    example = fibres[0]
    own = len(example.node_mv)
    collaterals = [
        Collateral(one.leaves_at, model.unit(model.checked(one.diameter_um)), len(one.node_mv))
        for one in example.collaterals
    ]
    network = fibre_network(model.unit(model.checked(example.diameter_um)), own, collaterals)
    rows = [np.concatenate([one.node_mv, *(c.node_mv for c in one.collaterals)]) for one in fibres]
    return NetworkTrials(network, np.stack(rows), waveform, model.pace), own
