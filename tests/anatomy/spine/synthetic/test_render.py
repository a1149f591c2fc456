"""Synthetic pictures: the same for the same seed, and true to the spine they show."""

import numpy as np
import pytest

from planner.anatomy.spine.synthetic import View, render_ct, render_mri
from tests.anatomy.spine.builders import plain_spine

SMALL = View(first="T11", last="T12", size_mm=(60, 80), behind_mm=36, spacing_mm=(1.0, 1.0, 2.0))


def test_that_one_seed_gives_one_picture_and_another_seed_another() -> None:
    spine = plain_spine()
    first, again, other = (render_ct(spine, seed, SMALL).image.values for seed in (3, 3, 4))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_that_the_canal_of_the_truth_runs_through_cord_and_sac_voxels() -> None:
    rendered = render_ct(plain_spine(), 1, SMALL)
    path = rendered.truth.canal.path.xyz
    index = np.round(rendered.labels.grid.to_index(path)).astype(int)
    index = np.clip(index, 0, np.array(rendered.labels.grid.shape) - 1)
    assert np.isin(rendered.labels.values[tuple(index.T)], (60, 61)).all()


def test_that_the_body_centres_of_the_truth_carry_the_number_of_their_vertebra() -> None:
    rendered = render_mri(plain_spine(), 1, SMALL)
    assert [one.name for one in rendered.truth.vertebrae] == ["T11", "T12"]
    for vertebra, number in zip(rendered.truth.vertebrae, (18, 19), strict=True):
        index = np.round(rendered.labels.grid.to_index(vertebra.centre)).astype(int)
        assert rendered.labels.values[tuple(index)] == number


@pytest.mark.slow
def test_that_fluid_is_bright_on_t2_and_dark_on_t1_and_bone_is_bright_on_ct() -> None:
    spine = plain_spine()
    t2, t1 = (render_mri(spine, 1, SMALL, weighting=name, bias=0.0) for name in ("T2", "T1"))
    ct = render_ct(spine, 1, SMALL)
    sac, cord = t2.labels.values == 61, t2.labels.values == 60
    assert np.median(t2.image.values[sac]) > 2 * np.median(t2.image.values[cord])
    assert np.median(t1.image.values[sac]) < np.median(t1.image.values[cord])
    assert np.median(ct.image.values[ct.labels.values == 18]) > 150
    assert abs(np.median(ct.image.values[ct.labels.values == 60]) - 36) < 12
