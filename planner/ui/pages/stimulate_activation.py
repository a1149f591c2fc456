"""What the programme activates, in numbers, with the words on which they rest."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from planner.case.model import Simulation
from planner.i18n import _
from planner.library.assumptions import simulation_sentences
from planner.ui.pages.stimulate_state import StimulationState
from planner.ui.pages.stimulate_words import number_rows
from planner.ui.widgets.labels import FactTable, Note


class ActivationPanel(QWidget):
    """Out-of-date results stay in sight, greyed and named, until they are computed again."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = Note()
        self.numbers = FactTable()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.words)
        column.addWidget(self.numbers)

    def show_state(self, state: StimulationState) -> None:
        self._show(state.simulation, is_stale=state.is_simulation_stale)

    def show_preview(self, simulation: Simulation) -> None:
        """While a slider moves."""
        self._show(simulation, is_stale=False)

    def _show(self, simulation: Simulation | None, *, is_stale: bool) -> None:
        if simulation is None:
            self.numbers.show_rows([])
            self.words.say(_("Choose a contact and compute the field."), "stale")
            return
        self.numbers.show_rows(number_rows(simulation, is_stale=is_stale))
        words = " ".join(simulation_sentences(simulation.assumptions))
        if is_stale:
            self.words.say(_("Out of date. {words}").format(words=words), "stale")
        else:
            self.words.say(words)
