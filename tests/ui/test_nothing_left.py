"""A window that was closed leaves no thread, no timer, no window and no lock behind."""

import gc
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtWidgets import QApplication

from planner.app.settings import Settings
from planner.case.file import CaseFile
from planner.ui.main_window import MainWindow
from planner.ui.task_names import tasks
from tests.ui.conftest import OpenCase

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def _running_timers(window: MainWindow) -> list[QTimer]:
    return [timer for timer in window.findChildren(QTimer) if timer.isActive()]


def _deliver_deletions() -> None:
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    QApplication.processEvents()
    gc.collect()


def test_that_a_closed_window_leaves_no_thread_timer_or_lock_behind(opened: OpenCase) -> None:
    before = set(threading.enumerate())
    path, window = opened.document.file.path, opened.window
    for task in tasks():
        window.go_to_task(task.key)
        QApplication.processEvents()
    window.close()
    _deliver_deletions()
    assert [one.name for one in threading.enumerate() if one.name == "jobs"] == []
    assert set(threading.enumerate()) <= before
    assert _running_timers(window) == []
    with CaseFile.open(path) as file:
        assert not file.is_read_only


def test_that_a_closed_case_takes_its_widgets_and_windows_along(opened: OpenCase) -> None:
    path, window = opened.document.file.path, opened.window
    window.close_case()
    _deliver_deletions()
    counts, tops = [], []
    for _round in range(3):
        window.open_path(path)
        for task in tasks():
            window.go_to_task(task.key)
        QApplication.processEvents()
        window.close_case()
        _deliver_deletions()
        counts.append(len(QApplication.allWidgets()))
        tops.append(len(QApplication.topLevelWidgets()))
    assert counts[0] == counts[-1]
    assert tops[0] == tops[-1]


def test_that_opening_and_closing_windows_does_not_pile_them_up(opened: OpenCase, tmp_path: Path) -> None:
    opened.window.close()
    tops = []
    for number in range(3):
        window = MainWindow(Settings(tmp_path / "settings.json"))
        window.show()
        window.desk.create(tmp_path / f"{number}.noci", "x")
        window.close()
        window.deleteLater()
        del window
        _deliver_deletions()
        tops.append(len(QApplication.topLevelWidgets()))
    assert tops[0] == tops[-1]
