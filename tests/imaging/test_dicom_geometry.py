"""Where voxels come to lie: every slice within 0.01 mm of its header, whatever the plane, the order or the tilt."""

import itertools
import json
import math
import zipfile
from collections.abc import Mapping
from pathlib import Path

import dicom_samples as d
import numpy as np
import pydicom
import pytest
from dicom_samples import Sample, placed, setting
from hostile_dicom_geometry import LEANING, enhanced, tilt
from hostile_rows import ANSWERS
from numpy.typing import NDArray

from planner.errors import QuestionError, RefusedError
from planner.imaging.apart.child import ChildWorker
from planner.imaging.dicom.grouping import group
from planner.imaging.dicom.headers import read_header
from planner.imaging.dicom.importer import read_series, scan_files
from planner.imaging.dicom.stacking import RESIDUAL_MM, lay_out, residual_mm
from planner.imaging.series import ReadVolume

LPS_TO_RAS = np.array([-1.0, -1.0, 1.0])


def read_only_series(paths: list[Path], worker: ChildWorker, answers: Mapping[str, str] = ANSWERS) -> ReadVolume:
    candidates, _lines = scan_files(paths, worker)
    assert [one.series.refusal for one in candidates] == [None]
    return read_series(candidates[0], answers, worker)


def unzipped(shared_data: Path, name: str, folder: Path) -> list[Path]:
    with zipfile.ZipFile(next((shared_data / "head" / name).glob("*.zip"))) as archive:
        archive.extractall(folder)
    return sorted(path for path in folder.rglob("*") if path.is_file())


def world_of(dataset: pydicom.Dataset, row: int, column: int) -> NDArray[np.float64]:
    """The RAS mm of a pixel, by the formula of PS3.3 C.7.6.2.1.1, from pydicom's own reading of the header."""
    cosines = np.array(dataset.ImageOrientationPatient, dtype=float)
    spacing = [float(v) for v in dataset.PixelSpacing]
    place = np.array(dataset.ImagePositionPatient, dtype=float)
    return (place + cosines[:3] * spacing[1] * column + cosines[3:] * spacing[0] * row) * LPS_TO_RAS


def assert_pixels_at_their_places(paths: list[Path], read: ReadVolume, every: int = 17) -> None:
    """Chosen pixels of the files, found in the volume at the world position the header gives, to RESIDUAL_MM."""
    inverse = np.linalg.inv(read.affine)
    for path in paths[::every]:
        dataset = pydicom.dcmread(path)
        scaled = dataset.pixel_array * float(dataset.get("RescaleSlope", 1)) + float(dataset.get("RescaleIntercept", 0))
        rows, columns = scaled.shape
        for row, column in itertools.product((0, rows // 2, rows - 1), (0, columns // 3, columns - 1)):
            world = world_of(dataset, row, column)
            index = np.rint(inverse @ (*world, 1.0))[:3].astype(int)
            found = (read.affine @ (*index, 1.0))[:3]
            assert np.linalg.norm(found - world) <= RESIDUAL_MM
            assert read.values[tuple(index)] == pytest.approx(scaled[row, column], rel=1e-6)


def test_that_lps_becomes_ras_once(worker: ChildWorker, tmp_path: Path) -> None:
    read = read_only_series(Sample(tmp_path).write(), worker)
    corner = read.affine @ (0.0, 0.0, 0.0, 1.0)
    assert corner[:3] == pytest.approx((20.0, 30.0, 40.0))  # of (-20, -30, 40) in LPS
    assert read.affine @ (1.0, 0.0, 0.0, 0.0) == pytest.approx((-d.SPACING[1], 0.0, 0.0, 0.0))  # columns go to the left
    assert read.affine @ (0.0, 1.0, 0.0, 0.0) == pytest.approx((0.0, -d.SPACING[0], 0.0, 0.0))  # rows go to the back


def test_that_slices_are_sorted_by_place_whatever_their_names_and_numbers_say(
    worker: ChildWorker, tmp_path: Path
) -> None:
    shuffled = setting(0x00200013, "IS", b"1")
    read = read_only_series(Sample(tmp_path, edits=(shuffled,), order=(4, 1, 5, 0, 3, 2)).write(), worker)
    expected = np.stack([d.ramp(k).T for k in range(6)], axis=2)
    assert np.array_equal(read.values, expected)


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4, 5), (3, 0, 5, 1, 4, 2)])
def test_that_an_enhanced_file_equals_the_classic_series(
    worker: ChildWorker, tmp_path: Path, order: tuple[int, ...]
) -> None:
    classic = read_only_series(Sample(tmp_path / "classic").write(), worker)
    one_file = read_only_series(enhanced(tmp_path / "enhanced", order), worker)
    assert np.array_equal(classic.values, one_file.values)
    assert np.allclose(classic.affine, one_file.affine, atol=1e-9)


POSITIONS = {
    "HFS": (1, 1, 1), "HFP": (-1, -1, 1), "FFS": (-1, 1, -1), "FFP": (1, -1, -1),
    "HFDR": (-1, 1, 1), "HFDL": (1, -1, 1), "FFDR": (1, 1, -1), "FFDL": (-1, -1, -1),
}  # fmt: skip
"""For each way to lie on the table, signs that turn the planes' directions as such scanners write them."""
PLANES = {"axial": ((0, 1), (1, 1)), "sagittal": ((1, 1), (2, -1)), "coronal": ((0, 1), (2, -1))}


@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize("plane", PLANES)
def test_that_a_marker_on_the_left_stays_on_the_left(
    worker: ChildWorker, tmp_path: Path, position: str, plane: str
) -> None:
    """48 voxels wide in LPS mm, marker at left-front-top; only the orientation of the planes may decide the side."""
    axes = []
    for axis, sign in PLANES[plane]:
        direction = np.zeros(3)
        direction[axis] = sign * POSITIONS[position][axis]
        axes.append(direction)
    row, column = axes
    normal = np.cross(row, column)
    centre = np.zeros(3)
    marker_lps = np.array([12.0, -9.0, 6.0])  # left, front, top

    def origin(k: int) -> tuple[float, float, float]:
        place = centre + normal * 3.0 * (k - 8) - row * 3.0 * 8 - column * 3.0 * 8
        return (place[0], place[1], place[2])

    def marked(elements: d.Elements, k: int) -> None:
        picture = np.zeros((17, 17), dtype="<u2")
        offset = marker_lps - np.array(origin(k))
        if abs(offset @ normal) < 0.5:
            picture[round(offset @ column / 3.0), round(offset @ row / 3.0)] = 900
        size = {d.ROWS_TAG: ("US", d.short(17)), d.COLUMNS_TAG: ("US", d.short(17))}
        elements |= {**size, d.PIXEL_SPACING: ("DS", b"3\\3"), d.PIXELS: ("OW", picture.tobytes())}

    orientation = tuple(float(v) for v in (*row, *column))
    edits = (marked, placed(origin), setting(0x00185100, "CS", position.encode()))
    candidates, _lines = scan_files(Sample(tmp_path, 17, edits, orientation=orientation).write(), worker)
    read = read_series(candidates[0], {}, worker)
    assert candidates[0].series.orientation == plane
    where = np.argwhere(read.values == 900)
    assert len(where) == 1
    assert (read.affine @ (*where[0], 1.0))[:3] == pytest.approx(marker_lps * LPS_TO_RAS, abs=RESIDUAL_MM)


def test_that_a_tilted_stack_is_straightened_at_its_true_positions(worker: ChildWorker, tmp_path: Path) -> None:
    """A slanted rod of known world position, cut by leaning planes that are stacked straight up."""
    row, column = np.array(LEANING[:3]), np.array(LEANING[3:])

    def rod(elements: d.Elements, k: int) -> None:
        rows, columns = np.meshgrid(np.arange(40), np.arange(20), indexing="ij")
        world = np.array(tilt(k)) + rows[..., None] * column + columns[..., None] * row
        centre_y = -10.0 + 0.3 * (world[..., 2] - 40.0)
        values = 1000.0 * np.exp(-((world[..., 1] - centre_y) ** 2) / (2 * 3.0**2))
        size = {d.ROWS_TAG: ("US", d.short(40)), d.COLUMNS_TAG: ("US", d.short(20))}
        elements |= {**size, d.PIXEL_SPACING: ("DS", b"1\\1")}
        elements[d.PIXELS] = ("OW", np.rint(values).astype("<u2").tobytes())

    paths = Sample(tmp_path, 12, (placed(tilt), rod), orientation=LEANING).write()
    candidates, _lines = scan_files(paths, worker)
    read = read_series(candidates[0], {}, worker)
    told = {note.code: note.values for note in read.notes}
    assert told["gantry-tilt"] == {"degrees": "18.5"}
    directions = read.affine[:3, :3] / np.linalg.norm(read.affine[:3, :3], axis=0)
    assert np.allclose(directions.T @ directions, np.eye(3), atol=1e-12)
    for k in range(read.values.shape[2]):
        column_values = read.values[10, :, k].astype(float)
        index = float((column_values * np.arange(len(column_values))).sum() / column_values.sum())
        _x, y, z = (read.affine @ (10.0, index, float(k), 1.0))[:3]
        if 12 < index < read.values.shape[1] - 12:  # the whole rod is inside
            assert -y == pytest.approx(-10.0 + 0.3 * (z - 40.0), abs=0.05)  # centroid along a leaning line of voxels
    kept = json.loads(read.details["original-positions-lps-mm"])
    assert kept[3] == pytest.approx(tilt(3), abs=1e-6)


def test_that_an_answer_is_needed_before_a_gap_is_interpolated(worker: ChildWorker, tmp_path: Path) -> None:
    paths = [path for path in Sample(tmp_path, 8).write() if "0003" not in path.name]
    candidates, _lines = scan_files(paths, worker)
    with pytest.raises(QuestionError) as asked:
        read_series(candidates[0], {}, worker)
    assert asked.value.code == "missing-slices"
    assert set(asked.value.choices) == {"resample", "leave-out"}
    with pytest.raises(RefusedError) as left_out:
        read_series(candidates[0], {"missing-slices": "leave-out"}, worker)
    assert left_out.value.code == "left-out"


def test_that_a_missing_slice_is_interpolated_in_its_place_and_marked(worker: ChildWorker, tmp_path: Path) -> None:
    paths = [path for path in Sample(tmp_path, 8).write() if "0003" not in path.name]
    read = read_only_series(paths, worker)
    expected = np.stack([d.ramp(k).T for k in range(8)], axis=2)  # the ramp is linear from slice to slice
    assert np.array_equal(read.values, expected)
    assert json.loads(read.details["interpolated-slices"]) == [3]


def test_that_every_layout_of_jittered_slices_stays_within_the_residual() -> None:
    rng = np.random.default_rng(7)
    for _trial in range(20):
        folder = Path("/nowhere")
        sample = Sample(folder, 9)
        planes = _planes(sample, rng.normal(0.0, 0.003, size=(9, 3)))
        layout = lay_out(planes)
        if layout.resampling is None:
            assert residual_mm(layout) <= RESIDUAL_MM
        else:
            assert "positions-corrected" in {note.code for note in layout.notes}


def _planes(sample: Sample, offsets: NDArray[np.float64]) -> tuple[object, ...]:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        sample.folder = Path(folder)
        sample.edits = (placed(lambda k: tuple(np.array(d.ORIGIN) + (0, 0, k * d.GAP) + offsets[k])),)
        headers = [read_header(str(path)) for path in sample.write()]
    (stack,) = group(headers)
    return stack.volumes[0].planes


def test_that_directions_and_gaps_of_the_tilted_ge_head_are_true(
    worker: ChildWorker, tmp_path: Path, shared_data: Path
) -> None:
    """Real CT: tilt 18.5 degrees, gaps of 4.0, 1.1 and 7.0 mm. The first slices meet the new grid exactly."""
    paths = unzipped(shared_data, "ct_ge_tilt_dicom", tmp_path)
    candidates, _lines = scan_files(paths, worker)
    (one,) = candidates
    assert [question.code for question in one.series.questions] == ["uneven-gaps"]
    read = read_series(one, {"uneven-gaps": "resample"}, worker)
    assert {note.code for note in read.notes} >= {"gantry-tilt", "interpolated-slices", "thick-slices"}
    assert {n.code: n.values for n in read.notes}["gantry-tilt"] == {"degrees": "18.5"}
    assert read.unit == "HU"
    inverse = np.linalg.inv(read.affine)
    datasets = sorted((pydicom.dcmread(p) for p in paths), key=lambda s: float(s.ImagePositionPatient[2]))
    for number in (0, 1):  # further up, the in-plane shift is no whole number of pixels
        dataset = datasets[number]
        world = world_of(dataset, 0, 0)
        index = (inverse @ (*world, 1.0))[:3]
        assert index[2] == pytest.approx(number, abs=RESIDUAL_MM / 4.0)
        scaled = dataset.pixel_array.astype(float) + float(dataset.RescaleIntercept)
        row = index[1]
        low = math.floor(row)
        part = row - low
        got = read.values[:, low + 1 : low + 512, number].T.astype(float)
        want = (part * scaled[:-1] + (1 - part) * scaled[1:]) if part > 1e-9 else scaled[1:]
        assert np.abs(got - want).max() <= 0.51  # rounding to whole Hounsfield units


@pytest.mark.parametrize(("name", "count"), [("t1_philips_dicom", 170), ("t1_studyforrest_dicom", 192)])
def test_that_real_series_lie_where_their_headers_say(
    worker: ChildWorker, tmp_path: Path, shared_data: Path, name: str, count: int
) -> None:
    paths = unzipped(shared_data, name, tmp_path)
    read = read_only_series(paths, worker)
    assert read.values.shape[2] == count
    assert_pixels_at_their_places(paths, read)


def test_that_the_real_enhanced_file_lies_where_its_frames_say(worker: ChildWorker, shared_data: Path) -> None:
    path = next((shared_data / "head" / "mr_enhanced_dicom").glob("*.dcm"))
    read = read_only_series([path], worker)
    dataset = pydicom.dcmread(path)
    frames = dataset.pixel_array
    inverse = np.linalg.inv(read.affine)
    for number, item in list(enumerate(dataset.PerFrameFunctionalGroupsSequence))[::13]:
        place = np.array(item.PlanePositionSequence[0].ImagePositionPatient, dtype=float) * LPS_TO_RAS
        index = inverse @ (*place, 1.0)
        assert np.abs(index - np.rint(index)).max() * 2.0 <= RESIDUAL_MM
        assert np.array_equal(read.values[:, :, round(index[2])], frames[number].T)
