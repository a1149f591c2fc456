"""The published tables as they are read."""

from pathlib import Path

import pytest

from planner import places
from planner.errors import PlannerError
from planner.library import spine_tables as tables


def test_that_the_tables_are_the_published_ones_unchanged(shared_reference: Path) -> None:
    facts = shared_reference.parent / "facts" / "spine"
    published = sorted(path.name for path in facts.glob("*.csv"))
    assert len(published) >= 24
    for name in published:
        assert (places.atlases() / "spine" / name).read_bytes() == (facts / name).read_bytes()


def test_that_a_known_number_comes_with_sd_source_and_status() -> None:
    found = tables.values("cord_diameters", "ap_mm", what="population", sd="ap_sd_mm")
    t8 = next(one for one in found if one.level == "T8" and one.what.startswith("58"))
    assert (t8.value, t8.sd, t8.status) == (6.1, 0.4, "measured")
    assert "PAM50-normalized-metrics" in t8.source


def test_that_thirty_segments_run_in_order() -> None:
    found = tables.segments()
    assert len(found) == 30
    assert found[20].name == "L1"
    assert found[20].top == ("T11", 0.19)
    assert sum(one.share_percent for one in found) == pytest.approx(100, abs=0.5)


def test_that_same_as_above_is_spelled_out() -> None:
    assert not any(row["source"].strip() == "same" for name in tables.tables() for row in tables.rows(name))


def test_that_every_row_of_every_table_says_how_far_it_is_verified() -> None:
    for name in tables.tables():
        for row in tables.rows(name):
            assert tables.status_of(row["kind"]) in ("measured", "read", "memory", "inferred")
            assert row["source"]


def test_that_the_lamination_says_it_is_from_memory() -> None:
    above_t6 = next(one for one in tables.lamination() if one.subject.startswith("above T6"))
    assert above_t6.status == "memory"
    assert above_t6.text.startswith("S5")


def test_that_a_missing_table_is_said() -> None:
    with pytest.raises(PlannerError) as caught:
        tables.rows("no_such_table")
    assert caught.value.code == "atlas-missing"
