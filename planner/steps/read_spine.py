"""What is said about the outlined spine: its levels, one by one, and how far the numbering can be trusted."""

from dataclasses import dataclass
from typing import Literal

from planner.case.checks import approval_of, is_approved, levels_subject
from planner.case.model import Case, Vector
from planner.case.store import ArrayStore
from planner.steps.place_spine_atlas import placed_spine, wall_in
from planner.steps.spine_facts import scheme_of

ShownState = Literal["found", "claimed", "confirmed"]


@dataclass(frozen=True, slots=True)
class LevelRow:
    """One vertebra, from above; ``index`` counts them from 0."""

    index: int
    name: str
    state: ShownState
    centre: Vector
    top_mm: float
    bottom_mm: float
    certainty_percent: int
    is_cut: bool

    @property
    def height_mm(self) -> float:
        """Of the part in the image, along the canal."""
        return self.bottom_mm - self.top_mm


def level_rows(case: Case) -> tuple[LevelRow, ...]:
    """Empty before the spine was outlined."""
    outline = case.spine
    if outline is None:
        return ()
    is_confirmed = is_approved(case, levels_subject(case))
    return tuple(
        LevelRow(
            index=index,
            name=one.name,
            state="confirmed" if one.name and is_confirmed else one.state,
            centre=one.centre,
            top_mm=one.top_mm,
            bottom_mm=one.bottom_mm,
            certainty_percent=round(100.0 * one.certainty),
            is_cut=one.is_cut,
        )
        for index, one in enumerate(outline.vertebrae)
    )


@dataclass(frozen=True, slots=True)
class CordAtLevel:
    """What lies behind one vertebra.

    ``segments`` of the cord from above, by the spine atlas (empty below the conus); the dorsal CSF (None where there is
    no cord): measured on this MRI with its uncertainty, else of the table with the spread between people.
    """

    segments: tuple[str, ...]
    dorsal_csf_mm: float | None = None
    spread_mm: float = 0.0
    is_measured: bool = False


HIGHEST_CONUS, LOWEST_CONUS = "T12", "L3"
"""Saifuddin 1998 (facts/spine/conus_root_levels.csv): mid T12 to upper L3 in 504 adults."""


def level_alarms(case: Case) -> tuple[str, ...]:
    """Codes of what speaks against the numbering: those of the outline, and a conus seen where it hardly ever is."""
    outline = case.spine
    if outline is None:
        return ()
    found = list(outline.alarms)
    conus_mm = outline.conus_mm
    if outline.is_named and conus_mm is not None:
        names = scheme_of(outline).names
        middle = min(outline.vertebrae, key=lambda one: abs((one.top_mm + one.bottom_mm) / 2.0 - conus_mm))
        if not names.index(HIGHEST_CONUS) <= names.index(middle.name) <= names.index(LOWEST_CONUS):
            found.append("conus-unusual")
    return tuple(dict.fromkeys(found))


NO_CORD = CordAtLevel(())


def cord_at_levels(case: Case, store: ArrayStore) -> dict[str, CordAtLevel]:
    """By level name; empty before the vertebrae have names. An estimate by the levels and the conus, milliseconds."""
    outline = case.spine
    if outline is None or not outline.is_named:
        return {}
    spine = placed_spine(outline, store, wall_in(case, store))
    depths = {one.level: one for one in spine.dorsal_csf()}
    found = {}
    for one in outline.vertebrae:
        middle = (one.top_mm + one.bottom_mm) / 2.0
        behind = tuple(
            span.name
            for span in spine.segment_arcs()
            if span.top_arc_mm < one.bottom_mm and span.bottom_arc_mm > one.top_mm
        )
        depth = depths.get(one.name) if middle < spine.line.arc_mm[-1] else None
        if one.dorsal_csf_mm is not None:
            found[one.name] = CordAtLevel(behind, one.dorsal_csf_mm, one.dorsal_csf_doubt_mm or 0.0, is_measured=True)
        else:
            found[one.name] = CordAtLevel(behind, depth.mm if depth else None, depth.sd_mm if depth else 0.0)
    return found


def numbering_confirmed_by(case: Case) -> str:
    """Who confirmed the names as they are now; empty when nobody did."""
    subject = levels_subject(case)
    approval = approval_of(case, subject)
    return approval.by if approval is not None and case.spine is not None and is_approved(case, subject) else ""


def level_at(case: Case, place: Vector) -> LevelRow | None:
    """The vertebra whose centre is nearest in height to ``place`` and within its half; None far from all."""
    rows = level_rows(case)
    nearest = min(rows, key=lambda row: _distance(row.centre, place), default=None)
    return nearest if nearest is not None and _distance(nearest.centre, place) < NEAR_MM else None


NEAR_MM = 60.0
"""A lead in the canal or a point on a spinous process lies nearer than this to its vertebral body."""


def _distance(one: Vector, other: Vector) -> float:
    return float(sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5)
