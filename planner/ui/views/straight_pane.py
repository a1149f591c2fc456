"""One straightened picture with everything over it. Shows what it is given, says what the person did."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from planner.geometry import Points
from planner.geometry.arrays import FloatArray
from planner.i18n import _
from planner.scene import straight_marks
from planner.scene.annotations import ImageWords
from planner.scene.overlay import Mark, Words
from planner.scene.slices import SliceLayer
from planner.scene.straight_marks import LevelMark, Stretch
from planner.scene.straight_slices import StraightSlicer
from planner.scene.straightening import Straightening, StraightKind, StraightRaster
from planner.ui.views.camera2d import FIT_SHARE, LEAST_MM_PER_PX, MOST_MM_PER_PX
from planner.ui.views.paint import paint_marks
from planner.ui.views.slice_hand import DragPhase, SliceHand, Tool

MOST_PICTURE_PX = 480 * 900
"""More pixels than this are interpolated from fewer: a frame stays below 50 CPU ms on any screen."""
STEP_MM = 1.0
BACKGROUND = QColor(0, 0, 0)
EMPTY_RGB = (140, 149, 157)


@dataclass(frozen=True, slots=True)
class StraightLook:
    """Where a pane looks: what lies in its middle and how large. Arc and size are shared by the two panes."""

    centre_arc_mm: float = 0.0
    centre_beside_mm: float = 0.0
    mm_per_px: float = 0.5


class StraightPane(QWidget):
    """Positions it is given and gives are RAS mm in the space of the path."""

    cursor_moved = Signal(float, float, float)
    look_changed = Signal(float, float)
    """Arc in the middle and mm a pixel, when the person panned or zoomed."""
    measured = Signal(object)
    """A Stretch, while it is drawn and when it is done; None when it was taken away."""
    window_changed = Signal(float, float)
    window_reset_requested = Signal()
    maximise_requested = Signal()

    def __init__(self, kind: StraightKind, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind: StraightKind = kind
        self._along: Straightening | None = None
        self._layers: tuple[SliceLayer, ...] = ()
        self._levels: tuple[LevelMark, ...] = ()
        self._unsure: tuple[tuple[float, float], ...] = ()
        self._words = ImageWords()
        self._cursor: FloatArray = np.zeros(3)
        self._straight: FloatArray = np.zeros(3)
        self._look = StraightLook()
        self._is_fitted = True
        self._stretch: Stretch | None = None
        self._tool: Tool = "crosshair"
        self._slicer = StraightSlicer()
        self._pixels = np.zeros((0, 0, 4), dtype=np.uint8)
        self._picture: QImage | None = None
        self._picture_of: tuple[object, ...] = ()
        self._hand = SliceHand(self)
        self._prepare_widget()

    def _prepare_widget(self) -> None:
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(straight_marks.straight_title(self.kind))
        self.setCursor(Qt.CursorShape.CrossCursor)

    def sizeHint(self) -> QSize:
        return QSize(260, 420)

    def minimumSizeHint(self) -> QSize:
        return QSize(140, 200)

    # -- what it is given -------------------------------------------------------------------------------------------

    def set_along(self, along: Straightening | None) -> None:
        self._along = along
        self._stretch = None
        self._is_fitted = True
        self._fit()
        self._follow_cursor()
        self.update()

    def set_layers(self, layers: tuple[SliceLayer, ...]) -> None:
        self._layers = layers
        self.update()

    def set_levels(self, levels: tuple[LevelMark, ...], unsure: tuple[tuple[float, float], ...]) -> None:
        self._levels, self._unsure = levels, unsure
        self.update()

    def set_words(self, words: ImageWords) -> None:
        self._words = words
        self.update()

    def set_cursor(self, x: float, y: float, z: float) -> None:
        """Move the crosshair, and the picture to its depth."""
        cursor = np.array([x, y, z])
        if not np.array_equal(cursor, self._cursor):
            self._cursor = cursor
            self._follow_cursor()
            self.update()

    def set_shared_look(self, centre_arc_mm: float, mm_per_px: float) -> None:
        """What the other pane was moved to."""
        self._is_fitted = False
        self._look = replace(self._look, centre_arc_mm=centre_arc_mm, mm_per_px=mm_per_px)
        self.update()

    def set_tool(self, tool: Literal["crosshair", "measure"]) -> None:
        self._tool = "lead" if tool == "measure" else "crosshair"

    def set_stretch(self, stretch: Stretch | None) -> None:
        self._stretch = stretch
        self.update()

    def _follow_cursor(self) -> None:
        if self._along is not None:
            self._straight = self._along.to_straight(Points.of(self._cursor, self._along.space))[0]

    # -- what it shows ----------------------------------------------------------------------------------------------

    @property
    def tool(self) -> Tool:
        return self._tool

    @property
    def layers(self) -> tuple[SliceLayer, ...]:
        return self._layers

    @property
    def cursor_mm(self) -> FloatArray:
        return self._cursor

    @property
    def raster(self) -> StraightRaster | None:
        """The picture as it is on the screen now, in logical pixels; None without a path."""
        return self._raster_of(self.width(), self.height(), self._look.mm_per_px)

    def _raster_of(self, width: float, height: float, mm_per_px: float) -> StraightRaster | None:
        if self._along is None:
            return None
        depth = -self._straight[2] if self.kind == "sagittal" else -self._straight[1]
        return StraightRaster(
            self._along,
            self.kind,
            max(width, 1.0),
            max(height, 1.0),
            mm_per_px,
            self._look.centre_arc_mm,
            self._look.centre_beside_mm,
            float(depth),
        )

    def mm_at(self, position: QPointF) -> FloatArray:
        """(3,) RAS mm under the middle of the screen pixel at a mouse position."""
        raster = self.raster
        if raster is None:
            return self._cursor
        half = 0.5 / self.devicePixelRatioF()
        return raster.to_world(position.x() + half, position.y() + half)

    def reset_view(self) -> None:
        """The whole canal again."""
        self._is_fitted = True
        self._fit()
        self._tell_look()
        self.update()

    def _fit(self) -> None:
        if self._along is not None and self._is_fitted:
            mm = self._along.length_mm / max(FIT_SHARE * self.height(), 1.0)
            mm = float(np.clip(mm, LEAST_MM_PER_PX, MOST_MM_PER_PX))
            self._look = StraightLook(self._along.length_mm / 2.0, 0.0, mm)

    def _marks(self) -> list[Mark]:
        raster = self.raster
        if raster is None or not self._layers:
            middle = Words(self.width() / 2, self.height() / 2, self._empty_words(), EMPTY_RGB, 13.0, "centre")
            return [middle, *straight_marks.empty_captions(self.kind, self.width(), self.height())]
        return [
            *straight_marks.unsure_marks(raster, self._unsure),
            *straight_marks.cross_marks(raster, self._straight),
            *straight_marks.level_marks(raster, self._levels),
            *straight_marks.stretch_marks(raster, self._stretch),
            *straight_marks.straight_captions(raster, self._words, self._layers[0].window, float(self._straight[0])),
        ]

    def _empty_words(self) -> str:
        return _("No canal yet") if self._layers else _("No image yet")

    # -- painting ---------------------------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), BACKGROUND)
        if self._along is not None and self._layers:
            self._paint_picture(painter)
        paint_marks(painter, self._marks())
        if self.hasFocus():
            painter.setPen(self.palette().highlight().color())
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

    def _paint_picture(self, painter: QPainter) -> None:
        bearable = (MOST_PICTURE_PX / max(self.width() * self.height(), 1)) ** 0.5
        scale = max(min(self.devicePixelRatioF(), bearable), 0.1)
        width, height = np.ceil([self.width() * scale - 1e-6, self.height() * scale - 1e-6])
        fine = self._raster_of(float(width), float(height), self._look.mm_per_px / scale)
        if fine is None:
            return
        wanted = (self._along, fine.width, fine.height, fine.mm_per_px, fine.depth_mm, self._look, self._layers)
        if self._picture is None or wanted != self._picture_of:
            self._pixels = self._slicer.picture(fine, self._layers)  # the QImage does not keep it alive
            rows, columns = self._pixels.shape[:2]
            self._picture = QImage(self._pixels.data, columns, rows, 4 * columns, QImage.Format.Format_RGBX8888)
            self._picture_of = wanted
        shown_width, shown_height = fine.width / scale, fine.height / scale
        left, top = (self.width() - shown_width) / 2.0, (self.height() - shown_height) / 2.0
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(left, top, shown_width, shown_height), self._picture)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.LanguageChange):
            self.update()
        super().changeEvent(event)

    # -- what the person does ---------------------------------------------------------------------------------------

    def step(self, slices: int) -> None:
        """The next picture: towards the patient's right, or the front."""
        if self._along is None:
            return
        move = (0.0, 0.0, STEP_MM) if self.kind == "sagittal" else (0.0, -STEP_MM, 0.0)
        self.move_cursor(self._along.to_world(self._straight + slices * np.array(move)).xyz[0])

    def move_cursor(self, position: FloatArray) -> None:
        """The person moved the crosshair; others are told."""
        if self._along is None:
            return
        self.set_cursor(*position.tolist())
        self.cursor_moved.emit(*position.tolist())

    def pan(self, move: QPointF) -> None:
        self._is_fitted = False
        mm = self._look.mm_per_px
        arc, beside = self._look.centre_arc_mm - move.y() * mm, self._look.centre_beside_mm - move.x() * mm
        self._look = StraightLook(arc, beside, mm)
        self._tell_look()
        self.update()

    def zoom(self, factor: float, fixed_mm: FloatArray) -> None:
        """Larger by ``factor``; this point of the patient stays where it is on the screen."""
        raster = self.raster
        if raster is None:
            return
        self._is_fitted = False
        x, y = raster.to_px(fixed_mm)[0]
        mm = float(np.clip(raster.mm_per_px / factor, LEAST_MM_PER_PX, MOST_MM_PER_PX))
        shrunk = raster.mm_per_px - mm
        arc = self._look.centre_arc_mm + (float(y) - raster.height / 2.0) * shrunk
        beside = self._look.centre_beside_mm + (float(x) - raster.width / 2.0) * shrunk
        self._look = StraightLook(arc, beside, mm)
        self._tell_look()
        self.update()

    def _tell_look(self) -> None:
        self.look_changed.emit(self._look.centre_arc_mm, self._look.mm_per_px)

    def change_window(self, widen: float, brighten: float) -> None:
        """As on the slices: shares of the present width."""
        if not self._layers:
            return
        low, high = self._layers[0].window
        width, level = (high - low) * np.exp(widen), (low + high) / 2.0 - (high - low) * brighten
        window = (float(level - width / 2.0), float(level + width / 2.0))
        self._layers = (replace(self._layers[0], window=window), *self._layers[1:])
        self.update()
        self.window_changed.emit(*window)

    def drag_lead(self, phase: DragPhase, position: FloatArray) -> None:
        """The measuring tool's drag: from where it was pressed to where it is."""
        if self._along is None:
            return
        arc, back, right = self._along.to_straight(Points.of(position, self._along.space))[0].tolist()
        here = (arc, back, right)
        start = here if phase == "press" or self._stretch is None else self._stretch.start
        self.set_stretch(Stretch(start, here))
        self.measured.emit(self._stretch)

    def pick(self, _position: FloatArray) -> None:
        """Nothing is placed on a straightened picture."""

    def wish(self, what: Literal["maximise", "reset-window"]) -> None:
        (self.maximise_requested if what == "maximise" else self.window_reset_requested).emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._hand.turn_wheel(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._hand.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hand.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._hand.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._hand.double_click(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._stretch is not None:
            self.set_stretch(None)
            self.measured.emit(None)
        elif not self._hand.press_key(event):
            super().keyPressEvent(event)
