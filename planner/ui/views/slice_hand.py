"""What mouse, wheel and keys do on a slice view (users_and_formats.md, section 4).

Wheel: next slice. Ctrl+wheel, right drag: zoom. Middle drag: pan. Left drag: the active tool. Ctrl+drag: window.
Shift+move: crosshair. Ctrl+double-click: reset the window; plain double-click: maximise.
"""

from typing import Literal, Protocol

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent

from planner.geometry.arrays import FloatArray

Tool = Literal["crosshair", "window", "lead", "place"]
DragPhase = Literal["press", "move", "release"]

WHEEL_NOTCH = 120
ZOOM_PER_NOTCH = 1.15
ZOOM_PER_PX = 1.01
WIDEN_PER_PX, BRIGHTEN_PER_PX = 1.0 / 200.0, 1.0 / 300.0
CLICK_LIMIT_PX = 4.0
"""A press and release farther apart than this is a drag, and places no point."""

_LEFT, _MIDDLE, _RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton
_CTRL, _SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
_STEP_KEYS = {
    Qt.Key.Key_Up: 1, Qt.Key.Key_Right: 1, Qt.Key.Key_PageUp: 1, Qt.Key.Key_F: 1,
    Qt.Key.Key_Down: -1, Qt.Key.Key_Left: -1, Qt.Key.Key_PageDown: -1, Qt.Key.Key_B: -1,
}  # fmt: skip


class HeldSlice(Protocol):
    """What a hand does to a slice view. Positions (3,) in RAS mm; wishes are passed on by the view as signals."""

    @property
    def tool(self) -> Tool: ...
    @property
    def cursor_mm(self) -> FloatArray: ...
    def mm_at(self, position: QPointF) -> FloatArray: ...
    def step(self, slices: int) -> None: ...
    def pan(self, move: QPointF) -> None: ...
    def zoom(self, factor: float, fixed_mm: FloatArray) -> None: ...
    def change_window(self, widen: float, brighten: float) -> None: ...
    def move_cursor(self, position: FloatArray) -> None: ...
    def drag_lead(self, phase: DragPhase, position: FloatArray) -> None: ...
    def pick(self, position: FloatArray) -> None: ...
    def reset_view(self) -> None: ...
    def wish(self, what: Literal["maximise", "reset-window"]) -> None: ...


class SliceHand:
    """One per view: knows what is held and since where."""

    def __init__(self, view: HeldSlice) -> None:
        self._view = view
        self._held: Qt.MouseButton | None = None
        self._held_at = QPointF()
        self._last = QPointF()
        self._left_does: Tool = "crosshair"
        self._wheel = 0

    def turn_wheel(self, event: QWheelEvent) -> None:
        self._wheel += event.angleDelta().y()
        notches = int(self._wheel / WHEEL_NOTCH)
        self._wheel -= notches * WHEEL_NOTCH
        if notches and event.modifiers() & _CTRL:
            self._view.zoom(ZOOM_PER_NOTCH**notches, self._view.mm_at(event.position()))
        elif notches:
            self._view.step(notches)
        event.accept()

    def press(self, event: QMouseEvent) -> None:
        if self._held is not None:
            return  # a second button while one is held changes nothing
        self._held = event.button()
        self._held_at = self._last = event.position()
        self._left_does = "window" if event.modifiers() & _CTRL else self._view.tool
        if self._held == _LEFT and self._left_does == "crosshair":
            self._view.move_cursor(self._view.mm_at(event.position()))
        elif self._held == _LEFT and self._left_does == "lead":
            self._view.drag_lead("press", self._view.mm_at(event.position()))

    def move(self, event: QMouseEvent) -> None:
        position = event.position()
        move, self._last = position - self._last, position
        if self._held is None:
            if event.modifiers() & _SHIFT:
                self._view.move_cursor(self._view.mm_at(position))
        elif self._held == _MIDDLE:
            self._view.pan(move)
        elif self._held == _RIGHT:
            self._view.zoom(ZOOM_PER_PX ** (-move.y()), self._view.mm_at(self._held_at))
        elif self._held == _LEFT and self._left_does == "window":
            self._view.change_window(WIDEN_PER_PX * move.x(), -BRIGHTEN_PER_PX * move.y())
        elif self._held == _LEFT and self._left_does == "lead":
            self._view.drag_lead("move", self._view.mm_at(position))
        elif self._held == _LEFT and self._left_does == "crosshair":
            self._view.move_cursor(self._view.mm_at(position))

    def release(self, event: QMouseEvent) -> None:
        if event.button() != self._held:
            return
        self._held = None
        is_click = (event.position() - self._held_at).manhattanLength() <= CLICK_LIMIT_PX
        if is_click and event.button() == _LEFT and self._left_does == "place":
            self._view.pick(self._view.mm_at(self._held_at))
        elif event.button() == _LEFT and self._left_does == "lead":
            self._view.drag_lead("release", self._view.mm_at(event.position()))

    def double_click(self, event: QMouseEvent) -> None:
        if event.button() != _LEFT:
            return
        if event.modifiers() & _CTRL:
            self._view.wish("reset-window")
        elif self._view.tool != "place":
            self._view.wish("maximise")

    def press_key(self, event: QKeyEvent) -> bool:
        """Whether the key meant something here."""
        key = Qt.Key(event.key())
        if key in _STEP_KEYS and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self._view.step(_STEP_KEYS[key])
        elif key == Qt.Key.Key_R:
            self._view.reset_view()
        elif key == Qt.Key.Key_Space and self._view.tool == "place":
            self._view.pick(self._view.cursor_mm)
        else:
            return False
        return True
