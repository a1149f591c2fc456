"""What a case folder holds when it is opened: the last state that can be trusted, and in words what happened to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from planner.case.codec import decode
from planner.case.folder import JOURNAL_NAME, PLAN_NAME, SNAPSHOT_FOLDER
from planner.case.history import History, Plan, Step, apply_to_plan, inverse
from planner.case.journal import Reading, Row, read_journal
from planner.case.migrations import FORMAT, migrated
from planner.case.migrations.newer import known_part
from planner.case.model import Case
from planner.case.snapshot import Snapshot, read_snapshot, read_snapshots
from planner.errors import PlannerError, QuestionError, RefusedError
from planner.i18n import _


@dataclass(frozen=True, slots=True)
class Replayed:
    """The plan after the last row (JSON values of ``format``) and what can be undone and redone."""

    plan: Plan
    format: int
    history: History


@dataclass(frozen=True, slots=True)
class Finding:
    """``state`` is the best there is, after row ``sequence``. With ``is_damaged`` a recovery row has to be written;
    ``question`` is asked first when commands may be lost by it. ``recovered`` says what was mended, ``notices`` what
    else the person should know."""

    reading: Reading
    state: Replayed
    sequence: int
    is_damaged: bool = False
    is_published: bool = True
    question: QuestionError | None = None
    recovered: str | None = None
    notices: tuple[str, ...] = ()

    @property
    def is_newer(self) -> bool:
        return self.state.format > FORMAT


def case_of(state: Replayed) -> Case:
    """The case. Raises RefusedError(code="case-content"), naming the path of what is wrong."""
    if state.format > FORMAT:
        return decode(Case, known_part(Case, state.plan))
    return decode(Case, migrated(state.plan, state.format))


def replay(rows: Iterable[Row]) -> Replayed:
    """Every row applied in order. Raises RefusedError when the rows contradict each other."""
    plan: Plan = {}
    version = 0
    history = History()
    for row in rows:
        if row.plan is not None:
            plan, version = dict(row.plan), row.format
            history.clear()
            continue
        _follow(history, row, plan)
        apply_to_plan(plan, row.patch)
    return Replayed(plan, version, history)


def _follow(history: History, row: Row, plan: Plan) -> None:
    if row.kind == "do":
        history.did(Step(row.command, row.patch, inverse(row.patch, plan)))
    elif row.kind == "undo" and history.undo:
        history.undid()
    elif row.kind == "redo" and history.redo:
        history.redid()
    else:
        text = _("The journal contradicts itself at command {seq}. Restore the folder from a copy.")
        raise RefusedError(text.format(seq=row.seq), code="case-content")


def examine(folder: Path) -> Finding:
    """Look at everything, change nothing. Raises PlannerError when there is no case, or parts of two."""
    published = read_snapshot(folder / PLAN_NAME)
    older = read_snapshots(folder / SNAPSHOT_FOLDER)
    reading = read_journal(folder / JOURNAL_NAME)  # last: another process may be writing, and the journal is first
    if published and published.format > FORMAT:
        return _newer(reading, published)
    if not reading.rows and not (folder / JOURNAL_NAME).exists() and not (folder / PLAN_NAME).exists():
        text = _("There is no case in the folder {folder}.")
        raise PlannerError(text.format(folder=folder.name), code="not-a-case")
    state = replay(reading.rows)
    if published:
        _refuse_foreign(reading, state, published)
    saved = _newest_beyond(reading, state, [*([published] if published else []), *older])
    if saved or reading.lines_after or not reading.rows:
        return _damaged(reading, state, saved)
    if state.format > FORMAT:
        return Finding(reading, state, reading.last_seq, notices=(_newer_words(),))
    return _whole(reading, state, published)


def _newer(reading: Reading, published: Snapshot) -> Finding:
    state = Replayed(published.plan, published.format, History())
    return Finding(reading, state, published.sequence, notices=(_newer_words(),))


def _newer_words() -> str:
    return _("This case was written by a newer version. It can be read here but not changed. Update the program.")


def _refuse_foreign(reading: Reading, state: Replayed, published: Snapshot) -> None:
    """plan.json copied in from another case, or from another branch of this one."""
    hashes = {row.seq: line_hash for row, line_hash in zip(reading.rows, reading.hashes, strict=True)}
    is_other_case = bool(reading.rows) and published.case_id != state.plan.get("id")
    if is_other_case or hashes.get(published.sequence, published.audit_head) != published.audit_head:
        text = _("The files in this folder belong to two different cases. Nothing was opened. Restore it from a copy.")
        raise RefusedError(text, code="case-mixed")


def _newest_beyond(reading: Reading, state: Replayed, snapshots: list[Snapshot]) -> Snapshot | None:
    """A snapshot of this case that is newer than the last whole line."""
    own = [one for one in snapshots if not reading.rows or one.case_id == state.plan.get("id")]
    newer = [one for one in own if one.sequence > reading.last_seq]
    return max(newer, key=lambda one: one.sequence, default=None)


def _damaged(reading: Reading, state: Replayed, saved: Snapshot | None) -> Finding:
    good = reading.last_seq
    if saved:
        state = Replayed(saved.plan, saved.format, History())
        words = _(
            "The journal is damaged after command {good}. The plan was restored from the copy saved after {saved}."
        )
        sequence = saved.sequence
    elif reading.rows:
        words = _("The journal is damaged after command {good}. Later commands could not be read.")
        sequence = good
    else:
        text = _(
            "This case cannot be read: its journal is damaged and there is no copy. Restore the folder from a copy."
        )
        raise RefusedError(text, code="case-unreadable")
    words = words.format(good=good, saved=sequence)
    question = None
    if good + reading.lines_after > sequence:
        choices = {
            "recover": _("Open the state after command {n}").format(n=sequence),
            "cancel": _("Leave it as it is"),
        }
        question = QuestionError(words + " " + _("Open the last good state?"), choices, code="case-damaged")
    return Finding(reading, state, sequence, True, False, question, words)


def _whole(reading: Reading, state: Replayed, published: Snapshot | None) -> Finding:
    """Every line is whole, perhaps but for a torn last one, which nobody was told is done."""
    is_published = published is not None and published.sequence == reading.last_seq
    words = None
    last = reading.rows[-1].command.words()
    if reading.tail:
        words = _("The program ended while it wrote a command; that one was not done. The last one kept is: {command}.")
    elif published is None:
        words = _("The file plan.json was damaged or missing. It was made again from the journal, up to: {command}.")
    elif not is_published:
        words = _("The program ended without closing this case. Nothing is lost; the last command is: {command}.")
    words = words.format(command=last) if words else None
    return Finding(reading, state, reading.last_seq, False, is_published, None, words)
