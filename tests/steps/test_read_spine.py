"""What is said about named levels: alarms and what lies behind them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from planner.case.checks import inputs_of_spine
from planner.case.model import Case, SpineOutline
from planner.case.spine import OutlinedVertebra
from planner.case.store import ArrayStore
from planner.steps.name_levels import name_vertebra, set_conus, shift_names
from planner.steps.place_spine_atlas import nerve_below, placed_spine
from planner.steps.read_spine import cord_at_levels, level_alarms
from planner.steps.spine_facts import vertebrae_of
from tests.case.sample_cases import SPACE, image

COUNT, STEP_MM, BODY_MM = 10, 30.0, 24.0


@pytest.fixture
def store(tmp_path: Path) -> ArrayStore:
    return ArrayStore(tmp_path)


@pytest.fixture
def case(store: ArrayStore) -> Case:
    """T8 to L5 along a straight canal, every body 24 mm high with discs of 6 mm."""
    base = Case("c", images={"mr": image("mr", "1")}, planning_image="mr")
    arc = np.arange(0.0, COUNT * STEP_MM, 2.0)
    path = store.put(np.stack([0.0 * arc, -40.0 + 0.0 * arc, -arc], axis=1))
    bones = tuple(
        OutlinedVertebra(
            "", "found", (0.0, -10.0, -(n * STEP_MM + BODY_MM / 2)), n * STEP_MM, n * STEP_MM + BODY_MM, 1.0
        )
        for n in range(COUNT)
    )
    even = store.put(np.ones(len(arc))), store.put(np.full(len(arc), 8.0))
    outline = SpineOutline(SPACE, "mri-t2", path, *even, (), bones, inputs_of_spine(base))
    named = base.with_spine(outline)
    return named.with_spine(name_vertebra(named, 0, "T8", "A"))


def test_that_a_conus_at_the_first_lumbar_vertebra_raises_no_alarm(case: Case, store: ArrayStore) -> None:
    seen = case.with_spine(set_conus(case, store, (0.0, -40.0, -(5 * STEP_MM + 10.0))))
    assert level_alarms(seen) == ()


def test_that_names_that_put_the_conus_far_off_raise_an_alarm(case: Case, store: ArrayStore) -> None:
    seen = case.with_spine(set_conus(case, store, (0.0, -40.0, -(5 * STEP_MM + 10.0))))
    assert level_alarms(seen.with_spine(shift_names(seen, 3))) == ("conus-unusual",)
    assert level_alarms(seen.with_spine(shift_names(seen, -2))) == ("conus-unusual",)


def test_that_the_conus_that_was_shown_ends_the_cord(case: Case, store: ArrayStore) -> None:
    high = case.with_spine(set_conus(case, store, (0.0, -40.0, -(4 * STEP_MM + 12.0))))
    low = case.with_spine(set_conus(case, store, (0.0, -40.0, -(6 * STEP_MM + 12.0))))
    assert cord_at_levels(high, store)["L1"].segments == ()
    assert "S4" in cord_at_levels(low, store)["L2"].segments
    last = placed_spine(high.spine, store).segment_arcs()[-1]
    assert last.bottom_arc_mm == pytest.approx(4 * STEP_MM + 12.0, abs=1.0)  # the path is sampled every 2 mm


def test_that_a_measured_dorsal_csf_takes_the_place_of_the_table(case: Case, store: ArrayStore) -> None:
    assert case.spine is not None
    bones = (replace(case.spine.vertebrae[0], dorsal_csf_mm=6.5, dorsal_csf_doubt_mm=0.4), *case.spine.vertebrae[1:])
    measured = case.with_spine(replace(case.spine, vertebrae=bones))
    found = cord_at_levels(measured, store)
    assert (found["T8"].dorsal_csf_mm, found["T8"].is_measured) == (6.5, True)
    assert not found["T9"].is_measured
    renamed = measured.with_spine(shift_names(measured, 1))
    assert cord_at_levels(renamed, store)["T9"].is_measured  # the measure stays with its bone


@pytest.mark.parametrize(("name", "nerve"), [("C7", "C8"), ("C2", "C3"), ("T1", "T1"), ("L5", "L5")])
def test_that_nerves_are_counted_as_anatomists_do(case: Case, name: str, nerve: str) -> None:
    assert case.spine is not None
    assert nerve_below(replace(vertebrae_of(case.spine)[0], name=name)) == nerve
