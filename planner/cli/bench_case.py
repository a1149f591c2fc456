"""``planner bench case``: how long a command takes until it is durable, and how long a long case takes to open."""

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from planner.case.commands import Command
from planner.case.file import CaseFile

COMMANDS = 500


def run(as_json: bool) -> dict[str, Any]:  # noqa: ARG001 - every bench has this shape
    """Times in ms on this disk; goals from reference/reliability.md R11: median 10, p95 30."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.noci"
        times_ms = []
        with CaseFile.create(path, title="bench") as case_file:
            for number in range(COMMANDS):
                begin = time.perf_counter()
                case_file.commit(Command("set-title"), case_file.case.with_title(f"bench {number}"))
                times_ms.append(1000.0 * (time.perf_counter() - begin))
        begin = time.perf_counter()
        with CaseFile.open(path) as case_file:
            undoable = len(case_file.undo_commands)
        opened_ms = 1000.0 * (time.perf_counter() - begin)
    times_ms.sort()
    return {
        "commands": COMMANDS,
        "durable_ms_median": statistics.median(times_ms),
        "durable_ms_p95": times_ms[int(0.95 * len(times_ms))],
        "open_ms": opened_ms,
        "undoable_after_opening": undoable,
    }
