"""A case after cuts, flipped bits and lost parts: what was damaged is said, and the last good state is there."""

import random
import shutil
from pathlib import Path

import pytest

from planner.case.codec import canonical
from planner.case.commands import Command
from planner.case.file import CaseFile
from planner.case.model import Case
from planner.case.snapshot import read_snapshot
from planner.errors import PlannerError, QuestionError, RefusedError
from tests.case.sample_cases import FastDisk, lead

MOVE = Command("move-lead", "VPL")
COMMANDS = 20


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Case]]:
    """A case of 20 commands after a crash (plan.json is that of the beginning), and its state after each."""
    folder = tmp_path_factory.mktemp("states")
    file = CaseFile.create(folder / "a", disk=FastDisk())
    found = [file.case]
    for n in range(COMMANDS - 1):
        file.commit(MOVE, file.case.with_lead(lead(f"lead-{n % 3}", depth_mm=float(n))))
        found.append(file.case)
    crashed = folder / "crashed.noci"
    shutil.copytree(file.path, crashed)
    (crashed / "case.lock").unlink()
    file.close()
    return crashed, found


@pytest.fixture
def crashed(states: tuple[Path, list[Case]], tmp_path: Path) -> Path:
    return shutil.copytree(states[0], tmp_path / "crashed.noci")


def line_ends(journal: bytes) -> list[int]:
    return [n + 1 for n, byte in enumerate(journal) if byte == ord("\n")]


@pytest.mark.parametrize("every", [41, pytest.param(1, marks=pytest.mark.slow)])
def test_that_a_journal_cut_at_any_byte_opens_with_the_longest_whole_prefix(
    crashed: Path, states: tuple[Path, list[Case]], every: int
) -> None:
    whole = (crashed / "journal.jsonl").read_bytes()
    ends = line_ends(whole)
    near_ends = {end + n for end in ends for n in (-1, 0, 1)}
    for cut in sorted({*range(ends[0], len(whole), every), *near_ends} - {ends[0] - 1, len(whole) + 1}):
        (crashed / "journal.jsonl").write_bytes(whole[:cut])
        lines = sum(end <= cut for end in ends)
        with CaseFile.open(crashed, read_only=True) as file:
            assert file.case == states[1][lines - 1], cut
            assert (file.recovered is None) == (lines == 1 and cut in ends), cut


def test_that_a_torn_tail_is_cut_in_words_and_the_next_command_is_good(
    crashed: Path, states: tuple[Path, list[Case]]
) -> None:
    journal = crashed / "journal.jsonl"
    whole = journal.read_bytes()
    for cut in (1, 30, 66, 70, 200):
        journal.write_bytes(whole[:-cut])
        with CaseFile.open(crashed, disk=FastDisk()) as file:
            assert file.recovered is not None
            assert "not done" in file.recovered
            assert file.case == states[1][-2]
            file.commit(MOVE, file.case.with_lead(lead("new")))
        with CaseFile.open(crashed) as again:
            assert "new" in again.case.leads
            assert again.recovered is None
        shutil.copy(states[0] / "plan.json", crashed)
        shutil.rmtree(crashed / "snapshots")


def test_that_after_a_crash_without_damage_the_last_command_is_named(crashed: Path) -> None:
    with CaseFile.open(crashed) as file:
        assert file.recovered is not None
        assert "Move lead VPL" in file.recovered
        assert len(file.undo_commands) == COMMANDS - 1


def damage_line(folder: Path, number: int) -> None:
    """Change one letter in the middle of a line (1 is the first)."""
    journal = folder / "journal.jsonl"
    data = bytearray(journal.read_bytes())
    data[line_ends(bytes(data))[number - 1] - 10] ^= 1
    journal.write_bytes(bytes(data))


def test_that_a_damaged_middle_without_a_newer_copy_is_asked_about_and_then_mended(
    crashed: Path, states: tuple[Path, list[Case]]
) -> None:
    damage_line(crashed, 9)
    before = (crashed / "journal.jsonl").read_bytes()
    with pytest.raises(QuestionError) as question:
        CaseFile.open(crashed)
    assert question.value.code == "case-damaged"
    assert set(question.value.choices) == {"recover", "cancel"}
    assert "command 8" in question.value.text
    assert (crashed / "journal.jsonl").read_bytes() == before
    with CaseFile.open(crashed, read_only=True) as reader:
        assert reader.case == states[1][7]
        assert reader.recovered is not None
    with CaseFile.open(crashed, recover=True) as file:
        assert file.case == states[1][7]
        assert file.recovered is not None
        assert file.audit()[-1].kind == "recover"
    kept = next((crashed / "damaged").iterdir())
    assert kept.read_bytes() == before
    with CaseFile.open(crashed) as again:
        assert again.case == states[1][7]
        assert again.recovered is None


def test_that_a_damaged_middle_with_a_newer_copy_loses_nothing_and_needs_no_answer(
    crashed: Path, states: tuple[Path, list[Case]]
) -> None:
    CaseFile.open(crashed).close()  # publishes plan.json after all 20
    damage_line(crashed, 9)
    with CaseFile.open(crashed) as file:
        assert file.case == states[1][-1]
        assert file.recovered is not None
        assert file.undo_commands == ()
        assert file.audit()[-1].seq == COMMANDS + 1
        file.commit(MOVE, file.case.with_lead(lead("new")))
    with CaseFile.open(crashed) as again:
        assert "new" in again.case.leads
        assert again.recovered is None
        assert again.undo() == MOVE
        assert again.case == states[1][-1]


def test_that_an_older_snapshot_is_used_when_plan_and_journal_are_both_damaged(
    states: tuple[Path, list[Case]], tmp_path: Path
) -> None:
    file = CaseFile.create(tmp_path / "a", disk=FastDisk())
    cases = [file.case]
    for n in range(70):
        file.commit(MOVE, file.case.with_lead(lead(depth_mm=float(n))))
        cases.append(file.case)
    file.close()
    damage_line(file.path, 3)
    (file.path / "plan.json").write_bytes(b"{")
    with pytest.raises(QuestionError):
        CaseFile.open(file.path)
    with CaseFile.open(file.path, recover=True) as again:
        newest = read_snapshot(sorted((file.path / "snapshots").iterdir())[-1])
        assert newest is not None
        assert again.case in cases[60:]
    CaseFile.open(file.path).close()


def test_that_a_lost_journal_is_replaced_by_the_readable_plan(crashed: Path, states: tuple[Path, list[Case]]) -> None:
    CaseFile.open(crashed).close()
    (crashed / "journal.jsonl").unlink()
    with CaseFile.open(crashed) as file:
        assert file.case == states[1][-1]
        assert file.recovered is not None
    with CaseFile.open(crashed) as again:
        assert again.case == states[1][-1]
        assert [entry.kind for entry in again.audit()] == ["recover"]


def test_that_a_lost_plan_is_made_again_from_the_journal(crashed: Path, states: tuple[Path, list[Case]]) -> None:
    (crashed / "plan.json").unlink()
    with CaseFile.open(crashed) as file:
        assert file.case == states[1][-1]
        assert "plan.json" in (file.recovered or "")
    assert read_snapshot(crashed / "plan.json") is not None


def test_that_with_nothing_left_the_case_is_refused_in_words(crashed: Path) -> None:
    (crashed / "plan.json").unlink()
    damage_line(crashed, 1)
    with pytest.raises(RefusedError) as refusal:
        CaseFile.open(crashed)
    assert refusal.value.code == "case-unreadable"


def test_that_an_edited_plan_does_not_become_the_case(crashed: Path, states: tuple[Path, list[Case]]) -> None:
    CaseFile.open(crashed).close()
    plan = crashed / "plan.json"
    plan.write_bytes(plan.read_bytes().replace(b"-14.0", b"+14.0".replace(b"+", b" ")))
    with CaseFile.open(crashed) as file:
        assert file.case == states[1][-1]
        assert "plan.json" in (file.recovered or "")


@pytest.mark.parametrize("is_closed", [False, True], ids=["after a crash", "after closing"])
def test_that_every_flipped_bit_is_noticed_and_a_good_state_offered(
    crashed: Path, states: tuple[Path, list[Case]], is_closed: bool
) -> None:
    if is_closed:
        CaseFile.open(crashed).close()
    good = {canonical(case) for case in states[1]}
    last = canonical(states[1][-1])
    dice = random.Random(20261123)
    parts = {name: (crashed / name).read_bytes() for name in ("journal.jsonl", "plan.json")}
    for _trial in range(160):
        name = dice.choice(list(parts))
        data = bytearray(parts[name])
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
        (crashed / name).write_bytes(bytes(data))
        with CaseFile.open(crashed, read_only=True) as file:
            assert canonical(file.case) in good
            assert file.recovered is not None
            if is_closed or name == "plan.json":
                assert canonical(file.case) == last
        (crashed / name).write_bytes(parts[name])


def test_that_edits_deletions_and_swaps_of_audit_lines_are_all_found(crashed: Path) -> None:
    journal = crashed / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    dice = random.Random(7)
    for trial in range(200):
        changed = list(lines)
        place = dice.randrange(len(lines) - 1)
        if trial % 4 == 0:
            del changed[place]
        elif trial % 4 == 1:
            changed[place], changed[place + 1] = changed[place + 1], changed[place]
        elif trial % 4 == 2:
            changed.insert(place, changed[place])
        else:
            body = changed[place].split(b" ", 2)[2].replace(b'"by":""', b'"by":"X"')
            changed[place] = b"%s %d %s" % (lines[place][:64], len(body) - 1, body)
        journal.write_bytes(b"".join(changed))
        with pytest.raises(PlannerError) as refusal:
            CaseFile.open(crashed)
        assert refusal.value.code in ("case-damaged", "case-unreadable", "case-mixed"), trial
