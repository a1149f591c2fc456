"""The bridge to SimpleITK, which thinks in LPS. Nothing else in geometry knows LPS."""

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from planner.geometry.arrays import FloatArray
from planner.geometry.volume import Grid, Volume

RAS_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
ORTHOGONAL_TOLERANCE = 1e-4
"""SimpleITK holds direction cosines only; more shear than this would be lost in silence."""


def affine_lps(affine_ras: FloatArray) -> FloatArray:
    """A voxel-to-RAS matrix as voxel-to-LPS."""
    return RAS_TO_LPS @ affine_ras


def to_itk(volume: Volume) -> sitk.Image:
    """The volume as a SimpleITK image. Raises ValueError when the grid is sheared."""
    grid = volume.grid
    spacing = grid.spacing_mm
    direction = affine_lps(grid.affine)[:3, :3] / spacing
    if np.abs(direction.T @ direction - np.eye(3)).max() > ORTHOGONAL_TOLERANCE:
        raise ValueError("a sheared grid has no SimpleITK image; resample it first")
    values: NDArray[np.generic] = np.ascontiguousarray(volume.values.transpose(2, 1, 0))
    image = sitk.GetImageFromArray(values.astype(np.uint8) if values.dtype == np.bool_ else values)
    image.SetSpacing([float(s) for s in spacing])
    image.SetOrigin([float(v) for v in affine_lps(grid.affine)[:3, 3]])
    image.SetDirection([float(v) for v in direction.ravel()])
    return image


def grid_of(image: sitk.Image, space: str) -> Grid:
    """The grid of a three-dimensional SimpleITK image, in RAS."""
    matrix = np.eye(4)
    matrix[:3, :3] = np.array(image.GetDirection()).reshape(3, 3) * np.array(image.GetSpacing())
    matrix[:3, 3] = image.GetOrigin()
    return Grid.of(image.GetSize(), RAS_TO_LPS @ matrix, space)


def from_itk(image: sitk.Image, space: str) -> Volume:
    """A scalar SimpleITK image as a volume in ``space``."""
    return Volume(grid_of(image, space), sitk.GetArrayFromImage(image).transpose(2, 1, 0))
