"""Waveforms and the time steps they are played in."""

import numpy as np
import pytest

from planner.axons.time_grid import GRADED_SCHEME, NEURON_SCHEME, Scheme, time_grid
from planner.axons.waveform import Waveform
from planner.errors import PlannerError


def _charge(waveform: Waveform) -> float:
    return float(np.diff(waveform.edges_us) @ np.array(waveform.levels))


def test_that_a_recharge_of_any_width_brings_the_charge_back() -> None:
    assert Waveform.biphasic(60.0, gap_us=100.0, recharge_us=300.0).levels == (1.0, 0.0, -0.2)
    for waveform in (Waveform.biphasic(60.0), Waveform.biphasic(60.0, 30.0, 480.0), Waveform.biphasic(210.0).burst(2)):
        assert _charge(waveform) == pytest.approx(0.0, abs=1e-9)


def test_that_a_burst_is_five_pulses_at_500_hz_forty_times_a_second() -> None:
    burst = Waveform.biphasic(1000.0).burst(2)
    starts = [edge for edge, level in zip(burst.edges_us, burst.levels, strict=False) if level == 1.0]
    assert starts == pytest.approx([0, 2000, 4000, 6000, 8000, 25_000, 27_000, 29_000, 31_000, 33_000])


def test_that_ten_kilohertz_leaves_no_gap_between_pulses_of_fifty_microseconds() -> None:
    train = Waveform.biphasic(50.0).repeated(10_000.0, 3)
    assert train.levels == (1.0, -1.0, 1.0, -1.0, 1.0, -1.0)
    assert train.edges_us == pytest.approx([0, 50, 100, 150, 200, 250, 300])


@pytest.mark.parametrize("pulse", [Waveform.monophasic(90.0), Waveform.biphasic(60.0, 20.0), Waveform.biphasic(50.0)])
def test_that_the_first_pulse_of_a_train_is_the_pulse(pulse: Waveform) -> None:
    assert pulse.repeated(1000.0, 4).first_pulse() == pulse
    assert pulse.first_pulse() == pulse
    assert pulse.repeated(1000.0, 4).is_train
    assert not pulse.is_train


@pytest.mark.parametrize("width_us", [4.0, 6000.0, float("nan"), -60.0])
def test_that_an_impossible_pulse_is_refused_with_the_range(width_us: float) -> None:
    with pytest.raises(PlannerError, match="5 to 5000 µs") as caught:
        Waveform.monophasic(width_us)
    assert caught.value.code == "pulse-width"


def test_that_pulses_which_overlap_are_refused() -> None:
    with pytest.raises(PlannerError, match="do not fit into 1000 Hz") as caught:
        Waveform.biphasic(600.0).repeated(1000.0, 2)
    assert caught.value.code == "pulse-rate"


@pytest.mark.parametrize("scheme", [NEURON_SCHEME, GRADED_SCHEME, Scheme((), 3.3, 7.0, 0.5)])
@pytest.mark.parametrize(
    "waveform", [Waveform.monophasic(60.0), Waveform.biphasic(7.0, 3.0, 123.4), Waveform.biphasic(90.0).burst()]
)
def test_that_steps_end_on_every_edge_and_carry_the_level_between(scheme: Scheme, waveform: Waveform) -> None:
    grid = time_grid(waveform, scheme)
    for edge in waveform.edges_us[1:]:
        assert np.abs(grid.ends_us - edge).min() < 1e-6
    middles = grid.ends_us - 500.0 * grid.widths_ms
    assert grid.levels == pytest.approx(waveform.at(middles))
    assert grid.jumps.sum() == pytest.approx(0.0)
    assert grid.ends_us[-1] == pytest.approx(waveform.duration_us + waveform.tail_us)
    assert grid.ends_us[grid.last_edge - 1] == pytest.approx(waveform.duration_us)


def test_that_the_graded_grid_takes_a_third_of_the_steps() -> None:
    pulse = Waveform((0.0, 60.0), (1.0,), 60.0, tail_us=1000.0)
    assert len(time_grid(pulse, GRADED_SCHEME).levels) <= 70
    assert len(time_grid(pulse, NEURON_SCHEME).levels) == 212
