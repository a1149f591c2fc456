from dataclasses import replace

import pytest

from planner.case.checks import (
    export_blockers,
    inputs_of_spine,
    inputs_of_spine_atlas,
    is_approved,
    levels_subject,
    stale,
    subject_hash,
    task_status,
)
from planner.case.codec import decode, encode
from planner.case.model import Case, SpineOutline, Structure
from planner.case.spine import OutlinedVertebra
from planner.errors import RefusedError
from planner.steps.approve import confirm_levels
from tests.case.sample_cases import SPACE, full_case, image, ref


def spine_case() -> Case:
    """Two named vertebrae, the canal's wall measured, the cord placed from the atlas."""
    base = Case("c", images={"mr": image("mr", "1")}, planning_image="mr")
    bones = tuple(
        OutlinedVertebra(name, "claimed", (0.0, 0.0, -20.0 * n), 20.0 * n, 20.0 * n + 15.0, 0.9)
        for n, name in enumerate(("T11", "T12"))
    )
    outline = SpineOutline(SPACE, "ct", ref("1"), ref("2"), ref("3"), (), bones, inputs_of_spine(base))
    case = base.with_spine(outline)
    wall = Structure("canal", SPACE, (0.0, 0.0, 0.0), ref("4"), ref("5"), "", "", inputs_of_spine(case), "spine-image")
    cord = replace(wall, id="cord", inputs_hash=inputs_of_spine_atlas(case), basis="spine-atlas")
    return case.with_structure(wall).with_structure(cord)


CASE = spine_case()


def renamed(case: Case, *names: str) -> Case:
    assert case.spine is not None
    bones = tuple(replace(one, name=name) for one, name in zip(case.spine.vertebrae, names, strict=True))
    return case.with_spine(replace(case.spine, vertebrae=bones))


def test_that_a_fresh_outline_is_up_to_date() -> None:
    assert stale(CASE) == {}
    assert CASE.region == "spine"


def test_that_new_names_put_the_placed_atlas_out_of_date_and_leave_the_measured_wall() -> None:
    assert stale(renamed(CASE, "T12", "L1")) == {"structure:cord": "inputs-changed"}


def test_that_a_replaced_image_puts_everything_found_in_it_out_of_date() -> None:
    found = stale(CASE.with_image(image("mr", "9")))
    assert found[f"spine:{SPACE}"] == "inputs-changed"
    assert found["structure:canal"] == "inputs-changed"
    assert found["structure:cord"] == "based-on-stale"


def test_that_a_confirmed_numbering_is_undone_by_another_name() -> None:
    confirmed = CASE.with_approval(confirm_levels(CASE, ("T11", "T12"), "Dr Ñ"))
    assert is_approved(confirmed, levels_subject(confirmed))
    assert task_status(confirmed)["anatomy"] == "done"
    assert not is_approved(renamed(confirmed, "T12", "L1"), levels_subject(confirmed))


def test_that_names_other_than_those_shown_are_not_confirmed() -> None:
    with pytest.raises(RefusedError) as refusal:
        confirm_levels(CASE, ("T12", "L1"), "Dr Ñ")
    assert refusal.value.code == "levels-changed"


def test_that_bones_without_names_are_not_confirmed() -> None:
    with pytest.raises(RefusedError) as refusal:
        confirm_levels(renamed(CASE, "", ""), ("", ""), "Dr Ñ")
    assert refusal.value.code == "levels-unnamed"


def test_that_a_lead_on_a_spine_is_not_exported_before_the_levels_are_confirmed() -> None:
    lead = next(iter(full_case().leads.values()))
    codes = {one.code for one in export_blockers(CASE.with_lead(lead))}
    assert "levels-unconfirmed" in codes
    held = confirm_levels(CASE, ("T11", "T12"), "Dr Ñ")
    assert "levels-unconfirmed" not in {one.code for one in export_blockers(CASE.with_lead(lead).with_approval(held))}


def test_that_an_outline_is_kept_as_it_is() -> None:
    assert decode(Case, encode(CASE)) == CASE


def test_that_a_case_without_a_spine_has_no_levels_to_confirm() -> None:
    with pytest.raises(KeyError):
        subject_hash(full_case(), levels_subject(full_case()))


def test_that_every_image_keeps_its_own_outline() -> None:
    both = CASE.with_image(image("ct", "5")).with_planning_image("ct")
    assert both.spine is None
    assert stale(both)["structure:canal"] == "other-space"
    assert both.with_planning_image("mr").spine is CASE.spine
    assert stale(both.without_image("mr"))[f"spine:{SPACE}"] == "missing-input"
