"""Messages that do not stop the work: what happened, what to do, and the stable code in the details."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from planner.i18n import _
from planner.ui.icons import icon, pixmap
from planner.ui.theme import TARGET_PX, Tone, tone_colour
from planner.ui.widgets.buttons import Button

_ICONS: dict[Tone, str] = {"plain": "info", "good": "done", "warn": "warning", "bad": "error", "stale": "outdated"}
PASSING: tuple[Tone, ...] = ("plain", "good")
PASSING_MS = 8000
"""Long enough to read two lines aloud."""


class MessageBar(QFrame):
    """The newest message, and how many wait behind it. ``closed`` is sent when the last one is put away."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._waiting: list[tuple[str, Tone, str]] = []
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.AlternateBase)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._icon = QLabel()
        self.text_label = QLabel()
        self.text_label.setWordWrap(True)
        self.text_label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.text_label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.code_label = QLabel()
        self.code_label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._details = Button(_("Details"))
        self._details.setCheckable(True)
        self._details.toggled.connect(self._show_code)
        self._close = QToolButton()
        self._close.setMinimumSize(TARGET_PX + 4, TARGET_PX + 4)
        self._close.setAutoRaise(True)
        self._close.setToolTip(_("Put this message away"))
        self._close.setAccessibleName(_("Put this message away"))
        self._close.clicked.connect(self.put_away)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 4, 4)
        for widget in (self._icon, self.text_label, self.code_label, self._details, self._close):
            row.addWidget(widget, 1 if widget is self.text_label else 0)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._put_away_passing)
        self.hide()

    def say(self, text: str, tone: Tone = "plain", code: str = "") -> None:
        """Show a message; one that is already shown is not repeated."""
        message = (text, tone, code)
        if message in self._waiting:
            self._waiting.remove(message)
        self._waiting.append(message)
        self._show_last()
        if tone in PASSING:
            self._timer.start(PASSING_MS)

    def _put_away_passing(self) -> None:
        """News goes by itself; warnings and refusals stay until they are put away."""
        self._waiting = [message for message in self._waiting if message[1] not in PASSING]
        self._show_last()

    def put_away(self) -> None:
        if self._waiting:
            self._waiting.pop()
        self._show_last()
        if not self._waiting:
            self.closed.emit()

    def clear(self) -> None:
        self._waiting.clear()
        self._timer.stop()
        self._show_last()

    def text(self) -> str:
        return self._waiting[-1][0] if self._waiting else ""

    def _show_last(self) -> None:
        self.setVisible(bool(self._waiting))
        if not self._waiting:
            return
        text, tone, code = self._waiting[-1]
        more = len(self._waiting) - 1
        self.text_label.setText(text if not more else _("{text}  ({count} more)").format(text=text, count=more))
        self.setAccessibleName(text)
        colour = tone_colour(tone, self.palette())
        self._icon.setPixmap(pixmap(_ICONS[tone], colour, 20, self.devicePixelRatioF()))
        self._close.setIcon(icon("close", self.palette()))
        self.code_label.setText(_("Code: {code}").format(code=code))
        self._details.setVisible(bool(code))
        self._details.setChecked(False)
        self._show_code(False)

    def _show_code(self, is_shown: bool) -> None:
        self.code_label.setVisible(is_shown)
