"""Import images: look into folders, files and zips, and take the chosen series into a case as one act.

Nothing is committed here; the caller applies the images it is given. While a question is open nothing is taken.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from planner.case.facts import matrix_of, new_id
from planner.case.model import Case, GridSpec, Identity, Image
from planner.case.store import ArrayStore
from planner.errors import QuestionError, RefusedError
from planner.imaging.apart.child import ChildWorker
from planner.imaging.identity import (
    FAR_APART_DAYS,
    Comparison,
    age_years,
    apart,
    compare,
    is_same_person,
    patients_among,
    summary,
)
from planner.imaging.scanning import Sources, scan_sources
from planner.imaging.series import FileLine, Finding, ImportReport, Outcome, Patient, Question, ReadVolume, Series
from planner.progress import SILENT, Progress

AIR_HU = -500.0
"""A volume that reaches below this and has no modality written is taken for CT, and that is told."""


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """What was found. ``questions`` are about the whole (several patients). Close it when the import is over."""

    series: tuple[Series, ...]
    report: ImportReport
    patients: tuple[Patient, ...]
    questions: tuple[Question, ...]
    sources: Sources = field(repr=False)

    def close(self) -> None:
        """End the reading process and remove unpacked files."""
        self.sources.close()

    def __enter__(self) -> "Scan":
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()


@dataclass(frozen=True, slots=True, eq=False)
class ImportRequest:
    """Take the series ``keys`` of ``scan`` into ``case``.

    ``choices`` answers questions: ``code`` for all series or ``key:code`` for one. ``identity_confirmation`` is the
    reason, typed by a person, why images that look like another patient's are of this one. For files that do not say
    it, the choice ``modality`` is CT or MR.
    """

    scan: Scan
    keys: tuple[str, ...]
    case: Case
    choices: Mapping[str, str] = field(default_factory=dict)
    identity_confirmation: str = ""


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The images to apply, whose they are, what to tell, and a line for every file.

    ``confirmation`` belongs into the audit trail: that a person vouched for the identity, and why; else empty.
    """

    images: tuple[Image, ...]
    identity: Identity
    read_back: str
    report: ImportReport
    confirmation: str = ""


def scan(
    paths: Sequence[Path], progress: Progress = SILENT, *, password: str = "", worker: ChildWorker | None = None
) -> Scan:
    """Every series in these folders, files and zips. ``worker`` is a reading process to use instead of an own one.

    Raises QuestionError(code="archive-password"), RefusedError, Cancelled.
    """
    sources = scan_sources(paths, progress, password, worker)
    series = sources.series
    patients = _named_patients(series)
    questions: tuple[Question, ...] = ()
    if len(patients) > 1:
        texts = _patient_choices(patients)
        questions = (Question("several-patients", tuple(texts), texts | {"count": str(len(patients))}),)
    report = ImportReport(tuple(sources.lines), tuple(sources.notes))
    return Scan(series, report, patients, questions, sources)


def import_images(request: ImportRequest, store: ArrayStore, progress: Progress = SILENT) -> ImportResult:
    """All the chosen series, or none. Raises QuestionError, RefusedError, PlannerError (disk), Cancelled."""
    chosen = _chosen(request)
    confirmed = _checked_identity(request, chosen)
    images: list[Image] = []
    for number, series in enumerate(chosen):
        part = progress.part(number / len(chosen), (number + 1) / len(chosen))
        read = request.scan.sources.read(series.key, _answers(request, series), part.part(0.0, 0.8))
        part(0.8, series.label)
        images.append(_image(request, series, read, store))
    notes = tuple(_remarks(request.case, images))
    patient = next((s.identity for s in chosen if s.identity != Patient()), Patient())
    identity = Identity(*_plain(_known_patient(request.case) or patient))
    return ImportResult(
        tuple(images),
        identity,
        summary(patient),
        _report(request.scan.report, chosen, (*notes, *confirmed)),
        "; ".join(finding.words() for finding in confirmed),
    )


def _chosen(request: ImportRequest) -> list[Series]:
    by_key = {series.key: series for series in request.scan.series}
    chosen = [by_key[key] for key in request.keys]
    for series in chosen:
        if series.refusal is not None:
            raise RefusedError(series.refusal.words(), code=series.refusal.code)
    patients = _named_patients(chosen)
    if len(patients) <= 1:
        return chosen
    texts = _patient_choices(patients)
    answer = request.choices.get("several-patients")
    if answer not in texts:
        question = Finding("several-patients", {"count": str(len(patients))})
        raise QuestionError(question.words(), texts, code=question.code)
    patient = patients[list(texts).index(answer)]
    return [series for series in chosen if is_same_person(series.identity, patient)]


def _named_patients(series: Sequence[Series]) -> tuple[Patient, ...]:
    return patients_among([one.identity for one in series if one.identity != Patient()])


def _patient_choices(patients: Sequence[Patient]) -> dict[str, str]:
    return {f"patient-{number}": summary(patient) for number, patient in enumerate(patients, start=1)}


def _checked_identity(request: ImportRequest, chosen: Sequence[Series]) -> tuple[Finding, ...]:
    """Every chosen series is of the case's patient, or a person says so. Gives what was confirmed."""
    sources = request.scan.sources
    studies = {image.details.get("study-uid", "") for image in request.case.images.values()} - {""}
    known = _known_patient(request.case)
    confirmed: dict[tuple[str, str], Finding] = {}
    for series in chosen:
        study = sources.study_uid(series.key)
        if known is None:
            known = series.identity
        elif not (study in studies and is_same_person(known, series.identity)):
            doubt = compare(known, series.identity)
            if doubt.finding is not None and doubt.verdict != "same":
                confirmed[(doubt.finding.code, doubt.finding.values["other"])] = _vouched(request, series, doubt)
        studies |= {study} - {""}
    return tuple(confirmed.values())


def _vouched(request: ImportRequest, series: Series, doubt: Comparison) -> Finding:
    finding = doubt.finding
    if finding is None:
        raise ValueError("nothing to vouch for")
    reason = request.identity_confirmation.strip()
    answer = _answers(request, series).get(finding.code, "")
    if reason or (doubt.verdict == "ask" and answer == "same-person"):
        return Finding("identity-confirmed", {**finding.values, "reason": reason or "-"})
    if doubt.verdict == "refuse" or answer == "other-person":
        raise RefusedError(finding.words(), code=finding.code)
    question = Question(finding.code, ("same-person", "other-person"), finding.values)
    raise QuestionError(question.words(), question.choice_texts(), code=question.code)


def _known_patient(case: Case) -> Patient | None:
    known = case.identity or next((image.identity for image in case.images.values()), None)
    return None if known is None else Patient(known.name, known.patient_id, known.birth_date, known.sex)


def _plain(patient: Patient) -> tuple[str, str, str, str]:
    return patient.name, patient.patient_id, patient.birth_date, patient.sex


def _answers(request: ImportRequest, series: Series) -> dict[str, str]:
    """The choices for this series: those for all, and over them its own."""
    own = f"{series.key}:"
    general = {code: word for code, word in request.choices.items() if ":" not in code}
    return general | {c.removeprefix(own): word for c, word in request.choices.items() if c.startswith(own)}


def _image(request: ImportRequest, series: Series, read: ReadVolume, store: ArrayStore) -> Image:
    answers = _answers(request, series)
    notes = {note.code: note for note in (*series.notes, *read.notes)}
    modality = series.modality or answers.get("modality", "")
    if not modality:
        modality = "CT" if float(np.min(read.values)) < AIR_HU else "MR"
        notes["modality-guessed"] = Finding("modality-guessed", {"modality": modality})
    told = {f"{note.code}.{name}": value for note in notes.values() for name, value in note.values.items()}
    chosen = {f"choice.{q.code}": answers[q.code] for q in series.questions if q.code in answers}
    x, y, z = (int(n) for n in read.values.shape)
    return Image(
        id=new_id("image"),
        name=series.label,
        modality=modality,
        grid=GridSpec((x, y, z), matrix_of(read.affine)),
        values=store.put(read.values),
        identity=Identity(*_plain(series.identity)),
        unit=read.unit,
        window=read.window,
        study_date=series.study_date,
        series_uid=series.series_uid,
        frame_uid=series.frame_uid,
        source=series.kind,
        notes=tuple(notes),
        details={**series.tags, **told, **chosen, **read.details, **_study(request, series)},
    )


def _study(request: ImportRequest, series: Series) -> dict[str, str]:
    uid = request.scan.sources.study_uid(series.key)
    return {"study-uid": uid} if uid else {}


def _remarks(case: Case, images: Sequence[Image]) -> list[Finding]:
    """What lies between the images: time, and frames of reference. Nothing is overlaid because two UIDs are equal."""
    found: dict[str, Finding] = {}
    others = list(case.images.values())
    for image in images:
        for other in others:
            days = apart(other.study_date, image.study_date)
            if days is not None and days > FAR_APART_DAYS:
                values = {"days": str(days), "one": _dated(other), "other": _dated(image)}
                found.setdefault("dates-apart", Finding("dates-apart", values))
            if other.frame_uid != image.frame_uid:
                found.setdefault("other-frame", Finding("other-frame"))
        others.append(image)
    return list(found.values())


def _dated(image: Image) -> str:
    years = age_years(image.identity.birth_date, image.study_date)
    return image.study_date if years is None else f"{image.study_date} ({years})"


def _report(report: ImportReport, chosen: Sequence[Series], notes: Sequence[Finding]) -> ImportReport:
    keys = {series.key for series in chosen}

    def now(line: FileLine) -> FileLine:
        if keys.intersection(line.series_keys):
            return replace(line, outcome=Outcome.TAKEN, reason=Finding("taken"))
        if line.outcome in (Outcome.TAKEN, Outcome.ASKED):
            return replace(line, outcome=Outcome.SKIPPED, reason=Finding("not-chosen"))
        return line

    return ImportReport(tuple(now(line) for line in report.lines), (*report.notes, *notes))


def report_as_json(report: ImportReport) -> list[dict[str, Any]]:
    """Each file with its outcome, reason code and words, for ``--json`` and for keeping."""
    return [
        {"path": line.path, "outcome": str(line.outcome), "reason": line.reason.code, "words": line.reason.words()}
        for line in report.lines
    ]
