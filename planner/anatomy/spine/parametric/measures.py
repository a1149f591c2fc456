"""The numbers a parametric spine is built from. They come from tables outside this package; nothing is stored here."""

from dataclasses import dataclass, fields, replace

from planner.anatomy.spine.levels import USUAL, LevelScheme


@dataclass(frozen=True, slots=True)
class LevelMeasures:
    """One vertebra of a usual adult, mm and degrees. ``disc_below_mm`` is the middle height of the disc under it;
    ``angle_below_deg`` the motion segment under it, kyphosis positive. ``dorsal_csf_mm`` is supine, its SD beside it,
    ``prone_csf_mm`` what prone adds. ``epidural_mm`` is the greatest depth of the dorsal epidural space, which is at
    the window above this vertebra. The shape fields (pedicle ... transverse) are for the look of the bone."""

    name: str
    body_height_mm: float
    width_top_mm: float
    width_bottom_mm: float
    depth_top_mm: float
    depth_bottom_mm: float
    disc_below_mm: float
    angle_below_deg: float
    canal_ap_mm: float
    canal_width_mm: float
    sac_ap_mm: float
    sac_width_mm: float
    dorsal_csf_mm: float
    dorsal_csf_sd_mm: float
    prone_csf_mm: float
    epidural_mm: float
    pedicle_width_mm: float
    pedicle_height_mm: float
    lamina_height_mm: float
    lamina_thickness_mm: float
    spinous_length_mm: float
    spinous_drop_deg: float
    spinous_height_mm: float
    transverse_span_mm: float
    transverse_back_deg: float
    transverse_half_mm: float
    ganglion_width_mm: float
    ganglion_length_mm: float
    ganglion_from_foramen_mm: float
    skin_depth_mm: float

    def between(self, other: "LevelMeasures", share: float, name: str) -> "LevelMeasures":
        """Every number at ``share`` of the way to ``other``, under another name."""
        changed: dict[str, float] = {}
        for one in fields(self):
            if one.name != "name":
                here, there = float(getattr(self, one.name)), float(getattr(other, one.name))
                changed[one.name] = here + share * (there - here)
        return replace(self, name=name, **changed)


@dataclass(frozen=True, slots=True)
class SegmentMeasures:
    """One cord segment of a usual adult. ``top`` and ``bottom``: place against the vertebrae, counted from the top of
    C1 = 0; 9.25 is a quarter down the tenth vertebra, each reaching from disc middle to disc middle. Root angles are
    between rootlet and cord axis."""

    name: str
    top: float
    bottom: float
    cord_ap_mm: float
    cord_width_mm: float
    root_angle_deg: float


@dataclass(frozen=True, slots=True)
class ColumnMeasures:
    """Dorsal columns at one vertebral place (counted as in :class:`SegmentMeasures`): areas of both sides, mm²."""

    place: float
    gracile_mm2: float
    cuneate_mm2: float
    cord_mm2: float


@dataclass(frozen=True, slots=True)
class SpineMeasures:
    """``levels`` C1 to S5, ``segments`` C1 to S5, ``columns`` from above; ``conus`` is the cord's end in the group the
    segments were measured on and ``sac_end`` the end of the sac, both as places against the vertebrae."""

    levels: tuple[LevelMeasures, ...]
    segments: tuple[SegmentMeasures, ...]
    columns: tuple[ColumnMeasures, ...]
    conus: float
    sac_end: float
    lumbar_lordosis_deg: float
    stature_mm: float

    def __post_init__(self) -> None:
        if tuple(one.name for one in self.levels) != USUAL.names:
            raise ValueError("measures are wanted for C1 to S5, in this order")

    def for_scheme(self, scheme: LevelScheme) -> tuple[LevelMeasures, ...]:
        """One entry per vertebra of this patient. A region with another count is spread over the usual one, so that
        the last lumbar vertebra is shaped like L5 whatever its number; T13 lies between T12 and L1."""
        return tuple(self._of(name, scheme) for name in scheme.names)

    def _of(self, name: str, scheme: LevelScheme) -> LevelMeasures:
        letter, number = name[0], int(name[1:])
        if letter == "T" and number > 12:
            return self._usual("T12").between(self._usual("L1"), 0.5, name)
        if letter == "T" and scheme.thoracic < 12 and number == scheme.thoracic:
            return replace(self._usual("T12"), name=name)
        if letter == "L" and scheme.lumbar != 5:
            place = 1 + (number - 1) * 4 / max(scheme.lumbar - 1, 1)
            low = min(int(place), 4)
            return self._usual(f"L{low}").between(self._usual(f"L{low + 1}"), place - low, name)
        return self._usual(name)

    def _usual(self, name: str) -> LevelMeasures:
        return self.levels[USUAL.index(name)]

    def segment(self, name: str) -> SegmentMeasures:
        """Raises KeyError for a segment that does not exist."""
        found = next((one for one in self.segments if one.name == name), None)
        if found is None:
            raise KeyError(name)
        return found
