"""One curve in a plot, with a line across and named bands behind it. pyqtgraph is imported when it is shown."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QPalette, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from planner.geometry.arrays import FloatArray
from planner.ui.theme import tone_colour

PLOT_HEIGHT_PX = 130
BAND_ALPHA = 60
"""Bands lie behind the curve: seen, and the curve still read."""
NAME_SHARE = 0.25
"""Room above the curve for the bands' names."""


@dataclass(frozen=True, slots=True)
class Band:
    """From ``low`` to ``high`` on the level axis, named at its top."""

    name: str
    low: float
    high: float
    rgb: tuple[int, int, int]


class LinePlot(QWidget):
    """Empty until it is first shown: then pyqtgraph is there. What it is given replaces what it showed."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setFixedHeight(PLOT_HEIGHT_PX)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._plot: Any = None  # pyqtgraph is untyped
        self._curve: Any = None
        self._level: Any = None
        self._behind: list[Any] = []
        self._axes = ("", "")
        self._bands: tuple[Band, ...] = ()
        self._x: FloatArray = np.empty(0)
        self._y: FloatArray = np.empty(0)
        self._level_at: float | None = None

    # -- what it is given -------------------------------------------------------------------------------------------

    def name_axes(self, level: str, upright: str) -> None:
        if self._axes != (level, upright):
            self._axes = (level, upright)
            self._name_axes()

    def show_bands(self, bands: tuple[Band, ...]) -> None:
        if self._bands != bands:
            self._bands = bands
            self._draw_bands()

    def show_curve(self, x: FloatArray, y: FloatArray, level: float | None = None) -> None:
        """(N,) each; NaN leaves a gap. ``level`` is drawn across, dashed. With bands the plot begins at 0."""
        self._x, self._y, self._level_at = x, y, level
        self._draw_curve()

    @property
    def curve(self) -> tuple[FloatArray, FloatArray]:
        """What is drawn."""
        return self._x, self._y

    @property
    def bands(self) -> tuple[Band, ...]:
        return self._bands

    def shut(self) -> None:
        """pyqtgraph gives every plot a menu without a parent: it would stay when the plot goes."""
        if self._plot is not None:
            self._plot.getPlotItem().ctrlMenu.deleteLater()

    # -- drawing ----------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        import pyqtgraph

        self._plot = pyqtgraph.PlotWidget(parent=self)
        self._plot.setMenuEnabled(False)
        self._plot.hideButtons()
        self._plot.setMouseEnabled(x=False, y=False)
        self._column.addWidget(self._plot)
        for side in ("left", "bottom"):
            self._plot.getAxis(side).enableAutoSIPrefix(False)
        self._curve = self._plot.plot([], [], connect="finite")
        self._level = pyqtgraph.InfiniteLine(angle=0)
        self._plot.addItem(self._level)
        self._name_axes()
        self._colour()
        self._draw_curve()

    def _name_axes(self) -> None:
        if self._plot is not None:
            self._plot.setLabel("bottom", self._axes[0])
            self._plot.setLabel("left", self._axes[1])

    def _colour(self) -> None:
        palette = self.palette()
        ink = palette.color(QPalette.ColorRole.Text)
        self._plot.setBackground(palette.color(QPalette.ColorRole.Base))
        for side in ("left", "bottom"):
            self._plot.getAxis(side).setPen(ink)
            self._plot.getAxis(side).setTextPen(ink)
        self._curve.setPen({"color": palette.color(QPalette.ColorRole.Accent), "width": 2})
        self._level.setPen({"color": tone_colour("warn", palette), "style": Qt.PenStyle.DashLine})
        self._draw_bands()

    def _draw_curve(self) -> None:
        if self._plot is None:
            return
        self._curve.setData(self._x, self._y)
        self._level.setVisible(self._level_at is not None)
        if self._level_at is not None:
            self._level.setValue(self._level_at)
        if self._bands and np.isfinite(self._y).any():
            top = max(float(np.nanmax(self._y)), self._level_at or 0.0)
            self._plot.setYRange(0.0, top * (1.0 + NAME_SHARE))

    def _draw_bands(self) -> None:
        if self._plot is None:
            return
        import pyqtgraph

        for old in self._behind:
            self._plot.removeItem(old)
        self._behind = []
        for band in self._bands:
            colour = QColor(*band.rgb, BAND_ALPHA)
            region = pyqtgraph.LinearRegionItem((band.low, band.high), movable=False, brush=colour, pen=colour)
            region.setZValue(-10)
            self._plot.addItem(region, ignoreBounds=True)
            self._behind.append(region)
            if band.name:
                ink = self.palette().color(QPalette.ColorRole.Text)
                pyqtgraph.InfLineLabel(
                    region.lines[0], band.name, position=0.92, anchors=[(0, 0.5), (0, 0.5)], color=ink
                )

    def showEvent(self, event: QShowEvent) -> None:
        if self._plot is None:
            self._build()
        super().showEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange and self._plot is not None:
            self._colour()
        super().changeEvent(event)
