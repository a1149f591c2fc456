"""Run by test_case_kill: forks sessions that work on a case (or rewrite a file naively) and kills them with SIGKILL.

Each line on stdin is JSON: ``folder``, ``acks`` (a file), ``delay_s``, ``kind`` (case or naive). Answers one line each.
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import numpy as np

from planner.case.commands import Command
from planner.case.file import CaseFile
from planner.case.model import Lead

LEAD = Lead("lead-1", "VPL", "left", "device", (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), "image:a")


def work_on_case(folder: str, acks: int) -> None:
    """Commands, undos and redos without end; after each, what it led to is acknowledged."""
    file = CaseFile.open(folder)
    dice = random.Random(os.getpid())
    while True:
        choice = dice.random()
        if choice < 0.2 and len(file.undo_commands) > 1:
            file.undo()
        elif choice < 0.3 and file.redo_commands:
            file.redo()
        else:
            ref = file.store.put(np.full(2000, dice.random()))
            lead = Lead(**{name: getattr(LEAD, name) for name in LEAD.__slots__} | {"depth_mm": dice.random()})
            file.commit(Command("move-lead", ref.sha256), file.case.with_lead(lead))
        os.write(acks, f"{file.audit()[-1].seq} {file.audit_head}\n".encode())


def work_naively(folder: str, acks: int) -> None:
    """What we do not do: write the plan again in its place, without a journal."""
    path = Path(folder) / "plan.json"
    for n in range(1_000_000):
        path.write_text(json.dumps({"n": n, "leads": [list(range(30))] * 300}))
        os.write(acks, f"{n}\n".encode())


def kill_one(order: dict[str, str]) -> None:
    acks = os.open(order["acks"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    child = os.fork()
    if child == 0:
        try:
            (work_on_case if order["kind"] == "case" else work_naively)(order["folder"], acks)
        finally:
            os._exit(1)
    until = time.monotonic() + 20
    while os.fstat(acks).st_size == 0 and time.monotonic() < until:
        time.sleep(0.001)
    time.sleep(float(order["delay_s"]))
    os.kill(child, signal.SIGKILL)
    _pid, status = os.waitpid(child, 0)
    os.close(acks)
    print(os.WTERMSIG(status) if os.WIFSIGNALED(status) else "ended", flush=True)  # noqa: T201


for line in sys.stdin:
    kill_one(json.loads(line))
