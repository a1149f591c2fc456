"""Planes: which way they face, and that pixels and millimetres agree."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.scene.planes import Raster, SlicePlane
from tests.scene.scene_samples import SPACE


def test_that_axial_is_seen_from_the_feet_with_the_right_on_the_left() -> None:
    plane = SlicePlane.axial((0, 0, 0), SPACE)
    np.testing.assert_allclose(plane.normal, (0, 0, -1))
    assert Raster(plane, 100, 100, 1.0).to_px(np.array([30.0, 0, 0]))[0] < 50


def test_that_coronal_is_seen_from_the_front_with_the_right_on_the_left() -> None:
    plane = SlicePlane.coronal((0, 0, 0), SPACE)
    np.testing.assert_allclose(plane.normal, (0, 1, 0))
    assert Raster(plane, 100, 100, 1.0).to_px(np.array([30.0, 0, 0]))[0] < 50


def test_that_sagittal_has_the_face_on_the_left() -> None:
    plane = SlicePlane.sagittal((0, 0, 0), SPACE)
    np.testing.assert_allclose(plane.normal, (-1, 0, 0))
    assert Raster(plane, 100, 100, 1.0).to_px(np.array([0, 30.0, 0]))[0] < 50


def test_that_the_probes_eye_looks_from_the_entry_with_anterior_up() -> None:
    axis = np.array([-0.3, 0.4, 0.866])
    plane = SlicePlane.probe((1, 2, 3), axis, SPACE)
    np.testing.assert_allclose(plane.normal, axis / np.linalg.norm(axis), atol=1e-12)
    assert plane.up[1] > 0.8
    assert plane.right @ plane.up == pytest.approx(0.0, abs=1e-12)


def test_that_the_roll_of_the_probes_eye_is_pinned_by_superior_when_the_path_runs_along_anterior() -> None:
    plane = SlicePlane.probe((0, 0, 0), (0.0, 1.0, 0.01), SPACE)
    assert plane.up[2] > 0.99


def test_that_a_plane_along_a_lead_has_the_entry_on_top() -> None:
    plane = SlicePlane.along((0, 0, 0), (0, 0.6, 0.8), (0, 1, 0), SPACE)
    np.testing.assert_allclose(plane.up, (0, 0.6, 0.8), atol=1e-12)
    assert plane.normal @ np.array([0, 1, 0]) > 0


@pytest.mark.parametrize(("kind", "onward"), [("axial", (0, 0, 1)), ("coronal", (0, 1, 0)), ("sagittal", (1, 0, 0))])
def test_that_the_next_slice_lies_towards_superior_anterior_or_right(kind: str, onward: tuple[int, ...]) -> None:
    np.testing.assert_allclose(SlicePlane.orthogonal(kind, (0, 0, 0), SPACE).onward, onward)  # type: ignore[arg-type]


@given(st.floats(0, 640), st.floats(0, 480), st.floats(0.01, 4.0))
def test_that_a_pixel_comes_back_from_millimetres(x: float, y: float, mm_per_px: float) -> None:
    raster = Raster(SlicePlane.probe((5, -3, 12), (0.2, 0.3, 0.93), SPACE), 640, 480, mm_per_px)
    np.testing.assert_allclose(raster.to_px(raster.to_world(x, y)), (x, y), atol=1e-6)  # rounding of float64 only


def test_that_right_and_up_must_be_orthogonal() -> None:
    with pytest.raises(ValueError, match="orthogonal"):
        SlicePlane.of((0, 0, 0), (1, 0, 0), (1, 1, 0), SPACE)
