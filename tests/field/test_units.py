import numpy as np
import pytest

from planner.errors import PlannerError, SpaceMismatchError
from planner.field import Conductor, FieldOptions, LeadShape, Pose, UnitSolutions, solve_units
from planner.geometry import Curve, Points
from planner.progress import SILENT
from tests.field.conftest import COARSE

PLACES = Points.of([(12.0, -4.0, 5.0), (11.0, -3.0, 6.0), (10.0, -5.0, 1.0)], "world")
"""Outside the lead."""


def test_that_programmes_add_up(coarse_units: UnitSolutions) -> None:
    first = coarse_units.combine({"C1": -1.0}, 1.0, 2.0).at(PLACES)
    second = coarse_units.combine({"C3": -1.0}, 1.0, 1.0).at(PLACES)
    both = coarse_units.combine({"C1": -2 / 3, "C3": -1 / 3}, 1.0, 3.0).at(PLACES)
    assert np.allclose(both.field_v_mm, first.field_v_mm + second.field_v_mm, rtol=1e-4, atol=1e-6)
    assert np.allclose(both.volts, first.volts + second.volts, rtol=1e-4, atol=1e-6)


def test_that_the_field_grows_with_the_current(coarse_units: UnitSolutions) -> None:
    one = coarse_units.combine({"C2": -1.0}, 1.0, 1.0).at(PLACES).magnitude_v_mm
    three = coarse_units.combine({"C2": -1.0}, 1.0, 3.0).at(PLACES).magnitude_v_mm
    assert three == pytest.approx(3 * one, rel=1e-4)


def test_that_a_bipolar_sum_is_what_a_two_contact_model_gives(lead_3389: LeadShape) -> None:
    """Contacts C1 and C2 alone conduct: the units superposed against each pair's own ungrounded solve."""
    options = FieldOptions(("C1", "C2"), True, resolution=COARSE)
    grounded = solve_units(lead_3389, Pose.upright(), Conductor.uniform(0.2), SILENT, options)
    options = FieldOptions(("C1", "C2"), False, resolution=COARSE)
    closed = solve_units(lead_3389, Pose.upright(), Conductor.uniform(0.2), SILENT, options)
    found = [units.combine({"C1": -1.0, "C2": 1.0}, 0.0, 1.0).impedance_ohm for units in (grounded, closed)]
    # The ground 40 mm away carries next to nothing of a current between neighbours.
    assert found[0] == pytest.approx(found[1], rel=0.002)


def test_that_contacts_that_are_off_float_without_current(coarse_units: UnitSolutions) -> None:
    field = coarse_units.combine({"C2": -1.0}, 1.0, 1.0)
    currents = coarse_units.conductance_ms @ field.contact_volts
    assert currents == pytest.approx([0.0, -1.0, 0.0, 0.0], abs=1e-6)


def test_that_kept_arrays_give_the_same_field(coarse_units: UnitSolutions) -> None:
    again = UnitSolutions.from_arrays(coarse_units.to_arrays(), coarse_units.labels, "world")
    programme = ({"C1": -1.0, "C4": 1.0}, 0.0, 2.0)
    first, second = coarse_units.combine(*programme), again.combine(*programme)
    assert np.array_equal(first.at(PLACES).field_v_mm, second.at(PLACES).field_v_mm)
    assert first.activated(0.2).volume_mm3 == second.activated(0.2).volume_mm3


@pytest.mark.parametrize(
    ("shares", "case_share", "amplitude_ma", "code"),
    [
        ({"C9": -1.0}, 1.0, 1.0, "unknown-contact"),
        ({"C1": -1.0}, 0.5, 1.0, "shares"),
        ({"C1": -0.5}, 0.5, 1.0, "shares"),
        ({"C1": float("nan")}, 1.0, 1.0, "shares"),
        ({"C1": -1.0}, 1.0, -2.0, "amplitude"),
        ({"C1": -1.0}, 1.0, float("inf"), "amplitude"),
    ],
)
def test_that_a_programme_that_does_not_balance_is_refused(
    coarse_units: UnitSolutions, shares: dict[str, float], case_share: float, amplitude_ma: float, code: str
) -> None:
    with pytest.raises(PlannerError) as caught:
        coarse_units.combine(shares, case_share, amplitude_ma)
    assert caught.value.code == code


def test_that_the_case_cannot_return_current_without_a_ground(lead_3389: LeadShape) -> None:
    options = FieldOptions(None, False, resolution=COARSE)
    units = solve_units(lead_3389, Pose.upright(), Conductor.uniform(0.2), SILENT, options)
    with pytest.raises(PlannerError) as caught:
        units.combine({"C1": -1.0}, 1.0, 1.0)
    assert caught.value.code == "no-return"


def test_that_nothing_is_said_inside_the_lead_and_beyond_the_model(coarse_units: UnitSolutions) -> None:
    field = coarse_units.combine({"C2": -1.0}, 1.0, 1.0)
    inside = coarse_units.pose.to_world(np.array([[0.0, 0.0, 4.0], [0.0, 0.0, 100.0], [50.0, 0.0, 4.0]]))
    samples = field.at(Points.of(inside, "world"))
    assert np.isnan(samples.volts).all()
    assert np.isnan(samples.magnitude_v_mm).all()


def test_that_a_profile_runs_along_a_curve(coarse_units: UnitSolutions) -> None:
    ends = coarse_units.pose.to_world(np.array([[1.0, 0.0, 4.25], [6.0, 0.0, 4.25]]))
    arc, samples = coarse_units.combine({"C2": -1.0}, 1.0, 1.0).along(Curve.of(ends, "world"), 0.25)
    assert arc[[0, -1]] == pytest.approx([0.0, 5.0])
    assert (np.diff(samples.magnitude_v_mm) < 0).all()


def test_that_points_of_another_space_are_refused(coarse_units: UnitSolutions) -> None:
    with pytest.raises(SpaceMismatchError):
        coarse_units.combine({"C2": -1.0}, 1.0, 1.0).at(Points.of((0, 0, 0), "elsewhere"))
