"""Geometry and membrane of the MRG axon."""

import numpy as np
import pytest

from planner.axons import mrg
from planner.axons.cable import REST_MV
from planner.axons.reference_path import rates
from planner.errors import PlannerError


def test_that_a_tabulated_fibre_has_the_published_dimensions() -> None:
    shape = mrg.geometry(10.0)
    assert (shape.axon_um, shape.node_um, shape.node_spacing_um, shape.lamellae) == (6.9, 3.3, 1150.0, 120.0)
    assert shape.lengths_um.sum() == pytest.approx(1149.0)
    assert shape.lengths_um[2] == pytest.approx(175.16666666666666)  # as in the reference thresholds


def test_that_between_two_rows_of_the_table_the_fibre_lies_between() -> None:
    low, middle, high = (mrg.geometry(d) for d in (8.7, 9.35, 10.0))
    assert middle.node_spacing_um == pytest.approx(0.5 * (low.node_spacing_um + high.node_spacing_um))


@pytest.mark.parametrize("fibre_um", [1.9, 16.1, -3.0, float("nan")])
def test_that_a_diameter_out_of_range_is_refused_with_the_range(fibre_um: float) -> None:
    with pytest.raises(PlannerError, match="2 to 16 µm") as caught:
        mrg.geometry(fibre_um)
    assert caught.value.code == "fibre-diameter"


def test_that_an_unknown_model_is_refused_with_those_there_are() -> None:
    with pytest.raises(PlannerError, match=r"mrg, mrg-20\.4") as caught:
        mrg.cable("hodgkin", 10.0)
    assert caught.value.code == "axon-model"


def test_that_the_rates_are_the_published_formulas() -> None:
    """alpha_m and beta_h at −60 mV by hand, 37 °C; alpha_m has 20.4 mV instead of 21.4 in the other variant."""
    volts = np.array([[-60.0 - REST_MV]])
    q1, q2 = 2.2**1.7, 2.9**1.7
    for name, offset in ((mrg.MRG, 21.4), (mrg.MRG_AS_PUBLISHED, 20.4)):
        opening, closing = rates(mrg.cable(name, 10.0), volts)
        x = -60.0 + offset
        assert opening[0, 0, 0] == pytest.approx(q1 * 1.86 * x / (1.0 - np.exp(-x / 10.3)), rel=1e-12)
        assert closing[1, 0, 0] == pytest.approx(q2 * 2.3 / (1.0 + np.exp(28.2 / 13.4)), rel=1e-12)


def test_that_rates_are_continuous_where_their_formula_is_zero_over_zero() -> None:
    near = np.array([[-21.4 - REST_MV - 1e-7, -21.4 - REST_MV, -21.4 - REST_MV + 1e-7]])
    opening, _closing = rates(mrg.cable(mrg.MRG, 10.0), near)
    assert np.ptp(opening[0]) < 1e-6
