"""The closed surface around the tissue at or above a threshold, from the lead's grid to RAS mm."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.field.grid import LeadGrid
from planner.field.lead import Pose
from planner.geometry import Surface
from planner.geometry.arrays import FloatArray

Single = NDArray[np.float32]
BELOW = -1e4
"""Stands for "far below the threshold" on the layer that closes the surface along the lead."""
SAME_POINT_MM = 1e-5


def isosurface(pose: Pose, grid: LeadGrid, low: Single, high: Single, threshold: float) -> Surface:
    """``low`` and ``high``: |E| at the cells' inner and outer faces. Triangles face outward; empty when nothing is."""
    values, t, s, n = _lattice(grid, low, high, threshold)
    reach = _reach(values)
    if reach is None:
        return Surface.of(np.empty((0, 3)), np.empty((0, 3)), pose.space)
    s_slice, n_slice = reach
    points, triangles = contour(np.ascontiguousarray(values[:, s_slice, n_slice]))
    log_rho = np.log(grid.radius_mm + n[n_slice])
    n_at = np.exp(_at(points[:, 0], log_rho)) - grid.radius_mm
    xyz = grid.to_lead(_at(points[:, 2], t), _at(points[:, 1], s[s_slice]), n_at)
    return closed_surface(pose.to_world(xyz), triangles, pose.space)


def _lattice(
    grid: LeadGrid, low: Single, high: Single, threshold: float
) -> tuple[Single, FloatArray, FloatArray, FloatArray]:
    """Logarithm of |E| over the threshold on a closed lattice [t, s, n], and the coordinates of its layers.

    Layers in n: the lead's surface twice (closing), then both sides of every face. In s: the apex, then cell centres.
    In t: cell centres and half way between, the first again at the end.
    """
    both = np.stack([low, high], axis=3).reshape(*low.shape[:2], -1)
    logs = np.log(np.maximum(both, 1e-12) / threshold).astype(np.float32)
    apex = np.broadcast_to(logs[:, :1].mean(axis=0, keepdims=True), (logs.shape[0], 1, logs.shape[2]))
    logs = np.concatenate([apex, logs], axis=1)
    closing = np.full((*logs.shape[:2], 1), BELOW, dtype=np.float32)
    logs = np.concatenate([closing, logs], axis=2)
    t = np.append(grid.t_centres, grid.t_centres[0] + 2 * np.pi)
    logs, t = _doubled(np.concatenate([logs, logs[:1]], axis=0)), _doubled(t)
    s = np.concatenate([[0.0], grid.s_centres])
    n = np.concatenate([[0.0], np.stack([grid.n_mm[:-1], grid.n_mm[1:]], axis=1).ravel()])
    return logs, t, s, n


def _doubled(values: NDArray[Any]) -> NDArray[Any]:
    """With the means of neighbours between them: chords of half the angle lie closer to the round surface."""
    twice = np.empty((2 * len(values) - 1, *values.shape[1:]), dtype=values.dtype)
    twice[::2] = values
    twice[1::2] = (values[1:] + values[:-1]) / 2
    return twice


def _reach(values: Single) -> tuple[slice, slice] | None:
    """The layers in s and n that hold the surface, with one around them."""
    rows, layers = (values >= 0).any(axis=(0, 2)), (values >= 0).any(axis=(0, 1))
    if not rows.any():
        return None
    first, last = np.flatnonzero(rows)[[0, -1]]
    deepest = int(np.flatnonzero(layers)[-1])
    return slice(max(int(first) - 1, 0), int(last) + 2), slice(0, deepest + 2)


def contour(values: Single) -> tuple[FloatArray, NDArray[np.int64]]:
    """Zero surface of a lattice; points as (n, s, t) positions in it."""
    from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
    from vtkmodules.vtkCommonDataModel import vtkImageData
    from vtkmodules.vtkFiltersCore import vtkFlyingEdges3D

    image = vtkImageData()
    image.SetDimensions(values.shape[2], values.shape[1], values.shape[0])
    image.GetPointData().SetScalars(numpy_to_vtk(values.ravel(), deep=True))
    edges = vtkFlyingEdges3D()
    edges.SetInputData(image)
    edges.SetValue(0, 0.0)
    edges.ComputeNormalsOff()
    edges.ComputeGradientsOff()
    edges.ComputeScalarsOff()
    edges.Update()
    output = edges.GetOutput()
    if output.GetNumberOfCells() == 0:
        return np.empty((0, 3)), np.empty((0, 3), dtype=np.int64)
    points = vtk_to_numpy(output.GetPoints().GetData()).astype(float)
    triangles = vtk_to_numpy(output.GetPolys().GetConnectivityArray()).reshape(-1, 3).astype(np.int64)
    return points, triangles


def _at(position: FloatArray, layers: FloatArray) -> FloatArray:
    return np.interp(position, np.arange(len(layers)), layers)


def closed_surface(xyz: FloatArray, triangles: NDArray[np.int64], space: str) -> Surface:
    """Points at one place become one point; triangles that lost their area go; the rest faces outward."""
    if len(triangles) == 0:
        return Surface.of(np.empty((0, 3)), np.empty((0, 3)), space)
    low = xyz.min(axis=0)
    steps = np.round((xyz - low) / SAME_POINT_MM).astype(np.int64)
    key = (steps[:, 0] << 42) ^ (steps[:, 1] << 21) ^ steps[:, 2]
    first, place = np.unique(key, return_index=True, return_inverse=True)[1:]
    faces = place[triangles]
    is_real = (faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 2] != faces[:, 0])
    surface = Surface.of(xyz[first], faces[is_real], space)
    if enclosed_mm3(surface) < 0:
        surface = Surface.of(surface.vertices, surface.triangles[:, ::-1], space)
    return surface


def enclosed_mm3(surface: Surface) -> float:
    """Volume inside a closed surface; negative when its triangles face inward."""
    if len(surface.triangles) == 0:
        return 0.0
    x, y, z = np.ascontiguousarray((surface.vertices - surface.vertices[0]).T)
    a, b, c = np.ascontiguousarray(surface.triangles.T)
    xb, yb, zb, xc, yc, zc = x[b], y[b], z[b], x[c], y[c], z[c]
    # The triple product column by column: several times quicker than along rows of three.
    sixfold = x[a] * (yb * zc - zb * yc) + y[a] * (zb * xc - xb * zc) + z[a] * (xb * yc - yb * xc)
    return float(sixfold.sum() / 6.0)
