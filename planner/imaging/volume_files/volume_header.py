"""What the header of a volume file (NIfTI, Analyze, MGH, NRRD) says, in one form whatever the format."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from planner.geometry.arrays import FloatArray

Unit = Literal["mm", "metre", "micron", "unknown"]
MM_PER_UNIT = {"mm": 1.0, "metre": 1000.0, "micron": 0.001, "unknown": 1.0}


class VolumeProblem(Exception):  # noqa: N818 - it becomes the refusal of a series
    """This file is not taken. ``code`` and ``values`` become the sentence of a finding (volume_words)."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = {key: str(value) for key, value in values.items()}


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the voxels are in the file. Bytes count after decompression from ``start`` of the file onwards.

    ``tail_bytes`` may follow the voxels: of any content with ``tail_has_content`` (MGH footers), otherwise only zeros.
    """

    offset: int
    length: int
    start: int = 0
    is_gzip: bool = False
    tail_bytes: int = 64 << 10
    tail_has_content: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class VolumeHeader:
    """One header. ``shape`` (X, Y, Z); ``count`` volumes along ``count_axis`` of the stored array, first index fastest.

    ``affines`` maps the header's own statements (``sform``, ``qform``, ``header``) to (4, 4) matrices from index to
    RAS in the file's ``unit``; none means that the file does not say which side is which. ``spacing`` has that unit.
    """

    format: str
    shape: tuple[int, int, int]
    count: int
    dtype: np.dtype[Any]
    layout: Layout
    affines: Mapping[str, FloatArray]
    spacing: tuple[float, float, float]
    unit: Unit
    slope: float = 1.0
    intercept: float = 0.0
    count_axis: int = 3

    @property
    def voxel_bytes(self) -> int:
        """Bytes of one of the volumes."""
        return self.shape[0] * self.shape[1] * self.shape[2] * self.dtype.itemsize
