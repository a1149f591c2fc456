"""Voltage, current and mixed control against each other and against the current programmes."""

import numpy as np
import pytest

from planner.errors import PlannerError
from planner.field import Conductor, Drive, FieldOptions, LeadShape, Pose, UnitSolutions, solve_units
from planner.field.drive import loads_ohm, potentials
from planner.geometry import Points
from planner.progress import SILENT
from tests.field.conftest import COARSE

PLACES = Points.of([(12.0, -4.0, 5.0), (11.0, -3.0, 6.0), (10.0, -5.0, 1.0)], "world")


def test_that_a_held_voltage_drives_what_the_impedance_says(coarse_units: UnitSolutions) -> None:
    one_ma = coarse_units.combine({"C2": -1.0}, 1.0, 1.0)
    field = coarse_units.driven(Drive(volts={"C2": -1.0}))
    assert field.currents_ma == pytest.approx([0.0, -1000.0 / one_ma.impedance_ohm, 0.0, 0.0], abs=1e-9)
    assert field.impedance_ohm == pytest.approx(one_ma.impedance_ohm)
    expected = one_ma.at(PLACES).field_v_mm * 1000.0 / one_ma.impedance_ohm
    assert np.allclose(field.at(PLACES).field_v_mm, expected, rtol=1e-4, atol=1e-7)


def test_that_mixed_control_gives_back_the_currents_it_came_from(coarse_units: UnitSolutions) -> None:
    first = coarse_units.driven(Drive(currents_ma={"C1": -0.7, "C2": -0.5, "C4": 0.4}))
    held = {"C2": float(first.contact_volts[1]), "C3": float(first.contact_volts[2])}
    mixed = coarse_units.driven(Drive({"C1": -0.7, "C4": 0.4}, held))
    assert mixed.currents_ma == pytest.approx([-0.7, -0.5, 0.0, 0.4], abs=1e-9)
    assert mixed.contact_volts == pytest.approx(first.contact_volts)


def test_that_driven_currents_are_those_of_the_same_programme(coarse_units: UnitSolutions) -> None:
    programme = coarse_units.combine({"C1": -0.75, "C3": -0.25, "C2": 0.5}, 0.5, 2.0)
    driven = coarse_units.driven(Drive(currents_ma={"C1": -1.5, "C3": -0.5, "C2": 1.0}))
    assert driven.contact_volts == pytest.approx(programme.contact_volts)
    assert driven.impedance_ohm == pytest.approx(programme.impedance_ohm)


def test_that_without_the_case_only_voltage_differences_count(coarse_units: UnitSolutions) -> None:
    drives = [Drive(volts={"C1": low, "C2": low + 2.0}, is_case_on=False) for low in (-2.0, 0.0, 7.0)]
    fields = [coarse_units.driven(one) for one in drives]
    for field in fields:
        assert field.currents_ma.sum() == pytest.approx(0.0, abs=1e-9)
        assert field.contact_volts == pytest.approx(fields[0].contact_volts)
    assert fields[0].contact_volts[1] - fields[0].contact_volts[0] == pytest.approx(2.0)


def test_that_a_bipolar_voltage_needs_no_outer_ground(coarse_units: UnitSolutions, lead_3389: LeadShape) -> None:
    options = FieldOptions(None, False, resolution=COARSE)
    closed = solve_units(lead_3389, Pose.upright(), Conductor.uniform(0.2), SILENT, options)
    drive = Drive(volts={"C1": -1.0, "C2": 1.0}, is_case_on=False)
    found = [units.driven(drive).currents_ma for units in (coarse_units, closed)]
    # The boundary 40 mm away, floating metal or insulating, carries next to nothing of a current between neighbours.
    assert found[0] == pytest.approx(found[1], rel=0.002, abs=1e-4)


def test_that_the_cathodes_loads_make_up_the_power(coarse_units: UnitSolutions) -> None:
    field = coarse_units.driven(Drive(currents_ma={"C1": -0.7, "C2": -0.5, "C4": 0.4}))
    power = field.currents_ma @ field.contact_volts
    cathodes = field.loads_ohm["C1"] * 0.7**2 + field.loads_ohm["C2"] * 0.5**2
    anodes = field.loads_ohm["C4"] * 0.4**2  # the case, the other anode, is the rest
    assert cathodes / 1000.0 == pytest.approx(power)
    assert anodes < cathodes
    assert set(field.loads_ohm) == {"C1", "C2", "C4"}


def test_that_both_contacts_of_a_bipolar_pair_have_its_impedance(coarse_units: UnitSolutions) -> None:
    field = coarse_units.combine({"C2": -1.0, "C3": 1.0}, 0.0, 2.0)
    assert list(field.loads_ohm.values()) == pytest.approx([field.impedance_ohm] * 2)
    monopolar = coarse_units.combine({"C2": -1.0}, 1.0, 2.0)
    assert monopolar.loads_ohm == {"C2": pytest.approx(monopolar.impedance_ohm)}


def test_that_potentials_solve_a_circuit_done_by_hand() -> None:
    # Two contacts, 1 mS to the ground each and 2 mS between them.
    conductance = np.array([[3.0, -2.0], [-2.0, 3.0]])
    volts = potentials(Drive(volts={"a": 1.0}), ("a", "b"), conductance, True)
    assert volts == pytest.approx([1.0, 2.0 / 3.0])
    assert loads_ohm(conductance @ volts, volts)[0] == pytest.approx(1000.0 / (1.0 + 2.0 / 3.0))


@pytest.mark.parametrize(
    ("drive", "code"),
    [
        (Drive(), "drive"),
        (Drive(volts={"C9": 1.0}), "unknown-contact"),
        (Drive({"C1": -1.0}, {"C1": 1.0}), "drive"),
        (Drive(volts={"C1": float("nan")}), "drive"),
        (Drive({"C1": -1.0, "C2": 0.5}, is_case_on=False), "shares"),
        (Drive(volts={"C1": -1.0}, is_case_on=False), "no-return"),
    ],
)
def test_that_a_drive_that_cannot_be_is_refused(coarse_units: UnitSolutions, drive: Drive, code: str) -> None:
    with pytest.raises(PlannerError) as caught:
        coarse_units.driven(drive)
    assert caught.value.code == code
