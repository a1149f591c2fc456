"""The window puts the parts together: cases, undo, language, theme, size, shortcuts."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from planner import i18n
from planner.case.commands import Command
from planner.errors import PlannerError
from planner.ui.main_window import MainWindow
from planner.ui.new_case import NewCaseDialog, folder_name
from planner.ui.pages.start_page import research_only_words
from planner.ui.theme import TARGET_PX, is_dark
from planner.ui.widgets.buttons import Button
from planner.ui.widgets.question import QuestionDialog
from tests.ui.conftest import OpenCase, put_image

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def test_that_the_notice_is_shown_at_the_start_and_stays_in_the_status_bar(window: MainWindow) -> None:
    assert window.start_page.notice.text() == research_only_words()
    assert window.status.notice.text() == research_only_words()
    assert window.status.notice.isVisible()


def test_that_a_new_case_is_made_where_the_dialog_says(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    dialog = NewCaseDialog(tmp_path, "", window)
    qtbot.addWidget(dialog)
    dialog.chosen.connect(lambda path, title: window.desk.create(path, title))
    dialog.title_edit.setText("Peña: prueba")
    dialog.accept_button.click()
    assert (tmp_path / "Peña- prueba.noci").is_dir()
    assert window.document is not None
    assert window.document.case.title == "Peña: prueba"


def test_that_a_case_name_keeps_accents_and_loses_what_windows_refuses() -> None:
    assert folder_name("Ñandú 1/2?") == "Ñandú 1-2-.noci"
    assert folder_name(" . ") == ""


def test_that_undo_and_redo_in_the_menu_say_what_they_do(opened: OpenCase) -> None:
    opened.add_lead("VPL left")
    menus = opened.window.menus
    assert menus.undo_action.text() == "Undo: Add lead VPL left"
    menus.undo_action.trigger()
    assert opened.case.leads == {}
    assert menus.redo_action.text() == "Redo: Add lead VPL left"
    menus.redo_action.trigger()
    assert [lead.name for lead in opened.case.leads.values()] == ["VPL left"]


def test_that_the_history_list_goes_back_several_steps_at_once(opened: OpenCase) -> None:
    opened.add_lead("one")
    opened.add_lead("two", "right", -1)
    entries = [one for one in opened.window.menus.history_menu.actions() if one.text()]
    assert [one.text() for one in entries[:2]] == ["Undo: Add lead two", "Undo: Add lead one"]
    entries[1].trigger()
    assert opened.case.leads == {}


def test_that_tasks_follow_the_case_and_can_be_jumped_to(opened: OpenCase) -> None:
    tasks = opened.workspace.task_list
    assert [tasks.status(key) for key in ("patient", "images", "plan")] == ["todo", "done", "todo"]
    lead = opened.add_lead()
    opened.document.do(Command("lock-lead", lead.name), opened.case.with_lead(replace(lead, is_locked=True)))
    assert tasks.status("plan") == "done"
    for key in opened.workspace.pages:
        opened.go_to_page(key)
        assert opened.workspace.stack.currentWidget() is opened.workspace.pages[key]


def test_that_switching_the_language_keeps_case_task_and_texts_together(opened: OpenCase) -> None:
    opened.window.go_to_task("plan")
    document = opened.document
    try:
        opened.window.choose_language("es")
        assert i18n.language() == "es"
        assert opened.window.document is document
        assert opened.window.workspace is not None
        assert opened.window.workspace.task_list.current_key == "plan"
    finally:
        opened.window.choose_language("en")


def test_that_the_window_fits_a_small_screen_in_both_languages(opened: OpenCase) -> None:
    for language in ("en", "es"):
        opened.window.choose_language(language)
        hint = opened.window.minimumSizeHint()
        assert hint.width() <= 1366
        assert hint.height() <= 720  # 768 less a title bar and a task bar
    opened.window.choose_language("en")


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_that_no_page_is_wider_than_its_room(opened: OpenCase, language: str) -> None:
    opened.add_acpc()
    opened.add_atlas_alignment()
    opened.add_lead("Núcleo ventral posterolateral de la Señora Muñoz-Ibáñez, segundo electrodo " + "x" * 60)
    image = put_image(opened.document.file, "T1_MPRAGE_sagital_" + "con_contraste_" * 8 + ".nii.gz")
    opened.document.do(Command("import-image", "T1"), opened.case.with_image(image))
    opened.window.resize(1366, 740)
    opened.window.choose_language(language)
    workspace = opened.window.workspace
    assert workspace is not None
    too_wide = []
    for key, page in workspace.pages.items():
        opened.go_to_page(key)
        QApplication.processEvents()
        inside = page.widget()
        assert inside is not None
        room = page.width() - page.verticalScrollBar().sizeHint().width()
        if inside.minimumSizeHint().width() > room:
            too_wide.append(f"{key}: {inside.minimumSizeHint().width()} of {room}")
    opened.window.choose_language("en")
    assert too_wide == []


def test_that_every_button_is_large_enough_and_can_be_read_aloud(opened: OpenCase) -> None:
    for key, page in opened.workspace.pages.items():
        opened.go_to_page(key)
        QApplication.processEvents()
        for one in page.findChildren(Button):
            if one.isVisible():
                assert min(one.width(), one.height()) >= TARGET_PX, (key, one.text())
                assert one.text() or one.accessibleName(), key


def test_that_a_mistake_is_said_in_words_with_its_code_in_the_details(window: MainWindow, tmp_path: Path) -> None:
    window.open_path(tmp_path)
    assert "no case" in window.messages.text() or "case" in window.messages.text()
    assert window.messages.code_label.text() == "Code: not-a-case"
    assert not window.messages.code_label.isVisible()


def test_that_a_case_open_elsewhere_can_be_read_but_not_changed(opened: OpenCase, qtbot: QtBot) -> None:
    other = MainWindow(opened.window.settings)
    qtbot.addWidget(other)
    other.open_path(opened.document.file.path)
    assert other.document is None
    (question,) = other.findChildren(QuestionDialog)
    question.buttons["read"].click()
    assert other.document is not None
    assert other.document.file.is_read_only
    assert "reading only" in other.messages.text()
    other.close()


def test_that_a_long_command_is_cut_in_the_menu(opened: OpenCase) -> None:
    opened.add_lead("Núcleo ventral posterolateral izquierdo, segundo electrodo de la noche & más")
    text = opened.window.menus.undo_action.text()
    assert text.startswith("Undo: Add lead Núcleo ventral posterolateral")
    assert text.endswith("…")
    assert len(text) < 80


def test_that_opening_the_case_that_is_open_leaves_it_open(opened: OpenCase) -> None:
    document = opened.document
    opened.window.open_path(document.file.path)
    assert opened.window.document is document
    assert "open in this window" in opened.window.messages.text()


def test_that_opening_another_case_closes_the_one_before(opened: OpenCase, tmp_path: Path) -> None:
    opened.window.desk.create(tmp_path / "other.noci", "other")
    assert opened.window.document is not None
    assert opened.window.document.case.title == "other"
    opened.window.open_path(tmp_path / "Caso Ñandú 1.noci")
    assert opened.window.document.case.title == "Caso Ñandú"


def test_that_the_copy_of_a_case_can_be_opened(opened: OpenCase, tmp_path: Path, qtbot: QtBot) -> None:
    opened.window.desk.copy_to(opened.document, tmp_path / "copia")
    qtbot.waitUntil(lambda: "copia" in opened.window.messages.text())
    opened.window.open_path(tmp_path / "copia.noci")
    assert opened.window.document is not None
    assert list(opened.window.document.case.images) == list(opened.case.images)


def test_that_closing_the_window_ends_the_jobs_and_frees_the_case(opened: OpenCase, qtbot: QtBot) -> None:
    path = opened.document.file.path
    opened.window.close()
    assert opened.window.jobs.running == ()
    other = MainWindow(opened.window.settings)
    qtbot.addWidget(other)
    other.open_path(path)
    assert other.document is not None
    other.close()


def test_that_a_bug_is_told_once_and_says_that_the_case_is_safe(opened: OpenCase, qtbot: QtBot, caplog: object) -> None:
    bugs = opened.window.bugs
    error = ZeroDivisionError("x")
    bugs.take(ZeroDivisionError, error, None)
    bugs.take(ZeroDivisionError, error, None)
    qtbot.waitUntil(lambda: bugs._dialog is not None)
    assert bugs._dialog is not None
    assert "safe" in bugs._dialog.text()
    bugs._dialog.close()


def test_that_refusals_inside_the_window_are_not_bugs(opened: OpenCase) -> None:
    def refuse() -> None:
        raise PlannerError("No. Do this instead.", code="because")

    assert not opened.window.errors.attempt(refuse)
    assert opened.window.messages.text() == "No. Do this instead."


def test_that_both_themes_paint_the_window(window: MainWindow, qtbot: QtBot) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    before = app.palette()
    try:
        window.choose_theme("light")
        qtbot.waitUntil(lambda: not is_dark(window.palette()))
        window.choose_theme("dark")
        qtbot.waitUntil(lambda: is_dark(window.palette()))
        assert app.style().objectName().lower() == "fusion"
    finally:
        app.setPalette(before)


def test_that_f6_goes_round_tasks_views_and_page(opened: OpenCase, qtbot: QtBot) -> None:
    opened.workspace.task_list.setFocus(Qt.FocusReason.OtherFocusReason)
    seen = []
    for _step in range(3):
        opened.window.cycle_focus()
        seen.append(opened.workspace.focused_part())
    assert seen == ["views", "page", "tasks"]
