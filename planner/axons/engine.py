"""Thresholds and responses of batches of fibres: the door of the cable-model engine.

- ``cable``, ``mrg``: one internode of a fibre and its node as an electrical network; ``modes`` reduces the internode to
  twenty, ten or four states.
- ``waveform``, ``time_grid``, ``stepping``: what is played, in which steps, and the numbers of a step; ``plan`` puts
  them together with the state of rest.
- ``drive``: what the field does to nodes and states. ``reference_path``, ``trials``: the solver in NumPy.
- ``kernels`` (production) and ``kernels_full`` (parity, trains): the same compiled; ``coefficients`` their numbers,
  ``compiled_trials`` their threads.
- ``search``: thresholds by bisection. ``predictor``: thresholds at once, and the search's first guess.
"""

import os
from typing import TYPE_CHECKING

import numpy as np

from planner.axons.batch import NodePotentials, Response, Setting, Thresholds
from planner.axons.plan import Plan, plan_of
from planner.axons.predictor import Predictor
from planner.axons.search import Search, search
from planner.axons.trials import NumpyTrials
from planner.axons.waveform import Waveform
from planner.geometry.arrays import FloatArray
from planner.progress import SILENT, Progress

if TYPE_CHECKING:
    from planner.axons.compiled_trials import CompiledTrials

PREDICTED_FROM = 256
"""Fibres in a batch; preparing the predictor for a number of nodes costs some tens of ms."""
LONG_PULSE_MV, CHRONAXIE_US = 5.5, 160.0
"""Second difference that fires a fibre, of long pulses and of others: about 20 mV at 60 µs, 7 mV at 450 µs."""
JUST_ABOVE = 1.01
"""Where the spike starts and when is looked up this much above the threshold: nearer, a spike that hardly grows may
first show at a sealed end; farther, a second place may fire too. All 768 reference rows start where they should."""
THREADS = max(1, min(2, os.cpu_count() or 1))


def thresholds(
    batch: NodePotentials,
    waveform: Waveform,
    setting: Setting = "production",
    progress: Progress = SILENT,
    options: Search = Search(),  # noqa: B008 - it is frozen
    guess_ma: FloatArray | None = None,
    threads: int = THREADS,
) -> Thresholds:
    """Smallest amplitude (mA, a factor on the pattern) at which each fibre fires.

    Raises PlannerError "fibre-nodes", "fibre-field", "fibre-diameter", "axon-model"; Cancelled.
    """
    batch.check()
    plan = plan_of(batch.cable(), batch.node_volts.shape[1], waveform, setting)
    trials = _trials(plan, batch, threads)
    guess = first_guess(batch, waveform) if guess_ma is None else guess_ma
    found = search(trials, guess, options, progress.part(0.0, 0.9))
    amplitudes = np.maximum(found.firing_ma, JUST_ABOVE * found.threshold_ma)
    reached = np.flatnonzero(np.isfinite(found.threshold_ma))
    response = trials.starts(reached, amplitudes[reached], progress.part(0.9, 1.0))
    count = len(found.threshold_ma)
    node, is_end, latency = np.full(count, -1), np.zeros(count, dtype=bool), np.full(count, np.nan)
    node[reached], is_end[reached] = response.first_spike_node, response.is_end
    latency[reached] = response.latency_ms
    return Thresholds(found.threshold_ma, node, is_end, latency, found.trials)


def respond(
    batch: NodePotentials,
    waveform: Waveform,
    amplitude_ma: float | FloatArray,
    setting: Setting = "production",
    progress: Progress = SILENT,
    with_volts: bool = False,
) -> Response:
    """What every fibre does at an amplitude (one, or one each). Voltages of all steps on request.

    Raises PlannerError "fibre-nodes", "fibre-field", "fibre-diameter", "axon-model"; Cancelled.
    """
    batch.check()
    count = len(batch.node_volts)
    amplitudes = np.broadcast_to(np.asarray(amplitude_ma, dtype=float), (count,))
    plan = plan_of(batch.cable(), batch.node_volts.shape[1], waveform, setting, is_close=True)
    if with_volts:
        return NumpyTrials.of(plan, batch).record(np.arange(count), amplitudes, progress, is_kept=True)
    return _trials(plan, batch, THREADS).record(np.arange(count), amplitudes, progress)


def conduction_velocity_m_s(response: Response, node_spacing_um: float) -> FloatArray:
    """(axons,) from the times at the second and the third quarter of the fibre's longer side; NaN without a spike."""
    found = np.full(len(response.fires), np.nan)
    nodes = response.crossing_ms.shape[1]
    for number in np.flatnonzero(response.fires):
        first = int(response.first_spike_node[number])
        end = nodes - 1 if nodes - 1 - first >= first else 0
        near, far = first + round(0.4 * (end - first)), first + round(0.8 * (end - first))
        duration_ms = response.crossing_ms[number, far] - response.crossing_ms[number, near]
        if near != far and duration_ms > 0.0:
            found[number] = 1e-3 * abs(far - near) * node_spacing_um / duration_ms
    return found


def first_guess(batch: NodePotentials, waveform: Waveform) -> FloatArray:
    """(axons,) mA: the live predictor's for many fibres, which saves half the trials; a crude one for few."""
    if len(batch.node_volts) < PREDICTED_FROM:
        return crude_guess(batch, waveform)
    fields = batch.node_volts[None]
    predictor = Predictor.of(fields, waveform, batch.diameter_um, batch.model, batch.temperature_c)
    return predictor.thresholds(np.ones(1))


def crude_guess(batch: NodePotentials, waveform: Waveform) -> FloatArray:
    """(axons,) mA, good to a factor of two or three: from the largest second difference between three nodes."""
    needed_mv = LONG_PULSE_MV * (1.0 + CHRONAXIE_US / waveform.pulse_us)
    second = np.diff(batch.node_volts, 2, axis=1)
    return np.asarray(needed_mv / np.maximum(np.abs(second).max(axis=1), 1e-6))


def _trials(plan: Plan, batch: NodePotentials, threads: int) -> "CompiledTrials":
    from planner.axons.compiled_trials import CompiledTrials  # Numba takes half a second to import

    return CompiledTrials.of(plan, batch, threads)
