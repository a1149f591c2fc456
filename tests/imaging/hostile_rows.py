"""How a row of the table of hostile and odd inputs becomes a test: what to build, and the word it expects."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from planner.imaging.apart.child import ChildWorker
from planner.imaging.dicom.importer import Candidate, read_series, scan_files
from planner.imaging.series import FileLine, Outcome

ANSWERS = {"lossy": "take", "uneven-gaps": "resample", "missing-slices": "resample", "which-volume": "volume-1"}


@dataclass(frozen=True)
class Row:
    """``word``: refuse (nothing is takeable), refuse-all (and no file is merely skipped), refuse-some (one of them),
    flat (refused, but with a picture), ask, split, tell (taken, with the note ``code``), accept (taken as it is), skip.
    """

    id: str
    build: Callable[[Path], list[Path]]
    word: str
    code: str
    check: Callable[[list[Candidate]], Any] | None = None


def assert_row(row: Row, folder: Path, worker: ChildWorker) -> None:
    """Scan what the row builds and compare with its word; every file must have exactly one line."""
    paths = row.build(folder)
    candidates, lines = scan_files(paths, worker)
    assert sorted(line.path for line in lines) == sorted(str(path) for path in paths)
    for line in lines:
        assert line.reason.words()
    _JUDGES[row.word](row, candidates, lines, worker)
    if row.check is not None:
        row.check(candidates)


def takeable(candidates: list[Candidate]) -> list[Candidate]:
    return [one for one in candidates if one.series.refusal is None]


def _codes(lines: list[FileLine], outcome: Outcome) -> set[str]:
    return {line.reason.code for line in lines if line.outcome is outcome}


def _refuse(row: Row, candidates: list[Candidate], lines: list[FileLine], _worker: ChildWorker) -> None:
    assert not takeable(candidates)
    assert row.code in _codes(lines, Outcome.REFUSED)


def _refuse_all(row: Row, candidates: list[Candidate], lines: list[FileLine], worker: ChildWorker) -> None:
    _refuse(row, candidates, lines, worker)
    assert {line.outcome for line in lines} == {Outcome.REFUSED}


def _refuse_some(row: Row, _candidates: list[Candidate], lines: list[FileLine], _worker: ChildWorker) -> None:
    assert row.code in _codes(lines, Outcome.REFUSED)


def _flat(row: Row, candidates: list[Candidate], lines: list[FileLine], worker: ChildWorker) -> None:
    _refuse(row, candidates, lines, worker)
    assert all(one.series.thumbnail is not None for one in candidates)


def _ask(row: Row, candidates: list[Candidate], lines: list[FileLine], _worker: ChildWorker) -> None:
    asked = {question.code for one in takeable(candidates) for question in one.series.questions}
    assert row.code in asked
    assert row.code in _codes(lines, Outcome.ASKED)


def _split(row: Row, candidates: list[Candidate], _lines: list[FileLine], worker: ChildWorker) -> None:
    assert len(candidates) > 1
    assert len({one.series.key for one in candidates}) == len(candidates)
    for one in candidates:
        assert row.code in {note.code for note in one.series.notes}


def _tell(row: Row, candidates: list[Candidate], _lines: list[FileLine], worker: ChildWorker) -> None:
    assert row.code in _taken_notes(candidates, worker)


def _accept(_row: Row, candidates: list[Candidate], _lines: list[FileLine], worker: ChildWorker) -> None:
    assert len(candidates) == 1
    assert candidates[0].series.questions == ()
    _taken_notes(candidates, worker)


def _skip(row: Row, candidates: list[Candidate], lines: list[FileLine], _worker: ChildWorker) -> None:
    assert candidates == []
    assert _codes(lines, Outcome.SKIPPED) == {row.code}


def _taken_notes(candidates: list[Candidate], worker: ChildWorker) -> set[str]:
    """Reads every takeable series; its voxels must be numbers on the grid that was promised."""
    assert takeable(candidates)
    codes: set[str] = set()
    for one in takeable(candidates):
        read = read_series(one, ANSWERS, worker)
        assert read.values.shape == one.series.shape
        assert np.isfinite(read.values).all()
        for note in (*read.notes, *one.series.notes):
            assert note.words()
            codes.add(note.code)
    return codes


_JUDGES = {
    "refuse": _refuse,
    "refuse-all": _refuse_all,
    "refuse-some": _refuse_some,
    "flat": _flat,
    "ask": _ask,
    "split": _split,
    "tell": _tell,
    "accept": _accept,
    "skip": _skip,
}
