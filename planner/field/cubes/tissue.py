"""Conductivity of the halves of cubes, from a label image or tensors."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.field.conductor import Conductor, Tissue
from planner.field.cubes.bodies import Frame
from planner.field.cubes.parts import parts
from planner.field.tensors import TensorTissue
from planner.geometry import Grid
from planner.geometry.arrays import FloatArray
from planner.progress import Progress

Single = NDArray[np.float32]


def conductivity_of(
    conductor: Conductor, centres: FloatArray, edges: FloatArray, frame: Frame, progress: Progress
) -> tuple[Single, Single | None]:
    """(N, 6) S/m of the halves of cubes, and (N, 3) cross terms where the tissue has tensors. Raises Cancelled."""
    from planner.field.cubes import cross_kernels

    tissue = conductor.tissue
    if not isinstance(tissue, TensorTissue):
        return _halves(tissue, centres, edges, frame, progress), None
    halves = _halves(tissue.elsewhere, centres, edges, frame, progress)
    cross = np.empty((len(edges), 3), dtype=np.float32)
    finest, turn = float(min(tissue.grid.spacing_mm)), np.array(frame.turn)
    to_tensor, tensors = _to_index(tissue.grid, frame), _writable(tissue.tensors)
    for part in parts(len(edges), progress):
        halves[part], cross[part] = cross_kernels.sampled_tensors(
            centres[part], edges[part], turn, to_tensor, tensors, finest, halves[part]
        )
    return halves, cross


def _halves(tissue: Tissue, centres: FloatArray, edges: FloatArray, frame: Frame, progress: Progress) -> Single:
    from planner.field.cubes import link_kernels

    halves = np.full((len(centres), 6), tissue.outside_s_per_m, dtype=np.float32)
    if tissue.grid is None or tissue.values is None or tissue.table_s_per_m is None:
        return halves
    finest, to_index = float(min(tissue.grid.spacing_mm)), _to_index(tissue.grid, frame)
    values, table = _writable(tissue.values), np.array(tissue.table_s_per_m)
    for part in parts(len(edges), progress):
        halves[part] = link_kernels.sampled(
            centres[part], edges[part], to_index, values, table, tissue.outside_s_per_m, finest
        )
    return halves


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
