"""Three plots: the pulse that is delivered, and |E| along the lead and across it. pyqtgraph is imported when shown."""

import numpy as np
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from planner.case.model import Programme
from planner.geometry.arrays import FloatArray
from planner.i18n import _, number
from planner.scene.display import ANODE_RGB, CATHODE_RGB, OFF_RGB
from planner.steps.read_field import ContactSpan, FieldProfile, field_profile
from planner.steps.simulate import CLEARANCE_MM
from planner.ui.pages.stimulate_state import StimulationState
from planner.ui.session import Session
from planner.ui.widgets.labels import Note
from planner.ui.widgets.line_plot import Band, LinePlot

PAUSE_SHARE = 0.5
"""Gap drawn between the two phases, as a share of the pulse; makers differ and none is assumed to be known."""


class FieldPlotPanel(QWidget):
    """The plots of the page, fed from the case."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._state: StimulationState | None = None
        self._profile: FieldProfile | None = None
        self._pulse = LinePlot(_("The pulse drawn as a balanced pair; generators differ"))
        self._pulse.name_axes(_("time, µs"), _("current, mA"))
        self.along = LinePlot(_("Field along the lead"))
        self.across = LinePlot(_("Field across the lead"))
        self.words = Note()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self._pulse, self.along, self.across, self.words):
            column.addWidget(widget)

    def show_state(self, state: StimulationState) -> None:
        self._state = state
        self._profile = None
        programme, simulation = state.programme, state.simulation
        if programme is not None and simulation is not None and state.is_field_fresh and self.isVisible():
            self._profile = field_profile(state.case, self._session.document.store, programme.id)
        self._show(programme, self._profile, simulation.threshold_v_per_mm if simulation else 0.0)

    def show_preview(self, programme: Programme, threshold_v_per_mm: float) -> None:
        """While a slider moves: the pulse follows, and the field as far as it only grows with the current."""
        if self.isVisible():
            profile = self._profile.for_programme(programme) if self._profile else None
            self._show(programme, profile, threshold_v_per_mm)

    def _show(self, programme: Programme | None, profile: FieldProfile | None, threshold: float) -> None:
        self._pulse.show_curve(*(pulse(programme) if programme else (np.empty(0), np.empty(0))))
        for plot in (self.along, self.across):
            plot.setVisible(profile is not None)
        if profile is None:
            self.words.say("")
            return
        self.along.name_axes(_("above the tip, mm"), _("|E|, V/mm"))
        self.along.show_bands(contact_bands(profile.contacts))
        self.along.show_curve(profile.along.place_mm, profile.along.v_per_mm, threshold)
        self.across.name_axes(_("from the axis through {label}, mm").format(label=profile.facing), _("|E|, V/mm"))
        self.across.show_bands((Band(_("lead"), -profile.radius_mm, profile.radius_mm, OFF_RGB),))
        self.across.show_curve(profile.across.place_mm, profile.across.v_per_mm, threshold)
        text = _("Along: {beside} mm beside the lead. Across: from {near} mm off the lead on. Dashed: the threshold.")
        self.words.say(text.format(beside=number(profile.beside_mm), near=number(CLEARANCE_MM, 2)))

    def showEvent(self, event: QShowEvent) -> None:
        """What changed while it was folded away is read now."""
        super().showEvent(event)
        if self._state is not None:
            self.show_state(self._state)

    def shut(self) -> None:
        for plot in (self._pulse, self.along, self.across):
            plot.shut()


def contact_bands(contacts: tuple[ContactSpan, ...]) -> tuple[Band, ...]:
    """Every contact with its label and sign: colour alone never carries it."""
    return tuple(_band(one) for one in contacts)


def _band(span: ContactSpan) -> Band:
    if span.share == 0.0:
        return Band(span.label, span.low_mm, span.high_mm, OFF_RGB)
    sign, rgb = ("\N{MINUS SIGN}", CATHODE_RGB) if span.share < 0 else ("+", ANODE_RGB)
    return Band(f"{span.label} {sign}", span.low_mm, span.high_mm, rgb)


def pulse(programme: Programme) -> tuple[FloatArray, FloatArray]:
    """(N,) µs and mA of one charge-balanced rectangular pulse pair as the cathodes together see it."""
    width, amplitude = programme.width_us, programme.amplitude_ma
    gap = PAUSE_SHARE * width
    steps = [
        (-width, 0.0), (0.0, 0.0), (0.0, -amplitude), (width, -amplitude), (width, 0.0), (width + gap, 0.0),
        (width + gap, amplitude), (2 * width + gap, amplitude), (2 * width + gap, 0.0), (4 * width, 0.0),
    ]  # fmt: skip
    points = np.array(steps)
    return points[:, 0], points[:, 1]
