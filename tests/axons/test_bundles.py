"""Generated bundles: where they run, how many there are, and that a root bends into its column."""

import numpy as np
import pytest

from planner.axons.bundles import (
    CordBack,
    dorsal_columns,
    dorsal_root,
    fact,
    fibres_along,
    round_bundle,
    tract_between,
    white_matter_facts,
)
from planner.axons.fibres import Fibre
from planner.axons.models import fibre_model
from planner.axons.nodes import Placing
from planner.axons.preparing import Preparation, prepare
from planner.axons.sources import PointSources
from planner.errors import RefusedError
from planner.geometry.curve import Curve
from planner.geometry.surface import Surface

CORD = Curve.of([(0, 0, 100), (0, 0, 50), (0, 0, 0)], "s")


def square(z: float, half: float, *, is_turned: bool = False) -> Surface:
    corners = [(-half, -half, z), (half, -half, z), (half, half, z), (-half, half, z)]
    triangles = [(0, 2, 1), (0, 3, 2)] if is_turned else [(0, 1, 2), (0, 2, 3)]
    return Surface.of(corners, triangles, "s")


def test_that_every_fact_has_a_source_and_says_whether_it_was_read() -> None:
    assert all(one.source and one.kind in ("read", "memory") for one in white_matter_facts())
    assert fact("dorsal column", "fibres >10.7 um per 0.1 mm width").value == 2.4


def test_that_fibres_along_a_curve_keep_their_distance_from_it() -> None:
    angle = np.linspace(0.0, np.pi / 2, 60)
    curve = Curve.of(np.stack([0 * angle, 40 * np.sin(angle), 40 * np.cos(angle)], axis=1), "s")
    offsets = round_bundle(2.0, 50)
    assert np.linalg.norm(offsets, axis=1).max() <= 2.0
    for fibre, offset in zip(fibres_along(curve, offsets, 10.0), offsets, strict=True):
        inner = fibre.curve.xyz[3:-3]
        near = np.linalg.norm(inner[:, None] - curve.at(np.linspace(0, curve.length_mm, 2000))[None], axis=2).min(
            axis=1
        )
        assert near == pytest.approx(np.linalg.norm(offset), abs=0.05)


def test_that_a_tract_runs_from_one_surface_to_the_other_without_crossing_over() -> None:
    tract = tract_between(square(0.0, 10.0), square(50.0, 5.0, is_turned=True), 60, 5.7, name="T")
    starts = np.array([one.curve.xyz[0] for one in tract.fibres])
    ends = np.array([one.curve.xyz[-1] for one in tract.fibres])
    assert np.allclose(starts[:, 2], 0.0)
    assert np.allclose(ends[:, 2], 50.0)
    for axis in (0, 1):  # neighbours stay neighbours
        assert np.corrcoef(starts[:, axis], ends[:, axis])[0, 1] > 0.9
    leaving = np.array([one.curve.xyz[1] - one.curve.xyz[0] for one in tract.fibres])
    assert (leaving[:, 2] / np.linalg.norm(leaving, axis=1)).min() > 0.9
    again = tract_between(square(0.0, 10.0), square(50.0, 5.0, is_turned=True), 60, 5.7, name="T")
    assert all(np.array_equal(a.curve.xyz, b.curve.xyz) for a, b in zip(tract.fibres, again.fibres, strict=True))
    with pytest.raises(RefusedError):
        tract_between(square(0.0, 1.0), Surface.of(np.zeros((0, 3)), np.zeros((0, 3)), "s"), 5, 5.7)


def test_that_the_columns_hold_the_counted_number_of_large_fibres_just_under_the_surface() -> None:
    """2.4 fibres above 10.7 µm per 0.1 mm of width (Feirabend 2002): 96 over 4 mm."""
    group = dorsal_columns(CordBack(CORD, np.array([4.0, 4.0, 4.0])), 12.8)
    assert len(group.fibres) == 96
    assert "Feirabend" in group.source
    points = np.array([one.curve.xyz[5] for one in group.fibres])
    assert np.abs(points[:, 0]).max() <= 2.0
    depth = 4.0 + points[:, 1]  # the back is -y
    assert depth.min() >= 0.0
    assert depth.max() <= 0.3 + 1e-9


def test_that_collaterals_leave_sideways_and_can_be_prepared() -> None:
    group = dorsal_columns(CordBack(CORD, np.full(3, 4.0)), 10.0, count=2, collateral_every_mm=40.0)
    fibre = group.fibres[1]
    assert [branch.arc_mm for branch in fibre.branches] == [40.0]
    twig = fibre.branches[0].fibre
    assert twig.diameter_um == 5.0
    source = PointSources.of(np.array([[0.0, -8.0, 60.0]]), [-1.0], np.array(0.2))
    (one,) = prepare([fibre], fibre_model("mrg"), source, Preparation(Placing(ends="as-is")))
    assert one.field is not None
    assert len(one.field.collaterals) == 1
    assert len(one.field.collaterals[0].node_mv) >= 5


def test_that_a_root_bends_headwards_at_its_entry() -> None:
    root = Curve.of([(2.5, -3.0, 50.0), (8.0, -2.0, 40.0), (14.0, 0.0, 30.0)], "s")
    group = dorsal_root(root, CORD, 15.0, count=5)
    for fibre in group.fibres:
        first, last = fibre.curve.xyz[0], fibre.curve.xyz[-1]
        assert np.linalg.norm(first - np.array([14.0, 0.0, 30.0])) < 1.0
        assert last[2] > 75.0
        assert abs(last[0] - 2.5) < 1.0
        along = np.diff(fibre.curve.xyz, axis=0)
        along /= np.linalg.norm(along, axis=1, keepdims=True)
        assert (along[1:] * along[:-1]).sum(axis=1).min() > 0.8  # no kink


def test_that_too_many_fibres_are_refused() -> None:
    with pytest.raises(RefusedError, match="20000"):
        round_bundle(1.0, 30_000)
    assert isinstance(fibres_along(CORD, [(0.0, 0.0)], 5.7)[0], Fibre)
