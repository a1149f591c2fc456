"""Zips that a sound program would not write, and DICOMDIRs by the byte."""

import struct
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

from dicom_samples import EXPLICIT, element, part10, sequence

DIRECTORY_CLASS = b"1.2.840.10008.1.3.10"


def write_zip(path: Path, files: Iterable[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> Path:
    """Names as they are given, slashes and all."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in files:
            info = zipfile.ZipInfo("x")
            info.filename = name
            info.compress_type = method
            archive.writestr(info, content)
    return path


def write_link_zip(path: Path, target: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo("image.dcm")
        info.create_system = 3
        info.external_attr = 0o120777 << 16
        archive.writestr(info, target)
    return path


def write_overlapping_zip(path: Path, count: int, size: int) -> Path:
    """Many entries of the table of contents share one compressed block, as in David Fifield's bombs."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    content = bytes(size)
    block = packer.compress(content) + packer.flush()
    crc = zlib.crc32(content)
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 33, crc, len(block), size, 1, 0) + b"a" + block
    table = b""
    for n in range(count):
        name = f"{n:06d}".encode()
        table += struct.pack(
            "<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 8, 0, 33, crc, len(block), size, len(name), 0, 0, 0, 0, 0, 0
        ) + name  # fmt: skip
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(table), len(local), 0)
    path.write_bytes(local + table + end)
    return path


def declare_size(path: Path, size: int) -> Path:
    """Change the unpacked size of every entry in the table of contents."""
    data = bytearray(path.read_bytes())
    at = data.find(b"PK\1\2")
    while at >= 0:
        struct.pack_into("<L", data, at + 24, size)
        at = data.find(b"PK\1\2", at + 4)
    path.write_bytes(data)
    return path


def encrypt(data: bytes, password: bytes) -> bytes:
    """Traditional PKWARE encryption (APPNOTE.TXT section 6.1), for a file whose CRC's high byte closes the header."""
    keys = [0x12345678, 0x23456789, 0x34567890]

    def crc_of(crc: int, byte: int) -> int:
        return (zlib.crc32(bytes([byte]), crc ^ 0xFFFFFFFF) ^ 0xFFFFFFFF) & 0xFFFFFFFF

    def update(byte: int) -> None:
        keys[0] = crc_of(keys[0], byte)
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = crc_of(keys[2], keys[1] >> 24)

    for byte in password:
        update(byte)
    out = bytearray()
    for byte in data:
        k = (keys[2] | 2) & 0xFFFF
        out.append(byte ^ (((k * (k ^ 1)) >> 8) & 0xFF))
        update(byte)
    return bytes(out)


def write_encrypted_zip(path: Path, name: str, content: bytes, password: bytes, method: int = 0) -> Path:
    """One stored, encrypted entry; ``method`` 99 pretends to be AES."""
    crc = zlib.crc32(content)
    block = encrypt(bytes(11) + bytes([crc >> 24]) + content, password)
    raw = name.encode()
    common = struct.pack("<5H3L2H", 20, 1, method, 0, 33, crc, len(block), len(content), len(raw), 0)
    local = b"PK\3\4" + common + raw + block
    table = b"PK\1\2" + struct.pack("<H", 20) + common + struct.pack("<3H2L", 0, 0, 0, 0, 0) + raw
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(table), len(local), 0)
    path.write_bytes(local + table + end)
    return path


def write_dicomdir(path: Path, names: Iterable[str], next_offset: int = 0) -> Path:
    """A DICOMDIR whose image records name these files (parts joined by backslashes)."""
    items = []
    for name in names:
        record = (
            element(0x00041400, "UL", struct.pack("<L", next_offset))
            + element(0x00041410, "US", struct.pack("<H", 0xFFFF))
            + element(0x00041420, "UL", struct.pack("<L", next_offset))
            + element(0x00041430, "CS", b"IMAGE")
            + element(0x00041500, "CS", name.encode("latin-1"))
        )
        items.append(record)
    elements = {
        0x00041130: ("CS", b"DISC"),
        0x00041200: ("UL", struct.pack("<L", next_offset)),
        0x00041202: ("UL", struct.pack("<L", next_offset)),
        0x00041212: ("US", struct.pack("<H", 0)),
        0x00041220: ("SQ", sequence(*items)),
    }
    meta = {0x00020002: ("UI", DIRECTORY_CLASS), 0x00020003: ("UI", b"1.2.3.9")}
    path.write_bytes(part10(elements, EXPLICIT, dict(sorted({**meta, 0x00020010: ("UI", EXPLICIT.encode())}.items()))))
    return path
