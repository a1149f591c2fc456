"""The header of one DICOM image file as plain values. Runs in the reading process (see ``importer`` beside it)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from planner.imaging.dicom.elements import (
    CHARACTER_SET,
    DOUBLE_PIXELS,
    FLOAT_PIXELS,
    PixelElement,
    RawItem,
    read_elements,
)
from planner.imaging.dicom.frames import FRAME_TAGS, Frame, classic_frame, enhanced_frames
from planner.imaging.dicom.gate import CODESTREAMS, LOSSY, RLE, Encoding, look, open_dataset, refused, skipped
from planner.imaging.dicom.pixel_checks import PixelFormat, check_pixels
from planner.imaging.dicom.text import decoded, iso_date
from planner.imaging.series import Finding, Patient

SOP_CLASS, SOP_UID, STUDY_UID, SERIES_UID, FRAME_UID = 0x00080016, 0x00080018, 0x0020000D, 0x0020000E, 0x00200052
IMAGE_TYPE, MODALITY, NAME, PATIENT_ID, BIRTH_DATE, SEX = (
    0x00080008,
    0x00080060,
    0x00100010,
    0x00100020,
    0x00100030,
    0x00100040,
)
ROWS, COLUMNS, FRAMES, SAMPLES, PHOTOMETRIC, PLANAR = (
    0x00280010,
    0x00280011,
    0x00280008,
    0x00280002,
    0x00280004,
    0x00280006,
)
ALLOCATED, STORED, HIGH_BIT, REPRESENTATION, PADDING = 0x00280100, 0x00280101, 0x00280102, 0x00280103, 0x00280120
BURNED_IN, LOSSY_FLAG, STUDY_DATE = 0x00280301, 0x00282110, 0x00080020
DIRECTORY_OFFSET = 0x00041200
SERIES_NUMBER, ACQUISITION_NUMBER, INSTANCE_NUMBER = 0x00200011, 0x00200012, 0x00200013
WINDOW_CENTRE, WINDOW_WIDTH, RESCALE_TYPE = 0x00281050, 0x00281051, 0x00281054
TEXT_TAGS = {
    "series": 0x0008103E,
    "protocol": 0x00181030,
    "study": 0x00081030,
    "manufacturer": 0x00080070,
    "model": 0x00081090,
    "body-part": 0x00180015,
    "age": 0x00101010,
    "patient-position": 0x00185100,
    "repetition-ms": 0x00180080,
    "field-t": 0x00180087,
    "gantry-tilt-deg": 0x00181120,
    "spacing-between-mm": 0x00180088,
    "series-date": 0x00080021,
}
OTHERS = frozenset({SOP_CLASS, SOP_UID, STUDY_UID, SERIES_UID, FRAME_UID, IMAGE_TYPE, MODALITY, NAME, PATIENT_ID})
OTHERS |= {BIRTH_DATE, SEX, ROWS, COLUMNS, FRAMES, SAMPLES, PHOTOMETRIC, PLANAR, ALLOCATED, STORED, HIGH_BIT}
OTHERS |= {REPRESENTATION, PADDING, BURNED_IN, LOSSY_FLAG, STUDY_DATE, SERIES_NUMBER, ACQUISITION_NUMBER}
OTHERS |= {INSTANCE_NUMBER, WINDOW_CENTRE, WINDOW_WIDTH, RESCALE_TYPE, CHARACTER_SET, DIRECTORY_OFFSET}
WANTED = OTHERS | FRAME_TAGS | frozenset(TEXT_TAGS.values())

READ_WHOLE = 4 << 20
"""Files up to this size are parsed in memory: the many small steps of parsing are twice as quick there."""

MEDIA_DIRECTORY = "1.2.840.10008.1.3.10"
IMAGE_CLASSES = ("1.2.840.10008.5.1.4.1.1.",)
NO_IMAGES = (
    "1.2.840.10008.5.1.4.1.1.11.",  # presentation states
    "1.2.840.10008.5.1.4.1.1.9.",  # waveforms
    "1.2.840.10008.5.1.4.1.1.88.",  # structured reports
    "1.2.840.10008.5.1.4.1.1.104.",  # encapsulated PDF, STL
    "1.2.840.10008.5.1.4.1.1.66",  # raw data, registrations, segmentations
    "1.2.840.10008.5.1.4.1.1.77.1.1.1",  # video (endoscopic, microscopic, photographic)
    "1.2.840.10008.5.1.4.1.1.77.1.2.1",
    "1.2.840.10008.5.1.4.1.1.77.1.4.1",
    "1.2.840.10008.5.1.4.1.1.481.",  # radiotherapy: dose, plan, structures
)
"""Beginnings of SOP class UIDs (PS3.4 annex B.5) that hold no picture we plan on."""


@dataclass(frozen=True, slots=True)
class Header:
    """What one image file says. ``frames`` has one entry for a classic file, one per frame for an enhanced one."""

    path: str
    size: int
    modified_ns: int
    sop_class: str
    sop_uid: str
    study_uid: str
    series_uid: str
    frame_uid: str
    modality: str
    image_type: tuple[str, ...]
    patient: Patient
    study_date: str
    series_number: str
    acquisition_number: str
    instance_number: int
    pixels: PixelFormat
    window: tuple[float, float] | None
    rescale_type: str
    frames: tuple[Frame, ...]
    texts: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[Finding, ...] = ()


def read_header(path: str) -> Header:
    """The header of one file. Raises NotTakenError with the reason, OSError when the file cannot be read."""
    place = Path(path)
    state = place.stat()
    with place.open("rb") as opened:
        file = BytesIO(opened.read()) if state.st_size <= READ_WHOLE else opened
        encoding = look(file, state.st_size)
        stream = open_dataset(file, encoding)
        item, pixels, notes = read_elements(stream, encoding, WANTED)
        _check_kind(item, pixels)
        layout = _pixel_format(item, pixels, encoding, stream)
    found = (*encoding.notes, *notes, *layout.notes)
    return _header(item, layout, found, (path, state.st_size, state.st_mtime_ns))


def _check_kind(item: RawItem, pixels: PixelElement | None) -> None:
    """Skips what is DICOM but no picture of a body; refuses a picture whose pixels are not there."""
    sop_class = item.word(SOP_CLASS)
    if sop_class == MEDIA_DIRECTORY or item.has(DIRECTORY_OFFSET):
        raise skipped("directory")
    if sop_class.startswith(NO_IMAGES):
        raise skipped("not-image", kind=item.word(MODALITY)[:16] or "?")
    kinds = item.words(IMAGE_TYPE)
    if "LOCALIZER" in kinds or "SCOUT" in kinds:
        raise skipped("localizer")
    if pixels is None:
        if sop_class and not sop_class.startswith(IMAGE_CLASSES) and not item.has(ROWS):
            raise skipped("not-image", kind=item.word(MODALITY)[:16] or "?")
        raise refused("no-pixels")


def _pixel_format(item: RawItem, pixels: PixelElement | None, encoding: Encoding, stream: BinaryIO) -> PixelFormat:
    if pixels is None:
        raise refused("no-pixels")
    frames = item.number(FRAMES)
    if item.has(FRAMES) and (frames is None or frames < 1 or frames != int(frames)):
        raise refused("bad-tag", tag="(0028,0008)")
    padding = item.raw(PADDING)
    representation = item.short(REPRESENTATION) or 0
    kind = {FLOAT_PIXELS: "float", DOUBLE_PIXELS: "double"}.get(pixels.tag, "integer")
    layout = PixelFormat(
        syntax=encoding.syntax,
        is_little=encoding.is_little,
        at=pixels.at,
        length=pixels.length,
        kind=kind,
        rows=item.short(ROWS) or 0,
        columns=item.short(COLUMNS) or 0,
        frames=int(frames or 1),
        samples=item.short(SAMPLES) or 1,
        photometric=item.word(PHOTOMETRIC),
        planar=item.short(PLANAR) or 0,
        allocated=item.short(ALLOCATED) or {"float": 32, "double": 64}.get(kind, 0),
        stored=item.short(STORED) or {"float": 32, "double": 64}.get(kind, 0),
        high_bit=item.short(HIGH_BIT) if item.has(HIGH_BIT) else None,
        is_signed=representation == 1,
        padding=int.from_bytes(padding, "little" if encoding.is_little else "big", signed=representation == 1)
        if len(padding) == 2
        else None,
        is_lossy=encoding.syntax in LOSSY or item.word(LOSSY_FLAG) == "01",
        is_compressed=encoding.syntax in CODESTREAMS | {RLE},
        start=encoding.start,
        is_swapped=pixels.vr == "OW" and not encoding.is_little and item.short(ALLOCATED) == 8,
    )
    return check_pixels(layout, stream)


def _header(item: RawItem, layout: PixelFormat, notes: tuple[Finding, ...], file: tuple[str, int, int]) -> Header:
    patient, texts, remarks = _who_and_what(item)
    frames = enhanced_frames(item, layout.frames)
    if not frames:
        frame = classic_frame(item)
        frames = (frame if layout.frames == 1 else frame.without_place(),)
    if item.word(BURNED_IN) == "YES":
        remarks = (*remarks, Finding("burned-in"))
    centre, width = item.number(WINDOW_CENTRE), item.number(WINDOW_WIDTH)
    window = (centre - width / 2, centre + width / 2) if centre is not None and width and width > 0 else None
    study_date = iso_date(item.word(STUDY_DATE))
    if study_date is None:
        remarks = (*remarks, Finding("bad-date", {"tag": "(0008,0020)"}))
    return Header(
        path=file[0],
        size=file[1],
        modified_ns=file[2],
        sop_class=item.word(SOP_CLASS),
        sop_uid=item.word(SOP_UID),
        study_uid=item.word(STUDY_UID),
        series_uid=item.word(SERIES_UID),
        frame_uid=item.word(FRAME_UID),
        modality=item.word(MODALITY)[:16],
        image_type=item.words(IMAGE_TYPE),
        patient=patient,
        study_date=study_date or "",
        series_number=item.word(SERIES_NUMBER)[:16],
        acquisition_number=item.word(ACQUISITION_NUMBER)[:16],
        instance_number=int(item.number(INSTANCE_NUMBER) or 0),
        pixels=layout,
        window=window,
        rescale_type=item.word(RESCALE_TYPE)[:16],
        frames=frames,
        texts=texts,
        notes=(*notes, *remarks),
    )


def _who_and_what(item: RawItem) -> tuple[Patient, dict[str, str], tuple[Finding, ...]]:
    sets = item.words(CHARACTER_SET)
    notes: list[Finding] = []
    name, is_guess = decoded(item.raw(NAME), sets)
    patient_id, is_id_guess = decoded(item.raw(PATIENT_ID), sets)
    texts = {key: decoded(item.raw(tag), sets)[0].strip() for key, tag in TEXT_TAGS.items() if item.has(tag)}
    if is_guess or is_id_guess:
        notes.append(Finding("guessed-text", {"name": name}))
        texts["raw-name-hex"] = item.raw(NAME)[:256].hex()
    birth_date = iso_date(item.word(BIRTH_DATE))
    if birth_date is None:
        notes.append(Finding("bad-date", {"tag": "(0010,0030)"}))
    sex = item.word(SEX).upper()
    patient = Patient(name.strip(), patient_id.strip(), birth_date or "", sex if sex in ("M", "F", "O") else "")
    return patient, texts, tuple(notes)
