"""What the reading process does with DICOM files: headers, one thumbnail, the voxels of one stack.

These are the tasks that :mod:`planner.imaging.apart.child` runs; they take and give plain data. Kept light: pydicom and
SimpleITK are imported where they are needed, so that plain uncompressed voxels need neither.
"""

import math
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.geometry.arrays import in_c_order
from planner.imaging.apart.scratch import scratch_folder
from planner.imaging.dicom.decode import stored_frames
from planner.imaging.dicom.gate import NotTakenError, refused
from planner.imaging.dicom.headers import read_header
from planner.imaging.dicom.pixel_checks import PixelFormat
from planner.imaging.dicom.shifting import mixed_planes
from planner.imaging.dicom.wire import StackPlan, plan_of, spread
from planner.imaging.series import Finding
from planner.imaging.thumbnails import thumbnail
from planner.imaging.volume_files.voxels import window_of
from planner.progress import SILENT, Progress

BRAIN_WINDOW = (0.0, 80.0)
"""Level 40, width 80 HU, the usual brain window."""
INT16 = np.iinfo(np.int16)


def read_headers(paths: list[str], progress: Progress = SILENT) -> list[tuple[Any, ...]]:
    """For each path ``("header", ...)`` or ``(outcome, code, values)``."""
    found = []
    for number, path in enumerate(paths):
        found.append(_header_or_reason(path))
        progress((number + 1) / len(paths), "")
    return found


def _header_or_reason(path: str) -> tuple[Any, ...]:
    try:
        return ("header", spread(read_header(path)))
    except NotTakenError as reason:
        return (str(reason.outcome), reason.finding.code, dict(reason.finding.values))
    except OSError:
        return ("refused", "unreadable-file", {})
    except MemoryError:
        return ("refused", "memory", {})


def draw_thumbnail(plan: tuple[Any, ...], spacing_mm: tuple[float, float]) -> NDArray[np.uint8] | dict[str, Any]:
    """The middle plane as a small picture; ``{"code", "values"}`` when it cannot be decoded."""
    stack = plan_of(plan)
    try:
        _file, frame = next(_frames(_only(stack, len(stack.planes) // 2), SILENT))
    except NotTakenError as reason:
        return {"code": reason.finding.code, "values": dict(reason.finding.values)}
    values = frame.astype(np.float32)
    if values.ndim == 3:
        values = values.mean(axis=2)
    if stack.is_inverted:
        values = -values
    plane = stack.planes[len(stack.planes) // 2]
    window = stack.window if stack.modality == "CT" else None
    return thumbnail(values * plane.slope + plane.intercept, spacing_mm, window)


def read_stack(plan: tuple[Any, ...], progress: Progress = SILENT) -> dict[str, Any]:
    """The voxels (columns, rows, slices) of a stack, their window, and remarks; ``{"code", ...}`` when refused."""
    stack = plan_of(plan)
    try:
        values, notes = _values(stack, progress)
    except NotTakenError as reason:
        return {"code": reason.finding.code, "values": dict(reason.finding.values)}
    if values.min() == values.max():
        notes.append(Finding("constant"))
    window = _window(stack, values)
    return {"voxels": in_c_order(values.transpose(2, 1, 0)), "window": window, "notes": spread(tuple(notes))}


def _values(stack: StackPlan, progress: Progress) -> tuple[NDArray[Any], list[Finding]]:
    """(slices, rows, columns), rescaled, inverted where due, resampled where due; and remarks."""
    is_plain = _is_plain(stack)
    pixels = stack.files[0].pixels
    dtype = _stored_dtype(stack) if is_plain else np.dtype(np.float32)
    raw: NDArray[Any] = np.empty((len(stack.planes), pixels.rows, pixels.columns), dtype=dtype)
    notes: list[Finding] = []
    for number, (file, frame) in enumerate(_frames(stack, progress)):
        plane, stored = stack.planes[number], stack.files[file].pixels
        if stack.is_inverted:
            frame = _inverted(frame, stored)
        raw[number] = frame if is_plain else frame.astype(np.float64) * plane.slope + plane.intercept
    if not is_plain:
        _mark_invalid(raw, notes)
    values = _shifted(raw, {plane.intercept for plane in stack.planes}) if is_plain else raw
    if is_plain and len({plane.intercept for plane in stack.planes}) > 1:
        values = _shifted_each(raw, [plane.intercept for plane in stack.planes])
    if stack.resampling is not None:
        darkest = float(values.min())  # fills the corners that tilted planes do not reach: air, in CT
        values = mixed_planes(values, stack.resampling, darkest)
    return values, notes


def _frames(stack: StackPlan, progress: Progress) -> Iterator[tuple[int, NDArray[Any]]]:
    """(file, stored numbers) of each plane in slice order; neighbours from one file are read together."""
    done = 0
    with scratch_folder() as scratch:
        for file, run in groupby(stack.planes, key=lambda plane: plane.file):
            plan = stack.files[file]
            state = Path(plan.path).stat()
            if (state.st_size, state.st_mtime_ns) != (plan.size, plan.modified_ns):
                raise refused("file-changed", file=Path(plan.path).name)
            wanted = tuple(plane.frame for plane in run)
            for frame in stored_frames(plan.path, plan.pixels, wanted, scratch):
                yield file, frame
                done += 1
                progress(done / len(stack.planes), "")


def _inverted(frame: NDArray[Any], stored: PixelFormat) -> NDArray[Any]:
    """White for black (MONOCHROME1), within the range of the stored bits."""
    if stored.kind != "integer":
        return -frame
    top = -1 if stored.is_signed else (1 << stored.stored) - 1
    return np.asarray(top - frame.astype(np.int64), dtype=frame.dtype)


def _only(stack: StackPlan, number: int) -> StackPlan:
    return StackPlan(stack.files, (stack.planes[number],), stack.modality, stack.is_inverted, None, stack.window)


def _is_plain(stack: StackPlan) -> bool:
    """Whole numbers in, whole numbers out: slope 1 and a whole intercept everywhere."""
    whole = all(plane.slope == 1.0 and plane.intercept == math.floor(plane.intercept) for plane in stack.planes)
    small = all(abs(plane.intercept) <= INT16.max for plane in stack.planes)
    return whole and small and all(file.pixels.kind == "integer" for file in stack.files)


def _stored_dtype(stack: StackPlan) -> np.dtype[Any]:
    """One type that holds the stored numbers of every file."""
    kinds = {(file.pixels.is_signed, file.pixels.allocated // 8) for file in stack.files}
    types = [np.dtype(f"{'i' if signed else 'u'}{size}") for signed, size in kinds]
    return np.result_type(*types)


def _shifted(raw: NDArray[Any], intercepts: set[float]) -> NDArray[Any]:
    """With one intercept added, as int16 where that holds it, else as float32. Adds in place: 16 bits wrap around."""
    if len(intercepts) > 1:
        return raw
    (intercept,) = intercepts
    low, high = int(raw.min()) + intercept, int(raw.max()) + intercept
    if not (INT16.min <= low and high <= INT16.max):
        return raw.astype(np.float32) + np.float32(intercept)
    if raw.dtype.itemsize != 2:
        return (raw.astype(np.int32) + int(intercept)).astype(np.int16)
    words = raw.view(np.uint16)
    words += np.uint16(int(intercept) & 0xFFFF)
    return words.view(np.int16)


def _shifted_each(raw: NDArray[Any], intercepts: list[float]) -> NDArray[Any]:
    moved = raw.astype(np.float32) + np.array(intercepts, dtype=np.float32)[:, None, None]
    fits = INT16.min <= moved.min() and moved.max() <= INT16.max
    return moved.astype(np.int16) if fits else moved


def _mark_invalid(values: NDArray[Any], notes: list[Finding]) -> None:
    """NaN and infinity become the smallest real value, and are counted; no NaN goes further than here."""
    bad = ~np.isfinite(values)
    count = int(np.count_nonzero(bad))
    if count == values.size:
        raise refused("all-invalid")
    if count:
        values[bad] = values[~bad].min()
        notes.append(Finding("invalid-voxels", {"count": str(count)}))


def _window(stack: StackPlan, values: NDArray[Any]) -> tuple[float, float]:
    if stack.modality == "CT":
        return stack.window or BRAIN_WINDOW
    return window_of(values, stack.padding)
