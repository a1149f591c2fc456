"""What is found of a spine in the planning image, and how its vertebrae are named.

A vertebra's name is a claim until a person confirms the numbering (subject ``levels:`` of an Approval): bones are
found, names are counted from an anchor.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from planner.case.plain import ArrayRef, Vector

LevelState = Literal["found", "claimed"]
AnchorOrigin = Literal["", "evidence", "labels", "person"]
Posture = Literal["supine", "prone"]


@dataclass(frozen=True, slots=True)
class UnsureStretch:
    """A part of the canal, by the length along it, where the method does not trust itself; ``reason`` is a code."""

    from_mm: float
    to_mm: float
    reason: str


@dataclass(frozen=True, slots=True)
class OutlinedVertebra:
    """One vertebra, from above. ``name`` is empty before there is an anchor. The lengths are along the canal. The
    dorsal CSF is what was measured on this image, with its standard uncertainty."""

    name: str
    state: LevelState
    centre: Vector
    top_mm: float
    bottom_mm: float
    certainty: float
    is_cut: bool = False
    pedicle_mm: float | None = None
    top_centre: Vector | None = None
    bottom_centre: Vector | None = None
    dorsal_csf_mm: float | None = None
    dorsal_csf_doubt_mm: float | None = None


@dataclass(frozen=True, slots=True)
class SpineOutline:
    """Canal and vertebrae in ``space``.

    ``canal`` (N, 3) RAS mm from above, ``certainty`` (N,) and ``radius`` (N,) mm of the largest circle inside (NaN:
    unknown). ``numbers``: how many thoracic, lumbar and sacral vertebrae the names assume. ``anchor`` is the level all
    names are counted from, ``anchor_origin`` who or what gave it; ``evidence`` and ``alarms`` are codes
    (``first-rib:1``, ``transitional``, ...); ``likely_firsts`` are names the uppermost one may have by the evidence,
    with their probability.
    ``conus_mm`` is the tip of the cord along the canal where it was measured or set;
    ``posture`` is the one the cord is placed for (it decides the dorsal CSF).
    """

    space: str
    method: str
    canal: ArrayRef
    certainty: ArrayRef
    radius: ArrayRef
    unsure: tuple[UnsureStretch, ...]
    vertebrae: tuple[OutlinedVertebra, ...]
    inputs_hash: str
    numbers: tuple[int, int, int] = (12, 5, 5)
    anchor: str = ""
    anchor_origin: AnchorOrigin = ""
    anchored_by: str = ""
    evidence: tuple[str, ...] = ()
    likely_firsts: Mapping[str, float] = field(default_factory=dict)
    alarms: tuple[str, ...] = ()
    conus_mm: float | None = None
    conus_origin: AnchorOrigin = ""
    posture: Posture = "supine"

    @property
    def is_named(self) -> bool:
        return any(one.name for one in self.vertebrae)
