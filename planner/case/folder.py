"""The folder of a case: what its parts are called, how it begins, and how it is kept tidy."""

import logging
import os
from datetime import UTC, datetime
from pathlib import Path

from planner.case.codec import encode
from planner.case.commands import Command
from planner.case.disk import TEMPORARY_SUFFIX, Disk, in_words, publish
from planner.case.facts import new_id
from planner.case.journal import Reading, Row, begin_journal
from planner.case.lock import CaseLock
from planner.case.migrations import FORMAT
from planner.case.model import Case
from planner.i18n import _

SUFFIX = ".noci"
PLAN_NAME = "plan.json"
JOURNAL_NAME = "journal.jsonl"
LOCK_NAME = "case.lock"
ARRAY_FOLDER = "arrays"
SNAPSHOT_FOLDER = "snapshots"
DAMAGED_FOLDER = "damaged"

log = logging.getLogger(__name__)


def utc_now() -> datetime:
    return datetime.now(UTC)


def stamp() -> str:
    """Now, as it is written: UTC ISO. For people; nothing is ordered by it."""
    return utc_now().isoformat(timespec="milliseconds")


def with_suffix(path: Path) -> Path:
    """``Perez`` becomes ``Perez.noci``."""
    return path if path.suffix == SUFFIX else path.with_name(path.name + SUFFIX)


def lay_out(folder: Path, title: str, by: str, disk: Disk) -> None:
    """The parts of a new case in the empty ``folder``, durable when it returns. Raises OSError."""
    case = Case(new_id("case"), title)
    for name in (ARRAY_FOLDER, SNAPSHOT_FOLDER):
        (folder / name).mkdir()
    row = Row(1, stamp(), by, "create", Command("new-case", title), plan=encode(case), format=FORMAT)
    begin_journal(folder / JOURNAL_NAME, row, disk)
    disk.sync_folder(folder.parent)


def lock_if_writable(folder: Path, notices: list[str]) -> CaseLock | None:
    """The lock, or None and a notice where nothing can be written. Raises PlannerError when another holds it."""
    try:
        if os.access(folder, os.W_OK):
            return CaseLock(folder / LOCK_NAME)
    except OSError as error:
        log.info("no lock in the case folder: %s", error.strerror)
    notices.append(_("This folder cannot be written, so the case is open for reading only. Save a copy to work on it."))
    return None


def sweep(folder: Path) -> None:
    """Remove what a crash left half written. Only called under the lock."""
    for part in folder.rglob(f"*{TEMPORARY_SUFFIX}"):
        part.unlink(missing_ok=True)


def keep_evidence(folder: Path, reading: Reading, disk: Disk) -> None:
    """Lay a copy of a damaged journal aside before its end is cut. Raises PlannerError."""
    if not reading.tail:
        return
    try:
        aside = folder / DAMAGED_FOLDER
        aside.mkdir(exist_ok=True)
        publish(disk, aside / f"{reading.last_seq:08d}-{JOURNAL_NAME}", [(folder / JOURNAL_NAME).read_bytes()])
    except OSError as error:
        raise in_words(error) from error


def conflict_copies(folder: Path) -> tuple[str, ...]:
    """Words about files that a sync client laid beside ours. They are never merged."""
    known = {PLAN_NAME, JOURNAL_NAME}
    found = sorted(
        path.name for pattern in ("plan*", "journal*") for path in folder.glob(pattern) if path.name not in known
    )
    text = _("There is a second file beside the case: {name}. It was not read. Compare it and remove one of them.")
    return tuple(text.format(name=name) for name in found)
