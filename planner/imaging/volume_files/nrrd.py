"""NRRD headers, read by our own few lines and by SimpleITK; the two must agree.

Format: teem.sourceforge.net/nrrd/format.html. The header is text; only what places the voxels is understood, and what
is not understood but would change their meaning is refused.
"""

import re
from pathlib import Path
from typing import Any

import numpy as np

from planner.geometry.arrays import FloatArray
from planner.imaging.volume_files.volume_header import Layout, Unit, VolumeHeader, VolumeProblem

LONGEST_HEADER = 256 << 10
MAGIC = b"NRRD000"
TYPES = {
    **dict.fromkeys(("signed char", "int8", "int8_t"), "i1"),
    **dict.fromkeys(("uchar", "unsigned char", "uint8", "uint8_t"), "u1"),
    **dict.fromkeys(("short", "short int", "signed short", "signed short int", "int16", "int16_t"), "i2"),
    **dict.fromkeys(("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"), "u2"),
    **dict.fromkeys(("int", "signed int", "int32", "int32_t"), "i4"),
    **dict.fromkeys(("uint", "unsigned int", "uint32", "uint32_t"), "u4"),
    **dict.fromkeys(("longlong", "long long", "long long int", "signed long long", "int64", "int64_t"), "i8"),
    **dict.fromkeys(("ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t"), "u8"),
    "float": "f4",
    "double": "f8",
}
SPACES = {
    **dict.fromkeys(("right-anterior-superior", "ras"), (1.0, 1.0, 1.0)),
    **dict.fromkeys(("left-anterior-superior", "las"), (-1.0, 1.0, 1.0)),
    **dict.fromkeys(("left-posterior-superior", "lps"), (-1.0, -1.0, 1.0)),
}
"""What turns the numbers of a space into RAS."""
UNITS: dict[str, Unit] = {"mm": "mm", "m": "metre", "um": "micron", "µm": "micron", "": "unknown"}
VOLUME_KINDS = ("list", "time", "domain", "none", "???", "")
"""Kinds of a fourth axis along which whole volumes follow each other."""
COLOUR_KIND = re.compile(r"(rgb|hsv|xyz|rgba)-?color", re.IGNORECASE)
UNREAD = ("line skip", "lineskip", "byte skip", "byteskip", "block size", "blocksize", "measurement frame")
VECTOR = re.compile(r"\(([^()]*)\)|none")


def read_header(path: Path) -> VolumeHeader:
    """The checked header of a ``.nrrd`` with its voxels in the same file. Raises VolumeProblem."""
    fields, start = _fields(path)
    sizes = _integers(fields, "sizes")
    directions = _directions(fields, len(sizes))
    volume_axis = _volume_axis(fields, directions)
    spatial = [axis for axis in range(len(sizes)) if axis != volume_axis]
    shape = tuple(sizes[axis] for axis in spatial)
    dtype = _dtype(fields)
    length = int(np.prod(sizes, dtype=object)) * dtype.itemsize
    matrix, spacing = _geometry(fields, [directions[axis] for axis in spatial], spatial)
    return VolumeHeader(
        "nrrd",
        (shape[0], shape[1], shape[2]),
        1 if volume_axis is None else sizes[volume_axis],
        dtype,
        Layout(0, length, start, _is_gzip(fields)),
        {} if matrix is None else {"header": matrix},
        spacing,
        _unit(fields, spatial),
        count_axis=3 if volume_axis is None else volume_axis,
    )


def _fields(path: Path) -> tuple[dict[str, str], int]:
    """The ``name: value`` lines by lower-case name, and where the voxels begin."""
    with path.open("rb") as file:
        data = file.read(LONGEST_HEADER)
    end = re.search(rb"\r?\n\r?\n", data)
    if not data.startswith(MAGIC) or end is None:
        raise VolumeProblem("volume-header-text", field="NRRD")
    fields: dict[str, str] = {}
    for line in data[: end.start()].decode("utf-8", "replace").splitlines()[1:]:
        name, colon, value = line.partition(":")
        if line.startswith("#") or value.startswith("=") or not colon:
            continue  # a comment or a key of the user's own
        name = name.strip().lower()
        if name in fields:
            raise VolumeProblem("volume-header-text", field=name[:40])
        fields[name] = value.strip()
    _refuse_elsewhere(fields)
    return fields, end.end()


def _refuse_elsewhere(fields: dict[str, str]) -> None:
    if "data file" in fields or "datafile" in fields:
        raise VolumeProblem("volume-detached")
    for name in UNREAD[:-1]:
        if fields.get(name, "0") != "0":
            raise VolumeProblem("volume-header-text", field=name)


def _integers(fields: dict[str, str], name: str) -> list[int]:
    words = fields.get(name, "").split()
    if not 3 <= len(words) <= 4 or not all(re.fullmatch(r"[0-9]{1,9}", word) for word in words):
        raise VolumeProblem("volume-sizes-bad", sizes=fields.get(name, "?")[:40])
    if fields.get("dimension") != str(len(words)) or min(map(int, words)) < 1:
        raise VolumeProblem("volume-sizes-bad", sizes=fields[name][:40])
    return [int(word) for word in words]


def _dtype(fields: dict[str, str]) -> "np.dtype[Any]":
    kind = TYPES.get(fields.get("type", "").lower())
    endian = {"little": "<", "big": ">"}.get(fields.get("endian", "").lower(), "")
    if kind is None or (not endian and kind[1] != "1"):
        raise VolumeProblem("volume-type", number=fields.get("type", "?")[:40])
    return np.dtype(endian + kind)


def _is_gzip(fields: dict[str, str]) -> bool:
    encoding = fields.get("encoding", "").lower()
    if encoding not in ("raw", "gzip", "gz"):
        raise VolumeProblem("volume-encoding", encoding=encoding[:40])
    return encoding != "raw"


def _directions(fields: dict[str, str], rank: int) -> list[FloatArray | None]:
    """One vector for each axis, None for an axis that is not of space."""
    if "space directions" not in fields:
        return [None] * rank
    found = [_vector(match) for match in VECTOR.finditer(fields["space directions"])]
    if len(found) != rank or sum(one is not None for one in found) != 3:
        raise VolumeProblem("volume-header-text", field="space directions")
    return found


def _vector(match: "re.Match[str]") -> FloatArray | None:
    if match.group(1) is None:
        return None
    try:
        vector = np.array([float(word) for word in match.group(1).split(",")])
    except ValueError:
        raise VolumeProblem("volume-header-text", field="space directions") from None
    if vector.shape != (3,):
        raise VolumeProblem("volume-header-text", field="space directions")
    if not np.isfinite(vector).all():
        raise VolumeProblem("volume-not-finite")
    return vector


def _volume_axis(fields: dict[str, str], directions: list[FloatArray | None]) -> int | None:
    """The axis along which volumes follow each other. Colours, vectors and tensors are refused."""
    kinds = fields.get("kinds", "").split()
    if any(COLOUR_KIND.fullmatch(kind) for kind in kinds):
        raise VolumeProblem("volume-colour")
    if len(directions) == 3:
        return None
    has_directions = any(one is not None for one in directions)
    axis = next((n for n, one in enumerate(directions) if one is None), 3) if has_directions else 3
    if len(kinds) == 4 and kinds[axis].lower() not in VOLUME_KINDS:
        raise VolumeProblem("volume-vectors")
    return axis


def _geometry(
    fields: dict[str, str], directions: list[FloatArray | None], spatial: list[int]
) -> tuple[FloatArray | None, tuple[float, float, float]]:
    """(4, 4) in RAS and the voxel sizes; no matrix where the header does not say which side is which."""
    flip = SPACES.get(fields.get("space", "").lower())
    if any(one is None for one in directions):
        return None, _spacings(fields, spatial)
    axes = np.array(directions, dtype=np.float64).T
    sizes = np.linalg.norm(axes, axis=0)
    spacing = (float(sizes[0]), float(sizes[1]), float(sizes[2]))
    if flip is None or "space origin" not in fields:
        return None, spacing
    match = VECTOR.fullmatch(fields["space origin"])
    origin = None if match is None else _vector(match)
    if origin is None:
        raise VolumeProblem("volume-header-text", field="space origin")
    matrix = np.eye(4)
    matrix[:3, :3] = axes
    matrix[:3, 3] = origin
    return np.diag([*flip, 1.0]) @ matrix, spacing


def _spacings(fields: dict[str, str], spatial: list[int]) -> tuple[float, float, float]:
    words = fields.get("spacings", "").split()
    try:
        values = [float(words[axis]) for axis in spatial]
    except (ValueError, IndexError):
        raise VolumeProblem("volume-spacing", sizes=" ".join(words)[:40] or "?") from None
    if not all(np.isfinite(value) and value > 0 for value in values):
        raise VolumeProblem("volume-spacing", sizes=" ".join(words)[:40])
    return (values[0], values[1], values[2])


def _unit(fields: dict[str, str], spatial: list[int]) -> Unit:
    words = re.findall(r'"([^"]*)"', fields.get("space units", ""))
    units = {UNITS.get(word.lower()) for word in words[:3]} if len(words) >= len(spatial) else {UNITS[""]}
    unit = units.pop()
    if units or unit is None:
        raise VolumeProblem("volume-header-text", field="space units")
    return unit


def second_reading(path: Path, header: VolumeHeader) -> dict[str, FloatArray]:
    """The same affine as SimpleITK reads it. Raises VolumeProblem when it refuses or sees other sizes."""
    import SimpleITK as sitk

    reader = sitk.ImageFileReader()
    reader.SetImageIO("NrrdImageIO")
    reader.SetFileName(str(path))
    try:
        reader.ReadImageInformation()
    except RuntimeError as reason:
        raise VolumeProblem("volume-readers-disagree", millimetres="?") from reason
    if header.count == 1 and tuple(reader.GetSize()[:3]) != header.shape:
        raise VolumeProblem("volume-readers-disagree", millimetres="?")
    if reader.GetDimension() != 3:
        return dict(header.affines)  # it sees four dimensions and no patient: nothing to compare
    matrix = np.eye(4)
    matrix[:3, :3] = np.reshape(reader.GetDirection(), (3, 3)) * np.array(reader.GetSpacing())
    matrix[:3, 3] = reader.GetOrigin()
    return {name: np.diag([-1.0, -1.0, 1.0, 1.0]) @ matrix for name in header.affines}
