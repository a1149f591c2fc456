"""Grey matter, dorsal columns and their bands."""

import numpy as np
import pytest

from planner.geometry.arrays import FloatArray
from tests.anatomy.spine.builders import plain_spine

LEVELS = ["C5", "T3", "T8", "T10", "T12"]


@pytest.mark.parametrize("level", LEVELS)
def test_that_the_columns_have_the_share_of_the_cord_that_the_template_has(level: str) -> None:
    spine = plain_spine()
    index = spine.names.index(level)
    section = spine.cord_section(float(spine.line.arc_of(index + 0.5)[0]))
    row = next(one for one in spine.parameters.measures.columns if one.place == index + 0.5)
    share = 2 * sum(area(band.outline) for band in section.bands) / (np.pi * section.half_width_mm * section.half_ap_mm)
    assert share == pytest.approx((row.gracile_mm2 + row.cuneate_mm2) / row.cord_mm2, rel=0.02)


@pytest.mark.parametrize("level", LEVELS)
def test_that_bands_fill_the_column_without_overlap_inside_the_cord(level: str) -> None:
    spine = plain_spine()
    section = spine.cord_section(float(spine.line.arc_of(spine.names.index(level) + 0.5)[0]))
    assert section.bands[0].inner == 0
    assert section.bands[-1].outer == 1
    for one in section.bands:
        u, v = one.outline.T
        assert (np.hypot(u / section.half_width_mm, v / section.half_ap_mm) < 1 + 1e-9).all()
        assert area(one.outline) > 0
    assert all(a.outer == b.inner for a, b in zip(section.bands[:-1], section.bands[1:], strict=True))


def test_that_the_sole_of_the_foot_lies_medial_of_the_back_at_t9_and_arms_lie_in_the_cuneate_at_c5() -> None:
    spine = plain_spine()
    at_t9 = {band.segment: band for band in spine.cord_section(float(spine.line.arc_of(15.5)[0])).bands}
    assert at_t9["S1"].outer < at_t9["L1"].inner
    assert {band.tract for band in at_t9.values()} == {"gracile"}
    at_c5 = {band.segment: band for band in spine.cord_section(float(spine.line.arc_of(4.5)[0])).bands}
    assert at_c5["T6"].tract == "cuneate"
    assert at_c5["T7"].tract == "gracile"
    assert at_c5["T7"].outer < at_c5["C8"].inner


def test_that_grey_matter_is_a_part_of_the_cord_and_wider_in_the_enlargements() -> None:
    spine = plain_spine()
    shares = {}
    for level in ("C5", "T8", "T12"):
        section = spine.cord_section(float(spine.line.arc_of(spine.names.index(level) + 0.5)[0]))
        u, v = section.grey.T
        assert (np.hypot(u / section.half_width_mm, v / section.half_ap_mm) < 1).all()
        shares[level] = 2 * area(section.grey) / (np.pi * section.half_width_mm * section.half_ap_mm)
    assert shares["C5"] > shares["T8"] < shares["T12"]
    assert all(0.08 < share < 0.45 for share in shares.values())


def test_that_there_is_no_section_below_the_conus() -> None:
    spine = plain_spine()
    with pytest.raises(ValueError, match="no cord"):
        spine.cord_section(float(spine.line.arc_of(22.0)[0]))


def area(outline: FloatArray) -> float:
    x, y = outline.T
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)
