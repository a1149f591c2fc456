"""The elements of one DICOM data set up to its pixels, as raw bytes, and what those bytes say.

pydicom splits the stream into elements; the values are read here, strictly: a number that is not plainly a number is
None, never 0 or 1. PS3.5 section 6.2 (value representations) and section 7 (data elements).
"""

import math
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import SEEK_END
from typing import Any, BinaryIO

from planner.imaging.dicom.gate import Encoding, NotTakenError, refused
from planner.imaging.series import Finding

CHARACTER_SET = 0x00080005
FLOAT_PIXELS, DOUBLE_PIXELS, PIXELS = 0x7FE00008, 0x7FE00009, 0x7FE00010
IDENTITY_TAGS = frozenset({0x00100010, 0x00100020, 0x00100030, 0x00100040})
UNDEFINED = 0xFFFFFFFF
DEEPEST_NESTING = 64
MOST_VALUES = 4096
PRINTABLE = bytes(byte if 32 <= byte < 127 else 32 if byte == 0 else ord("?") for byte in range(256))
"""Codes, numbers and identifiers are ASCII; anything else in them must not reach a screen."""
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")

Raw = bytes | list["RawItem"]


@dataclass(frozen=True, slots=True)
class PixelElement:
    """Where the pixels are in the stream: ``at`` the first byte of the value, ``length`` or UNDEFINED."""

    tag: int
    at: int
    length: int
    vr: str = ""


@dataclass(slots=True)
class RawItem:
    """Elements by tag: raw bytes, or the items of a sequence. ``order`` is ``<`` or ``>``."""

    order: str
    values: dict[int, Raw] = field(default_factory=dict)

    def items(self, tag: int) -> list["RawItem"]:
        """The items of a sequence; empty when it is absent."""
        value = self.values.get(tag)
        return value if isinstance(value, list) else []

    def has(self, tag: int) -> bool:
        """Present and not empty."""
        return bool(self.values.get(tag))

    def raw(self, tag: int) -> bytes:
        value = self.values.get(tag)
        return value if isinstance(value, bytes) else b""

    def words(self, tag: int) -> tuple[str, ...]:
        """The parts of a code string, identifier or date: ASCII, no blanks around."""
        text = self.raw(tag).translate(PRINTABLE).decode("ascii").strip(" ")
        return tuple(part.strip(" ") for part in text.split("\\")[:MOST_VALUES]) if text else ()

    def word(self, tag: int) -> str:
        return next(iter(self.words(tag)), "")

    def numbers(self, tag: int) -> tuple[float | None, ...]:
        """Decimal or integer strings; None for a part that is not a finite number."""
        return tuple(_number(part) for part in self.words(tag))

    def number(self, tag: int) -> float | None:
        return next(iter(self.numbers(tag)), None)

    def vector(self, tag: int, count: int) -> tuple[float, ...] | None:
        """Exactly ``count`` finite numbers, or None."""
        numbers = [n for n in self.numbers(tag) if n is not None]
        return tuple(numbers) if len(numbers) == count == len(self.words(tag)) else None

    def short(self, tag: int) -> int | None:
        """One unsigned 16-bit number. Raises NotTakenError when the element has another size."""
        value = self.raw(tag)
        if not value:
            return None
        if len(value) != 2:
            raise refused("bad-tag", tag=tag_words(tag))
        return int(struct.unpack(self.order + "H", value)[0])

    def double(self, tag: int) -> float | None:
        """One 64-bit float, finite, or None."""
        value = self.raw(tag)
        number = struct.unpack(self.order + "d", value)[0] if len(value) == 8 else math.nan
        return float(number) if math.isfinite(number) else None

    def unsigned(self, tag: int) -> int | None:
        """One unsigned 32-bit number, or None."""
        value = self.raw(tag)
        return int(struct.unpack(self.order + "L", value)[0]) if len(value) == 4 else None


def tag_words(tag: int) -> str:
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


def read_elements(
    stream: BinaryIO, encoding: Encoding, tags: frozenset[int]
) -> tuple[RawItem, PixelElement | None, tuple[Finding, ...]]:
    """The wanted ``tags`` before the pixels, the pixels' place, and remarks. Raises NotTakenError for a bad stream."""
    watch = _Watch(stream, encoding)
    try:
        found: dict[int, Any] = {}
        for element in _split(stream, encoding, watch, tags):
            found.setdefault(int(element.tag), element)  # the first value of a doubled tag counts
        watch.check_end()
        item = RawItem("<" if encoding.is_little else ">")
        item.values = {tag: _value(element, 0) for tag, element in found.items()}
    except (NotTakenError, MemoryError, OSError):
        raise
    except RecursionError as reason:
        raise refused("nested") from reason
    except Exception as reason:  # pydicom raises many kinds on damaged streams; all mean the same here
        raise refused("damaged") from reason
    return item, watch.pixels, watch.notes()


def _split(stream: BinaryIO, encoding: Encoding, watch: "_Watch", tags: frozenset[int]) -> Iterator[Any]:
    from pydicom.filereader import data_element_generator

    return iter(
        data_element_generator(
            stream, encoding.is_implicit, encoding.is_little, stop_when=watch, specific_tags=sorted(tags)
        )
    )


class _Watch:
    """Sees every top-level element as it goes by; stops at the pixels, refuses what no data set may hold."""

    def __init__(self, stream: BinaryIO, encoding: Encoding) -> None:
        self.pixels: PixelElement | None = None
        self._stream = stream
        self._order = "<" if encoding.is_little else ">"
        self._seen: set[int] = set()
        self._last = 0
        self._is_disordered = False
        self._doubled: list[int] = []
        self._end = 0

    def __call__(self, tag: int, vr: str | None, length: int) -> bool:
        number = int(tag)
        if number >> 16 in (0, 2, 0xFFFE):
            raise refused("stray-group", tag=tag_words(number))
        if number >= FLOAT_PIXELS:
            if number in (FLOAT_PIXELS, DOUBLE_PIXELS, PIXELS):
                self.pixels = PixelElement(number, self._stream.tell(), length, vr or "")
            return True
        if number in self._seen:
            self._take_double(number)
        self._seen.add(number)
        self._end = self._stream.tell() + (0 if length == UNDEFINED else length)
        self._is_disordered |= number < self._last
        self._last = number
        if 8 <= length < UNDEFINED:
            self._check_nesting(length)
        return False

    def check_end(self) -> None:
        """Without pixels, the last element must end where the stream does, or before."""
        if self.pixels is None and self._end > self._stream.seek(0, SEEK_END):
            raise refused("truncated")

    def notes(self) -> tuple[Finding, ...]:
        doubled = [Finding("doubled-tag", {"tag": tag_words(tag)}) for tag in self._doubled[:3]]
        return (*doubled, Finding("disordered-tags")) if self._is_disordered else tuple(doubled)

    def _take_double(self, tag: int) -> None:
        if tag in IDENTITY_TAGS:
            raise refused("identity-twice", tag=tag_words(tag))
        self._doubled.append(tag)

    def _check_nesting(self, length: int) -> None:
        """Follow the first children down: a tower of sequences is refused before anybody recurses into it."""
        start = self._stream.tell()
        head = self._stream.read(min(length, DEEPEST_NESTING * 24))
        self._stream.seek(start)
        item = struct.pack(self._order + "HH", 0xFFFE, 0xE000)
        if head[:4] == item and head.count(item) > DEEPEST_NESTING:
            raise refused("nested")


def _value(element: Any, depth: int) -> Raw:
    """Raw bytes, or the items of a sequence with their elements raw."""
    from pydicom.dataelem import RawDataElement
    from pydicom.values import convert_SQ

    if depth > DEEPEST_NESTING:
        raise refused("nested")
    value = element.value
    if isinstance(element, RawDataElement):
        if element.VR != "SQ" and not _looks_like_items(element):
            return value if isinstance(value, bytes) else b""
        value = convert_SQ(value or b"", element.is_implicit_VR, element.is_little_endian)
    order = "<" if getattr(element, "is_little_endian", True) else ">"
    return [_item(part, order, depth) for part in value]


def _item(dataset: Any, order: str, depth: int) -> RawItem:
    if dataset.original_encoding[1] is not None:
        order = "<" if dataset.original_encoding[1] else ">"
    elements = {int(tag): dataset.get_item(tag) for tag in dataset.keys()}  # noqa: SIM118 - iterating would convert
    return RawItem(order, {tag: _value(element, depth + 1) for tag, element in elements.items()})


def _looks_like_items(element: Any) -> bool:
    """In implicit encoding a sequence shows only by its first item tag."""
    item = b"\xfe\xff\x00\xe0" if element.is_little_endian else b"\xff\xfe\xe0\x00"
    return element.VR in (None, "UN") and isinstance(element.value, bytes) and element.value.startswith(item)


def _number(text: str) -> float | None:
    if not NUMBER.fullmatch(text):
        return None
    number = float(text)
    return number if math.isfinite(number) else None
