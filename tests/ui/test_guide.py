"""Help: the guide in both languages, and a shortcut sheet that leaves no bound key out."""

import pytest
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from planner import i18n
from planner.ui.guide import GuideDialog
from planner.ui.main_window import MainWindow
from planner.ui.shortcuts import shortcut_rows

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_that_the_guide_walks_through_every_task_and_says_what_is_unverified(qtbot: QtBot, language: str) -> None:
    i18n.use_language(language)
    dialog = GuideDialog()
    qtbot.addWidget(dialog)
    text = dialog.text.toPlainText()
    for title in {
        "en": (
            "Patient.",
            "Images.",
            "Align.",
            "Anatomy.",
            "Plan leads.",
            "Stimulate.",
            "Report and export.",
            "not verified",
        ),
        "es": (
            "Paciente.",
            "Imágenes.",
            "Alinear.",
            "Anatomía.",
            "Planificar.",
            "Estimular.",
            "exportar.",
            "no está verif",
        ),
    }[language]:
        assert title in text


def test_that_both_guides_have_the_same_parts(qtbot: QtBot) -> None:
    shapes = []
    for language in i18n.LANGUAGES:
        i18n.use_language(language)
        dialog = GuideDialog()
        qtbot.addWidget(dialog)
        lines = dialog.text.toMarkdown().splitlines()
        shapes.append([sum(line.startswith(mark) for line in lines) for mark in ("# ", "## ", "- ", "|")])
    assert shapes[0][:2] == shapes[1][:2]
    assert all(counts == shapes[0] for counts in shapes)


def test_that_every_key_of_the_menus_stands_on_the_sheet(window: MainWindow) -> None:
    sheet = " ".join(keys for keys, _words in shortcut_rows())
    ranges = {"Alt+": "Alt+1 … Alt+7", "Ctrl+": "Ctrl+1 … Ctrl+6"}
    missing = []
    for action in window.findChildren(QAction):
        for sequence in action.shortcuts():
            keys = sequence.toString()
            is_in_range = keys[-1].isdigit() and any(
                keys[:-1] == lead and words in sheet for lead, words in ranges.items()
            )
            if keys not in sheet and not is_in_range:
                missing.append(keys)
    assert missing == []
