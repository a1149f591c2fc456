"""What the programme activates, in numbers, with their band and the words on which they rest."""

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from planner.case.band import FieldBand
from planner.case.model import Simulation
from planner.i18n import _
from planner.library.assumptions import band_sentences, simulation_sentences
from planner.ui.pages.stimulate_state import StimulationState
from planner.ui.pages.stimulate_words import number_rows
from planner.ui.session import Session
from planner.ui.widgets.buttons import button
from planner.ui.widgets.labels import FactTable, Note


class ActivationPanel(QWidget):
    """Out-of-date results stay in sight, greyed and named, until they are computed again. ``on_band`` is called when
    the person asks for the low and high run."""

    def __init__(self, session: Session, on_band: Callable[[], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.numbers = FactTable()
        self.band_words = Note()
        self.band_button = button(
            _("Low and high run"),
            lambda: session.errors.attempt(on_band),
            "run",
            tip=_("Computes the field twice more, with every conductivity at either end of its published span"),
        )
        self.words = Note()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self.numbers, self.band_words, self.band_button, self.words):
            column.addWidget(widget)

    def show_state(self, state: StimulationState) -> None:
        is_stale = state.is_simulation_stale
        band = None if state.is_band_stale or is_stale else state.band
        self._show(state.simulation, band, is_stale=is_stale)
        self.band_button.setEnabled(state.simulation is not None and not is_stale and band is None)
        if band is not None:
            self.band_words.say(
                _("In brackets: the low and high run. {words}").format(words=" ".join(band_sentences()))
            )
        elif state.band is not None:
            self.band_words.say(_("The low and high run is out of date. Compute it again."), "stale")
        else:
            self.band_words.say("")

    def show_preview(self, simulation: Simulation) -> None:
        """While a slider moves."""
        self._show(simulation, None, is_stale=False)

    def _show(self, simulation: Simulation | None, band: FieldBand | None, *, is_stale: bool) -> None:
        if simulation is None:
            self.numbers.show_rows([])
            self.words.say(_("Choose a contact and compute the field."), "stale")
            return
        self.numbers.show_rows(number_rows(simulation, band, is_stale=is_stale))
        words = " ".join(simulation_sentences(simulation.assumptions))
        if is_stale:
            self.words.say(_("Out of date. {words}").format(words=words), "stale")
        else:
            self.words.say(words)
