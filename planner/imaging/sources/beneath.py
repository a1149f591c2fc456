"""Open what a foreign file names, only if it lies beneath a folder that the person chose."""

import os
import stat
from pathlib import Path
from typing import BinaryIO

from planner.imaging.dicom.gate import refused, skipped
from planner.imaging.sources.naming import parts_beneath, same_name_key


def find_beneath(root: Path, name: str) -> Path:
    """The regular file ``name`` (relative, either slash) beneath ``root``; letter case may differ when it is missing.

    Raises NotTakenError: ``file-outside`` when the name or a link leads elsewhere, ``file-missing``.
    """
    parts = parts_beneath(name)
    if parts is None:
        raise refused("file-outside")
    path = root
    for part in parts:
        path = _child(path, part)
    check_beneath(root, path)
    return path


def check_beneath(root: Path, path: Path) -> None:
    """Raise NotTakenError(``file-outside``) when ``path``, its links followed, is not inside ``root``."""
    if not path.resolve().is_relative_to(root.resolve()):
        raise refused("file-outside")


def open_regular(path: Path) -> BinaryIO:
    """A regular file, opened without following a last link and without waiting for a pipe.

    Raises NotTakenError(``file-special``) for devices, pipes and sockets; OSError.
    """
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | _BINARY)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise skipped("file-special")
    return os.fdopen(handle, "rb")


_BINARY = getattr(os, "O_BINARY", 0)


def _child(folder: Path, name: str) -> Path:
    """The entry of ``folder`` with this name, or the only one whose name differs in case or in its accents' form."""
    if os.path.lexists(folder / name):
        return folder / name
    try:
        alike = [one for one in os.listdir(folder) if same_name_key(one) == same_name_key(name)]  # noqa: PTH208
    except OSError:
        alike = []
    if len(alike) != 1:
        raise refused("file-missing")
    return folder / alike[0]
