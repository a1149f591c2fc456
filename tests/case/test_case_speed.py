"""Figures of reference/reliability.md section 6, row R11. Run with ``-m slow -s`` to see them."""

import statistics
import time
from dataclasses import replace
from pathlib import Path

import pytest

from planner.case.commands import Command
from planner.case.file import CaseFile
from planner.case.model import Case, Structure
from tests.case.sample_cases import SPACE, full_case, lead, ref


def usual_case(case_id: str) -> Case:
    """A full plan with 40 structures."""
    case = replace(full_case(), id=case_id)
    for n in range(40):
        made = Structure(f"s{n}", SPACE, (float(n), 0.0, 0.0), ref("c"), ref("d"), "atlas", "unverified", "x" * 64)
        case = case.with_structure(made)
    return case


@pytest.mark.slow
def test_that_a_command_is_durable_in_10_ms_and_500_commands_open_in_300_ms(tmp_path: Path) -> None:
    durations_ms = []
    with CaseFile.create(tmp_path / "a") as file:
        file.commit(Command("import-image"), usual_case(file.case.id))
        for n in range(500):
            start = time.perf_counter()
            file.commit(Command("move-lead"), file.case.with_lead(lead(depth_mm=float(n))))
            durations_ms.append(1000 * (time.perf_counter() - start))
    opening_ms = []
    for _again in range(5):
        start = time.perf_counter()
        CaseFile.open(file.path).close()
        opening_ms.append(1000 * (time.perf_counter() - start))
    median, p95 = statistics.median(durations_ms), statistics.quantiles(durations_ms, n=20)[-1]
    opening = statistics.median(opening_ms)
    print(f"command to durable: median {median:.2f} ms, p95 {p95:.2f} ms; 502 commands open in {opening:.1f} ms")  # noqa: T201
    assert median <= 10
    assert p95 <= 30
    assert opening < 300
