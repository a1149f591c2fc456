"""Read bytes from a volume file, plain or gzip: counted, never more than the header promised, to the checked end."""

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.imaging.volume_files.volume_header import Layout, VolumeProblem
from planner.progress import SILENT, Progress

CHUNK = 1 << 20
GZIP_MAGIC = b"\x1f\x8b"
LARGEST_VOLUME = 1 << 30
"""Bytes of one volume: 512 x 512 x 2048 voxels of 16 bits, more than any scanner of ours gives."""
LARGEST_STREAM = 4 << 30
"""Bytes of all volumes of a series over time."""
DEFLATE_RATIO = 1032
"""No deflate stream grows by more (zlib, technical details: 1032:1), so a header that promises more lies."""


def is_gzip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == GZIP_MAGIC


def head(path: Path, count: int) -> bytes:
    """The first ``count`` bytes after decompression (fewer when there are no more)."""
    collected = b""
    for chunk in _chunks(path, 0, is_gzip(path)):
        collected += chunk
        if len(collected) >= count:
            break
    return collected[:count]


def check_size(path: Path, layout: Layout, voxel_bytes: int) -> None:
    """Compare what the header promises with the caps and with the file's length, before anything is allocated."""
    if voxel_bytes > LARGEST_VOLUME or layout.length > LARGEST_STREAM:
        raise VolumeProblem("volume-too-large", megabytes=max(voxel_bytes, layout.length) >> 20)
    there = path.stat().st_size - layout.start
    if layout.offset + layout.length > (there * DEFLATE_RATIO + CHUNK if layout.is_gzip else there):
        raise VolumeProblem("volume-truncated")


def read_part(path: Path, layout: Layout, begin: int, length: int, progress: Progress = SILENT) -> NDArray[Any]:
    """(length,) uint8: ``length`` bytes from ``begin`` of the voxels. The whole file is read, so its end is checked.

    Raises VolumeProblem: truncated, longer than promised, a damaged gzip stream.
    """
    out = np.empty(length, dtype=np.uint8)
    first = layout.offset + begin
    end = layout.offset + layout.length
    position = 0
    for chunk in _chunks(path, layout.start, layout.is_gzip):
        low, high = max(first - position, 0), min(first + length - position, len(chunk))
        if low < high:
            to = position + low - first
            out[to : to + high - low] = np.frombuffer(chunk, dtype=np.uint8)[low:high]
        position += len(chunk)
        if position > end:
            _check_tail(chunk, position - end, layout)
        progress(min(position / end, 1.0))
    if position < end:
        raise VolumeProblem("volume-truncated")
    return out


def _check_tail(chunk: bytes, beyond: int, layout: Layout) -> None:
    tail = chunk[max(len(chunk) - beyond, 0) :]
    if beyond > layout.tail_bytes or (any(tail) and not layout.tail_has_content):
        raise VolumeProblem("volume-longer-than-header")


def _chunks(path: Path, start: int, gzip: bool) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        if gzip:
            yield from _inflate(iter(lambda: file.read(CHUNK // 4), b""))
        else:
            yield from iter(lambda: file.read(CHUNK), b"")


def _inflate(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """One or more gzip members; zeros may follow. zlib itself checks the CRC and length of each member."""
    member = zlib.decompressobj(wbits=31)
    is_whole = False
    for piece in pieces:
        data = piece
        while data:
            if is_whole:
                data = data.lstrip(b"\0")
                if not data:
                    break
                if not data.startswith(GZIP_MAGIC[: len(data)]):
                    raise VolumeProblem("volume-junk-at-end")
                member, is_whole = zlib.decompressobj(wbits=31), False
            try:
                out = member.decompress(data, CHUNK)
            except zlib.error as reason:
                raise VolumeProblem("volume-gzip-damaged") from reason
            if out:
                yield out
            is_whole = member.eof
            data = member.unused_data if is_whole else member.unconsumed_tail
    if not is_whole:
        raise VolumeProblem("volume-truncated")
