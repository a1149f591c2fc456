"""Private folders for what a reader needs while it reads. They are gone afterwards.

Each folder holds a lock that its owner keeps. After a crash the next folder that is made sweeps those whose owner is
gone.
"""

import contextlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from planner import places

PREFIX = "reading-"
LOCK = ".lock"
YOUNG_S = 60.0
"""A folder younger than this may belong to a program that has not locked it yet."""


def scratch_root() -> Path:
    """Where the folders are when the caller names no place of its own (a case does)."""
    return places.user_data() / "scratch"


@contextlib.contextmanager
def scratch_folder(parent: Path | None = None) -> Iterator[Path]:
    """An empty folder that only this user may read, removed at the end."""
    root = parent or scratch_root()
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    sweep_scratch(root)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=root))  # mkdtemp makes it 0700
    lock = _locked(folder / LOCK)
    try:
        yield folder
    finally:
        os.close(lock)
        shutil.rmtree(folder, ignore_errors=True)


def sweep_scratch(parent: Path | None = None) -> int:
    """Remove the folders of programs that ended without cleaning up; how many there were."""
    removed = 0
    root = parent or scratch_root()
    for folder in root.glob(PREFIX + "*") if root.is_dir() else ():
        if folder.is_symlink() or not folder.is_dir() or _is_young(folder) or _is_in_use(folder / LOCK):
            continue
        shutil.rmtree(folder, ignore_errors=True)
        removed += 1
    return removed


def _locked(path: Path) -> int:
    """An open file that others can see to be held: flock on POSIX; on Windows an open file cannot be removed."""
    handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    if sys.platform != "win32":
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX)
    return handle


def _is_young(folder: Path) -> bool:
    try:
        return time.time() - folder.stat().st_mtime < YOUNG_S
    except OSError:
        return True


def _is_in_use(path: Path) -> bool:
    if sys.platform == "win32":
        try:
            path.unlink(missing_ok=True)
        except PermissionError:
            return True
        return False
    import fcntl

    try:
        handle = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False
