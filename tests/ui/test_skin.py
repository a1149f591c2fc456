"""The skin comes by itself, goes with the setting, and holds nothing up."""

import threading
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from planner.case.commands import Command
from tests.ui.conftest import OpenCase, put_image

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def test_that_the_skin_is_made_by_a_job_when_a_case_is_opened(opened: OpenCase, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: opened.session.skin.is_there)
    assert opened.window.jobs.running == ()


def test_that_the_skin_goes_with_the_menu_entry_and_comes_back_without_a_job(opened: OpenCase, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: opened.session.skin.is_there)
    action = opened.window.menus.skin_action
    assert action.isChecked()
    action.trigger()
    assert not opened.session.skin.is_there
    assert not opened.window.settings.shows_skin
    action.trigger()
    assert opened.session.skin.is_there
    assert opened.window.jobs.running == ()


def test_that_another_planning_image_gets_its_own_skin(opened: OpenCase, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: opened.session.skin.is_there)
    first = opened.session.skin._surface
    other = put_image(opened.document.file, "CT", "CT")
    case = replace(opened.case.with_image(other), planning_image=other.id)
    opened.document.do(Command("import-image", "CT"), case)
    assert not opened.session.skin.is_there
    qtbot.waitUntil(lambda: opened.session.skin.is_there)
    assert opened.session.skin._surface is not first


def test_that_closing_the_case_at_once_drops_the_skin_in_silence(opened: OpenCase, qtbot: QtBot) -> None:
    path, opened_again = opened.document.file.path, threading.Event()
    opened.window.close_case()
    opened.window.jobs.start("before it", lambda _progress: opened_again.wait(10.0), lambda _result: None)
    opened.window.open_path(path)
    skin = OpenCase(opened.window).session.skin
    opened.window.close_case()
    opened_again.set()
    qtbot.waitUntil(lambda: opened.window.jobs.running == ())
    assert not skin.is_there
    assert opened.window.messages.text() == ""
