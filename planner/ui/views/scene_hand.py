"""What mouse, wheel and keys do in the 3-D view: turn, pan, zoom, maximise, begin again."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from planner.ui.views import camera3d
from planner.ui.views.slice_hand import WHEEL_NOTCH, ZOOM_PER_NOTCH, ZOOM_PER_PX

_ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
ARROW_PX = 10
"""An arrow key turns as a drag of this many pixels does."""


@dataclass(frozen=True, slots=True)
class SceneWishes:
    """What the hand asks of the view."""

    frame: Callable[[], object]
    reset: Callable[[], object]
    maximise: Callable[[], object]


class SceneHand(QObject):
    """Watches the events of one view; ``renderer`` is VTK's."""

    def __init__(self, view: QWidget, renderer: Any, wishes: SceneWishes) -> None:
        super().__init__(view)
        self._view = view
        self._renderer = renderer
        self._wishes = wishes
        self._last = QPointF()
        self._wheel = 0
        view.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Whether the event meant something here."""
        if isinstance(event, QWheelEvent):
            self._turn_wheel(event)
            return True
        if isinstance(event, QMouseEvent):
            return self._use_mouse(event)
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._press_key(Qt.Key(event.key()))
        return False

    @property
    def _camera(self) -> Any:
        return self._renderer.GetActiveCamera()

    def _use_mouse(self, event: QMouseEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.MouseButtonPress:
            self._last = event.position()
            self._renderer.UseFXAAOff()  # without a graphics card smoothing takes half of every frame
            return False  # the view still takes the focus
        if kind == QEvent.Type.MouseMove:
            self._drag(event)
        elif kind == QEvent.Type.MouseButtonRelease and not event.buttons():
            self._renderer.UseFXAAOn()
            self._wishes.frame()
        elif kind == QEvent.Type.MouseButtonDblClick and event.button() == Qt.MouseButton.LeftButton:
            self._wishes.maximise()
        return True

    def _drag(self, event: QMouseEvent) -> None:
        move, self._last = event.position() - self._last, event.position()
        width, height = max(self._view.width(), 1), max(self._view.height(), 1)
        if event.buttons() & Qt.MouseButton.LeftButton:
            camera3d.turn(self._camera, move.x(), move.y(), min(width, height))
        elif event.buttons() & Qt.MouseButton.MiddleButton:
            camera3d.pan(self._camera, move.x(), move.y(), height)
        elif event.buttons() & Qt.MouseButton.RightButton:
            camera3d.zoom(self._camera, ZOOM_PER_PX ** (-move.y()))
        else:
            return
        self._wishes.frame()

    def _turn_wheel(self, event: QWheelEvent) -> None:
        self._wheel += event.angleDelta().y()
        notches = int(self._wheel / WHEEL_NOTCH)
        self._wheel -= notches * WHEEL_NOTCH
        if notches:
            camera3d.zoom(self._camera, ZOOM_PER_NOTCH**notches)
            self._wishes.frame()
        event.accept()

    def _press_key(self, key: Qt.Key) -> bool:
        if key in _ARROWS:
            right, down = _ARROWS[key]
            camera3d.turn(self._camera, ARROW_PX * right, ARROW_PX * down, camera3d.DEGREES_ACROSS_VIEW)
            self._wishes.frame()
        elif key == Qt.Key.Key_R:
            self._wishes.reset()
        else:
            return False
        return True
