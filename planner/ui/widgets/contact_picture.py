"""The lead's contacts as a picture one can click: the sign is always printed, colour only helps."""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from planner.i18n import _
from planner.library.devices import Device
from planner.scene.display import SIGN_RGB, Sign

CASE = "case"
"""The generator's can, drawn above the lead; its sign follows from the contacts."""
_NEXT: dict[Sign, Sign] = {"off": "-", "-": "+", "+": "off"}
_ROW_PX = 30
_CONTACT_PX = 26  # 24 px targets or more
_COLUMN_PX = 44


@dataclass(frozen=True, slots=True)
class _Box:
    label: str
    row: int
    column: int
    columns: int


def sign_words(sign: Sign) -> str:
    """The sign as a word, for the ear and for tooltips."""
    return {"off": _("off"), "-": _("cathode (−)"), "+": _("anode (+)")}[sign]


def printed_sign(sign: Sign) -> str:
    return {"off": _("off"), "-": "−", "+": "+"}[sign]


def _boxes(device: Device) -> tuple[_Box, ...]:
    """One row a level from the tip up; the segments of a level side by side."""
    levels: dict[float, list[str]] = {}
    for contact in device.contacts:
        levels.setdefault(round(contact.centre_mm, 3), []).append(contact.label)
    made: list[_Box] = []
    for row, centre in enumerate(sorted(levels)):
        labels = levels[centre]
        made += [_Box(label, row, column, len(labels)) for column, label in enumerate(labels)]
    return tuple(made)


class ContactPicture(QWidget):
    """Click or Space cycles off → − → +; arrows move, −, + and 0 set. ``sign_chosen(label, sign)``."""

    sign_chosen = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._boxes: tuple[_Box, ...] = ()
        self._signs: dict[str, Sign] = {}
        self._case_sign: Sign = "off"
        self._current = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setAccessibleName(_("Contacts of the lead"))

    def show_contacts(self, device: Device | None, signs: dict[str, Sign], case_sign: Sign) -> None:
        """Draw this lead with these signs; contacts not named are off."""
        self._boxes = _boxes(device) if device else ()
        self._signs = dict(signs)
        self._case_sign = case_sign
        self._current = min(self._current, max(len(self._boxes) - 1, 0))
        self._describe()
        self.updateGeometry()
        self.update()

    def sign(self, label: str) -> Sign:
        return self._case_sign if label == CASE else self._signs.get(label, "off")

    def _describe(self) -> None:
        words = [f"{box.label}: {sign_words(self.sign(box.label))}" for box in self._boxes]
        case = _("case")
        self.setAccessibleDescription("; ".join([*words, f"{case}: {sign_words(self._case_sign)}"]))

    def _row_count(self) -> int:
        return max((box.row for box in self._boxes), default=0) + 1

    def sizeHint(self) -> QSize:
        return QSize(220, (self._row_count() + 1) * _ROW_PX + 26)

    def minimumSizeHint(self) -> QSize:
        return QSize(180, self.sizeHint().height())

    def rect_of(self, label: str) -> QRectF:
        """Where a contact is drawn (tests and tooltips)."""
        middle = self.width() / 2
        if label == CASE:
            return QRectF(middle - 60, 2, 120, _CONTACT_PX)
        box = next(one for one in self._boxes if one.label == label)
        top = 10 + (self._row_count() - box.row) * _ROW_PX
        wide = 3 * _COLUMN_PX if box.columns == 1 else _COLUMN_PX - 2
        left = middle - 1.5 * _COLUMN_PX + (0 if box.columns == 1 else box.column * _COLUMN_PX)
        return QRectF(left, top, wide, _CONTACT_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        shaft = QRectF(self.width() / 2 - 1.5 * _COLUMN_PX - 4, 36, 3 * _COLUMN_PX + 8, self.height() - 40)
        painter.setPen(QPen(palette.color(QPalette.ColorRole.Mid), 1))
        painter.setBrush(palette.color(QPalette.ColorRole.AlternateBase))
        painter.drawRoundedRect(shaft, 14, 14)
        self._paint_box(painter, self.rect_of(CASE), _("case"), self._case_sign, is_current=False)
        for number, box in enumerate(self._boxes):
            is_current = self.hasFocus() and number == self._current
            self._paint_box(painter, self.rect_of(box.label), box.label, self.sign(box.label), is_current=is_current)
        painter.end()

    def _paint_box(self, painter: QPainter, rect: QRectF, label: str, sign: Sign, *, is_current: bool) -> None:
        palette = self.palette()
        is_on = sign != "off"
        fill = QColor(*SIGN_RGB[sign]) if is_on else palette.color(QPalette.ColorRole.Button)
        ink = QColor("#101214") if is_on else palette.color(QPalette.ColorRole.ButtonText)
        edge = palette.color(QPalette.ColorRole.Text if is_current else QPalette.ColorRole.Dark)
        painter.setPen(QPen(edge, 2.5 if is_current else 1))
        painter.setBrush(fill)
        painter.drawRoundedRect(rect, 4, 4)
        painter.setPen(ink)
        font = self.font()
        font.setBold(is_on)
        painter.setFont(font)
        is_narrow = rect.width() < 60
        text = f"{label} {printed_sign(sign)}" if is_on or not is_narrow else label
        if not is_on and not is_narrow:
            text = f"{label}   {printed_sign(sign)}"
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)

    def _at(self, point: QPointF) -> int | None:
        for number, box in enumerate(self._boxes):
            if self.rect_of(box.label).contains(point):
                return number
        return None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self._at(event.position())
        if number is None or event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        self._current = number
        self._cycle()

    def _cycle(self) -> None:
        if self._boxes:
            label = self._boxes[self._current].label
            self.sign_chosen.emit(label, _NEXT[self.sign(label)])
            self.update()

    def _step(self, by: int) -> None:
        if self._boxes:
            self._current = min(max(self._current + by, 0), len(self._boxes) - 1)
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        direct: dict[int, Sign] = {Qt.Key.Key_Minus: "-", Qt.Key.Key_Plus: "+", Qt.Key.Key_0: "off"}
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Right):
            self._step(1)
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Left):
            self._step(-1)
        elif key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._cycle()
        elif key in direct and self._boxes:
            self.sign_chosen.emit(self._boxes[self._current].label, direct[key])
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusOutEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            number = self._at(QPointF(self.mapFromGlobal(self.cursor().pos())))
            if number is not None:
                label = self._boxes[number].label
                words = _("Contact {label}: {sign}. Click to change.")
                text = words.format(label=label, sign=sign_words(self.sign(label)))
                QToolTip.showText(self.cursor().pos(), text, self)
            return True
        return super().event(event)
