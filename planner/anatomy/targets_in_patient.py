"""Start points in the patient from numbers in books (mm from AC-PC landmarks) and from template points."""

from typing import Literal

import numpy as np

from planner.anatomy.acpc import AcPcFrame
from planner.geometry.arrays import FloatArray

Reference = Literal["MCP", "AC", "PC"]


def from_book(
    frame: AcPcFrame,
    side: Literal["left", "right"],
    *,
    lateral_mm: float,
    ap_mm: float,
    vertical_mm: float,
    ap_reference: str = "MCP",
) -> FloatArray:
    """(3,) RAS mm in the patient. ``lateral_mm`` is from the midline towards ``side``; ``ap_mm`` is in front of
    ``ap_reference`` (negative: behind); ``vertical_mm`` is above the AC-PC plane.

    The numbers are taken as they are: no scaling with the patient's AC-PC length. Raises ValueError for an unknown
    reference.
    """
    along = {"MCP": 0.0, "AC": 0.5 * frame.length_mm, "PC": -0.5 * frame.length_mm}
    if ap_reference not in along:
        raise ValueError(f"not a landmark of the AC-PC line: {ap_reference!r}")
    sign = 1.0 if side == "right" else -1.0
    place = frame.from_acpc(np.array([sign * lateral_mm, ap_mm + along[ap_reference], vertical_mm]))
    return place.reshape(3)
