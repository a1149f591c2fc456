"""What can be chosen about a parametric spine."""

from dataclasses import dataclass, field
from typing import Literal

from planner.anatomy.spine.levels import USUAL, LevelScheme
from planner.anatomy.spine.parametric.measures import SpineMeasures

Posture = Literal["supine", "prone"]
Transition = Literal["none", "sacralised"]


@dataclass(frozen=True, slots=True)
class Scoliosis:
    """One coronal curve. ``cobb_deg`` between its end vertebrae, positive with the convexity to the patient's right;
    ``apex`` and ``span_levels`` (vertebrae from end to end) place it. ``rotation_per_cobb`` turns the vertebrae about
    the canal, most at the apex, bodies to the convex side."""

    cobb_deg: float
    apex: str = "T9"
    span_levels: float = 8.0
    rotation_per_cobb: float = 0.4


@dataclass(frozen=True, slots=True)
class SpineParameters:
    """``measures`` come from the tables. Scales are relative to them; ``stature_mm`` None keeps their stature.

    ``thoracic_kyphosis_deg`` and ``lumbar_lordosis_deg`` are regional (T1-T12, T12-S1; None: the table's, the lordosis
    recumbent); ``cervical_lordosis_deg`` C2-C7. ``conus`` is a vertebra and the fraction of it above the cord's end
    (None: the table's). ``transition`` is of the last lumbar vertebra. ``wedged`` bodies, by name, have lost this share
    of their front height (a compression fracture) and bend the spine forward.
    """

    measures: SpineMeasures = field(repr=False)
    scheme: LevelScheme = USUAL
    stature_mm: float | None = None
    canal_scale: float = 1.0
    thoracic_kyphosis_deg: float | None = None
    lumbar_lordosis_deg: float | None = None
    cervical_lordosis_deg: float | None = None
    scoliosis: Scoliosis | None = None
    conus: tuple[str, float] | None = None
    posture: Posture = "supine"
    transition: Transition = "none"
    wedged: tuple[tuple[str, float], ...] = ()

    @property
    def length_scale(self) -> float:
        if self.stature_mm is None:
            return 1.0
        return self.stature_mm / self.measures.stature_mm

    @property
    def conus_place(self) -> float:
        """Where the cord ends against this patient's vertebrae, C1's top = 0."""
        if self.conus is None:
            return self.measures.conus
        name, fraction = self.conus
        return self.scheme.index(name) + fraction

    @property
    def sac_end_place(self) -> float:
        """The table's sacral level, in this patient's numbering."""
        below_s1 = self.measures.sac_end - USUAL.index("S1")
        return self.scheme.index("S1") + below_s1
