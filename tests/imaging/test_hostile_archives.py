"""Rows H118 to H122 of the table of hostile inputs: zips that reach out, swell, lie, break or are locked."""

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import archive_samples as archives
import nibabel as nib
import pytest
import volume_samples as volumes
from dicom_samples import NAME, Sample, setting

from planner.errors import PlannerError, QuestionError, RefusedError
from planner.imaging.apart.child import ChildWorker
from planner.imaging.scanning import scan_sources
from planner.imaging.sources.archive import unpacked

Build = Callable[[Path], Path]
IMAGE = b"\x5c\x01\x00\x00" + bytes(600)


def names(*given: str) -> Build:
    return lambda path: archives.write_zip(path, [(name, IMAGE) for name in given])


def inner_bomb(path: Path) -> Path:
    """A zip of zips: none is opened."""
    inner = archives.write_zip(path.with_name("inner.zip"), [("zeros", bytes(5 << 20))]).read_bytes()
    return archives.write_zip(path, [(f"{n}.zip", inner) for n in range(10)])


def wrong_crc(path: Path) -> Path:
    archives.write_zip(path, [("a.nii", IMAGE)], zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    data[200] ^= 1
    path.write_bytes(data)
    return path


def many(path: Path) -> Path:
    """More entries than any study has, each empty."""
    block = b"PK\3\4" + struct.pack("<5H3L2H", 20, 0, 0, 0, 33, 0, 0, 0, 0, 0)
    count = 100_001
    table = b"".join(
        b"PK\1\2" + struct.pack("<6H3L5H2L", 20, 20, 0, 0, 0, 33, 0, 0, 0, 6, 0, 0, 0, 0, 0, 30 * n) + b"%06d" % n
        for n in range(count)
    )
    large = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, len(table), len(block) * count)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, len(block) * count + len(table), 1)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    path.write_bytes(block * count + table + large + locator + end)
    return path


CASES: list[tuple[str, str, Build, str]] = [
    ("H118", "slip", names("a.nii", "../../evil"), "archive-outside"),
    ("H118", "slip by backslash", names("..\\evil"), "archive-outside"),
    ("H118", "absolute", names("/tmp/evil"), "archive-outside"),
    ("H118", "drive", names("C:/evil"), "archive-outside"),
    ("H118", "drive without slash", names("C:evil"), "archive-outside"),
    ("H118", "share", names("\\\\server\\share\\evil"), "archive-outside"),
    ("H118", "stream", names("image.dcm:hidden"), "archive-outside"),
    ("H118", "hidden dots", names("a/.. /evil"), "archive-outside"),
    ("H118", "link", lambda path: archives.write_link_zip(path, "/etc/passwd"), "archive-link"),
    ("H119", "bomb", lambda path: archives.write_zip(path, [("a", bytes(150 << 20))]), "archive-too-large"),
    (
        "H119",
        "bomb that declares little",
        lambda path: archives.declare_size(archives.write_zip(path, [("a", bytes(20 << 20))]), 1000),
        "archive-damaged",
    ),
    ("H119", "declares too much", lambda path: archives.declare_size(names("a")(path), 2**32 - 2), "archive-too-large"),
    ("H119", "overlapping", lambda path: archives.write_overlapping_zip(path, 50, 1 << 20), "archive-overlap"),
    ("H119", "too many", many, "archive-too-many"),
    ("H120", "equal", names("plan.nii", "plan.nii"), "archive-equal-names"),
    ("H120", "equal but for case", names("Plan.nii", "plan.nii"), "archive-equal-names"),
    ("H120", "equal but for spelling of Ñ", names("MUÑOZ.nii", "Mun\u0303oz.nii"), "archive-equal-names"),
    ("H120", "equal but for a dot", names("a/plan.nii", "a/./plan.nii"), "archive-equal-names"),
    ("H121", "CRC", wrong_crc, "archive-damaged"),
    ("H121", "no zip", lambda path: (path.write_bytes(b"PK\3\4" + bytes(100)) and path) or path, "archive-damaged"),
    ("H122", "aes", lambda path: archives.write_encrypted_zip(path, "a", IMAGE, b"x", 99), "archive-aes"),
]


@pytest.mark.parametrize(
    ("build", "code"), [case[2:] for case in CASES], ids=[f"{row}-{what}" for row, what, _b, _c in CASES]
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_that_the_whole_archive_is_refused_and_nothing_of_it_is_left(
    tmp_path: Path, worker: ChildWorker, build: Build, code: str
) -> None:
    path = build(tmp_path / "a.zip")
    scratch = tmp_path / "scratch"
    there = sorted(tmp_path.rglob("*"))
    with pytest.raises(RefusedError) as refused, unpacked(path, worker=worker, scratch=scratch):
        pass
    assert refused.value.code == code
    assert [one for one in sorted(tmp_path.rglob("*")) if one != scratch] == there


def test_that_archives_in_archives_are_listed_and_not_opened(tmp_path, worker) -> None:
    """H119, nested."""
    with unpacked(inner_bomb(tmp_path / "a.zip"), worker=worker, scratch=tmp_path / "scratch") as content:
        assert {line.reason.code for line in content.lines} == {"archive-nested"}
        assert len(content.lines) == 10
        assert list(content.folder.iterdir()) == []


def test_that_an_archive_cut_anywhere_is_refused(tmp_path, worker) -> None:
    """H121: cut at each 1 %."""
    path = archives.write_zip(
        tmp_path / "whole.zip", [(p.name, p.read_bytes()) for p in Sample(tmp_path / "d").write()]
    )
    data = path.read_bytes()
    for percent in range(1, 100):
        cut = tmp_path / "cut.zip"
        cut.write_bytes(data[: len(data) * percent // 100])
        with pytest.raises(RefusedError) as refused, unpacked(cut, worker=worker, scratch=tmp_path / "scratch"):
            pass
        assert refused.value.code == "archive-damaged"


def test_that_a_password_is_asked_for_and_a_wrong_one_is_told(tmp_path, worker) -> None:
    """H122."""
    path = archives.write_encrypted_zip(tmp_path / "a.zip", "head.nii", IMAGE, "señal".encode())
    for password, code in (("", "archive-password"), ("wrong", "archive-password-wrong")):
        with (
            pytest.raises(QuestionError) as asked,
            unpacked(path, password=password, worker=worker, scratch=tmp_path / "scratch"),
        ):
            pass
        assert asked.value.code == code
    with unpacked(path, password="señal", worker=worker, scratch=tmp_path / "scratch") as content:
        (file,) = content.folder.iterdir()
        assert file.read_bytes() == IMAGE
        assert content.shown(file) == "head.nii"


def test_that_a_wrong_password_that_passes_the_first_check_is_told_all_the_same(tmp_path, worker) -> None:
    """H122: the format checks one byte, so one wrong password in 256 opens the entry; the CRC then tells."""
    path = archives.write_encrypted_zip(tmp_path / "a.zip", "head.nii", IMAGE, b"right")
    lucky = next(word for word in (f"wrong{n}" for n in range(10_000)) if opens(path, word))
    with (
        pytest.raises(QuestionError) as asked,
        unpacked(path, password=lucky, worker=worker, scratch=tmp_path / "scratch"),
    ):
        pass
    assert asked.value.code == "archive-password-wrong"


def opens(path: Path, password: str) -> bool:
    with zipfile.ZipFile(path) as archive:
        try:
            archive.open("head.nii", pwd=password.encode()).close()
        except RuntimeError:
            return False
        return True


def test_that_too_little_space_is_told_before_anything_is_written(tmp_path, worker, monkeypatch) -> None:
    from planner.imaging.sources import archive_file
    from planner.progress import SILENT

    monkeypatch.setattr(archive_file.shutil, "disk_usage", lambda _folder: type("Usage", (), {"free": 100})())
    path = archives.write_zip(tmp_path / "a.zip", [("a.nii", IMAGE)])
    (tmp_path / "files").mkdir()
    found = archive_file.unpack(path, tmp_path / "files", b"", SILENT)
    assert found["problem"][0] == "archive-disk-full"
    assert list((tmp_path / "files").iterdir()) == []


def test_that_a_sound_archive_gives_its_series_under_its_own_names(tmp_path, worker) -> None:
    """Folders, Ñ, a programme that is left out; nothing remains afterwards."""
    files = [(f"Muñoz/DICOM/{p.name}", p.read_bytes()) for p in Sample(tmp_path / "d").write()]
    path = archives.write_zip(
        tmp_path / "a.zip", [*files, ("autorun.inf", b"[autorun]"), ("viewer.exe", b"MZ" + bytes(9))]
    )
    found = scan_sources([path], worker=worker)
    assert [series.shape[2] for series in found.series] == [6]
    assert found.read(found.series[0].key, {}).values.shape == (10, 12, 6)
    said = {line.path.removeprefix(str(path) + "/"): line.reason.code for line in found.lines}
    assert said["viewer.exe"] == said["autorun.inf"] == "file-programme"
    assert "Muñoz/DICOM/im0000.dcm" in said
    found.close()


def test_that_no_name_of_a_patient_stays_outside_the_case(tmp_path, monkeypatch, caplog) -> None:
    """The canary of reliability.md section 4: in a tag, a file name and a folder name; nothing of it remains."""
    caplog.set_level("DEBUG")
    home = tmp_path / "home"
    monkeypatch.setenv("NOCIPLAN_HOME", str(home))
    sample = Sample(tmp_path / "d", edits=(setting(NAME, "PN", b"Zyxwcanario^Ana"),))
    files = [(f"Zyxwcanario/{p.name}", p.read_bytes()) for p in sample.write()]
    files += [("Zyxwcanario.nii", b"rubbish"), ("Zyxwcanario.dcm", files[0][1][:900])]
    found = scan_sources([archives.write_zip(tmp_path / "Zyxwcanario.zip", files)])
    found.read(found.series[0].key, {})
    assert any(home.rglob("*.dcm"))  # the search below does look where the files were
    found.close()
    left = [path for path in home.rglob("*") if path.is_file()]
    assert [path for path in left if b"Zyxwcanario" in path.read_bytes() or "Zyxwcanario" in path.name] == []
    assert "Zyxwcanario" not in caplog.text


def test_that_a_header_and_its_image_stay_a_pair_in_an_archive(tmp_path, worker) -> None:
    header = volumes.write_nifti(tmp_path / "head.hdr", kind=nib.Nifti1Pair)
    files = [(f"a/{path.name.upper()}", path.read_bytes()) for path in (header, header.with_suffix(".img"))]
    found = scan_sources([archives.write_zip(tmp_path / "a.zip", files)], worker=worker)
    assert [series.refusal for series in found.series] == [None]
    assert found.series[0].label == "HEAD.HDR"
    assert found.read(found.series[0].key, {}).values.shape == volumes.SHAPE
    found.close()


def test_that_a_bad_archive_in_a_folder_does_not_stop_the_rest_and_a_chosen_one_says_why(tmp_path, worker) -> None:
    folder = tmp_path / "disc"
    Sample(folder).write()
    bad = wrong_crc(folder / "bad.zip")
    locked = archives.write_encrypted_zip(folder / "locked.zip", "a.nii", IMAGE, b"x")
    found = scan_sources([folder], worker=worker)
    assert [series.shape[2] for series in found.series] == [6]
    said = {line.path: line.reason for line in found.lines}
    assert (said[str(bad)].code, said[str(locked)].code) == ("archive-damaged", "archive-password")
    assert said[str(bad)].words()
    with pytest.raises(RefusedError):
        scan_sources([bad], worker=worker)
    with pytest.raises(QuestionError):
        scan_sources([locked], worker=worker)


def test_that_disk_trouble_is_an_error_to_mend_and_not_a_refusal() -> None:
    from planner.imaging.series import Finding
    from planner.imaging.sources.archive import _error

    error = _error(Finding("archive-disk-full", {"megabytes": "7"}))
    assert type(error) is PlannerError
    assert "7 MB" in error.text
