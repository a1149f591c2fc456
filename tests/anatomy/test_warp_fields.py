import numpy as np
import pytest

from planner.anatomy.engine import Pullback
from planner.anatomy.warp_fields import consistency_mm, embed, jacobian, nodes, warp_of
from planner.geometry.points import Points
from planner.geometry.transform import Affine, Warp, apply_matrix
from planner.geometry.volume import Grid


def template_grid() -> Grid:
    return Grid.of((60, 64, 56), np.array([[2, 0, 0, -59], [0, 2, 0, -63], [0, 0, 2, -55], [0, 0, 0, 1.0]]), "template")


def wave_mm(xyz: np.ndarray) -> np.ndarray:
    """Smooth, up to 4 mm, slopes up to 0.35: as strong as real fields inside the brain."""
    x, y, z = (xyz / 11.5).T
    return 4.0 * np.stack([np.sin(y), np.sin(z), np.sin(x)], axis=1)


def sheared() -> Affine:
    matrix = np.array([[1.1, 0.1, 0, 5], [-0.1, 0.9, 0.05, -8], [0, 0, 1.05, 3], [0, 0, 0, 1.0]])
    return Affine.of(matrix, "template", "patient")


def made() -> Pullback:
    grid = template_grid()
    xyz = nodes(grid)
    whole = apply_matrix(sheared().matrix, xyz + wave_mm(xyz)) - xyz
    return Pullback(grid, whole.reshape(*grid.shape, 3).astype(np.float32), "patient")


def patient_grid() -> Grid:
    matrix = np.diag([1.0, 1.0, 1.0, 1.0])
    matrix[:3, 3] = [-40, -52, -38]
    return Grid.of((88, 86, 84), matrix, "patient")


@pytest.fixture(scope="module")
def warp() -> Warp:
    return warp_of(made(), sheared(), patient_grid(), template_grid())


def inner_points() -> np.ndarray:
    return np.random.default_rng(0).uniform(-22.0, 22.0, size=(4000, 3))


def test_that_there_and_back_again_closes_to_a_tenth_of_a_millimetre(warp: Warp) -> None:
    assert np.percentile(consistency_mm(warp, inner_points()), 95) < 0.1


def test_that_the_warp_maps_the_patient_to_the_template_and_its_inverse_the_other_way(warp: Warp) -> None:
    points = inner_points()
    in_patient = apply_matrix(sheared().matrix, points + wave_mm(points))
    assert (warp.source, warp.target) == ("patient", "template")
    assert np.abs(warp.apply(Points.of(in_patient, "patient")).xyz - points).max() < 0.5
    assert np.abs(warp.inverse().apply(Points.of(points, "template")).xyz - in_patient).max() < 0.4


def test_that_outside_the_engines_box_the_affine_holds() -> None:
    wide = Grid.of(
        (40, 40, 40), np.array([[6, 0, 0, -117], [0, 6, 0, -117], [0, 0, 6, -117], [0, 0, 0, 1.0]]), "template"
    )
    whole = embed(made(), sheared(), wide).reshape(-1, 3)
    xyz = nodes(wide)
    far = np.abs(xyz).max(axis=1) > 66.0
    assert np.allclose(whole[far], (apply_matrix(sheared().matrix, xyz) - xyz)[far], atol=1e-3)


def test_that_the_jacobian_of_a_scaling_is_its_volume_and_of_a_fold_is_negative() -> None:
    grid = template_grid()
    xyz = nodes(grid)
    scaled = (xyz * np.array([0.2, -0.1, 0.5])).reshape(*grid.shape, 3).astype(np.float32)
    assert np.allclose(jacobian(scaled, grid), 1.2 * 0.9 * 1.5, atol=1e-3)
    folded = (xyz * np.array([-1.5, 0.0, 0.0])).reshape(*grid.shape, 3).astype(np.float32)
    assert jacobian(folded, grid).max() < 0.0
