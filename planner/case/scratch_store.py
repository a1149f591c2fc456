"""A store for previews: reads what the case has, keeps new arrays in memory only."""

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.case.model import ArrayRef
from planner.case.store import ArrayStore


class ScratchStore(ArrayStore):
    """Give it to a step whose result is shown and then dropped, such as a simulation while a slider moves."""

    def __init__(self, under: ArrayStore) -> None:
        super().__init__(under.folder, is_read_only=True)
        self._under = under
        self._held: dict[str, NDArray[Any]] = {}

    def put(self, array: NDArray[Any]) -> ArrayRef:
        values = np.ascontiguousarray(array)
        held = values.copy()
        held.setflags(write=False)
        sha256 = hashlib.sha256(held.tobytes()).hexdigest()
        self._held[sha256] = held
        return ArrayRef(sha256, tuple(int(n) for n in array.shape), held.dtype.str)

    def get(self, ref: ArrayRef) -> NDArray[Any]:
        held = self._held.get(ref.sha256)
        return self._under.get(ref) if held is None else held.reshape(ref.shape)

    def forget(self) -> None:
        """Let go of what was put."""
        self._held.clear()
