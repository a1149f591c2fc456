"""Conductivity of the halves of cubes, from a label image or tensors."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.field.conductor import Conductor, Tissue
from planner.field.cubes.bodies import Frame
from planner.field.tensors import TensorTissue
from planner.geometry import Grid
from planner.geometry.arrays import FloatArray

Single = NDArray[np.float32]


def conductivity_of(
    conductor: Conductor, centres: FloatArray, edges: FloatArray, frame: Frame
) -> tuple[Single, Single | None]:
    """(N, 6) S/m of the halves of cubes, and (N, 3) cross terms where the tissue has tensors."""
    from planner.field.cubes import cross_kernels

    tissue = conductor.tissue
    if not isinstance(tissue, TensorTissue):
        return _halves(tissue, centres, edges, frame), None
    plain = _halves(tissue.elsewhere, centres, edges, frame)
    finest = float(min(tissue.grid.spacing_mm))
    halves, cross = cross_kernels.sampled_tensors(
        centres, edges, np.array(frame.turn), _to_index(tissue.grid, frame), _writable(tissue.tensors), finest, plain
    )
    return halves, cross


def _halves(tissue: Tissue, centres: FloatArray, edges: FloatArray, frame: Frame) -> Single:
    from planner.field.cubes import link_kernels

    if tissue.grid is None or tissue.values is None or tissue.table_s_per_m is None:
        return np.full((len(centres), 6), tissue.outside_s_per_m, dtype=np.float32)
    finest = float(min(tissue.grid.spacing_mm))
    to_index = _to_index(tissue.grid, frame)
    return link_kernels.sampled(
        centres,
        edges,
        to_index,
        _writable(tissue.values),
        np.array(tissue.table_s_per_m),
        tissue.outside_s_per_m,
        finest,
    )


def _to_index(grid: Grid, frame: Frame) -> FloatArray:
    """(3, 4) from the cubes' frame to the voxels of an image; its affine gives voxel centres."""
    inverse = np.linalg.inv(grid.affine)
    to_index = np.empty((3, 4))
    to_index[:, :3] = inverse[:3, :3] @ frame.turn
    to_index[:, 3] = inverse[:3, :3] @ frame.origin_mm + inverse[:3, 3]
    return to_index


def _writable(values: NDArray[Any]) -> NDArray[Any]:
    """In C order and writable: any other kind of array would have the kernels compiled once more."""
    if values.flags.c_contiguous and values.flags.writeable:
        return values
    return np.array(values, order="C")
