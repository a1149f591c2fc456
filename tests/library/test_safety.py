import pytest

from planner.case.checks import SHANNON_K_LIMIT
from planner.errors import PlannerError
from planner.library.devices import device
from planner.library.safety import (
    charge_warnings,
    contact_area_mm2,
    contact_charges,
    density_limit,
    shannon_limit,
    worst,
)

RING_3389_MM2 = 5.98
"""In vivo impedance study of the 3387 (facts, row area_3389)."""


def test_that_contact_areas_are_those_of_the_facts() -> None:
    lead = device("medtronic_3389")
    assert contact_area_mm2(lead, lead.contacts[0]) == pytest.approx(RING_3389_MM2, rel=0.002)
    directional = device("boston_db2202")
    # 90 degrees of a 1.3 mm lead, 1.5 mm long: 1.53 mm² (facts, row area_segment)
    assert contact_area_mm2(directional, directional.contact("2")) == pytest.approx(1.53, rel=0.002)


@pytest.mark.parametrize(
    ("amplitude_ma", "width_us", "density", "k"), [(3.0, 60.0, 3.0, -0.27), (5.0, 450.0, 37.6, 1.93)]
)
def test_that_the_worked_examples_of_the_facts_come_out(
    amplitude_ma: float, width_us: float, density: float, k: float
) -> None:
    charge = contact_charges(device("medtronic_3389"), {"1": -1.0}, amplitude_ma, width_us)[0]
    assert charge.charge_uc == pytest.approx(amplitude_ma * width_us / 1000.0)
    assert charge.density_uc_cm2 == pytest.approx(density, rel=0.01)
    assert charge.shannon_k == pytest.approx(k, abs=0.005)


def test_that_the_current_is_split_and_the_worst_contact_counts() -> None:
    charges = contact_charges(device("medtronic_3389"), {"0": -0.25, "1": -0.75, "3": 0.0}, 4.0, 60.0)
    assert [one.label for one in charges] == ["0", "1"]
    assert [one.current_ma for one in charges] == [-1.0, -3.0]
    assert worst(charges).label == "1"


def test_that_limits_carry_their_source_and_how_far_it_was_checked() -> None:
    assert shannon_limit().value == SHANNON_K_LIMIT == 1.85
    assert "Shannon 1992" in shannon_limit().source
    assert shannon_limit().verification == "read"
    assert density_limit().value == 30.0
    assert density_limit().verification == "secondary"


def test_that_a_high_charge_is_told_for_each_contact() -> None:
    lead = device("medtronic_3389")
    assert charge_warnings(contact_charges(lead, {"1": -1.0}, 3.0, 60.0)) == ()
    words = charge_warnings(contact_charges(lead, {"1": -1.0}, 5.0, 450.0))
    assert len(words) == 2
    assert "37.6" in words[0]
    assert "1.93" in words[1]


@pytest.mark.parametrize(
    ("amplitude_ma", "width_us", "code"),
    [(0.0, 60.0, "amplitude"), (float("nan"), 60.0, "amplitude"), (1.0, 0.0, "pulse-width")],
)
def test_that_a_pulse_that_cannot_be_is_refused(amplitude_ma: float, width_us: float, code: str) -> None:
    with pytest.raises(PlannerError) as caught:
        contact_charges(device("medtronic_3389"), {"1": -1.0}, amplitude_ma, width_us)
    assert caught.value.code == code


def test_that_a_contact_the_lead_lacks_is_refused() -> None:
    with pytest.raises(PlannerError) as caught:
        contact_charges(device("medtronic_3389"), {"9": -1.0}, 1.0, 60.0)
    assert caught.value.code == "unknown-contact"


def test_that_a_programme_without_an_active_contact_is_refused() -> None:
    with pytest.raises(PlannerError) as caught:
        contact_charges(device("medtronic_3389"), {"1": 0.0}, 1.0, 60.0)
    assert caught.value.code == "no-contact"
