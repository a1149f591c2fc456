"""One slice with everything over it. Shows what it is given, says what the person did; decides nothing."""

from dataclasses import replace
from typing import Literal

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from planner.geometry.arrays import FloatArray
from planner.i18n import _
from planner.scene import annotations
from planner.scene.annotations import ImageWords
from planner.scene.captions import caption_marks, scale_room_px
from planner.scene.contours import SurfaceCuts
from planner.scene.display import FibreDisplay, LeadDisplay, PointDisplay, SurfaceDisplay
from planner.scene.fibre_marks import fibre_marks
from planner.scene.lead_marks import estimate_lines, lead_marks, surface_marks
from planner.scene.overlay import Mark, Words, crosshair_marks, point_marks
from planner.scene.planes import PlaneKind, Raster, SlicePlane
from planner.scene.slices import Layer, SliceLayer
from planner.ui.views.camera2d import Look, step_mm
from planner.ui.views.paint import paint_marks
from planner.ui.views.slice_hand import DragPhase, SliceHand, Tool
from planner.ui.views.slice_picture import SlicePicture

_BACKGROUND = QColor(0, 0, 0)
EMPTY_RGB = (140, 149, 157)


class SliceView(QWidget):
    """``space`` names the space of everything it is given; positions are RAS mm there."""

    cursor_moved = Signal(float, float, float)
    point_picked = Signal(float, float, float)
    window_changed = Signal(float, float)
    window_reset_requested = Signal()
    maximise_requested = Signal()
    lead_dragged = Signal(str, float, float, float)
    """press, move or release, and where; with the tool for it only."""

    def __init__(self, kind: PlaneKind, space: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind: PlaneKind = kind
        self._picture = SlicePicture()
        self._cuts = SurfaceCuts()
        self._cursor: FloatArray = np.zeros(3)
        self._look = Look(self._first_plane(space))
        self._is_fitted = True
        self._layers: tuple[Layer, ...] = ()
        self._leads: tuple[LeadDisplay, ...] = ()
        self._surfaces: tuple[SurfaceDisplay, ...] = ()
        self._points: tuple[PointDisplay, ...] = ()
        self._fibres: tuple[FibreDisplay, ...] = ()
        self._words = ImageWords()
        self._tool: Tool = "crosshair"
        self._shows_crosshair = True
        self._hand = SliceHand(self)
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
        self._picture.forget()
        self._cuts = SurfaceCuts()
        self._layers, self._leads, self._surfaces, self._points = (), (), (), ()
        self._fibres = ()
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

    def set_fibres(self, fibres: tuple[FibreDisplay, ...]) -> None:
        """Bundles, seen where they go through the slice."""
        if fibres or self._fibres:
            self._fibres = fibres
            self.update()

    def set_points(self, points: tuple[PointDisplay, ...]) -> None:
        self._points = points
        self.update()

    def set_words(self, words: ImageWords) -> None:
        """Whose image it is and which; written on the view."""
        self._words = words
        self.update()

    @property
    def tool(self) -> Tool:
        return self._tool

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
        self.zoom(self._look.mm_per_px / mm_per_px, self._look.plane.centre_mm)

    def _fit(self) -> None:
        if self._layers and self._is_fitted:
            self._look = self._look.fitted(self._layers[0], self.width(), self.height()).at_depth_of(self._cursor)

    def _marks(self, raster: Raster) -> list[Mark]:
        """Everything over the picture, from the bottom up."""
        if not self._layers:
            return self._empty_marks(raster)
        marks = surface_marks(raster, self._surfaces, self._cuts)
        marks += fibre_marks(raster, self._fibres)
        if self._shows_crosshair:
            marks += crosshair_marks(raster, self._cursor)
        marks += lead_marks(raster, self._leads)
        marks += point_marks(raster, self._points)
        words = annotations.annotate(raster, self._words, self._window(), scale_room_px(raster.width))
        extra = (*self._extra_lines(), *estimate_lines(self._surfaces))
        return marks + caption_marks(raster, words, extra)

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
            self._picture.paint(painter, raster, self._layers, self.devicePixelRatioF())
        paint_marks(painter, self._marks(raster))
        if self.hasFocus():
            painter.setPen(self.palette().highlight().color())
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

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
        self.move_cursor(self._cursor + slices * self._step_mm(onward) * onward)

    def _step_mm(self, onward: FloatArray) -> float:
        return step_mm(self._layers[0].volume, onward) if self._layers else 1.0

    def move_cursor(self, position: FloatArray) -> None:
        """The person moved the crosshair; others are told."""
        self.set_cursor(*position.tolist())
        self.cursor_moved.emit(*position.tolist())

    def pan(self, move: QPointF) -> None:
        self._is_fitted = False
        self._look = self._look.panned(move.x(), move.y())
        self.update()

    def zoom(self, factor: float, fixed_mm: FloatArray) -> None:
        """Larger by ``factor``; this point of the slice stays where it is on the screen."""
        self._is_fitted = False
        self._look = self._look.zoomed(factor, fixed_mm)
        self.update()

    def change_window(self, widen: float, brighten: float) -> None:
        """Shares of the present width: 0.1 widens by a tenth, or lowers the level by a tenth of the width."""
        if not self._layers or not isinstance(self._layers[0], SliceLayer):
            return
        low, high = self._layers[0].window
        width, level = (high - low) * np.exp(widen), (low + high) / 2.0 - (high - low) * brighten
        window = (float(level - width / 2.0), float(level + width / 2.0))
        self._layers = (replace(self._layers[0], window=window), *self._layers[1:])
        self.update()
        self.window_changed.emit(*window)

    def drag_lead(self, phase: DragPhase, position: FloatArray) -> None:
        self.lead_dragged.emit(phase, *position.tolist())

    def pick(self, position: FloatArray) -> None:
        self.point_picked.emit(*position.tolist())

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
        if not self._hand.press_key(event):
            super().keyPressEvent(event)

    def _show_pointer(self) -> None:
        shapes = {
            "crosshair": Qt.CursorShape.CrossCursor,
            "window": Qt.CursorShape.SizeVerCursor,
            "lead": Qt.CursorShape.SizeAllCursor,
            "place": Qt.CursorShape.PointingHandCursor,
        }
        self.setCursor(shapes[self._tool])
