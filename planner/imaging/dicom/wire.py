"""Headers and reading plans as plain data, for the way between the reading process and the program (see plain)."""

from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.imaging.dicom.frames import Frame
from planner.imaging.dicom.headers import Header
from planner.imaging.dicom.pixel_checks import PixelFormat
from planner.imaging.series import Finding, Patient


@dataclass(frozen=True, slots=True)
class PlanePlan:
    """One plane: ``file`` counts in the plan's files; stored numbers become ``slope`` · number + ``intercept``."""

    file: int
    frame: int
    slope: float
    intercept: float


@dataclass(frozen=True, slots=True)
class FilePlan:
    """A file as it was when its header was read; if it changed since, it is not read."""

    path: str
    size: int
    modified_ns: int
    pixels: PixelFormat


@dataclass(frozen=True, slots=True, eq=False)
class StackPlan:
    """All that the reading process needs to make the voxels of one stack, in slice order.

    ``resampling`` holds the arrays of stacking.Resampling by name, and the size in plane, or is None.
    """

    files: tuple[FilePlan, ...]
    planes: tuple[PlanePlan, ...]
    modality: str
    is_inverted: bool
    padding: float | None
    window: tuple[float, float] | None
    resampling: dict[str, Any] | None = None


def spread(value: Any) -> Any:
    """Our frozen dataclasses as tuples of their fields, down to plain data."""
    if is_dataclass(value):
        return tuple(spread(getattr(value, field.name)) for field in fields(value))
    if isinstance(value, tuple):
        return tuple(spread(item) for item in value)
    return value


def header_of(data: tuple[Any, ...]) -> Header:
    """The header that was spread into ``data``."""
    named = dict(zip((field.name for field in fields(Header)), data, strict=True))
    named["patient"] = Patient(*named["patient"])
    named["pixels"] = pixels_of(named["pixels"])
    named["frames"] = tuple(Frame(*frame) for frame in named["frames"])
    named["notes"] = findings_of(named["notes"])
    return Header(**named)


def pixels_of(data: tuple[Any, ...]) -> PixelFormat:
    named = dict(zip((field.name for field in fields(PixelFormat)), data, strict=True))
    named["notes"] = findings_of(named["notes"])
    return PixelFormat(**named)


def findings_of(data: tuple[Any, ...]) -> tuple[Finding, ...]:
    return tuple(Finding(code, values) for code, values in data)


def plan_of(data: tuple[Any, ...]) -> StackPlan:
    """The plan that was spread into ``data``."""
    files, planes, *rest = data
    return StackPlan(
        tuple(FilePlan(path, size, modified, pixels_of(pixels)) for path, size, modified, pixels in files),
        tuple(PlanePlan(*plane) for plane in planes),
        *rest,
    )


def array_of(value: Any) -> NDArray[Any]:
    """An array of a plan, wherever it came through."""
    return np.asarray(value)
