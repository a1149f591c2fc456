"""Do the pixels that a header announces fit in the file, before anything is allocated? Runs in the reading process."""

import struct
from dataclasses import dataclass, replace
from io import SEEK_END
from typing import BinaryIO

from planner.imaging.dicom.elements import UNDEFINED
from planner.imaging.dicom.gate import RLE, refused
from planner.imaging.series import Finding

LARGEST_PIXELS = 1 << 30
"""1 GB of voxels in one file; the reading process may use 2 GB."""
ITEM, DELIMITER = 0xFFFEE000, 0xFFFEE0DD
MOST_FRAGMENTS = 100_000
RLE_HEADER = 64
J2K = frozenset({"1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91"})
J2K_SIZE_MARKER = b"\xff\x4f\xff\x51"
SSIZ_AT = 42


@dataclass(frozen=True, slots=True)
class PixelFormat:
    """How the pixels of one file are stored. ``at`` is an offset in the data set's stream (see gate.open_dataset)."""

    syntax: str
    is_little: bool
    at: int
    length: int
    kind: str
    rows: int
    columns: int
    frames: int
    samples: int
    photometric: str
    planar: int
    allocated: int
    stored: int
    high_bit: int | None
    is_signed: bool
    padding: int | None
    is_lossy: bool
    is_compressed: bool
    start: int
    is_stream_signed: bool = False
    is_swapped: bool = False
    notes: tuple[Finding, ...] = ()

    @property
    def frame_bytes(self) -> int:
        """Of one frame, unpacked."""
        return self.rows * self.columns * self.samples * self.allocated // 8


def check_pixels(layout: PixelFormat, stream: BinaryIO) -> PixelFormat:
    """The format with its remarks. Raises NotTakenError when the pixels cannot be what the header says."""
    _check_bits(layout)
    if layout.rows < 1 or layout.columns < 1:
        raise refused("no-size")
    if layout.frame_bytes * layout.frames > LARGEST_PIXELS:
        raise refused("too-large", rows=str(layout.rows), columns=str(layout.columns), frames=str(layout.frames))
    end = stream.seek(0, SEEK_END)
    if layout.is_compressed:
        if layout.length != UNDEFINED:
            raise refused("fragments")
        found = fragments(stream, layout)
        if not found or (layout.syntax == RLE and len(found) != layout.frames):
            raise refused("fragments")
        return _with_stream_sign(layout, stream, found)
    announced = layout.frame_bytes * layout.frames
    if layout.photometric == "YBR_FULL_422":
        announced = announced * 2 // 3
    if layout.length == UNDEFINED or layout.length < announced or layout.at + announced > end:
        raise refused("pixels-short", wanted=str(announced), there=str(max(0, min(layout.length, end - layout.at))))
    if layout.at + layout.length > end:
        raise refused("truncated")
    if layout.length > announced + 1:
        return replace(layout, notes=(Finding("pixels-long"),))
    return layout


def _check_bits(layout: PixelFormat) -> None:
    allowed = {"integer": (8, 16, 32), "float": (32,), "double": (64,)}[layout.kind]
    is_wrong = layout.allocated not in allowed or not 1 <= layout.stored <= layout.allocated
    if layout.kind == "integer" and layout.high_bit is not None:
        is_wrong |= not layout.stored - 1 <= layout.high_bit < layout.allocated
    if is_wrong:
        raise refused("bits", allocated=str(layout.allocated), stored=str(layout.stored), high=str(layout.high_bit))


def fragments(stream: BinaryIO, layout: PixelFormat) -> list[tuple[int, int]]:
    """(offset, length) of each fragment, by walking the items' lengths. Raises NotTakenError when the walk breaks."""
    order = "<" if layout.is_little else ">"
    end = stream.seek(0, SEEK_END)
    found: list[tuple[int, int]] = []
    at, is_table = layout.at, True
    while True:
        stream.seek(at)
        header = stream.read(8)
        if len(header) < 8 or len(found) > MOST_FRAGMENTS:
            raise refused("fragments")
        group, element, length = struct.unpack(order + "HHL", header)
        if (group << 16 | element) == DELIMITER:
            break
        if (group << 16 | element) != ITEM or at + 8 + length > end:
            raise refused("fragments")
        if not is_table:
            found.append((at + 8, length))
        is_table = False
        at += 8 + length
    if layout.syntax == RLE:
        _check_rle(stream, found, layout)
    return found


def _with_stream_sign(layout: PixelFormat, stream: BinaryIO, found: list[tuple[int, int]]) -> PixelFormat:
    """JPEG 2000 says itself whether its numbers are signed (Ssiz of the first component, ISO 15444-1 A.5.1)."""
    if layout.syntax not in J2K:
        return replace(layout, is_stream_signed=layout.is_signed)
    at = next((at for at, length in found if length > SSIZ_AT), None)
    if at is None:
        raise refused("fragments")
    stream.seek(at)
    head = stream.read(SSIZ_AT + 1)
    is_signed = bool(head[SSIZ_AT] & 0x80) if head.startswith(J2K_SIZE_MARKER) else layout.is_signed
    notes = (Finding("sign-mismatch"),) if is_signed != layout.is_signed else ()
    return replace(layout, is_stream_signed=is_signed, notes=notes)


def _check_rle(stream: BinaryIO, found: list[tuple[int, int]], layout: PixelFormat) -> None:
    """PS3.5 annex G.5: one segment a byte of a pixel, each starting inside the fragment."""
    for at, length in found:
        stream.seek(at)
        header = stream.read(RLE_HEADER)
        if length < RLE_HEADER or len(header) < RLE_HEADER:
            raise refused("rle")
        count, *starts = struct.unpack("<16L", header)
        inside = all(RLE_HEADER <= start < length for start in starts[: min(count, 15)])
        if count != layout.samples * layout.allocated // 8 or not inside:
            raise refused("rle")
