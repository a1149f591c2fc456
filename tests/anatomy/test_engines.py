"""Both engines, on a small head moved by a known amount."""

import numpy as np
import pytest

from planner.anatomy.choose_engine import engine, second_opinion
from planner.anatomy.engine import ENGINES, EngineName, MaskedRequest
from planner.anatomy.starts import about, turn
from planner.errors import SpaceMismatchError
from planner.geometry.points import Points
from planner.geometry.transform import Affine, apply_matrix, sample_vectors
from planner.geometry.volume import Volume
from tests.anatomy.phantoms import brain_points, head, moved

HALF_A_VOXEL_MM = 2.0
"""The phantom has voxels of 4 mm; both engines reach half of one or better."""

FINE_STEP_MM = {"greedy": 3.0, "itk": 4.0}
"""Greedy fits at twice the voxel, SimpleITK at the voxel itself: the same fineness, and quick."""


def rigid_truth() -> Affine:
    return about(np.zeros(3), np.array([6.0, -9.0, 4.0]), turn((4.0, -6.0, 8.0)), ("fixed", "moving"))


def error_mm(found: Affine, truth: Affine) -> float:
    points = brain_points()
    return float(np.linalg.norm(apply_matrix(found.matrix, points) - apply_matrix(truth.matrix, points), axis=1).mean())


@pytest.mark.parametrize("name", ENGINES)
def test_that_a_turned_head_is_found_to_half_a_voxel(name: EngineName) -> None:
    fixed = head()
    truth = rigid_truth()
    found = engine(name).rigid(fixed, moved(fixed, truth))
    assert (found.source, found.target) == ("fixed", "moving")
    assert error_mm(found, truth) < HALF_A_VOXEL_MM


@pytest.mark.parametrize("name", ENGINES)
def test_that_inverted_contrast_does_not_matter_to_a_rigid_alignment(name: EngineName) -> None:
    fixed = head()
    truth = rigid_truth()
    seen = moved(fixed, truth)
    other = Volume(seen.grid, np.where(np.asarray(seen.values) > 8.0, 140.0 - np.asarray(seen.values), 0.0))
    assert error_mm(engine(name).rigid(fixed, other), truth) < HALF_A_VOXEL_MM


@pytest.mark.parametrize("name", ENGINES)
def test_that_a_larger_head_is_found_by_the_affine(name: EngineName) -> None:
    fixed = head(step_mm=FINE_STEP_MM[name])
    matrix = np.diag([1.10, 0.94, 1.06, 1.0])
    matrix[:3, 3] = [2.0, -3.0, 1.0]
    truth = Affine.of(matrix, "fixed", "moving")
    mask = Volume(fixed.grid, (np.asarray(fixed.values) > 5.0).astype(np.uint8))
    request = MaskedRequest(fixed, moved(fixed, truth), mask, Affine.identity("fixed", "moving"))
    assert error_mm(engine(name).affine(request), truth) < HALF_A_VOXEL_MM


@pytest.mark.slow
@pytest.mark.parametrize("name", ENGINES)
def test_that_a_field_removes_most_of_a_smooth_deformation(name: EngineName) -> None:
    fixed = head(step_mm=FINE_STEP_MM[name])
    points = brain_points()
    bulge = _bulged(fixed)
    mask = Volume(fixed.grid, (np.asarray(fixed.values) > 5.0).astype(np.uint8))
    request = MaskedRequest(fixed, bulge, mask, Affine.identity("fixed", "moving"), is_quick=name == "itk")
    found = engine(name).deformable(request)
    assert found.grid.space == "fixed"
    moved_to = points + sample_vectors(found.displacement_mm.astype(float), found.grid, points)
    before = np.linalg.norm(_bulge_mm(points), axis=1)
    left = np.linalg.norm(moved_to - (points + _bulge_mm(points)), axis=1)
    assert left.mean() < 0.6 * before.mean()


def _bulge_mm(xyz: np.ndarray) -> np.ndarray:
    """Where each fixed point lies in the moving image, minus itself: up to 5 mm, smooth."""
    strength = 5.0 * np.exp(-((xyz - np.array([10.0, 10.0, 5.0])) ** 2).sum(axis=1) / (2.0 * 22.0**2))
    return np.stack([strength, np.zeros(len(xyz)), -0.6 * strength], axis=1)


class _Unbulge:
    """moving to fixed, by fixed-point inversion: only to draw the moving picture."""

    source, target = "moving", "fixed"

    def apply(self, points: Points) -> Points:
        here = points.xyz.copy()
        for _step in range(20):
            here = points.xyz - _bulge_mm(here)
        return Points.of(here, "fixed")

    def inverse(self) -> "_Unbulge":
        raise NotImplementedError


def _bulged(fixed: Volume) -> Volume:
    from planner.geometry.resample import resample

    return resample(fixed, fixed.grid.in_space("moving"), _Unbulge())


def test_that_a_start_for_other_images_is_refused() -> None:
    fixed = head()
    mask = Volume(fixed.grid, np.ones(fixed.grid.shape, dtype=np.uint8))
    with pytest.raises(SpaceMismatchError):
        MaskedRequest(fixed, moved(fixed, rigid_truth()), mask, Affine.identity("fixed", "elsewhere"))


def test_that_the_second_opinion_comes_from_the_other_engine() -> None:
    assert second_opinion("greedy") == "itk"
    assert second_opinion("itk") == "greedy"
