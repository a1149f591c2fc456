"""The numbered tasks on the left, each with its status as an icon and a word. Free to jump."""

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from planner.i18n import _
from planner.ui.icons import pixmap
from planner.ui.theme import Tone, tone_colour

_TONES: dict[str, Tone] = {"todo": "stale", "done": "good", "outdated": "warn"}
_STATUS = Qt.ItemDataRole.UserRole + 1
_NUMBER = Qt.ItemDataRole.UserRole + 2
ROW_PX = 50


@dataclass(frozen=True, slots=True)
class Task:
    """``key`` is the stable word of ``case.checks.task_status``."""

    key: str
    number: int
    title: str


def status_words(status: str) -> str:
    return {"todo": _("to do"), "done": _("done"), "outdated": _("out of date")}[status]


class _TaskDelegate(QStyledItemDelegate):
    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(150, ROW_PX)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        palette: QPalette = option.palette
        state: QStyle.StateFlag = option.state
        rect: QRect = option.rect
        is_selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        if is_selected:
            painter.fillRect(rect, palette.color(QPalette.ColorRole.Highlight))
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(palette.color(QPalette.ColorRole.BrightText if is_selected else QPalette.ColorRole.Accent))
            painter.drawRect(rect.adjusted(1, 1, -2, -2))
        self._paint_words(painter, rect, palette, index, is_selected)
        painter.restore()

    def _paint_words(
        self,
        painter: QPainter,
        rect: QRect,
        palette: QPalette,
        index: QModelIndex | QPersistentModelIndex,
        is_selected: bool,
    ) -> None:
        status = str(index.data(_STATUS))
        plain = palette.color(QPalette.ColorRole.HighlightedText if is_selected else QPalette.ColorRole.Text)
        coloured = plain if is_selected else tone_colour(_TONES[status], palette)
        font = painter.font()
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(plain)
        painter.drawText(QRect(rect.left() + 8, rect.top(), 22, rect.height()), _CENTRE, str(index.data(_NUMBER)))
        words = QRect(rect.left() + 36, rect.top() + 6, rect.width() - 40, 18)
        font.setBold(is_selected)
        painter.setFont(font)
        title = painter.fontMetrics().elidedText(
            str(index.data(Qt.ItemDataRole.DisplayRole)), Qt.TextElideMode.ElideRight, words.width()
        )
        painter.drawText(words, _LEFT, title)
        picture = pixmap(status, coloured, 14, painter.device().devicePixelRatio())
        painter.drawPixmap(rect.left() + 36, rect.top() + 28, picture)
        font.setBold(False)
        painter.setFont(font)
        painter.setPen(coloured)
        painter.drawText(QRect(rect.left() + 55, rect.top() + 26, rect.width() - 58, 18), _LEFT, status_words(status))


_CENTRE = Qt.AlignmentFlag.AlignCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class TaskList(QListWidget):
    """``chosen(key)`` when the person goes to a task."""

    chosen = Signal(str)

    def __init__(self, tasks: tuple[Task, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = {task.key: number for number, task in enumerate(tasks)}
        self.setAccessibleName(_("Tasks"))
        self.setItemDelegate(_TaskDelegate(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for task in tasks:
            item = QListWidgetItem(task.title)
            item.setData(_NUMBER, task.number)
            item.setData(Qt.ItemDataRole.UserRole, task.key)
            self.addItem(item)
            self.show_status(task.key, "todo")
        self.currentItemChanged.connect(self._tell)

    def show_status(self, key: str, status: str) -> None:
        item = self.item(self._rows[key])
        if item.data(_STATUS) == status:
            return
        item.setData(_STATUS, status)
        words = f"{item.data(_NUMBER)}. {item.text()}: {status_words(status)}"
        item.setToolTip(words)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, words)

    def status(self, key: str) -> str:
        return str(self.item(self._rows[key]).data(_STATUS))

    def choose(self, key: str) -> None:
        self.setCurrentRow(self._rows[key])

    @property
    def current_key(self) -> str:
        item = self.currentItem()
        return str(item.data(Qt.ItemDataRole.UserRole)) if item else ""

    def _tell(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(str(item.data(Qt.ItemDataRole.UserRole)))
