"""The journal: one line a command, each hashed together with the one before, durable before the command shows as done.

``hash length json\\n``, where hash = SHA-256(previous hash + json). The chain is also the audit trail.
"""

import contextlib
import hashlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast, get_args

from planner.case.commands import Command
from planner.case.disk import Disk, in_words, publish, write_all
from planner.case.history import Patch, Plan
from planner.errors import PlannerError
from planner.i18n import _

GENESIS = "0" * 64
RowKind = Literal["create", "do", "undo", "redo", "migrate", "recover"]
WHOLE_PLAN = frozenset({"create", "migrate", "recover"})
"""Rows of these kinds carry the whole plan and its format; undo does not reach behind them."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one line says. ``at`` is UTC ISO and only for people: the order is that of ``seq``."""

    seq: int
    at: str
    by: str
    kind: RowKind
    command: Command
    patch: Patch = field(default_factory=Patch)
    plan: Plan | None = None
    format: int = 0

    def to_json(self) -> bytes:
        data: dict[str, Any] = {"seq": self.seq, "at": self.at, "by": self.by, "kind": self.kind}
        data |= {"command": self.command.kind, "detail": self.command.detail}
        if self.plan is not None:
            data |= {"format": self.format, "plan": self.plan}
        named = {"facts": self.patch.facts, "values": self.patch.values, "order": self.patch.order}
        data |= {name: part for name, part in named.items() if part}
        return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, body: bytes) -> "Row":
        """Raises ValueError or KeyError when this is not a row."""
        data = json.loads(body)
        kind = cast(RowKind, data["kind"])
        if kind not in get_args(RowKind) or (kind in WHOLE_PLAN) != ("plan" in data):
            raise ValueError(kind)
        command = Command(data["command"], data["detail"])
        patch = Patch(data.get("facts", {}), data.get("values", {}), data.get("order", {}))
        return cls(data["seq"], data["at"], data["by"], kind, command, patch, data.get("plan"), data.get("format", 0))


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what and when; ``hash`` chains it to every entry before."""

    seq: int
    at: str
    by: str
    kind: RowKind
    command: Command
    hash: str


@dataclass(frozen=True, slots=True)
class Reading:
    """The whole lines from the beginning (``rows`` and their ``hashes``), their length, and what comes after them."""

    rows: tuple[Row, ...]
    hashes: tuple[str, ...]
    good_bytes: int
    tail: bytes

    @property
    def head(self) -> str:
        return self.hashes[-1] if self.hashes else GENESIS

    @property
    def last_seq(self) -> int:
        return self.rows[-1].seq if self.rows else 0

    @property
    def lines_after(self) -> int:
        """Finished lines that cannot be trusted. 0 for a torn tail, which nobody was told is done."""
        return self.tail.count(b"\n")


def line_of(previous_hash: str, row: Row) -> tuple[str, bytes]:
    """The hash of this row and its line."""
    body = row.to_json()
    digest = _chained(previous_hash, body)
    return digest, b"%s %d %s\n" % (digest.encode(), len(body), body)


def read_journal(path: Path) -> Reading:
    """The longest run of whole, rightly chained lines. A missing file reads as empty. Raises PlannerError."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        data = b""
    except OSError as error:
        raise in_words(error) from error
    rows: list[Row] = []
    hashes = [GENESIS]
    start = 0
    while (end := data.find(b"\n", start)) >= 0:
        row = _whole_row(data[start:end], hashes[-1], rows[-1] if rows else None)
        if row is None:
            break
        rows.append(row)
        hashes.append(data[start : start + 64].decode())
        start = end + 1
    return Reading(tuple(rows), tuple(hashes[1:]), start, data[start:])


def _whole_row(line: bytes, previous_hash: str, previous: Row | None) -> Row | None:
    digest, _blank, rest = line.partition(b" ")
    length, _blank, body = rest.partition(b" ")
    if length != b"%d" % len(body) or digest != _chained(previous_hash, body).encode():
        return None
    try:
        row = Row.from_json(body)
    except (ValueError, KeyError, TypeError):
        return None
    if previous is None:
        return row if row.kind in WHOLE_PLAN else None
    follows = row.seq > previous.seq if row.kind == "recover" else row.seq == previous.seq + 1
    return row if follows else None


def _chained(previous_hash: str, body: bytes) -> str:
    return hashlib.sha256(previous_hash.encode() + body).hexdigest()


class Journal:
    """The journal open for appending. One writer: the case holds the lock."""

    def __init__(self, path: Path, reading: Reading, disk: Disk) -> None:
        """Continue after the whole lines of ``reading``; what comes after them is cut. Raises PlannerError."""
        self.path = path
        self.head = reading.head
        self.last_seq = reading.last_seq
        self._length = reading.good_bytes
        self._is_dirty = bool(reading.tail)
        self._disk = disk
        try:
            self._handle = disk.open_append(path)
        except OSError as error:
            raise in_words(error) from error
        try:
            self._cut()
        except OSError as error:
            self.close()
            raise in_words(error) from error

    def append(self, row: Row) -> str:
        """Write the row, make it durable, and only then count it. Raises PlannerError; the journal is as before."""
        digest, line = line_of(self.head, row)
        try:
            self._cut()
            self._check_length()
            self._is_dirty = True
            write_all(self._disk, self._handle, line)
            self._disk.fsync(self._handle)
        except BaseException as error:
            with contextlib.suppress(OSError):  # tried again before the next line
                self._cut()
            if isinstance(error, OSError):
                raise in_words(error) from error
            raise
        self._is_dirty = False
        self._length += len(line)
        self.head, self.last_seq = digest, row.seq
        return digest

    def _cut(self) -> None:
        """Take away bytes that are no whole line. Raises OSError."""
        if self._is_dirty:
            self._disk.truncate(self._handle, self._length)
            self._disk.fsync(self._handle)
            self._is_dirty = False

    def _check_length(self) -> None:
        if os.fstat(self._handle).st_size != self._length:
            text = _("Another program changed the journal of this case. Close the case and open it again.")
            raise PlannerError(text, code="journal-changed")

    def close(self) -> None:
        if self._handle >= 0:
            with contextlib.suppress(OSError):
                self._cut()
            os.close(self._handle)
            self._handle = -1


def begin_journal(path: Path, row: Row, disk: Disk) -> None:
    """A new journal with its first row, there as a whole or not at all. Raises OSError."""
    publish(disk, path, [line_of(GENESIS, row)[1]])
