"""The skin as a surface, made from a head image: to find one's way in 3-D, not to measure."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.errors import RefusedError
from planner.geometry import Surface, Volume
from planner.geometry.arrays import FloatArray
from planner.i18n import _
from planner.progress import SILENT, Progress
from planner.scene.vtk_bridge import surface_of

HEAD_SPACING_MM = 2.0
"""At 2 mm the surface has about 100,000 triangles before it is simplified."""
MOST_TRIANGLES = 40_000
_SMOOTHING_PASSES = 12
CLOSED_VOXELS = 3
"""Openings up to twice as many voxels wide (ears, nostrils) are closed, so that the skin is one sheet."""


def head_surface(volume: Volume, level: float | None = None, progress: Progress = SILENT) -> Surface:
    """The outer surface of the head in the volume's space, decimated; a job (about 2 s). ``level`` in the image's unit;
    None: halfway between air and tissue (Otsu). Raises RefusedError(code="no-surface"), Cancelled."""
    from vtkmodules.vtkFiltersCore import vtkFlyingEdges3D, vtkPolyDataConnectivityFilter

    progress(0.0, _("Smoothing the image"))
    small, affine = _coarse(volume)
    progress(0.3, _("Finding the skin"))
    edges = vtkFlyingEdges3D()
    edges.SetInputData(_padded_image(_solid(small > (otsu_level(small) if level is None else level))))
    edges.SetValue(0, 0.5)
    edges.ComputeNormalsOff()
    largest = vtkPolyDataConnectivityFilter()
    largest.SetInputConnection(edges.GetOutputPort())
    largest.SetExtractionModeToLargestRegion()
    largest.Update()
    count = largest.GetOutput().GetNumberOfPolys()
    if count == 0:
        raise RefusedError(_("The image shows no surface of a head."), code="no-surface")
    progress(0.5, _("Simplifying the surface"))
    found = surface_of(_simplified(largest, count), volume.space)
    progress(1.0, _("Surface ready"))
    world = found.vertices @ affine[:3, :3].T + affine[:3, 3]
    triangles = found.triangles if np.linalg.det(affine[:3, :3]) > 0 else found.triangles[:, ::-1]
    return Surface.of(world, triangles, volume.space)


def _simplified(port: Any, count: int) -> Any:
    """At most MOST_TRIANGLES, without the steps of the voxels."""
    from vtkmodules.vtkFiltersCore import vtkQuadricDecimation, vtkWindowedSincPolyDataFilter

    fewer = vtkQuadricDecimation()
    fewer.SetInputConnection(port.GetOutputPort())
    fewer.SetTargetReduction(max(0.0, 1.0 - MOST_TRIANGLES / count))
    smooth = vtkWindowedSincPolyDataFilter()
    smooth.SetInputConnection(fewer.GetOutputPort())
    smooth.SetNumberOfIterations(_SMOOTHING_PASSES)
    smooth.SetPassBand(0.1)
    smooth.Update()
    return smooth.GetOutput()


def _coarse(volume: Volume) -> tuple[FloatArray, FloatArray]:
    """The values at about HEAD_SPACING_MM, blurred so that nothing is skipped, and their index-to-mm matrix."""
    from scipy.ndimage import gaussian_filter, zoom

    blocks, affine = _block_means(volume)
    spacing_mm = np.linalg.norm(affine[:3, :3], axis=0)
    shrink = np.minimum(spacing_mm / HEAD_SPACING_MM, 1.0)
    values = gaussian_filter(blocks, 0.5 / shrink)
    target = np.maximum(np.round(np.array(blocks.shape) * shrink), 2.0)
    small = zoom(values, target / np.array(blocks.shape), order=1)
    scale = np.eye(4)
    scale[:3, :3] = np.diag((np.array(blocks.shape) - 1.0) / (np.array(small.shape) - 1.0))
    return np.asarray(small), np.asarray(affine @ scale)


def _block_means(volume: Volume) -> tuple[NDArray[np.float32], FloatArray]:
    """Means of whole blocks of voxels no wider than HEAD_SPACING_MM, and their index-to-mm matrix.

    A fine scan never becomes a floating-point copy of itself: that alone would be 200 MB.
    """
    means: NDArray[np.generic] = volume.values
    affine = volume.grid.affine.copy()
    for axis, spacing_mm in enumerate(volume.grid.spacing_mm):
        wide = max(1, min(int(HEAD_SPACING_MM / spacing_mm), means.shape[axis] // 2))
        whole = np.moveaxis(means, axis, 0)[: means.shape[axis] // wide * wide]
        blocks = whole.reshape(-1, wide, *whole.shape[1:]).mean(axis=1, dtype=np.float32)
        means = np.moveaxis(blocks, 0, axis)
        affine[:3, 3] += affine[:3, axis] * (wide - 1) / 2.0
        affine[:3, axis] *= wide
    return np.ascontiguousarray(means, dtype=np.float32), affine


def _solid(tissue: NDArray[np.bool_]) -> FloatArray:
    """The largest piece without the cavities inside it, its edge softened to values between 0 and 1."""
    from scipy.ndimage import binary_closing, binary_fill_holes, gaussian_filter, label

    pieces, count = label(tissue)
    if count == 0:
        return np.zeros(tissue.shape)
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    padded = np.pad(pieces == int(np.argmax(sizes)), CLOSED_VOXELS)
    closed = np.asarray(binary_fill_holes(binary_closing(padded, iterations=CLOSED_VOXELS)))
    for axis in range(3):  # airways open through the cut neck, so no hole in three dimensions: fill plane by plane too
        closed = np.stack([binary_fill_holes(plane) for plane in np.moveaxis(closed, axis, 0)], axis=axis)
    inner = tuple(slice(CLOSED_VOXELS, -CLOSED_VOXELS) for _axis in range(3))
    return np.asarray(gaussian_filter(closed[inner].astype(np.float32), 1.2))


def _padded_image(values: FloatArray) -> Any:
    """A vtkImageData with one voxel of air around it, so that the surface closes at the edge of the image."""
    from vtkmodules.util.numpy_support import numpy_to_vtk
    from vtkmodules.vtkCommonDataModel import vtkImageData

    padded = np.pad(values.astype(np.float32), 1, constant_values=0.0)
    image = vtkImageData()
    image.SetDimensions(*padded.shape)
    image.SetOrigin(-1.0, -1.0, -1.0)
    image.GetPointData().SetScalars(numpy_to_vtk(padded.ravel(order="F"), deep=True))
    return image


def otsu_level(values: FloatArray) -> float:
    """The value that best parts air from tissue (Otsu, IEEE Trans Syst Man Cybern 1979;9:62-66)."""
    low, high = np.percentile(values, (0.5, 99.5))
    if high <= low:
        return float(low)
    counts, edges = np.histogram(np.clip(values, low, high), bins=256)
    middle = (edges[:-1] + edges[1:]) / 2.0
    below = np.cumsum(counts)[:-1].astype(float)
    above = below[-1] + counts[-1] - below
    sums = np.cumsum(counts * middle)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (sums[:-1] / below - (sums[-1] - sums[:-1]) / above) ** 2
    best = np.nonzero(between >= np.nanmax(between) * (1.0 - 1e-9))[0]  # equal all along a gap: take its middle
    return float(edges[1 + int(best.mean())])
