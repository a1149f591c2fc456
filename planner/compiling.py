"""Numeric kernels compiled by Numba: the one place that says how.

- No ``parallel=True``: two threads calling such a kernel abort the process where neither TBB nor OpenMP is present.
  Work is split into blocks instead, one thread each; kernels release the interpreter lock, so the window stays alive.
- The machine code is cached on disk (beside the source, or in the user's cache folder when that is read-only), so only
  the first use after an installation compiles, and that one runs in the background (``warm`` of the package).

Importing Numba takes about half a second: a module of kernels is imported inside the function where the work begins.
"""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from numba import njit

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def compiled(kernel: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Strict IEEE arithmetic, division by zero as NumPy has it."""
    return cast("Callable[Arguments, Result]", njit(kernel, nogil=True, cache=True, error_model="numpy"))


def compiled_fast(kernel: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Sums may be reordered and multiplied-added at once; NaN must not reach it."""
    return cast("Callable[Arguments, Result]", njit(kernel, nogil=True, cache=True, error_model="numpy", fastmath=True))
