from collections.abc import Callable
from dataclasses import replace

import pytest

from planner.case.checks import SHANNON_K_LIMIT, export_blockers, is_approved, stale, task_status
from planner.case.model import AcPc, Case, Identity
from tests.case.sample_cases import UNIT, aligned, approval, full_case, image, ref, with_stimulation

FULL = full_case()
LEAD, PROGRAMME, VPL = FULL.leads["lead-1"], FULL.programmes["p1"], FULL.structures["vpl"]
TO_ATLAS, TISSUE = FULL.alignments["mr-mni"], FULL.segmentations["tissue"]
MOVED = (UNIT[0], UNIT[1], (*UNIT[2][:3], 1.0), UNIT[3])

ATLAS_DERIVED = {"structure:vpl", "segmentation:tissue", "acpc"}
STIMULATION = {"solution:s1", "simulation:sim1"}
CHANGES: dict[str, tuple[Callable[[Case], Case], set[str]]] = {
    "target moved": (lambda c: c.with_lead(replace(LEAD, target=(-13.0, -18.0, 1.0))), STIMULATION),
    "entry moved": (lambda c: c.with_lead(replace(LEAD, entry=(-34.0, 40.0, 60.0))), STIMULATION),
    "depth changed": (lambda c: c.with_lead(replace(LEAD, depth_mm=1.0)), STIMULATION),
    "lead turned": (lambda c: c.with_lead(replace(LEAD, rotation_deg=5.0)), STIMULATION),
    "other device": (lambda c: c.with_lead(replace(LEAD, device_id="other")), STIMULATION),
    "amplitude changed": (lambda c: c.with_programme(replace(PROGRAMME, amplitude_ma=2.5)), {"simulation:sim1"}),
    "pulse width changed": (lambda c: c.with_programme(replace(PROGRAMME, width_us=60.0)), {"simulation:sim1"}),
    "rate changed": (lambda c: c.with_programme(replace(PROGRAMME, frequency_hz=130.0)), {"simulation:sim1"}),
    "contacts changed": (lambda c: c.with_programme(replace(PROGRAMME, shares={"2": -1.0})), {"simulation:sim1"}),
    "can changed": (lambda c: c.with_programme(replace(PROGRAMME, case_share=0.0)), {"simulation:sim1"}),
    "tissue changed": (lambda c: c.with_segmentation(replace(TISSUE, values=ref("9"))), STIMULATION),
    "tissue renamed": (lambda c: c.with_segmentation(replace(TISSUE, labels={"1": "white"})), STIMULATION),
    "structure changed": (lambda c: c.with_structure(replace(VPL, vertices=ref("9"))), {"simulation:sim1"}),
    "planning image replaced": (
        lambda c: c.with_image(image("mr", "9")),
        {"alignment:ct-mr", "alignment:mr-mni", *ATLAS_DERIVED, *STIMULATION},
    ),
    "other image replaced": (lambda c: c.with_image(image("ct", "9")), {"alignment:ct-mr"}),
    "other image removed": (lambda c: c.without_image("ct"), {"alignment:ct-mr"}),
    "atlas alignment changed": (
        lambda c: c.with_alignment(replace(TO_ATLAS, matrix=MOVED)),
        {*ATLAS_DERIVED, *STIMULATION},
    ),
    "atlas alignment rejected": (
        lambda c: c.with_alignment(replace(TO_ATLAS, decision="rejected")),
        {*ATLAS_DERIVED, *STIMULATION},
    ),
    "solution gone": (lambda c: replace(c, solutions={}), {"simulation:sim1"}),
    "programme gone": (lambda c: replace(c, programmes={}), {"simulation:sim1"}),
    "lead gone": (lambda c: replace(c, leads={}), STIMULATION),
    "other planning image": (
        lambda c: c.with_planning_image("ct"),
        {*ATLAS_DERIVED, "lead:lead-1", *STIMULATION},
    ),
}


def test_that_nothing_is_out_of_date_when_everything_was_just_made() -> None:
    assert stale(FULL) == {}
    assert export_blockers(FULL) == ()
    assert set(task_status(FULL).values()) == {"done"}


@pytest.mark.parametrize("name", CHANGES)
def test_that_each_changed_input_marks_exactly_what_depends_on_it(name: str) -> None:
    change, expected = CHANGES[name]
    changed = change(FULL)
    assert set(stale(changed)) == expected
    blocked = {blocker.subject for blocker in export_blockers(changed) if blocker.code == "stale"}
    assert STIMULATION & expected <= blocked


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c.with_lead(replace(LEAD, name="another name")),
        lambda c: c.with_lead(replace(LEAD, is_locked=False)),
        lambda c: c.with_programme(replace(PROGRAMME, name="another name")),
        lambda c: c.with_image(replace(FULL.images["mr"], window=(5.0, 6.0), name="T1")),
        lambda c: c.with_title("another title"),
    ],
    ids=["lead name", "lock", "programme name", "window", "title"],
)
def test_that_what_has_no_part_in_a_result_does_not_outdate_it(change: Callable[[Case], Case]) -> None:
    assert stale(change(FULL)) == {}


def test_that_clicked_ac_and_pc_do_not_depend_on_the_alignment() -> None:
    clicked = AcPc((0.0, 2.0, 0.0), (0.0, -24.0, 0.0), (), "image:mr", "clicked")
    case = FULL.with_acpc(clicked).with_alignment(replace(TO_ATLAS, matrix=MOVED))
    assert "acpc" not in stale(case)
    assert stale(FULL.with_acpc(replace(clicked, space="image:ct")))["acpc"] == "other-space"


def codes(case: Case) -> set[str]:
    return {blocker.code for blocker in export_blockers(case)}


def test_that_an_unconfirmed_identity_blocks_the_export() -> None:
    assert codes(replace(FULL, identity=None)) == {"identity-unconfirmed"}
    assert codes(without_approval("identity:")) == {"identity-unconfirmed"}
    assert codes(FULL.with_identity(Identity("Otro", "78"))) == {"identity-unconfirmed"}
    assert task_status(FULL.with_identity(Identity("Otro", "78")))["patient"] == "outdated"


def test_that_an_image_under_another_name_asks_for_the_identity_again() -> None:
    same = FULL.with_image(replace(image("third", "8"), identity=FULL.images["mr"].identity))
    assert is_approved(same, "identity:")
    other = FULL.with_image(replace(image("third", "8"), identity=Identity("Otro", "78")))
    assert "identity-unconfirmed" in codes(other)


def without_approval(subject: str) -> Case:
    return replace(FULL, approvals={key: one for key, one in FULL.approvals.items() if one.subject != subject})


def test_that_an_unconfirmed_side_blocks_the_export() -> None:
    assert codes(without_approval("side:lead-1")) == {"side-unconfirmed"}


@pytest.mark.parametrize(
    "change",
    [{"side": "right"}, {"target": (14.0, -18.0, 1.0)}, {"entry": (35.0, 40.0, 60.0)}, {"name": "VPL der."}],
    ids=lambda change: next(iter(change)),
)
def test_that_a_side_confirmed_before_the_lead_changed_blocks_the_export(change: dict[str, object]) -> None:
    assert "side-unconfirmed" in codes(FULL.with_lead(replace(LEAD, **change)))  # type: ignore[arg-type]


def test_that_locking_a_lead_keeps_the_confirmation_of_its_side() -> None:
    assert is_approved(FULL.with_lead(replace(LEAD, is_locked=False)), "side:lead-1")


def test_that_a_confirmation_without_a_name_or_a_refusal_does_not_count() -> None:
    said = FULL.approvals["ok-side:lead-1"]
    assert codes(FULL.with_approval(replace(said, by="  "))) == {"side-unconfirmed"}
    assert codes(FULL.with_approval(replace(said, decision="rejected"))) == {"side-unconfirmed"}
    later = replace(approval(FULL, "side:lead-1"), id="later", decision="rejected")
    assert codes(FULL.with_approval(later)) == {"side-unconfirmed"}


@pytest.mark.parametrize(("k", "is_blocked"), [(1.849, False), (SHANNON_K_LIMIT, True), (2.31, True)])
def test_that_the_shannon_limit_of_1_85_blocks_the_export(k: float, is_blocked: bool) -> None:
    assert ("shannon" in codes(full_case(shannon_k=k))) == is_blocked


def test_that_a_charge_that_is_not_a_number_blocks_the_export() -> None:
    simulation = replace(FULL.simulations["sim1"], shannon_k=float("nan"))
    assert "shannon" in codes(FULL.with_simulation(simulation))


def test_that_an_undecided_alignment_blocks_the_export_and_a_rejected_one_even_more() -> None:
    assert codes(full_case("proposed")) == {"alignment-undecided"}
    rejected = codes(FULL.with_alignment(replace(TO_ATLAS, decision="rejected")))
    assert {"alignment-rejected", "stale"} <= rejected


def test_that_a_new_undecided_try_does_not_displace_the_approved_alignment() -> None:
    again = replace(TO_ATLAS, id="second", matrix=MOVED, decision="proposed")
    assert stale(FULL.with_alignment(again)) == {}
    assert export_blockers(FULL.with_alignment(again)) == ()


def test_that_every_blocker_says_something_to_the_reader() -> None:
    case = replace(full_case("proposed", shannon_k=3.0), identity=None, approvals={})
    case = case.with_image(image("mr", "9"))
    found = export_blockers(case)
    assert {"identity-unconfirmed", "side-unconfirmed", "stale", "shannon", "alignment-undecided"} <= {
        blocker.code for blocker in found
    }
    assert all(len(blocker.words) > 20 and "{" not in blocker.words for blocker in found)


def test_that_the_tasks_follow_the_case() -> None:
    assert set(task_status(Case("c")).values()) == {"todo"}
    case = Case("c").with_identity(Identity("A")).with_image(image()).with_image(image("ct", "b"))
    case = case.with_approval(approval(case, "identity:"))
    status = task_status(aligned(case, "proposed"))
    assert (status["patient"], status["images"], status["align"]) == ("done", "done", "todo")
    assert task_status(aligned(case))["align"] == "done"
    moved = task_status(FULL.with_lead(replace(LEAD, depth_mm=3.0)))
    assert (moved["plan"], moved["stimulate"], moved["report"]) == ("done", "outdated", "outdated")
    assert task_status(with_stimulation(FULL.with_lead(replace(LEAD, depth_mm=3.0))))["stimulate"] == "done"
    assert task_status(FULL.with_lead(replace(LEAD, is_locked=False)))["plan"] == "todo"
    assert task_status(FULL.with_planning_image("ct"))["plan"] == "outdated"
