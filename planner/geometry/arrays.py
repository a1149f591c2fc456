"""Arrays are read-only once made."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
AnyArray = NDArray[np.generic]


def frozen(values: ArrayLike) -> FloatArray:
    """A read-only float64 copy of ``values``. Raises ValueError on NaN or infinity."""
    array: FloatArray = np.array(values, dtype=np.float64)
    if not np.isfinite(array).all():
        raise ValueError("coordinates must be finite")
    array.setflags(write=False)
    return array


def read_only(array: NDArray[np.generic]) -> NDArray[np.generic]:
    """The same memory, no longer writable through the returned view."""
    view = array.view()
    view.setflags(write=False)
    return view
