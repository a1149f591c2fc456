"""The 3-D view: turn, move, zoom, look from six sides. Letters and signs are painted over the frame."""

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QHideEvent, QPainter, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from planner.case.model import Vector
from planner.geometry import Surface
from planner.geometry.arrays import FloatArray
from planner.i18n import _
from planner.scene.annotations import ImageWords
from planner.scene.display import FibreDisplay, LeadDisplay, PointDisplay, SurfaceDisplay
from planner.scene.lead_marks import estimate_lines
from planner.scene.planes import Raster
from planner.scene.slices import Layer
from planner.scene.space_marks import space_marks
from planner.scene.space_scene import SpaceScene
from planner.ui.views.paint import paint_marks
from planner.ui.views.scene_hand import SceneHand, SceneWishes
from planner.ui.views.scene_over import OverFrame, PresetBar
from planner.ui.views.vtk_widget import VtkWidget, make_vtk_widget


class SceneView(QWidget):
    """Shows what it is given; ``shut`` before the application ends, so that graphics memory goes in order."""

    maximise_requested = Signal()

    def __init__(self, space: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._space = space
        self._vtk: VtkWidget = make_vtk_widget(self)
        self._vtk.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.scene = SpaceScene(self._vtk.renderer)
        self._over = OverFrame(self, self.paint_over)
        self._layers: tuple[Layer, ...] = ()
        self._cursor: FloatArray = np.zeros(3)
        self._leads: tuple[LeadDisplay, ...] = ()
        self._points: tuple[PointDisplay, ...] = ()
        self._words: ImageWords | None = None
        self._extra: tuple[str, ...] = ()
        self._shows_planes = True
        self._planes_are_due = False
        self._has_looked = False
        self._build()

    def _build(self) -> None:
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(_("3-D view"))
        self._buttons = PresetBar(self, self.look_from)
        wishes = SceneWishes(self._ask_for_frame, self.reset_view, self.maximise_requested.emit)
        self._hand = SceneHand(self, self.scene.renderer, wishes)
        self._vtk.frame_drawn.connect(self._over.update)

    def sizeHint(self) -> QSize:
        return QSize(420, 340)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 160)

    # -- what it is given -------------------------------------------------------------------------------------------

    def set_space(self, space: str) -> None:
        """Another planning space: everything of the old one goes."""
        if space != self._space:
            self._space = space
            self.scene.clear()
            self._layers, self._leads, self._points = (), (), ()
            self._has_looked = False
            self._vtk.ask_for_frame()

    def set_layers(self, layers: tuple[Layer, ...]) -> None:
        """The images on the three planes."""
        self._layers = layers
        self._ask_for_planes()

    def set_cursor(self, x: float, y: float, z: float) -> None:
        cursor = np.array([x, y, z])
        if not np.array_equal(cursor, self._cursor):
            self._cursor = cursor
            self._ask_for_planes()

    def set_leads(self, leads: tuple[LeadDisplay, ...]) -> None:
        self._leads = leads
        self.scene.set_leads(leads)
        self._ask_for_frame()

    def set_surfaces(self, surfaces: tuple[SurfaceDisplay, ...]) -> None:
        self.scene.set_surfaces(surfaces)
        self._extra = estimate_lines(surfaces)
        self._ask_for_frame()

    def set_fibres(self, fibres: tuple[FibreDisplay, ...]) -> None:
        self.scene.set_fibres(fibres)
        self._ask_for_frame()

    def set_points(self, points: tuple[PointDisplay, ...]) -> None:
        self._points = points
        self.scene.set_points(points)
        self._ask_for_frame()

    def set_head(self, surface: Surface | None) -> None:
        """The skin, as made by ``head_surface.head_surface`` in a job."""
        self.scene.set_head(surface)
        self._ask_for_frame()

    def set_words(self, words: ImageWords) -> None:
        self._words = words
        self._over.update()

    def show_planes(self, shown: bool) -> None:
        self._shows_planes = shown
        self._ask_for_planes()

    @property
    def frame_ms(self) -> float:
        """How long the last frame took."""
        return self._vtk.frame_ms

    # -- looking ----------------------------------------------------------------------------------------------------

    def look_from(self, preset: str) -> None:
        """One of A P L R S I."""
        self.scene.look_from(preset)
        self._has_looked = True
        self._vtk.ask_for_frame()

    def reset_view(self) -> None:
        """The view a scene begins with."""
        self.scene.look_first(self._leads)
        self._vtk.ask_for_frame()

    def look_at(self, place: Vector, across_mm: float) -> None:
        """``place`` in the middle, ``across_mm`` high."""
        self._look_first()
        self.scene.look_at(place, across_mm)
        self._ask_for_frame()

    def _look_first(self) -> None:
        if not self._has_looked and self.scene.has_anything:
            self._has_looked = True
            self.scene.look_first(self._leads)

    @property
    def screen_raster(self) -> Raster:
        """The screen as a raster in logical pixels."""
        return self.scene.screen(self._space, max(self.width(), 1), max(self.height(), 1))

    def paint_over(self, painter: QPainter) -> None:
        paint_marks(painter, space_marks(self.screen_raster, self._leads, self._points, self._words, self._extra))

    def _ask_for_planes(self) -> None:
        """Planes are cut once before the next frame, however often the cursor moved since the last one."""
        self._planes_are_due = True
        self._ask_for_frame()

    def _ask_for_frame(self) -> None:
        if not self.isVisible():
            return  # shown again, everything is drawn afresh
        if self._planes_are_due:
            self._planes_are_due = False
            self.scene.set_slices(self._layers if self._shows_planes else (), self._cursor, self._space)
        self._look_first()
        self.scene.renderer.ResetCameraClippingRange()
        self._vtk.ask_for_frame()
        self._over.update()

    # -- the widget -------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._vtk.setGeometry(self.rect())
        self._over.setGeometry(self.rect())
        hint = self._buttons.sizeHint()
        self._buttons.setGeometry(6, self.height() - hint.height() - 6, hint.width(), hint.height())
        self._buttons.raise_()
        super().resizeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask_for_frame()

    def hideEvent(self, event: QHideEvent) -> None:
        self._planes_are_due = True
        super().hideEvent(event)

    def shut(self) -> None:
        self._vtk.shut()
