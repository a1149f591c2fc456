"""What lies over the 3-D frame: letters and signs, and the buttons to look from six sides."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from planner import i18n
from planner.i18n import _
from planner.scene.space_scene import PRESETS

PRESET_PX = 24


class OverFrame(QWidget):
    """Letters and signs over the frame; the mouse goes through it."""

    def __init__(self, view: QWidget, paint: Callable[[QPainter], object]) -> None:
        super().__init__(view)
        self._paint = paint
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)

    def paintEvent(self, _event: QPaintEvent) -> None:
        self._paint(QPainter(self))


class PresetBar(QWidget):
    """Six buttons: from which side to look."""

    def __init__(self, view: QWidget, look_from: Callable[[str], object]) -> None:
        super().__init__(view)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(1)
        names = {
            "A": _("From the front"), "P": _("From the back"), "L": _("From the left"),
            "R": _("From the right"), "S": _("From above"), "I": _("From below"),
        }  # fmt: skip
        for preset in PRESETS:
            button = QToolButton()
            button.setText(i18n.letter(preset))
            button.setToolTip(names[preset])
            button.setAccessibleName(names[preset])
            button.setMinimumSize(PRESET_PX, PRESET_PX)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _on=False, side=preset: look_from(side))
            row.addWidget(button)
