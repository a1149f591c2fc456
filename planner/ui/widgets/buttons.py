"""Buttons that fit their words in Spanish too, can be reached with a finger, and read well aloud."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QSize
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from planner.ui.icons import icon
from planner.ui.theme import TARGET_PX

SPANISH_GROWTH = 1.3
"""Spanish words run about a third longer than English ones (reference/users_and_formats.md section 4)."""


class Button(QPushButton):
    """A push button with an icon of the palette in use and room for its words plus 30 %."""

    def __init__(self, text: str, icon_name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._icon_name = icon_name
        self.setMinimumHeight(TARGET_PX + 2)
        self.setSizePolicy(QSizePolicy.Policy.MinimumExpanding, QSizePolicy.Policy.Fixed)
        self.setAutoDefault(False)
        self._paint_icon()

    def _paint_icon(self) -> None:
        if self._icon_name:
            self.setIcon(icon(self._icon_name, self.palette()))

    def set_icon_name(self, name: str) -> None:
        self._icon_name = name
        self._paint_icon()

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        words_px = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(hint.width() + int(words_px * (SPANISH_GROWTH - 1.0)), max(hint.height(), TARGET_PX + 2))

    def minimumSizeHint(self) -> QSize:
        return super().sizeHint().expandedTo(QSize(TARGET_PX, TARGET_PX + 2))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._paint_icon()
        super().changeEvent(event)


def button(
    text: str, on_click: Callable[[], object], icon_name: str = "", *, tip: str = "", is_primary: bool = False
) -> Button:
    """A button that calls ``on_click`` without arguments; the primary one of a page is bold."""
    made = Button(text, icon_name)
    made.clicked.connect(lambda _checked=False: on_click())
    if tip:
        made.setToolTip(tip)
    if is_primary:
        font = made.font()
        font.setBold(True)
        made.setFont(font)
    return made
