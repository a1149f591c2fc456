"""One slice with everything over it. Shows what it is given, says what the person did; decides nothing."""

from dataclasses import replace
from typing import Literal

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from planner.geometry.arrays import FloatArray
from planner.i18n import _
from planner.scene import annotations
from planner.scene.annotations import ImageWords
from planner.scene.captions import caption_marks, scale_room_px
from planner.scene.contours import SurfaceCuts
from planner.scene.display import LeadDisplay, PointDisplay, SurfaceDisplay
from planner.scene.lead_marks import lead_marks, surface_marks
from planner.scene.overlay import Mark, Words, crosshair_marks, point_marks
from planner.scene.planes import PlaneKind, Raster, SlicePlane
from planner.scene.slices import Layer, LayeredSlicer, SliceLayer
from planner.ui.views.camera2d import Look, finest_mm, step_mm
from planner.ui.views.paint import paint_marks

Tool = Literal["crosshair", "window", "place"]

WHEEL_NOTCH = 120
ZOOM_PER_NOTCH = 1.15
CLICK_LIMIT_PX = 4.0
"""A press and release farther apart than this is a drag, and places no point."""
MOST_PICTURE_PX = 640 * 640
"""More pixels than this are interpolated from fewer: a frame stays below 10 CPU ms a layer on any screen."""
_BACKGROUND = QColor(0, 0, 0)
EMPTY_RGB = (140, 149, 157)
_STEP_KEYS = {
    Qt.Key.Key_Up: 1, Qt.Key.Key_Right: 1, Qt.Key.Key_PageUp: 1, Qt.Key.Key_F: 1,
    Qt.Key.Key_Down: -1, Qt.Key.Key_Left: -1, Qt.Key.Key_PageDown: -1, Qt.Key.Key_B: -1,
}  # fmt: skip


class SliceView(QWidget):
    """``space`` names the space of everything it is given; positions are RAS mm there."""

    cursor_moved = Signal(float, float, float)
    point_picked = Signal(float, float, float)
    window_changed = Signal(float, float)
    window_reset_requested = Signal()
    maximise_requested = Signal()

    def __init__(self, kind: PlaneKind, space: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind: PlaneKind = kind
        self._slicer = LayeredSlicer()
        self._cuts = SurfaceCuts()
        self._cursor: FloatArray = np.zeros(3)
        self._look = Look(self._first_plane(space))
        self._is_fitted = True
        self._layers: tuple[Layer, ...] = ()
        self._leads: tuple[LeadDisplay, ...] = ()
        self._surfaces: tuple[SurfaceDisplay, ...] = ()
        self._points: tuple[PointDisplay, ...] = ()
        self._words = ImageWords()
        self._tool: Tool = "crosshair"
        self._shows_crosshair = True
        self._picture: QImage | None = None
        self._picture_of: tuple[object, ...] = ()
        self._pixels = np.zeros((0, 0, 4), dtype=np.uint8)
        self._held: Qt.MouseButton | None = None
        self._held_at = QPointF()
        self._last = QPointF()
        self._wheel = 0
        self._prepare_widget()

    def _first_plane(self, space: str) -> SlicePlane:
        return SlicePlane.orthogonal(self.kind, (0.0, 0.0, 0.0), space)

    def _prepare_widget(self) -> None:
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(annotations.title(self._look.plane))
        self._show_pointer()

    def sizeHint(self) -> QSize:
        return QSize(420, 340)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 160)

    # -- what it is given -------------------------------------------------------------------------------------------

    def set_space(self, space: str) -> None:
        """Another planning space: everything of the old one is let go of."""
        if space == self._look.plane.space:
            return
        self._slicer.forget()
        self._cuts = SurfaceCuts()
        self._layers, self._leads, self._surfaces, self._points = (), (), (), ()
        self._look = replace(self._look, plane=replace(self._look.plane, space=space))
        self._is_fitted = True
        self.update()

    def set_layers(self, layers: tuple[Layer, ...]) -> None:
        """Volumes from the bottom up. A new bottom volume is fitted into the view."""
        is_new = bool(layers) and (not self._layers or layers[0].volume is not self._layers[0].volume)
        self._layers = layers
        if is_new:
            self._is_fitted = True
            self._fit()
        self.update()

    def set_cursor(self, x: float, y: float, z: float) -> None:
        """Move crosshair and slice to this position."""
        cursor = np.array([x, y, z])
        if np.array_equal(cursor, self._cursor):
            return
        self._cursor = cursor
        self._look = self._look.at_depth_of(cursor)
        self.update()

    def set_leads(self, leads: tuple[LeadDisplay, ...]) -> None:
        self._leads = leads
        self.update()

    def set_surfaces(self, surfaces: tuple[SurfaceDisplay, ...]) -> None:
        self._surfaces = surfaces
        self.update()

    def set_points(self, points: tuple[PointDisplay, ...]) -> None:
        self._points = points
        self.update()

    def set_words(self, words: ImageWords) -> None:
        """Whose image it is and which; written on the view."""
        self._words = words
        self.update()

    def set_tool(self, tool: Tool) -> None:
        """What the left button does."""
        self._tool = tool
        self._show_pointer()

    def show_crosshair(self, shown: bool) -> None:
        self._shows_crosshair = shown
        self.update()

    # -- what it shows ----------------------------------------------------------------------------------------------

    @property
    def cursor_mm(self) -> FloatArray:
        """(3,) where the crosshair is."""
        return self._cursor

    @property
    def layers(self) -> tuple[Layer, ...]:
        return self._layers

    @property
    def raster(self) -> Raster:
        """Plane, size and zoom as they are on the screen now, in logical pixels."""
        return self._look.raster(self.width(), self.height())

    def mm_at(self, position: QPointF) -> FloatArray:
        """(3,) RAS mm under the middle of the screen pixel at a mouse position."""
        half = 0.5 / self.devicePixelRatioF()
        return self.raster.to_world(position.x() + half, position.y() + half)

    def reset_view(self) -> None:
        """The whole image again."""
        self._is_fitted = True
        self._fit()
        self.update()

    def centre_on_cursor(self) -> None:
        self._is_fitted = False
        self._look = self._look.centred(self._cursor)
        self.update()

    def zoom_to(self, mm_per_px: float) -> None:
        """This many mm in a logical pixel, around the middle of the view."""
        self._zoom(self._look.mm_per_px / mm_per_px, self._look.plane.centre_mm)

    def _fit(self) -> None:
        if self._layers and self._is_fitted:
            self._look = self._look.fitted(self._layers[0], self.width(), self.height()).at_depth_of(self._cursor)

    def _marks(self, raster: Raster) -> list[Mark]:
        """Everything over the picture, from the bottom up."""
        if not self._layers:
            return self._empty_marks(raster)
        marks = surface_marks(raster, self._surfaces, self._cuts)
        if self._shows_crosshair:
            marks += crosshair_marks(raster, self._cursor)
        marks += lead_marks(raster, self._leads)
        marks += point_marks(raster, self._points)
        words = annotations.annotate(raster, self._words, self._window(), scale_room_px(raster.width))
        return marks + caption_marks(raster, words, self._extra_lines())

    def _empty_marks(self, raster: Raster) -> list[Mark]:
        """Before there is an image: what the view is, and that nothing is missing by mistake."""
        words = annotations.annotate_empty(raster)
        middle = Words(raster.width / 2, raster.height / 2, _("No image yet"), EMPTY_RGB, 14.0, "centre")
        return [middle, *caption_marks(raster, words)]

    def _extra_lines(self) -> tuple[str, ...]:
        return ()

    def _window(self) -> tuple[float, float] | None:
        return self._layers[0].window if self._layers else None

    # -- painting ---------------------------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), _BACKGROUND)
        raster = self.raster
        if self._layers:
            self._paint_picture(painter, raster)
        paint_marks(painter, self._marks(raster))
        if self.hasFocus():
            painter.setPen(self.palette().highlight().color())
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

    def _paint_picture(self, painter: QPainter, raster: Raster) -> None:
        fine = self._fine_raster(raster)
        key = (fine.plane.centre_mm.tobytes(), fine.plane.right.tobytes(), fine.plane.up.tobytes())
        wanted = (*key, fine.width, fine.height, fine.mm_per_px, self._layers)
        if self._picture is None or wanted != self._picture_of:
            self._pixels = self._slicer.picture(fine, self._layers)  # the QImage does not keep it alive
            rows, columns = self._pixels.shape[:2]
            self._picture = QImage(self._pixels.data, columns, rows, 4 * columns, QImage.Format.Format_RGBX8888)
            self._picture_of = wanted
        scale = fine.mm_per_px / raster.mm_per_px
        width, height = fine.width * scale, fine.height * scale
        place = QRectF((raster.width - width) / 2.0, (raster.height - height) / 2.0, width, height)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(place, self._picture)

    def _fine_raster(self, raster: Raster) -> Raster:
        """The raster in screen pixels, or coarser where finer would show nothing more; it covers the whole view."""
        enough = raster.mm_per_px / finest_mm(self._layers[0].volume)
        bearable = (MOST_PICTURE_PX / (raster.width * raster.height)) ** 0.5
        scale = max(min(self.devicePixelRatioF(), enough, bearable), 0.1)
        width, height = np.ceil([raster.width * scale - 1e-6, raster.height * scale - 1e-6])
        return Raster(raster.plane, float(width), float(height), raster.mm_per_px / scale)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.LanguageChange):
            self.update()
        super().changeEvent(event)

    # -- what the person does ---------------------------------------------------------------------------------------

    def step(self, slices: int) -> None:
        """Go on by this many slices, towards right, anterior or superior."""
        onward = self._look.plane.onward
        self._move_cursor(self._cursor + slices * self._step_mm(onward) * onward)

    def _step_mm(self, onward: FloatArray) -> float:
        return step_mm(self._layers[0].volume, onward) if self._layers else 1.0

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._wheel += event.angleDelta().y()
        notches = int(self._wheel / WHEEL_NOTCH)
        self._wheel -= notches * WHEEL_NOTCH
        if notches and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._zoom(ZOOM_PER_NOTCH**notches, self.mm_at(event.position()))
        elif notches:
            self.step(notches)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _STEP_KEYS and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self.step(_STEP_KEYS[key])
        elif key == Qt.Key.Key_R:
            self.reset_view()
        elif key == Qt.Key.Key_Space and self._tool == "place":
            self.point_picked.emit(*self._cursor.tolist())
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._held is None:
            self._held = event.button()
            self._held_at = self._last = event.position()
            if event.button() == Qt.MouseButton.LeftButton and self._tool == "crosshair":
                self._move_cursor(self.mm_at(event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        position = event.position()
        move, self._last = position - self._last, position
        button = self._held or Qt.MouseButton.NoButton
        if button == Qt.MouseButton.MiddleButton:
            self._is_fitted = False
            self._look = self._look.panned(move.x(), move.y())
            self.update()
        elif button == Qt.MouseButton.RightButton:
            self._zoom(1.01 ** (-move.y()), self.mm_at(self._held_at))
        elif button == Qt.MouseButton.LeftButton and self._tool == "window":
            self._drag_window(move)
        elif self._follows_pointer(button, event):
            self._move_cursor(self.mm_at(position))

    def _follows_pointer(self, button: Qt.MouseButton, event: QMouseEvent) -> bool:
        if button == Qt.MouseButton.LeftButton:
            return self._tool == "crosshair"
        is_shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        return button == Qt.MouseButton.NoButton and is_shifted

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != self._held:
            return
        self._held = None
        is_click = (event.position() - self._held_at).manhattanLength() <= CLICK_LIMIT_PX
        if is_click and self._tool == "place" and event.button() == Qt.MouseButton.LeftButton:
            self.point_picked.emit(*self.mm_at(self._held_at).tolist())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.window_reset_requested.emit()
        elif self._tool != "place":
            self.maximise_requested.emit()

    def _move_cursor(self, position: FloatArray) -> None:
        self.set_cursor(*position.tolist())
        self.cursor_moved.emit(*position.tolist())

    def _zoom(self, factor: float, fixed_mm: FloatArray) -> None:
        self._is_fitted = False
        self._look = self._look.zoomed(factor, fixed_mm)
        self.update()

    def _drag_window(self, move: QPointF) -> None:
        """Right widens, up brightens: 300 pixels are one whole width."""
        if not self._layers or not isinstance(self._layers[0], SliceLayer):
            return
        low, high = self._layers[0].window
        width = (high - low) * 1.005 ** move.x()
        level = (low + high) / 2.0 + (high - low) * move.y() / 300.0
        window = (level - width / 2.0, level + width / 2.0)
        self._layers = (replace(self._layers[0], window=window), *self._layers[1:])
        self.update()
        self.window_changed.emit(*window)

    def _show_pointer(self) -> None:
        shapes = {
            "crosshair": Qt.CursorShape.CrossCursor,
            "window": Qt.CursorShape.SizeAllCursor,
            "place": Qt.CursorShape.PointingHandCursor,
        }
        self.setCursor(shapes[self._tool])
