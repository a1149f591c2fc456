"""Probe's eye: looking down the path from the entry, millimetre by millimetre, with rings around the path."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from planner import i18n
from planner.geometry.arrays import FloatArray
from planner.i18n import _
from planner.scene.overlay import Mark, ring_marks
from planner.scene.planes import Raster, SlicePlane
from planner.ui.views.camera2d import Look
from planner.ui.views.slice_view import SliceView

RINGS_MM = (5.0, 10.0)
"""users_and_formats.md section 4: rings out to ±10 mm."""
SEEN_MM = 36.0
"""How much of the surroundings is in sight at first, across the shorter side."""


class ProbeView(SliceView):
    """A slice across the path. ``depth_mm`` counts from the target towards the entry; the roll is pinned to the
    patient (anterior up), so stepping along the path never turns the picture."""

    depth_changed = Signal(float)

    def __init__(self, space: str = "", parent: QWidget | None = None) -> None:
        self._target: FloatArray = np.zeros(3)
        self._axis: FloatArray = np.array([0.0, 0.0, 1.0])
        self._depth_mm = 0.0
        self._has_path = False
        super().__init__("probe", space, parent)
        self.show_crosshair(False)

    def _first_plane(self, space: str) -> SlicePlane:
        return SlicePlane.probe(self._target, self._axis, space)

    @property
    def depth_mm(self) -> float:
        return self._depth_mm

    def set_path(self, target: Sequence[float], entry: Sequence[float]) -> None:
        """Look down this path. Raises ValueError when target and entry are the same point."""
        self._target = np.array(target, dtype=float)
        plane = SlicePlane.probe(self._target, np.array(entry, dtype=float) - self._target, self._look.plane.space)
        self._axis = plane.normal
        mm_per_px = self._look.mm_per_px if self._has_path and not self._is_fitted else self._first_zoom()
        self._has_path = True
        self._look = Look(plane, mm_per_px)
        self._show_depth()

    def set_depth(self, depth_mm: float) -> None:
        """Show the slice this far from the target, towards the entry (negative: beyond the target)."""
        if depth_mm != self._depth_mm:
            self._depth_mm = depth_mm
            self._show_depth()

    def reset_view(self) -> None:
        """The path in the middle again."""
        self._is_fitted = True
        self._fit()
        self._show_depth()

    def step(self, slices: int) -> None:
        """One millimetre a step along the path; wheel up goes towards the entry."""
        self.set_depth(self._depth_mm + slices)
        self.depth_changed.emit(self._depth_mm)

    def set_cursor(self, x: float, y: float, z: float) -> None:
        """The crosshair of the other views leaves this one alone: its slice follows the depth."""
        self._cursor = np.array([x, y, z])

    def _on_path(self) -> FloatArray:
        return np.asarray(self._target + self._depth_mm * self._axis)

    def _show_depth(self) -> None:
        on_path = self._on_path()
        self._look = self._look.centred(on_path) if self._is_fitted else self._look.at_depth_of(on_path)
        self.update()

    def _fit(self) -> None:
        if self._is_fitted:
            self._look = Look(self._look.plane, self._first_zoom())

    def _first_zoom(self) -> float:
        return SEEN_MM / max(min(self.width(), self.height()), 1)

    def _marks(self, raster: Raster) -> list[Mark]:
        rings = ring_marks(raster, self._on_path(), RINGS_MM) if self._has_path else []
        return [*rings, *super()._marks(raster)]

    def _extra_lines(self) -> tuple[str, ...]:
        if not self._has_path:
            return (_("No path yet"),)
        depth = i18n.number(abs(self._depth_mm))
        if round(self._depth_mm, 1) == 0.0:
            return (_("At the target"),)
        if self._depth_mm > 0:
            return (_("{mm} mm above the target").format(mm=depth),)
        return (_("{mm} mm beyond the target").format(mm=depth),)
