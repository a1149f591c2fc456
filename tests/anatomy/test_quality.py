import numpy as np
import pytest

from planner.anatomy.quality import alarm_words, alarms, correlation_figures, distance_to_line, local_correlation
from planner.anatomy.starts import Score, about, turn
from planner.geometry.transform import Affine
from planner.geometry.volume import Volume
from tests.anatomy.phantoms import head, moved

GOOD = {
    "correlation": 0.7,
    "correlation_acpc": 0.8,
    "jacobian_min": 0.2,
    "acpc_length_mm": 25.0,
    "second_start_mm": 0.3,
}


def test_that_good_figures_raise_no_alarm() -> None:
    assert alarms(GOOD) == ()
    assert alarms({}) == ()


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("acpc_length_mm", 12.0, "acpc-length"),
        ("acpc_length_mm", 40.0, "acpc-length"),
        ("jacobian_min", 0.0, "folded"),
        ("correlation_acpc", 0.3, "correlation-acpc"),
        ("correlation", 0.53, "correlation"),  # a real head blown up to its skull
        ("second_start_mm", 2.4, "second-start"),
    ],
)
def test_that_each_bad_figure_raises_its_alarm_in_words(name: str, value: float, code: str) -> None:
    assert alarms({**GOOD, name: value}) == (code,)
    assert alarm_words(code).endswith(".")


def test_that_local_correlation_ignores_brightness_but_sees_shifts() -> None:
    one = head()
    brighter = Volume(one.grid, 3.0 * np.asarray(one.values) + 10.0)
    other = head(seed=11)
    inside = np.asarray(one.values) > 5.0
    assert local_correlation(one, brighter)[inside].mean() > 0.99
    assert local_correlation(one, other)[inside].mean() < 0.9


def test_that_a_misplaced_head_correlates_less_than_a_placed_one() -> None:
    fixed = head()
    ac, pc = np.array([0.0, 12.0, 0.0]), np.array([0.0, -12.0, 0.0])
    shift = about(np.zeros(3), np.array([9.0, 0.0, 0.0]), np.eye(3), ("fixed", "moving"))
    seen = moved(fixed, shift)
    right = correlation_figures(fixed, seen, shift, ac, pc)
    wrong = correlation_figures(fixed, seen, Affine.identity("fixed", "moving"), ac, pc)
    assert right["correlation"] > 0.95
    assert wrong["correlation"] < right["correlation"] - 0.2
    assert wrong["correlation_acpc"] < right["correlation_acpc"] - 0.2


def test_that_the_score_of_the_true_place_is_the_highest() -> None:
    fixed = head()
    truth = about(np.zeros(3), np.array([6.0, -9.0, 4.0]), turn((4.0, -6.0, 8.0)), ("fixed", "moving"))
    score = Score(fixed, moved(fixed, truth))
    best = score(truth)
    for shift in ([6.0, 0, 0], [0, -6.0, 0], [0, 0, 60.0], [150.0, 0, 0]):
        step = about(np.zeros(3), np.array(shift), np.eye(3), ("moving", "moving"))
        assert score(truth.then(step)) < best


def test_that_the_distance_to_a_piece_of_line_counts_its_ends() -> None:
    points = np.array([[0.0, 5.0, 3.0], [0.0, 15.0, 0.0], [4.0, -3.0, 0.0]])
    found = distance_to_line(points, np.zeros(3), np.array([0.0, 10.0, 0.0]))
    assert np.allclose(found, [3.0, 5.0, 5.0])
