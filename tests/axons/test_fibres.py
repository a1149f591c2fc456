"""Fibres, their nodes, and the potential there."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from planner.axons.fibres import Fibre, arc_fibre, straight_fibre
from planner.axons.nodes import (
    ADDED_NODES,
    Placing,
    inside_model,
    known_nodes,
    natural_spline,
    node_potentials,
    place_nodes,
    through_lead,
)
from planner.errors import RefusedError
from planner.geometry.arrays import FloatArray


class Sphere:
    """1/r about the origin; nothing within ``hole_mm`` (a lead) nor beyond ``reach_mm``."""

    def __init__(self, hole_mm: float = 0.0, reach_mm: float = 1e9) -> None:
        self.hole_mm, self.reach_mm = hole_mm, reach_mm

    def at(self, xyz_mm: FloatArray) -> FloatArray:
        r = np.linalg.norm(xyz_mm, axis=1)
        return np.where((r > self.hole_mm) & (r < self.reach_mm), 1.0 / np.maximum(r, 1e-9), np.nan)

    def in_lead(self, xyz_mm: FloatArray) -> NDArray[np.bool_]:
        return np.linalg.norm(xyz_mm, axis=1) <= self.hole_mm


def test_that_a_node_stands_abreast_of_the_place_or_half_an_internode_away() -> None:
    fibre = straight_fibre((0, 2, 0), (1, 0, 0), 20.0, 10.0, "s")
    for is_mid in (False, True):
        row = place_nodes(fibre, 1.15, Placing((0.3, 0, 0), is_mid_internode=is_mid, ends="as-is"))
        nearest = np.abs(row.xyz_mm[:, 0] - 0.3).min()
        assert nearest == pytest.approx(0.575 if is_mid else 0.0, abs=1e-9)
        assert np.allclose(np.diff(row.arc_mm), 1.15)


def test_that_nodes_on_a_circle_lie_on_the_circle_and_an_internode_apart_along_it() -> None:
    fibre = arc_fibre((0, 0, 0), (1, 0, 0), (0, 1, 0), 20.0, 30.0, 10.0, "s")
    row = place_nodes(fibre, 1.15, Placing(ends="as-is"))
    radius = np.linalg.norm(row.xyz_mm - np.array([0, 20.0, 0]), axis=1)
    assert np.abs(radius - 20.0).max() < 1e-3  # the spline through points 0.25 mm apart
    chord = np.linalg.norm(np.diff(row.xyz_mm, axis=0), axis=1)
    assert chord == pytest.approx(2 * 20.0 * np.sin(1.15 / 40.0), rel=1e-4)


def test_that_a_fibre_of_fewer_than_three_nodes_is_refused_in_words() -> None:
    with pytest.raises(RefusedError, match="at least three") as refused:
        place_nodes(straight_fibre((0, 0, 0), (1, 0, 0), 2.0, 10.0, "s"), 1.15, Placing())
    assert refused.value.code == "fibre-short"


def test_that_cut_ends_go_on_straight_and_terminal_ends_stay() -> None:
    fibre = Fibre.of([(-5, 2, 0), (5, 2, 0)], "s", 10.0, ends=("cut", "terminal"))
    row = place_nodes(fibre, 1.0, Placing())
    assert row.is_added.sum() == ADDED_NODES
    assert row.is_added[:ADDED_NODES].all()
    assert row.arc_mm[0] == pytest.approx(-10.0)
    assert np.allclose(row.xyz_mm[:, 1], 2.0)
    own = place_nodes(fibre, 1.0, Placing(ends="as-is"))
    assert not own.is_added.any()
    assert len(own) == 11


def test_that_a_tapered_end_has_a_slope_that_fades_to_nothing() -> None:
    fibre = straight_fibre((0, 2, 0), (1, 0, 0), 10.0, 10.0, "s")
    row = place_nodes(fibre, 1.0, Placing(ends="tapered"))
    (values,) = node_potentials([row], Sphere())
    slopes = np.abs(np.diff(values))
    assert slopes[:ADDED_NODES] == pytest.approx(slopes[ADDED_NODES] * np.arange(1, 11) / 11.0)


def test_that_a_fibre_through_the_lead_is_refused_and_one_outside_the_field_differently() -> None:
    through = straight_fibre((0, 0.2, 0), (1, 0, 0), 10.0, 10.0, "s")
    with pytest.raises(RefusedError, match="through the lead") as refused:
        node_potentials([place_nodes(through, 1.0, Placing())], Sphere(hole_mm=0.6))
    assert refused.value.code == "fibre-in-lead"
    outside = straight_fibre((0, 2, 0), (1, 0, 0), 30.0, 10.0, "s")
    with pytest.raises(RefusedError) as refused:
        node_potentials([place_nodes(outside, 1.0, Placing())], Sphere(reach_mm=10.0))
    assert refused.value.code == "fibre-outside-field"


def test_that_the_part_within_the_model_can_be_kept_with_tapered_ends() -> None:
    outside = straight_fibre((0, 2, 0), (1, 0, 0), 60.0, 10.0, "s")
    whole = place_nodes(outside, 1.0, Placing())
    row = inside_model(whole, known_nodes([whole], Sphere(reach_mm=10.0))[0])
    assert row is not None
    assert row.treatment == "tapered"
    own = row.xyz_mm[~row.is_added]
    assert np.linalg.norm(own, axis=1).max() < 10.0
    (values,) = node_potentials([row], Sphere(reach_mm=10.0))
    assert np.isfinite(values).all()
    assert inside_model(whole, known_nodes([whole], Sphere(reach_mm=2.05))[0]) is None


def test_that_a_fibre_whose_nodes_step_over_the_lead_still_meets_it() -> None:
    fibre = straight_fibre((0, 0.1, 0), (1, 0, 0), 20.0, 16.0, "s")
    row = place_nodes(fibre, 1.5, Placing((0.75, 0, 0), ends="as-is"))
    near = Sphere(hole_mm=0.6)
    assert np.isfinite(near.at(row.xyz_mm)).all()
    assert through_lead([row, place_nodes(fibre, 1.5, Placing((0, 0, 0)))], near).tolist() == [True, True]
    beside = place_nodes(straight_fibre((0, 0.7, 0), (1, 0, 0), 20.0, 16.0, "s"), 1.5, Placing())
    assert through_lead([beside, row], near).tolist() == [False, True]


@pytest.mark.parametrize(
    ("points", "code"),
    [
        ([(0, 0, 0)], "fibre-odd"),
        ([(0, 0, 0), (0, 0, 0)], "fibre-odd"),
        ([(0, 0, np.nan), (1, 0, 0)], "fibre-odd"),
        ([(0, 0), (1, 0)], "fibre-odd"),
    ],
)
def test_that_odd_lines_are_refused(points: list[tuple[float, ...]], code: str) -> None:
    with pytest.raises(RefusedError) as refused:
        Fibre.of(points, "s", 10.0)
    assert refused.value.code == code
    with pytest.raises(RefusedError, match="diameter"):
        Fibre.of([(0, 0, 0), (1, 0, 0)], "s", float("nan"))


def test_that_a_collateral_must_leave_between_the_ends() -> None:
    parent = straight_fibre((0, 0, 0), (1, 0, 0), 10.0, 10.0, "s")
    branch = straight_fibre((0, 5, 0), (0, 1, 0), 10.0, 5.0, "s")
    assert parent.with_branch(5.0, branch).branches[0].arc_mm == 5.0
    with pytest.raises(RefusedError) as refused:
        parent.with_branch(11.0, branch)
    assert refused.value.code == "branch-odd"


def test_that_the_spline_is_the_natural_cubic_one() -> None:
    """Against SciPy's, on uneven points."""
    from scipy.interpolate import CubicSpline

    chance = np.random.default_rng(0)
    at = np.cumsum(chance.uniform(0.3, 2.0, 30))
    values = np.cumsum(chance.normal(size=(30, 3)), axis=0)
    mine = natural_spline(at, values, 4)
    fine = np.concatenate([np.linspace(low, high, 4, endpoint=False) for low, high in pairwise(at)] + [at[-1:]])
    assert np.allclose(mine, CubicSpline(at, values, bc_type="natural")(fine), atol=1e-12)
    assert len(natural_spline(at[:3], values[:3], 4)) == 9
