"""NIfTI, Analyze, MGH and NRRD: the same voxels at the same world points as the reference readers say."""

import re
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk
import volume_samples as samples

from planner import imaging
from planner.errors import QuestionError, RefusedError
from planner.imaging.volume_files import volume_words
from planner.imaging.volume_files.volumes import read_volume, survey_volume
from planner.imaging.words import finding_words

LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
FLOAT32_MM = 1e-4
"""Headers hold float32: places within half a metre are good to 0.00003 mm, sums of three to 0.0001."""


@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz", "a.hdr", "ñandú con espacio.nii.gz"])
@pytest.mark.parametrize("kind", [nib.Nifti1Image, nib.Nifti2Image])
def test_that_nifti_of_both_versions_gives_voxels_and_world_points(tmp_path, worker, name, kind) -> None:
    pair = {nib.Nifti1Image: nib.Nifti1Pair, nib.Nifti2Image: nib.Nifti2Pair}
    kind = pair[kind] if name.endswith(".hdr") else kind
    samples.write_nifti(tmp_path / name, affine=samples.OBLIQUE, kind=kind)
    series = survey_volume(tmp_path / name, worker)
    assert (series.refusal, series.questions) == (None, ())
    volume = read_volume(series, {}, worker=worker)
    assert np.array_equal(volume.values, samples.values())
    assert np.abs(volume.affine - samples.OBLIQUE).max() < FLOAT32_MM
    assert len(series.files) == (2 if name.endswith(".hdr") else 1)


@pytest.mark.parametrize("dtype", ["u1", "i1", "<i2", ">i2", "<u2", "<i4", ">i4", "<u4", "<f4", ">f4", "<f8"])
def test_that_every_plain_type_and_byte_order_is_read(tmp_path, worker, dtype) -> None:
    data = samples.values(dtype)
    header = nib.Nifti1Header(endianness=">" if dtype[0] == ">" else "<")
    header.set_data_dtype(dtype)
    image = nib.Nifti1Image(data, samples.AFFINE, header)
    nib.save(image, tmp_path / "a.nii")
    volume = read_volume(survey_volume(tmp_path / "a.nii", worker), {}, worker=worker)
    assert volume.values.dtype == np.dtype(dtype).newbyteorder("=")
    assert np.array_equal(volume.values, data)


@pytest.mark.parametrize(
    ("slope", "intercept", "dtype"), [(1.0, -1024.0, "int16"), (2.0, 100_000.0, "int32"), (0.25, 3.0, "float32")]
)
def test_that_scaling_is_applied_and_whole_numbers_stay_whole(tmp_path, worker, slope, intercept, dtype) -> None:
    path = samples.write_nifti(tmp_path / "a.nii")
    samples.patch(path, 112, "2f", slope, intercept)
    volume = read_volume(survey_volume(path, worker), {}, worker=worker)
    assert volume.values.dtype == np.dtype(dtype)
    assert np.array_equal(volume.values, samples.values("float64") * slope + intercept)


@pytest.mark.slow
def test_that_a_long_scan_fits_under_the_memory_cap(tmp_path, worker) -> None:
    """512 x 512 x 600 voxels of 16 bits: 315 MB that become 630 MB of float32."""
    slope, slices = 0.5, 600
    path = samples.write_nifti(tmp_path / "a.nii")
    samples.patch(path, 42, "3h", 512, 512, slices)
    samples.patch(path, 112, "f", slope)
    samples.patch(path, 252, "h", 0)  # the sform alone, at the size of a patient
    samples.patch(path, 80, "3f", 0.5, 0.5, 1.0)
    samples.patch(path, 280, "12f", 0.5, 0, 0, -128, 0, 0.5, 0, -128, 0, 0, 1.0, -450)
    with path.open("r+b") as file:
        file.truncate(352 + 512 * 512 * slices * 2)
    volume = read_volume(survey_volume(path, worker), {}, worker=worker)
    assert volume.values.shape == (512, 512, slices)
    assert volume.values.dtype == np.float32
    with path.open("rb") as file:
        file.seek(354)
        assert volume.values[1, 0, 0] == slope * int.from_bytes(file.read(2), "little")


def test_that_nrrd_agrees_with_simpleitk_in_voxels_and_world_points(tmp_path, worker) -> None:
    image = sitk.GetImageFromArray(np.ascontiguousarray(samples.values().transpose(2, 1, 0)))
    image.SetSpacing([1.5, 2.0, 2.5])
    image.SetOrigin([3.0, -4.0, 5.0])
    image.SetDirection([0, 0, 1, 1, 0, 0, 0, 1, 0])
    for name, is_packed in (("a.nrrd", False), ("b.nrrd", True)):
        sitk.WriteImage(image, str(tmp_path / name), is_packed)
        series = survey_volume(tmp_path / name, worker)
        assert (series.refusal, series.questions) == (None, ())
        volume = read_volume(series, {}, worker=worker)
        assert np.array_equal(volume.values, samples.values())
        for index in ((0, 0, 0), (11, 0, 0), (0, 9, 0), (3, 4, 7)):
            theirs = LPS_TO_RAS[:3, :3] @ np.array(image.TransformIndexToPhysicalPoint(index))
            assert np.allclose(volume.affine[:3, :3] @ index + volume.affine[:3, 3], theirs, atol=1e-9)


@pytest.mark.parametrize("name", ["a.mgh", "a.mgz"])
def test_that_mgh_agrees_with_nibabel(tmp_path, worker, name) -> None:
    samples.write_mgh(tmp_path / name, samples.OBLIQUE)
    volume = read_volume(survey_volume(tmp_path / name, worker), {}, worker=worker)
    assert np.array_equal(volume.values, samples.values())
    assert np.abs(volume.affine - samples.OBLIQUE).max() < FLOAT32_MM


def test_that_a_left_handed_file_gives_each_voxel_the_same_world_point(tmp_path, worker) -> None:
    flip = np.diag([-1.0, 1.0, 1.0, 1.0])
    flip[0, 3] = samples.SHAPE[0] - 1
    right = samples.write_nifti(tmp_path / "right.nii")
    left = samples.write_nifti(tmp_path / "left.nii", affine=samples.AFFINE @ flip, data=samples.values()[::-1].copy())
    one, other = (read_volume(survey_volume(path, worker), {}, worker=worker) for path in (right, left))
    assert np.linalg.det(one.affine) * np.linalg.det(other.affine) < 0
    index = np.array([2, 5, 7, 1])
    assert one.values[2, 5, 7] == other.values[9, 5, 7]
    assert np.allclose(one.affine @ index, other.affine @ [9, 5, 7, 1], atol=FLOAT32_MM)


def test_that_the_chosen_volume_of_several_is_read(tmp_path, worker) -> None:
    data = samples.values("int16", (*samples.SHAPE, 3))
    series = survey_volume(samples.write_nifti(tmp_path / "a.nii.gz", data=data), worker)
    assert [q.code for q in series.questions] == ["volume-which"]
    for number in (1, 2, 3):
        volume = read_volume(series, {"volume-which": f"volume-{number}"}, worker=worker)
        assert np.array_equal(volume.values, data[..., number - 1])


def test_that_the_volume_axis_of_a_nrrd_may_come_first(tmp_path, worker) -> None:
    data = samples.values("int16", (2, *samples.SHAPE))
    path = samples.write_nrrd(
        tmp_path / "a.nrrd",
        "dimension: 4",
        "sizes: 2 12 10 8",
        "space directions: none (2,0,0) (0,2,0) (0,0,2)",
        "kinds: list domain domain domain",
        data=data.tobytes(order="F"),
    )
    series = survey_volume(path, worker)
    assert [q.code for q in series.questions] == ["volume-which"]
    volume = read_volume(series, {"volume-which": "volume-2"}, worker=worker)
    assert np.array_equal(volume.values, data[1])


def test_that_a_question_without_an_answer_is_asked_and_leaving_out_is_refused(tmp_path, worker) -> None:
    series = survey_volume(samples.write_nifti(tmp_path / "a.nii", unit="meter"), worker)
    with pytest.raises(QuestionError) as asked:
        read_volume(series, {}, worker=worker)
    assert asked.value.code == "volume-unit-metre"
    assert set(asked.value.choices) == {"as-written", "millimetres", "leave-out"}
    with pytest.raises(RefusedError):
        read_volume(series, {"volume-unit-metre": "leave-out"}, worker=worker)


@pytest.mark.parametrize(("unit", "factor"), [("meter", 1000.0), ("micron", 0.001)])
def test_that_the_unit_is_as_the_person_says(tmp_path, worker, unit, factor) -> None:
    word = {"meter": "metre", "micron": "micron"}[unit]
    affine = samples.AFFINE / (factor if unit == "meter" else 1.0)  # a size a patient can have, either way
    affine = affine * (50.0 if unit == "micron" else 1.0)
    affine[3, 3] = 1.0
    series = survey_volume(samples.write_nifti(tmp_path / "a.nii", affine=affine, unit=unit), worker)
    volume = read_volume(series, {f"volume-unit-{word}": "as-written"}, worker=worker)
    assert np.allclose(volume.affine[:3], affine[:3] * factor, rtol=1e-6)
    assert np.allclose(series.spacing_mm, np.linalg.norm(affine[:3, :3], axis=0) * factor, rtol=1e-6)


@pytest.mark.parametrize("form", ["sform", "qform"])
def test_that_the_chosen_form_places_the_volume(tmp_path, worker, form) -> None:
    other = samples.AFFINE.copy()
    other[0, 3] += 25.0
    series = survey_volume(samples.write_nifti(tmp_path / "a.nii", qform=other), worker)
    assert series.questions[0].values["millimetres"] == "25.0"
    volume = read_volume(series, {"volume-places-contradict": form}, worker=worker)
    assert np.allclose(volume.affine, samples.AFFINE if form == "sform" else other)


@pytest.mark.parametrize("letters", ["RAS", "LAS", "LPS", "RPS"])
def test_that_a_volume_without_sides_gets_those_the_person_says(tmp_path, worker, letters) -> None:
    path = samples.write_nifti(tmp_path / "a.nii")
    samples.patch(path, 252, "2h", 0, 0)
    series = survey_volume(path, worker)
    assert series.orientation == "unknown"
    volume = read_volume(series, {"volume-orientation-unknown": letters}, worker=worker)
    assert "".join(nib.aff2axcodes(volume.affine)) == letters
    assert np.allclose(volume.affine @ [5.5, 4.5, 3.5, 1.0], [0, 0, 0, 1])
    assert [note.code for note in volume.notes] == ["volume-orientation-unknown-told"]


def test_that_straightening_keeps_what_is_where(tmp_path, worker) -> None:
    """A blob at a known voxel keeps its world point to a tenth of a voxel; labels gain no new value."""
    affine = samples.AFFINE.copy()
    affine[0, 1] = 0.6
    data = np.zeros(samples.SHAPE, dtype=np.int16)
    data[5:8, 4:7, 3:6] = 7
    series = survey_volume(samples.write_nifti(tmp_path / "a.nii", affine=affine, data=data, qform=affine), worker)
    labels = read_volume(series, _all_answers(series, "resample-labels"), worker=worker)
    assert set(np.unique(labels.values)) == {0, 7}
    grey = read_volume(series, _all_answers(series, "resample-grey"), worker=worker)
    axes = grey.affine[:3, :3] / np.linalg.norm(grey.affine[:3, :3], axis=0)
    assert np.allclose(axes.T @ axes, np.eye(3), atol=1e-9)
    index = np.argwhere(grey.values > 0)
    weights = grey.values[grey.values > 0].astype(float)
    centre = (grey.affine[:3, :3] @ (index * weights[:, None]).sum(axis=0) / weights.sum()) + grey.affine[:3, 3]
    assert np.linalg.norm(centre - (affine @ [6, 5, 4, 1])[:3]) < 0.2


def _all_answers(series, resample: str) -> dict[str, str]:
    return {"volume-sheared": resample, "volume-places-contradict": "sform"}


def test_that_voxels_that_are_no_numbers_become_zero_and_are_told(tmp_path, worker) -> None:
    data = samples.values("float32")
    data[1, 2, 3] = np.nan
    data[4, 5, 6] = np.inf
    volume = read_volume(survey_volume(samples.write_nifti(tmp_path / "a.nii", data=data), worker), {}, worker=worker)
    assert volume.values[1, 2, 3] == volume.values[4, 5, 6] == 0
    assert [(note.code, note.values["count"]) for note in volume.notes] == [("volume-holes", "2")]


def test_that_the_thumbnail_shows_the_patients_right_on_the_left_and_front_on_top(tmp_path, worker) -> None:
    data = np.zeros((20, 30, 9), dtype=np.int16)
    data[16:, 26:, :] = 100  # right and anterior in RAS
    data[0, 0, :] = 1
    for letters in ("RAS", "LPS", "SRA"):
        ornt = nib.orientations.axcodes2ornt(letters)
        turn = nib.orientations.ornt_transform(nib.orientations.axcodes2ornt("RAS"), ornt)
        turned = nib.orientations.apply_orientation(data, turn)
        affine = samples.AFFINE @ nib.orientations.inv_ornt_aff(turn, data.shape)
        path = samples.write_nifti(tmp_path / f"{letters}.nii", affine=affine, data=turned)
        series = survey_volume(path, worker)
        assert series.thumbnail is not None
        assert series.thumbnail.shape == (128, 85)  # 30 by 20 voxels, enlarged
        assert series.thumbnail[:16, :16].min() == 255
        assert series.thumbnail[20:, 20:].max() < 20
        assert series.orientation == "axial" if letters != "SRA" else True


def test_that_every_code_in_the_readers_has_a_sentence_and_every_question_is_told_later() -> None:
    sources = [path for path in Path(imaging.__file__).parent.rglob("*.py") if path.name != "volume_words.py"]
    used = {code for path in sources for code in re.findall(r'"(volume-[a-z-]*[a-z])"', path.read_text())}
    used |= {f"volume-{code}" for code in ("decoder-crashed", "memory-cap", "deadline", "unreadable")}
    used |= {f"volume-unit-{unit}" for unit in ("metre", "micron")}
    values = {"name": "a", "answer": "b", "field": "c", "sizes": "1", "count": "2", "megabytes": "3", "number": "4"}
    values |= {"encoding": "d", "millimetres": "5"}
    assert len(used) > 30
    for code in sorted(used):
        assert finding_words(code, values)
    for code in volume_words.question_codes():
        assert finding_words(f"{code}-told", values)


def test_that_real_images_are_read_as_nibabel_and_simpleitk_read_them(shared_data: Path, worker) -> None:
    """Files of four programs; voxels equal, corners within 0.01 mm (reliability.md section 2, rule e)."""
    for name in (
        "head/colin27/colin27_t1_1mm_head.nii.gz",
        "head/ecog_patient/ct_simulated_1p25x1p25x1p5mm.nii.gz",
        "head/ecog_patient/t1.mgz",
        "spine/mr_t2_cervical_sct.nii.gz",
    ):
        image = nib.load(shared_data / name)
        series = survey_volume(shared_data / name, worker)
        volume = read_volume(series, {}, worker=worker)
        assert np.array_equal(volume.values, np.asanyarray(image.dataobj)), name
        assert np.abs(volume.affine - image.affine).max() < 0.01
    image = sitk.ReadImage(str(shared_data / "spine/labels_neck_c1_t5_spl.nrrd"))
    volume = read_volume(
        survey_volume(Path(shared_data / "spine/labels_neck_c1_t5_spl.nrrd"), worker), {}, worker=worker
    )
    assert np.array_equal(volume.values, sitk.GetArrayFromImage(image).transpose(2, 1, 0))
    assert np.allclose(LPS_TO_RAS[:3, :3] @ image.GetOrigin(), volume.affine[:3, 3])
