"""|E| along a lead and across it, as the plots show it."""

from dataclasses import replace

import numpy as np
import pytest

from planner.case.model import Case, Lead, Programme
from planner.case.store import ArrayStore
from planner.errors import PlannerError
from planner.geometry import Points
from planner.leads.path import lead_frame
from planner.library.devices import device, usable_devices
from planner.steps.read_field import BESIDE_MM, contact_spans, field_profile
from planner.steps.simulate import CLEARANCE_MM
from planner.steps.solve_field import FieldParameters, load_solution, solve_field

LEAD = Lead("l1", "VPL", "right", "medtronic_3389", (16.0, -12.0, 0.0), (32.0, 20.0, 65.0), "image:a")
PROGRAMME = Programme("p1", "l1", "VPL", {"1": -1.0}, 1.0, 3.0, 60.0, 130.0)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> ArrayStore:
    return ArrayStore(tmp_path_factory.mktemp("arrays"))


@pytest.fixture(scope="module")
def case(store: ArrayStore) -> Case:
    # Without an image the lead's space is the planning space only by name: nothing here asks for it.
    whole = replace(Case("c1").with_lead(LEAD).with_programme(PROGRAMME), planning_image="a")
    return whole.with_solution(solve_field(whole, store, "l1", FieldParameters("homogeneous")))


def test_that_the_lines_are_where_they_say(case: Case, store: ArrayStore) -> None:
    profile = field_profile(case, store, "p1")
    assert profile.facing == "1"
    frame, model = lead_frame(LEAD), device(LEAD.device_id)
    field = load_solution(next(iter(case.solutions.values())), store).combine({"1": -1.0}, 1.0, 3.0)
    place = int(np.argmin(np.abs(profile.along.place_mm - 5.0)))
    beside = frame.at(float(profile.along.place_mm[place]), model.diameter_mm / 2.0 + BESIDE_MM)
    expected = field.at(Points.of([beside], LEAD.space)).magnitude_v_mm[0]
    assert profile.along.v_per_mm[place] == pytest.approx(expected)


def test_that_across_a_ring_both_sides_are_alike_and_the_lead_is_left_out(case: Case, store: ArrayStore) -> None:
    across = field_profile(case, store, "p1").across
    inside = np.abs(across.place_mm) < device(LEAD.device_id).diameter_mm / 2.0 + CLEARANCE_MM - 1e-9
    assert np.isnan(across.v_per_mm[inside]).all()
    assert not np.isnan(across.v_per_mm[~inside & (np.abs(across.place_mm) < 9.0)]).any()
    assert across.v_per_mm == pytest.approx(across.v_per_mm[::-1], rel=1e-3, nan_ok=True)
    far = across.v_per_mm[np.argmin(np.abs(across.place_mm - 5.0))]
    # Reference case af, 1 mA at r = 5 mm from ring 1: 0.01597 V/mm; the capsule and another ring change a few percent.
    assert far == pytest.approx(3.0 * 0.01597, rel=0.05)


def test_that_more_current_needs_no_new_reading_but_another_contact_does(case: Case, store: ArrayStore) -> None:
    profile = field_profile(case, store, "p1")
    louder = replace(PROGRAMME, amplitude_ma=4.5)
    scaled, read = profile.for_programme(louder), field_profile(case.with_programme(louder), store, "p1")
    assert scaled is not None
    assert scaled.along.v_per_mm == pytest.approx(read.along.v_per_mm, rel=1e-5)
    assert profile.for_programme(replace(PROGRAMME, shares={"2": -1.0})) is None


def test_that_contacts_of_one_level_are_one_span() -> None:
    model = next(one for one in usable_devices() if one.is_segmented)
    segments = [one for one in model.contacts if not one.is_ring]
    level = [one for one in segments if one.low_mm == segments[0].low_mm]
    programme = replace(PROGRAMME, shares={level[0].label: -0.6, level[1].label: -0.4})
    span = next(one for one in contact_spans(model, programme) if one.low_mm == level[0].low_mm)
    assert span.label == "/".join(one.label for one in level)
    assert span.share == pytest.approx(-1.0)


def test_that_without_a_field_there_is_nothing_to_read(case: Case, store: ArrayStore) -> None:
    with pytest.raises(PlannerError) as caught:
        field_profile(replace(case, solutions={}), store, "p1")
    assert caught.value.code == "no-field"
