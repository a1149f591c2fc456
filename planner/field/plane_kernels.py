"""Compiled: triangular solves of one factorised plane for many right-hand sides at once.

The factor is read once for all of them, and they lie side by side: ten times quicker than one at a time.
"""

import numpy as np
from numpy.typing import NDArray

from planner.compiling import compiled_fast

Ints = NDArray[np.int32]


@compiled_fast
def substitute(  # type: ignore[no-untyped-def]
    order, starts, rows, values, pivots, numbers, modes, work
) -> None:
    """``modes`` (T, cells, k) in place, at the ``numbers`` that share one factor L D L'.

    ``order`` (cells,): where each cell stands in the factor. ``starts``, ``rows``, ``values``: L below its diagonal,
    by columns; ``pivots``: 1 / D. ``work`` (cells, len(numbers) k).
    """
    count, width = modes.shape[1], modes.shape[2]
    total = work.shape[1]
    for cell in range(count):
        for place in range(len(numbers)):
            for c in range(width):
                work[order[cell], place * width + c] = modes[numbers[place], cell, c]
    for j in range(count):
        for p in range(starts[j], starts[j + 1]):
            row, value = rows[p], values[p]
            for c in range(total):
                work[row, c] -= value * work[j, c]
    for j in range(count - 1, -1, -1):
        for c in range(total):
            work[j, c] *= pivots[j]
        for p in range(starts[j], starts[j + 1]):
            row, value = rows[p], values[p]
            for c in range(total):
                work[j, c] -= value * work[row, c]
    for cell in range(count):
        for place in range(len(numbers)):
            for c in range(width):
                modes[numbers[place], cell, c] = work[order[cell], place * width + c]


def warm() -> None:
    """Compile (or load) for the types that the solver uses."""
    one: Ints = np.zeros(1, dtype=np.int32)
    starts: Ints = np.zeros(2, dtype=np.int32)
    work: NDArray[np.float32] = np.ones((1, 1), dtype=np.float32)
    modes: NDArray[np.float32] = np.zeros((1, 1, 1), dtype=np.float32)
    substitute(one, starts, one[:0], work[0, :0], work[0], np.zeros(1, dtype=np.int64), modes, work)
