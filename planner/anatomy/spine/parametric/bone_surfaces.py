"""Triangle surfaces of bones, for the eye."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.anatomy.spine.parametric.solids import Bone
from planner.geometry import Surface
from planner.geometry.arrays import FloatArray

Faces = NDArray[np.int64]
STEP_MM = 1.0


def bone_surface(bone: Bone, space: str, step_mm: float = STEP_MM) -> Surface:
    """Closed, facing outward, in RAS mm; some thousands of triangles at 1 mm."""
    ends = zip(bone.low - 2 * step_mm, bone.high + 3 * step_mm, strict=True)
    axes = [np.arange(low, high, step_mm) for low, high in ends]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    distance = bone.distance_mm(bone.to_world(grid.reshape(-1, 3))).reshape(grid.shape[:3])
    points, triangles = _contour(distance)
    local = points * step_mm + np.array([one[0] for one in axes])
    return _outward(bone.to_world(local), triangles, space)


def _contour(values: FloatArray) -> tuple[FloatArray, Faces]:
    """Zero surface of an (X, Y, Z) lattice; points as positions in it."""
    from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
    from vtkmodules.vtkCommonDataModel import vtkImageData
    from vtkmodules.vtkFiltersCore import vtkFlyingEdges3D

    image: Any = vtkImageData()
    image.SetDimensions(*values.shape)
    image.GetPointData().SetScalars(numpy_to_vtk(values.ravel(order="F"), deep=True))
    edges: Any = vtkFlyingEdges3D()
    edges.SetInputData(image)
    edges.SetValue(0, 0.0)
    edges.ComputeNormalsOff()
    edges.ComputeGradientsOff()
    edges.ComputeScalarsOff()
    edges.Update()
    found = edges.GetOutput()
    points = vtk_to_numpy(found.GetPoints().GetData()).astype(float)
    triangles = vtk_to_numpy(found.GetPolys().GetConnectivityArray()).reshape(-1, 3).astype(np.int64)
    return points, triangles


def _outward(vertices: FloatArray, triangles: Faces, space: str) -> Surface:
    a, b, c = (vertices[triangles[:, n]] for n in range(3))
    volume = float(np.einsum("ij,ij->i", a - a.mean(axis=0), np.cross(b - a, c - a)).sum())
    return Surface.of(vertices, triangles if volume > 0 else triangles[:, ::-1], space)
