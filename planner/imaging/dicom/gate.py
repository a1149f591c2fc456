"""The first look at a file, before anything parses its data set: is it DICOM, and how are its bytes written?

Only the preamble, the file meta group and the first element are read here, by our own code with caps
(reference/reliability.md section 0, points 4 and 5). DICOM PS3.10 section 7.1, PS3.5 annexes A and G.
"""

import re
import struct
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from planner.imaging.series import Finding, Outcome

PREAMBLE_BYTES = 128
LARGEST_META_VALUE = 1 << 20
LARGEST_INFLATED = 256 << 20
INFLATE_CHUNK = 1 << 20
FREE_INFLATED = 16 << 20
LARGEST_RATIO = 100
"""Medical pictures deflate to a third or so; zeros to a thousandth. Beyond 16 MB this ratio is no picture."""

IMPLICIT_LITTLE = "1.2.840.10008.1.2"
EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
DEFLATED = "1.2.840.10008.1.2.1.99"
EXPLICIT_BIG = "1.2.840.10008.1.2.2"
RLE = "1.2.840.10008.1.2.5"
NATIVE = frozenset({IMPLICIT_LITTLE, EXPLICIT_LITTLE, DEFLATED, EXPLICIT_BIG})
LOSSY = frozenset({f"1.2.840.10008.1.2.4.{n}" for n in (50, 51, 81, 91)})
CODESTREAMS = frozenset({f"1.2.840.10008.1.2.4.{n}" for n in (50, 51, 57, 70, 80, 81, 90, 91)})
"""JPEG, JPEG-LS and JPEG 2000, which SimpleITK's GDCM decodes."""

LONG_VRS = frozenset({b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"})
META_VRS = LONG_VRS | {b"AE", b"AS", b"CS", b"DA", b"DS", b"IS", b"LO", b"LT", b"SH", b"ST", b"TM", b"UI", b"UL", b"US"}
STRANGERS = (b"%PDF", b"\xff\xd8\xff", b"\x89PNG", b"PK\x03\x04", b"MZ", b"\x7fELF", b"GIF8", b"BM", b"<", b"{")
PROGRAMMES = (b"MZ", b"\x7fELF", b"II*\x00", b"MM\x00*", b"<", b"{", b"#!", b"PK")


class NotTakenError(Exception):
    """This file goes no further; the finding says why. Not an error of ours."""

    def __init__(self, outcome: Outcome, code: str, **values: str) -> None:
        super().__init__(code)
        self.outcome = outcome
        self.finding = Finding(code, values)


def refused(code: str, **values: str) -> NotTakenError:
    return NotTakenError(Outcome.REFUSED, code, **values)


def skipped(code: str, **values: str) -> NotTakenError:
    return NotTakenError(Outcome.SKIPPED, code, **values)


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a data set is written, and where in the file it starts."""

    syntax: str
    is_implicit: bool
    is_little: bool
    start: int
    notes: tuple[Finding, ...] = ()

    @property
    def is_deflated(self) -> bool:
        return self.syntax == DEFLATED


def look(file: BinaryIO, size: int) -> Encoding:
    """The encoding of the DICOM file, from its meta. Raises NotTakenError for what is none or is not safe."""
    head = file.read(PREAMBLE_BYTES + 4)
    if size == 0:
        raise skipped("empty")
    if size <= PREAMBLE_BYTES + 4:
        raise skipped("too-short")
    if head[PREAMBLE_BYTES:] != b"DICM":
        return _without_preamble(head)
    notes = (Finding("programme-preamble"),) if head.startswith(PROGRAMMES) else ()
    syntax, start = _meta(file, size)
    file.seek(start)
    first = file.read(8)
    if not syntax:
        return _guessed(first, start, (*notes, Finding("no-syntax")))
    if syntax not in NATIVE | CODESTREAMS | {RLE}:
        raise refused("unknown-syntax", uid=_uid_words(syntax))
    if syntax == DEFLATED:
        return Encoding(syntax, False, True, start, notes)
    return _checked(syntax, first, start, notes)


def open_dataset(file: BinaryIO, encoding: Encoding) -> BinaryIO:
    """The stream of the data set, at its first element: the file itself, or its inflated bytes in memory."""
    file.seek(encoding.start)
    return BytesIO(_inflate(file)) if encoding.is_deflated else file


def _meta(file: BinaryIO, size: int) -> tuple[str, int]:
    """Transfer syntax (or empty) and the offset after group 0002."""
    syntax, at = "", PREAMBLE_BYTES + 4
    while len(header := _at(file, at, 12)) >= 8 and header[:2] == b"\x02\x00":
        element, vr = int.from_bytes(header[2:4], "little"), header[4:6]
        if vr not in META_VRS:
            raise refused("bad-meta")
        long = vr in LONG_VRS
        length = int.from_bytes(header[8:12], "little") if long else int.from_bytes(header[6:8], "little")
        value_at = at + (12 if long else 8)
        if length > LARGEST_META_VALUE or value_at + length > size:
            raise refused("bad-meta")
        if element == 0 and (length != 4 or value_at + 4 + struct.unpack("<L", _at(file, value_at, 4))[0] > size):
            raise refused("bad-meta")
        if element == 0x10:
            syntax = _at(file, value_at, length).rstrip(b"\0 ").decode("latin-1")
        at = value_at + length
    return syntax, at


def _at(file: BinaryIO, offset: int, count: int) -> bytes:
    file.seek(offset)
    return file.read(count)


def _without_preamble(head: bytes) -> Encoding:
    """A data set without meta is taken when it starts like one; everything else is some other file."""
    if head.startswith(b"\x1f\x8b"):
        raise refused("gzip")
    if head.startswith(STRANGERS):
        raise skipped("not-dicom")
    try:
        encoding = _guessed(head[:8], 0, (Finding("no-meta"),))
    except NotTakenError as reason:
        raise skipped("not-dicom") from reason
    return encoding


def _guessed(first: bytes, start: int, notes: tuple[Finding, ...]) -> Encoding:
    for syntax in (EXPLICIT_LITTLE, IMPLICIT_LITTLE, EXPLICIT_BIG):
        if _fits(syntax, first):
            return Encoding(syntax, syntax == IMPLICIT_LITTLE, syntax != EXPLICIT_BIG, start, notes)
    raise refused("bad-dataset")


def _checked(syntax: str, first: bytes, start: int, notes: tuple[Finding, ...]) -> Encoding:
    """The declared encoding if the first element looks like it, else the one it does look like, and a note."""
    if _fits(syntax, first):
        return Encoding(syntax, syntax == IMPLICIT_LITTLE, syntax != EXPLICIT_BIG, start, notes)
    found = _guessed(first, start, (*notes, Finding("syntax-lies")))
    if syntax in NATIVE:
        return found
    return Encoding(syntax, found.is_implicit, found.is_little, start, found.notes)


def _fits(syntax: str, first: bytes) -> bool:
    """Data sets begin in group 0008 (or 0004, a directory); an explicit VR is two capitals."""
    if len(first) < 8:
        return False
    group = struct.unpack(">H" if syntax == EXPLICIT_BIG else "<H", first[:2])[0]
    has_vr = first[4:6].isalpha() and first[4:6].isupper()
    return 0 < group <= 0x0020 and group != 0x0002 and has_vr == (syntax != IMPLICIT_LITTLE)


def _inflate(file: BinaryIO) -> bytes:
    """Raw deflate, in chunks, with a cap on size and on ratio. Raises NotTakenError."""
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    out, taken = bytearray(), 0
    try:
        while not engine.eof and (chunk := engine.unconsumed_tail or file.read(INFLATE_CHUNK)):
            fresh = len(chunk) if not engine.unconsumed_tail else 0
            taken += fresh
            out += engine.decompress(chunk, INFLATE_CHUNK)
            if len(out) > LARGEST_INFLATED or len(out) > max(FREE_INFLATED, LARGEST_RATIO * taken):
                raise refused("inflate-cap")
    except zlib.error as reason:
        raise refused("damaged") from reason
    if not engine.eof:
        raise refused("truncated")
    return bytes(out)


def _uid_words(uid: str) -> str:
    return re.sub(r"[^0-9.]", "?", uid)[:64] or "?"
