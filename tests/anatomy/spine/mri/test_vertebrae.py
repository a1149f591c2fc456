"""Discs and vertebrae on T2 MRI: against the template's disc labels, and by eye on the lumbar scan."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from planner.anatomy.spine.mri import find_canal, find_vertebrae
from planner.anatomy.spine.mri.discs import rhythm
from planner.anatomy.spine.outline import Canal
from planner.geometry import Volume
from tests.anatomy.spine.mri.scans import cropped, scan


def test_that_the_discs_of_a_part_of_the_template_are_at_their_labels(shared_data: Path) -> None:
    part, labels = (
        cropped(scan(shared_data, name), (0, 0, 60), (70, 70, 190))
        for name in ("pam50small_t2", "pam50small_label_disc")
    )
    canal = find_canal(part)
    vertebrae = find_vertebrae(part, canal)
    found = np.array([0.5 * (upper.bottom_arc_mm + lower.top_arc_mm) for upper, lower in pairwise(vertebrae)])
    wanted = np.sort(canal.path.nearest(labels.grid.to_world(np.argwhere(labels.values > 0))))
    wanted = wanted[(wanted > 5.0) & (wanted < canal.path.length_mm - 5.0)]
    assert len(found) == len(wanted)  # none missed, none doubled
    assert np.abs(found - wanted).max() < 3.0
    assert np.median(np.abs(found - wanted)) < 1.5  # the labels are points on a grid of 2 mm


def test_that_the_lumbar_scan_has_five_whole_vertebrae_and_a_cut_one(lumbar: tuple[Volume, Canal]) -> None:
    vertebrae = find_vertebrae(*lumbar)
    assert [vertebra.is_cut for vertebra in vertebrae] == [True, False, False, False, False, False, False]
    heights = [vertebra.bottom_arc_mm - vertebra.top_arc_mm for vertebra in vertebrae[1:]]
    assert min(heights) > 15.0
    assert max(heights) < 32.0
    assert all(vertebra.name == "" and vertebra.state == "found" for vertebra in vertebrae)


def test_that_the_middle_of_a_body_lies_in_its_marrow(lumbar: tuple[Volume, Canal]) -> None:
    mr, canal = lumbar
    for vertebra in find_vertebrae(mr, canal)[1:]:
        index = np.rint(mr.grid.to_index(vertebra.centre)).astype(int)
        near = mr.values[tuple(slice(i - 2, i + 3) for i in index)]
        assert 50 < near.mean() < 140  # marrow; fluid and fat are brighter than 200, ligament darker than 40


def test_that_a_steady_rhythm_is_found_among_noise() -> None:
    rng = np.random.default_rng(4)
    worth = 0.15 * rng.random(300)
    places = np.cumsum([20, 20, 21, 22, 23, 24, 25, 26, 28, 30])
    for place in places:
        worth[place - 1 : place + 2] += 0.8
    assert np.abs(np.array(rhythm(worth)) - places).max() <= 1


def test_that_a_missing_disc_does_not_double_its_neighbours() -> None:
    worth = np.zeros(200)
    for place in (20, 50, 80, 140, 170):  # the one at 110 is hidden
        worth[place] = 1.0
    assert np.abs(np.array(rhythm(worth)) - [20, 50, 80, 110, 140, 170]).max() <= 3


@pytest.mark.parametrize("length", [0, 5, 12])
def test_that_too_short_a_strip_has_no_rhythm(length: int) -> None:
    assert rhythm(np.zeros(length)) == []
