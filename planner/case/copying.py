"""A second copy of a case in another place, read back before anyone is told that it is there."""

import shutil
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

from planner.case.disk import TEMPORARY_SUFFIX, Disk, in_words, publish
from planner.case.folder import ARRAY_FOLDER, LOCK_NAME
from planner.errors import PlannerError, RefusedError
from planner.i18n import _

PIECE_BYTES = 1 << 22


def copy_folder(source: Path, target: Path, disk: Disk) -> None:
    """Every file of the case but its lock, durable and equal when it returns; else ``target`` is not there.

    Raises PlannerError(code="case-exists", "disk-full", "copy-differs", ...).
    """
    try:
        target.mkdir(parents=True)
    except FileExistsError as error:
        text = _("There is already something called {name}. Choose another name.").format(name=target.name)
        raise PlannerError(text, code="case-exists") from error
    except OSError as error:
        raise in_words(error) from error
    try:
        (target / ARRAY_FOLDER).mkdir()
        for path in _files(source):
            _copy_file(path, target / path.relative_to(source), disk)
        disk.sync_folder(target.parent)
    except BaseException as error:
        shutil.rmtree(target, ignore_errors=True)
        if isinstance(error, OSError):
            raise in_words(error) from error
        raise


def _files(folder: Path) -> list[Path]:
    found = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return [path for path in found if path.name != LOCK_NAME and path.suffix != TEMPORARY_SUFFIX]


def _copy_file(source: Path, target: Path, disk: Disk) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    publish(disk, target, _pieces(source))
    for one, other in zip_longest(_pieces(source), _pieces(target)):
        if one != other:
            text = _("The copy differs from the case and was removed. Use another disk.")
            raise RefusedError(text, code="copy-differs")


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while piece := stream.read(PIECE_BYTES):
            yield piece
