"""The window opens quickly: nothing heavy is imported before it is shown, and everything it will need is by name."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from planner.app import warming

ROOT = Path(__file__).resolve().parents[2]
HEAVY = (
    "SimpleITK",
    "pydicom",
    "nibabel",
    "reportlab",
    "pyqtgraph",
    "scipy.ndimage",
    "scipy.sparse",
    "scipy.spatial",
    "scipy.optimize",
    "vtkmodules",
    "PIL",
    "picsl_greedy",
)
"""PLATFORM, "Start-up": together 2 s of computing; the window has 0.5 s in all."""

SHOW_THE_WINDOW = """
import sys
from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication
from planner.ui import start
from planner.ui.main_window import MainWindow

class Watched(MainWindow):
    def event(self, event):
        done = super().event(event)
        if event.type() == QEvent.Type.Paint:
            QApplication.exit(7)
        return done

start.MainWindow = Watched
start.WarmUp.start = lambda self: None
sys.exit(start.run_window([]))
"""


def loaded_after(code: str) -> tuple[int, set[str]]:
    """Exit code, and which heavy modules are there after ``code`` ran in a fresh Python."""
    telling = (
        f"import atexit, sys\natexit.register(lambda: print('LOADED', *[m for m in {HEAVY} if m in sys.modules]))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", telling + code], capture_output=True, text=True, cwd=ROOT, timeout=120, check=False
    )
    told = [line for line in result.stdout.splitlines() if line.startswith("LOADED")]
    assert told, result.stderr
    return result.returncode, set(told[0].split()[1:])


@pytest.mark.parametrize(
    "module", ["planner", "planner.__main__", "planner.ui.start", "planner.imaging.apart.child_process"]
)
def test_that_nothing_heavy_comes_with(module: str) -> None:
    assert loaded_after(f"import {module}") == (0, set())


def test_that_the_terminal_begins_without_qt() -> None:
    """Also so that child processes, which import what was started, stay small."""
    code = (
        "import sys, planner.__main__, planner.cli.verbs; sys.exit(any(m.startswith('PySide6') for m in sys.modules))"
    )
    assert loaded_after(code)[0] == 0


def test_that_the_window_is_painted_before_anything_heavy_is_there() -> None:
    assert loaded_after(SHOW_THE_WINDOW) == (7, set())


def test_that_the_scan_sees_a_heavy_module() -> None:
    assert loaded_after("import pydicom")[1] >= {"pydicom"}


def test_that_what_is_loaded_after_the_window_exists() -> None:
    for name in warming.HEAVY:
        assert importlib.util.find_spec(name) is not None, name
