"""A second copy of a case in another place, read back before anyone is told that it is there."""

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from planner.case.disk import TEMPORARY_SUFFIX, Disk, in_words, publish
from planner.case.folder import ARRAY_FOLDER, JOURNAL_NAME, LOCK_NAME, with_suffix
from planner.errors import PlannerError, RefusedError
from planner.i18n import _
from planner.progress import SILENT, Progress

PIECE_BYTES = 1 << 22


class _Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...


def copy_case(source: Path, target: Path, progress: Progress = SILENT, disk: Disk | None = None) -> Path:
    """Copy the case folder ``source`` to ``target`` (given the suffix of cases); returns the new folder.

    Work on the case may go on meanwhile; the copy is the case at one moment. Raises PlannerError(code="case-exists",
    "disk-full", "copy-differs", ...) and Cancelled; a copy that was not finished is removed.
    """
    disk = disk or Disk()
    folder = with_suffix(Path(target).absolute())
    try:
        folder.mkdir(parents=True)
    except FileExistsError as error:
        text = _("There is already something called {name}. Choose another name.").format(name=folder.name)
        raise PlannerError(text, code="case-exists") from error
    except OSError as error:
        raise in_words(error) from error
    try:
        files = _files(source)
        for number, path in enumerate(files):
            progress(number / len(files))
            _copy_file(path, folder / path.relative_to(source), disk, progress)
        (folder / ARRAY_FOLDER).mkdir(exist_ok=True)
        disk.sync_folder(folder.parent)
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, OSError):
            raise in_words(error) from error
        raise
    return folder


def _files(folder: Path) -> list[Path]:
    """The journal after the plans made from it, and the arrays it names last, so that no copy is ahead of its parts."""
    found = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    found = [path for path in found if path.name != LOCK_NAME and path.suffix != TEMPORARY_SUFFIX]
    return sorted(found, key=lambda path: (path.parent.name == ARRAY_FOLDER, path.name == JOURNAL_NAME, path))


def _copy_file(source: Path, target: Path, disk: Disk, progress: Progress) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    wanted, found = hashlib.sha256(), hashlib.sha256()
    publish(disk, target, _pieces(source, wanted, progress))
    for _piece in _pieces(target, found, progress):
        pass
    if wanted.digest() != found.digest():
        text = _("The copy differs from the case and was removed. Use another disk.")
        raise RefusedError(text, code="copy-differs")


def _pieces(path: Path, state: _Hash, progress: Progress) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while piece := stream.read(PIECE_BYTES):
            progress.check()
            state.update(piece)
            yield piece
