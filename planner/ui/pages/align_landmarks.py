"""Alignment by hand: the same places marked in both images, pair by pair. The other image has its own three views."""

from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from planner.case.commands import Command
from planner.case.facts import grid_of
from planner.case.model import Vector
from planner.i18n import _, position
from planner.scene.display import PointDisplay
from planner.scene.planes import ORTHOGONAL
from planner.scene.slices import SliceLayer
from planner.steps.align import align_by_landmarks
from planner.ui.pages.align_pairs import Pair
from planner.ui.session import Session
from planner.ui.views.slice_view import SliceView
from planner.ui.widgets.buttons import button
from planner.ui.widgets.labels import Note

FEWEST = 3


class LandmarkDialog(QDialog):
    """Beside the window, not over it: the crosshair of the window marks the planning image."""

    def __init__(self, session: Session, pair: Pair, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._pair = pair
        self.moving: list[Vector] = []
        self.fixed: list[Vector] = []
        self._cursor: Vector = (0.0, 0.0, 0.0)
        self.setWindowTitle(_("Landmarks: {pair}").format(pair=pair.title))
        self._image = session.case.images[pair.moving_id]
        self.views = {kind: SliceView(kind, self._image.space) for kind in ORTHOGONAL}
        self.table = QTreeWidget()
        self.table.setRootIsDecorated(False)
        self.table.setAccessibleName(_("Pairs of points"))
        fixed = session.case.images[pair.target]
        self.table.setHeaderLabels(["", self._image.name, fixed.name])
        self.state = Note()
        self._lay_out()
        self._fill_views()
        self._show()

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setSpacing(2)
        for place, view in enumerate(self.views.values()):
            grid.addWidget(view, place // 2, place % 2)
            view.cursor_moved.connect(lambda x, y, z: self._move((x, y, z)))
        grid.addWidget(self.table, 1, 1)
        row = QHBoxLayout()
        self.pair_button = button(_("Add pair: both crosshairs"), self.add_pair, "add", is_primary=True)
        self.drop_button = button(_("Remove last pair"), self.drop_pair, "bin")
        self.fit_button = button(_("Align by these"), self._fit, "approve")
        for one in (self.pair_button, self.drop_button, self.fit_button):
            row.addWidget(one)
        column = QVBoxLayout(self)
        hint = _("Put the crosshair on the same place here and in the main window, then add the pair.")
        column.addWidget(Note(hint))
        column.addLayout(grid, 1)
        column.addWidget(self.state)
        column.addLayout(row)
        self.resize(720, 640)

    def _fill_views(self) -> None:
        layer = SliceLayer(self._session.showing.volume(self._image), self._image.window, name=self._image.name)
        centre = grid_of(self._image.grid, self._image.space).centre_mm
        for view in self.views.values():
            view.set_layers((layer,))
        self._move((float(centre[0]), float(centre[1]), float(centre[2])))

    def _move(self, point: Vector) -> None:
        self._cursor = point
        for view in self.views.values():
            view.set_cursor(*point)

    def add_pair(self) -> None:
        """The crosshair here and the crosshair of the window are the same place."""
        cursor = self._session.selection.cursor
        if cursor is not None:
            self.moving.append(self._cursor)
            self.fixed.append(cursor)
            self._show()

    def drop_pair(self) -> None:
        if self.moving:
            self.moving.pop()
            self.fixed.pop()
            self._show()

    def _show(self) -> None:
        self.table.clear()
        for number, (one, other) in enumerate(zip(self.moving, self.fixed, strict=True), start=1):
            self.table.addTopLevelItem(QTreeWidgetItem([str(number), position(*one), position(*other)]))
        for column in range(2):
            self.table.resizeColumnToContents(column)
        missing = FEWEST - len(self.moving)
        self.state.say(_("Still needed: {count} pairs.").format(count=missing) if missing > 0 else "", "stale")
        self.fit_button.setEnabled(missing <= 0)
        self.drop_button.setEnabled(bool(self.moving))
        marks = [PointDisplay(str(n), point, "cross", (255, 210, 80)) for n, point in enumerate(self.moving, start=1)]
        for view in self.views.values():
            view.set_points(tuple(marks))
        self._session.showing.mark_points(
            tuple(PointDisplay(str(n), point, "cross", (255, 210, 80)) for n, point in enumerate(self.fixed, start=1))
        )

    def _fit(self) -> None:
        def fit() -> None:
            pair, case = self._pair, self._session.case
            made = align_by_landmarks(case, pair.moving_id, pair.target, tuple(self.moving), tuple(self.fixed))
            if self._session.do(Command("align", pair.title), self._session.case.with_alignment(made)):
                self.close()

        self._session.errors.attempt(fit)

    def done(self, result: int) -> None:
        self._session.showing.mark_points(())
        super().done(result)
