"""kill -9 at random moments: nothing that was acknowledged is lost, and the case opens."""

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from planner.case.file import CaseFile
from planner.case.model import ArrayRef

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the harness forks")
SESSION = Path(__file__).with_name("kill_session.py")
LONGEST_DELAY_S = 0.06


@pytest.fixture
def killer() -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, SESSION],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=SESSION.parents[2],
        env={**os.environ, "PYTHONPATH": str(SESSION.parents[2])},
    )
    yield process
    process.communicate(timeout=30)


def kill_session(killer: subprocess.Popen[str], folder: Path, kind: str, delay_s: float) -> list[str]:
    """Let a session work on ``folder``, kill it after ``delay_s``; the lines it acknowledged."""
    acks = folder.with_suffix(".acks")
    acks.unlink(missing_ok=True)
    order = {"folder": str(folder), "acks": str(acks), "delay_s": delay_s, "kind": kind}
    assert killer.stdin is not None
    assert killer.stdout is not None
    print(json.dumps(order), file=killer.stdin, flush=True)
    assert killer.stdout.readline().strip() == str(int(signal.SIGKILL))
    return acks.read_text().splitlines()


@pytest.mark.parametrize("kills", [15, pytest.param(50, marks=pytest.mark.slow)])
def test_that_no_acknowledged_command_is_lost_when_the_session_is_killed(
    tmp_path: Path, killer: subprocess.Popen[str], kills: int
) -> None:
    dice = random.Random(kills)
    CaseFile.create(tmp_path / "a").close()
    folder = tmp_path / "a.noci"
    acknowledged = 0
    for _kill in range(kills):
        acks = kill_session(killer, folder, "case", dice.uniform(0, LONGEST_DELAY_S))
        acknowledged += len(acks)
        with CaseFile.open(folder, read_only=True) as file:
            hashes = {entry.seq: entry.hash for entry in file.audit()}
            assert all(hashes[int(seq)] == head for seq, head in map(str.split, acks))
            assert file.audit()[-1].seq <= int(acks[-1].split()[0]) + 1  # at most one that was not acknowledged
            for entry in file.audit()[-5:]:
                if entry.kind == "do":
                    assert file.store.get(ArrayRef(entry.command.detail, (2000,), "<f8")).shape == (2000,)
    assert acknowledged > kills
    with CaseFile.open(folder) as file:
        before = file.case
        undone = 0
        while file.undo():
            undone += 1
        assert file.case.leads == {}
        for _step in range(undone):
            file.redo()
        assert file.case == before


def test_that_the_harness_catches_a_writer_that_rewrites_in_place(
    tmp_path: Path, killer: subprocess.Popen[str]
) -> None:
    """Positive control: 104 of 150 kills left such a file unreadable (reference/reliability.md section 0)."""
    dice = random.Random(1)
    folder = tmp_path / "naive"
    folder.mkdir()
    for _kill in range(40):
        kill_session(killer, folder, "naive", dice.uniform(0, LONGEST_DELAY_S))
        try:
            json.loads((folder / "plan.json").read_text())
        except ValueError:
            return
    pytest.fail("the naive writer survived 40 kills, so this harness proves nothing")
