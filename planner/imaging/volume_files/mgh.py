"""FreeSurfer's MGH and MGZ headers, read by our own few lines and by nibabel; the two must agree.

Layout: FreeSurfer wiki, "MghFormat": big endian, 284 bytes, then the voxels, then an optional footer.
"""

import struct
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from planner.geometry.arrays import FloatArray
from planner.imaging.volume_files import voxel_file
from planner.imaging.volume_files.volume_header import Layout, VolumeHeader, VolumeProblem

HEADER = 284
FIELDS = ">7ih15f"
"""version, width, height, depth, frames, type, degrees of freedom; has-directions; spacing, directions, centre."""
DTYPES = {0: ">u1", 1: ">i4", 3: ">f4", 4: ">i2", 10: ">u2"}
FOOTER = 8 << 20
"""Scan parameters and tags (commands that made the file); some hundred bytes as a rule."""


def read_header(path: Path) -> VolumeHeader:
    """The checked header of an ``.mgh`` or ``.mgz``. Raises VolumeProblem."""
    data = voxel_file.head(path, HEADER)
    if len(data) < HEADER:
        raise VolumeProblem("volume-truncated")
    version, *sizes, kind, _freedom, has_directions = struct.unpack_from(">7ih", data)
    numbers = struct.unpack_from(FIELDS, data)[8:]
    if version != 1 or min(sizes) < 1:
        raise VolumeProblem("volume-sizes-bad", sizes=" × ".join(map(str, sizes)))
    if kind not in DTYPES:
        raise VolumeProblem("volume-type", number=kind)
    if has_directions > 0 and not np.isfinite(numbers).all():
        raise VolumeProblem("volume-not-finite")
    spacing = numbers[:3] if has_directions > 0 else (1.0, 1.0, 1.0)
    if not all(np.isfinite(size) and size > 0 for size in spacing):
        raise VolumeProblem("volume-spacing", sizes=", ".join(f"{size:g}" for size in spacing))
    dtype = np.dtype(DTYPES[kind])
    length = int(np.prod(sizes, dtype=object)) * dtype.itemsize
    layout = Layout(HEADER, length, 0, voxel_file.is_gzip(path), tail_bytes=FOOTER, tail_has_content=True)
    shape = (sizes[0], sizes[1], sizes[2])
    affines = {"header": _affine(shape, numbers)} if has_directions > 0 else {}
    return VolumeHeader("mgh", shape, sizes[3], dtype, layout, affines, (spacing[0], spacing[1], spacing[2]), "mm")


def _affine(shape: tuple[int, int, int], numbers: tuple[float, ...]) -> FloatArray:
    """The header gives the directions of the columns and the world point of index (shape / 2)."""
    matrix = np.eye(4)
    matrix[:3, :3] = np.reshape(numbers[3:12], (3, 3)).T * np.array(numbers[:3])
    matrix[:3, 3] = np.array(numbers[12:15]) - matrix[:3, :3] @ (np.array(shape) / 2.0)
    return matrix


def second_reading(path: Path, header: VolumeHeader) -> dict[str, FloatArray]:
    """The same affine as nibabel reads it. Raises VolumeProblem when it refuses, or sees other sizes or numbers."""
    from nibabel.freesurfer import mghformat

    reader: Any = mghformat.MGHHeader
    try:
        theirs = reader.from_fileobj(BytesIO(voxel_file.head(path, HEADER)))
        sizes = (*(int(size) for size in theirs.get_data_shape()), 1)[:4]
        same = sizes == (*header.shape, header.count) and theirs.get_data_dtype() == header.dtype
        affine = np.asarray(theirs.get_affine(), dtype=np.float64)
    except Exception as reason:  # whatever it stumbles over, the two do not agree
        raise VolumeProblem("volume-readers-disagree", millimetres="?") from reason
    if not same:
        raise VolumeProblem("volume-readers-disagree", millimetres="?")
    return dict.fromkeys(header.affines, affine)
