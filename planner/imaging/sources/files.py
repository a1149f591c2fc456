"""Find the files of a folder, a disc or a choice of files: bounded, cancellable, every one accounted for.

Nothing is opened beyond its first bytes, nothing is run, nothing is copied.
"""

import errno
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from planner.errors import RefusedError
from planner.i18n import _
from planner.imaging.dicom.gate import NotTakenError
from planner.imaging.series import FileLine, Finding, Outcome
from planner.imaging.sources.beneath import open_regular
from planner.imaging.sources.sniff import START_BYTES, Kind, kind_of
from planner.progress import SILENT, Progress

MOST_FILES = 100_000
DEEPEST = 40
"""Folders below the chosen one. A DICOM disc has at most 8 (PS3.10 section 8.2); archives of clinics a few more."""
READ_TRIES = 2
"""A disc often reads at the second try."""
TELL_EVERY = 200


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that may hold images, or that nothing else claimed (OTHER may yet be odd DICOM)."""

    path: Path
    size: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Found:
    """``files`` to look into; ``lines`` for those that were left out already; ``notes`` about the whole."""

    files: tuple[FoundFile, ...]
    lines: tuple[FileLine, ...]
    notes: tuple[Finding, ...] = ()

    def of(self, *kinds: Kind) -> tuple[FoundFile, ...]:
        return tuple(one for one in self.files if one.kind in kinds)


def find_files(starts: Sequence[Path], progress: Progress = SILENT) -> Found:
    """Everything in ``starts`` (folders and files), in the order of the names. A DICOMDIR stands for its folder.

    Raises RefusedError(code="source-gone") when the disc or folder vanishes, Cancelled.
    """
    search = _Search(progress)
    for start in starts:
        if not start.exists():
            raise gone(start)
        root = start.parent if kind_of(b"", start.name) is Kind.DICOMDIR else start
        search.look(root.resolve(), root)
        if not start.exists():
            raise gone(start)
    return Found(tuple(search.files), tuple(search.lines), tuple(search.notes))


def gone(start: Path) -> RefusedError:
    text = _("{name} is no longer there. Nothing was imported. Put the disc or stick back in and start again.")
    return RefusedError(text.format(name=start.name or start), code="source-gone")


def read_start(path: Path) -> tuple[bytes, int]:
    """The first START_BYTES of a regular file and its size. Raises NotTakenError, OSError after READ_TRIES."""
    for tries_left in reversed(range(READ_TRIES)):
        try:
            with open_regular(path) as file:
                return file.read(START_BYTES), os.fstat(file.fileno()).st_size
        except OSError as error:
            if tries_left == 0 or error.errno != errno.EIO:
                raise
    raise AssertionError("the last try returns or raises")


@dataclass(slots=True)
class _Search:
    progress: Progress
    files: list[FoundFile] = field(default_factory=list)
    lines: list[FileLine] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)
    folders_seen: set[tuple[int, int]] = field(default_factory=set)
    files_seen: set[Path] = field(default_factory=set)

    def look(self, root: Path, chosen: Path) -> None:
        """``root`` has its links followed: the person chose it, so it may be a link itself."""
        if not root.is_dir():
            self._file(root, chosen)
            return
        for path in self._walk(root):
            if len(self.files) + len(self.lines) >= MOST_FILES:
                self.notes.append(Finding("file-too-many", {"count": str(MOST_FILES)}))
                return
            self._file(path, path)

    def _walk(self, root: Path) -> Iterator[Path]:
        folders = [(root, 0)]
        while folders:
            folder, depth = folders.pop()
            inner: list[tuple[Path, int]] = []
            for entry in self._entries(folder):
                self.progress.check()
                path = Path(entry.path)
                if entry.is_symlink():
                    self._link(root, path)
                elif entry.is_dir(follow_symlinks=False):
                    inner.append((path, depth + 1))
                else:
                    yield path
            folders.extend(reversed([one for one in inner if self._may_enter(*one)]))

    def _entries(self, folder: Path) -> list["os.DirEntry[str]"]:
        try:
            with os.scandir(folder) as entries:
                return sorted(entries, key=lambda entry: entry.name)
        except OSError:
            self._leave_out(folder, Outcome.REFUSED, "file-folder-unreadable")
            return []

    def _may_enter(self, folder: Path, depth: int) -> bool:
        """Once, and not too deep: mounts and junctions can make loops that are no links."""
        try:
            state = folder.stat()
        except OSError:
            self._leave_out(folder, Outcome.REFUSED, "file-folder-unreadable")
            return False
        if depth > DEEPEST:
            self._leave_out(folder, Outcome.SKIPPED, "file-too-deep")
            return False
        key = (state.st_dev, state.st_ino)
        is_new = state.st_ino == 0 or key not in self.folders_seen
        self.folders_seen.add(key)
        return is_new

    def _link(self, root: Path, path: Path) -> None:
        """What a link inside names is found by itself; what it names outside was not chosen."""
        try:
            is_inside = path.resolve().is_relative_to(root)
        except (OSError, RuntimeError):  # a link to itself
            is_inside = True
        if is_inside:
            self._leave_out(path, Outcome.SKIPPED, "file-link")
        else:
            self._leave_out(path, Outcome.REFUSED, "file-link-outside")

    def _file(self, path: Path, shown: Path) -> None:
        if path in self.files_seen:
            return
        self.files_seen.add(path)
        count = len(self.files_seen)
        if count % TELL_EVERY == 0:
            self.progress(count / MOST_FILES, _("{count} files found").format(count=count))
        try:
            start, size = read_start(path)
        except NotTakenError as reason:
            self.lines.append(FileLine(str(shown), reason.outcome, reason.finding))
            return
        except OSError:
            self._leave_out(shown, Outcome.REFUSED, "file-unreadable")
            return
        kind = kind_of(start, path.name)
        code = _LEFT_OUT.get(kind)
        if code is not None:
            self._leave_out(shown, *code)
        elif not _is_second_half(path):
            self.files.append(FoundFile(path, size, kind))

    def _leave_out(self, path: Path, outcome: Outcome, code: str) -> None:
        self.lines.append(FileLine(str(path), outcome, Finding(code)))


_LEFT_OUT = {
    Kind.PROGRAMME: (Outcome.SKIPPED, "file-programme"),
    Kind.FOREIGN: (Outcome.REFUSED, "file-foreign"),
    Kind.GZIP: (Outcome.REFUSED, "gzip"),
}


def _is_second_half(path: Path) -> bool:
    """The ``.img`` of a pair is taken with its ``.hdr``."""
    return path.suffix.lower() == ".img" and any(
        path.with_suffix(ending).is_file() for ending in (".hdr", ".HDR", ".Hdr")
    )
