"""The compiled solvers against the NumPy path, and what threads and neighbours must not change."""

import time

import numpy as np
import pytest

from planner.axons import engine, exponentials, mrg
from planner.axons.batch import NodePotentials, Setting
from planner.axons.compiled_trials import CompiledTrials
from planner.axons.plan import plan_of
from planner.axons.search import Search
from planner.axons.trials import NumpyTrials
from planner.axons.waveform import Waveform
from planner.geometry.arrays import FloatArray
from planner.progress import SILENT, Cancelled, Progress


def _point_sources(count: int, nodes: int = 21, seed: int = 0) -> NodePotentials:
    """10 µm fibres 1 to 3 mm from a cathode, 0.2 S/m."""
    random = np.random.default_rng(seed)
    along = (np.arange(nodes) - (nodes - 1) / 2 + random.uniform(-0.5, 0.5, (count, 1))) * 1.15
    return NodePotentials(10.0, -1000.0 / (0.8 * np.pi * np.hypot(along, random.uniform(1.0, 3.0, (count, 1)))))


@pytest.mark.parametrize(("power", "kind", "error"), [("single", np.float32, 3e-7), ("double", np.float64, 4e-15)])
def test_that_powers_of_two_are_right_over_the_whole_range(power: str, kind: type, error: float) -> None:
    """Single precision: the argument itself is rounded by up to 4e-6 at 60, so only ±4 is asked there."""
    function = getattr(exponentials, f"power_{power}")
    span = 4.0 if power == "single" else 1000.0
    x = np.linspace(-span, span, 2001).astype(kind)
    found = np.array([function(one) for one in x], dtype=np.float64)
    assert np.abs(found / np.exp2(x.astype(np.float64)) - 1.0).max() < error


@pytest.mark.parametrize(
    ("setting", "waveform", "tolerance_ms"),
    [
        ("parity", Waveform.biphasic(60.0), 1e-12),
        ("production", Waveform.monophasic(60.0), 1e-3),
        ("production", Waveform.biphasic(90.0, 50.0, 200.0), 1e-3),
        ("production", Waveform.biphasic(60.0).repeated(500.0, 3), 1e-12),
    ],
)
def test_that_compiled_and_numpy_fire_alike_and_at_the_same_times(
    setting: Setting, waveform: Waveform, tolerance_ms: float
) -> None:
    """Times of all nodes, some fibres below and some above the threshold. Single precision moves them by 1e-3 ms."""
    batch = _point_sources(8)
    plan = plan_of(batch.cable(), 21, waveform, setting)
    amplitudes = np.linspace(0.3, 1.5, 8)
    ours = CompiledTrials.of(plan, batch, 1).record(np.arange(8), amplitudes, SILENT)
    plain = NumpyTrials.of(plan, batch).record(np.arange(8), amplitudes, SILENT)
    assert 0 < ours.fires.sum() < 8
    assert (ours.fires == plain.fires).all()
    assert (np.isnan(ours.crossing_ms) == np.isnan(plain.crossing_ms)).all()
    assert np.nanmax(np.abs(ours.crossing_ms - plain.crossing_ms)) < tolerance_ms


@pytest.mark.parametrize("setting", ["production", "parity"])
def test_that_thresholds_do_not_depend_on_threads_or_on_the_fibres_beside(setting: Setting) -> None:
    batch, waveform = _point_sources(300), Waveform.monophasic(60.0)
    guess = engine.crude_guess(batch, waveform)
    one, two = (engine.thresholds(batch, waveform, setting, guess_ma=guess, threads=threads) for threads in (1, 2))
    assert (one.threshold_ma == two.threshold_ma).all()
    assert (one.first_spike_node == two.first_spike_node).all()
    alone = engine.thresholds(NodePotentials(10.0, batch.node_volts[17:18]), waveform, setting, guess_ma=guess[17:18])
    assert alone.threshold_ma[0] == one.threshold_ma[17]


def test_that_giving_up_early_changes_no_threshold() -> None:
    """Against runs of the whole tail."""
    batch, waveform = _point_sources(64), Waveform.monophasic(210.0)
    plan = plan_of(batch.cable(), 21, waveform, "production")
    trials = CompiledTrials.of(plan, batch, 1)
    guess = engine.thresholds(batch, waveform, options=Search(tolerance=0.002)).threshold_ma
    for factor in (0.99, 1.01):
        early = trials.fires(np.arange(64), factor * guess, SILENT)
        whole = trials.record(np.arange(64), factor * guess, SILENT).fires
        assert (early == whole).all()
        assert early.all() == (factor > 1.0)


def test_that_a_block_holds_less_than_two_kilobytes_a_fibre() -> None:
    batch = _point_sources(64)
    trials = CompiledTrials.of(plan_of(batch.cable(), 21, Waveform.monophasic(60.0), "production"), batch, 1)
    work = (21 + 2) * trials.kernel.ROWS * 4
    assert work + batch.node_volts.nbytes / 64 + 21 * 4 <= 2048


def test_that_a_search_is_cancelled_within_a_fifth_of_a_second() -> None:
    """CPU time from the wish to the end, of a search that would take some seconds."""
    batch, asked = _point_sources(3000, nodes=41), []

    def is_cancelled() -> bool:
        if not asked and time.perf_counter() - begin > 0.1:
            asked.append(time.process_time())
        return bool(asked)

    begin = time.perf_counter()
    with pytest.raises(Cancelled):
        engine.thresholds(
            batch, Waveform.biphasic(60.0).repeated(500.0, 5), progress=Progress(is_cancelled=is_cancelled)
        )
    assert time.process_time() - asked[0] <= 0.2


def test_that_huge_fields_stay_finite() -> None:
    """100 V between nodes: the gates' rates are held at their limits."""
    volts: FloatArray = np.zeros((4, 21))
    volts[:, 10] = [1e5, -1e5, 1e3, -1e3]
    for setting in ("production", "parity"):
        response = engine.respond(NodePotentials(10.0, volts, mrg.MRG), Waveform.biphasic(60.0), 1.0, setting)  # type: ignore[arg-type]
        assert response.fires.shape == (4,)
        assert np.isfinite(response.crossing_ms[response.fires]).any()
