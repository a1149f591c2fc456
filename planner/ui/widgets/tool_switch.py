"""Which tool the left button is on the slices: small buttons in the status bar, one of them down."""

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

from planner.i18n import _
from planner.ui.icons import icon
from planner.ui.theme import TARGET_PX

_ICONS = {"crosshair": "crosshair", "window": "contrast", "lead": "move"}


class ToolSwitch(QWidget):
    """``chosen(tool)`` when the person presses one; :meth:`show_tool` tells nobody."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("Tool of the left mouse button"))
        self._group = QButtonGroup(self)
        self.buttons: dict[str, QToolButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(1)
        for tool, words in tool_words().items():
            made = QToolButton()
            made.setCheckable(True)
            made.setMinimumSize(TARGET_PX + 4, TARGET_PX)
            made.setIconSize(QSize(16, 16))
            made.setToolTip(words)
            made.setAccessibleName(words)
            made.clicked.connect(lambda _on=False, tool=tool: self.chosen.emit(tool))
            self._group.addButton(made)
            self.buttons[tool] = made
            row.addWidget(made)
        self._paint_icons()
        self.show_tool("crosshair")

    def show_tool(self, tool: str) -> None:
        """While a point is asked for, none is down."""
        self._group.setExclusive(tool in self.buttons)
        for key, made in self.buttons.items():
            made.setChecked(key == tool)

    def _paint_icons(self) -> None:
        for tool, made in self.buttons.items():
            made.setIcon(icon(_ICONS[tool], self.palette()))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "buttons"):
            self._paint_icons()
        super().changeEvent(event)


def tool_words() -> dict[str, str]:
    """By tool, what dragging does then."""
    return {
        "crosshair": _("Drag moves the crosshair"),
        "window": _("Drag changes brightness and contrast (Ctrl+drag does so with any tool)"),
        "lead": _("Drag moves the chosen lead: its target, its entry, or all of it by the shaft"),
    }
