"""Small DICOM series written byte by byte, so that a test can write what no library would."""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

IMPLICIT, EXPLICIT, BIG, DEFLATED = (
    "1.2.840.10008.1.2",
    "1.2.840.10008.1.2.1",
    "1.2.840.10008.1.2.2",
    "1.2.840.10008.1.2.1.99",
)
MR, CT = "1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.2"
LONG = {"OB", "OW", "OF", "OD", "SQ", "UN", "UT", "UC"}
ROWS, COLUMNS = 12, 10
SPACING = (1.25, 0.75)
GAP = 2.0
AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
ORIGIN = (-20.0, -30.0, 40.0)

Elements = dict[int, tuple[str, bytes]]
Edit = Callable[[Elements, int], None]

POSITION, ORIENTATION, PIXEL_SPACING, PIXELS = 0x00200032, 0x00200037, 0x00280030, 0x7FE00010
NAME, PATIENT_ID, BIRTH_DATE, SEX = 0x00100010, 0x00100020, 0x00100030, 0x00100040
STUDY_UID, SERIES_UID, FRAME_UID, SOP_UID, STUDY_DATE = 0x0020000D, 0x0020000E, 0x00200052, 0x00080018, 0x00080020
ROWS_TAG, COLUMNS_TAG, ALLOCATED, STORED, HIGH, SIGNED = (
    0x00280010,
    0x00280011,
    0x00280100,
    0x00280101,
    0x00280102,
    0x00280103,
)
INTERCEPT, SLOPE, IMAGE_TYPE, SOP_CLASS, MODALITY = 0x00281052, 0x00281053, 0x00080008, 0x00080016, 0x00080060


def text(value: str) -> bytes:
    return value.encode("latin-1")


def numbers(*values: float) -> bytes:
    return "\\".join(f"{value:.10g}" for value in values).encode()


def short(value: int) -> bytes:
    return struct.pack("<H", value)


def ramp(k: int, rows: int = ROWS, columns: int = COLUMNS) -> NDArray[np.uint16]:
    """Every voxel of a series has another value, so a wrong place shows."""
    return (np.arange(rows * columns, dtype=np.uint16).reshape(rows, columns) + 200 * k).astype(np.uint16)


@dataclass
class Sample:
    """A series of ``count`` axial slices unless said otherwise; ``edits`` change the elements of slice k."""

    folder: Path
    count: int = 6
    edits: tuple[Edit, ...] = ()
    prefix: str = "im"
    uid: str = "1.2.3"
    syntax: str = EXPLICIT
    orientation: tuple[float, ...] = AXIAL
    gap: float = GAP
    meta: Mapping[int, tuple[str, bytes]] = field(default_factory=dict)
    order: tuple[int, ...] = ()

    def write(self) -> list[Path]:
        self.folder.mkdir(parents=True, exist_ok=True)
        paths = []
        for k in self.order or range(self.count):
            path = self.folder / f"{self.prefix}{k:04d}.dcm"
            path.write_bytes(self.file(k))
            paths.append(path)
        return paths

    def file(self, k: int) -> bytes:
        elements = self.elements(k)
        for edit in self.edits:
            edit(elements, k)
        return part10(elements, self.syntax, self.meta)

    def elements(self, k: int) -> Elements:
        normal = np.cross(self.orientation[:3], self.orientation[3:])
        place = np.array(ORIGIN) + k * self.gap * normal
        return {
            0x00080008: ("CS", b"ORIGINAL\\PRIMARY\\M"),
            SOP_CLASS: ("UI", text(MR)),
            SOP_UID: ("UI", text(f"{self.uid}.7.{k + 1}")),
            STUDY_DATE: ("DA", b"20240131"),
            MODALITY: ("CS", b"MR"),
            0x0008103E: ("LO", b"T1"),
            NAME: ("PN", b"Prueba^Ana"),
            PATIENT_ID: ("LO", b"HC-4711"),
            BIRTH_DATE: ("DA", b"19700203"),
            SEX: ("CS", b"F"),
            0x00180050: ("DS", b"2"),
            0x00180081: ("DS", b"3.5"),
            STUDY_UID: ("UI", text(f"{self.uid}.1")),
            SERIES_UID: ("UI", text(f"{self.uid}.2")),
            0x00200011: ("IS", b"3"),
            0x00200012: ("IS", b"1"),
            0x00200013: ("IS", str(k + 1).encode()),
            POSITION: ("DS", numbers(*place)),
            ORIENTATION: ("DS", numbers(*self.orientation)),
            FRAME_UID: ("UI", text(f"{self.uid}.3")),
            0x00280002: ("US", short(1)),
            0x00280004: ("CS", b"MONOCHROME2"),
            ROWS_TAG: ("US", short(ROWS)),
            COLUMNS_TAG: ("US", short(COLUMNS)),
            PIXEL_SPACING: ("DS", numbers(*SPACING)),
            ALLOCATED: ("US", short(16)),
            STORED: ("US", short(16)),
            HIGH: ("US", short(15)),
            SIGNED: ("US", short(0)),
            PIXELS: ("OW", ramp(k).tobytes()),
        }


def part10(elements: Elements, syntax: str = EXPLICIT, meta: Mapping[int, tuple[str, bytes]] | None = None) -> bytes:
    """A file: preamble, meta group, data set in the order of the map."""
    group = {0x00020002: ("UI", elements.get(SOP_CLASS, ("UI", text(MR)))[1]), 0x00020010: ("UI", text(syntax))}
    group |= dict(meta or {})
    body = dataset(group)
    head = element(0x00020000, "UL", struct.pack("<L", len(body)))
    return bytes(128) + b"DICM" + head + body + dataset(elements, syntax)


def dataset(elements: Mapping[int, tuple[str, bytes]], syntax: str = EXPLICIT) -> bytes:
    return b"".join(element(tag, vr, value, syntax) for tag, (vr, value) in elements.items())


def element(tag: int, vr: str, value: bytes, syntax: str = EXPLICIT, length: int | None = None) -> bytes:
    order = ">" if syntax == BIG else "<"
    if syntax == BIG and vr in ("US", "OW"):
        value = np.frombuffer(value, "<u2").byteswap().tobytes()
    if len(value) % 2:
        value += b"\0" if vr in ("UI", "OB") else b" "
    size = len(value) if length is None else length
    head = struct.pack(order + "HH", tag >> 16, tag & 0xFFFF)
    if syntax == IMPLICIT:
        return head + struct.pack("<L", size) + value
    if vr in LONG:
        return head + vr.encode() + b"\0\0" + struct.pack(order + "L", size) + value
    return head + vr.encode() + struct.pack(order + "H", size) + value


def sequence(*items: bytes) -> bytes:
    """The value of a sequence of defined lengths."""
    return b"".join(struct.pack("<HHL", 0xFFFE, 0xE000, len(item)) + item for item in items)


def fragmented(*parts: bytes, table: bytes = b"", end: bool = True) -> bytes:
    """The value of encapsulated pixels: offset table, fragments, delimiter."""
    items = b"".join(struct.pack("<HHL", 0xFFFE, 0xE000, len(part)) + part for part in (table, *parts))
    return items + (struct.pack("<HHL", 0xFFFE, 0xE0DD, 0) if end else b"")


def setting(tag: int, vr: str, value: bytes, only: int | None = None) -> Edit:
    """An edit that sets one element, in its place in the order; in one slice or in all."""

    def edit(elements: Elements, k: int) -> None:
        if only is None or k == only:
            elements[tag] = (vr, value)
            ordered = dict(sorted(elements.items()))
            elements.clear()
            elements.update(ordered)

    return edit


def without(*tags: int) -> Edit:
    def edit(elements: Elements, _k: int) -> None:
        for tag in tags:
            elements.pop(tag, None)

    return edit


def placed(places: Mapping[int, tuple[float, float, float]] | Callable[[int], tuple[float, float, float]]) -> Edit:
    """An edit that sets the position of slice k."""

    def edit(elements: Elements, k: int) -> None:
        place = places(k) if callable(places) else places.get(k)
        if place is not None:
            elements[POSITION] = ("DS", numbers(*place))

    return edit


def as_ct(elements: Elements, _k: int) -> None:
    """An edit: CT with the usual rescale, stored signed."""
    elements |= {SOP_CLASS: ("UI", text(CT)), MODALITY: ("CS", b"CT"), SIGNED: ("US", short(1))}
    elements |= {INTERCEPT: ("DS", b"-1024"), SLOPE: ("DS", b"1"), 0x00281054: ("LO", b"HU")}
    elements[PIXELS] = elements.pop(PIXELS)
