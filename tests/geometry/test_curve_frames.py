"""Frames along curves: against circles and straight lines, whose answers are known."""

import numpy as np
import pytest

from planner.geometry import Curve


def quarter_circle(radius_mm: float = 60.0) -> Curve:
    """From straight down, bending to the back."""
    angle = np.linspace(0.0, np.pi / 2, 200)
    points = np.stack([0 * angle, -radius_mm * (1 - np.cos(angle)), -radius_mm * np.sin(angle)], axis=1)
    return Curve.of(points, "ct")


def test_that_the_frame_of_an_upright_line_points_right_back_and_down() -> None:
    line = Curve.of([(0, 0, 100), (0, 0, 0)], "ct")
    frames = line.frames([0.0, 40.0])
    assert np.allclose(frames.right, [1, 0, 0])
    assert np.allclose(frames.back, [0, -1, 0])
    assert np.allclose(frames.down, [0, 0, -1])


def test_that_a_frame_is_right_handed_and_orthogonal_all_along() -> None:
    curve = quarter_circle()
    frames = curve.frames(np.arange(0.0, curve.length_mm, 1.0))
    assert np.allclose(np.cross(frames.right, frames.back), frames.down)
    assert np.allclose((frames.back * frames.down).sum(axis=1), 0.0)


def test_that_the_frame_does_not_spin_where_the_curve_runs_along_the_back() -> None:
    curve = quarter_circle()
    frames = curve.frames(np.arange(0.0, curve.length_mm, 1.0))
    assert np.allclose(frames.right, [1, 0, 0], atol=1e-6)  # the circle lies in the midsagittal plane


def test_that_a_curve_that_winds_keeps_its_back_to_the_patients_back() -> None:
    height = np.linspace(0.0, -300.0, 600)
    points = np.stack([20 * np.sin(height / 40), 8 * np.cos(height / 40), height], axis=1)
    curve = Curve.of(points, "ct")
    frames = curve.frames(np.arange(0.0, curve.length_mm, 2.0))
    toward = np.array([0.0, -1.0, 0.0])
    most = toward - (frames.down @ toward)[:, None] * frames.down
    most /= np.linalg.norm(most, axis=1, keepdims=True)
    assert np.allclose((most * frames.back).sum(axis=1), 1.0)


def test_that_the_nearest_length_of_a_point_on_the_curve_is_its_own() -> None:
    curve = quarter_circle()
    arcs = np.array([-5.0, 0.0, 12.3, 60.0, curve.length_mm + 7.0])
    assert curve.nearest(curve.at(arcs)) == pytest.approx(arcs, abs=1e-9)


def test_that_the_nearest_length_beside_the_curve_is_that_of_its_foot() -> None:
    curve = quarter_circle()
    arcs = np.array([10.0, 50.0, 80.0])
    beside = curve.at(arcs) + 9.0 * curve.frames(arcs).right
    assert curve.nearest(beside) == pytest.approx(arcs, abs=0.02)  # straight pieces of half a millimetre
