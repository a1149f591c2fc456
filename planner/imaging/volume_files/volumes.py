"""NIfTI, Analyze, MGH/MGZ and NRRD files as series. The reading is done in a process of its own."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from planner.errors import QuestionError, RefusedError
from planner.imaging.apart.child import ChildWorker
from planner.imaging.series import Finding, Patient, Question, ReadVolume, Series
from planner.imaging.volume_files import volume_file
from planner.progress import SILENT, Progress

DEADLINE_S = 10.0
SLOWEST_BYTES_PER_S = 2e6
"""A gzip file is read at 20 MB/s and more here; an old CD and a busy PC are given a tenth of that."""


def survey_volume(path: Path, worker: ChildWorker, progress: Progress = SILENT, *, label: str = "") -> Series:
    """The file as a series, called ``label`` (else by its name); one that cannot be taken has its ``refusal``.

    Raises Cancelled only.
    """
    return replace(_survey(path, worker, progress), label=label or path.name)


def _survey(path: Path, worker: ChildWorker, progress: Progress) -> Series:
    try:
        found = worker.call(
            volume_file.survey, (path,), deadline_s=_deadline_s(path), progress=progress, file_label=path.name
        )
        return _series(path, found)
    except (RefusedError, LookupError, TypeError, ValueError, AttributeError) as error:
        code = error.code if isinstance(error, RefusedError) else "unreadable"
        return _refused(path, Finding(f"volume-{code}"))


def read_volume(
    series: Series, choices: Mapping[str, str], progress: Progress = SILENT, *, worker: ChildWorker | None = None
) -> ReadVolume:
    """The voxels of a surveyed file. ``choices`` maps the code of each question to one of its words.

    Raises RefusedError with the code of the finding, QuestionError for the first question without an answer, Cancelled.
    """
    if series.refusal is not None:
        raise RefusedError(series.refusal.words(), code=series.refusal.code)
    for question in series.questions:
        if choices.get(question.code) not in question.choices:
            raise QuestionError(question.words(), question.choice_texts(), code=question.code)
    if worker is None:
        with ChildWorker() as own:
            return _read(series, choices, own, progress)
    return _read(series, choices, worker, progress)


def _read(series: Series, choices: Mapping[str, str], worker: ChildWorker, progress: Progress) -> ReadVolume:
    path = Path(series.files[0])
    answers = {question.code: choices[question.code] for question in series.questions}
    found = worker.call(
        volume_file.read, (path, answers), deadline_s=_deadline_s(path), progress=progress, file_label=path.name
    )
    if "problem" in found:
        problem = Finding(found["problem"][0], found["problem"][1])
        raise RefusedError(problem.words(), code=problem.code)
    affine = np.array(found["affine"], dtype=np.float64).reshape(4, 4)
    low, high = found["window"]
    return ReadVolume(found["values"], affine, "", (float(low), float(high)), _findings(found["notes"]))


def _series(path: Path, found: dict[str, Any]) -> Series:
    if "problem" in found:
        return _refused(path, Finding(found["problem"][0], found["problem"][1]))
    return Series(
        key=_key(path),
        kind="nifti",
        label=path.name,
        modality="",
        shape=found["shape"],
        spacing_mm=found["spacing_mm"],
        orientation=found["orientation"],
        identity=Patient(),
        files=tuple(found["files"]),
        notes=_findings(found["notes"]),
        questions=tuple(Question(code, tuple(choices), values) for code, choices, values in found["questions"]),
        thumbnail=np.array(found["thumbnail"], dtype=np.uint8),
        tags=found["tags"],
    )


def _refused(path: Path, refusal: Finding) -> Series:
    return Series(
        _key(path), "nifti", path.name, "", (0, 0, 0), (0.0, 0.0, 0.0), "unknown", Patient(), (str(path),),
        refusal=refusal,
    )  # fmt: skip


def _findings(plain: list[tuple[str, dict[str, str]]]) -> tuple[Finding, ...]:
    return tuple(Finding(code, values) for code, values in plain)


def _key(path: Path) -> str:
    """Stable for the same file in the same place."""
    return "volume-" + hashlib.sha256(str(path).encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _deadline_s(path: Path) -> float:
    try:
        size = path.stat().st_size
    except OSError:
        return DEADLINE_S
    return DEADLINE_S + size / SLOWEST_BYTES_PER_S
