"""Axial, coronal, sagittal and 3-D side by side. Links their cursors and windows, and follows the selection."""

from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QGridLayout, QWidget

from planner.app.selection import Selection
from planner.case.model import Vector
from planner.geometry import Surface
from planner.scene.annotations import ImageWords
from planner.scene.display import FibreDisplay, LeadDisplay, PointDisplay, SurfaceDisplay
from planner.scene.planes import ORTHOGONAL
from planner.scene.slices import Layer, SliceLayer
from planner.ui.views.carm_view import CarmView
from planner.ui.views.scene_view import SceneView
from planner.ui.views.slice_hand import Tool
from planner.ui.views.slice_view import SliceView
from planner.ui.views.straightened_view import StraightenedView

FOUR = "four"
SPACE = "3d"
STRAIGHT = "straight"
"""The straightened spine; shares the corner of the 3-D view."""
CARM = "c-arm"
"""The simulated radiograph; shares it too."""
CORNERS = (SPACE, STRAIGHT, CARM)
REST_PER_FRAME, LONGEST_PAUSE_MS = 3.0, 300
_PLACES = {"axial": (0, 0), "coronal": (0, 1), "sagittal": (1, 0), SPACE: (1, 1)}


LAYOUTS = (FOUR, *_PLACES, STRAIGHT, CARM)


class FourViews(QWidget):
    """``show_layout`` takes ``four`` or the key of one view (``axial``, ``coronal``, ``sagittal``, ``3d``,
    ``straight``, ``c-arm``)."""

    cursor_moved = Signal(float, float, float)
    point_picked = Signal(float, float, float)
    window_changed = Signal(float, float)
    window_reset_requested = Signal()
    layout_changed = Signal(str)
    lead_dragged = Signal(str, float, float, float)
    tool_changed = Signal(str)

    def __init__(self, selection: Selection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._selection = selection
        self.slices = {kind: SliceView(kind) for kind in ORTHOGONAL}
        self.scene_view = SceneView()
        self.straight = StraightenedView()
        self.carm = CarmView()
        self._corner = SPACE
        self._layout_key = FOUR
        self._tool: Tool = "crosshair"
        self._chosen_tool: Tool = "crosshair"
        self._space_surfaces: tuple[SurfaceDisplay, ...] | None = None
        """Previewed on the slices, not in 3-D yet."""
        self._space_timer = QTimer(self)
        self._space_timer.setSingleShot(True)
        self._lay_out()
        self._connect()
        self._follow_cursor(selection.cursor)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(2)
        for key, view in self.views.items():
            grid.addWidget(view, *_PLACES[key])
        for other in (self.straight, self.carm):
            grid.addWidget(other, *_PLACES[SPACE])
            other.hide()
        for index in (0, 1):
            grid.setRowStretch(index, 1)
            grid.setColumnStretch(index, 1)
        self.setFocusProxy(self.slices["axial"])

    def _connect(self) -> None:
        for number, (key, view) in enumerate(self.views.items(), start=1):
            view.maximise_requested.connect(lambda key=key: self.toggle(key))
            shortcut = QShortcut(QKeySequence(str(number)), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda key=key: self.toggle(key))
        for keys, key in (("5", STRAIGHT), ("6", CARM)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda key=key: self.toggle(key))
        for slice_view in self.slices.values():
            slice_view.cursor_moved.connect(self._move_cursor)
            slice_view.point_picked.connect(self.point_picked)
            slice_view.lead_dragged.connect(self.lead_dragged)
            slice_view.window_changed.connect(self._change_window)
            slice_view.window_reset_requested.connect(self.window_reset_requested)
        straight = self.straight
        straight.maximise_requested.connect(lambda: self.toggle(STRAIGHT))
        self.carm.maximise_requested.connect(lambda: self.toggle(CARM))
        straight.cursor_moved.connect(self._move_cursor)
        straight.window_changed.connect(self._change_window)
        straight.window_reset_requested.connect(self.window_reset_requested)
        self._selection.cursor_changed.connect(self._follow_cursor)
        self._space_timer.timeout.connect(self._move_space)

    @property
    def views(self) -> dict[str, SliceView | SceneView]:
        """All four by key, in the order of the keys 1 to 4."""
        views: dict[str, SliceView | SceneView] = {SPACE: self.scene_view}
        return dict(self.slices) | views

    # -- layout -----------------------------------------------------------------------------------------------------

    @property
    def layout_key(self) -> str:
        return self._layout_key

    def show_layout(self, key: str) -> None:
        """``four``, or one view alone. Raises KeyError for anything else."""
        if key not in LAYOUTS:
            raise KeyError(key)
        self._layout_key = key
        shown = (*self.slices, self._corner) if key == FOUR else (key,)
        for name, view in {**self.views, STRAIGHT: self.straight, CARM: self.carm}.items():
            view.setVisible(name in shown)
        grid = self.layout()
        place = _PLACES.get(key, _PLACES[SPACE])
        if isinstance(grid, QGridLayout):
            for index in (0, 1):  # an empty row or column must not keep its share
                grid.setRowStretch(index, int(key == FOUR or place[0] == index))
                grid.setColumnStretch(index, int(key == FOUR or place[1] == index))
        if key in self.views:
            self.views[key].setFocus(Qt.FocusReason.OtherFocusReason)
        self.layout_changed.emit(key)

    def show_in_corner(self, key: str) -> None:
        """What stands beside the three planes: one of CORNERS. Raises KeyError for anything else."""
        if key not in CORNERS:
            raise KeyError(key)
        self._corner = key
        self.show_layout(self._layout_key)

    @property
    def corner(self) -> str:
        return self._corner

    def toggle(self, key: str) -> None:
        """One view alone, or all four again when it is alone already."""
        self.show_layout(FOUR if self._layout_key == key else key)

    # -- what it is given -------------------------------------------------------------------------------------------

    def set_space(self, space: str) -> None:
        """The planning space everything that follows lies in; views of another one are emptied."""
        for view in self.views.values():
            view.set_space(space)

    def set_layers(self, layers: tuple[Layer, ...]) -> None:
        """Volumes from the bottom up, the same in all views."""
        for view in self.views.values():
            view.set_layers(layers)
        self.straight.set_layers(tuple(layer for layer in layers if isinstance(layer, SliceLayer)))

    def set_leads(self, leads: tuple[LeadDisplay, ...]) -> None:
        for view in self.views.values():
            view.set_leads(leads)

    def set_fibres(self, fibres: tuple[FibreDisplay, ...]) -> None:
        """Bundles in all four views."""
        for view in self.views.values():
            view.set_fibres(fibres)

    def set_surfaces(self, surfaces: tuple[SurfaceDisplay, ...]) -> None:
        self._space_surfaces = None
        for view in self.views.values():
            view.set_surfaces(surfaces)

    def preview_surfaces(self, surfaces: tuple[SurfaceDisplay, ...]) -> None:
        """While a slider moves: the slices at once, 3-D at its own pace, as for the cursor."""
        for view in self.slices.values():
            view.set_surfaces(surfaces)
        self._space_surfaces = surfaces
        self._ask_space()

    def set_points(self, points: tuple[PointDisplay, ...]) -> None:
        for view in self.views.values():
            view.set_points(points)

    def set_words(self, words: ImageWords) -> None:
        for view in self.views.values():
            view.set_words(words)
        self.straight.set_words(words)

    def set_head(self, surface: Surface | None) -> None:
        """The skin in 3-D; None takes it away."""
        self.scene_view.set_head(surface)

    def choose_tool(self, tool: Tool) -> None:
        """What the left button does on the slices as long as no point is asked for."""
        self._chosen_tool = tool
        if self._tool != "place":
            self._set_tool(tool)

    def ask_for_point(self, is_asked: bool) -> None:
        """The left button sets a point now; afterwards it does again what the person chose."""
        self._set_tool("place" if is_asked else self._chosen_tool)

    def _set_tool(self, tool: Tool) -> None:
        self._tool = tool
        for view in self.slices.values():
            view.set_tool(tool)
        self.tool_changed.emit(tool)

    @property
    def tool(self) -> Tool:
        return self._tool

    def reset_views(self) -> None:
        """The whole image in every view."""
        for view in self.views.values():
            view.reset_view()
        self.straight.reset_view()

    def centre_on_cursor(self) -> None:
        """The cursor in the middle of every slice."""
        for view in self.slices.values():
            view.centre_on_cursor()

    def shut(self) -> None:
        """Before the views are thrown away: let go of graphics memory and of the selection."""
        self._space_timer.stop()
        self._selection.cursor_changed.disconnect(self._follow_cursor)
        self.scene_view.shut()

    # -- linking ----------------------------------------------------------------------------------------------------

    def _move_cursor(self, x: float, y: float, z: float) -> None:
        self._selection.set_cursor((x, y, z))
        self.cursor_moved.emit(x, y, z)

    def _follow_cursor(self, cursor: Vector | None) -> None:
        if cursor is None:
            return
        for view in self.slices.values():
            view.set_cursor(*cursor)
        self.straight.set_cursor(*cursor)
        self._ask_space()

    def _ask_space(self) -> None:
        if not self._space_timer.isActive():
            # The slices come first. 3-D follows as often as this computer draws it in a quarter of the time.
            pause = REST_PER_FRAME * self.scene_view.frame_ms
            self._space_timer.start(min(round(pause), LONGEST_PAUSE_MS))

    def _move_space(self) -> None:
        surfaces, self._space_surfaces = self._space_surfaces, None
        if surfaces is not None:
            self.scene_view.set_surfaces(surfaces)
        if self._selection.cursor is not None:
            self.scene_view.set_cursor(*self._selection.cursor)

    def _change_window(self, low: float, high: float) -> None:
        """All planes have one window."""
        layers = self.slices["axial"].layers
        if layers and isinstance(layers[0], SliceLayer):
            self.set_layers((replace(layers[0], window=(low, high)), *layers[1:]))
        self.window_changed.emit(low, high)
