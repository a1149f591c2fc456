"""What the left button does on the slices is seen, chosen, and comes back after a point was asked for."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from planner.case.commands import Command
from tests.ui.conftest import TARGET, OpenCase, put_image

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def test_that_the_window_tool_has_a_button_in_sight(opened: OpenCase) -> None:
    switch, view = opened.window.status.tools, opened.session.views.slices["coronal"]
    assert switch.isVisible()
    assert switch.buttons["crosshair"].isChecked()
    switch.buttons["window"].click()
    assert view.tool == "window"
    assert not switch.buttons["crosshair"].isChecked()
    assert all(len(one.accessibleName()) > 10 for one in switch.buttons.values())


def test_that_after_a_point_was_asked_for_the_chosen_tool_comes_back(opened: OpenCase) -> None:
    switch, views = opened.window.status.tools, opened.session.views
    switch.buttons["window"].click()
    opened.session.picker.ask("where", lambda _point: None)
    assert views.tool == "place"
    assert not any(one.isChecked() for one in switch.buttons.values())
    views.point_picked.emit(*TARGET)
    assert views.tool == "window"
    assert switch.buttons["window"].isChecked()


def test_that_without_a_case_there_is_no_tool(opened: OpenCase) -> None:
    opened.window.status.tools.buttons["window"].click()
    path = opened.document.file.path
    opened.window.close_case()
    assert not opened.window.status.tools.isVisible()
    opened.window.open_path(path)
    again = OpenCase(opened.window)
    assert again.session.views.tool == "crosshair"
    assert opened.window.status.tools.buttons["crosshair"].isChecked()


def test_that_choosing_another_lead_takes_the_crosshair_to_its_target(opened: OpenCase) -> None:
    opened.add_acpc()
    first, second = opened.add_lead(), opened.add_lead("VPL right", "right", -1)
    page = opened.page("plan")
    page.leads.chosen.emit(first.id)
    assert opened.session.selection.cursor == first.target
    box = opened.page("stimulate").lead_box
    box.setCurrentIndex(box.findData(second.id))
    box.activated.emit(box.currentIndex())
    assert opened.session.selection.active_lead == second.id
    assert opened.session.selection.cursor == second.target


def test_that_tab_goes_through_the_images_before_the_way_to_add_one(opened: OpenCase, qtbot: QtBot) -> None:
    page = opened.page("images")
    image = put_image(opened.document.file, "CT Peña", "CT")
    opened.document.do(Command("import-image", image.name), opened.case.with_image(image))
    first, second = (row.in_tab_order() for row in page.rows.values())
    qtbot.waitUntil(lambda: second[1].isVisible())
    first[1].setFocus()
    seen: list[QWidget | None] = []
    for _step in range(8):
        qtbot.keyClick(opened.window.focusWidget(), Qt.Key.Key_Tab)
        seen.append(opened.window.focusWidget())
    wanted = [part for part in (*first[2:], *second) if part.isVisible() and part.isEnabled()]
    assert seen[: len(wanted)] == wanted
    assert page.panel.isAncestorOf(seen[len(wanted)])
