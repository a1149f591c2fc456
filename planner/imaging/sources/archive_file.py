"""What the reader's process does with a zip: check it, then unpack it under names of our own."""

import errno
import shutil
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import IO, Any

from planner.i18n import _
from planner.imaging.sources.archive_checks import ENCRYPTED, ArchiveProblem, check_entries
from planner.imaging.sources.naming import same_name_key
from planner.imaging.sources.sniff import START_BYTES, Kind, kind_of
from planner.progress import Progress

CHUNK = 1 << 20
NOT_WRITTEN = {Kind.PROGRAMME: "file-programme", Kind.ZIP: "archive-nested", Kind.DICOMDIR: "dicomdir"}
ENDINGS = (".nii.gz", ".hdr", ".img", ".nii", ".mgz", ".mgh", ".nrrd", ".dcm")
"""What is kept of a name, because readers look at it."""


def unpack(path: Path, folder: Path, password: bytes, progress: Progress) -> dict[str, Any]:
    """Unpack into ``folder``: its ``names`` (own name to the archive's), ``left_out`` (name, code), or a ``problem``.

    The archive's own names never become paths. Programmes, archives and the DICOMDIR are not written.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = check_entries(archive, path.stat().st_size)
            _check_space(entries, folder)
            return _unpack_all(archive, entries, folder, password, progress)
    except ArchiveProblem as problem:
        return {"problem": (problem.code, problem.values)}
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError):
        return {"problem": ("archive-damaged", {})}
    except NotImplementedError:
        return {"problem": ("archive-compression", {})}
    except OSError as error:
        return {"problem": (_code_of(error), {"megabytes": "?"})}


def _code_of(error: OSError) -> str:
    """A bad offset makes zipfile seek to nowhere (EINVAL); the rest is the disc's or the disk's fault."""
    if error.errno == errno.ENOSPC:
        return "archive-disk-full"
    return "archive-damaged" if error.errno == errno.EINVAL else "file-unreadable"


def _check_space(entries: list[zipfile.ZipInfo], folder: Path) -> None:
    needed = sum(entry.file_size for entry in entries)
    if needed > shutil.disk_usage(folder).free:
        raise ArchiveProblem("archive-disk-full", megabytes=needed >> 20)


def _unpack_all(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], folder: Path, password: bytes, progress: Progress
) -> dict[str, Any]:
    names: dict[str, str] = {}
    left_out: list[tuple[str, str]] = []
    stems: dict[str, int] = {}
    total, done = sum(entry.file_size for entry in entries) or 1, 0
    for entry in entries:
        own = _own_name(entry.filename, stems)
        code = _unpack_one(archive, entry, folder / own, password)
        if code:
            left_out.append((entry.filename, code))
        else:
            names[own] = entry.filename
        done += entry.file_size
        progress(done / total, _("Unpacking"))
    return {"names": names, "left_out": left_out}


def _own_name(name: str, stems: dict[str, int]) -> str:
    """A number and a known ending; two halves of a pair get the same number."""
    lower = same_name_key(name)
    ending = next((one for one in ENDINGS if lower.endswith(one)), "")
    number = stems.setdefault(lower.removesuffix(ending) if ending in (".hdr", ".img") else lower, len(stems))
    return f"{number:06d}{ending}"


def _unpack_one(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, password: bytes) -> str:
    """The code of why it was left out, or nothing. Raises ArchiveProblem and what zipfile raises."""
    is_encrypted = bool(entry.flag_bits & ENCRYPTED)
    if is_encrypted and not password:
        raise ArchiveProblem("archive-password")
    try:
        with archive.open(entry, pwd=password or None) as source:
            return _copy(source, target, entry)
    except NotImplementedError:
        raise
    except (RuntimeError, zipfile.BadZipFile, zlib.error) as reason:
        if is_encrypted:  # one wrong password in 256 passes the first check and fails at the CRC
            raise ArchiveProblem("archive-password-wrong") from reason
        raise


def _copy(source: IO[bytes], target: Path, entry: zipfile.ZipInfo) -> str:
    """Write one entry, its bytes counted; zipfile checks the CRC at the end."""
    piece = source.read(CHUNK)
    code = NOT_WRITTEN.get(kind_of(piece[:START_BYTES], PurePosixPath(entry.filename).name), "")
    counted = 0
    with target.open("xb") as file:
        while piece:
            counted += len(piece)
            if counted > entry.file_size:
                raise ArchiveProblem("archive-too-large")
            if not code:
                file.write(piece)
            piece = source.read(CHUNK)
    if counted != entry.file_size:
        raise ArchiveProblem("archive-damaged")
    if code:
        target.unlink()
    return code
