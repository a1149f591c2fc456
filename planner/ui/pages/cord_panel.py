"""Cord, sac and ganglia: placed from the spine atlas by the levels, the conus and the posture."""

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from planner.case.commands import Command
from planner.case.model import Case, Vector
from planner.i18n import _
from planner.progress import Progress
from planner.steps import name_levels
from planner.steps.place_spine_atlas import PlacedAtlas, place_spine_atlas
from planner.ui.pages.spine_words import posture_words
from planner.ui.session import Session
from planner.ui.theme import TARGET_PX
from planner.ui.widgets.buttons import button
from planner.ui.widgets.labels import Note


class CordPanel(QWidget):
    """Follows the case; carries out what the person decides about the cord."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.state = Note()
        self.place_button = button(
            _("Place cord and ganglia"), lambda: session.errors.attempt(self.place), "run", is_primary=True
        )
        self.conus_button = button(_("Click the conus"), self._ask_conus, "target")
        self.posture_box = QComboBox()
        self.posture_box.setMinimumHeight(TARGET_PX + 2)
        self.posture_box.setAccessibleName(_("Posture"))
        for posture, text in posture_words().items():
            self.posture_box.addItem(text, posture)
        self.posture_box.activated.connect(lambda _index: session.errors.attempt(self._set_posture))
        row = QHBoxLayout()
        row.addWidget(QLabel(_("Posture")))
        row.addWidget(self.posture_box, 1)
        row.addWidget(self.conus_button, 1)
        hint = Note(_("An estimate from tables of other people. On MRI, look at the cord itself."), "warn")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(hint)
        column.addWidget(self.state)
        column.addLayout(row)
        column.addWidget(self.place_button)

    def show_case(self, case: Case, stale: dict[str, str]) -> None:
        outline = case.spine
        placed = [key for key, one in case.structures.items() if one.basis == "spine-atlas"]
        is_named = outline is not None and outline.is_named
        for one in (self.place_button, self.conus_button, self.posture_box):
            one.setEnabled(is_named)
        with QSignalBlocker(self.posture_box):
            self.posture_box.setCurrentIndex(self.posture_box.findData(outline.posture if outline else "supine"))
        if not placed:
            self.state.say(_("Not placed yet.") if is_named else _("Name the vertebrae first."), "stale")
        elif any(f"structure:{key}" in stale for key in placed):
            self.state.say(_("Out of date: levels, conus or posture changed. Place them again."), "stale")
        elif outline is not None and outline.conus_origin:
            self.state.say(_("Placed by the levels and the conus that was shown."), "good")
        else:
            self.state.say(_("Placed by the levels; the conus where most people have it."), "good")

    def place(self) -> None:
        """A job of about a second on CT, where the foramina are looked for."""
        case, store = self._session.case, self._session.document.store

        def work(progress: Progress) -> PlacedAtlas:
            return place_spine_atlas(case, store, progress)

        def done(placed: PlacedAtlas) -> None:
            self._session.do(Command("place-spine-atlas"), placed.in_case(self._session.case))

        self._session.run(_("Place cord and ganglia"), work, done)

    def _ask_conus(self) -> None:
        def take(place: Vector) -> None:
            self._session.errors.attempt(lambda: self._set_conus(place))

        self._session.picker.ask(_("Click the tip of the cord, or press Space at the crosshair"), take)

    def _set_conus(self, place: Vector) -> None:
        case = self._session.case
        outline = name_levels.set_conus(case, self._session.document.store, place)
        self._session.do(Command("set-conus"), case.with_spine(outline))

    def _set_posture(self) -> None:
        case = self._session.case
        outline = name_levels.set_posture(case, self.posture_box.currentData())
        if outline != case.spine:
            self._session.do(Command("set-posture"), case.with_spine(outline))
