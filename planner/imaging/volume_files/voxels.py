"""The numbers of a volume: from bytes to the smallest type that holds them exactly, scaled as the header says."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.imaging.series import Finding
from planner.imaging.volume_files.volume_header import VolumeHeader, VolumeProblem

SAMPLE = 200_000
"""Voxels looked at for a window; more would not move a percentile that a person can see."""


def decode(data: NDArray[np.uint8], header: VolumeHeader) -> tuple[NDArray[Any], tuple[Finding, ...]]:
    """The (X, Y, Z) values of the ``data`` of one volume, and what was changed in them. Raises VolumeProblem."""
    stored = data.view(header.dtype).reshape(header.shape, order="F")
    values, notes = _finite(_native(stored))
    if stored.dtype.kind in "iu" and stored.dtype.itemsize == 8:
        notes = (Finding("volume-integers-narrowed"),)
    if (header.slope, header.intercept) != (1.0, 0.0):
        values = _scaled(values, header.slope, header.intercept)
    return values, notes


def _native(stored: NDArray[Any]) -> NDArray[Any]:
    if stored.dtype.kind in "iu" and stored.dtype.itemsize == 8:
        return _narrowed(stored)
    return stored.astype(stored.dtype.newbyteorder("="), copy=False)


def _narrowed(stored: NDArray[Any]) -> NDArray[Any]:
    """64-bit integers as 32-bit ones, when every value fits; other programs would cut them in silence."""
    limits = np.iinfo(np.int32)
    if int(stored.min()) < limits.min or int(stored.max()) > limits.max:
        raise VolumeProblem("volume-wide-integers")
    return stored.astype(np.int32)


def _finite(values: NDArray[Any]) -> tuple[NDArray[Any], tuple[Finding, ...]]:
    """Voxels that are no number become 0, and are told. Raises VolumeProblem when nearly all are such."""
    if values.dtype.kind != "f":
        return values, ()
    bad = ~np.isfinite(values)
    count = int(bad.sum())
    if count == 0:
        return values, ()
    if count > 0.99 * values.size:
        raise VolumeProblem("volume-no-numbers")
    return np.where(bad, values.dtype.type(0), values), (Finding("volume-holes", {"count": str(count)}),)


def _scaled(values: NDArray[Any], slope: float, intercept: float) -> NDArray[Any]:
    """Whole numbers stay whole when slope and intercept are (Hounsfield units, labels); else float32."""
    low, high = (slope * float(end) + intercept for end in (values.min(), values.max()))
    if not (np.isfinite(low) and np.isfinite(high) and max(abs(low), abs(high)) < np.finfo(np.float32).max):
        raise VolumeProblem("volume-scaling")
    kind = _kind_for(values.dtype, slope, intercept, min(low, high), max(low, high))
    working: Any = np.int64 if kind.kind == "i" else np.float32
    out = np.empty(values.shape, dtype=kind, order="F")
    for k in range(values.shape[2]):  # slice by slice: the wide numbers in between would break the memory cap
        out[:, :, k] = values[:, :, k].astype(working) * working(slope) + working(intercept)
    return out


def _kind_for(stored: np.dtype[Any], slope: float, intercept: float, low: float, high: float) -> np.dtype[Any]:
    if not (stored.kind in "iu" and slope.is_integer() and intercept.is_integer()):
        return np.dtype(np.float32)
    for kind in (np.int16, np.int32):
        limits = np.iinfo(kind)
        if limits.min <= low and high <= limits.max:
            return np.dtype(kind)
    raise VolumeProblem("volume-wide-integers")


def window_of(values: NDArray[Any], padding: float | None = None) -> tuple[float, float]:
    """(low, high): the 1st and 99.5th percentile of what is neither the lowest value (air) nor ``padding``."""
    step = max(1, int((values.size / SAMPLE) ** (1 / 3)))
    sample = values[::step, ::step, ::step].ravel()
    if padding is not None and (sample != padding).any():
        sample = sample[sample != padding]
    lowest = sample.min()
    inside = sample[sample > lowest]
    if inside.size == 0:
        return float(lowest), float(lowest) + 1.0
    low, high = (float(value) for value in np.percentile(inside, (1.0, 99.5)))
    return (low, high) if high > low else (float(lowest), high)
