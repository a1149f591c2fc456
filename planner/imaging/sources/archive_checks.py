"""May this zip be unpacked? Looks at its table of contents only (APPNOTE.TXT of PKWARE); nothing is written."""

import stat
import zipfile

from planner.imaging.sources.naming import parts_beneath, same_name_key

MOST_ENTRIES = 100_000
LARGEST_TOTAL = 8 << 30
"""A long study with thin slices has 2 to 3 GB."""
FREE_TOTAL = 100 << 20
LARGEST_RATIO = 200
"""Images deflate to a half or a third, label maps to a hundredth; beyond 100 MB this ratio is a bomb."""
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
AES_METHOD = 99
LOCAL_HEADER = 30
ENCRYPTED = 0x1


class ArchiveProblem(Exception):  # noqa: N818 - it becomes a refusal or a question in words
    """The archive is not unpacked. ``code`` and ``values`` become a sentence (file_words)."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = {key: str(value) for key, value in values.items()}


def check_entries(archive: zipfile.ZipFile, archive_bytes: int) -> list[zipfile.ZipInfo]:
    """The entries that are files, if the whole may be unpacked. Raises ArchiveProblem."""
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise ArchiveProblem("archive-too-many")
    for entry in entries:
        _check_one(entry)
    _check_names(entries)
    _check_total(entries, archive_bytes)
    _check_overlap(entries, archive.start_dir)
    return [entry for entry in entries if not entry.is_dir()]


def _check_one(entry: zipfile.ZipInfo) -> None:
    """``orig_filename`` is what stands in the file; zipfile itself cuts names at a zero byte."""
    if parts_beneath(entry.orig_filename.removesuffix("/")) is None:
        raise ArchiveProblem("archive-outside")
    if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise ArchiveProblem("archive-link")
    if entry.compress_type == AES_METHOD:
        raise ArchiveProblem("archive-aes")
    if entry.compress_type not in METHODS:
        raise ArchiveProblem("archive-compression")


def _check_names(entries: list[zipfile.ZipInfo]) -> None:
    keys = ["/".join(parts_beneath(entry.orig_filename.removesuffix("/")) or ()) for entry in entries]
    if len({same_name_key(key) for key in keys}) != len(keys):
        raise ArchiveProblem("archive-equal-names")


def _check_total(entries: list[zipfile.ZipInfo], archive_bytes: int) -> None:
    total = sum(entry.file_size for entry in entries)
    if total > LARGEST_TOTAL or total > max(FREE_TOTAL, LARGEST_RATIO * archive_bytes):
        raise ArchiveProblem("archive-too-large")


def _check_overlap(entries: list[zipfile.ZipInfo], table_at: int) -> None:
    """Each entry's bytes end before the next one's begin: overlapping ones make small bombs of many files."""
    in_order = sorted(entries, key=lambda entry: entry.header_offset)
    ends = [entry.header_offset for entry in in_order[1:]] + [table_at]
    for entry, end in zip(in_order, ends, strict=True):
        if entry.header_offset < 0 or entry.header_offset + LOCAL_HEADER + entry.compress_size > end:
            raise ArchiveProblem("archive-overlap")
