import numpy as np
import pytest

from planner.anatomy.work_copy import crop, straight_grid, work_copy
from planner.errors import RefusedError
from planner.geometry.points import Points
from planner.geometry.resample import resample
from planner.geometry.volume import Grid, Volume
from tests.anatomy.phantoms import head


def test_that_air_is_cropped_and_the_rest_keeps_its_place_in_cubes_of_one_millimetre() -> None:
    whole = head()
    copy = work_copy(whole)
    assert np.allclose(copy.grid.spacing_mm, 1.0)
    assert np.all(np.array(copy.grid.shape) < np.array(whole.grid.shape) * whole.grid.spacing_mm)
    at = Points.of([[18.0, 12.0, 6.0], [-15.0, -20.0, 8.0]], "fixed")  # the bright and the dark body of the phantom
    index = np.rint(copy.grid.to_index(at.xyz)).astype(int)
    bright, dark = (float(copy.values[tuple(one)]) for one in index)
    assert bright > 90.0
    assert dark < 30.0


def test_that_a_ct_is_seen_through_the_soft_tissue_window() -> None:
    values = np.linspace(-1000.0, 3000.0, 60**3, dtype=np.float32).reshape(60, 60, 60)
    copy = work_copy(Volume(Grid.of((60, 60, 60), np.eye(4), "image:ct"), values), is_ct=True)
    assert float(copy.values.min()) >= 0.0
    assert float(copy.values.max()) == pytest.approx(300.0)  # -100 to 200 HU


@pytest.mark.parametrize("value", [0.0, 7.0])
@pytest.mark.parametrize("is_ct", [True, False])
def test_that_an_image_of_one_value_is_refused_in_words(value: float, is_ct: bool) -> None:
    flat = Volume(Grid.of((50, 50, 50), np.eye(4), "image:x"), np.full((50, 50, 50), value))
    with pytest.raises(RefusedError, match="same value") as refusal:
        work_copy(flat, is_ct=is_ct)
    assert refusal.value.code == "image-empty"


def test_that_a_slab_is_refused() -> None:
    slab = crop(head(), (0, 0, 15), (36, 36, 20))
    with pytest.raises(RefusedError) as refusal:
        work_copy(slab)
    assert refusal.value.code == "image-small"


def test_that_a_sheared_grid_becomes_straight_without_moving_anything() -> None:
    matrix = np.diag([2.0, 2.0, 2.0, 1.0])
    matrix[1, 2] = 0.6  # as a tilted gantry does
    matrix[:3, 3] = [-60, -60, -60]
    sheared = Grid.of((60, 60, 60), matrix, "image:ct")
    straight = straight_grid(sheared, 1.5)
    cosines = straight.affine[:3, :3] / 1.5
    assert np.allclose(cosines.T @ cosines, np.eye(3), atol=1e-12)
    phantom = head("image:ct")
    seen = resample(resample(phantom, sheared), straight)
    inner = resample(phantom, straight)
    assert np.abs(np.asarray(seen.values) - np.asarray(inner.values)).mean() < 2.0  # of 110: two interpolations
