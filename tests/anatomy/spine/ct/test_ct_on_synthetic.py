"""Spines whose truth is known: bent, operated on, broken, with metal. What is not plain is said."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from planner.anatomy.spine.ct import find_canal, find_vertebrae
from planner.anatomy.spine.parametric import Scoliosis
from planner.anatomy.spine.synthetic import Rendered, View, render_ct
from planner.anatomy.spine.synthetic.findings import Findings
from tests.anatomy.spine.builders import plain_spine, spine_with

LUMBAR = View(first="T12", last="S1", spacing_mm=(1.2, 1.2, 1.5))
CANAL_LABELS = (60, 61, 62)
FROM_TRUTH_MM = 2.5
"""The synthetic canal ends some millimetres behind the bodies' bone; its middle lies that much further back."""


def check_canal_and_count(rendered: Rendered) -> tuple[str, ...]:
    """Path in the canal everywhere and near the truth, every pedicle counted once. Gives the reasons for doubt."""
    canal = find_canal(rendered.image)
    fine = canal.path.at(np.arange(0.0, canal.path.length_mm, 0.5))
    index = np.rint(rendered.labels.grid.to_index(fine)).astype(int)
    index = np.clip(index, 0, np.array(rendered.labels.grid.shape) - 1)
    assert np.isin(rendered.labels.values[tuple(index.T)], CANAL_LABELS).mean() >= 0.98
    truth = rendered.truth.canal.path
    off = cKDTree(fine).query(truth.at(np.arange(10.0, truth.length_mm - 10.0, 1.0)))[0]
    assert np.quantile(off, 0.95) < FROM_TRUTH_MM
    found = [one for one in find_vertebrae(rendered.image, canal) if np.isfinite(one.pedicle_arc_mm)]
    known = np.array([one.centre for one in rendered.truth.vertebrae])
    nearest = cKDTree(known).query([one.centre for one in found])[1]
    assert len(set(nearest)) == len(found)
    assert len(known) - len(found) in (0, 1)  # the uppermost may show no pedicle
    return tuple(reason for start, end, reason in canal.unsure if end - start > 10.0)


@pytest.mark.slow
def test_that_a_plain_spine_raises_no_doubt() -> None:
    assert check_canal_and_count(render_ct(plain_spine(), 1, LUMBAR)) == ()


@pytest.mark.slow
def test_that_missing_arches_are_followed_and_said() -> None:
    opened = render_ct(plain_spine(), 1, LUMBAR, Findings(opened=("L2", "L3")))
    assert check_canal_and_count(opened) == ("open-behind",)


@pytest.mark.slow
def test_that_screws_are_survived_and_said() -> None:
    screwed = render_ct(plain_spine(), 1, LUMBAR, Findings(screwed=("L3", "L4")))
    assert check_canal_and_count(screwed) == ("metal",)


@pytest.mark.slow
def test_that_fused_bodies_are_still_counted_apart_by_their_pedicles() -> None:
    assert check_canal_and_count(render_ct(plain_spine(), 1, LUMBAR, Findings(fused=("L3",)))) == ()


@pytest.mark.slow
def test_that_a_scoliosis_of_70_degrees_is_followed_and_its_turned_bodies_found() -> None:
    view = View("T4", "L2", size_mm=(220.0, 190.0), spacing_mm=(1.2, 1.2, 1.5))
    rendered = render_ct(spine_with(scoliosis=Scoliosis(70.0)), 1, view)
    check_canal_and_count(rendered)
    found = find_vertebrae(rendered.image, find_canal(rendered.image))
    apex = next(one for one in rendered.truth.vertebrae if one.name == "T9")
    away = min(float(np.linalg.norm(np.array(one.centre) - np.array(apex.centre))) for one in found)
    assert away < 5.0


@pytest.mark.slow
def test_that_a_broken_vertebra_does_not_disturb_the_count() -> None:
    view = View("T10", "L4", spacing_mm=(1.2, 1.2, 1.5))
    check_canal_and_count(render_ct(spine_with(wedged=(("T12", 0.5),)), 1, view))


@pytest.mark.slow
def test_that_thick_noisy_slices_are_enough() -> None:
    view = View("T8", "L2", spacing_mm=(0.9, 0.9, 5.0))
    check_canal_and_count(render_ct(plain_spine(), 1, view, has_contrast=True, noise_hu=50.0))
