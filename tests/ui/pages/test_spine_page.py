"""The Anatomy page of a spine: names from one anchor, mended, and confirmed by a named person."""

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from planner.case.checks import inputs_of_spine, is_approved, levels_subject, task_status
from planner.case.commands import Command
from planner.case.model import SpineOutline
from planner.case.spine import OutlinedVertebra, UnsureStretch
from planner.ui.pages.spine_page import SpinePage
from tests.ui.conftest import OpenCase

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def page(opened: OpenCase) -> SpinePage:
    """Five bones along a straight canal, found and not named."""
    store, case = opened.document.store, opened.case
    path = store.put(np.array([(0.0, -40.0, 0.0), (0.0, -40.0, -125.0)]))
    bones = tuple(
        OutlinedVertebra("", "found", (0.0, -15.0, -25.0 * n - 10.0), 25.0 * n, 25.0 * n + 20.0, 0.9) for n in range(5)
    )
    outline = SpineOutline(
        case.planning_space, "ct", path, store.put(np.ones(2)), store.put(np.full(2, 8.0)),
        (UnsureStretch(0.0, 3.0, "image-edge"),), bones, inputs_of_spine(case),
    )  # fmt: skip
    opened.document.do(Command("outline-spine"), case.with_spine(outline))
    opened.window.go_to_task("anatomy")
    found = opened.workspace.page
    assert isinstance(found, SpinePage)
    return found


def shown_names(page: SpinePage) -> list[str]:
    return [page.table.topLevelItem(row).text(0) for row in range(page.table.topLevelItemCount())]


def name(page: SpinePage, row: int, level: str) -> None:
    page.table.setCurrentItem(page.table.topLevelItem(row))
    page.name_box.setCurrentText(level)
    page.name_button.click()


def test_that_bones_have_no_names_before_a_person_gives_one(page: SpinePage) -> None:
    assert shown_names(page) == ["–"] * 5
    assert not page.up_button.isEnabled()
    assert "0" in page.unsure.text()


def test_that_naming_one_names_all_and_is_one_undo_step(page: SpinePage, opened: OpenCase) -> None:
    name(page, 2, "L1")
    assert shown_names(page) == ["T11", "T12", "L1", "L2", "L3"]
    opened.document.undo()
    assert shown_names(page) == ["–"] * 5


def test_that_choosing_a_vertebra_brings_the_crosshair_there(page: SpinePage, opened: OpenCase) -> None:
    page.table.setCurrentItem(page.table.topLevelItem(3))
    assert opened.window.workspace is not None
    assert opened.window.workspace.session.selection.cursor == (0.0, -15.0, -85.0)


def test_that_all_names_move_by_one(page: SpinePage) -> None:
    name(page, 0, "T12")
    page.down_button.click()
    assert shown_names(page)[0] == "L1"
    page.up_button.click()
    assert shown_names(page)[0] == "T12"


def test_that_a_sixth_lumbar_vertebra_can_be_counted(page: SpinePage) -> None:
    name(page, 0, "L3")
    assert shown_names(page) == ["L3", "L4", "L5", "S1", "S2"]
    page.lumbar.setValue(6)
    assert shown_names(page) == ["L3", "L4", "L5", "L6", "S1"]


def test_that_a_confirmation_carries_a_name_and_falls_with_the_next_change(page: SpinePage, opened: OpenCase) -> None:
    name(page, 0, "T9")
    page.signing.buttons["confirm"].click()
    assert not is_approved(opened.case, levels_subject(opened.case))  # nobody typed a name
    page.session.signer.set_name("Dra. Núñez")
    page.signing.buttons["confirm"].click()
    assert is_approved(opened.case, levels_subject(opened.case))
    assert task_status(opened.case)["anatomy"] == "done"
    assert "Dra. Núñez" in page.guard.text()
    page.down_button.click()
    assert not is_approved(opened.case, levels_subject(opened.case))


def test_that_a_missed_vertebra_is_added_where_the_person_clicks(page: SpinePage, opened: OpenCase) -> None:
    name(page, 0, "T9")
    page.table.setCurrentItem(page.table.topLevelItem(2))
    page.remove_button.click()
    assert shown_names(page) == ["T9", "T10", "T11", "T12"]
    page.insert_button.click()
    page.session.picker.take((0.0, -15.0, -60.0))
    assert shown_names(page) == ["T9", "T10", "T11", "T12", "L1"]


def test_that_a_head_is_shown_its_own_page_again(page: SpinePage, opened: OpenCase, qtbot: QtBot) -> None:
    page.region.buttons["head"].click()
    assert opened.workspace.page is opened.workspace.pages["anatomy"]
    assert opened.case.spine is not None  # nothing is lost


def choose_corner(page: SpinePage, key: str) -> None:
    page.corner_box.setCurrentIndex(page.corner_box.findData(key))
    page.corner_box.activated.emit(page.corner_box.currentIndex())


def test_that_the_c_arm_says_that_it_needs_a_ct(page: SpinePage, opened: OpenCase) -> None:
    name(page, 0, "T9")
    choose_corner(page, "c-arm")
    carm = opened.session.views.carm
    assert carm.isVisible()
    assert [carm.level_box.itemText(row) for row in range(5)] == ["T9", "T10", "T11", "T12", "L1"]
    assert "CT" in carm.canvas._words


def test_that_the_straightened_spine_stands_beside_the_planes_and_3d_comes_back(
    page: SpinePage, opened: OpenCase
) -> None:
    views = opened.session.views
    assert views.straight.isVisible()
    assert not views.scene_view.isVisible()
    choose_corner(page, "3d")
    assert views.scene_view.isVisible()
    opened.window.go_to_task("plan")
    opened.window.go_to_task("anatomy")
    assert views.scene_view.isVisible()  # what the person chose stays


def test_that_a_click_on_the_straightened_spine_moves_the_crosshair_of_all_views(
    page: SpinePage, opened: OpenCase
) -> None:
    opened.session.views.straight.cursor_moved.emit(1.0, -38.0, -60.0)
    assert opened.session.selection.cursor == (1.0, -38.0, -60.0)


def test_that_a_head_has_no_straightened_spine(page: SpinePage, opened: OpenCase) -> None:
    page.region.buttons["head"].click()
    assert opened.session.views.corner == "3d"
    assert opened.session.views.scene_view.isVisible()
