"""Fibres, grids and surfaces read from a field, against the point source and the injected current."""

import numpy as np
import pytest

from planner.errors import PlannerError, SpaceMismatchError
from planner.field import (
    Capsule,
    Conductor,
    ContactShape,
    Domain,
    FieldMap,
    FieldOptions,
    LeadShape,
    Pose,
    Tissue,
    UnitSolutions,
    solve_units,
)
from planner.field.current import currents_of
from planner.field.readings import along_fibre, magnitude_on, volts_on
from planner.geometry import Curve, Grid, Points, Surface, Volume
from planner.progress import SILENT
from tests.field.conftest import COARSE
from tests.field.test_activated import ball

POINT_LIKE = LeadShape(0.1, (ContactShape("0", 0.0, 0.2, includes_tip=True),))


@pytest.fixture(scope="module")
def point_field() -> FieldMap:
    """A 1 mA cathode about as large as a point, 0.2 S/m."""
    options = FieldOptions(domain=Domain(190.0, 190.0))
    return solve_units(POINT_LIKE, Pose.upright(), Conductor.uniform(0.2), SILENT, options).combine({"0": -1.0}, 1.0, 1)


def test_that_the_activating_function_is_that_of_a_point_source(point_field: FieldMap) -> None:
    distance, step = 3.0, 0.5
    fibre = Curve.of([(distance, -8.0, 0.1), (distance, 8.0, 0.1)], "lead")
    reading = along_fibre(point_field, fibre, step)
    # Mean of the second derivative over a step: the field along the fibre, x / (4 pi sigma (x² + d²)^1.5), at its ends.
    edges = np.arange(len(reading.arc_mm) + 1) * step - 8.0
    along = -edges / (4 * np.pi * 0.2 * (edges**2 + distance**2) ** 1.5)
    expected = -np.diff(along) / step
    peak = 1.0 / (4 * np.pi * 0.2 * distance**3)  # a cathode depolarises what is nearest
    assert expected.max() == pytest.approx(peak, rel=0.05)  # the mean over the step beside it
    # 1 % of the peak: the shaft and the cells (0.1 % measured).
    assert np.abs(reading.activating_v_mm2 - expected).max() < 0.01 * peak
    assert reading.strongest_v_mm2 == pytest.approx(expected.max(), rel=0.01)
    assert np.abs(reading.arc_mm[reading.activating_v_mm2.argmax()] - 8.0) <= step


def test_that_a_fibre_shorter_than_its_spacing_is_refused(point_field: FieldMap) -> None:
    with pytest.raises(PlannerError) as caught:
        along_fibre(point_field, Curve.of([(3, 0, 0), (3.5, 0, 0)], "lead"), 1.0)
    assert caught.value.code == "fibre"


def test_that_a_grid_holds_what_its_points_say(coarse_units: UnitSolutions) -> None:
    field = coarse_units.combine({"C2": -1.0}, 1.0, 1.0)
    affine = np.array([[0.5, 0, 0, 9.0], [0, 0.4, 0.1, -6.0], [0, -0.1, 0.4, 3.0], [0, 0, 0, 1]])
    grid = Grid.of((5, 4, 3), affine, "world")
    points = Points.of(grid.to_world(np.argwhere(np.ones(grid.shape))), "world")
    samples = field.at(points)
    assert np.isnan(samples.volts).any()  # some voxels lie in the lead
    strengths, volts = magnitude_on(field, grid).values, volts_on(field, grid).values
    assert np.allclose(strengths.ravel(), samples.magnitude_v_mm, equal_nan=True, rtol=1e-6)
    assert np.allclose(volts.ravel(), samples.volts, equal_nan=True, rtol=1e-6)


def test_that_the_strongest_place_has_the_strongest_field(coarse_units: UnitSolutions) -> None:
    field = coarse_units.combine({"C2": -1.0}, 1.0, 1.0)
    strength, place = field.strongest(0.35)
    assert strength == field.strongest_v_mm(0.35)
    assert field.at(Points.of(place, "world")).magnitude_v_mm[0] == pytest.approx(strength, rel=0.03)  # centre
    height = coarse_units.pose.to_lead(Points.of(place, "world"))[0, 2]
    assert 3.3 < height < 5.2  # beside contact C2, 3.5 to 5 mm above the tip


def outward(surface: Surface, centre: np.ndarray) -> Surface:
    """The same triangles around ``centre``, all facing outward."""
    a, b, c = (surface.vertices[surface.triangles[:, corner]] - centre for corner in range(3))
    is_inward = np.einsum("ij,ij->i", a, np.cross(b, c)) < 0
    triangles = np.where(is_inward[:, None], surface.triangles[:, ::-1], surface.triangles)
    return Surface.of(surface.vertices, triangles, surface.space)


def patchy(space: str) -> Tissue:
    labels = np.random.default_rng(5).integers(0, 3, (30, 30, 30)).astype(np.uint8)
    affine = np.diag([2.0, 2.0, 2.0, 1.0])
    affine[:3, 3] = (-19.0, -34.0, -26.0)
    return Tissue.from_labels(Volume(Grid.of(labels.shape, affine, space), labels), {0: 1.6, 1: 0.28, 2: 0.13}, 0.2)


def test_that_what_flows_through_a_surface_is_what_its_contacts_give(coarse_units: UnitSolutions) -> None:
    pose = coarse_units.pose
    lead = LeadShape(1.27, tuple(ContactShape(f"C{k + 1}", 1.5 + 2 * k, 3.0 + 2 * k) for k in range(4)))
    conductor = Conductor(patchy("world"), Capsule(0.2, 0.1))
    units = solve_units(lead, pose, conductor, SILENT, FieldOptions(resolution=COARSE))
    currents = currents_of(units, units.combine({"C1": -0.6, "C2": -0.4}, 1.0, 2.0), conductor)
    inside = pose.to_world(np.array([[0.4, -0.3, 4.0], [0.0, 0.0, 1.75], [6.0, 1.0, 3.0], [0.3, 0.1, -1.5]]))
    # The whole array; the lower end of the lead up to between C1 and C2; tissue beside the lead; around its tip.
    for centre, radius, expected in zip(inside, (6.0, 1.5, 3.0, 2.0), (-2.0, -1.2, 0.0, 0.0), strict=True):
        # 0.25 %: quadrature over patches of very different conductivity (0.06 % measured).
        assert currents.through_ma(outward(ball(centre, radius), centre)) == pytest.approx(expected, abs=0.005)


def test_that_a_surface_of_another_space_is_refused(coarse_units: UnitSolutions) -> None:
    currents = currents_of(coarse_units, coarse_units.combine({"C1": -1.0}, 1.0, 1.0), Conductor.uniform(0.2))
    with pytest.raises(SpaceMismatchError):
        currents.through_ma(Surface.of(np.eye(3), [(0, 1, 2)], "elsewhere"))
