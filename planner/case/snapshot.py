"""``plan.json``: the plan as people can read it, with a check over its own bytes, and the last three of its kind.

The journal is what counts; a snapshot is what is left when the journal is damaged.
"""

import contextlib
import hashlib
import json
import re
from dataclasses import dataclass, fields
from pathlib import Path

from planner.case.codec import digest
from planner.case.disk import Disk, publish
from planner.case.folder import PLAN_NAME, SNAPSHOT_FOLDER
from planner.case.history import Plan
from planner.case.migrations import FORMAT

KEPT_SNAPSHOTS = 3
_NO_CHECK = b"0" * 64
_CHECK = re.compile(rb'"check": "([0-9a-f]{64})"')


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The plan after row ``sequence``, whose hash was ``audit_head``. ``plan`` holds JSON values of ``format``."""

    format: int
    case_id: str
    identity_hash: str
    sequence: int
    audit_head: str
    written_at: str
    written_by: str
    plan: Plan

    def to_bytes(self) -> bytes:
        data = {
            "format": self.format,
            "check": _NO_CHECK.decode(),
            "case_id": self.case_id,
            "identity_hash": self.identity_hash,
            "sequence": self.sequence,
            "audit_head": self.audit_head,
            "written_at": self.written_at,
            "written_by": self.written_by,
            "plan": self.plan,
        }
        blank = json.dumps(data, ensure_ascii=False, allow_nan=False, indent=1).encode() + b"\n"
        return blank.replace(_NO_CHECK, hashlib.sha256(blank).hexdigest().encode(), 1)


def identity_hash(plan: Plan) -> str:
    return digest(plan.get("identity"))


def read_snapshot(path: Path) -> Snapshot | None:
    """None when there is no such file, or it is not exactly as it was written."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    check = _CHECK.search(data)
    if check is None:
        return None
    blank = data[: check.start(1)] + _NO_CHECK + data[check.end(1) :]
    if hashlib.sha256(blank).hexdigest().encode() != check[1]:
        return None
    with contextlib.suppress(ValueError, TypeError, KeyError, AttributeError):
        content = json.loads(data)  # a newer program may have added keys
        snapshot = Snapshot(**{one.name: content[one.name] for one in fields(Snapshot)})
        if snapshot.format > FORMAT or snapshot.identity_hash == identity_hash(snapshot.plan):
            return snapshot
    return None


def read_snapshots(folder: Path) -> list[Snapshot]:
    """The snapshots in the folder ``snapshots/`` that are whole, newest first."""
    found = [read_snapshot(path) for path in folder.glob("plan-*.json")]
    return sorted((one for one in found if one), key=lambda one: one.sequence, reverse=True)


def publish_snapshot(disk: Disk, folder: Path, snapshot: Snapshot) -> None:
    """Make it ``plan.json``; what was there becomes the newest of three older ones. Raises OSError."""
    path = folder / PLAN_NAME
    before = read_snapshot(path)
    if before and before.case_id == snapshot.case_id and before.sequence < snapshot.sequence:
        older = folder / SNAPSHOT_FOLDER
        older.mkdir(exist_ok=True)
        publish(disk, older / f"plan-{before.sequence:08d}.json", [path.read_bytes()])
        for one in sorted(older.glob("plan-*.json"))[:-KEPT_SNAPSHOTS]:
            one.unlink()
    publish(disk, path, [snapshot.to_bytes()])
