"""Planes moved within themselves and mixed with their neighbours: a tilted or uneven stack onto an orthogonal grid."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.imaging.dicom.wire import array_of


def mixed_planes(values: NDArray[Any], resampling: Mapping[str, Any], outside: float) -> NDArray[Any]:
    """(N, rows, columns) planes onto the (M, rows, columns) of stacking.Resampling, linear; ``outside`` fills the rest.

    A slice that meets a plane, and a shift of whole voxels, are copied exactly.
    """
    shift, weight = array_of(resampling["shift_px"]), array_of(resampling["weight"])
    before, after = array_of(resampling["before"]), array_of(resampling["after"])
    size = (int(resampling["rows"]), int(resampling["columns"]))
    out = np.empty((len(weight), *size), dtype=values.dtype)
    for number, share in enumerate(weight):
        one = shifted(values[before[number]], shift[before[number]], size, outside)
        if share > 0.0:
            other = shifted(values[after[number]], shift[after[number]], size, outside)
            one = (1.0 - share) * one + share * other
        out[number] = np.rint(one) if values.dtype.kind in "iu" else one
    return out


def shifted(plane: NDArray[Any], shift_px: NDArray[Any], size: tuple[int, int], outside: float) -> NDArray[np.float64]:
    """``plane`` moved by ``shift_px`` >= 0 (rows, columns) into a picture of ``size``, linear between voxels."""
    moved = plane.astype(np.float64)
    offset = []
    for axis in (0, 1):
        whole = math.floor(shift_px[axis])
        part = float(shift_px[axis]) - whole
        if part > 0.0:
            edge = np.full_like(np.take(moved, [0], axis=axis), outside)
            moved = (1.0 - part) * np.concatenate([moved, edge], axis) + part * np.concatenate([edge, moved], axis)
        offset.append(whole)
    out = np.full(size, outside)
    rows, columns = min(moved.shape[0], size[0] - offset[0]), min(moved.shape[1], size[1] - offset[1])
    out[offset[0] : offset[0] + rows, offset[1] : offset[1] + columns] = moved[:rows, :columns]
    return out
