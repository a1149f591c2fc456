"""Two plots: the pulse that is delivered, and |E| along a line beside the lead. pyqtgraph is imported when shown."""

from typing import Any

import numpy as np
from PySide6.QtCore import QEvent
from PySide6.QtGui import QPalette, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from planner.case.model import Programme
from planner.geometry.arrays import FloatArray
from planner.i18n import _
from planner.steps.read_field import field_beside_lead
from planner.ui.pages.stimulate_state import StimulationState
from planner.ui.session import Session
from planner.ui.theme import tone_colour

PLOT_HEIGHT_PX = 130
PAUSE_SHARE = 0.5
"""Gap drawn between the two phases, as a share of the pulse; makers differ and none is assumed to be known."""


class FieldPlotPanel(QWidget):
    """The plots of the page, fed from the case."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._state: StimulationState | None = None
        self.plots = StimulationPlots()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.plots)

    def show_state(self, state: StimulationState) -> None:
        self._state = state
        self.plots.show_programme(state.programme)
        programme, simulation = state.programme, state.simulation
        if programme is None or simulation is None or not state.is_field_fresh or not self.isVisible():
            self.plots.clear_field()
            return
        line = field_beside_lead(state.case, self._session.document.store, programme.id)
        self.plots.show_field(line.height_mm, line.v_per_mm, simulation.threshold_v_per_mm)

    def showEvent(self, event: QShowEvent) -> None:
        """What changed while it was folded away is read now."""
        super().showEvent(event)
        if self._state is not None:
            self.show_state(self._state)

    def show_preview(self, programme: Programme) -> None:
        """While a slider moves: the pulse follows, the field when the slider rests."""
        self.plots.show_programme(programme)

    def shut(self) -> None:
        self.plots.shut()


class StimulationPlots(QWidget):
    """Empty until the page is first shown: then pyqtgraph is there."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._wave: Any = None  # pyqtgraph is untyped
        self._field: Any = None
        self._programme: Programme | None = None
        self._line: tuple[FloatArray, FloatArray, float] | None = None

    def _build(self) -> None:
        import pyqtgraph

        self._wave = pyqtgraph.PlotWidget(parent=self)
        self._field = pyqtgraph.PlotWidget(parent=self)
        for plot, name in (
            (self._wave, _("The pulse drawn as a balanced pair; generators differ")),
            (self._field, _("Field along the lead")),
        ):
            plot.setFixedHeight(PLOT_HEIGHT_PX)
            plot.setMenuEnabled(False)
            plot.hideButtons()
            plot.setMouseEnabled(x=False, y=False)
            plot.setAccessibleName(name)
            plot.setToolTip(name)
            self._column.addWidget(plot)
        self._wave.setLabel("bottom", _("time, µs"))
        self._wave.setLabel("left", _("current, mA"))
        self._field.setLabel("bottom", _("above the tip, mm"))
        self._field.setLabel("left", _("|E|, V/mm"))

    def show_programme(self, programme: Programme | None) -> None:
        """The pulse of the first cathode: down for −, charge balanced."""
        self._programme = programme
        self._draw()

    def show_field(self, height_mm: FloatArray, field_v_per_mm: FloatArray, threshold_v_per_mm: float) -> None:
        """(N,) places above the tip and |E| there; the threshold is drawn across."""
        self._line = (height_mm, field_v_per_mm, threshold_v_per_mm)
        self._draw()

    def clear_field(self) -> None:
        self._line = None
        self._draw()

    def shut(self) -> None:
        """pyqtgraph gives every plot a menu without a parent: it would stay when the plot goes."""
        for plot in (self._wave, self._field):
            if plot is not None:
                plot.getPlotItem().ctrlMenu.deleteLater()

    def showEvent(self, event: Any) -> None:
        if self._wave is None:
            self._build()
        self._draw()
        super().showEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange and self._wave is not None:
            self._draw()
        super().changeEvent(event)

    def _draw(self) -> None:
        if self._wave is None:
            return
        palette = self.palette()
        ink = palette.color(QPalette.ColorRole.Text)
        for plot in (self._wave, self._field):
            plot.setBackground(palette.color(QPalette.ColorRole.Base))
            for side in ("left", "bottom"):
                plot.getAxis(side).setPen(ink)
                plot.getAxis(side).setTextPen(ink)
                plot.getAxis(side).enableAutoSIPrefix(False)
            plot.clear()
        accent = palette.color(QPalette.ColorRole.Accent)
        if self._programme is not None:
            times_us, current_ma = pulse(self._programme)
            self._wave.plot(times_us, current_ma, pen={"color": accent, "width": 2})
        self._field.setVisible(self._line is not None)
        if self._line is not None:
            heights, values, threshold = self._line
            self._field.plot(heights, values, pen={"color": accent, "width": 2}, connect="finite")
            self._field.addLine(y=threshold, pen={"color": tone_colour("warn", palette), "style": _dash()})


def _dash() -> Any:
    from PySide6.QtCore import Qt

    return Qt.PenStyle.DashLine


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
