"""The shared MRI of the spine and what is made of them."""

from pathlib import Path

import nibabel as nib
import numpy as np

from planner.geometry import Grid, Volume
from planner.geometry.arrays import FloatArray

SPINE = "spine"


def scan(shared_data: Path, name: str) -> Volume:
    image = nib.load(shared_data / SPINE / f"{name}.nii.gz")
    return Volume(Grid.of(image.shape, image.affine, "mr"), np.asanyarray(image.dataobj))


def middles_of_mask(mask: Volume) -> FloatArray:
    """(Z, 3) RAS mm centroid of each axial slice of a mask."""
    xyz = mask.grid.to_world(np.argwhere(mask.values > 0.5))
    heights = np.round(xyz[:, 2], 2)
    return np.array([xyz[heights == height].mean(axis=0) for height in np.unique(heights)])


def thickened(volume: Volume, along: int, slice_mm: float) -> Volume:
    """Slices averaged together along patient axis ``along`` (0 right, 1 front, 2 up)."""
    axis = int(np.argmax(np.abs(volume.grid.affine[along, :3])))
    step = round(slice_mm / float(volume.grid.spacing_mm[axis]))
    count = volume.grid.shape[axis] // step
    values = np.moveaxis(volume.values.astype(np.float32), axis, 0)[: count * step]
    values = values.reshape(count, step, *values.shape[1:]).mean(axis=1)
    values = np.moveaxis(values, 0, axis)
    affine = volume.grid.affine.copy()
    affine[:3, 3] += affine[:3, axis] * (step - 1) / 2.0
    affine[:3, axis] *= step
    shape = (values.shape[0], values.shape[1], values.shape[2])
    return Volume(Grid.of(shape, affine, volume.space), values)


def cropped(volume: Volume, low: tuple[int, int, int], high: tuple[int, int, int]) -> Volume:
    values = volume.values[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
    affine = volume.grid.affine.copy()
    affine[:3, 3] = volume.grid.to_world(low)
    return Volume(Grid.of((values.shape[0], values.shape[1], values.shape[2]), affine, volume.space), values)
