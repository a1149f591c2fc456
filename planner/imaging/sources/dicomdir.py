"""A DICOMDIR is only used to learn what should be on the disc; the files themselves are always looked at.

So a damaged one costs nothing (PS3.10 section 8; hostile ones point outside, or loop).
"""

from pathlib import Path
from typing import Any

from planner.errors import RefusedError
from planner.imaging.apart.child import ChildWorker
from planner.imaging.dicom.gate import NotTakenError, look
from planner.imaging.series import FileLine, Finding, Outcome
from planner.imaging.sources.beneath import find_beneath
from planner.progress import SILENT, Progress

LARGEST = 64 << 20
MOST_REFERENCES = 100_000


def check_dicomdir(path: Path, worker: ChildWorker, progress: Progress = SILENT) -> tuple[FileLine, ...]:
    """A line for each entry that is missing or points outside the folder of ``path``; one for the DICOMDIR itself.

    Raises Cancelled only: whatever is wrong with it, the files go on.
    """
    try:
        names = worker.call(references, (path,), progress=progress, file_label=path.name)
        checked = [_checked(path.parent, str(name)) for name in names]
    except (RefusedError, TypeError):
        return (FileLine(str(path), Outcome.SKIPPED, Finding("dicomdir-bad")),)
    own = FileLine(str(path), Outcome.SKIPPED, Finding("dicomdir" if names else "dicomdir-bad"))
    return (own, *(line for line in checked if line is not None))


def references(path: Path) -> list[str]:
    """The files it names, parts joined by ``/``; in whatever order or loop its records are. Runs in a child.

    Raises RefusedError for one that is not read.
    """
    from pydicom import dcmread
    from pydicom.errors import InvalidDicomError

    _check_encoding(path)
    try:
        records: Any = dcmread(path, specific_tags=["DirectoryRecordSequence", "ReferencedFileID"])
        found = [_joined(record.get("ReferencedFileID")) for record in records.get("DirectoryRecordSequence") or ()]
    except (InvalidDicomError, ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError) as reason:
        raise RefusedError("", code="dicomdir-bad") from reason
    return sorted({name for name in found if name})[:MOST_REFERENCES]


def _check_encoding(path: Path) -> None:
    """Only plain encodings: a deflated data set could swell without bounds."""
    try:
        with path.open("rb") as file:
            encoding = look(file, path.stat().st_size)
    except (NotTakenError, OSError) as reason:
        raise RefusedError("", code="dicomdir-bad") from reason
    if encoding.is_deflated or path.stat().st_size > LARGEST:
        raise RefusedError("", code="dicomdir-bad")


def _joined(parts: Any) -> str:
    """One name or several parts. A part may itself hide slashes: find_beneath judges the joined text."""
    if not parts:
        return ""
    return str(parts) if isinstance(parts, str) else "/".join(str(part) for part in parts)


def _checked(folder: Path, name: str) -> FileLine | None:
    try:
        find_beneath(folder, name)
    except NotTakenError as reason:
        code = "dicomdir-missing" if reason.finding.code == "file-missing" else "dicomdir-outside"
        return FileLine(name, Outcome.REFUSED, Finding(code))
    return None
