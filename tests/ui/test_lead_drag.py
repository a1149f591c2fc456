"""A lead is dragged by an end or by its shaft, with the tool for it, in its task; locked or missed it stays."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from planner.ui.lead_drag import part_at
from tests.ui.conftest import ENTRY, TARGET, OpenCase

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def _drag(opened: OpenCase, start: tuple[float, ...], by: tuple[float, ...]) -> None:
    view = opened.session.views.slices["axial"]
    end = np.add(start, by)
    view.drag_lead("press", np.array(start))
    view.drag_lead("move", np.add(start, end) / 2.0)
    view.drag_lead("move", end)
    view.drag_lead("release", end)


def test_that_the_shaft_takes_both_ends_along_as_one_undo_step(opened: OpenCase) -> None:
    opened.add_acpc()
    lead = opened.add_lead()
    opened.page("plan")
    before = len(opened.document.file.undo_commands)
    _drag(opened, tuple(np.add(TARGET, ENTRY) / 2.0), (1.0, -2.0, 0.0))
    now = opened.case.leads[lead.id]
    assert now.target == pytest.approx(np.add(TARGET, (1.0, -2.0, 0.0)))
    assert now.entry == pytest.approx(np.add(ENTRY, (1.0, -2.0, 0.0)))
    assert len(opened.document.file.undo_commands) == before + 1
    opened.window.undo()
    assert opened.case.leads[lead.id].target == TARGET


def test_that_an_end_moves_alone(opened: OpenCase) -> None:
    opened.add_acpc()
    lead = opened.add_lead()
    opened.page("plan")
    _drag(opened, (TARGET[0] + 1.0, *TARGET[1:]), (0.0, 1.5, 0.0))
    assert opened.case.leads[lead.id].target == pytest.approx(np.add(TARGET, (0.0, 1.5, 0.0)))
    assert opened.case.leads[lead.id].entry == ENTRY


def test_that_a_locked_lead_or_another_task_moves_nothing_and_says_so(opened: OpenCase) -> None:
    lead = opened.add_lead()
    page = opened.page("plan")
    page.leads.lock_button.click()
    kept = opened.case.leads[lead.id]
    _drag(opened, TARGET, (0.0, 1.5, 0.0))
    assert opened.case.leads[lead.id] is kept
    assert "locked" in opened.window.messages.text()
    page.leads.lock_button.click()
    kept = opened.case.leads[lead.id]
    opened.page("images")
    _drag(opened, TARGET, (0.0, 1.5, 0.0))
    assert opened.case.leads[lead.id] is kept
    assert "task 5" in opened.window.messages.text()


def test_that_a_drag_beside_the_lead_moves_nothing(opened: OpenCase) -> None:
    lead = opened.add_lead()
    opened.page("plan")
    kept = opened.case.leads[lead.id]
    assert part_at(kept, np.add(TARGET, (0.0, -6.0, 0.0))) is None
    _drag(opened, tuple(np.add(TARGET, (0.0, -6.0, 0.0))), (1.0, 1.0, 0.0))
    assert opened.case.leads[lead.id] is kept


def test_that_only_the_tool_for_it_drags_and_esc_leaves_it(opened: OpenCase, qtbot: QtBot) -> None:
    lead = opened.add_lead()
    opened.page("plan")
    opened.session.selection.set_cursor(TARGET)
    view = opened.session.views.slices["axial"]
    kept = opened.case.leads[lead.id]

    def drag_by_mouse() -> None:
        x, y = view.raster.to_px(np.array(TARGET))
        start = view.rect().topLeft() + type(view.rect().topLeft())(round(x), round(y))
        qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
        qtbot.mouseMove(view, start + type(start)(12, 0))
        qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=start + type(start)(12, 0))

    drag_by_mouse()
    assert opened.case.leads[lead.id] is kept
    opened.session.selection.set_cursor(TARGET)
    opened.window.status.tools.buttons["lead"].click()
    drag_by_mouse()
    assert opened.case.leads[lead.id].target != TARGET
    opened.workspace.leave_tool()
    assert view.tool == "crosshair"
    assert opened.window.status.tools.buttons["crosshair"].isChecked()
