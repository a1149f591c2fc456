"""The import as one act: whose images, which series, every file accounted for. Rows H001 to H012 and H102 by name."""

import gzip
import sys
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path

import nibabel as nib
import numpy as np
import pydicom
import pytest

from planner.case.facts import volume_of
from planner.case.model import Case, Identity, Image
from planner.case.store import ArrayStore
from planner.errors import QuestionError, RefusedError
from planner.imaging.apart.child import ChildWorker
from planner.imaging.series import Outcome
from planner.progress import Cancelled, Progress
from planner.steps.import_images import ImportRequest, ImportResult, Scan, import_images, scan

sys.path.insert(0, str(Path(__file__).parents[1] / "imaging"))
import dicom_samples as d
from dicom_samples import Sample, as_ct, setting, text

WHEEL = Path(pydicom.__file__).parent / "data" / "test_files"
ANA = Identity("Prueba^Ana", "HC-4711", "1970-02-03", "F")


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChildWorker]:
    with ChildWorker(scratch=tmp_path_factory.mktemp("reading")) as one:
        yield one


@pytest.fixture
def store(tmp_path: Path) -> ArrayStore:
    return ArrayStore(tmp_path / "arrays")


def series(folder: Path, uid: str = "1.2.3", *edits: d.Edit) -> Path:
    Sample(folder, edits=edits, uid=uid).write()
    return folder


def patient(name: str, number: str, birth: str = "19700203", sex: str = "F") -> d.Edit:
    def edit(elements: d.Elements, k: int) -> None:
        for tag, vr, value in ((d.NAME, "PN", name), (d.PATIENT_ID, "LO", number), (d.BIRTH_DATE, "DA", birth)):
            setting(tag, vr, value.encode())(elements, k)
        setting(d.SEX, "CS", sex.encode())(elements, k)
        setting(0x00080005, "CS", b"ISO_IR 192")(elements, k)

    return edit


LUIS = patient("Otro^Luis", "HC-0815", "19550505", "M")


def take(found: Scan, store: ArrayStore, case: Case | None = None, **answers: str) -> ImportResult:
    keys = tuple(one.key for one in found.series if one.refusal is None)
    reason = answers.pop("reason", "")
    choices = {code.replace("_", "-"): word for code, word in answers.items()}
    return import_images(ImportRequest(found, keys, case or Case("case"), choices, reason), store)


def case_of_ana(folder: Path, store: ArrayStore, worker: ChildWorker) -> Case:
    found = scan([series(folder)], worker=worker)
    result = take(found, store)
    return Case("case", identity=result.identity).with_image(result.images[0])


def test_that_h001_two_patients_in_one_folder_are_asked_about_and_one_is_taken(
    worker: ChildWorker, store: ArrayStore, tmp_path: Path
) -> None:
    series(tmp_path / "in" / "a")
    series(tmp_path / "in" / "b", "1.2.4", LUIS)
    found = scan([tmp_path / "in"], worker=worker)
    assert [question.code for question in found.questions] == ["several-patients"]
    assert len(found.patients) == 2
    with pytest.raises(QuestionError) as asked:
        take(found, store)
    assert any("Luis" in words for words in asked.value.choices.values())
    luis = next(word for word, words in asked.value.choices.items() if "Luis" in words)
    result = take(found, store, several_patients=luis)
    assert [image.identity.patient_id for image in result.images] == ["HC-0815"]
    assert result.report.count(Outcome.TAKEN) == 6
    assert {line.reason.code for line in result.report.lines if line.outcome is Outcome.SKIPPED} == {"not-chosen"}


def test_that_h002_two_patients_under_one_series_are_refused_by_name(
    worker: ChildWorker, store: ArrayStore, tmp_path: Path
) -> None:
    def half(elements: d.Elements, k: int) -> None:
        if k >= 3:
            LUIS(elements, k)
            elements[d.STUDY_UID] = ("UI", text("1.2.9.1"))

    found = scan([series(tmp_path / "in", "1.2.3", half)], worker=worker)
    for one in found.series:
        assert one.refusal is not None
        assert one.refusal.code == "mixed-patients"
        assert "Luis" in one.refusal.words()
        assert "Ana" in one.refusal.words()
    with pytest.raises(RefusedError):
        import_images(ImportRequest(found, (found.series[0].key,), Case("case")), store)


def test_that_h003_another_patients_image_needs_a_person_with_a_reason(
    worker: ChildWorker, store: ArrayStore, tmp_path: Path
) -> None:
    case = case_of_ana(tmp_path / "ana", store, worker)
    found = scan([series(tmp_path / "luis", "1.2.4", LUIS)], worker=worker)
    with pytest.raises(RefusedError) as refused:
        take(found, store, case)
    assert refused.value.code == "other-patient"
    with pytest.raises(RefusedError):
        take(found, store, case, other_patient="same-person")  # a click is not a reason
    result = take(found, store, case, reason="Married name, checked by telephone")
    assert "Married name" in result.confirmation
    assert "Luis" in result.confirmation
    assert result.identity == ANA


@pytest.mark.parametrize(
    "other",
    [patient("Prueba^Ana", "HC4711"), patient("Prüeba^Ana", "HC-4711"), patient("Prueba^Ana^María", "HC-4711")],
)
def test_that_h004_other_spellings_are_asked_about(
    worker: ChildWorker, store: ArrayStore, tmp_path: Path, other: d.Edit
) -> None:
    case = case_of_ana(tmp_path / "ana", store, worker)
    found = scan([series(tmp_path / "other", "1.2.4", other)], worker=worker)
    with pytest.raises(QuestionError) as asked:
        take(found, store, case)
    assert asked.value.code == "identity-spelling"
    assert "HC-4711" in asked.value.text
    assert len(take(found, store, case, identity_spelling="same-person").images) == 1
    with pytest.raises(RefusedError):
        take(found, store, case, identity_spelling="other-person")


@pytest.mark.parametrize(
    "other", [patient("Prueba^Ana", "HC-4711", "19700302"), patient("Prueba^Ana", "HC-4711", sex="M")]
)
def test_that_h005_another_birth_date_or_sex_is_asked_about(
    worker: ChildWorker, store: ArrayStore, tmp_path: Path, other: d.Edit
) -> None:
    case = case_of_ana(tmp_path / "ana", store, worker)
    found = scan([series(tmp_path / "other", "1.2.4", other)], worker=worker)
    with pytest.raises(QuestionError) as asked:
        take(found, store, case)
    assert asked.value.code == "identity-differs"


@pytest.mark.parametrize("number", ["S/N", "0", "W/I", "ANONYMOUS", ""])
def test_that_h006_a_number_that_many_share_confirms_nobody(
    worker: ChildWorker, store: ArrayStore, tmp_path: Path, number: str
) -> None:
    shared = patient("Prueba^Ana", number)
    found = scan([series(tmp_path / "first", "1.2.3", shared)], worker=worker)
    case = Case("case", identity=take(found, store).identity)
    found = scan([series(tmp_path / "second", "1.2.4", shared)], worker=worker)
    with pytest.raises(QuestionError) as asked:
        take(found, store, case)
    assert asked.value.code == "identity-placeholder"


def test_that_h007_a_disc_with_two_patients_asks_for_the_patient_first(worker: ChildWorker, store: ArrayStore) -> None:
    found = scan([WHEEL / "dicomdirtests" / "DICOMDIR"], worker=worker)
    assert [question.code for question in found.questions] == ["several-patients"]
    names = set(found.questions[0].choice_texts().values())
    assert any("Archibald" in name for name in names)
    assert any("Peter" in name for name in names)


def test_that_h008_an_anonymous_series_beside_a_named_one_is_asked_about(
    worker: ChildWorker, store: ArrayStore, tmp_path: Path
) -> None:
    case = case_of_ana(tmp_path / "ana", store, worker)
    found = scan([series(tmp_path / "anon", "1.2.4", patient("ANONYMOUS", "HC-4711"))], worker=worker)
    with pytest.raises(QuestionError) as asked:
        take(found, store, case)
    assert asked.value.code == "identity-anonymous"


def test_that_h009_a_burnt_in_name_is_told(worker: ChildWorker, store: ArrayStore, tmp_path: Path) -> None:
    found = scan([series(tmp_path / "in", "1.2.3", setting(0x00280301, "CS", b"YES"))], worker=worker)
    (image,) = take(found, store).images
    assert "burned-in" in image.notes


def test_that_h010_images_of_two_frames_of_reference_are_taken_and_told(
    worker: ChildWorker, store: ArrayStore, tmp_path: Path
) -> None:
    case = case_of_ana(tmp_path / "mr", store, worker)
    found = scan([series(tmp_path / "ct", "1.2.4", as_ct)], worker=worker)
    result = take(found, store, case)
    assert [image.modality for image in result.images] == ["CT"]
    assert "other-frame" in {note.code for note in result.report.notes}
    assert result.images[0].space != case.planning_space


def test_that_h011_identity_beats_an_equal_frame_of_reference(
    worker: ChildWorker, store: ArrayStore, tmp_path: Path
) -> None:
    case = case_of_ana(tmp_path / "ana", store, worker)
    same_frame = setting(d.FRAME_UID, "UI", text("1.2.3.3"))
    found = scan([series(tmp_path / "luis", "1.2.4", LUIS, same_frame)], worker=worker)
    assert found.series[0].frame_uid == next(iter(case.images.values())).frame_uid
    with pytest.raises(RefusedError) as refused:
        take(found, store, case)
    assert refused.value.code == "other-patient"


def test_that_h012_studies_years_apart_are_told_with_dates_and_ages(
    worker: ChildWorker, store: ArrayStore, tmp_path: Path
) -> None:
    case = case_of_ana(tmp_path / "now", store, worker)
    found = scan([series(tmp_path / "then", "1.2.4", setting(d.STUDY_DATE, "DA", b"20210131"))], worker=worker)
    (note,) = [note for note in take(found, store, case).report.notes if note.code == "dates-apart"]
    assert "2021-01-31 (50)" in note.words()
    assert "2024-01-31 (53)" in note.words()


def test_that_h102_one_and_two_code_points_are_one_patient(
    worker: ChildWorker, store: ArrayStore, tmp_path: Path
) -> None:
    composed, split = (unicodedata.normalize(form, "NUÑEZ^José") for form in ("NFC", "NFD"))
    found = scan([series(tmp_path / "a", "1.2.3", patient(composed, "HC-1"))], worker=worker)
    result = take(found, store)
    case = Case("case", identity=result.identity).with_image(result.images[0])
    found = scan([series(tmp_path / "b", "1.2.4", patient(split, "HC-1"))], worker=worker)
    assert len(take(found, store, case).images) == 1


def test_that_an_image_says_all_that_was_found(worker: ChildWorker, store: ArrayStore, tmp_path: Path) -> None:
    found = scan([series(tmp_path / "in")], worker=worker)
    result = take(found, store)
    (image,) = result.images
    assert result.identity == ANA
    assert result.read_back == "Prueba Ana · HC-4711 · 1970-02-03 · F"
    assert (image.name, image.modality, image.study_date) == ("3. T1", "MR", "2024-01-31")
    assert (image.series_uid, image.frame_uid, image.source) == ("1.2.3.2", "1.2.3.3", "dicom")
    volume = volume_of(image, store)
    assert volume.grid.to_world((0, 0, 0)) == pytest.approx((20.0, 30.0, 40.0))
    assert np.array_equal(volume.values[:, :, 2], d.ramp(2).T)
    assert image.window[0] < image.window[1]


def test_that_an_open_question_takes_nothing(worker: ChildWorker, store: ArrayStore, tmp_path: Path) -> None:
    folder = series(tmp_path / "in")
    (folder / "im0002.dcm").unlink()
    found = scan([folder], worker=worker)
    with pytest.raises(QuestionError) as asked:
        take(found, store)
    assert asked.value.code == "missing-slices"
    result = take(found, store, missing_slices="resample")
    assert "interpolated-slices" in result.images[0].notes
    assert result.images[0].details["choice.missing-slices"] == "resample"


def test_that_the_same_file_twice_counts_once_and_other_bytes_are_asked_about(
    worker: ChildWorker, store: ArrayStore, tmp_path: Path
) -> None:
    """Rows H111 and H112."""
    folder = series(tmp_path / "in")
    copy = folder / "copy.dcm"
    copy.write_bytes((folder / "im0003.dcm").read_bytes())
    found = scan([folder], worker=worker)
    assert {line.reason.code for line in found.report.lines} == {"can-be-taken", "duplicate-file"}
    copy.write_bytes((folder / "im0003.dcm").read_bytes()[:-2] + b"\x01\x02")
    found = scan([folder], worker=worker)
    (one,) = found.series
    assert [question.code for question in one.questions] == ["same-position"]
    images = [take(found, store, same_position=choice).images[0] for choice in ("volume-1", "volume-2")]
    last = {int(volume_of(image, store).values[-1, -1, 3]) for image in images}
    assert last == {int(d.ramp(3)[-1, -1]), 0x0201}


def test_that_a_gzipped_dicom_file_is_refused_with_what_to_do(worker: ChildWorker, tmp_path: Path) -> None:
    """Row H092, by the door that people use."""
    folder = series(tmp_path / "in")
    (folder / "im0000.dcm.gz").write_bytes(gzip.compress((folder / "im0000.dcm").read_bytes()))
    lines = {Path(line.path).name: line for line in scan([folder], worker=worker).report.lines}
    assert lines["im0000.dcm.gz"].outcome is Outcome.REFUSED
    assert "Unpack" in lines["im0000.dcm.gz"].reason.words()


def test_that_a_zip_is_read_like_its_folder_and_leaves_nothing(
    worker: ChildWorker, store: ArrayStore, tmp_path: Path
) -> None:
    folder = series(tmp_path / "in")
    archive = tmp_path / "disc Ñ.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for path in folder.iterdir():
            packed.write(path, f"DISC/{path.name}")
    with scan([archive], worker=worker) as found:
        (image,) = take(found, store).images
        assert {Path(line.path).parent.parent for line in found.report.lines} == {archive}
        unpacked = Path(found.series[0].files[0])
        assert unpacked.exists()
    assert not unpacked.exists()
    assert np.array_equal(volume_of(image, store).values[:, :, 2], d.ramp(2).T)


def test_that_a_nifti_file_is_taken_by_the_same_door(worker: ChildWorker, store: ArrayStore, tmp_path: Path) -> None:
    affine = np.diag([-1.0, 1.0, 1.0, 1.0])
    affine[:3, 3] = (10.0, -20.0, 30.0)
    values = np.arange(5 * 6 * 7, dtype=np.int16).reshape(5, 6, 7)
    picture = nib.Nifti1Image(values, affine)
    picture.header.set_xyzt_units("mm")
    nib.save(picture, tmp_path / "t1.nii.gz")
    (image,) = take(scan([tmp_path / "t1.nii.gz"], worker=worker), store, modality="CT").images
    assert image.modality == "CT"
    assert image.source == "nifti"
    assert np.array_equal(volume_of(image, store).values, values)
    assert volume_of(image, store).grid.to_world((1, 2, 3)) == pytest.approx((9.0, -18.0, 33.0))
    (image,) = take(scan([tmp_path / "t1.nii.gz"], worker=worker), store).images
    assert "modality-guessed" in image.notes


def test_that_a_nameless_file_beside_a_named_case_is_asked_about(
    worker: ChildWorker, store: ArrayStore, tmp_path: Path
) -> None:
    case = case_of_ana(tmp_path / "ana", store, worker)
    nib.save(nib.Nifti1Image(np.arange(60, dtype=np.int16).reshape(3, 4, 5), np.eye(4)), tmp_path / "t2.nii")
    found = scan([tmp_path / "t2.nii"], worker=worker)
    with pytest.raises(QuestionError) as asked:
        take(found, store, case)
    assert asked.value.code == "identity-anonymous"


def test_that_cancelling_takes_nothing(worker: ChildWorker, store: ArrayStore, tmp_path: Path) -> None:
    found = scan([series(tmp_path / "in")], worker=worker)
    keys = tuple(one.key for one in found.series)
    with pytest.raises(Cancelled):
        import_images(ImportRequest(found, keys, Case("case")), store, Progress(is_cancelled=lambda: True))


def test_that_the_scan_closes_its_own_reading_process(tmp_path: Path, store: ArrayStore) -> None:
    with scan([series(tmp_path / "in")]) as found:
        images: tuple[Image, ...] = take(found, store).images
        worker = found.sources.worker
    assert len(images) == 1
    with pytest.raises(RuntimeError):
        worker.call("planner.imaging.dicom.reading:read_headers", ([],))
