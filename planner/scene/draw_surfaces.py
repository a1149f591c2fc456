"""Structures, activated volumes and skin as actors."""

from typing import Any

from planner.scene.display import SurfaceDisplay
from planner.scene.vtk_bridge import plain_actor, poly_data


def surface_actors(shown: SurfaceDisplay) -> list[Any]:
    """One actor, smooth shaded."""
    from vtkmodules.vtkFiltersCore import vtkPolyDataNormals

    if len(shown.surface.triangles) == 0:
        return []
    normals = vtkPolyDataNormals()
    normals.SetInputData(poly_data(shown.surface.vertices, shown.surface.triangles))
    normals.SplittingOff()
    normals.ConsistencyOff()
    normals.Update()
    actor = plain_actor(normals.GetOutput(), shown.rgb, shown.opacity)
    if shown.opacity < 1.0:
        actor.GetProperty().BackfaceCullingOn()  # one layer of a translucent surface is clearer than two, and cheaper
    return [actor]
