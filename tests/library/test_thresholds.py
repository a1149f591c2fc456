import numpy as np
import pytest

from planner.errors import PlannerError
from planner.library.thresholds import (
    CORRECTED,
    GENERAL,
    TABLE,
    meaning,
    multipolar_warning,
    named_threshold,
    table,
    threshold_for,
)


def test_that_the_table_falls_with_pulse_width_and_with_diameter() -> None:
    values = table().v_per_mm
    assert (np.diff(values, axis=0) < 0).all()
    assert (np.diff(values, axis=1) < 0).all()


def test_that_entries_of_the_table_come_back_as_they_are() -> None:
    known = table()
    for row, fibre in enumerate(known.fibres_um):
        for column, width in enumerate(known.widths_us):
            found = threshold_for(float(width), float(fibre))
            assert found.v_per_mm == pytest.approx(known.v_per_mm[row, column], rel=1e-12)


def test_that_values_between_entries_lie_between_them() -> None:
    assert 0.185 < threshold_for(60.0, 3.4).v_per_mm < 0.240
    assert 0.142 < threshold_for(75.0, 3.5).v_per_mm < 0.185


def test_that_the_common_level_is_what_3_4_um_fibres_need_at_60_us() -> None:
    # Johansson 2021: 0.2 V/mm corresponds to about 3.4 µm axons.
    assert threshold_for(60.0, 3.4).v_per_mm == pytest.approx(named_threshold(GENERAL).v_per_mm, rel=0.05)


def test_that_the_two_corrected_entries_say_so() -> None:
    corrections = {(one.fibre_um, one.width_us): one for one in table().corrections}
    assert set(corrections) == {(2.5, 120.0), (4.0, 60.0)}
    for fibre, width in corrections:
        assert threshold_for(width, fibre).status == CORRECTED
    assert threshold_for(100.0, 2.6).status == CORRECTED
    assert threshold_for(60.0, 3.5).status == "secondary"
    assert threshold_for(60.0, 3.5).kind == TABLE


@pytest.mark.parametrize(("width", "fibre"), [(450.0, 3.0), (20.0, 3.0), (60.0, 5.7), (60.0, 1.0)])
def test_that_nothing_is_guessed_outside_the_table(width: float, fibre: float) -> None:
    with pytest.raises(PlannerError) as caught:
        threshold_for(width, fibre)
    assert caught.value.code == "threshold-range"


def test_that_an_unknown_name_is_refused() -> None:
    with pytest.raises(PlannerError) as caught:
        named_threshold("guess")
    assert caught.value.code == "threshold-unknown"


def test_that_a_threshold_says_what_it_means() -> None:
    assert "60 µs" in meaning(0.24, 3.0, 60.0)
    assert "0.240" in meaning(0.24, 3.0, 60.0)
    assert "in common use" in meaning(0.2, 3.4, None)
    assert "Duffley 2019" in multipolar_warning()
