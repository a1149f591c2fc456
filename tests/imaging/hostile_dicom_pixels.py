"""Rows H045 to H065 of the table of hostile and odd inputs: what the pixels hold."""

import struct
from pathlib import Path

import data_store
import dicom_samples as d
import nibabel as nib
import numpy as np
import pydicom
from dicom_samples import Sample, as_ct, setting, short, without
from hostile_rows import Row

WHEEL = Path(pydicom.__file__).parent / "data" / "test_files"
STORE = Path(data_store.__file__).parent / "data"
NIBABEL_DICOM = Path(nib.__file__).parent / "nicom" / "tests" / "data"


def stack(*edits: d.Edit, **how: object) -> "object":
    def build(folder: Path) -> list[Path]:
        return Sample(folder, edits=edits, **how).write()  # type: ignore[arg-type]

    return build


def sample(*paths: Path) -> "object":
    return lambda _folder: list(paths)


def intercept_each(elements: d.Elements, k: int) -> None:
    as_ct(elements, k)
    elements[d.INTERCEPT] = ("DS", b"0" if k % 2 else b"-1024")


def floats(elements: d.Elements, k: int) -> None:
    """Float pixel data (7FE0,0008), with one NaN in slice 2."""
    values = d.ramp(k).astype("<f4")
    if k == 2:
        values[3, 4] = np.nan
    elements.pop(d.PIXELS)
    for tag in (d.STORED, d.HIGH, d.SIGNED):
        elements.pop(tag)
    elements[d.ALLOCATED] = ("US", short(32))
    elements[0x7FE00008] = ("OF", values.tobytes())


def doubles(elements: d.Elements, k: int) -> None:
    floats(elements, 0)
    elements.pop(0x7FE00008)
    elements[d.ALLOCATED] = ("US", short(64))
    elements[0x7FE00009] = ("OD", d.ramp(k).astype("<f8").tobytes())


def colour(bits: int) -> d.Edit:
    def edit(elements: d.Elements, _k: int) -> None:
        elements |= {0x00280002: ("US", short(3)), 0x00280004: ("CS", b"RGB"), 0x00280006: ("US", short(0))}
        elements |= {d.ALLOCATED: ("US", short(bits)), d.STORED: ("US", short(bits)), d.HIGH: ("US", short(bits - 1))}
        elements[d.PIXELS] = ("OW", bytes(d.ROWS * d.COLUMNS * 3 * bits // 8))
        ordered = dict(sorted(elements.items()))
        elements.clear()
        elements.update(ordered)

    return edit


def palette_beyond_its_table(elements: d.Elements, _k: int) -> None:
    """Indices up to 1,400 into a table of 4 entries."""
    elements |= {0x00280004: ("CS", b"PALETTE COLOR"), 0x00281101: ("US", struct.pack("<HHH", 4, 0, 16))}
    elements |= {0x00281201: ("OW", bytes(8))}
    elements[d.PIXELS] = elements.pop(d.PIXELS)


def cut_pixels(elements: d.Elements, k: int) -> None:
    if k == 2:
        elements[d.PIXELS] = ("OW", elements[d.PIXELS][1][:-20])


HUGE = (setting(d.ROWS_TAG, "US", short(65535)), setting(d.COLUMNS_TAG, "US", short(65535)))
LONG_ROWS = setting(d.ROWS_TAG, "UL", struct.pack("<L", 1 << 28))

ROWS = (
    Row("H045", stack(as_ct, setting(d.SLOPE, "DS", b"0")), "refuse", "slope-zero"),
    Row("H045", stack(as_ct, setting(d.SLOPE, "DS", b"one")), "refuse", "slope-zero"),
    Row("H046", stack(intercept_each), "tell", "rescale-varies"),
    Row("H047", stack(as_ct, without(d.INTERCEPT, d.SLOPE)), "tell", "no-hounsfield"),
    Row("H048", sample(NIBABEL_DICOM / "decimal_rescale.dcm"), "flat", "single-slice"),
    Row("H048", stack(setting(d.SLOPE, "DS", b"0.001953")), "accept", ""),
    Row("H049", stack(setting(d.STORED, "US", short(12)), setting(d.HIGH, "US", short(11))), "accept", ""),
    Row("H050", stack(setting(d.ALLOCATED, "US", short(12)), setting(d.STORED, "US", short(12))), "refuse", "bits"),
    Row("H051", stack(setting(d.STORED, "US", short(17))), "refuse", "bits"),
    Row("H051", stack(setting(d.HIGH, "US", short(3))), "refuse", "bits"),
    *(
        Row("H051", stack(setting(d.ALLOCATED, "US", short(bits)), setting(d.STORED, "US", short(1))), "refuse", "bits")
        for bits in (0, 1, 3, 24)
    ),
    Row("H052", sample(WHEEL / "J2K_pixelrep_mismatch.dcm"), "flat", "single-slice"),
    Row("H053", stack(as_ct, setting(0x00280120, "SS", struct.pack("<h", -2000))), "tell", "padding"),
    Row("H054", sample(*sorted(WHEEL.glob("SC_rgb_*.dcm"))), "refuse", "colour"),
    Row("H054", sample(WHEEL / "examples_palette.dcm", WHEEL / "examples_ybr_color.dcm"), "refuse", "colour"),
    Row("H054", sample(STORE / "color-pl.dcm", STORE / "color-px.dcm"), "refuse", "colour"),
    Row("H055", stack(setting(0x00280004, "CS", b"MONOCHROME1")), "tell", "monochrome1"),
    Row("H056", stack(doubles), "accept", ""),
    Row("H057", stack(colour(16), count=1), "refuse", "colour-depth"),
    Row("H057", sample(WHEEL / "SC_rgb_rle_32bit.dcm"), "refuse", "colour-depth"),
    Row("H058", stack(cut_pixels), "refuse-some", "pixels-short"),
    Row("H058", sample(WHEEL / "MR_truncated.dcm"), "refuse", "pixels-short"),
    Row("H058", sample(STORE / "emri_small_jpeg_2k_lossless_too_short.dcm"), "refuse", "fragments"),
    Row("H059", stack(setting(d.PIXELS, "OW", d.ramp(0).tobytes() + bytes(100))), "tell", "pixels-long"),
    Row("H060", stack(*HUGE, count=1), "refuse", "too-large"),
    Row("H061", stack(setting(0x00280008, "IS", b"2000000000"), count=1), "refuse", "too-large"),
    Row("H062", stack(LONG_ROWS, count=1), "refuse", "bad-tag"),
    Row("H063", stack(palette_beyond_its_table, count=1), "flat", "colour"),
    Row("H064", stack(floats), "tell", "invalid-voxels"),
    Row("H065", stack(setting(d.PIXELS, "OW", bytes(d.ROWS * d.COLUMNS * 2))), "tell", "constant"),
)
