"""Ask the person for a point on the images: by a click on a slice, or at the crosshair with Space."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from planner.case.model import Vector

OnPoint = Callable[[Vector], object]


class PointPicker(QObject):
    """At most one question at a time. ``asking(words)`` says what is asked, empty when nothing is."""

    asking = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._on_point: OnPoint | None = None

    @property
    def is_asking(self) -> bool:
        return self._on_point is not None

    def ask(self, words: str, on_point: OnPoint) -> None:
        """Ask for a point (planning space, RAS mm); replaces a question that is still open."""
        self._on_point = on_point
        self.asking.emit(words)

    def stop(self) -> None:
        if self._on_point is not None:
            self._on_point = None
            self.asking.emit("")

    def take(self, point: Vector) -> bool:
        """Answer the open question. False when nothing was asked."""
        on_point, self._on_point = self._on_point, None
        if on_point is None:
            return False
        on_point(point)
        if self._on_point is None:  # the answer may have asked for the next point
            self.asking.emit("")
        return True
