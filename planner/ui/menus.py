"""The menu bar. Every entry calls one method of the window; undo and redo say in words what they would do."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Protocol

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from planner.case.commands import Command
from planner.i18n import _
from planner.ui.icons import icon
from planner.ui.theme import THEMES
from planner.ui.widgets.task_list import Task

LONGEST_WORDS = 64
"""Characters of a command in a menu; the journal on page 1 has them all."""
HISTORY_SHOWN = 30
"""Undo steps listed in the menu; older ones are reached step by step."""


class Commands(Protocol):
    """What the menus ask of the window."""

    def new_case(self) -> None: ...
    def open_case(self) -> None: ...
    def open_path(self, path: Path) -> None: ...
    def copy_case(self) -> None: ...
    def close_case(self) -> None: ...
    def undo(self, steps: int = 1) -> None: ...
    def redo(self, steps: int = 1) -> None: ...
    def choose_theme(self, theme: str) -> None: ...
    def choose_language(self, language: str) -> None: ...
    def choose_layout(self, layout: str) -> None: ...
    def show_skin(self, is_shown: bool) -> None: ...
    def go_to_task(self, key: str) -> None: ...
    def show_guide(self) -> None: ...
    def show_shortcuts(self) -> None: ...
    def show_about(self) -> None: ...
    def cycle_focus(self) -> None: ...


class Menus:
    """Built anew when the language changes."""

    def __init__(self, window: QMainWindow, commands: Commands, tasks: tuple[Task, ...]) -> None:
        self._window = window
        self._commands = commands
        window.menuBar().clear()
        for old in window.actions():
            window.removeAction(old)
        self._case_only: list[QAction] = []
        self._fill_file(window.menuBar().addMenu(_("&File")))
        self._fill_edit(window.menuBar().addMenu(_("&Edit")))
        self._fill_view(window.menuBar().addMenu(_("&View")), tasks)
        self._fill_help(window.menuBar().addMenu(_("&Help")))

    def _add(
        self,
        menu: QMenu,
        text: str,
        action: Callable[[], object],
        keys: "str | list[str]" = "",
        icon_name: str = "",
        *,
        needs_case: bool = False,
    ) -> QAction:
        made = menu.addAction(text)
        made.triggered.connect(lambda _checked=False: action())
        sequences = [keys] if isinstance(keys, str) else keys
        made.setShortcuts([QKeySequence(one) for one in sequences if one])
        if icon_name:
            made.setIcon(icon(icon_name, self._window.palette()))
        if needs_case:
            self._case_only.append(made)
        return made

    def _fill_file(self, menu: QMenu) -> None:
        do = self._commands
        self._add(menu, _("&New case…"), do.new_case, "Ctrl+N", "add")
        self._add(menu, _("&Open case…"), do.open_case, "Ctrl+O", "folder")
        self.recent_menu = menu.addMenu(_("&Recent cases"))
        menu.addSeparator()
        self._add(menu, _("&Copy case to…"), do.copy_case, needs_case=True)
        self._add(menu, _("C&lose case"), do.close_case, "Ctrl+W", needs_case=True)
        menu.addSeparator()
        self._add(menu, _("&Quit"), self._window.close, "Ctrl+Q")

    def _fill_edit(self, menu: QMenu) -> None:
        self.undo_action = self._add(menu, _("Undo"), self._commands.undo, "Ctrl+Z", "undo")
        self.redo_action = self._add(menu, _("Redo"), self._commands.redo, ["Ctrl+Y", "Ctrl+Shift+Z"], "redo")
        self.history_menu = menu.addMenu(_("&History"))

    def _fill_view(self, menu: QMenu, tasks: tuple[Task, ...]) -> None:
        do = self._commands
        themes = {"system": _("As the system"), "dark": _("Dark"), "light": _("Light")}
        self.theme_actions = self._choices(
            menu.addMenu(_("&Theme")), {key: themes[key] for key in THEMES}, do.choose_theme
        )
        languages = {"system": _("As the system"), "en": "English", "es": "Español"}
        self.language_actions = self._choices(menu.addMenu(_("&Language")), languages, do.choose_language)
        layouts = {
            "four": _("Four views"),
            "axial": _("Axial"),
            "coronal": _("Coronal"),
            "sagittal": _("Sagittal"),
            "3d": _("3-D"),
            "straight": _("Straightened spine"),
            "c-arm": _("Simulated C-arm"),
        }
        layout_menu = menu.addMenu(_("L&ayout"))
        for number, (key, text) in enumerate(layouts.items()):
            keys = f"Ctrl+{number}"
            self._add(layout_menu, text, partial(do.choose_layout, key), keys, needs_case=True)
        self.skin_action = menu.addAction(_("&Skin in 3-D"))
        self.skin_action.setCheckable(True)
        self.skin_action.triggered.connect(do.show_skin)
        menu.addSeparator()
        for task in tasks:
            words = f"{task.number} {task.title}"
            self._add(menu, words, partial(do.go_to_task, task.key), f"Alt+{task.number}", needs_case=True)
        menu.addSeparator()
        self._add(menu, _("Next part of the window"), do.cycle_focus, "F6", needs_case=True)

    def _choices(self, menu: QMenu, texts: dict[str, str], choose: Callable[[str], None]) -> dict[str, QAction]:
        group = QActionGroup(menu)
        made: dict[str, QAction] = {}
        for key, text in texts.items():
            made[key] = self._add(menu, text, partial(choose, key))
            made[key].setCheckable(True)
            group.addAction(made[key])
        return made

    def _fill_help(self, menu: QMenu) -> None:
        self._add(menu, _("&User guide"), self._commands.show_guide, "Shift+F1")
        self._add(menu, _("&Keyboard and mouse"), self._commands.show_shortcuts, "F1")
        self._add(menu, _("&About Nociplan"), self._commands.show_about, icon_name="info")

    # -- following --------------------------------------------------------------------------------------------------

    def show_case(self, is_open: bool) -> None:
        for action in self._case_only:
            action.setEnabled(is_open)

    def show_choices(self, theme: str, language: str, *, shows_skin: bool) -> None:
        self.skin_action.setChecked(shows_skin)
        self.theme_actions[theme].setChecked(True)
        self.language_actions[language].setChecked(True)

    def show_recent(self, paths: tuple[Path, ...]) -> None:
        self.recent_menu.clear()
        for path in paths:
            self._add(self.recent_menu, path.stem.replace("&", "&&"), partial(self._commands.open_path, path))
        self.recent_menu.setEnabled(bool(paths))

    def show_history(self, undone: tuple[Command, ...], redone: tuple[Command, ...]) -> None:
        """``undone``: what undo would take back, newest first; ``redone``: what redo would do again, next first."""
        self.undo_action.setEnabled(bool(undone))
        self.redo_action.setEnabled(bool(redone))
        undo_words, redo_words = _("Undo: {what}"), _("Redo: {what}")
        self.undo_action.setText(undo_words.format(what=_shown(undone[0])) if undone else _("Undo"))
        self.redo_action.setText(redo_words.format(what=_shown(redone[0])) if redone else _("Redo"))
        self.history_menu.clear()
        self.history_menu.setEnabled(bool(undone or redone))
        for steps in range(min(len(redone), HISTORY_SHOWN), 0, -1):
            words = redo_words.format(what=_shown(redone[steps - 1]))
            self._add(self.history_menu, words, partial(self._commands.redo, steps), icon_name="redo")
        self.history_menu.addSeparator()
        for steps, command in enumerate(undone[:HISTORY_SHOWN], start=1):
            words = undo_words.format(what=_shown(command))
            self._add(self.history_menu, words, partial(self._commands.undo, steps), icon_name="undo")


def _shown(command: Command) -> str:
    """Command words for a menu: short, and where & would be a mnemonic."""
    words = command.words()
    shown = words if len(words) <= LONGEST_WORDS else words[: LONGEST_WORDS - 1].rstrip(" .,") + "…"
    return shown.replace("&", "&&")
