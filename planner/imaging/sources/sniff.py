"""What kind of file is this? From its first bytes; its name only helps where the bytes are silent."""

import struct
import zlib
from enum import StrEnum

START_BYTES = 1024
"""Enough for every mark looked at here."""

PROGRAMME_ENDINGS = frozenset(
    {".exe", ".dll", ".com", ".bat", ".cmd", ".scr", ".msi", ".vbs", ".js", ".ps1", ".inf", ".sh", ".lnk", ".jar"}
    | {".app", ".desktop", ".cpl", ".sys", ".so", ".dylib", ".py", ".hta", ".reg"}
)
PROGRAMME_MARKS = (b"MZ", b"\x7fELF", b"#!", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
VOLUME_ENDINGS = (".nii", ".nii.gz", ".hdr", ".img", ".mgh", ".mgz", ".nrrd", ".nhdr")
FOREIGN_ENDINGS = (".par", ".rec", ".mnc", ".head", ".brik", ".mha", ".mhd", ".brik.gz", ".vhd")
FIRST_GROUPS = (0x0002, 0x0004, 0x0008)


class Kind(StrEnum):
    """What becomes of a file: DICOM and DICOMDIR, volumes (NIfTI, Analyze, MGH, NRRD), archives, and the rest.

    FOREIGN is an image format of other programs that we do not read; PROGRAMME is never opened further or copied.
    """

    DICOM = "dicom"
    DICOMDIR = "dicomdir"
    VOLUME = "volume"
    ZIP = "zip"
    GZIP = "gzip"
    FOREIGN = "foreign"
    PROGRAMME = "programme"
    OTHER = "other"


def kind_of(start: bytes, name: str) -> Kind:
    """The kind of a file with these first START_BYTES bytes and this name."""
    lower = name.lower()
    if lower in ("dicomdir", "dicomdir."):
        return Kind.DICOMDIR
    if start[128:132] == b"DICM":  # before all others: by design the preamble may look like another file
        return Kind.DICOM
    if _is_programme(start, lower):
        return Kind.PROGRAMME
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return Kind.ZIP
    if lower.endswith(VOLUME_ENDINGS) or is_volume(_inflated(start)):
        return Kind.VOLUME
    if start.startswith(b"\x1f\x8b"):
        return Kind.GZIP
    if lower.endswith(FOREIGN_ENDINGS):
        return Kind.FOREIGN
    return Kind.DICOM if is_bare_dicom(start) else Kind.OTHER


def is_volume(start: bytes) -> bool:
    """Whether these are the first bytes of NIfTI, MGH or NRRD."""
    nifti_1 = start[:4] in (struct.pack("<i", 348), struct.pack(">i", 348)) and start[344:347] in (b"n+1", b"ni1")
    nifti_2 = start[:4] in (struct.pack("<i", 540), struct.pack(">i", 540)) and start[4:7] in (b"n+2", b"ni2")
    return nifti_1 or nifti_2 or start.startswith(b"NRRD000") or _is_mgh(start)


def is_bare_dicom(start: bytes) -> bool:
    """Whether this may be a data set without preamble: its first element lies in a group that comes first."""
    if len(start) < 8:
        return False
    for order in "<>":
        group, element = struct.unpack_from(order + "HH", start)
        vr = start[4:6]
        length = struct.unpack_from(order + "I", start, 4)[0]
        is_explicit = vr.isalpha() and vr.isupper()
        if group in FIRST_GROUPS and element < 0x2000 and (is_explicit or length < 256):
            return True
    return False


def _is_mgh(start: bytes) -> bool:
    if len(start) < 284:
        return False
    version, *sizes, kind = struct.unpack_from(">6i", start)
    return version == 1 and min(sizes) >= 1 and max(sizes) < 1 << 16 and kind in (0, 1, 3, 4, 10)


def _is_programme(start: bytes, lower_name: str) -> bool:
    return start.startswith(PROGRAMME_MARKS) or any(lower_name.endswith(ending) for ending in PROGRAMME_ENDINGS)


def _inflated(start: bytes) -> bytes:
    """The first bytes inside a gzip file; the bytes themselves when it is none."""
    if not start.startswith(b"\x1f\x8b"):
        return start
    try:
        return zlib.decompressobj(wbits=31).decompress(start, START_BYTES)
    except zlib.error:
        return b""
