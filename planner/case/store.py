"""The arrays of a case: written once under the SHA-256 of their bytes, never changed, checked when read."""

import hashlib
import math
import threading
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.case.disk import Disk, in_words, publish
from planner.case.model import ArrayRef
from planner.errors import PlannerError, RefusedError
from planner.i18n import _

KINDS = frozenset("biuf")
"""Truth values, whole numbers and floats; never objects."""
CHUNK_BYTES = 1 << 22


class ArrayStore:
    """``folder/<sha256>.raw`` holds the bytes of one array in C order, little endian; the ref has shape and type.

    Jobs put and the window reads at the same time: safe from several threads.
    """

    def __init__(self, folder: Path, *, is_read_only: bool = False, disk: Disk | None = None) -> None:
        self.folder = Path(folder)
        self.is_read_only = is_read_only
        self._disk = disk or Disk()
        self._lock = threading.Lock()
        self._opened: dict[str, NDArray[np.uint8]] = {}

    def path_of(self, ref: ArrayRef) -> Path:
        return self.folder / f"{ref.sha256}.raw"

    def put(self, array: NDArray[Any]) -> ArrayRef:
        """Keep ``array``; the same bytes are kept once. Durable when it returns. Raises PlannerError."""
        values = _plain(array)
        flat = values.reshape(-1).view(np.uint8).data if values.size else memoryview(b"")
        ref = ArrayRef(hashlib.sha256(flat).hexdigest(), tuple(int(n) for n in array.shape), values.dtype.str)
        path = self.path_of(ref)
        if self._holds(ref, flat.nbytes):
            return ref
        if self.is_read_only:
            text = _("This case is open for reading only. Save a copy to work on it.")
            raise PlannerError(text, code="case-read-only")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            publish(self._disk, path, [flat])
        except OSError as error:
            raise in_words(error) from error
        return ref

    def get(self, ref: ArrayRef) -> NDArray[Any]:
        """The array, read-only, mapped from the file. Its hash is checked on the first read of a session.

        Raises RefusedError(code="array-damaged" or "array-missing").
        """
        with self._lock:
            raw = self._opened.get(ref.sha256)
        if raw is None:
            raw = self._open(ref)
            with self._lock:
                self._opened[ref.sha256] = raw
        dtype = np.dtype(ref.dtype)
        if dtype.kind not in KINDS or raw.size != math.prod(ref.shape) * dtype.itemsize:
            raise _damaged(ref)
        return raw.view(dtype).reshape(ref.shape)

    def _holds(self, ref: ArrayRef, size_bytes: int) -> bool:
        """Whether these very bytes are kept already (a damaged file is written again)."""
        path = self.path_of(ref)
        try:
            if path.stat().st_size != size_bytes:
                return False
            return size_bytes == 0 or _hash_of(np.asarray(np.memmap(path, dtype=np.uint8, mode="r"))) == ref.sha256
        except OSError:
            return False

    def _open(self, ref: ArrayRef) -> NDArray[np.uint8]:
        path = self.path_of(ref)
        try:
            size = path.stat().st_size
            if size == 0:
                raw = np.empty(0, dtype=np.uint8)
                raw.setflags(write=False)
            else:
                raw = np.asarray(np.memmap(path, dtype=np.uint8, mode="r"))
        except FileNotFoundError as error:
            text = _("A picture of this case is missing on disk ({name}). Restore the folder from a copy.")
            raise RefusedError(text.format(name=path.name[:12]), code="array-missing") from error
        except OSError as error:
            raise in_words(error) from error
        if _hash_of(raw) != ref.sha256:
            raise _damaged(ref)
        return raw


def _plain(array: NDArray[Any]) -> NDArray[Any]:
    values = np.asarray(array)
    if values.dtype.kind not in KINDS:
        raise TypeError(f"an array of {values.dtype} cannot be kept")
    return np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<"))


def _hash_of(raw: NDArray[np.uint8]) -> str:
    """In pieces, so that only a little of a large mapped file is in memory at once."""
    state = hashlib.sha256()
    for start in range(0, raw.size, CHUNK_BYTES):
        state.update(raw[start : start + CHUNK_BYTES].data)
    return state.hexdigest()


def _damaged(ref: ArrayRef) -> RefusedError:
    text = _("A picture of this case was changed on disk ({name}). Import it again or restore the folder from a copy.")
    return RefusedError(text.format(name=ref.sha256[:12]), code="array-damaged")
