"""Small pictures for the list of series."""

import numpy as np
from numpy.typing import NDArray

LONGEST_SIDE = 128


def thumbnail(
    values: NDArray[np.float32], spacing_mm: tuple[float, float], window: tuple[float, float] | None
) -> NDArray[np.uint8]:
    """One plane (rows, columns), ``spacing_mm`` (between rows, between columns), as a picture with square pixels."""
    height, width = values.shape[0] * spacing_mm[0], values.shape[1] * spacing_mm[1]
    scale = LONGEST_SIDE / max(height, width)
    rows = _picked(values.shape[0], max(1, round(height * scale)))
    columns = _picked(values.shape[1], max(1, round(width * scale)))
    small = values[np.ix_(rows, columns)]
    finite = small[np.isfinite(small)]
    if window is None:
        window = tuple(np.percentile(finite, (1.0, 99.5))) if finite.size else (0.0, 1.0)
    low, high = window
    grey = np.nan_to_num((small - low) / max(high - low, 1e-6), nan=0.0, posinf=1.0, neginf=0.0)
    return np.asarray(np.clip(grey, 0.0, 1.0) * 255.0 + 0.5, dtype=np.uint8)


def _picked(there: int, wanted: int) -> NDArray[np.int64]:
    return np.minimum((np.arange(wanted) + 0.5) * there / wanted, there - 1).astype(np.int64)
