"""The field of the lead: whether it was computed, and the button that does it."""

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from planner.i18n import _
from planner.ui.pages.stimulate_state import StimulationState
from planner.ui.session import Session
from planner.ui.widgets.buttons import button
from planner.ui.widgets.labels import Note


class FieldPanel(QWidget):
    """``on_compute`` is called when the person asks for the field."""

    def __init__(self, session: Session, on_compute: Callable[[], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._state: StimulationState | None = None
        self.words = Note()
        self.compute_button = button(
            _("Compute field"), lambda: session.errors.attempt(on_compute), "run", is_primary=True
        )
        self.zoom_button = button(_("Zoom in on the contacts"), self._zoom, "eye")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self.words, self.compute_button, self.zoom_button):
            column.addWidget(widget)

    def show_state(self, state: StimulationState) -> None:
        self._state = state
        self.compute_button.setEnabled(state.lead is not None)
        if state.solution is None:
            self.words.say(_("The field of this lead was not computed yet."), "stale")
        elif not state.is_field_fresh:
            self.words.say(_("Out of date: the lead or the tissue changed. Compute it again."), "stale")
        else:
            self.words.say(_("Computed for the lead as it lies now."), "good")

    def _zoom(self) -> None:
        if self._state is not None and self._state.lead is not None:
            self._session.showing.zoom_to(self._state.lead.target)
