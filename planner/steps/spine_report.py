"""The parametric spine against the tables it comes from, and against those it does not: one line per number."""

from dataclasses import dataclass, replace

import numpy as np

from planner.anatomy.spine.levels import USUAL
from planner.anatomy.spine.parametric import ParametricSpine, SpineParameters, measuring
from planner.library import spine_tables as tables
from planner.library.spine_tables import Status, Value
from planner.steps.spine_measures import WHOLE_SPINE, Origin, SourcedMeasures, spine_measures


@dataclass(frozen=True, slots=True)
class Line:
    """``spine`` measured on the generated spine, ``table`` the published number; ``is_input`` when the spine is built
    from that very number, so that agreement says only that the geometry keeps it. Units in ``quantity``."""

    quantity: str
    level: str
    spine: float
    table: float
    sd: float | None
    status: Status
    source: str
    is_input: bool

    @property
    def difference(self) -> float:
        return self.spine - self.table


@dataclass(frozen=True, slots=True)
class SpineReport:
    lines: tuple[Line, ...]

    def of(self, quantity: str) -> tuple[Line, ...]:
        return tuple(one for one in self.lines if one.quantity == quantity)

    @property
    def quantities(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.quantity for one in self.lines))

    def worst(self, quantity: str) -> float:
        """Largest absolute difference. Raises ValueError for a quantity without lines."""
        return max(abs(one.difference) for one in self.of(quantity))


def spine_report(own: SourcedMeasures | None = None) -> SpineReport:
    """The usual adult, supine, in the atlas's own space; built from ``own`` measures where given, and held against the
    published tables all the same."""
    sourced = spine_measures()
    spine = ParametricSpine.of(SpineParameters((own or sourced).measures))
    lines = [
        *_canal_lines(spine, sourced),
        *_outline_lines(spine, sourced),
        *_cord_lines(spine),
        *_segment_lines(spine),
        *_epidural_lines(spine, sourced),
        *_gap_lines(spine),
        *_root_lines(spine),
        *_other_lines(spine),
    ]
    return SpineReport(tuple(lines))


def _canal_lines(spine: ParametricSpine, sourced: SourcedMeasures) -> list[Line]:
    found = []
    for index, name in enumerate(spine.names):
        if name[0] == "S" or name in ("C1", "C2"):  # C1, C2 and the sacrum have no lamina of this kind
            continue
        across = measuring.bony_canal(spine, index)
        found.append(_against(sourced, "canal_ap_mm", name, across.ap_mm))
        found.append(_against(sourced, "canal_width_mm", name, across.width_mm))
    return found


def _outline_lines(spine: ParametricSpine, sourced: SourcedMeasures) -> list[Line]:
    found = []
    for index, name in enumerate(spine.names):
        if index + 0.5 < spine.parameters.sac_end_place - 1.0:
            across = measuring.sac(spine, index + 0.5)
            found.append(_against(sourced, "sac_ap_mm", name, across.ap_mm))
            found.append(_against(sourced, "sac_width_mm", name, across.width_mm))
        depth = measuring.dorsal_csf(spine, index + 0.5)
        if np.isfinite(depth):
            found.append(_against(sourced, "dorsal_csf_mm", name, depth))
    for row in tables.csf_ranges():
        names = [one for one in USUAL.names if one in _spanned(row.level)]
        depths = [measuring.dorsal_csf(spine, USUAL.index(one) + 0.5) for one in names]
        found.append(_independent("dorsal_csf_range_mm", row, float(np.mean(depths))))
    return found


def _cord_lines(spine: ParametricSpine) -> list[Line]:
    """The spine's cord is built from sizes per segment; these are the sizes per vertebra of the same people."""
    found = []
    for quantity, column, attribute in (
        ("cord_ap_mm", "ap_mm", "ap_mm"),
        ("cord_width_mm", "transverse_mm", "width_mm"),
    ):
        for row in tables.values("cord_diameters", column, what="population", sd=column.replace("_mm", "_sd_mm")):
            if row.what.startswith(WHOLE_SPINE) and row.level in USUAL.names:
                across = measuring.cord(spine, USUAL.index(row.level) + 0.5)
                found.append(_independent(quantity, row, getattr(across, attribute)))
    return found


def _segment_lines(spine: ParametricSpine) -> list[Line]:
    """Segments at the table's middle of each: in segments, so that half a segment is 0.5."""
    found = []
    for number, one in enumerate(tables.segments()):
        place = USUAL.index(one.middle[0]) + one.middle[1]
        at = spine.segments.place_in(place)
        found.append(Line("segment_number", one.name, at, number + 0.5, None, one.status, one.source, is_input=True))
    return found


def _epidural_lines(spine: ParametricSpine, sourced: SourcedMeasures) -> list[Line]:
    found = []
    for index, name in enumerate(spine.names):
        origin = sourced.origins["epidural_mm", name]
        if origin.status != "inferred" and name[0] != "S":
            found.append(_against(sourced, "epidural_mm", name, measuring.epidural(spine, index)))
    return found


def _gap_lines(spine: ParametricSpine) -> list[Line]:
    found = []
    for row in tables.values("lamina_interlaminar", "value", what="quantity", sd="sd"):
        upper = row.level.split("-")[0]
        is_gap = row.what in ("interlaminar distance, neutral", "interlaminar gap")
        if is_gap and upper in USUAL.names:
            gap = measuring.interlaminar_gap(spine, USUAL.index(upper))
            found.append(_independent("interlaminar_gap_mm", row, gap))
    return found


def _root_lines(spine: ParametricSpine) -> list[Line]:
    """Where roots leave the sac. The take-off of T11 and L5 is an input, the rest follows from sac and foramen."""
    found = []
    for row in tables.values("dorsal_root_angles", "value", what="quantity", sd="sd"):
        if row.what == "coronal take-off angle":
            angle = measuring.root_exit(spine, row.level).take_off_deg
            found.append(replace(_independent("root_take_off_deg", row, angle), is_input=True))
        elif row.what == "root-sleeve origin to midline":
            found.append(_independent("root_to_midline_mm", row, measuring.root_exit(spine, row.level).to_midline_mm))
        elif row.what == "distance between neighbouring origins":
            upper, lower = (measuring.root_exit(spine, name).arc_mm for name in row.level.split("-"))
            found.append(_independent("roots_apart_mm", row, lower - upper))
    return found


def _other_lines(spine: ParametricSpine) -> list[Line]:
    """Cord length against the usual range."""
    length = float(spine.line.arc_of(spine.segments.conus)[0] - spine.line.arc_of(0.0)[0])
    row = next(one for one in tables.rows("conus_root_levels") if one["item"] == "cord length")
    middle = (float(row["low_mm"]) + float(row["high_mm"])) / 2
    status = tables.status_of(row["kind"])
    return [Line("cord_length_mm", "all", length, middle, None, status, row["source"], is_input=False)]


def _against(sourced: SourcedMeasures, quantity: str, level: str, measured: float) -> Line:
    origin: Origin = sourced.origins[quantity, level]
    return Line(quantity, level, measured, origin.value, None, origin.status, origin.source, is_input=True)


def _independent(quantity: str, row: Value, measured: float) -> Line:
    return Line(quantity, row.level, measured, row.value, row.sd, row.status, row.source, is_input=False)


def _spanned(text: str) -> tuple[str, ...]:
    first, _dash, last = text.partition("-")
    last = last or first
    return USUAL.names[USUAL.index(first) : USUAL.index(last) + 1]
