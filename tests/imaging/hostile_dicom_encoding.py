"""Rows H066 to H105 of the table of hostile and odd inputs: how the bytes are written, and text."""

import gzip
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import data_store
import dicom_samples as d
import numpy as np
import pydicom
from dicom_samples import Sample, element, fragmented, setting, text, without
from hostile_rows import Row

from planner.imaging.dicom.importer import Candidate

WHEEL = Path(pydicom.__file__).parent / "data" / "test_files"
CHARSETS = WHEEL.parent / "charset_files"
STORE = Path(data_store.__file__).parent / "data"
RLE, JPEG_LOSSY = "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.4.50"


def stack(*edits: d.Edit, **how: object) -> "object":
    def build(folder: Path) -> list[Path]:
        return Sample(folder, edits=edits, **how).write()  # type: ignore[arg-type]

    return build


def sample(*paths: Path) -> "object":
    return lambda _folder: list(paths)


def changed(change: Callable[[bytes], bytes], **how: object) -> "object":
    """A builder of a series whose finished files are changed."""

    def build(folder: Path) -> list[Path]:
        paths = Sample(folder, **how).write()  # type: ignore[arg-type]
        for path in paths:
            path.write_bytes(change(path.read_bytes()))
        return paths

    return build


def named(content: bytes, name: str = "odd.dcm") -> "object":
    def build(folder: Path) -> list[Path]:
        path = folder / name
        path.write_bytes(content)
        return [path]

    return build


def bare(data: bytes) -> bytes:
    """The data set alone: no preamble, no meta."""
    return data[_start(data) :]


def _start(data: bytes) -> int:
    return 132 + 12 + struct.unpack("<L", data[140:144])[0]


def deflated(data: bytes) -> bytes:
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    start = _start(data)
    return data[:start] + engine.compress(data[start:]) + engine.flush()


def deflate_bomb(folder: Path) -> list[Path]:
    """400 MB of zeros in 0.4 MB, as the value of a private element before the pixels."""
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    head = Sample(folder, syntax=d.DEFLATED).file(0)
    head = head[: _start(head)]
    squeezed = engine.compress(element(0x00080008, "CS", b"ORIGINAL")) + engine.flush(zlib.Z_FULL_FLUSH)
    megabyte = engine.compress(bytes(1 << 20)) + engine.flush(zlib.Z_FULL_FLUSH)  # complete in itself
    path = folder / "bomb.dcm"
    path.write_bytes(head + squeezed + 400 * megabyte + engine.flush())
    assert path.stat().st_size < 1 << 20
    return [path]


def rle_frame(array: np.ndarray) -> bytes:  # type: ignore[type-arg]
    """PS3.5 annex G with literal runs only: high bytes, then low bytes."""
    segments = [_literals(plane) for plane in (array >> 8, array & 0xFF)]
    starts = [64, 64 + len(segments[0])]
    return struct.pack("<16L", 2, *starts, *([0] * 13)) + b"".join(segments)


def _literals(plane: np.ndarray) -> bytes:  # type: ignore[type-arg]
    raw = plane.astype(np.uint8).tobytes()
    parts = [raw[at : at + 128] for at in range(0, len(raw), 128)]
    coded = b"".join(bytes([len(part) - 1]) + part for part in parts)
    return coded + b"\x80" * (len(coded) % 2)


def encapsulated(value: Callable[[int], bytes], syntax: str = RLE) -> "object":
    """A series with these encapsulated pixels, of undefined length as the standard wants it."""

    def build(folder: Path) -> list[Path]:
        paths = Sample(folder, edits=(without(d.PIXELS),), syntax=syntax).write()
        for k, path in enumerate(paths):
            head = struct.pack("<HH", 0x7FE0, 0x0010) + b"OB\0\0" + b"\xff\xff\xff\xff"
            path.write_bytes(path.read_bytes() + head + value(k))
        return paths

    return build


def _delimiter_inside(k: int) -> bytes:
    """Pixels that spell out the sequence delimiter inside the fragment."""
    array = d.ramp(k)
    array.ravel()[:4] = 0xFEFF  # high bytes FE FE.., so make the literal bytes by hand below
    frame = bytearray(rle_frame(array))
    at = frame.index(b"\xfe\xfe\xfe\xfe")
    frame[at : at + 4] = b"\xfe\xff\xdd\xe0"
    return fragmented(bytes(frame))


def nested(depth: int) -> d.Edit:
    """Sequences inside sequences, written from the inside out with defined lengths."""

    def edit(elements: d.Elements, _k: int) -> None:
        value = b""
        for _level in range(depth):
            item = struct.pack("<HHL", 0xFFFE, 0xE000, len(value)) + value
            value = element(0x00081140, "SQ", item)
        setting(0x00081140, "SQ", value[12:])(elements, 0)

    return edit


def nested_without_lengths(data: bytes) -> bytes:
    head = struct.pack("<HH", 0x0008, 0x1140) + b"SQ\0\0\xff\xff\xff\xff" + b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
    at = data.index(struct.pack("<HH", 0x0010, 0x0010))
    return data[:at] + head * 2000


def insert(piece: bytes, before: int = 0x00100010) -> Callable[[bytes], bytes]:
    mark = struct.pack("<HH", before >> 16, before & 0xFFFF)

    def change(data: bytes) -> bytes:
        at = data.index(mark, _start(data))
        return data[:at] + piece + data[at:]

    return change


def broken_jpeg(_k: int) -> bytes:
    """A baseline JPEG of the wheel with its tables damaged."""
    data = (WHEEL / "JPEG-lossy.dcm").read_bytes()
    at = data.index(b"\xff\xd8\xff")
    return fragmented(data[at : at + 4] + bytes(200) + data[at + 204 : at + 2000])


def huge_meta_length(data: bytes) -> bytes:
    return data[:140] + b"\xff\xff\xff\xff" + data[144:]


def lying_syntax(folder: Path) -> list[Path]:
    """Implicit data sets behind a meta group that says explicit."""
    paths = Sample(folder, syntax=d.IMPLICIT).write()
    for path in paths:
        path.write_bytes(d.part10({}, d.EXPLICIT) + bare(path.read_bytes()))
    return paths


def cut_everywhere(folder: Path) -> list[Path]:
    """One good file cut at every 1 % of its length."""
    whole = Sample(folder, 1).file(0)
    paths = []
    for percent in range(1, 101):
        path = folder / f"cut{percent:03d}.dcm"
        path.write_bytes(whole[: max(133, (len(whole) - 1) * percent // 100)])
        paths.append(path)
    return paths


def shown_name(expected: str) -> Callable[[list[Candidate]], None]:
    def check(candidates: list[Candidate]) -> None:
        assert {one.series.identity.name for one in candidates} == {expected}

    return check


def has_no_age(candidates: list[Candidate]) -> None:
    assert {one.series.identity.birth_date for one in candidates} == {""}


UTF8_NAME = setting(d.NAME, "PN", "NUÑEZ^José".encode())
LATIN_NAME = setting(d.NAME, "PN", "NUÑEZ^José".encode("latin-1"))
HTML = "<b>x</b>%s$(rm)"

ROWS = (
    Row("H066", stack(syntax=d.BIG), "accept", ""),
    Row("H066", sample(WHEEL / "MR_small_bigendian.dcm"), "flat", "single-slice"),
    Row("H067", stack(syntax=d.IMPLICIT), "accept", ""),
    Row("H068", changed(deflated, syntax=d.DEFLATED), "accept", ""),
    Row("H068", sample(WHEEL / "image_dfl.dcm"), "flat", "no-spacing"),
    Row("H069", deflate_bomb, "refuse", "inflate-cap"),
    Row("H070", changed(bare), "tell", "no-meta"),
    Row("H071", stack(meta={0x00020010: ("UI", b"")}), "tell", "no-syntax"),
    Row("H072", changed(huge_meta_length), "refuse", "bad-meta"),
    Row("H073", lying_syntax, "tell", "syntax-lies"),
    Row("H074", stack(meta={0x00020010: ("UI", b"1.2.3.4")}), "refuse", "unknown-syntax"),
    Row("H075", sample(WHEEL / "JPEG-lossy.dcm", WHEEL / "JPGExtended.dcm"), "refuse", "no-position"),
    Row("H075", stack(setting(0x00282110, "CS", b"01")), "ask", "lossy"),
    Row("H076", encapsulated(lambda k: fragmented(rle_frame(d.ramp(k)))), "accept", ""),
    Row("H076", sample(WHEEL / "MR_small_RLE.dcm", WHEEL / "MR_small_jp2klossless.dcm"), "refuse", "single-slice"),
    Row("H077", encapsulated(_delimiter_inside), "accept", ""),
    Row("H078", encapsulated(lambda k: fragmented(rle_frame(d.ramp(k)), table=b"\x07\0\0\0")), "accept", ""),
    Row("H079", encapsulated(lambda k: fragmented(rle_frame(d.ramp(k)), end=False)), "refuse", "fragments"),
    Row("H079", encapsulated(lambda k: fragmented(rle_frame(d.ramp(k)))[:-20]), "refuse", "fragments"),
    Row("H080", encapsulated(lambda _k: fragmented(bytes(64))), "refuse", "rle"),
    Row("H081", encapsulated(broken_jpeg, JPEG_LOSSY), "refuse", "decoder"),
    Row("H082", sample(WHEEL / "badVR.dcm"), "skip", "not-image"),
    Row("H082", stack(setting(0x00091001, "ZZ", b"1234")), "accept", ""),
    Row("H083", stack(meta={0x00020013: ("OB", b"NOCI"), 0x00020016: ("ZZ", b"A")}), "refuse", "bad-meta"),
    Row("H084", stack(nested(3000), count=1), "refuse", "nested"),
    Row("H085", changed(nested_without_lengths, count=1), "refuse", "nested"),
    Row("H086", changed(insert(b"\xfe\xff\x0d\xe0\0\0\0\0")), "refuse", "no-pixels"),
    Row("H086", changed(insert(element(0x00000010, "UL", b"\0\0\0\0"))), "refuse", "stray-group"),
    Row("H087", changed(insert(element(0x0008103E, "LO", b"other"))), "tell", "doubled-tag"),
    Row("H087", changed(insert(element(0x00080070, "LO", b"late"))), "tell", "disordered-tags"),
    Row("H087", changed(insert(element(d.PATIENT_ID, "LO", b"P-2"), d.BIRTH_DATE)), "refuse", "identity-twice"),
    Row("H088", stack(setting(0x00091010, "SQ", d.sequence(element(0x00091011, "SQ", b"")))), "accept", ""),
    Row("H088", stack(setting(0x00091010, "UN", d.sequence(element(0x00091011, "LO", b"x ")))), "accept", ""),
    Row("H089", changed(insert(element(0x00101000, "UT", b"x" * (1 << 20))), count=3), "accept", ""),
    Row("H090", named(b""), "skip", "empty"),
    Row("H090", named(b"\0"), "skip", "too-short"),
    Row("H090", named(bytes(128) + b"DICM"), "skip", "too-short"),
    Row("H091", cut_everywhere, "refuse-all", "pixels-short"),
    Row("H091", sample(WHEEL / "rtplan_truncated.dcm"), "refuse-all", "truncated"),
    Row("H092", named(gzip.compress(Sample(Path(), 1).file(0)), "a.dcm"), "refuse", "gzip"),
    *(
        Row("H093", named(start + bytes(500)), "skip", "not-dicom")
        for start in (b"\xff\xd8\xff\xe0", b"%PDF-1.7", b"MZ\x90\0", b"\xd0\xcf\x11\xe0")
    ),
    *(
        Row("H094", changed(lambda data, start=start: start + data[len(start) :]), "tell", "programme-preamble")  # type: ignore[misc]
        for start in (b"MZ", b"\x7fELF", b"II*\0", b"<html>")
    ),
    Row("H095", stack(setting(d.SOP_CLASS, "UI", text("1.2.840.10008.5.1.4.1.1.104.1"))), "skip", "not-image"),
    Row("H095", stack(setting(d.SOP_CLASS, "UI", text("1.2.840.10008.5.1.4.1.1.77.1.1.1"))), "skip", "not-image"),
    Row("H096", stack(setting(0x00080005, "CS", b"ISO_IR 100"), LATIN_NAME), "accept", "", shown_name("NUÑEZ^José")),
    Row("H097", stack(UTF8_NAME), "tell", "guessed-text", shown_name("NUÑEZ^José")),
    Row("H098", stack(setting(0x00080005, "CS", b"ISO_IR 100"), UTF8_NAME), "tell", "guessed-text"),
    Row("H099", stack(setting(0x00080005, "CS", b"ISO_IR 192"), LATIN_NAME), "tell", "guessed-text"),
    Row("H100", sample(CHARSETS / "chrRuss.dcm"), "flat", "no-spacing", shown_name("Люкceмбypг")),
    Row("H100", sample(CHARSETS / "chrArab.dcm"), "flat", "no-spacing", shown_name("قباني^لنزار")),
    Row("H100", sample(CHARSETS / "chrHbrw.dcm"), "flat", "no-spacing", shown_name("שרון^דבורה")),
    Row("H100", sample(CHARSETS / "chrX1.dcm"), "flat", "no-spacing", shown_name("Wang^XiaoDong=王^小東=")),
    Row(
        "H101",
        stack(setting(0x00080005, "CS", b"ISO_IR 192"), setting(d.NAME, "PN", "A\u202eB\u200b^C".encode())),
        "accept",
        "",
        shown_name("A\\u202EB\\u200B^C"),
    ),
    Row(
        "H103",
        stack(setting(d.NAME, "PN", b"A\0B\x07^" + HTML.encode())),
        "accept",
        "",
        shown_name(f"A\\u0000B\\u0007^{HTML}"),
    ),
    Row(
        "H104",
        sample(CHARSETS / "chrH31.dcm"),
        "flat",
        "no-spacing",
        shown_name("Yamada^Tarou=山田^太郎=やまだ^たろう"),
    ),
    Row(
        "H105",
        stack(setting(d.BIRTH_DATE, "DA", b"19701332"), setting(0x00080030, "TM", b"300000")),
        "tell",
        "bad-date",
        has_no_age,
    ),
)
