"""A file that kills, hangs or breaks its reader is named; every other file is read all the same."""

from pathlib import Path

import deadly_tasks
import numpy as np
import pytest
from dicom_samples import Sample, ramp

from planner.errors import RefusedError
from planner.imaging.apart.child import ChildWorker
from planner.imaging.dicom import importer
from planner.imaging.dicom.importer import read_series, scan_files
from planner.imaging.series import Outcome
from planner.imaging.thumbnails import LONGEST_SIDE, thumbnail
from planner.progress import Cancelled, Progress


def test_that_the_file_that_kills_the_reader_is_found_and_the_rest_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = Sample(tmp_path, 5).write()
    deadly = tmp_path / "deadly.dcm"
    deadly.write_bytes(paths[3].read_bytes())
    paths.insert(4, deadly)
    monkeypatch.setattr(importer.reading, "read_headers", deadly_tasks.read_headers)
    with ChildWorker() as worker:
        candidates, lines = scan_files(paths, worker)
        read = read_series(candidates[0], {}, worker)
    refused = [line for line in lines if line.outcome is Outcome.REFUSED]
    assert [(Path(line.path).name, line.reason.code) for line in refused] == [("deadly.dcm", "decoder-crashed")]
    assert np.array_equal(read.values[:, :, 4], ramp(4).T)


def test_that_a_series_whose_picture_kills_the_reader_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importer.reading, "draw_thumbnail", deadly_tasks.draw_thumbnail)
    with ChildWorker() as worker:
        candidates, _lines = scan_files(Sample(tmp_path).write(), worker)
        (one,) = candidates
        assert one.series.refusal is not None
        assert one.series.refusal.code == "decoder-crashed"
        with pytest.raises(RefusedError):
            read_series(one, {}, worker)


def test_that_a_reader_that_hangs_is_ended_and_can_be_cancelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ChildWorker() as worker:
        candidates, _lines = scan_files(Sample(tmp_path).write(), worker)
        monkeypatch.setattr(importer.reading, "read_stack", deadly_tasks.read_stack)
        monkeypatch.setattr(importer, "FILE_DEADLINE_S", 0.2)
        monkeypatch.setattr(importer, "SECONDS_A_PLANE", 0.0)
        with pytest.raises(RefusedError) as refused:
            read_series(candidates[0], {}, worker)
        assert refused.value.code == "deadline"
        with pytest.raises(Cancelled):
            read_series(candidates[0], {}, worker, Progress(is_cancelled=lambda: True))


def test_that_a_thumbnail_has_square_pixels() -> None:
    values = np.zeros((64, 128), dtype=np.float32)
    values[:, 100:] = 50.0
    picture = thumbnail(values, (2.0, 0.5), None)  # 128 mm high, 64 mm wide
    assert picture.shape == (LONGEST_SIDE, LONGEST_SIDE // 2)
    assert picture[:, -1].min() == 255
    assert picture[:, 0].max() == 0
