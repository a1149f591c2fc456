"""Guided clicks for AC, PC and the midline: a draft that becomes a fact only when the step accepts it."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from planner.case.model import AcPc, Vector
from planner.i18n import _, position
from planner.scene.display import PointDisplay
from planner.ui.session import Session
from planner.ui.widgets.buttons import Button, button
from planner.ui.widgets.labels import Note

MOST_MIDLINE_POINTS = 6


class AcPcForm(QWidget):
    """``wanted(ac, pc, midline)`` when the person presses Set."""

    wanted = Signal(object, object, object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._ac: Vector | None = None
        self._pc: Vector | None = None
        self._midline: list[Vector] = []
        self._known: AcPc | None = None
        self._labels: dict[str, QLabel] = {}
        self._goers: dict[str, Button] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._grid())
        self.hint = Note(_("AC: back edge of the anterior commissure, PC: front edge of the posterior one."))
        column.addWidget(self.hint)
        self.set_button = button(_("Set AC and PC"), self._tell, "approve", is_primary=True)
        self.back_button = button(_("Back to what is set"), lambda: self.show_acpc(self._known, force=True), "undo")
        column.addWidget(self.set_button)
        column.addWidget(self.back_button)
        self._show()

    def _grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        names = {"ac": _("AC"), "pc": _("PC"), "midline": _("Midline")}
        for row, (key, name) in enumerate(names.items()):
            self._labels[key] = QLabel()
            self._labels[key].setWordWrap(True)
            self._goers[key] = button("", partial(self._go, key), "goto", tip=_("Go to it"))
            self._goers[key].setAccessibleName(_("Go to {point}").format(point=name))
            click = button(_("Click"), partial(self._ask, key, name), "target")
            click.setAccessibleName(_("Click {point}").format(point=name))
            here = button("", partial(self._take_cursor, key), "add", tip=_("Take the crosshair"))
            here.setAccessibleName(_("Take the crosshair as {point}").format(point=name))
            for place, widget in enumerate((QLabel(name), self._labels[key], self._goers[key], click, here)):
                grid.addWidget(widget, row, place)
        return grid

    def show_acpc(self, acpc: AcPc | None, *, force: bool = False) -> None:
        """From the case; a draft the person has begun stays unless ``force``."""
        if not force and acpc is self._known:
            return
        self._known = acpc
        self._ac, self._pc = (acpc.ac, acpc.pc) if acpc else (None, None)
        self._midline = list(acpc.midline) if acpc else []
        self._show()

    @property
    def is_changed(self) -> bool:
        known = self._known
        if known is None:
            return bool(self._ac or self._pc or self._midline)
        return (self._ac, self._pc, tuple(self._midline)) != (known.ac, known.pc, known.midline)

    def _ask(self, key: str, name: str) -> None:
        words = _("Click {point} on a slice, or put the crosshair there and press Space").format(point=name)
        self._session.picker.ask(words, lambda point: self.take(key, point))

    def _take_cursor(self, key: str) -> None:
        cursor = self._session.selection.cursor
        if cursor is not None:
            self._session.picker.stop()
            self.take(key, cursor)

    def take(self, key: str, point: Vector) -> None:
        """``key`` is ac, pc or midline; midline points add up, and begin anew when there are many."""
        if key == "ac":
            self._ac = point
        elif key == "pc":
            self._pc = point
        else:
            is_new = self._known is not None and tuple(self._midline) == self._known.midline
            kept = [] if is_new or len(self._midline) >= MOST_MIDLINE_POINTS else self._midline
            self._midline = [*kept, point]
        self._show()

    def _go(self, key: str) -> None:
        places = {"ac": self._ac, "pc": self._pc, "midline": self._midline[-1] if self._midline else None}
        point = places[key]
        if point is not None:
            self._session.selection.set_cursor(point)

    def _show(self) -> None:
        missing = _("not set")
        self._labels["ac"].setText(position(*self._ac) if self._ac else missing)
        self._labels["pc"].setText(position(*self._pc) if self._pc else missing)
        last = position(*self._midline[-1]) if self._midline else missing
        count = len(self._midline)
        self._labels["midline"].setText(_("{position} ({count} points)").format(position=last, count=count))
        if count <= 1:
            self._labels["midline"].setText(last)
        for key, point in (("ac", self._ac), ("pc", self._pc), ("midline", self._midline)):
            self._goers[key].setEnabled(bool(point))
        self.set_button.setEnabled(bool(self._ac and self._pc and self._midline) and self.is_changed)
        self.back_button.setVisible(self.is_changed and self._known is not None)
        self._mark()

    def _mark(self) -> None:
        """The draft on the views, beside what is set."""
        points: list[PointDisplay] = []
        if self.is_changed:
            known = self._known
            if self._ac and (known is None or self._ac != known.ac):
                points.append(PointDisplay(_("AC, new"), self._ac, "cross", (255, 210, 80)))
            if self._pc and (known is None or self._pc != known.pc):
                points.append(PointDisplay(_("PC, new"), self._pc, "cross", (255, 210, 80)))
            points += [
                PointDisplay(_("midline, new"), one, "cross", (255, 210, 80))
                for one in self._midline
                if known is None or one not in known.midline
            ]
        self._session.showing.mark_points(tuple(points))

    def _tell(self) -> None:
        if self._ac and self._pc and self._midline:
            self.wanted.emit(self._ac, self._pc, tuple(self._midline))
