"""What the pages of the tasks share: a scrolling column of sections that follows the case. A page never computes."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QLayout, QScrollArea, QVBoxLayout, QWidget

from planner.case.model import Case
from planner.ui.session import Session
from planner.ui.widgets.buttons import Button, button
from planner.ui.widgets.folding import FoldingSection
from planner.ui.widgets.labels import Note, Section

PAGE_WIDTH_PX = 372
"""Room for the page on a screen of 1366 px: tasks 150, page 372, the rest for the views."""


class Page(QScrollArea):
    """One task. Subclasses build their sections in ``__init__`` and redraw in :meth:`follow`."""

    def __init__(self, session: Session, title: str, purpose: str) -> None:
        super().__init__()
        self.session = session
        self.setAccessibleName(title)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        self.column = QVBoxLayout(inside)
        self.column.setContentsMargins(10, 8, 10, 8)
        self.column.setSpacing(8)
        heading = QLabel(title)
        font = heading.font()
        font.setPointSizeF(font.pointSizeF() * 1.25)
        font.setBold(True)
        heading.setFont(font)
        self.column.addWidget(heading)
        self.column.addWidget(Note(purpose))
        self._stale_note = Note("", "stale")
        self.column.addWidget(self._stale_note)
        self.setWidget(inside)

    # -- building ---------------------------------------------------------------------------------------------------

    def section(self, title: str, *parts: "QWidget | QLayout") -> Section:
        made = Section(title)
        _fill(made.body, parts)
        self.column.addWidget(made)
        return made

    def folding(self, title: str, *parts: "QWidget | QLayout", is_open: bool = True) -> FoldingSection:
        """A section whose title folds it away."""
        made = FoldingSection(title, is_open=is_open)
        _fill(made.body, parts)
        self.column.addWidget(made)
        return made

    def button(
        self,
        text: str,
        action: Callable[[], object],
        icon_name: str = "",
        *,
        tip: str = "",
        is_primary: bool = False,
    ) -> Button:
        """A button whose refusals are shown in words."""
        return button(text, lambda: self.session.errors.attempt(action), icon_name, tip=tip, is_primary=is_primary)

    def finish(self) -> None:
        """Call at the end of ``__init__``."""
        self.column.addStretch(1)

    # -- following --------------------------------------------------------------------------------------------------

    @property
    def case(self) -> Case:
        return self.session.document.case

    def follow(self, before: Case | None, case: Case) -> None:
        """Redraw what differs between ``before`` (None: everything) and ``case``."""
        raise NotImplementedError

    def entered(self) -> None:
        """The person came to this task."""

    def left(self) -> None:
        """The person went to another task: leave tools, stop previews."""

    def closed(self) -> None:
        """The case is being closed: let go of what is held."""

    def focus_first(self) -> None:
        """Focus on the first widget of the page that takes it."""
        inside = self.widget()
        for one in inside.findChildren(QWidget) if inside else []:
            if one.isVisible() and one.isEnabled() and one.focusPolicy() & Qt.FocusPolicy.TabFocus:
                one.setFocus(Qt.FocusReason.ShortcutFocusReason)
                return

    def say_stale(self, words: str) -> None:
        """Say on top of the page what is out of date and what to do; empty when nothing is."""
        self._stale_note.say(words, "stale")


def _fill(body: QVBoxLayout, parts: "tuple[QWidget | QLayout, ...]") -> None:
    for part in parts:
        if isinstance(part, QLayout):
            body.addLayout(part)
        else:
            body.addWidget(part)
