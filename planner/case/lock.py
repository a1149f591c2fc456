"""One writer per case, by a lock of the operating system: it frees itself when the process ends, however it ends."""

import errno
import os
import sys
from pathlib import Path

from planner.errors import PlannerError
from planner.i18n import _

_LOCKED_BYTE = 1 << 30
"""Windows locks bytes, not files; this one lies far behind anything written."""

_TAKEN = frozenset({errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK})


class CaseLock:
    """Held from construction to :meth:`release`.

    Raises PlannerError(code="case-open-elsewhere") when another process (or this one) holds it, and OSError when the
    lock file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            _lock(self._handle)
        except OSError as error:
            os.close(self._handle)
            if error.errno not in _TAKEN:
                raise
            text = _("This case is open in another window or on another computer. Close it there, or open it to read.")
            raise PlannerError(text, code="case-open-elsewhere") from error

    def release(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)  # closing frees the lock
            self._handle = -1


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
