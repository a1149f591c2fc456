"""A case on disk: the folder ``NAME.noci/``.

- ``journal.jsonl``: what was done, one line a command; it alone decides what the case is.
- ``plan.json``: the plan for people to read, and ``snapshots/`` its last three; used when the journal is damaged.
- ``arrays/``: voxels, fields and surfaces by their hash.
- ``case.lock``: held by the one process that may write.

Nothing in it names its own place, so the folder may be moved and renamed. Views and derived states are not kept.
"""

import logging
import shutil
from pathlib import Path
from typing import Self

from planner import __version__
from planner.case.codec import encode
from planner.case.commands import Command
from planner.case.copying import copy_case
from planner.case.disk import Disk, in_words
from planner.case.folder import (
    ARRAY_FOLDER,
    JOURNAL_NAME,
    PLAN_NAME,
    conflict_copies,
    keep_evidence,
    lay_out,
    lock_if_writable,
    stamp,
    sweep,
    with_suffix,
)
from planner.case.history import Patch, Step, applied, difference
from planner.case.journal import AuditEntry, Journal, Reading, Row, RowKind
from planner.case.lock import CaseLock
from planner.case.migrations import FORMAT
from planner.case.model import Case
from planner.case.opening import Finding, case_of, examine
from planner.case.snapshot import Snapshot, identity_hash, publish_snapshot
from planner.case.store import ArrayStore
from planner.errors import PlannerError
from planner.i18n import _

COMMANDS_PER_SNAPSHOT = 20
"""plan.json follows the journal at this distance, and at closing; a crash loses neither."""

log = logging.getLogger(__name__)


class CaseFile:
    """One open case. ``case`` changes only after the journal holds the command. Use from one thread (not ``store``)."""

    def __init__(
        self, path: Path, finding: Finding, lock: CaseLock | None, disk: Disk, notices: tuple[str, ...]
    ) -> None:
        """Made by :meth:`create` and :meth:`open`."""
        self.path = path
        self.recovered = finding.recovered
        self.notices = notices
        self.is_read_only = lock is None
        self.store = ArrayStore(path / ARRAY_FOLDER, is_read_only=self.is_read_only, disk=disk)
        self.case: Case = case_of(finding.state)
        self._history = finding.state.history
        self._audit = _audit_of(finding.reading)
        self._disk = disk
        self._lock = lock
        self._journal: Journal | None = None
        self._published_seq = finding.sequence if finding.is_published else -1
        if not self.is_read_only:
            self._mend(finding)

    @classmethod
    def create(cls, path: str | Path, title: str = "", by: str = "", *, disk: Disk | None = None) -> Self:
        """A new, empty case in a new folder. Raises PlannerError(code="case-exists", "disk-full", ...)."""
        disk = disk or Disk()
        folder = with_suffix(Path(path).absolute())
        try:
            folder.mkdir(parents=True)
        except FileExistsError as error:
            text = _("There is already something called {name}. Choose another name.").format(name=folder.name)
            raise PlannerError(text, code="case-exists") from error
        except OSError as error:
            raise in_words(error) from error
        try:
            lay_out(folder, title, by, disk)
            made = cls.open(folder, disk=disk)
            made.recovered = None  # plan.json is written for the first time, not again
            return made
        except BaseException as error:
            shutil.rmtree(folder, ignore_errors=True)
            if isinstance(error, OSError):
                raise in_words(error) from error
            raise

    @classmethod
    def open(
        cls, path: str | Path, read_only: bool = False, *, recover: bool = False, disk: Disk | None = None
    ) -> Self:
        """Open the folder (or a file in it). A torn last line is cut and ``recovered`` says so.

        A folder that cannot be written and a case of a newer version open read-only, with the reason in ``notices``.
        Raises PlannerError(code="not-a-case", "case-open-elsewhere"), RefusedError(code="case-mixed",
        "case-unreadable", "case-content") and QuestionError(code="case-damaged") when commands may be lost:
        ``recover=True`` is the answer yes.
        """
        folder = Path(path).absolute()
        folder = folder.parent if folder.name in (PLAN_NAME, JOURNAL_NAME) else folder
        if not folder.is_dir():
            text = _("There is no case in the folder {folder}.").format(folder=folder.name)
            raise PlannerError(text, code="not-a-case")
        notices = list(conflict_copies(folder))
        lock = None if read_only else lock_if_writable(folder, notices)
        try:
            finding = examine(folder)
            if finding.question and lock and not recover:
                raise finding.question
            if finding.is_newer and lock:
                lock.release()
                lock = None
            return cls(folder, finding, lock, disk or Disk(), (*finding.notices, *notices))
        except BaseException:
            if lock:
                lock.release()
            raise

    @property
    def audit_head(self) -> str:
        """The hash that stands for everything done so far; printed on reports."""
        return self._audit[-1].hash if self._audit else ""

    def audit(self) -> list[AuditEntry]:
        """Who did what, oldest first."""
        return list(self._audit)

    @property
    def undo_commands(self) -> tuple[Command, ...]:
        """What undo would take back, newest first."""
        return tuple(step.command for step in reversed(self._history.undo))

    @property
    def redo_commands(self) -> tuple[Command, ...]:
        """What redo would bring back, next one first."""
        return tuple(step.command for step in reversed(self._history.redo))

    def commit(self, command: Command, case: Case, by: str = "") -> None:
        """Make ``case`` the current one. Durable when it returns; on PlannerError nothing has changed.

        ``self.case`` is then equal to ``case``, with changed facts as they will be read back.
        """
        if case.id != self.case.id:
            raise ValueError("this is another case")
        command.words()  # a word nobody knows must not reach the journal
        patch = difference(self.case, case)
        after = applied(self.case, patch)
        step = Step(command, patch, difference(after, self.case))
        self._record("do", command, patch, by)
        self._history.did(step)
        self._become(after)

    def undo(self, by: str = "") -> Command | None:
        """Take back the last command, as durably as it was done."""
        if not self._history.undo:
            return None
        step = self._history.undo[-1]
        after = applied(self.case, step.backward)
        self._record("undo", step.command, step.backward, by)
        self._history.undid()
        self._become(after)
        return step.command

    def redo(self, by: str = "") -> Command | None:
        """Do the last undone command again."""
        if not self._history.redo:
            return None
        step = self._history.redo[-1]
        after = applied(self.case, step.forward)
        self._record("redo", step.command, step.forward, by)
        self._history.redid()
        self._become(after)
        return step.command

    def publish(self) -> None:
        """Bring plan.json up to date. Raises PlannerError; the journal has everything in any case."""
        if self._journal is None or self._published_seq == self._journal.last_seq:
            return
        plan = encode(self.case)
        snapshot = Snapshot(
            format=FORMAT,
            case_id=self.case.id,
            identity_hash=identity_hash(plan),
            sequence=self._journal.last_seq,
            audit_head=self._journal.head,
            written_at=stamp(),
            written_by=f"Nociplan {__version__}",
            plan=plan,
        )
        try:
            publish_snapshot(self._disk, self.path, snapshot)
        except OSError as error:
            raise in_words(error) from error
        self._published_seq = snapshot.sequence

    def copy_to(self, path: str | Path) -> Path:
        """A copy of the case in a new folder, read back; this one stays open. Raises PlannerError."""
        self._publish_quietly()
        return copy_case(self.path, Path(path), disk=self._disk)

    def close(self) -> None:
        """Publish plan.json and free the lock. Never fails; calling it twice is harmless."""
        self._publish_quietly()
        if self._journal:
            self._journal.close()
            self._journal = None
        if self._lock:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def _become(self, case: Case) -> None:
        self.case = case
        if self._journal and self._journal.last_seq - self._published_seq >= COMMANDS_PER_SNAPSHOT:
            self._publish_quietly()

    def _record(self, kind: RowKind, command: Command, patch: Patch, by: str) -> None:
        journal = self._writable()
        self._append(Row(journal.last_seq + 1, stamp(), by, kind, command, patch))

    def _append(self, row: Row) -> None:
        line_hash = self._writable().append(row)
        self._audit.append(AuditEntry(row.seq, row.at, row.by, row.kind, row.command, line_hash))

    def _writable(self) -> Journal:
        if self._journal is None:
            text = _("This case is open for reading only. Save a copy to work on it.")
            raise PlannerError(text, code="case-read-only")
        return self._journal

    def _publish_quietly(self) -> None:
        try:
            self.publish()
        except PlannerError as error:
            log.warning("plan.json of case %s was not written (%s); the journal has it all", self.case.id, error.code)

    def _mend(self, finding: Finding) -> None:
        """Cut what is torn, keep what is damaged aside, and write what the journal lacks."""
        sweep(self.path)
        if finding.is_damaged:
            keep_evidence(self.path, finding.reading, self._disk)
        self._journal = Journal(self.path / JOURNAL_NAME, finding.reading, self._disk)
        try:
            if finding.is_damaged:
                self._write_whole("recover", Command("recover-case"), finding.sequence + 1)
            elif finding.state.format < FORMAT:
                self._write_whole("migrate", Command("migrate-case", str(FORMAT)), finding.sequence + 1)
            if not finding.is_published:
                self._publish_quietly()
        except BaseException:
            self._journal.close()
            raise

    def _write_whole(self, kind: RowKind, command: Command, seq: int) -> None:
        self._append(Row(seq, stamp(), "", kind, command, plan=encode(self.case), format=FORMAT))
        self._history.clear()


def _audit_of(reading: Reading) -> list[AuditEntry]:
    return [
        AuditEntry(row.seq, row.at, row.by, row.kind, row.command, line_hash)
        for row, line_hash in zip(reading.rows, reading.hashes, strict=True)
    ]
