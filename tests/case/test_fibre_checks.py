"""Fibre groups and their results: when they are out of date, what goes with what, and that old cases still open."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from planner.case.checks import export_blockers, inputs_of_fibre_result, inputs_of_fibres, stale
from planner.case.codec import decode, encode
from planner.case.fibres import FibreGroup, FibreResult
from planner.case.model import ArrayRef, Case
from tests.case.sample_cases import SPACE, full_case

POINTS, STARTS = ArrayRef("a" * 64, (6, 3), "<f4"), ArrayRef("b" * 64, (3,), "<i8")
SOME = ArrayRef("c" * 64, (2,), "<f4")


def with_fibres(case: Case) -> Case:
    """A capsule group around the case's lead, and its result."""
    lead, programme = next(iter(case.leads.values())), next(iter(case.programmes.values()))
    group = FibreGroup(
        "fibres-1", "Capsule", "atlas-capsule", SPACE, 5.7, "mrg", POINTS, STARTS, "atlas", "estimate", "", lead.id
    )
    group = replace(group, inputs_hash=inputs_of_fibres(case, group))
    case = case.with_fibre_group(group)
    hash_ = inputs_of_fibre_result(case, group.id, programme.id, {"width_us": "60"})
    places = ArrayRef("d" * 64, (2, 3), "<f4")
    result = FibreResult(
        "result-1",
        group.id,
        programme.id,
        hash_,
        SOME,
        SOME,
        places,
        SOME,
        {"width_us": "60"},
        strength_duration={"60": 1.5},
    )
    return case.with_fibre_result(result)


FULL = full_case()
FIBRES = with_fibres(FULL)
PROGRAMME = next(iter(FULL.programmes.values()))
LEAD = next(iter(FULL.leads.values()))


def test_that_fresh_fibres_are_not_out_of_date_and_survive_the_file() -> None:
    assert stale(FIBRES) == {}
    assert decode(Case, encode(FIBRES)) == FIBRES


def test_that_amplitude_frequency_and_name_leave_the_thresholds_as_they_are() -> None:
    changed = replace(PROGRAMME, amplitude_ma=9.0, frequency_hz=10.0, name="other")
    found = {key for key in stale(FIBRES.with_programme(changed)) if key.startswith("fibre")}
    assert not found


@pytest.mark.parametrize(
    ("change", "subjects"),
    [
        (lambda case: case.with_programme(replace(PROGRAMME, width_us=77.0)), {"fibre-result:result-1"}),
        (lambda case: case.with_programme(replace(PROGRAMME, case_share=0.5)), {"fibre-result:result-1"}),
        (lambda case: case.with_fibre_group(replace(case.fibre_groups["fibres-1"], diameter_um=10.0)),
         {"fibre-result:result-1"}),
        (lambda case: case.with_lead(replace(LEAD, target=(1.0, 2.0, 3.0))), {"fibre-result:result-1"}),
        (lambda case: case.with_lead(replace(LEAD, side="right" if LEAD.side == "left" else "left")),
         {"fibres:fibres-1", "fibre-result:result-1"}),
        (lambda case: replace(case, solutions={}), {"fibre-result:result-1"}),
    ],
)  # fmt: skip
def test_that_a_changed_input_puts_them_out_of_date(change: Callable[[Case], Case], subjects: set[str]) -> None:
    found = {key for key in stale(change(FIBRES)) if key.startswith("fibre")}
    assert found == subjects


def test_that_out_of_date_fibres_do_not_block_an_export() -> None:
    changed = replace(FIBRES, fibre_groups={"fibres-1": replace(FIBRES.fibre_groups["fibres-1"], diameter_um=9.0)})
    assert not [one for one in export_blockers(changed) if one.subject.startswith("fibre")]


def test_that_results_go_with_their_group_and_groups_with_their_lead() -> None:
    assert not FIBRES.without_fibre_group("fibres-1").fibre_results
    without = FIBRES.without_lead(LEAD.id)
    assert not without.fibre_groups
    assert not without.fibre_results


def test_that_a_newer_result_takes_the_place_of_the_older() -> None:
    newer = replace(FIBRES.fibre_results["result-1"], id="result-2")
    assert list(FIBRES.with_fibre_result(newer).fibre_results) == ["result-2"]


def test_that_a_case_from_before_there_were_fibres_still_opens() -> None:
    data = encode(FULL)
    del data["fibre_groups"], data["fibre_results"]
    assert decode(Case, data) == FULL
