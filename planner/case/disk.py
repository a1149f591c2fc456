"""The few calls that change files, in one place: so that every write is counted, synced and, in tests, made to fail."""

import contextlib
import errno
import os
import secrets
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from planner.errors import PlannerError
from planner.i18n import _

BUSY_WINERRORS = frozenset({5, 32, 33})
"""Windows: another program (antivirus, indexer, sync client) holds the file for a moment."""
BUSY_PAUSES_S = tuple(0.01 * 2**n for n in range(8))
"""Back-off between tries, about 2.5 s in all (reference/reliability.md section 3)."""
TEMPORARY_SUFFIX = ".part"


class Disk:
    """What the case file asks of the operating system. A test passes in one whose n-th call fails."""

    def create(self, path: Path) -> int:
        """A new file, opened for writing."""
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)

    def open_append(self, path: Path) -> int:
        return os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)

    def write(self, handle: int, data: memoryview) -> int:
        return os.write(handle, data)

    def fsync(self, handle: int) -> None:
        os.fsync(handle)

    def truncate(self, handle: int, length: int) -> None:
        os.ftruncate(handle, length)

    def replace(self, source: Path, target: Path) -> None:
        source.replace(target)

    def sync_folder(self, folder: Path) -> None:
        """Make names in ``folder`` durable. Windows has no such call."""
        if sys.platform == "win32":
            return
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def pause(self, seconds: float) -> None:
        time.sleep(seconds)


def write_all(disk: Disk, handle: int, data: bytes | memoryview) -> None:
    """Every byte, or OSError: a full disk may write short without raising."""
    rest = memoryview(data).cast("B")
    while len(rest):
        count = disk.write(handle, rest)
        if count <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        rest = rest[count:]


def publish(disk: Disk, path: Path, pieces: Iterable[bytes | memoryview]) -> None:
    """``path`` holds all of ``pieces``, or what it held before. Raises OSError."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}{TEMPORARY_SUFFIX}")
    handle = disk.create(temporary)
    try:
        try:
            for piece in pieces:
                write_all(disk, handle, piece)
            disk.fsync(handle)
        finally:
            os.close(handle)
        _replace_patiently(disk, temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    disk.sync_folder(path.parent)


def _replace_patiently(disk: Disk, source: Path, target: Path) -> None:
    for pause_s in BUSY_PAUSES_S:
        try:
            disk.replace(source, target)
        except OSError as error:
            if getattr(error, "winerror", None) not in BUSY_WINERRORS:
                raise
            disk.pause(pause_s)
        else:
            return
    disk.replace(source, target)


def in_words(error: OSError) -> PlannerError:
    """What a failed write means for the person, and what to do."""
    if getattr(error, "winerror", None) in BUSY_WINERRORS:
        text = _("Another program holds the case file. Close it (antivirus, cloud copy) and try again.")
        return PlannerError(text, code="file-in-use")
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        text = _("The disk is full. Nothing was changed. Free some space and try again.")
        return PlannerError(text, code="disk-full")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        text = _("The case folder cannot be written. Nothing was changed. Save a copy in another place.")
        return PlannerError(text, code="case-read-only")
    text = _("The disk reported an error ({error}). Nothing was changed. Save a copy on another disk.")
    return PlannerError(text.format(error=error.strerror or error.errno), code="disk-failed")
