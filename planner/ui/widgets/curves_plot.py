"""Several named curves in one plot, told apart by dashes and a legend as well as by colour, and a marked place."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QPalette, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from planner.geometry.arrays import FloatArray
from planner.ui.theme import tone_colour

PLOT_HEIGHT_PX = 150
LIGHT_GROUND = 190
"""By how much colours are darkened on a light ground, in percent."""
DASHES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)


@dataclass(frozen=True, slots=True, eq=False)
class NamedCurve:
    """(N,) each. ``shows_points`` marks every place."""

    name: str
    x: FloatArray
    y: FloatArray
    rgb: tuple[int, int, int] | None = None
    shows_points: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """An upright line at ``x``, named."""

    name: str
    x: float


class CurvesPlot(QWidget):
    """Empty until it is first shown: then pyqtgraph is there. What it is given replaces what it showed."""

    def __init__(
        self, name: str, level: str, upright: str, *, is_logarithmic: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setFixedHeight(PLOT_HEIGHT_PX)
        self._axes = (level, upright)
        self._is_logarithmic = is_logarithmic
        self._plot: Any = None  # pyqtgraph is untyped
        self._line: Any = None
        self._curves: tuple[NamedCurve, ...] = ()
        self._mark: Mark | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)

    @property
    def curves(self) -> tuple[NamedCurve, ...]:
        """What is drawn."""
        return self._curves

    @property
    def mark(self) -> Mark | None:
        return self._mark

    def show_curves(self, curves: tuple[NamedCurve, ...], mark: Mark | None = None) -> None:
        self._curves, self._mark = curves, mark
        self._draw()

    def show_mark(self, mark: Mark | None) -> None:
        """The place alone moves: a slider does this."""
        self._mark = mark
        if self._plot is not None:
            self._draw_mark(self.palette())

    def shut(self) -> None:
        """pyqtgraph gives every plot a menu without a parent: it would stay when the plot goes."""
        if self._plot is not None:
            self._plot.getPlotItem().ctrlMenu.deleteLater()

    def _build(self) -> None:
        import pyqtgraph

        self._plot = pyqtgraph.PlotWidget(parent=self)
        self._plot.setMenuEnabled(False)
        self._plot.hideButtons()
        self._plot.setMouseEnabled(x=False, y=False)
        self._plot.setLabel("bottom", self._axes[0])
        self._plot.setLabel("left", self._axes[1])
        self._plot.setLogMode(x=self._is_logarithmic, y=self._is_logarithmic)
        for side in ("left", "bottom"):
            self._plot.getAxis(side).enableAutoSIPrefix(False)
        self._column.addWidget(self._plot)
        self._draw()

    def _draw(self) -> None:
        if self._plot is None:
            return
        import pyqtgraph

        palette = self.palette()
        ink = palette.color(QPalette.ColorRole.Text)
        self._plot.setBackground(palette.color(QPalette.ColorRole.Base))
        for side in ("left", "bottom"):
            self._plot.getAxis(side).setPen(ink)
            self._plot.getAxis(side).setTextPen(ink)
        self._plot.clear()
        legend = self._plot.getPlotItem().legend
        if legend is None:
            legend = self._plot.addLegend(offset=(-6, 4) if self._is_logarithmic else (6, 4))
        legend.clear()
        legend.setLabelTextColor(ink)
        for rank, curve in enumerate(self._curves):
            colour = _legible(QColor(*curve.rgb), palette) if curve.rgb else palette.color(QPalette.ColorRole.Accent)
            pen = pyqtgraph.mkPen(colour, width=2, style=DASHES[rank % len(DASHES)])
            dots = {"symbol": "o", "symbolSize": 6, "symbolBrush": colour} if curve.shows_points else {}
            name = curve.name if len(self._curves) > 1 else None
            self._plot.plot(curve.x, curve.y, pen=pen, name=name, **dots)
        self._draw_mark(palette)
        if self._is_logarithmic:
            self._draw_ticks()

    def _draw_ticks(self) -> None:
        """1, 2, 5 and their tens as plain numbers: the library's own logarithmic ticks run into each other."""
        for side, axis in (("bottom", "x"), ("left", "y")):
            values = [float(value) for curve in self._curves for value in getattr(curve, axis) if value > 0]
            if values:
                self._plot.getAxis(side).setTicks([[(log10(one), f"{one:g}") for one in round_values(values)]])

    def _draw_mark(self, palette: QPalette) -> None:
        """One line for the life of the plot, moved and named anew."""
        import pyqtgraph

        if self._line is None:
            options = {"position": 0.86, "anchors": [(0, 0.5), (1, 0.5)]}
            self._line = pyqtgraph.InfiniteLine(0.0, angle=90, label="", labelOpts=options)
        if self._line not in self._plot.getPlotItem().items:
            self._plot.addItem(self._line)
        is_seen = self._mark is not None and self._mark.x > 0
        self._line.setVisible(is_seen)
        if self._mark is None or not is_seen:
            return
        self._line.setPen(pyqtgraph.mkPen(tone_colour("warn", palette), width=1.5, style=Qt.PenStyle.DashLine))
        self._line.label.setColor(palette.color(QPalette.ColorRole.Text))
        self._line.label.setFormat(self._mark.name)
        self._line.setValue(log10(self._mark.x) if self._is_logarithmic else self._mark.x)

    def showEvent(self, event: QShowEvent) -> None:
        if self._plot is None:
            self._build()
        super().showEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._draw()
        super().changeEvent(event)


def _legible(colour: QColor, palette: QPalette) -> QColor:
    """Darker on paper: the colours are made for a dark ground."""
    return colour.darker(LIGHT_GROUND) if palette.color(QPalette.ColorRole.Base).lightness() > 128 else colour


def round_values(values: Sequence[float]) -> list[float]:
    """1, 2, 5 times powers of ten that span positive ``values``."""
    decades = range(floor(log10(min(values))), ceil(log10(max(values))) + 1)
    offered = [digit * 10.0**decade for decade in decades for digit in (1, 2, 5)]
    return [one for one in offered if 0.9 * min(values) <= one <= 1.1 * max(values)]
