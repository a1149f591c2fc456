"""NIfTI-1, NIfTI-2 and Analyze headers, read by our own few lines and by nibabel; the two must agree.

Layout and meaning of the fields: nifti1.h and nifti2.h of the NIfTI data format working group. Every number of the
geometry must be finite before another reader sees the header (an infinite sform hangs SimpleITK for minutes,
reference/reliability.md section 0).
"""

import struct
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from planner.geometry.arrays import FloatArray
from planner.imaging.volume_files import voxel_file
from planner.imaging.volume_files.volume_header import Layout, Unit, VolumeHeader, VolumeProblem

HEADER_1, HEADER_2 = 348, 540
UNITS: dict[int, Unit] = {0: "unknown", 1: "metre", 2: "mm", 3: "micron"}
SPATIAL_UNITS = 0x07
DTYPES = {2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 256: "i1", 512: "u2", 768: "u4", 1024: "i8", 1280: "u8"}
COMPLEX, COLOUR = (32, 1792, 2048), (128, 2304)
QUATERNION_SLACK = 1e-5
"""b² + c² + d² may exceed 1 by the rounding of three float32 numbers, not by more."""


HALF_TURN = 1e-7
"""Below this 1 - (b² + c² + d²) is rounding: the turn is by half a circle (nifti1_io.c, nifti_quatern_to_mat44)."""


@dataclass(frozen=True, slots=True)
class Raw:
    """The fields that place and scale the voxels, as they stand in the file."""

    order: str
    version: int
    magic: bytes
    dim: tuple[int, ...]
    datatype: int
    bitpix: int
    pixdim: tuple[float, ...]
    vox_offset: float
    slope: float
    intercept: float
    xyzt_units: int
    qform_code: int
    sform_code: int
    quaternion: tuple[float, float, float]
    qoffset: tuple[float, float, float]
    srows: tuple[float, ...]

    @property
    def is_analyze(self) -> bool:
        return not self.magic.startswith((b"n+", b"ni"))


def read_header(path: Path) -> tuple[VolumeHeader, Path]:
    """The checked header of a ``.nii``, ``.nii.gz`` or ``.hdr``, and the file that holds its voxels.

    Raises VolumeProblem.
    """
    if path.suffix.lower() == ".img":
        raise VolumeProblem("volume-pair-missing", name=path.stem + ".hdr")
    raw = parse(voxel_file.head(path, HEADER_2))
    if raw.is_analyze and path.suffix.lower() != ".hdr":
        raise VolumeProblem("volume-not-nifti")
    voxels = path if raw.magic.startswith(b"n+") else _image_beside(path)
    shape, count = _shape(raw)
    dtype = _dtype(raw)
    layout = Layout(_offset(raw), count * int(np.prod(shape, dtype=object)) * dtype.itemsize)
    layout = Layout(layout.offset, layout.length, is_gzip=voxel_file.is_gzip(voxels))
    spacing = _spacing(raw)
    slope, intercept = _scaling(raw)
    _check_finite(raw)
    affines = {} if raw.is_analyze else _affines(raw)
    header = VolumeHeader(
        "analyze" if raw.is_analyze else f"nifti{raw.version}",
        shape,
        count,
        dtype,
        layout,
        affines,
        spacing,
        "unknown" if raw.is_analyze else UNITS.get(raw.xyzt_units & SPATIAL_UNITS, "unknown"),
        slope,
        intercept,
    )
    return header, voxels


def parse(data: bytes) -> Raw:
    """The fields of a header, whichever version and byte order its size field shows. Raises VolumeProblem."""
    if len(data) < HEADER_1:
        raise VolumeProblem("volume-truncated")
    for order in "<>":
        size = struct.unpack_from(order + "i", data)[0]
        if size == HEADER_1:
            return _parse_1(data, order)
        if size == HEADER_2 and len(data) >= HEADER_2:
            return _parse_2(data, order)
    raise VolumeProblem("volume-not-nifti")


def _parse_1(data: bytes, order: str) -> Raw:
    def field(at: int, kind: str) -> tuple[Any, ...]:
        return struct.unpack_from(order + kind, data, at)

    datatype, bitpix = field(70, "2h")
    vox_offset, slope, intercept = field(108, "3f")
    qform_code, sform_code, b, c, d, x, y, z = field(252, "2h6f")
    return Raw(
        order=order,
        version=1,
        magic=data[344:348],
        dim=field(40, "8h"),
        datatype=datatype,
        bitpix=bitpix,
        pixdim=field(76, "8f"),
        vox_offset=vox_offset,
        slope=slope,
        intercept=intercept,
        xyzt_units=data[123],
        qform_code=qform_code,
        sform_code=sform_code,
        quaternion=(b, c, d),
        qoffset=(x, y, z),
        srows=field(280, "12f"),
    )


def _parse_2(data: bytes, order: str) -> Raw:
    def field(at: int, kind: str) -> tuple[Any, ...]:
        return struct.unpack_from(order + kind, data, at)

    datatype, bitpix = field(12, "2h")
    vox_offset, slope, intercept = field(168, "q2d")
    qform_code, sform_code, b, c, d, x, y, z = field(344, "2i6d")
    return Raw(
        order=order,
        version=2,
        magic=data[4:8],
        dim=field(16, "8q"),
        datatype=datatype,
        bitpix=bitpix,
        pixdim=field(104, "8d"),
        vox_offset=float(vox_offset),
        slope=slope,
        intercept=intercept,
        xyzt_units=field(500, "i")[0],
        qform_code=qform_code,
        sform_code=sform_code,
        quaternion=(b, c, d),
        qoffset=(x, y, z),
        srows=field(400, "12d"),
    )


def _image_beside(path: Path) -> Path:
    """The ``.img`` of a ``.hdr``, whatever the case of its letters."""
    if path.suffix.lower() != ".hdr":
        raise VolumeProblem("volume-pair-missing", name=path.stem + ".hdr")
    for other in sorted(path.parent.iterdir()):
        if other.stem == path.stem and other.suffix.lower() == ".img" and other.is_file() and not other.is_symlink():
            return other
    raise VolumeProblem("volume-pair-missing", name=path.stem + ".img")


def _shape(raw: Raw) -> tuple[tuple[int, int, int], int]:
    """Three sizes, and how many volumes. Everything beyond a time axis is refused."""
    rank = raw.dim[0]
    if not 1 <= rank <= 7 or min(raw.dim[1 : rank + 1]) < 1:
        raise VolumeProblem("volume-sizes-bad", sizes=" × ".join(map(str, raw.dim[1:5])))
    sizes = [*raw.dim[1 : rank + 1], 1, 1]
    if any(size > 1 for size in sizes[4:]):
        raise VolumeProblem("volume-vectors")
    return (sizes[0], sizes[1], sizes[2]), sizes[3]


def _dtype(raw: Raw) -> "np.dtype[Any]":
    if raw.datatype in COLOUR:
        raise VolumeProblem("volume-colour")
    if raw.datatype in COMPLEX:
        raise VolumeProblem("volume-complex")
    if raw.datatype not in DTYPES:
        raise VolumeProblem("volume-type", number=raw.datatype)
    dtype: np.dtype[Any] = np.dtype(raw.order + DTYPES[raw.datatype])
    if raw.bitpix != dtype.itemsize * 8:
        raise VolumeProblem("volume-type", number=f"{raw.datatype}/{raw.bitpix}")
    return dtype


def _offset(raw: Raw) -> int:
    least = 0 if not raw.magic.startswith(b"n+") else HEADER_1 + 4 if raw.version == 1 else HEADER_2 + 4
    if not np.isfinite(raw.vox_offset) or raw.vox_offset != int(raw.vox_offset):
        raise VolumeProblem("volume-offset")
    if not least <= raw.vox_offset <= voxel_file.LARGEST_VOLUME:
        raise VolumeProblem("volume-offset")
    return int(raw.vox_offset)


def _spacing(raw: Raw) -> tuple[float, float, float]:
    """The voxel sizes. Readers take a zero, a minus or a NaN here each in another way, so none is taken."""
    sizes = raw.pixdim[1:4]
    if not all(np.isfinite(size) and size > 0 for size in sizes):
        raise VolumeProblem("volume-spacing", sizes=", ".join(f"{size:g}" for size in sizes))
    return (sizes[0], sizes[1], sizes[2])


def _scaling(raw: Raw) -> tuple[float, float]:
    """Slope 0 means none (nifti1.h, "DATA SCALING")."""
    if not (np.isfinite(raw.slope) and np.isfinite(raw.intercept)):
        raise VolumeProblem("volume-scaling")
    if raw.slope == 0 or raw.is_analyze:
        return 1.0, 0.0
    return raw.slope, raw.intercept


def _check_finite(raw: Raw) -> None:
    if not raw.is_analyze and not np.isfinite([raw.pixdim[0], *raw.quaternion, *raw.qoffset, *raw.srows]).all():
        raise VolumeProblem("volume-not-finite")


def _affines(raw: Raw) -> dict[str, FloatArray]:
    """sform first: it is the one that other programs use when both are there."""
    found: dict[str, FloatArray] = {}
    if raw.sform_code > 0:
        found["sform"] = np.vstack([np.reshape(raw.srows, (3, 4)), (0, 0, 0, 1)]).astype(np.float64)
    if raw.qform_code > 0:
        found["qform"] = qform(raw.quaternion, raw.qoffset, raw.pixdim)
    return found


def qform(
    quaternion: tuple[float, float, float], offset: tuple[float, float, float], pixdim: tuple[float, ...]
) -> FloatArray:
    """(4, 4) of the unit quaternion (b, c, d), as nifti1.h writes it under "METHOD 2"."""
    b, c, d = quaternion
    rest = 1.0 - (b * b + c * c + d * d)
    if rest < -QUATERNION_SLACK or pixdim[0] not in (-1.0, 0.0, 1.0):
        raise VolumeProblem("volume-quaternion")
    a = float(np.sqrt(rest)) if rest >= HALF_TURN else 0.0
    b, c, d = np.array([b, c, d]) * (1.0 if a else 1.0 / np.sqrt(1.0 - rest))
    rotation = np.array(
        [
            [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
            [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
            [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
        ]
    )
    left_handed = -1.0 if pixdim[0] < 0 else 1.0
    matrix = np.eye(4)
    matrix[:3, :3] = rotation * np.array([pixdim[1], pixdim[2], left_handed * pixdim[3]])
    matrix[:3, 3] = offset
    return matrix


def second_reading(path: Path, header: VolumeHeader) -> dict[str, FloatArray]:
    """The same affines as nibabel reads them. Raises VolumeProblem when it refuses, or sees other sizes or numbers."""
    import nibabel

    kinds = {"nifti1": nibabel.Nifti1Header, "nifti2": nibabel.Nifti2Header, "analyze": nibabel.AnalyzeHeader}
    kind: Any = kinds[header.format]
    try:
        theirs = kind.from_fileobj(BytesIO(voxel_file.head(path, kind.template_dtype.itemsize)))
        affines = {} if header.format == "analyze" else {"sform": theirs.get_sform(), "qform": theirs.get_qform()}
        sizes = (*theirs.get_data_shape(), 1, 1)[:4]
        same = sizes == (*header.shape, header.count) and theirs.get_data_dtype() == header.dtype
    except Exception as reason:  # whatever it stumbles over, the two do not agree
        raise VolumeProblem("volume-readers-disagree", millimetres="?") from reason
    if not same:
        raise VolumeProblem("volume-readers-disagree", millimetres="?")
    return {name: np.asarray(affines[name], dtype=np.float64) for name in header.affines}
