"""Power loss, on a model of the disk: what was not synced may be gone, torn, zeroed, or renamed before its data.

A session is recorded call by call. For every moment of it the possible states of the disk are built and opened.
"""

import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from planner.case import file as file_module
from planner.case.commands import Command
from planner.case.disk import Disk
from planner.case.file import CaseFile
from planner.case.model import ArrayRef, Case
from tests.case.sample_cases import lead

SECTOR = 512
COMMANDS = 16


@dataclass
class Inode:
    synced: bytes = b""
    now: bytes = b""


@dataclass
class Moment:
    """Both sides of the disk after one call: as the program sees it, and as it is surely on the platter."""

    acknowledged: int
    names: dict[Path, Inode]
    synced_names: dict[Path, Inode]
    contents: dict[int, tuple[bytes, bytes]] = field(default_factory=dict)


class RecordingDisk(Disk):
    """Works as usual and keeps a :class:`Moment` after every call."""

    def __init__(self, folder: Path) -> None:
        self.names = {path: Inode(path.read_bytes(), path.read_bytes()) for path in folder.rglob("*") if path.is_file()}
        self.synced_names = dict(self.names)
        self.handles: dict[int, Inode] = {}
        self.acknowledged = 1
        self.moments: list[Moment] = []

    def keep(self) -> None:
        moment = Moment(self.acknowledged, dict(self.names), dict(self.synced_names))
        inodes = [*self.names.values(), *self.synced_names.values()]
        moment.contents = {id(inode): (inode.synced, inode.now) for inode in inodes}
        self.moments.append(moment)

    def create(self, path: Path) -> int:
        handle = super().create(path)
        self.names[path] = self.handles[handle] = Inode()
        return handle

    def open_append(self, path: Path) -> int:
        handle = super().open_append(path)
        self.handles[handle] = self.names[path]
        return handle

    def write(self, handle: int, data: memoryview) -> int:
        count = super().write(handle, data)
        self.handles[handle].now += bytes(data[:count])
        self.keep()
        return count

    def truncate(self, handle: int, length: int) -> None:
        super().truncate(handle, length)
        self.handles[handle].now = self.handles[handle].now[:length]
        self.keep()

    def fsync(self, handle: int) -> None:
        self.handles[handle].synced = self.handles[handle].now
        self.keep()

    def replace(self, source: Path, target: Path) -> None:
        super().replace(source, target)
        self.names[target] = self.names.pop(source)
        self.keep()

    def sync_folder(self, folder: Path) -> None:
        kept = {path: inode for path, inode in self.synced_names.items() if path.parent != folder}
        self.synced_names = kept | {path: inode for path, inode in self.names.items() if path.parent == folder}
        self.keep()


def disk_states(moment: Moment, dice: random.Random) -> Iterator[tuple[str, dict[Path, bytes]]]:
    """What may be found after the power comes back."""
    for kind in ("all kept", "unsynced lost", "names kept, data lost", "torn", "zeroed", "torn, names lost"):
        names = moment.synced_names if kind in ("unsynced lost", "torn, names lost") else moment.names
        state = {}
        for path, inode in names.items():
            synced, now = moment.contents[id(inode)]
            state[path] = content(kind, synced, now, dice)
        yield kind, state


def content(kind: str, synced: bytes, now: bytes, dice: random.Random) -> bytes:
    if kind == "all kept" or synced == now:
        return now
    if "lost" in kind and "torn" not in kind:
        return synced
    length = dice.randint(min(len(synced), len(now)), max(len(synced), len(now)))
    length = length // SECTOR * SECTOR if dice.random() < 0.5 else length
    length = max(length, min(len(synced), len(now)))
    if kind == "zeroed":
        return now[:length] + bytes(max(0, len(now) - length))
    return (now if len(now) >= len(synced) else synced)[:length]


@pytest.mark.parametrize(("seeds", "every"), [(1, 7), pytest.param(8, 1, marks=pytest.mark.slow)])
def test_that_after_a_power_loss_at_any_moment_no_acknowledged_command_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seeds: int, every: int
) -> None:
    monkeypatch.setattr(file_module, "COMMANDS_PER_SNAPSHOT", 4)
    CaseFile.create(tmp_path / "a").close()
    folder = tmp_path / "a.noci"
    disk = RecordingDisk(folder)
    cases: dict[int, Case] = {}
    with CaseFile.open(folder, disk=disk) as file:
        cases[1] = file.case
        for n in range(COMMANDS):
            if n % 5 == 4:
                file.undo()
            else:
                array = file.store.put(np.full(200, float(n)))
                file.commit(Command("move-lead", array.sha256), file.case.with_lead(lead(depth_mm=float(n))))
            disk.acknowledged = file.audit()[-1].seq
            cases[disk.acknowledged] = file.case
    states = 0
    for seed in range(seeds):
        dice = random.Random(seed)
        for moment in disk.moments:
            for kind, state in disk_states(moment, dice):
                states += 1
                if states % every == 0:
                    check(lay_out(tmp_path / "b.noci", folder, state), moment.acknowledged, cases, kind)
    assert states > 600 * seeds


def lay_out(place: Path, folder: Path, state: dict[Path, bytes]) -> Path:
    shutil.rmtree(place, ignore_errors=True)
    for name in ("snapshots", "arrays"):
        (place / name).mkdir(parents=True)
    for path, data in state.items():
        (place / path.relative_to(folder)).write_bytes(data)
    return place


def check(place: Path, acknowledged: int, cases: dict[int, Case], kind: str) -> None:
    with CaseFile.open(place, read_only=True) as file:
        seq = file.audit()[-1].seq
        assert acknowledged <= seq <= acknowledged + 1, kind
        assert file.case == cases[seq], kind
        for entry in file.audit()[1:][-3:]:
            assert file.store.get(ArrayRef(entry.command.detail, (200,), "<f8")) is not None, kind
        assert "damaged" not in (file.recovered or ""), kind
