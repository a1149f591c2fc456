"""Names that hold on every system: a rule, so that it is tested without Windows (row H116)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.imaging.sources.naming import (
    LONGEST_NAME_BYTES,
    is_portable,
    is_too_long_for_windows,
    parts_beneath,
    portable_name,
    same_name_key,
)


@pytest.mark.parametrize("name", ["CON", "nul", "Com1.txt", "LPT9", "aux.nii.gz", "PRN.", "COM²"])
def test_that_reserved_names_are_changed(name: str) -> None:
    assert not is_portable(name)
    assert portable_name(name).startswith("_")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Muñoz Peña 2026", "Muñoz Peña 2026"),
        ("Mun\u0303oz", "Muñoz"),
        ("trailing.", "trailing"),
        ("trailing ", "trailing"),
        ("a/b\\c:d*e?", "a_b_c_d_e_"),
        ("console", "console"),
        ("", "_"),
        ("..", "_"),
        ("\udcf1", "_"),
    ],
)
def test_that_names_become_portable_and_keep_their_letters(name: str, expected: str) -> None:
    assert portable_name(name) == expected


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=400))
def test_that_a_portable_name_is_short_and_stays_as_it_is(name: str) -> None:
    once = portable_name(name)
    assert portable_name(once) == once
    assert 0 < len(once.encode()) <= LONGEST_NAME_BYTES + 1


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "a/..", "../a", "/a", "\\a", "C:", "C:a", "C:\\a", "\\\\s\\h\\a", "a:b", "a/.. /b", "a\x00b"],
)
def test_that_names_that_lead_elsewhere_have_no_parts(name: str) -> None:
    assert parts_beneath(name) is None


def test_that_both_slashes_separate() -> None:
    assert parts_beneath("A\\B/./C") == ("A", "B", "C")


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=60))
def test_that_no_part_climbs(name: str) -> None:
    parts = parts_beneath(name)
    assert parts is None or all(part not in ("", ".", "..") and "/" not in part and "\\" not in part for part in parts)


def test_that_names_one_file_system_confuses_are_equal() -> None:
    assert same_name_key("MUÑOZ") == same_name_key("mun\u0303oz")
    assert same_name_key("a") != same_name_key("b")


def test_that_the_windows_limit_is_259_characters() -> None:
    assert not is_too_long_for_windows("x" * 259)
    assert is_too_long_for_windows("x" * 260)
