"""DICOM files to series, and a series to voxels. The way in for :mod:`planner.steps.import_images`.

Every untrusted byte is parsed in the reading process (:mod:`planner.imaging.dicom.reading`); here its plain answers are
grouped, laid out and judged, so that all words are made in this process.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from planner.errors import QuestionError, RefusedError
from planner.imaging.apart.child import FILE_DEADLINE_S, ChildWorker
from planner.imaging.dicom import reading
from planner.imaging.dicom.describing import series_of
from planner.imaging.dicom.grouping import Stack, group
from planner.imaging.dicom.headers import Header
from planner.imaging.dicom.judging import LEAVE_OUT, chosen_volume, judged, plan_for
from planner.imaging.dicom.stacking import original_geometry
from planner.imaging.dicom.wire import findings_of, header_of, spread
from planner.imaging.series import FileLine, Finding, Outcome, ReadVolume, Series
from planner.progress import SILENT, Progress

BATCH = 256
SECONDS_A_HEADER = 0.25
SECONDS_A_PLANE = 0.5
HOPE = (Outcome.TAKEN, Outcome.ASKED, Outcome.REFUSED)


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A series as it is shown, and the stack behind it."""

    series: Series
    stack: Stack


def scan_files(
    paths: Sequence[Path], worker: ChildWorker, progress: Progress = SILENT
) -> tuple[list[Candidate], list[FileLine]]:
    """The series in these files, and a line for every file."""
    headers, lines = _headers([str(path) for path in paths], worker, progress.part(0.0, 0.8))
    headers, doubled = _without_doubles(headers)
    candidates = []
    stacks = group(headers)
    for number, stack in enumerate(stacks):
        candidates.append(_candidate(stack, worker))
        progress(0.8 + 0.2 * (number + 1) / len(stacks), "")
    candidates.sort(key=_order)
    return candidates, lines + doubled + _lines_of(candidates)


def read_series(
    candidate: Candidate, choices: Mapping[str, str], worker: ChildWorker, progress: Progress = SILENT
) -> ReadVolume:
    """The voxels of a series in RAS. Raises QuestionError while one is open, RefusedError when it cannot be."""
    series = candidate.series
    if series.refusal is not None:
        raise RefusedError(series.refusal.words(), code=series.refusal.code)
    volume = chosen_volume(candidate.stack, choices.get(candidate.stack.question))
    judgement = judged(candidate.stack, volume)
    if judgement.refusal is not None:
        raise RefusedError(judgement.refusal.words(), code=judgement.refusal.code)
    for question in judgement.questions:
        answer = choices.get(question.code)
        if answer not in question.choices:
            raise QuestionError(question.words(), question.choice_texts(), code=question.code)
        if answer == LEAVE_OUT:
            left_out = Finding("left-out", {"series": series.label})
            raise RefusedError(left_out.words(), code=left_out.code)
    plan = plan_for(candidate.stack, judgement)
    deadline_s = FILE_DEADLINE_S + SECONDS_A_PLANE * len(plan.planes)
    answer = worker.call(
        reading.read_stack, (spread(plan),), deadline_s=deadline_s, progress=progress, file_label=series.label
    )
    if "code" in answer:
        refusal = Finding(answer["code"], answer["values"])
        raise RefusedError(refusal.words(), code=refusal.code)
    low, high = answer["window"]
    notes = (*judgement.notes, *findings_of(answer["notes"]))
    return ReadVolume(
        answer["voxels"],
        judgement.layout.affine,
        judgement.unit,
        (float(low), float(high)),
        notes,
        original_geometry(judgement.layout),
    )


def _headers(paths: list[str], worker: ChildWorker, progress: Progress) -> tuple[list[Header], list[FileLine]]:
    headers: list[Header] = []
    lines: list[FileLine] = []
    for start in range(0, len(paths), BATCH):
        part = progress.part(start / len(paths), min(start + BATCH, len(paths)) / len(paths))
        batch = paths[start : start + BATCH]
        for path, answer in zip(batch, _read_batch(batch, worker, part), strict=True):
            if answer[0] == "header":
                headers.append(header_of(answer[1]))
            else:
                lines.append(FileLine(path, Outcome(answer[0]), Finding(answer[1], answer[2])))
    return headers, lines


def _read_batch(paths: list[str], worker: ChildWorker, progress: Progress) -> list[tuple[Any, ...]]:
    """The answer for each path. A batch that breaks the reading process is halved until the one file is found."""
    deadline_s = FILE_DEADLINE_S + SECONDS_A_HEADER * (len(paths) - 1)
    try:
        answer = worker.call(reading.read_headers, (paths,), deadline_s=deadline_s, progress=progress)
    except RefusedError as reason:
        if len(paths) == 1:
            return [(Outcome.REFUSED, reason.code, {})]
        half = len(paths) // 2
        return _read_batch(paths[:half], worker, progress) + _read_batch(paths[half:], worker, progress)
    return list(answer)


def _without_doubles(headers: list[Header]) -> tuple[list[Header], list[FileLine]]:
    """The same object twice, byte for byte, counts once. Other bytes under one identifier stay, and are asked about."""
    by_uid: dict[str, list[Header]] = defaultdict(list)
    for header in headers:
        by_uid[header.sop_uid].append(header)
    kept: list[Header] = []
    lines: list[FileLine] = []
    for uid, same in by_uid.items():
        seen: set[str] = set()
        for header in same:
            digest = _digest(header.path) if uid and len(same) > 1 else header.path
            if digest in seen:
                lines.append(FileLine(header.path, Outcome.SKIPPED, Finding("duplicate-file")))
            else:
                kept.append(header)
            seen.add(digest)
    return kept, lines


def _digest(path: str) -> str:
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _candidate(stack: Stack, worker: ChildWorker) -> Candidate:
    judgement = judged(stack, stack.volumes[0])
    series = series_of(stack, judgement)
    frame = stack.volumes[0].planes[0].frame
    plan = spread(plan_for(stack, judgement))
    try:
        picture = worker.call(reading.draw_thumbnail, (plan, frame.spacing or (1.0, 1.0)), file_label=series.label)
    except RefusedError as reason:
        return Candidate(replace(series, refusal=series.refusal or Finding(reason.code)), stack)
    if isinstance(picture, dict):
        refusal = Finding(picture["code"], picture["values"])
        return Candidate(replace(series, refusal=series.refusal or refusal), stack)
    return Candidate(replace(series, thumbnail=picture), stack)


def _order(candidate: Candidate) -> tuple[bool, int, str]:
    """Originals before derived series, then by number as the scanner counted."""
    series = candidate.series
    number = series.tags.get("series-number", "")
    is_derived = "derived" in {note.code for note in series.notes}
    return is_derived, int(number) if number.isdecimal() else 0, series.label


def _lines_of(candidates: Sequence[Candidate]) -> list[FileLine]:
    """One line a file; a file that is part of several series shows the most hopeful of their outcomes."""
    found: dict[str, FileLine] = {}
    for candidate in candidates:
        outcome, reason = _outcome(candidate.series)
        for header in candidate.stack.headers:
            line = FileLine(header.path, outcome, reason, (candidate.series.key,))
            other = found.get(header.path)
            if other is not None:
                best = min(line, other, key=lambda one: HOPE.index(one.outcome))
                line = replace(best, series_keys=(*other.series_keys, candidate.series.key))
            found[header.path] = line
    return list(found.values())


def _outcome(series: Series) -> tuple[Outcome, Finding]:
    if series.refusal is not None:
        return Outcome.REFUSED, series.refusal
    if series.questions:
        question = series.questions[0]
        return Outcome.ASKED, Finding(question.code, question.values)
    return Outcome.TAKEN, Finding("can-be-taken")
