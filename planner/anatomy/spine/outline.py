"""What is found of a spine in one image: the vocabulary of the modules of this package.

All positions are RAS mm in one space. The canal runs from its upper (cranial) end down; "arc" is the length along its
path from that end in mm. Frames along the canal: ``down`` is the tangent, ``back`` points to the patient's back,
perpendicular to it, ``right`` = to the patient's right, so that (right, back, down) is right-handed up to sign.
"""

from dataclasses import dataclass, field
from typing import Literal

from planner.geometry import Curve, Surface
from planner.geometry.arrays import FloatArray

State = Literal["found", "claimed", "confirmed"]


@dataclass(frozen=True, slots=True, eq=False)
class Canal:
    """The middle of the spinal canal. ``certainty`` (N,) 0 to 1 at every point of ``path``; ``unsure`` are stretches
    (from arc, to arc, reason code) where the method does not trust itself; ``radius_mm`` (N,) of the largest circle
    inside the canal there (NaN where unknown)."""

    path: Curve
    certainty: FloatArray = field(repr=False)
    radius_mm: FloatArray = field(repr=False)
    method: str
    unsure: tuple[tuple[float, float, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Vertebra:
    """One vertebra in the field of view, in order from above. ``name`` is empty until there is an anchor; ``state``
    says whether only the bone was found, a name is claimed, or a person confirmed it. ``top_arc_mm`` and
    ``bottom_arc_mm`` are the end plates projected onto the canal; ``centre`` is the middle of the body. ``is_cut`` when
    the image ends within it; ``certainty`` 0 to 1."""

    name: str
    state: State
    centre: tuple[float, float, float]
    top_arc_mm: float
    bottom_arc_mm: float
    certainty: float
    is_cut: bool = False
    pedicle_arc_mm: float = float("nan")
    top_centre: tuple[float, float, float] | None = None
    bottom_centre: tuple[float, float, float] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class SpineSurfaces:
    """Closed surfaces by stable word (``canal``, ``sac``, ``cord``), and whether each was measured or placed from the
    atlas."""

    surfaces: dict[str, Surface]
    origins: dict[str, Literal["measured", "atlas"]]
