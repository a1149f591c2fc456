import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from planner.case import folder as case_folder
from planner.case.codec import canonical
from planner.case.commands import Command
from planner.case.copying import copy_case
from planner.case.file import CaseFile
from planner.case.model import Case, Identity
from planner.errors import PlannerError, RefusedError
from planner.progress import Cancelled, Progress
from tests.case.sample_cases import FastDisk, full_case, lead

MOVE = Command("move-lead", "VPL")


@pytest.fixture
def file(tmp_path: Path) -> Iterator[CaseFile]:
    with CaseFile.create(tmp_path / "Núñez prueba", title="Núñez", by="Dra. Peña") as made:
        yield made


def with_depths(file: CaseFile, *depths_mm: float) -> None:
    for depth_mm in depths_mm:
        file.commit(MOVE, file.case.with_lead(lead(depth_mm=depth_mm)), by="Dra. Peña")


def depth_mm(case: Case) -> float:
    return case.leads["lead-1"].depth_mm


def refusal_of(path: Path, **how: bool) -> str:
    with pytest.raises(PlannerError) as refusal:
        CaseFile.open(path, **how)
    assert len(refusal.value.text) > 20
    return refusal.value.code


def test_that_a_new_case_is_a_folder_with_a_readable_plan(file: CaseFile) -> None:
    file.close()
    assert file.path.name == "Núñez prueba.noci"
    text = (file.path / "plan.json").read_text(encoding="utf-8")
    data = json.loads(text)
    assert (data["format"], data["sequence"], data["case_id"]) == (1, 1, file.case.id)
    assert data["audit_head"] == file.audit_head
    assert '"title": "Núñez"' in text


def test_that_a_committed_command_is_there_after_reopening(file: CaseFile) -> None:
    case = replace(full_case(), id=file.case.id)
    file.commit(Command("import-image", "T1"), case, by="Dra. Peña")
    file.close()
    with CaseFile.open(file.path) as again:
        assert again.case == case
        assert canonical(again.case) == canonical(case)
        assert list(again.case.leads) == list(case.leads)
        assert again.recovered is None
        assert again.notices == ()


def test_that_the_folder_file_and_plan_file_both_open_the_case(file: CaseFile) -> None:
    file.close()
    with CaseFile.open(file.path / "plan.json") as again:
        assert again.path == file.path


def test_that_undo_and_redo_survive_reopening(file: CaseFile) -> None:
    with_depths(file, 1.0, 2.0, 3.0)
    assert file.undo() == MOVE
    file.close()
    with CaseFile.open(file.path) as again:
        assert depth_mm(again.case) == 2.0
        assert again.undo_commands == (MOVE, MOVE)
        assert again.redo_commands == (MOVE,)
        assert again.redo() == MOVE
        assert depth_mm(again.case) == 3.0
        for expected in (2.0, 1.0):
            again.undo()
            assert depth_mm(again.case) == expected
        again.undo()
        assert again.case.leads == {}
        assert again.undo() is None
    with CaseFile.open(file.path) as third:
        assert len(third.redo_commands) == 3


def test_that_a_new_command_ends_what_could_be_redone(file: CaseFile) -> None:
    with_depths(file, 1.0, 2.0)
    file.undo()
    with_depths(file, 5.0)
    assert file.redo_commands == ()
    assert file.redo() is None


def test_that_undo_gives_back_the_order_of_the_leads(file: CaseFile) -> None:
    for key in "abc":
        file.commit(Command("add-lead", key), file.case.with_lead(lead(key)))
    before = file.case
    file.commit(Command("remove-lead", "a"), file.case.without_lead("a"))
    file.undo()
    assert list(file.case.leads) == ["a", "b", "c"]
    file.redo()
    file.close()
    with CaseFile.open(file.path) as again:
        again.undo()
        assert list(again.case.leads) == list(before.leads)
        assert canonical(again.case) == canonical(before)


def test_that_facts_which_did_not_change_stay_the_same_objects(file: CaseFile) -> None:
    file.commit(MOVE, replace(full_case(), id=file.case.id))
    before = file.case
    with_depths(file, 7.0)
    assert file.case.images is before.images
    assert file.case.images["mr"] is before.images["mr"]
    file.undo()
    assert file.case.images is before.images
    assert file.case.leads == before.leads


def test_that_a_command_that_changed_nothing_is_in_the_audit_trail_but_not_in_the_undo_list(file: CaseFile) -> None:
    file.commit(Command("write-report"), file.case, by="Dra. Peña")
    assert file.undo_commands == ()
    assert file.audit()[-1].command == Command("write-report")


def test_that_whole_numbers_and_floats_read_back_as_they_are_in_memory(file: CaseFile) -> None:
    file.commit(MOVE, file.case.with_lead(replace(lead(), depth_mm=3, target=(1, 2, np.float64(3)))))
    in_memory = canonical(file.case)
    file.close()
    with CaseFile.open(file.path) as again:
        assert canonical(again.case) == in_memory


def test_that_a_wrong_value_never_reaches_the_journal(file: CaseFile) -> None:
    size = (file.path / "journal.jsonl").stat().st_size
    with pytest.raises(RefusedError) as refusal:
        file.commit(MOVE, file.case.with_lead(replace(lead(), depth_mm=float("nan"))))
    assert "plan.leads.lead-1.depth_mm" in refusal.value.text
    with pytest.raises(RefusedError):
        file.commit(MOVE, file.case.with_lead(replace(lead(), side="up")))  # type: ignore[arg-type]
    with pytest.raises(KeyError):
        file.commit(Command("a word nobody knows"), file.case)
    with pytest.raises(ValueError, match="another case"):
        file.commit(MOVE, Case("other"))
    assert (file.path / "journal.jsonl").stat().st_size == size
    assert file.case.leads == {}


def test_that_the_audit_trail_says_who_did_what_in_a_chain(file: CaseFile) -> None:
    with_depths(file, 1.0, 2.0)
    file.undo(by="Dr. Ruiz")
    entries = file.audit()
    assert [(entry.seq, entry.kind, entry.by) for entry in entries] == [
        (1, "create", "Dra. Peña"),
        (2, "do", "Dra. Peña"),
        (3, "do", "Dra. Peña"),
        (4, "undo", "Dr. Ruiz"),
    ]
    assert all(datetime.fromisoformat(entry.at).tzinfo == UTC for entry in entries)
    assert len({entry.hash for entry in entries}) == 4
    assert file.audit_head == entries[-1].hash
    file.close()
    with CaseFile.open(file.path) as again:
        assert again.audit() == entries


def test_that_a_second_process_is_refused_in_words_and_may_read(file: CaseFile) -> None:
    with_depths(file, 4.0)
    script = (
        "import sys; from planner.case.file import CaseFile; from planner.errors import PlannerError\n"
        "try: CaseFile.open(sys.argv[1])\n"
        "except PlannerError as error: print(error.code)\n"
        "file = CaseFile.open(sys.argv[1], read_only=True)\n"
        "print(file.case.leads['lead-1'].depth_mm, file.is_read_only)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, file.path], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["case-open-elsewhere", "4.0", "True"]
    with_depths(file, 5.0)


def test_that_the_same_process_cannot_open_a_case_twice_either(file: CaseFile) -> None:
    assert refusal_of(file.path) == "case-open-elsewhere"


def test_that_reading_only_changes_nothing(file: CaseFile) -> None:
    with_depths(file, 4.0)
    file.close()
    before = {path: path.read_bytes() for path in file.path.rglob("*") if path.is_file()}
    with CaseFile.open(file.path, read_only=True) as reader:
        for action in (lambda: with_depths(reader, 1.0), reader.undo, lambda: reader.store.put(np.ones(3))):
            with pytest.raises(PlannerError) as refusal:
                action()
            assert refusal.value.code == "case-read-only"
        assert depth_mm(reader.case) == 4.0
    assert {path: path.read_bytes() for path in file.path.rglob("*") if path.is_file()} == before


READ_ONLY_SCRIPT = """
import os, sys
from pathlib import Path
from planner.case.commands import Command
from planner.case.copying import copy_case
from planner.case.file import CaseFile
from planner.errors import PlannerError
if os.geteuid() == 0:  # root may write anywhere
    os.setgid(65534); os.setuid(65534)
file = CaseFile.open(sys.argv[1])
print(file.is_read_only, len(file.notices), file.recovered)
try: file.commit(Command("set-title"), file.case.with_title("x"))
except PlannerError as error: print(error.code)
try: CaseFile.create(Path(sys.argv[1]).parent / "other")
except PlannerError as error: print(error.code)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="folder permissions work otherwise there")
def test_that_a_folder_that_cannot_be_written_opens_for_reading_and_says_so(tmp_path: Path) -> None:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    CaseFile.create(shelf / "a").close()
    way = {path: path.stat().st_mode for path in (tmp_path, *tmp_path.parents[:2])}
    for path, mode in way.items():
        path.chmod(mode | 0o055)  # the other user has to come through
    for path in (shelf, *shelf.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    command = [sys.executable, "-c", READ_ONLY_SCRIPT, shelf / "a.noci"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    for path in (shelf, *(one for one in shelf.rglob("*") if one.is_dir())):
        path.chmod(0o755)
    for path, mode in way.items():
        path.chmod(mode)
    assert done.stdout.split() == ["True", "1", "None", "case-read-only", "case-read-only"], done.stderr


def test_that_a_moved_and_renamed_case_opens(file: CaseFile, tmp_path: Path) -> None:
    ref = file.store.put(np.arange(8.0))
    with_depths(file, 4.0)
    file.close()
    place = tmp_path / "otro sitio" / "caso Ñ.noci"
    place.parent.mkdir()
    shutil.move(file.path, place)
    with CaseFile.open(place) as again:
        assert depth_mm(again.case) == 4.0
        assert again.store.get(ref)[7] == 7.0


@pytest.mark.parametrize("part", ["plan.json", "journal.jsonl"])
def test_that_the_parts_of_two_patients_are_never_one_case(tmp_path: Path, part: str) -> None:
    for name in ("one", "two"):
        with CaseFile.create(tmp_path / name) as file:
            file.commit(Command("confirm-identity"), file.case.with_identity(Identity(name)))
    shutil.copy(tmp_path / "two.noci" / part, tmp_path / "one.noci" / part)
    assert refusal_of(tmp_path / "one.noci") == "case-mixed"
    assert refusal_of(tmp_path / "one.noci", read_only=True) == "case-mixed"


def test_that_a_longer_plan_of_another_patient_does_not_count_as_a_newer_one(tmp_path: Path) -> None:
    for name, commands in (("one", 1), ("two", 5)):
        with CaseFile.create(tmp_path / name) as file:
            with_depths(file, *(float(n) for n in range(commands)))
    shutil.copy(tmp_path / "two.noci" / "plan.json", tmp_path / "one.noci" / "plan.json")
    assert refusal_of(tmp_path / "one.noci") == "case-mixed"


def test_that_a_snapshot_of_another_patient_is_never_used(tmp_path: Path) -> None:
    for name, commands in (("one", 1), ("two", 5)):
        with CaseFile.create(tmp_path / name) as file:
            with_depths(file, *(float(n) for n in range(commands)))
    shutil.copy(tmp_path / "two.noci" / "plan.json", tmp_path / "one.noci" / "snapshots" / "plan-00000006.json")
    with CaseFile.open(tmp_path / "one.noci") as file:
        assert file.recovered is None
        assert depth_mm(file.case) == 0.0


def test_that_a_plan_of_another_branch_of_the_same_case_is_refused(file: CaseFile, tmp_path: Path) -> None:
    file.close()
    copy = tmp_path / "copy.noci"
    shutil.copytree(file.path, copy)
    for place, name in ((file.path, "A"), (copy, "B")):
        with CaseFile.open(place) as branch:
            branch.commit(Command("confirm-identity"), branch.case.with_identity(Identity(name)))
    shutil.copy(copy / "plan.json", file.path / "plan.json")
    assert refusal_of(file.path) == "case-mixed"


def test_that_an_older_plan_of_the_same_case_is_brought_up_to_date(file: CaseFile) -> None:
    file.publish()
    older = (file.path / "plan.json").read_bytes()
    with_depths(file, 4.0)
    file.close()
    (file.path / "plan.json").write_bytes(older)
    with CaseFile.open(file.path) as again:
        assert depth_mm(again.case) == 4.0
        assert again.recovered is not None
    with CaseFile.open(file.path) as third:
        assert third.recovered is None


def test_that_a_conflict_copy_beside_the_case_is_noticed_and_not_read(file: CaseFile) -> None:
    file.close()
    (file.path / "plan (conflicted copy).json").write_bytes(b"{}")
    with CaseFile.open(file.path) as again:
        assert len(again.notices) == 1
        assert "conflicted copy" in again.notices[0]


def test_that_order_comes_from_the_numbers_and_not_from_the_clock(
    file: CaseFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_depths(file, 1.0)
    monkeypatch.setattr(case_folder, "utc_now", lambda: datetime(1999, 1, 1, tzinfo=UTC))
    with_depths(file, 2.0)
    file.close()
    with CaseFile.open(file.path) as again:
        assert depth_mm(again.case) == 2.0
        assert [entry.seq for entry in again.audit()] == [1, 2, 3]
        assert again.audit()[-1].at.startswith("1999")


def test_that_three_older_snapshots_are_kept(tmp_path: Path) -> None:
    with CaseFile.create(tmp_path / "a", disk=FastDisk()) as file:
        with_depths(file, *(float(n) for n in range(130)))
        assert len(list((file.path / "snapshots").iterdir())) == 3


def test_that_half_written_files_are_swept_at_opening(file: CaseFile) -> None:
    file.close()
    litter = file.path / "arrays" / ".abc.raw.1-00.part"
    litter.write_bytes(b"half")
    CaseFile.open(file.path).close()
    assert not litter.exists()


def test_that_a_folder_without_a_case_and_a_name_that_is_taken_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert refusal_of(tmp_path / "empty") == "not-a-case"
    assert refusal_of(tmp_path / "absent") == "not-a-case"
    CaseFile.create(tmp_path / "a").close()
    with pytest.raises(PlannerError) as refusal:
        CaseFile.create(tmp_path / "a")
    assert refusal.value.code == "case-exists"
    CaseFile.open(tmp_path / "a.noci").close()


def test_that_a_copy_is_equal_and_goes_its_own_way(file: CaseFile, tmp_path: Path) -> None:
    ref = file.store.put(np.arange(5.0))
    with_depths(file, 1.0)
    place = file.copy_to(tmp_path / "copia")
    with CaseFile.open(place) as copy:
        assert copy.case == file.case
        assert copy.audit() == file.audit()
        assert copy.store.get(ref)[4] == 4.0
        with_depths(copy, 9.0)
    assert depth_mm(file.case) == 1.0
    with pytest.raises(PlannerError) as refusal:
        file.copy_to(place)
    assert refusal.value.code == "case-exists"


def test_that_a_copy_that_is_stopped_or_reads_back_wrong_is_removed(file: CaseFile, tmp_path: Path) -> None:
    file.store.put(np.arange(5.0))
    with pytest.raises(Cancelled):
        copy_case(file.path, tmp_path / "copia", Progress(is_cancelled=lambda: True))

    class LossyDisk(FastDisk):
        def write(self, handle: int, data: memoryview) -> int:
            super().write(handle, memoryview(bytes(len(data))))
            return len(data)

    with pytest.raises(RefusedError) as refusal:
        copy_case(file.path, tmp_path / "copia", disk=LossyDisk())
    assert refusal.value.code == "copy-differs"
    assert not (tmp_path / "copia.noci").exists()


def test_that_another_program_writing_to_the_journal_is_noticed(file: CaseFile) -> None:
    with_depths(file, 1.0)
    with (file.path / "journal.jsonl").open("ab") as stream:
        stream.write(b"something\n")
    with pytest.raises(PlannerError) as refusal:
        with_depths(file, 2.0)
    assert refusal.value.code == "journal-changed"
    assert depth_mm(file.case) == 1.0


def test_that_opening_500_commands_takes_less_than_300_ms(tmp_path: Path) -> None:
    with CaseFile.create(tmp_path / "a", disk=FastDisk()) as file:
        with_depths(file, *(float(n) for n in range(500)))
    start = os.times()
    CaseFile.open(file.path).close()
    end = os.times()
    assert (end.user - start.user) + (end.system - start.system) < 0.3  # CPU time: the machine may be busy
