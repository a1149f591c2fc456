"""The spine laid straight along its canal: sagittal and coronal side by side, moved and measured together."""

from typing import Literal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from planner.geometry import Curve
from planner.scene.annotations import ImageWords
from planner.scene.slices import SliceLayer
from planner.scene.straight_marks import LevelMark, Stretch
from planner.scene.straightening import Straightening
from planner.ui.views.straight_pane import StraightPane

StraightTool = Literal["crosshair", "measure"]


class StraightenedView(QWidget):
    """Two panes with one crosshair, one height and one zoom. Takes plain values, tells what the person did.

    Positions are RAS mm in the space of the path and of the layers. ``measured`` gives the length along the canal in mm
    (negative when the measure was taken away).
    """

    cursor_moved = Signal(float, float, float)
    measured = Signal(float)
    window_changed = Signal(float, float)
    window_reset_requested = Signal()
    maximise_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sagittal = StraightPane("sagittal", self)
        self.coronal = StraightPane("coronal", self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for pane, other in ((self.sagittal, self.coronal), (self.coronal, self.sagittal)):
            row.addWidget(pane)
            pane.cursor_moved.connect(other.set_cursor)
            pane.cursor_moved.connect(self.cursor_moved)
            pane.look_changed.connect(other.set_shared_look)
            pane.window_changed.connect(self._change_window)
            pane.window_reset_requested.connect(self.window_reset_requested)
            pane.maximise_requested.connect(self.maximise_requested)
            pane.measured.connect(other.set_stretch)
            pane.measured.connect(self._tell_length)
        self._layers: tuple[SliceLayer, ...] = ()

    @property
    def panes(self) -> tuple[StraightPane, StraightPane]:
        return self.sagittal, self.coronal

    # -- what it is given -------------------------------------------------------------------------------------------

    def set_path(self, path: Curve | None) -> None:
        """The canal from above down; None: there is none (yet)."""
        along = None if path is None else Straightening.along(path)
        for pane in self.panes:
            pane.set_along(along)

    def set_layers(self, layers: tuple[SliceLayer, ...]) -> None:
        """Volumes from the bottom up, as on the slices."""
        self._layers = layers
        for pane in self.panes:
            pane.set_layers(layers)

    def set_levels(self, levels: tuple[LevelMark, ...], unsure: tuple[tuple[float, float], ...] = ()) -> None:
        """Vertebrae beside the pictures, and stretches (from, to arc in mm) where the canal is in doubt."""
        for pane in self.panes:
            pane.set_levels(levels, unsure)

    def set_words(self, words: ImageWords) -> None:
        for pane in self.panes:
            pane.set_words(words)

    def set_cursor(self, x: float, y: float, z: float) -> None:
        for pane in self.panes:
            pane.set_cursor(x, y, z)

    def set_tool(self, tool: StraightTool) -> None:
        """``measure``: a left drag measures along the canal; Escape takes the measure away."""
        for pane in self.panes:
            pane.set_tool(tool)

    def reset_view(self) -> None:
        for pane in self.panes:
            pane.reset_view()

    # -- what the person does ---------------------------------------------------------------------------------------

    def _change_window(self, low: float, high: float) -> None:
        sender = self.sagittal if self.sender() is self.sagittal else self.coronal
        other = self.coronal if sender is self.sagittal else self.sagittal
        other.set_layers(sender.layers)
        self.window_changed.emit(low, high)

    def _tell_length(self, stretch: Stretch | None) -> None:
        self.measured.emit(-1.0 if stretch is None else stretch.along_mm)
