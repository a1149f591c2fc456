"""The self-test holds on this machine, leaves nothing behind, and says so when something is wrong."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from planner import places
from planner.case.file import CaseFile
from planner.cli import self_test as subject
from planner.cli.self_test import Check, Result
from planner.errors import PlannerError


@pytest.mark.slow
def test_that_the_self_test_holds_in_a_fresh_process_and_leaves_nothing(tmp_path: Path) -> None:
    """As an installer runs it, from a folder with Ñ and a blank."""
    temporary, here = tmp_path / "temporary", tmp_path / "Año Nuevo"
    temporary.mkdir()
    here.mkdir()
    environment = os.environ | {"TMPDIR": str(temporary), "PYTHONPATH": str(places.root()), "NOCIPLAN_LANG": "en"}
    result = subprocess.run(
        [sys.executable, "-m", "planner", "--self-test"],
        capture_output=True, text=True, cwd=here, env=environment, timeout=240, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr
    lines = result.stdout.splitlines()
    assert [line.split()[1].rstrip(":") for line in lines[:-1]] == [
        "Image", "Alignment", "Field", "Slice", "3-D", "Report",
    ]  # fmt: skip
    assert all(line.startswith("ok ") for line in lines[:-1])
    assert list(temporary.iterdir()) == []
    assert list(here.iterdir()) == []


def run_with(monkeypatch: pytest.MonkeyPatch, *checks: Check) -> int:
    monkeypatch.setattr(subject, "checks", lambda: list(checks))
    return subject.self_test()


def test_that_one_failed_check_fails_the_test_and_ends_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(_case_file: CaseFile) -> Result:
        raise PlannerError("The disk is full.", code="disk-full")

    fine = Check("First", lambda _case_file: Result(True, "seen"))
    assert run_with(monkeypatch, fine, Check("Second", refused), replace(fine, name="Third")) == 1
    told = capsys.readouterr().out
    assert "PROBLEM  Second: The disk is full." in told
    assert "Third" not in told


def test_that_a_mistake_of_ours_is_told_with_its_place(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_case_file: CaseFile) -> Result:
        raise ZeroDivisionError("a native library is missing")

    assert run_with(monkeypatch, Check("Broken", broken)) == 1
    told = capsys.readouterr().out
    assert "ZeroDivisionError: a native library is missing" in told
    assert Path(__file__).name in told


def test_that_a_blank_picture_is_no_view() -> None:
    blank = np.zeros((40, 50, 3), dtype=np.uint8)
    half = blank.copy()
    half[:20] = 90
    assert not subject._compared(blank, blank).is_fine
    assert subject._compared(half, blank).is_fine


def test_that_the_reference_for_the_field_is_the_published_one() -> None:
    """field_reference.json, case f_cyl_C2 at 3 mA and 0.2 V/mm."""
    assert subject._known() == (547.3459, 50.152)
