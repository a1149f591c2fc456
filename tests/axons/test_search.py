"""The threshold search on fibres whose thresholds are known."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray

from planner.axons.batch import Response
from planner.axons.search import Search, search
from planner.geometry.arrays import FloatArray
from planner.progress import SILENT, Cancelled, Progress


@dataclass
class Known:
    """Fibres that fire at and above ``at_ma``; counts what is asked."""

    at_ma: FloatArray
    asked: list[int] = field(default_factory=list)

    def fires(self, which: NDArray[np.intp], amplitudes_ma: FloatArray, progress: Progress) -> NDArray[np.bool_]:
        progress.check()
        self.asked.append(len(which))
        return np.asarray(amplitudes_ma >= self.at_ma[which])

    def record(self, which: NDArray[np.intp], amplitudes_ma: FloatArray, progress: Progress) -> Response:
        raise NotImplementedError


def _thresholds(count: int) -> FloatArray:
    return np.exp(np.random.default_rng(0).uniform(np.log(0.05), np.log(50.0), count))


@pytest.mark.parametrize("tolerance", [0.01, 0.001])
def test_that_every_threshold_is_found_within_half_the_tolerance(tolerance: float) -> None:
    at = _thresholds(500)
    guess = at * np.exp(np.random.default_rng(1).normal(0.0, 1.0, 500))
    found = search(Known(at), guess, Search(tolerance=tolerance), SILENT)
    assert np.abs(np.log(found.threshold_ma / at)).max() <= 0.5 * np.log1p(tolerance) * 1.0001
    assert (found.firing_ma >= at).all()
    assert (found.firing_ma <= at * (1.0 + tolerance)).all()


def test_that_a_guess_good_to_three_percent_costs_about_four_trials() -> None:
    at = _thresholds(2000)
    guess = at * np.random.default_rng(1).uniform(0.97, 1.03, 2000)
    assert search(Known(at), guess, Search(), SILENT).trials.mean() < 4.5


def test_that_only_the_undecided_go_into_the_next_round() -> None:
    at = _thresholds(200)
    known = Known(at)
    found = search(known, at * np.random.default_rng(2).uniform(0.5, 1.5, 200), Search(), SILENT)
    assert sum(known.asked) == found.trials.sum()
    assert known.asked == sorted(known.asked, reverse=True)


def test_that_what_never_fires_has_no_threshold() -> None:
    found = search(Known(np.array([1e9, 0.3, 999.0])), np.ones(3), Search(), SILENT)
    assert np.isinf(found.threshold_ma[0])
    assert np.isinf(found.firing_ma[0])
    assert found.threshold_ma[1:] == pytest.approx([0.3, 999.0], rel=0.005)


def test_that_a_threshold_below_the_smallest_amplitude_ends_the_search_there() -> None:
    found = search(Known(np.array([1e-9])), np.ones(1), Search(), SILENT)
    assert found.threshold_ma[0] == pytest.approx(Search().smallest_ma, rel=0.01)


def test_that_a_cancelled_search_stops_at_the_next_round() -> None:
    known = Known(_thresholds(10))
    with pytest.raises(Cancelled):
        search(known, np.ones(10), Search(), Progress(is_cancelled=lambda: len(known.asked) >= 2))
    assert len(known.asked) == 2
