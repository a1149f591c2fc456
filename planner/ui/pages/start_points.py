"""Choose a target of the library as a start point: with its source and status, to be confirmed on the images."""

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from planner.case.model import Case, Side
from planner.i18n import _, position
from planner.library.targets import Target, target, targets
from planner.steps.start_point import StartPoint, start_points
from planner.ui.session import Session
from planner.ui.theme import TARGET_PX
from planner.ui.widgets.labels import Note


def basis_words(basis: str) -> str:
    return {
        "acpc": _("by AC-PC numbers"),
        "atlas": _("by the atlas point"),
        "structure": _("middle of the carried structure"),
    }[basis]


class StartPointChooser(QWidget):
    """``taken(position)`` when the person chooses one; nothing is taken by itself."""

    taken = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._side: Side | None = None
        self.box = QComboBox()
        self.box.setMinimumHeight(TARGET_PX + 2)
        self.box.setAccessibleName(_("Start point"))
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumContentsLength(20)
        self.box.addItem(_("no start point: find the target yourself"), "")
        for one in targets():
            self.box.addItem(f"{one.id}: {one.name}", one.id)
        self.way = QComboBox()
        self.way.setMinimumHeight(TARGET_PX + 2)
        self.way.setAccessibleName(_("Where the start point comes from"))
        self.way.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.way.setMinimumContentsLength(20)
        self.note = Note()
        self.box.activated.connect(lambda _index: self._show_ways(is_chosen=True))
        self.way.activated.connect(lambda _index: self._take())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self.box, self.way, self.note):
            column.addWidget(widget)
        self._show_ways(is_chosen=False)

    @property
    def target_id(self) -> str:
        """The chosen target, or empty."""
        return str(self.box.currentData() or "")

    def follow(self, _case: Case) -> None:
        self._show_ways(is_chosen=False)

    def show_side(self, side: Side | None) -> None:
        self._side = side
        self._show_ways(is_chosen=True)

    def clear(self) -> None:
        self.box.setCurrentIndex(0)
        self._side = None
        self._show_ways(is_chosen=False)

    def _ways(self) -> tuple[StartPoint, ...]:
        if not self.target_id or self._side is None:
            return ()
        session = self._session
        return start_points(session.case, session.document.store, target(self.target_id), self._side)

    def _show_ways(self, *, is_chosen: bool) -> None:
        ways = self._ways()
        before = self.way.currentText()
        with QSignalBlocker(self.way):
            self.way.clear()
            for one in ways:
                text = _("{basis}: {position}")
                self.way.addItem(text.format(basis=basis_words(one.basis), position=position(*one.position)), one)
            self.way.setCurrentIndex(max(self.way.findText(before), 0))
        self.way.setVisible(bool(ways))
        self._show_note(ways)
        if is_chosen and ways:
            self._take()

    def _show_note(self, ways: tuple[StartPoint, ...]) -> None:
        if not self.target_id:
            self.note.say("")
        elif self._side is None:
            self.note.say(_("Choose the side first."), "stale")
        elif not ways:
            self.note.say(_("Set AC and PC, or approve the alignment to the atlas, to get this start point."), "stale")
        else:
            self.note.say(target_words(target(self.target_id)), "warn")

    def _take(self) -> None:
        one = self.way.currentData()
        if isinstance(one, StartPoint):
            self.taken.emit(one.position)


def target_words(one: Target) -> str:
    """Always said beside a start point."""
    text = _("Start point, confirm on images. Numbers: {status}. Source: {source}")
    return text.format(status=one.status, source=one.source)
