import numpy as np
import pytest

from planner.anatomy.landmark_fit import fit_rigid
from planner.anatomy.starts import about, turn
from planner.errors import RefusedError
from planner.geometry.points import Points

POINTS = np.array([[0.0, 0, 0], [60, 5, 0], [-10, 70, 10], [20, -30, 55], [-40, -20, 30]])

LINE = np.array([[0.0, 0, 0], [10, 0, 0], [50, 2, 0]])


def moved(points: np.ndarray) -> np.ndarray:
    truth = about(np.zeros(3), np.array([12.0, -30.0, 8.0]), turn((10.0, -25.0, 140.0)), ("ct", "mr"))
    return truth.apply(Points.of(points, "ct")).xyz


@pytest.mark.parametrize("count", [3, 4, 5])
def test_that_exact_pairs_are_fitted_exactly(count: int) -> None:
    fit = fit_rigid(Points.of(POINTS[:count], "ct"), Points.of(moved(POINTS[:count]), "mr"))
    assert (fit.transform.source, fit.transform.target) == ("ct", "mr")
    assert fit.residuals_mm.max() < 1e-9
    assert np.allclose(fit.transform.apply(Points.of(POINTS, "ct")).xyz, moved(POINTS), atol=1e-9)


def test_that_each_residual_belongs_to_its_pair() -> None:
    marked = moved(POINTS).copy()
    marked[2] += [0.0, 0.0, 6.0]
    fit = fit_rigid(Points.of(POINTS, "ct"), Points.of(marked, "mr"))
    carried = fit.transform.apply(Points.of(POINTS, "ct")).xyz
    assert np.allclose(fit.residuals_mm, np.linalg.norm(carried - marked, axis=1))
    assert fit.residuals_mm.max() > 1.0
    assert fit.rms_mm == pytest.approx(float(np.sqrt((fit.residuals_mm**2).mean())))


@pytest.mark.parametrize(
    ("points", "onto", "code"),
    [
        (POINTS[:2], POINTS[:2], "landmarks-few"),
        (POINTS[:4], POINTS[:3], "landmarks-few"),
        (
            np.array([[0, 0, 0], [10, 0, 0], [50.0, 2, 0]]),
            np.array([[0, 0, 0], [10, 0, 0], [50.0, 2, 0]]),
            "landmarks-degenerate",
        ),
        (np.zeros((3, 3)), POINTS[:3], "landmarks-degenerate"),
        (POINTS, POINTS * np.array([-1.0, 1, 1]), "landmarks-mirrored"),
        (POINTS, POINTS[[1, 0, 2, 3, 4]], "landmarks-apart"),
    ],
    ids=["two pairs", "unpaired", "one line", "one spot", "mirrored", "swapped pair"],
)
def test_that_points_that_make_no_alignment_are_refused(points: np.ndarray, onto: np.ndarray, code: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        fit_rigid(Points.of(points, "ct"), Points.of(onto, "mr"))
    assert refusal.value.code == code
