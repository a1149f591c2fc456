"""Measures for the parametric spine, put together from the published tables, and where every number comes from."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np

from planner.anatomy.spine.levels import USUAL
from planner.anatomy.spine.parametric.measures import ColumnMeasures, LevelMeasures, SegmentMeasures, SpineMeasures
from planner.library import spine_tables as tables
from planner.library.spine_tables import Status, Value

CADAVERS = "adult cadavers"
SEGMENT_NAMES = (
    *(f"C{n}" for n in range(1, 9)),
    *(f"T{n}" for n in range(1, 13)),
    *(f"L{n}" for n in range(1, 6)),
    *(f"S{n}" for n in range(1, 6)),
)
WHOLE_SPINE = "58"
RANGE_IN_SD = 4.0
"""A range over 26 healthy people is about four standard deviations (its expected width for n = 26 is 3.9)."""
BETWEEN = "between the nearest levels of the table"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where one number of the parametric spine comes from."""

    quantity: str
    level: str
    value: float
    status: Status
    source: str


@dataclass(frozen=True, slots=True)
class SourcedMeasures:
    """``origins`` by (quantity, level)."""

    measures: SpineMeasures
    origins: dict[tuple[str, str], Origin]


@cache
def spine_measures() -> SourcedMeasures:
    """From ``atlases/spine``. Raises PlannerError(code="atlas-missing")."""
    origins: dict[tuple[str, str], Origin] = {}
    for quantity, found in _level_values().items():
        _fill(origins, quantity, USUAL.names, found)
    for quantity, found in _segment_values().items():
        _fill(origins, quantity, SEGMENT_NAMES, found)
    measures = SpineMeasures(
        levels=tuple(_level(name, origins) for name in USUAL.names),
        segments=tuple(_segment(one, origins) for one in tables.segments()),
        columns=_columns(),
        conus=_place(*_default("cord_end_place")),
        sac_end=USUAL.index("S2") + 1 / 6,  # "upper third of S2": its middle (Binokay 2006, conus_root_levels.csv)
        lumbar_lordosis_deg=_recumbent_lordosis(),
        stature_mm=_default("stature_mm")[1],
    )
    return SourcedMeasures(measures, origins)


def _level_values() -> dict[str, dict[str, Value]]:
    body: Callable[[str], dict[str, Value]] = lambda column: _by_level(  # noqa: E731
        tables.values("vertebral_body_dims", column, what="population"), only=CADAVERS
    )
    found = {
        "body_height_mm": body("height_post_mm"),
        "width_top_mm": body("endplate_width_sup_mm"),
        "width_bottom_mm": body("endplate_width_inf_mm"),
        "depth_top_mm": body("endplate_depth_sup_mm"),
        "depth_bottom_mm": body("endplate_depth_inf_mm"),
        "disc_below_mm": _upper(tables.values("disc_heights", "height_mm", level="disc", what="which"), "suggested"),
        "angle_below_deg": _upper(tables.values("sagittal_curve", "angle_deg", level="level_or_segment", what="note")),
        "canal_ap_mm": _canal("ap_mm"),
        "canal_width_mm": _canal("transverse_mm"),
        "sac_ap_mm": _by_level(tables.values("canal_diameters", "ap_mm", what="what"), only="dural sac"),
        "sac_width_mm": _by_level(tables.values("canal_diameters", "transverse_mm", what="what"), only="dural sac"),
        "dorsal_csf_mm": _csf("supine (template average)"),
        "dorsal_csf_sd_mm": _csf_sd(),
        "prone_csf_mm": _csf("prone minus supine"),
        "epidural_mm": _epidural(),
        "skin_depth_mm": _skin(),
    }
    for quantity, column in (
        ("ganglion_width_mm", "width_mm"),
        ("ganglion_length_mm", "length_mm"),
        ("ganglion_from_foramen_mm", "centre_from_medial_foramen_mm"),
    ):
        found[quantity] = _by_level(tables.values("drg_geometry", column))
    for value in tables.values("vertebra_shape", "value", what="quantity"):
        found.setdefault(value.what, {})[value.level] = value
    _add_defaults(found)
    return found


def _segment_values() -> dict[str, dict[str, Value]]:
    found = {
        f"cord_{end}": {
            one.level: one
            for one in tables.values("cord_diameters", column, what="population", sd=column.replace("_mm", "_sd_mm"))
            if one.what.startswith("same 58 adults")
        }
        for end, column in (("ap_mm", "ap_mm"), ("width_mm", "transverse_mm"))
    }
    angles: dict[str, Value] = {}
    for value in tables.values("dorsal_root_angles", "value", what="quantity"):
        if value.what.startswith("rootlet angle"):
            for name in _range(value.level.replace("cervical ", "").split(" at ")[0], SEGMENT_NAMES):
                angles[name] = value
    found["root_angle_deg"] = angles
    _add_defaults(found, only="root_angle_deg")
    return found


def _add_defaults(found: dict[str, dict[str, Value]], only: str = "") -> None:
    for value in tables.values("spine_defaults", "value", what="quantity"):
        if value.what in found and (not only or value.what == only):
            found[value.what].setdefault(value.level, value)


def _default(quantity: str) -> tuple[str, float]:
    found = next(one for one in tables.values("spine_defaults", "value", what="quantity") if one.what == quantity)
    return found.level, found.value


def _by_level(found: Iterable[Value], only: str = "") -> dict[str, Value]:
    """The first row of each usual level whose description begins with ``only``."""
    chosen: dict[str, Value] = {}
    for value in found:
        if value.level in USUAL.names and value.what.startswith(only):
            chosen.setdefault(value.level, value)
    return chosen


def _upper(found: Iterable[Value], only: str = "") -> dict[str, Value]:
    """Rows of a motion segment ("T4-T5") under the name of its upper vertebra; regions (T1-T12) are left out."""
    chosen: dict[str, Value] = {}
    for value in found:
        upper, _dash, lower = value.level.partition("-")
        is_next = upper in USUAL.names and lower in USUAL.names and USUAL.index(lower) == USUAL.index(upper) + 1
        if is_next and value.what.startswith(only):
            chosen.setdefault(upper, value)
    return chosen


def _canal(column: str) -> dict[str, Value]:
    """Cadavers first; where they have no row, one CT (C2) and a group's mean (S1)."""
    found = tables.values("canal_diameters", column, what="what", sd=column.replace("_mm", "_sd_mm"))
    chosen = {one.level: one for one in found if one.what == "bony canal" and "Panjabi" in one.source}
    for value in found:
        if value.level in ("C2", "S1") and value.what.startswith("bony canal"):
            chosen.setdefault(value.level, value)
    return chosen


def _csf(posture: str) -> dict[str, Value]:
    found = tables.values("dcsf_thickness", "mean_mm", level="vertebral_level", what="posture")
    return _by_level(found, only=posture)


def _csf_sd() -> dict[str, Value]:
    """Standard deviations from the published ranges."""
    chosen: dict[str, Value] = {}
    for value in tables.csf_ranges():
        if value.low is None or value.high is None:
            continue
        for name in _range(value.level, USUAL.names):
            sd = (value.high - value.low) / RANGE_IN_SD
            source = f"a quarter of the range {value.low:g} to {value.high:g} mm; {value.source}"
            chosen.setdefault(name, Value(value.table, name, value.what, "sd_mm", sd, "inferred", source))
    return chosen


def _epidural() -> dict[str, Value]:
    """Depth at the window above each vertebra ("T1-T2" counts for T2)."""
    chosen: dict[str, Value] = {}
    for value in tables.values("epidural_space", "value", what="quantity"):
        if not value.what.startswith("posterior epidural depth"):
            continue
        names = ["L3"] if value.level == "mid lumbar" else _range(value.level, USUAL.names)
        upper, _dash, lower = value.level.partition("-")
        is_window = lower in USUAL.names and USUAL.index(lower) == USUAL.index(upper) + 1
        for name in [lower] if is_window else names:
            chosen.setdefault(name, value)
    return chosen


def _skin() -> dict[str, Value]:
    chosen: dict[str, Value] = {}
    for value in tables.values("epidural_space", "value", what="quantity"):
        if value.what.startswith("skin to epidural"):
            chosen.setdefault(value.level.split("-")[-1].strip(), value)
    return chosen


def _range(text: str, names: tuple[str, ...]) -> list[str]:
    """ "T6-T12" to every name from T6 to T12; nothing for words that are no levels."""
    first, _dash, last = text.partition("-")
    last = last or first
    if first not in names or last not in names:
        return []
    return list(names[names.index(first) : names.index(last) + 1])


def _fill(
    origins: dict[tuple[str, str], Origin], quantity: str, names: tuple[str, ...], found: dict[str, Value]
) -> None:
    """One origin per level: the row itself, or the straight line between the nearest levels that have one."""
    places = [index for index, name in enumerate(names) if name in found]
    if not places:
        raise ValueError(f"no table gives {quantity}")
    line = np.interp(range(len(names)), places, [found[names[index]].value for index in places])
    for index, name in enumerate(names):
        value = found.get(name)
        status: Status = value.status if value else "inferred"
        source = value.source if value else BETWEEN
        origins[quantity, name] = Origin(quantity, name, float(line[index]), status, source)


def _level(name: str, origins: dict[tuple[str, str], Origin]) -> LevelMeasures:
    numbers = {field: origins[field, name].value for field in LevelMeasures.__dataclass_fields__ if field != "name"}
    return LevelMeasures(name=name, **numbers)


def _segment(one: tables.Segment, origins: dict[tuple[str, str], Origin]) -> SegmentMeasures:
    numbers = {field: origins[field, one.name].value for field in ("cord_ap_mm", "cord_width_mm", "root_angle_deg")}
    return SegmentMeasures(one.name, _place(*one.top), _place(*one.bottom), **numbers)


def _columns() -> tuple[ColumnMeasures, ...]:
    table = "dorsal_column_areas"
    found = []
    for row in tables.rows(table):
        is_usable = not (row["vertebral_level"] == "L1" and "not usable" in row["note"])
        if is_usable:
            areas = (float(row[name]) for name in ("gracile_area_mm2", "cuneate_area_mm2", "cord_area_mm2"))
            found.append(ColumnMeasures(_place(row["vertebral_level"], 0.5), *areas))
    return tuple(found)


def _recumbent_lordosis() -> float:
    rows = tables.values("sagittal_curve", "angle_deg", level="level_or_segment", what="note")
    return -next(one.value for one in rows if one.level == "T12-S1" and one.what.startswith("recumbent"))


def _place(level: str, fraction: float) -> float:
    return USUAL.index(level) + fraction
