"""Every write, sync and rename fails once, in every way: words for the person, and the old state is kept."""

import errno
import shutil
from pathlib import Path

import numpy as np
import pytest

from planner.case import file as file_module
from planner.case.commands import Command
from planner.case.disk import BUSY_PAUSES_S, Disk, in_words, publish
from planner.case.file import CaseFile
from planner.errors import PlannerError
from tests.case.sample_cases import FailingDisk, lead

MOVE = Command("move-lead", "VPL")
CODES = {errno.ENOSPC: "disk-full", errno.EIO: "disk-failed", errno.EACCES: "case-read-only"}
CALLS = ("write", "fsync", "replace", "create", "truncate")
COMMANDS = 7  # passes two publications of plan.json


def session(folder: Path, disk: Disk) -> tuple[list[float], list[PlannerError]]:
    """Commit 1, 2, 3, ... mm; which were acknowledged, and what was said."""
    done: list[float] = []
    said: list[PlannerError] = []
    with CaseFile.open(folder, disk=disk) as file:
        for n in range(COMMANDS):
            before = file.case
            try:
                file.commit(MOVE, before.with_lead(lead(depth_mm=float(n))))
                done.append(float(n))
            except PlannerError as error:
                said.append(error)
                assert file.case is before
    return done, said


@pytest.mark.parametrize("short", [False, True], ids=["", "short"])
@pytest.mark.parametrize("number", CODES, ids=errno.errorcode.get)
def test_that_whichever_call_fails_no_acknowledged_command_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, short: bool
) -> None:
    monkeypatch.setattr(file_module, "COMMANDS_PER_SNAPSHOT", 3)
    CaseFile.create(tmp_path / "a").close()
    failures = 0
    for n in range(1, 1000):
        folder = shutil.copytree(tmp_path / "a.noci", tmp_path / f"{n}.noci")
        disk = FailingDisk(n, ("write",) if short else CALLS, OSError(number, "made up"), short=short)
        done, said = session(folder, disk)
        if not disk.is_spent:
            break
        failures += len(said)
        assert all(error.code == CODES[number] for error in said)
        assert len(done) + len(said) == COMMANDS
        with CaseFile.open(folder, read_only=True) as file:
            assert file.case.leads["lead-1"].depth_mm == done[-1]
            assert len(file.undo_commands) == len(done)
        shutil.rmtree(folder)
    assert n > (10 if short else 40)  # every call was reached
    assert failures >= COMMANDS


def test_that_a_second_failure_while_cleaning_up_is_cleaned_before_the_next_command(tmp_path: Path) -> None:
    CaseFile.create(tmp_path / "a").close()

    class TwiceFailing(FailingDisk):
        def truncate(self, handle: int, length: int) -> None:
            if self.is_spent and not self.is_mended:
                self.is_mended = True
                raise OSError(errno.EIO, "made up")
            super().truncate(handle, length)

        is_mended = False

    disk = TwiceFailing(2, ("write",), OSError(errno.ENOSPC, "made up"), short=True)
    with CaseFile.open(tmp_path / "a.noci", disk=disk) as file:
        file.commit(MOVE, file.case.with_lead(lead(depth_mm=1.0)))
        with pytest.raises(PlannerError):
            file.commit(MOVE, file.case.with_lead(lead(depth_mm=2.0)))
        file.commit(MOVE, file.case.with_lead(lead(depth_mm=3.0)))
        assert disk.is_mended
    with CaseFile.open(tmp_path / "a.noci") as again:
        assert again.recovered is None
        assert [entry.seq for entry in again.audit()] == [1, 2, 3]
        assert again.case.leads["lead-1"].depth_mm == 3.0


def test_that_a_short_write_that_goes_on_is_written_to_its_end(tmp_path: Path) -> None:
    class Stuttering(Disk):
        def write(self, handle: int, data: memoryview) -> int:
            return super().write(handle, data[:7])

    with CaseFile.create(tmp_path / "a", disk=Stuttering()) as file:
        file.commit(MOVE, file.case.with_lead(lead()))
    with CaseFile.open(tmp_path / "a.noci") as again:
        assert again.recovered is None
        assert "lead-1" in again.case.leads


@pytest.mark.parametrize("call", ["write", "fsync", "create", "replace"])
def test_that_a_case_that_cannot_be_made_leaves_nothing_behind(tmp_path: Path, call: str) -> None:
    disk = FailingDisk(1, (call,), OSError(errno.ENOSPC, "made up"))
    with pytest.raises(PlannerError) as refusal:
        CaseFile.create(tmp_path / "a", disk=disk)
    assert refusal.value.code == "disk-full"
    assert list(tmp_path.iterdir()) == []
    CaseFile.create(tmp_path / "a").close()


def test_that_an_array_that_cannot_be_written_is_not_there(tmp_path: Path) -> None:
    with CaseFile.create(tmp_path / "a", disk=FailingDisk(99, (), OSError())) as file:
        file.store._disk = FailingDisk(1, ("fsync",), OSError(errno.ENOSPC, "made up"))
        with pytest.raises(PlannerError) as refusal:
            file.store.put(np.arange(10.0))
        assert refusal.value.code == "disk-full"
        assert list((file.path / "arrays").iterdir()) == []


class BusyDisk(Disk):
    """Windows with an antivirus: the first ``times`` renames fail."""

    def __init__(self, times: int, number: int) -> None:
        self.times = times
        self.number = number
        self.paused_s = 0.0

    def replace(self, source: Path, target: Path) -> None:
        if self.times > 0:
            self.times -= 1
            error = OSError(errno.EACCES, "made up")
            error.winerror = self.number  # type: ignore[attr-defined,unused-ignore]
            raise error
        super().replace(source, target)

    def pause(self, seconds: float) -> None:
        self.paused_s += seconds


@pytest.mark.parametrize("number", [5, 32, 33])
def test_that_a_file_held_by_another_program_is_tried_again_for_two_and_a_half_seconds(
    tmp_path: Path, number: int
) -> None:
    disk = BusyDisk(len(BUSY_PAUSES_S), number)
    publish(disk, tmp_path / "a", [b"new"])
    assert (tmp_path / "a").read_bytes() == b"new"
    assert 2.0 < disk.paused_s < 3.0
    with pytest.raises(OSError, match="made up") as failure:
        publish(BusyDisk(99, number), tmp_path / "a", [b"newer"])
    assert in_words(failure.value).code == "file-in-use"
    assert (tmp_path / "a").read_bytes() == b"new"
    assert len(list(tmp_path.iterdir())) == 1


def test_that_another_winerror_is_not_tried_again(tmp_path: Path) -> None:
    disk = BusyDisk(1, 2)
    with pytest.raises(OSError, match="made up"):
        publish(disk, tmp_path / "a", [b"new"])
    assert disk.paused_s == 0.0
