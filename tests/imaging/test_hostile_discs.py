"""Rows H106 to H117 of the table of hostile inputs: discs, folders, DICOMDIRs, names, links."""

import errno
import os
import shutil
import stat
import time
from pathlib import Path

import archive_samples as archives
import pydicom
import pytest
from dicom_samples import PIXELS, SOP_UID, Sample, setting

from planner.errors import RefusedError
from planner.imaging.apart.child import ChildWorker
from planner.imaging.scanning import Sources, scan_sources
from planner.imaging.sources import beneath, files
from planner.imaging.sources.dicomdir import check_dicomdir
from planner.imaging.sources.files import DEEPEST, MOST_FILES, find_files
from planner.progress import Cancelled, Progress

DIRECTORIES = Path(pydicom.__file__).parent / "data" / "test_files" / "dicomdirtests"
POSIX = pytest.mark.skipif(os.name == "nt", reason="links and pipes are POSIX here")


def disc(folder: Path, names: tuple[str, ...] = ("IMAGES\\IM1",)) -> Path:
    """Six slices in IMAGES/IM1 … IM6 and a DICOMDIR that names ``names``."""
    for number, path in enumerate(Sample(folder / "IMAGES").write(), start=1):
        path.rename(path.with_name(f"IM{number}"))
    archives.write_dicomdir(folder / "DICOMDIR", names)
    return folder


def reasons(found: Sources) -> dict[str, str]:
    """The stable code for each file that was not taken, by the last part of its name."""
    return {Path(line.path).name: line.reason.code for line in found.lines if line.reason.code != "can-be-taken"}


def scanned(folder: Path, worker: ChildWorker) -> Sources:
    found = scan_sources([folder], worker=worker)
    assert all(line.reason.words() for line in found.lines)
    return found


@pytest.mark.parametrize(
    "name", ["..\\..\\secret", "\\etc\\passwd", "C:\\secret", "IMAGES\\..\\..\\secret", "/etc/passwd", "A:stream"]
)
def test_that_an_entry_pointing_outside_is_refused_and_the_rest_imported(tmp_path, worker, name) -> None:
    """H106."""
    (tmp_path / "secret").write_bytes(b"x")
    found = scanned(disc(tmp_path / "a" / "disc", ("IMAGES\\IM1", name)), worker)
    assert "dicomdir-outside" in reasons(found).values()
    assert [series.shape[2] for series in found.series] == [6]


@POSIX
def test_that_an_entry_that_is_a_link_outside_is_refused(tmp_path, worker) -> None:
    """H107."""
    secret = Sample(tmp_path / "elsewhere", uid="1.9").write()[0]
    folder = disc(tmp_path / "disc", ("IMAGES\\IM1", "IMAGES\\LINK", "UP\\elsewhere\\im0000.dcm"))
    (folder / "IMAGES" / "LINK").symlink_to(secret)
    (folder / "UP").symlink_to(tmp_path)
    found = scanned(folder, worker)
    said = [line.reason.code for line in found.lines]
    assert said.count("dicomdir-outside") == 2
    assert said.count("file-link-outside") == 2
    assert len(found.series) == 1


@pytest.mark.parametrize(
    "name",
    ["DICOMDIR-bigEnd", "DICOMDIR-empty.dcm", "DICOMDIR-implicit", "DICOMDIR-nooffset", "DICOMDIR-nopatient",
     "DICOMDIR-reordered"],
)  # fmt: skip
def test_that_a_bad_dicomdir_costs_nothing(tmp_path, worker, name) -> None:
    """H108: the files are read whatever the table of contents says."""
    folder = disc(tmp_path / "disc")
    shutil.copy(DIRECTORIES / name, folder / "DICOMDIR")
    found = scanned(folder, worker)
    assert [series.shape[2] for series in found.series] == [6]
    assert reasons(found)["DICOMDIR"] in ("dicomdir", "dicomdir-bad")


@pytest.mark.parametrize("content", [b"", b"rubbish" * 100, bytes(128) + b"DICM" + b"\xff" * 500])
def test_that_a_damaged_dicomdir_is_told_and_the_files_are_read(tmp_path, worker, content) -> None:
    """H108."""
    folder = disc(tmp_path / "disc")
    (folder / "DICOMDIR").write_bytes(content)
    found = scanned(folder, worker)
    assert reasons(found)["DICOMDIR"] == "dicomdir-bad"
    assert len(found.series) == 1


def test_that_a_dicomdir_whose_records_loop_is_read_once(tmp_path, worker) -> None:
    """H108: offsets that point back to the first record."""
    folder = disc(tmp_path / "disc")
    archives.write_dicomdir(folder / "DICOMDIR", ("IMAGES\\IM1", "IMAGES\\IM2"), next_offset=400)
    lines = check_dicomdir(folder / "DICOMDIR", worker)
    assert [line.reason.code for line in lines] == ["dicomdir"]


def test_that_missing_files_are_listed_and_other_case_is_found(tmp_path, worker) -> None:
    """H109."""
    folder = disc(tmp_path / "disc", ("images\\im1", "IMAGES\\IM2", "IMAGES\\GONE", "NOWHERE\\IM1"))
    missing = {line.path for line in scanned(folder, worker).lines if line.reason.code == "dicomdir-missing"}
    assert missing == {"IMAGES/GONE", "NOWHERE/IM1"}


def test_that_a_uid_never_becomes_a_path(tmp_path, worker) -> None:
    """H110: hostile identifiers; whatever is made of the series, no file appears anywhere."""
    before = sorted(tmp_path.rglob("*"))
    for n, uid in enumerate((b"../../../../tmp/evil", b"/tmp/evil", b"..\\..\\evil")):
        Sample(tmp_path / "disc", prefix=f"u{n}-", uid=f"1.{n}", edits=(setting(SOP_UID, "UI", uid, only=0),)).write()
    there = sorted(tmp_path.rglob("*"))
    found = scanned(tmp_path / "disc", worker)
    for series in found.series:
        if series.refusal is None and not series.questions:
            found.read(series.key, {})
    assert sorted(tmp_path.rglob("*")) == there != before
    assert not Path("/tmp/evil").exists()


def test_that_the_same_file_twice_counts_once(tmp_path, worker) -> None:
    """H111."""
    paths = Sample(tmp_path / "disc").write()
    shutil.copy(paths[2], tmp_path / "disc" / "copy.dcm")
    found = scanned(tmp_path / "disc", worker)
    assert [series.shape[2] for series in found.series] == [6]
    assert "duplicate-file" in reasons(found).values()


def test_that_two_images_of_one_name_are_asked_about(tmp_path, worker) -> None:
    """H112: same identifier, other pixels. Neither is thrown away in silence."""
    Sample(tmp_path / "disc").write()
    twin = Sample(tmp_path / "disc", prefix="twin", order=(2,))
    twin.edits = (setting(PIXELS, "OW", bytes(240)),)
    twin.write()
    found = scanned(tmp_path / "disc", worker)
    assert [series.questions != () or series.refusal is not None for series in found.series].count(True) >= 1
    assert "duplicate-file" not in reasons(found).values()


@POSIX
def test_that_links_and_depth_are_bounded(tmp_path) -> None:
    """H113: a link to the parent, a link to itself, 60 folders in each other, a pipe."""
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    os.mkfifo(tmp_path / "pipe")
    deep = tmp_path
    for n in range(60):
        deep = deep / f"d{n}"
        deep.mkdir()
        (deep / "file").write_bytes(b"x")
    found = find_files([tmp_path])
    codes = [line.reason.code for line in found.lines]
    assert sorted(codes) == ["file-link", "file-link", "file-special", "file-too-deep"]
    assert len(found.files) == DEEPEST


@pytest.mark.slow
def test_that_100000_files_are_bounded_told_and_cancellable(tmp_path) -> None:
    """H113."""
    for folder in range(100):
        (tmp_path / f"{folder:03d}").mkdir()
        for n in range(1010):
            (tmp_path / f"{folder:03d}" / str(n)).touch()
    heard: list[str] = []
    found = find_files([tmp_path], Progress(lambda _fraction, words: heard.append(words)))
    assert len(found.files) + len(found.lines) == MOST_FILES
    assert [note.code for note in found.notes] == ["file-too-many"]
    assert len(heard) > 100
    began = time.monotonic()
    with pytest.raises(Cancelled):
        find_files([tmp_path], Progress(is_cancelled=lambda: time.monotonic() - began > 0.2))


def test_that_read_errors_are_tried_again_listed_and_do_not_stop_the_rest(tmp_path, worker, monkeypatch) -> None:
    """H114: a disc whose IM3 never reads and whose IM4 reads at the second try."""
    folder = disc(tmp_path / "disc")
    tries: dict[str, int] = {}

    def scratched(path: Path):
        tries[path.name] = tries.get(path.name, 0) + 1
        if path.name == "IM3" or (path.name == "IM4" and tries["IM4"] == 1):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return beneath.open_regular(path)

    monkeypatch.setattr(files, "open_regular", scratched)
    found = find_files([folder])
    assert [(Path(line.path).name, line.reason.code) for line in found.lines] == [("IM3", "file-unreadable")]
    assert {one.path.name for one in found.files} == {"DICOMDIR", "IM1", "IM2", "IM4", "IM5", "IM6"}
    assert tries["IM3"] == tries["IM4"] == 2


def test_that_a_disc_pulled_out_stops_cleanly_and_can_be_taken_up_again(tmp_path, worker) -> None:
    """H115: before the search, and between search and reading."""
    folder = disc(tmp_path / "disc")
    found = scanned(folder, worker)
    folder.rename(tmp_path / "pulled")
    with pytest.raises(RefusedError, match="Put the disc"):
        find_files([folder])
    with pytest.raises(RefusedError) as refused:
        found.read(found.series[0].key, {})
    assert refused.value.text
    (tmp_path / "pulled").rename(folder)
    assert found.read(found.series[0].key, {}).values.shape[2] == 6


def test_that_a_disc_pulled_out_during_the_search_is_told(tmp_path) -> None:
    """H115: it vanishes while the folder is walked."""
    folder = disc(tmp_path / "disc")
    for n in range(files.TELL_EVERY):
        (folder / f"other{n}").touch()
    with pytest.raises(RefusedError) as refused:
        find_files([folder], Progress(lambda _fraction, _words: shutil.rmtree(folder, ignore_errors=True)))
    assert refused.value.code == "source-gone"


def test_that_long_paths_and_spanish_names_are_imported(tmp_path, worker) -> None:
    """H116: a path of more than 260 characters, Ñ in both of its spellings, blanks."""
    folder = tmp_path / "Muñoz Peña" / "Mun\u0303oz" / ("x" * 120) / ("y" * 120)
    Sample(folder).write()
    found = scanned(tmp_path / "Muñoz Peña", worker)
    assert [series.shape[2] for series in found.series] == [6]


def test_that_programmes_on_a_disc_are_neither_run_nor_copied(tmp_path, worker) -> None:
    """H117."""
    folder = disc(tmp_path / "disc")
    canary = tmp_path / "ran"
    for name in ("autorun.inf", "viewer.exe", "setup.sh", "run.bat", "lib.dll", "Viewer"):
        (folder / name).write_text(f"#!/bin/sh\ntouch '{canary}'\n")
        (folder / name).chmod(stat.S_IRWXU)
    found = scanned(folder, worker)
    programmes = [name for name, code in reasons(found).items() if code == "file-programme"]
    assert sorted(programmes) == ["Viewer", "autorun.inf", "lib.dll", "run.bat", "setup.sh", "viewer.exe"]
    assert not canary.exists()
    assert len(found.series) == 1
