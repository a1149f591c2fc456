"""The activated volume while the lead is moved: what is an estimate, and what was computed."""

from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from planner.case.model import Lead
from planner.i18n import _, number
from planner.library.targets import structure_name
from planner.ui.live_field import LiveField, LiveState
from planner.ui.pages.stimulate_words import LEAST_SHOWN_MM3
from planner.ui.theme import TARGET_PX
from planner.ui.widgets.labels import FactTable, Note, Row

MOST_STRUCTURES = 3


class LiveFieldPanel(QWidget):
    """Shows what :class:`LiveField` says; its box switches it on and off."""

    def __init__(self, live: LiveField, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._live = live
        self.box = QCheckBox(_("The field follows the lead"))
        self.box.setMinimumHeight(TARGET_PX)
        self.box.setChecked(True)
        self.box.setToolTip(_("While you move the lead: an estimate at once, the computed field after it"))
        self.box.toggled.connect(live.switch)
        self.words = Note()
        self.numbers = FactTable()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self.box, self.words, self.numbers):
            column.addWidget(widget)
        live.changed.connect(self.show_live)

    def show_lead(self, lead: Lead | None) -> None:
        can_follow = lead is not None and self._live.can_follow(lead.id)
        self.box.setEnabled(can_follow)
        if not can_follow:
            self.words.say(_("Compute the field of this lead in task 6. From then on it follows the lead."))
            self.numbers.show_rows([])

    def show_live(self, state: LiveState) -> None:
        if state.trouble:
            self.words.say(state.trouble, "warn")
        elif state.phase == "estimate":
            text = _("Estimate: the last field, carried along with the lead. The field here is being computed.")
            self.words.say(text, "warn")
        elif state.phase == "solved":
            self.words.say(_("Computed for the lead as it lies now."), "good")
        else:
            self.words.say("")
        self.numbers.show_rows(_rows(state))


def _rows(state: LiveState) -> list[Row]:
    """Estimated values carry a sign of their own and a greyed tone."""
    if state.estimate is not None:
        volume, overlaps, text = state.estimate.volume_mm3, state.estimate.overlaps_mm3, _("≈ {value} mm³")
    elif state.simulation is not None:
        volume, overlaps, text = state.simulation.volume_mm3, state.simulation.overlaps_mm3, _("{value} mm³")
    else:
        return []
    reached = sorted(overlaps.items(), key=lambda one: -one[1])[:MOST_STRUCTURES]
    named = [(_("Activated volume"), volume)]
    named += [(_("in {name}").format(name=structure_name(key)), mm3) for key, mm3 in reached if mm3 > LEAST_SHOWN_MM3]
    if state.estimate is not None:
        return [(name, text.format(value=number(value)), "stale") for name, value in named]
    return [(name, text.format(value=number(value))) for name, value in named]
