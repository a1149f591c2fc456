"""Against an axisymmetric finite-element solution of order 8 (impedance good to 1e-6, volumes to 1e-3)."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from planner.field.isosurface import enclosed_mm3
from tests.field.conftest import SETUPS, ReferenceCase

Solved = Callable[[str], ReferenceCase]
WITH_IMPEDANCE = ("a_cyl", "b_cyl_0.2", "c_cyl", "a_box")
WITH_VOLUMES = ("a_cyl", "af_cyl_C1", "f_cyl_C2", "b_cyl_0.2", "c_cyl")


@pytest.mark.parametrize("case_id", WITH_IMPEDANCE)
def test_that_the_impedance_is_that_of_the_reference_within_0_3_percent(solved_case: Solved, case_id: str) -> None:
    case = solved_case(case_id)
    assert case.field().impedance_ohm == pytest.approx(case.stated["impedance_ohm"], rel=0.003)


@pytest.mark.parametrize("case_id", WITH_VOLUMES)
@pytest.mark.parametrize(("amplitude_ma", "threshold"), [(1.0, 0.2), (1.0, 0.15), (3.0, 0.2), (3.0, 0.15)])
def test_that_the_activated_volume_is_that_of_the_reference_within_1_percent(
    solved_case: Solved, case_id: str, amplitude_ma: float, threshold: float
) -> None:
    case = solved_case(case_id)
    stated = case.stated["vta_mm3"][f"{amplitude_ma:.0f}mA_E>{threshold}"]
    assert case.field(amplitude_ma).activated(threshold).volume_mm3 == pytest.approx(stated, rel=0.01)


@pytest.mark.parametrize("case_id", list(SETUPS))
def test_that_the_field_strength_is_that_of_the_reference_at_its_points(solved_case: Solved, case_id: str) -> None:
    case = solved_case(case_id)
    places = case.points()
    off_lead = case.units.grid.from_lead(places.xyz)[2]
    error = np.abs(case.field().at(places).magnitude_v_mm / case.magnitudes() - 1.0)
    # The issue asks 1 % median and 3 % at the 90th percentile from 0.35 mm off the lead on; closer, edges rule.
    assert np.median(error) < 0.005
    assert np.quantile(error[off_lead >= 0.35], 0.9) < 0.015


def test_that_the_contact_resistance_matrix_is_that_of_the_reference(
    solved_case: Solved, reference: dict[str, Any]
) -> None:
    stated = np.array(reference["floating_basis_3389"]["R"])
    assert np.abs(solved_case("af_cyl_C1").units.resistance_ohm / stated - 1.0).max() < 0.003


def test_that_potentials_are_negative_around_a_cathode_and_those_of_the_reference(solved_case: Solved) -> None:
    case = solved_case("a_cyl")
    stated = np.array([one["V"] for one in case.stated["points_rz"]])
    volts = case.field().at(case.points()).volts
    assert (volts < 0).all()
    assert np.abs(volts - stated).max() < 0.003 * np.abs(stated).max()


@pytest.mark.parametrize("case_id", ["a_cyl", "c_cyl"])
def test_that_the_surface_encloses_the_volume_counted_by_cells(solved_case: Solved, case_id: str) -> None:
    activated = solved_case(case_id).field(3.0).activated(0.2)
    # Chords of the surface lie inside the round shape: some 0.3 % at 64 angles.
    assert enclosed_mm3(activated.surface) == pytest.approx(activated.volume_mm3, rel=0.01)
