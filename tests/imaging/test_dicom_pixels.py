"""The numbers of the voxels: exact through every encoding, scaled once, inverted once, never padded."""

from pathlib import Path

import data_store
import dicom_samples as d
import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from dicom_samples import Sample, as_ct, setting, short
from hostile_dicom_encoding import encapsulated, rle_frame
from hostile_rows import ANSWERS
from numpy.typing import NDArray
from pydicom.encaps import encapsulate, generate_frames

from planner.errors import RefusedError
from planner.imaging.apart.child import ChildWorker
from planner.imaging.dicom.decode import stored_frames
from planner.imaging.dicom.headers import read_header
from planner.imaging.dicom.importer import read_series, scan_files
from planner.imaging.dicom.shifting import shifted
from planner.imaging.series import ReadVolume

WHEEL = Path(pydicom.__file__).parent / "data" / "test_files"
STORE = Path(data_store.__file__).parent / "data"


def read(paths: list[Path], worker: ChildWorker) -> ReadVolume:
    candidates, _lines = scan_files(paths, worker)
    return read_series(candidates[0], ANSWERS, worker)


def stored(path: Path, scratch: Path) -> NDArray[np.generic]:
    header = read_header(str(path))
    frames = list(stored_frames(str(path), header.pixels, tuple(range(header.pixels.frames)), scratch))
    return np.stack(frames) if len(frames) > 1 else frames[0]


def expected_ramp(count: int = 6) -> NDArray[np.uint16]:
    return np.stack([d.ramp(k).T for k in range(count)], axis=2)


@pytest.mark.parametrize(
    ("compressed", "plain"),
    [
        (WHEEL / "MR_small_RLE.dcm", WHEEL / "MR_small.dcm"),
        (WHEEL / "MR_small_jp2klossless.dcm", WHEEL / "MR_small.dcm"),
        (WHEEL / "MR_small_jpeg_ls_lossless.dcm", WHEEL / "MR_small.dcm"),
        (WHEEL / "MR_small_bigendian.dcm", WHEEL / "MR_small.dcm"),
        (WHEEL / "MR_small_implicit.dcm", WHEEL / "MR_small.dcm"),
        (STORE / "MR2_J2KR.dcm", STORE / "MR2_UNCR.dcm"),
        (STORE / "RG1_J2KR.dcm", STORE / "RG1_UNCR.dcm"),
        (STORE / "emri_small_RLE.dcm", STORE / "emri_small.dcm"),
        (STORE / "emri_small_jpeg_2k_lossless.dcm", STORE / "emri_small.dcm"),
        (STORE / "emri_small_jpeg_ls_lossless.dcm", STORE / "emri_small.dcm"),
        (STORE / "emri_small_big_endian.dcm", STORE / "emri_small.dcm"),
    ],
    ids=lambda path: path.stem,
)
def test_that_lossless_pixels_equal_the_uncompressed_ones(compressed: Path, plain: Path, tmp_path: Path) -> None:
    """JPEG-LS, JPEG 2000, RLE and both byte orders; the truth is pydicom's reading of the plain file."""
    assert np.array_equal(stored(compressed, tmp_path), pydicom.dcmread(plain).pixel_array)


@pytest.mark.parametrize("has_table", [False, True])
def test_that_frames_in_many_fragments_are_told_apart(tmp_path: Path, has_table: bool) -> None:
    """Row H078: three fragments a frame, with and without an offset table; a wrong table changes nothing."""
    dataset = pydicom.dcmread(STORE / "emri_small_jpeg_2k_lossless.dcm")
    frames = list(generate_frames(dataset.PixelData, number_of_frames=10))
    parts = encapsulate(frames, fragments_per_frame=3, has_bot=has_table)
    dataset.PixelData = (
        parts[:8]
        + b"\x04\0\0\0" * (int.from_bytes(parts[4:8], "little") // 4)
        + parts[8 + int.from_bytes(parts[4:8], "little") :]
    )
    dataset.save_as(tmp_path / "many.dcm")
    expected = pydicom.dcmread(STORE / "emri_small.dcm").pixel_array
    assert np.array_equal(stored(tmp_path / "many.dcm", tmp_path), expected)


@pytest.mark.parametrize("path", [STORE / "JPEG-LL.dcm", STORE / "bad_sequence.dcm"], ids=lambda path: path.stem)
def test_that_jpeg_lossless_is_the_same_out_of_our_bare_file_as_out_of_the_original(path: Path, tmp_path: Path) -> None:
    """SimpleITK on the whole file (which applies the rescale of the header itself) against our one-frame file."""
    image = sitk.ReadImage(str(path))
    dataset = pydicom.dcmread(path, stop_before_pixels=True)
    slope, intercept = float(dataset.get("RescaleSlope", 1)), float(dataset.get("RescaleIntercept", 0))
    assert np.array_equal(stored(path, tmp_path) * slope + intercept, sitk.GetArrayFromImage(image)[0])


@pytest.mark.parametrize("name", ["693_J2KR.dcm", "explicit_VR-UN.dcm", "eCT_Supplemental.dcm"])
def test_that_real_ct_pixels_equal_the_reading_of_pydicom(name: str, tmp_path: Path) -> None:
    assert np.array_equal(stored(STORE / name, tmp_path), pydicom.dcmread(STORE / name).pixel_array)


def test_that_a_sign_that_header_and_codestream_dispute_is_resolved_and_told(tmp_path: Path) -> None:
    path = WHEEL / "J2K_pixelrep_mismatch.dcm"
    values = stored(path, tmp_path)
    assert (int(values.min()), int(values.max())) == (-2000, 1896)  # a CT: air and bone, not 6,192
    assert "sign-mismatch" in {note.code for note in read_header(str(path)).pixels.notes}


def test_that_a_compressed_series_is_read_as_the_plain_one(worker: ChildWorker, tmp_path: Path) -> None:
    build = encapsulated(lambda k: d.fragmented(rle_frame(d.ramp(k))))
    result = read(build(tmp_path), worker)  # type: ignore[operator]
    assert np.array_equal(result.values, expected_ramp())


def test_that_hounsfield_units_are_whole_and_small(worker: ChildWorker, tmp_path: Path) -> None:
    result = read(Sample(tmp_path, edits=(as_ct,)).write(), worker)
    assert result.values.dtype == np.int16
    assert np.array_equal(result.values, expected_ramp().astype(int) - 1024)
    assert result.unit == "HU"
    assert result.window == (0.0, 80.0)


def test_that_the_window_of_the_header_is_kept_for_ct(worker: ChildWorker, tmp_path: Path) -> None:
    edits = (as_ct, setting(0x00281050, "DS", b"50\\300"), setting(0x00281051, "DS", b"100\\2000"))
    assert read(Sample(tmp_path, edits=edits).write(), worker).window == (0.0, 100.0)


def test_that_rescale_is_applied_slice_by_slice(worker: ChildWorker, tmp_path: Path) -> None:
    def each(elements: d.Elements, k: int) -> None:
        as_ct(elements, k)
        elements |= {d.INTERCEPT: ("DS", str(-100 * k).encode()), d.SLOPE: ("DS", b"2" if k == 3 else b"1")}

    result = read(Sample(tmp_path, edits=(each,)).write(), worker)
    scaled = expected_ramp().astype(float) * [1, 1, 1, 2, 1, 1] - 100.0 * np.arange(6)
    assert np.array_equal(result.values, scaled)
    shifted_only = setting(d.SLOPE, "DS", b"1")
    result = read(Sample(tmp_path, edits=(each, shifted_only)).write(), worker)
    assert result.values.dtype == np.int16
    assert np.array_equal(result.values, expected_ramp().astype(int) - 100 * np.arange(6))


def test_that_a_decimal_slope_is_exact_to_a_millionth(worker: ChildWorker, tmp_path: Path) -> None:
    edits = (setting(d.SLOPE, "DS", b"0.001953"), setting(d.INTERCEPT, "DS", b"0.25"))
    result = read(Sample(tmp_path, edits=edits).write(), worker)
    assert np.allclose(result.values, expected_ramp() * 0.001953 + 0.25, rtol=1e-6, atol=0)


def test_that_junk_above_the_stored_bits_is_masked_and_signs_are_kept(worker: ChildWorker, tmp_path: Path) -> None:
    def twelve_bits(elements: d.Elements, k: int) -> None:
        values = (d.ramp(k).astype(np.int32) - 700) & 0x0FFF
        elements[d.PIXELS] = ("OW", (values | 0xA000).astype("<u2").tobytes())

    edits = (
        setting(d.STORED, "US", short(12)),
        setting(d.HIGH, "US", short(11)),
        setting(d.SIGNED, "US", short(1)),
        twelve_bits,
    )
    result = read(Sample(tmp_path, edits=edits).write(), worker)
    assert np.array_equal(result.values, expected_ramp().astype(int) - 700)


def test_that_monochrome1_is_inverted_once_and_not_in_hounsfield_units(worker: ChildWorker, tmp_path: Path) -> None:
    white_is_low = setting(0x00280004, "CS", b"MONOCHROME1")
    result = read(Sample(tmp_path / "mr", edits=(white_is_low,)).write(), worker)
    assert np.array_equal(result.values, 65535 - expected_ramp().astype(int))
    result = read(Sample(tmp_path / "ct", edits=(as_ct, white_is_low)).write(), worker)
    assert np.array_equal(result.values, expected_ramp().astype(int) - 1024)


def test_that_padding_does_not_set_the_window(worker: ChildWorker, tmp_path: Path) -> None:
    def padded(elements: d.Elements, k: int) -> None:
        values = d.ramp(k) + 1000
        values[:4] = 0
        elements[d.PIXELS] = ("OW", values.tobytes())

    edits = (padded, setting(0x00280120, "US", short(0)))
    low, _high = read(Sample(tmp_path, edits=edits).write(), worker).window
    assert low >= 1000


def test_that_no_nan_goes_further(worker: ChildWorker, tmp_path: Path) -> None:
    def floats(elements: d.Elements, k: int) -> None:
        values = d.ramp(k).astype("<f4") + 5
        values[0, 0] = (np.nan, np.inf, -np.inf)[k % 3]
        for tag in (d.PIXELS, d.STORED, d.HIGH, d.SIGNED):
            elements.pop(tag)
        elements |= {d.ALLOCATED: ("US", short(32)), 0x7FE00008: ("OF", values.tobytes())}

    result = read(Sample(tmp_path, edits=(floats,)).write(), worker)
    assert np.isfinite(result.values).all()
    assert {n.code: n.values for n in result.notes}["invalid-voxels"] == {"count": "6"}


def test_that_a_file_that_changed_after_the_scan_is_refused(worker: ChildWorker, tmp_path: Path) -> None:
    paths = Sample(tmp_path).write()
    candidates, _lines = scan_files(paths, worker)
    paths[3].write_bytes(paths[3].read_bytes() + b"\0\0")
    with pytest.raises(RefusedError) as refused:
        read_series(candidates[0], {}, worker)
    assert refused.value.code == "file-changed"


def test_that_whole_shifts_copy_and_half_shifts_average() -> None:
    plane = np.arange(12.0).reshape(3, 4)
    moved = shifted(plane, np.array([1.0, 2.0]), (5, 6), -1.0)
    assert np.array_equal(moved[1:4, 2:6], plane)
    assert moved[0, 0] == moved[4, 5] == -1.0
    half = shifted(plane, np.array([0.5, 0.0]), (4, 4), 0.0)
    assert np.array_equal(half[1], (plane[0] + plane[1]) / 2)
