"""Small volume files with known content, and ways to break them."""

import gzip
import struct
from pathlib import Path

import nibabel as nib
import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

SHAPE = (12, 10, 8)
AFFINE = np.array([[2.0, 0, 0, -11.0], [0, 2.0, 0, -9.0], [0, 0, 2.0, -7.0], [0, 0, 0, 1.0]])
OBLIQUE = AFFINE.copy()
OBLIQUE[:3, :3] = Rotation.from_euler("zyx", (14.0, -11.0, 20.0), degrees=True).as_matrix() * 2.0
"""2 mm voxels turned about all three axes."""


def values(dtype: str = "int16", shape: tuple[int, ...] = SHAPE) -> NDArray[np.generic]:
    """Every voxel another number, as far as the type goes."""
    return np.arange(np.prod(shape)).reshape(shape).astype(dtype)


def write_nifti(path: Path, *, affine=AFFINE, data=None, qform=None, kind=nib.Nifti1Image, unit="mm") -> Path:
    """sform = ``affine``; qform the same unless given."""
    image = kind(values() if data is None else data, affine, dtype=None if data is None else data.dtype)
    image.set_sform(affine, code=1)
    image.set_qform(affine if qform is None else qform, code=1, strip_shears=True)
    image.header.set_xyzt_units(unit)
    nib.save(image, path)
    return path


def patch(path: Path, at: int, form: str, *numbers: float) -> Path:
    """Overwrite numbers of a plain (not gzip) header, little endian."""
    data = bytearray(path.read_bytes())
    struct.pack_into("<" + form, data, at, *numbers)
    path.write_bytes(data)
    return path


def cut(path: Path, share: float) -> Path:
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


def bomb(path: Path, megabytes: int) -> Path:
    """A sound NIfTI in gzip, followed in the same stream by zeros without end."""
    plain = write_nifti(path.with_name("plain.nii")).read_bytes()
    with gzip.open(path, "wb", compresslevel=6) as file:
        file.write(plain)
        for _ in range(megabytes):
            file.write(bytes(1 << 20))
    path.with_name("plain.nii").unlink()
    return path


def write_nrrd(path: Path, *fields: str, data: bytes | None = None, encoding: str = "raw") -> Path:
    """LPS, 2 mm, SHAPE, int16; ``fields`` replace or add lines."""
    lines = {
        "type": "short",
        "dimension": "3",
        "space": "left-posterior-superior",
        "sizes": " ".join(map(str, SHAPE)),
        "space directions": "(2,0,0) (0,2,0) (0,0,2)",
        "kinds": "domain domain domain",
        "endian": "little",
        "encoding": encoding,
        "space origin": "(-11,-9,-7)",
        "space units": '"mm" "mm" "mm"',
    }
    lines.update(tuple(field.split(": ", 1)) for field in fields)
    head = "NRRD0004\n" + "".join(f"{name}: {value}\n" for name, value in lines.items() if value) + "\n"
    content = values().tobytes(order="F") if data is None else data
    path.write_bytes(head.encode() + (gzip.compress(content) if encoding == "gzip" else content))
    return path


def write_mgh(path: Path, affine=AFFINE, data=None) -> Path:
    nib.save(nib.MGHImage(values() if data is None else data, affine), path)
    return path
