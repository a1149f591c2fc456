"""Bundles of fibres as actors: those that fire thick and bright with a ball where the spike starts, the others thin."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.geometry.arrays import FloatArray
from planner.scene.display import FibreDisplay, Rgb
from planner.scene.vtk_bridge import plain_actor

FIRING_PX, QUIET_PX = 3.5, 1.2
QUIET_OPACITY, SET_ASIDE_OPACITY = 0.55, 0.18
FIRING_RGB: Rgb = (255, 236, 120)
SPIKE_RADIUS_MM = 0.45
MOST_BALLS = 60
"""More would be one blob; the first of them start the spikes at the lowest currents."""


def fibre_actors(shown: FibreDisplay) -> list[Any]:
    """Up to three line actors, and one for the balls."""
    quiet = ~shown.fires & ~shown.is_set_aside
    actors = [
        _lines(shown, quiet, shown.rgb, QUIET_PX, QUIET_OPACITY),
        _lines(shown, shown.is_set_aside & ~shown.fires, shown.rgb, QUIET_PX, SET_ASIDE_OPACITY),
        _lines(shown, shown.fires, FIRING_RGB, FIRING_PX, 1.0),
        _balls(shown.spike_places[:MOST_BALLS]),
    ]
    return [actor for actor in actors if actor is not None]


def line_data(points: FloatArray, starts: NDArray[np.int64], which: NDArray[np.bool_]) -> Any:
    """The chosen fibres as polylines of a vtkPolyData with its own copy."""
    from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray
    from vtkmodules.vtkCommonCore import vtkPoints
    from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData

    chosen = np.flatnonzero(which)
    order = [np.arange(starts[k], starts[k + 1], dtype=np.int64) for k in chosen]
    offsets = np.concatenate([[0], np.cumsum([len(one) for one in order])]).astype(np.int64)
    flat = np.concatenate(order) if order else np.empty(0, dtype=np.int64)
    places = vtkPoints()
    places.SetData(numpy_to_vtk(np.ascontiguousarray(points, dtype=np.float32), deep=True))
    cells = vtkCellArray()
    cells.SetData(numpy_to_vtkIdTypeArray(offsets, deep=True), numpy_to_vtkIdTypeArray(flat, deep=True))
    data = vtkPolyData()
    data.SetPoints(places)
    data.SetLines(cells)
    return data


def _lines(shown: FibreDisplay, which: NDArray[np.bool_], rgb: Rgb, width_px: float, opacity: float) -> Any:
    if not which.any():
        return None
    actor = plain_actor(line_data(shown.points, shown.starts, which), rgb, opacity)
    look = actor.GetProperty()
    look.SetLineWidth(width_px)
    look.LightingOff()  # lines have no side that faces the light
    return actor


def _balls(places: FloatArray) -> Any:
    if len(places) == 0:
        return None
    from vtkmodules.vtkFiltersCore import vtkAppendPolyData
    from vtkmodules.vtkFiltersSources import vtkSphereSource

    whole = vtkAppendPolyData()
    for place in places:
        ball = vtkSphereSource()
        ball.SetCenter(*(float(value) for value in place))
        ball.SetRadius(SPIKE_RADIUS_MM)
        ball.Update()
        whole.AddInputData(ball.GetOutput())
    whole.Update()
    return plain_actor(whole.GetOutput(), FIRING_RGB)
