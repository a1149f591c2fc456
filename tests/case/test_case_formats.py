"""Old and new versions of the format."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from planner.case.codec import encode
from planner.case.commands import Command
from planner.case.disk import Disk
from planner.case.file import CaseFile
from planner.case.history import Patch
from planner.case.journal import GENESIS, Row, line_of
from planner.case.migrations import FORMAT, STEPS, migrated
from planner.case.model import Case
from planner.case.snapshot import Snapshot, identity_hash, publish_snapshot, read_snapshot
from planner.errors import PlannerError, RefusedError
from tests.case.sample_cases import full_case


def plan_of_format_0() -> dict[str, Any]:
    """A plan as format 0 wrote it: positions LPS, pulse width in ms."""
    plan = encode(full_case())
    for one in plan["leads"].values():
        one["target_lps_mm"] = [14.25, 18.5, 1.0]
        one["entry_lps_mm"] = [35.0, -40.0, 60.0]
        del one["target"], one["entry"]
    for one in plan["programmes"].values():
        one["width_ms"] = 0.09
        del one["width_us"]
    return plan


def write_case(folder: Path, plan: dict[str, Any], version: int, *rows: Row) -> Path:
    folder.mkdir()
    lines, head = [], GENESIS
    first = Row(1, "2025-01-01T00:00:00.000+00:00", "", "create", Command("new-case"), plan=plan, format=version)
    for row in (first, *rows):
        head, line = line_of(head, row)
        lines.append(line)
    (folder / "journal.jsonl").write_bytes(b"".join(lines))
    snapshot = Snapshot(version, plan["id"], identity_hash(plan), len(lines), head, "2025", "Nociplan x", plan)
    publish_snapshot(Disk(), folder, snapshot)
    return folder


def test_that_a_case_of_format_0_opens_with_the_same_numbers(tmp_path: Path) -> None:
    folder = write_case(tmp_path / "old.noci", plan_of_format_0(), 0)
    with CaseFile.open(folder) as file:
        lead, programme = file.case.leads["lead-1"], file.case.programmes["p1"]
        assert lead.target == pytest.approx((-14.25, -18.5, 1.0), abs=1e-6)
        assert lead.entry == pytest.approx((-35.0, 40.0, 60.0), abs=1e-6)
        assert programme.width_us == pytest.approx(90.0, abs=1e-6)
        assert file.audit()[-1].kind == "migrate"
        assert file.undo() is None
        file.commit(Command("set-title"), file.case.with_title("new"))
    published = read_snapshot(folder / "plan.json")
    assert published is not None
    assert published.format == FORMAT
    with CaseFile.open(folder) as again:
        assert again.case.title == "new"
        assert again.undo() == Command("set-title")
        assert again.case.title == "Núñez"


def test_that_commands_of_an_old_format_replay_before_it_is_migrated(tmp_path: Path) -> None:
    plan = plan_of_format_0()
    moved = {**plan["leads"]["lead-1"], "target_lps_mm": [10.0, 20.0, 30.0]}
    row = Row(2, "", "", "do", Command("move-lead"), Patch({"leads": {"lead-1": moved}}))
    folder = write_case(tmp_path / "old.noci", plan, 0, row)
    (folder / "plan.json").unlink()
    with CaseFile.open(folder) as file:
        assert file.case.leads["lead-1"].target == (-10.0, -20.0, 30.0)


def test_that_an_old_case_opened_for_reading_is_not_written(tmp_path: Path) -> None:
    folder = write_case(tmp_path / "old.noci", plan_of_format_0(), 0)
    before = (folder / "journal.jsonl").read_bytes()
    with CaseFile.open(folder, read_only=True) as file:
        assert file.case.programmes["p1"].width_us == pytest.approx(90.0)
    assert (folder / "journal.jsonl").read_bytes() == before


def test_that_every_older_format_has_its_step_and_unknown_ones_are_refused() -> None:
    assert sorted(STEPS) == list(range(FORMAT))
    with pytest.raises(RefusedError) as refusal:
        migrated({}, -1)
    assert refusal.value.code == "case-format"


def plan_of_next_format() -> dict[str, Any]:
    plan = encode(full_case())
    plan["body_chart"] = {"drawing": [1, 2, 3]}
    plan["leads"]["lead-1"]["curvature"] = 0.5
    plan["acpc"]["confidence"] = {"ac": 0.9}
    return plan


@pytest.mark.parametrize("has_plan", [True, False], ids=["with plan.json", "journal only"])
def test_that_a_case_of_a_newer_version_opens_for_reading_and_nothing_is_dropped(
    tmp_path: Path, has_plan: bool
) -> None:
    folder = write_case(tmp_path / "newer.noci", plan_of_next_format(), FORMAT + 1)
    if not has_plan:
        (folder / "plan.json").unlink()
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with CaseFile.open(folder) as file:
        assert file.is_read_only
        assert "newer version" in file.notices[0]
        assert file.case == full_case()
        with pytest.raises(PlannerError) as refusal:
            file.commit(Command("set-title"), file.case.with_title("x"))
        assert refusal.value.code == "case-read-only"
    after = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "case.lock"}
    assert after == before
    CaseFile.open(folder).close()  # the lock was given back


def drop(plan: dict[str, Any]) -> None:
    del plan["leads"]["lead-1"]["entry"]


CONTENTS: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "unknown key": (lambda plan: plan["leads"]["lead-1"].update(colour="red"), "plan.leads.lead-1.colour"),
    "unknown group": (lambda plan: plan.update(pets={}), "plan.pets"),
    "missing key": (drop, "plan.leads.lead-1.entry"),
    "text for a number": (lambda plan: plan["leads"]["lead-1"].update(depth_mm="3"), "plan.leads.lead-1.depth_mm"),
    "number for yes or no": (lambda plan: plan["leads"]["lead-1"].update(is_locked=1), "plan.leads.lead-1.is_locked"),
    "unknown side": (lambda plan: plan["leads"]["lead-1"].update(side="up"), "plan.leads.lead-1.side"),
    "two numbers for three": (lambda plan: plan["acpc"].update(ac=[1.0, 2.0]), "plan.acpc.ac"),
    "deep inside": (
        lambda plan: plan["images"]["mr"]["grid"].update(shape=[2, 2, "2"]),
        "plan.images.mr.grid.shape[2]",
    ),
}


@pytest.mark.parametrize("name", CONTENTS)
def test_that_unexpected_content_is_refused_naming_its_path(tmp_path: Path, name: str) -> None:
    change, path = CONTENTS[name]
    plan = json.loads(json.dumps(encode(full_case())))
    change(plan)
    folder = write_case(tmp_path / "odd.noci", plan, FORMAT)
    with pytest.raises(RefusedError) as refusal:
        CaseFile.open(folder)
    assert refusal.value.code == "case-content"
    assert path in refusal.value.text


def test_that_a_case_without_a_group_a_later_program_added_opens(tmp_path: Path) -> None:
    plan = encode(Case("c"))
    del plan["approvals"]
    with CaseFile.open(write_case(tmp_path / "a.noci", plan, FORMAT)) as file:
        assert file.case.approvals == {}


def test_that_an_undo_without_anything_done_is_refused(tmp_path: Path) -> None:
    row = Row(2, "", "", "undo", Command("move-lead"), Patch({}, {"title": "x"}))
    folder = write_case(tmp_path / "a.noci", encode(Case("c")), FORMAT, row)
    with pytest.raises(RefusedError) as refusal:
        CaseFile.open(folder)
    assert refusal.value.code == "case-content"


def test_that_a_journal_that_begins_in_the_middle_is_not_read(tmp_path: Path) -> None:
    folder = write_case(tmp_path / "a.noci", encode(Case("c")), FORMAT)
    (folder / "plan.json").unlink()
    row = Row(1, "", "", "do", Command("set-title"), Patch({}, {"id": "c", "title": "x"}))
    (folder / "journal.jsonl").write_bytes(line_of(GENESIS, row)[1])
    with pytest.raises(RefusedError) as refusal:
        CaseFile.open(folder)
    assert refusal.value.code == "case-unreadable"
