"""What the person looks at: the cursor, the lead in hand, and how each image is shown. Never part of the case."""

import math
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from planner.case.model import Vector


@dataclass(frozen=True, slots=True)
class Layer:
    """How one image is shown over the planning image, half through it unless something else was chosen; ``opacity``
    0 to 1. ``window`` (low, high) None: the image's own."""

    is_visible: bool = True
    opacity: float = 0.5
    window: tuple[float, float] | None = None


class Selection(QObject):
    """One per open case. A signal comes only when something did change."""

    cursor_changed = Signal(object)
    """The position (x, y, z), RAS mm in planning space, or None."""
    active_lead_changed = Signal(str)
    layers_changed = Signal()
    structures_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cursor: Vector | None = None
        self._active_lead = ""
        self._layers: dict[str, Layer] = {}
        self._hidden_structures: set[str] = set()

    @property
    def cursor(self) -> Vector | None:
        """RAS mm in planning space; None before there is an image."""
        return self._cursor

    def set_cursor(self, position_mm: Vector | None) -> None:
        """Raises ValueError when it is not three finite numbers."""
        wanted = None if position_mm is None else _position(position_mm)
        if wanted != self._cursor:
            self._cursor = wanted
            self.cursor_changed.emit(wanted)

    @property
    def active_lead(self) -> str:
        """The id of the lead in hand, or empty."""
        return self._active_lead

    def set_active_lead(self, lead_id: str) -> None:
        if lead_id != self._active_lead:
            self._active_lead = lead_id
            self.active_lead_changed.emit(lead_id)

    def layer(self, image_id: str) -> Layer:
        """How this image is shown."""
        return self._layers.get(image_id, Layer())

    def set_layer_visible(self, image_id: str, is_visible: bool) -> None:
        self._set_layer(image_id, replace(self.layer(image_id), is_visible=bool(is_visible)))

    def set_layer_opacity(self, image_id: str, opacity: float) -> None:
        """Raises ValueError outside 0 to 1."""
        if not 0.0 <= opacity <= 1.0:
            raise ValueError(f"opacity {opacity}")
        self._set_layer(image_id, replace(self.layer(image_id), opacity=float(opacity)))

    def set_layer_window(self, image_id: str, window: tuple[float, float] | None) -> None:
        """(low, high) in the image's unit; None gives it its own window back. Raises ValueError when low >= high."""
        if window is not None and not window[0] < window[1]:
            raise ValueError(f"window {window}")
        self._set_layer(image_id, replace(self.layer(image_id), window=window))

    def is_structure_visible(self, structure_id: str) -> bool:
        return structure_id not in self._hidden_structures

    def set_structure_visible(self, structure_id: str, is_visible: bool) -> None:
        if is_visible != self.is_structure_visible(structure_id):
            (self._hidden_structures.discard if is_visible else self._hidden_structures.add)(structure_id)
            self.structures_changed.emit()

    def _set_layer(self, image_id: str, layer: Layer) -> None:
        if layer != self.layer(image_id):
            self._layers[image_id] = layer
            self.layers_changed.emit()


def _position(position_mm: Vector) -> Vector:
    x, y, z = (float(value) for value in position_mm)
    if not all(map(math.isfinite, (x, y, z))):
        raise ValueError(f"position {position_mm}")
    return (x, y, z)
