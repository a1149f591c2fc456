"""Texts on a page: section headers, wrapped notes with a status, and tables of named values."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from planner.ui.icons import pixmap
from planner.ui.theme import Tone, tone_colour, toned

NAME_PX = 190
"""A name in a table of facts is at most this wide: a little over half of the page."""

Row = tuple[str, str] | tuple[str, str, Tone]
"""Name, value, and the tone of the value."""

_TONE_ICONS: dict[Tone, str] = {"good": "done", "warn": "warning", "bad": "error", "stale": "outdated", "plain": ""}


LONGEST_NAME = 36
"""Characters of a name on a check box, which cannot wrap."""


def shortened(name: str) -> str:
    """``name`` with its middle left out where it is long: file names differ at both ends. Keep the whole in a tip."""
    if len(name) <= LONGEST_NAME:
        return name
    return f"{name[: LONGEST_NAME // 2].rstrip()}…{name[-LONGEST_NAME // 2 + 1 :].lstrip()}"


class Section(QFrame):
    """A titled part of a page; put widgets into ``body``."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        self.header = QLabel(title)
        self.header.setWordWrap(True)
        font = self.header.font()
        font.setBold(True)
        self.header.setFont(font)
        line = QFrame()
        line.setFrameShape(QFrame.Shape.HLine)
        line.setForegroundRole(QPalette.ColorRole.Midlight)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 4, 0, 4)
        outer.setSpacing(4)
        outer.addWidget(self.header)
        outer.addWidget(line)
        self.body = QVBoxLayout()
        self.body.setSpacing(6)
        outer.addLayout(self.body)


class Note(QWidget):
    """A wrapped sentence with the icon and colour of its tone."""

    def __init__(self, text: str = "", tone: Tone = "plain", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tone: Tone = tone
        self._said: tuple[str, Tone] | None = None
        self._icon = QLabel()
        self._icon.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.label = QLabel(text)
        self.label.setWordWrap(True)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.label.setSizePolicy(_wrapping())
        self.label.setMinimumWidth(1)  # one long word, such as a path, never widens the page
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.label, 1)
        self.setSizePolicy(_wrapping())
        self.say(text, tone)

    def say(self, text: str, tone: Tone = "plain") -> None:
        """Show ``text`` (hidden when empty). What is shown already costs nothing: live numbers say it often."""
        self.setVisible(bool(text))
        if (text, tone) == self._said:
            return
        self._said = (text, tone)
        self._tone = tone
        self.label.setText(text)
        self.setAccessibleName(text)
        self._colour()

    @property
    def tone(self) -> Tone:
        return self._tone

    def text(self) -> str:
        return self.label.text()

    def _colour(self) -> None:
        self.label.setPalette(toned(self._tone, self.palette()))
        name = _TONE_ICONS[self._tone]
        self._icon.setVisible(bool(name))
        if name:
            self._icon.setPixmap(pixmap(name, tone_colour(self._tone, self.palette()), 16, self.devicePixelRatioF()))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "label"):
            self._colour()
        super().changeEvent(event)


def _wrapping() -> QSizePolicy:
    """As wide as there is room, as high as the wrapped words."""
    policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    policy.setHeightForWidth(True)
    return policy


class FactTable(QWidget):
    """Named values in two columns; a value may be selected and copied, and carries a tone."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(1, 1)
        self._names: list[QLabel] = []
        self._values: dict[str, QLabel] = {}
        self._shown: dict[str, Row] = {}

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Replace all rows by (name, value[, tone])."""
        names = [row[0] for row in rows]
        if names != list(self._values):
            self._rebuild(names)
        for row in rows:
            label = self._values[row[0]]
            if self._shown.get(row[0]) == row:
                continue
            self._shown[row[0]] = row
            label.setText(row[1])
            label.setAccessibleName(f"{row[0]}: {row[1]}")
            label.setPalette(toned(row[2] if len(row) == 3 else "plain", self.palette()))
        self.setVisible(bool(rows))

    def _rebuild(self, names: list[str]) -> None:
        for old in (*self._names, *self._values.values()):
            self._grid.removeWidget(old)
            old.deleteLater()
        self._shown = {}
        self._names = [self._name_label(name) for name in names]
        self._values = {name: self._value_label() for name in names}
        for row, (key, value) in enumerate(zip(self._names, self._values.values(), strict=True)):
            self._grid.addWidget(key, row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(value, row, 1)

    def _name_label(self, name: str) -> QLabel:
        """Long names are wrapped, so that the values keep their room."""
        label = QLabel(name)
        label.setPalette(toned("stale", self.palette()))
        if label.sizeHint().width() > NAME_PX:
            label.setWordWrap(True)
            label.setFixedWidth(NAME_PX)
        return label

    def _value_label(self) -> QLabel:
        label = QLabel()
        label.setWordWrap(True)
        label.setAlignment(Qt.AlignmentFlag.AlignTop)
        label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        label.setSizePolicy(_wrapping())
        label.setMinimumWidth(1)
        return label

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_shown"):
            rows, self._shown = list(self._shown.values()), {}
            self.show_rows(rows)
        super().changeEvent(event)

    def value(self, name: str) -> str:
        return self._values[name].text()
