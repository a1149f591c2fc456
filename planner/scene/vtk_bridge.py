"""The few untyped spots between our values and VTK, wrapped once. VTK is imported when the first of them is used."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.geometry import Surface
from planner.geometry.arrays import FloatArray
from planner.scene.display import Rgb

BACKGROUND_TOP, BACKGROUND_BOTTOM = (0.075, 0.09, 0.11), (0.03, 0.035, 0.045)


def colour(rgb: Rgb) -> tuple[float, float, float]:
    return rgb[0] / 255.0, rgb[1] / 255.0, rgb[2] / 255.0


def new_renderer() -> Any:
    """A renderer with our dark background, opaque so that pictures of it are too."""
    import vtkmodules.vtkRenderingOpenGL2  # noqa: F401 - registers its factories
    from vtkmodules.vtkRenderingCore import vtkRenderer

    renderer = vtkRenderer()
    renderer.SetBackground(*BACKGROUND_BOTTOM)
    renderer.SetBackground2(*BACKGROUND_TOP)
    renderer.GradientBackgroundOn()
    renderer.SetBackgroundAlpha(1.0)
    renderer.GetActiveCamera().ParallelProjectionOn()  # what is longer on the screen is longer in the head
    return renderer


def poly_data(vertices: FloatArray, triangles: NDArray[np.int64]) -> Any:
    """A vtkPolyData with its own copy of (N, 3) points and (M, 3) triangles."""
    from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray
    from vtkmodules.vtkCommonCore import vtkPoints
    from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData

    points = vtkPoints()
    points.SetData(numpy_to_vtk(np.ascontiguousarray(vertices, dtype=np.float32), deep=True))
    flat = np.ascontiguousarray(triangles, dtype=np.int64).ravel()
    offsets = np.arange(0, len(flat) + 1, 3, dtype=np.int64)
    cells = vtkCellArray()
    cells.SetData(numpy_to_vtkIdTypeArray(offsets, deep=True), numpy_to_vtkIdTypeArray(flat, deep=True))
    data = vtkPolyData()
    data.SetPoints(points)
    data.SetPolys(cells)
    return data


def surface_of(data: Any, space: str) -> Surface:
    """The triangles of a vtkPolyData as our surface."""
    from vtkmodules.util.numpy_support import vtk_to_numpy

    if data.GetNumberOfPolys() == 0:
        return Surface.of(np.zeros((0, 3)), np.zeros((0, 3)), space)
    triangles = vtk_to_numpy(data.GetPolys().GetConnectivityArray()).reshape(-1, 3)
    return Surface.of(vtk_to_numpy(data.GetPoints().GetData()), triangles, space)


def plain_actor(data: Any, rgb: Rgb, opacity: float = 1.0) -> Any:
    """An actor with its own mapper (one per window)."""
    from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper

    mapper = vtkPolyDataMapper()
    mapper.SetInputDataObject(data)
    mapper.ScalarVisibilityOff()
    actor = vtkActor()
    actor.SetMapper(mapper)
    look = actor.GetProperty()
    look.SetColor(*colour(rgb))
    look.SetOpacity(opacity)
    look.SetAmbient(0.18)
    look.SetDiffuse(0.82)
    look.SetSpecular(0.22)
    look.SetSpecularPower(24.0)
    return actor


def picture_data(pixels: NDArray[np.uint8]) -> Any:
    """(H, W, 3 or 4) pixels, row 0 on top, as a vtkImageData with its own copy."""
    from vtkmodules.util.numpy_support import numpy_to_vtk
    from vtkmodules.vtkCommonCore import VTK_UNSIGNED_CHAR
    from vtkmodules.vtkCommonDataModel import vtkImageData

    height, width, channels = pixels.shape
    image = vtkImageData()
    image.SetDimensions(width, height, 1)
    rows = np.ascontiguousarray(pixels[::-1]).reshape(-1, channels)
    image.GetPointData().SetScalars(numpy_to_vtk(rows, deep=True, array_type=VTK_UNSIGNED_CHAR))
    return image
