"""Tissue that conducts differently along and across its fibres."""

from dataclasses import replace

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
    Resolution,
    TensorTissue,
    Tissue,
    UnitSolutions,
    solve_units,
)
from planner.field.cross import cross_terms
from planner.field.current import currents_of
from planner.field.edges import corrected
from planner.field.grid import make_grid
from planner.field.metric import metric_of
from planner.field.sampling import sample
from planner.field.system import faces_of, half_faces, owners
from planner.field.tensors import PLACES, along_fibres, angles_for, by_diffusivity, by_volume, directions_beside
from planner.geometry import Curve, Grid, Points
from planner.progress import SILENT
from tests.field.conftest import COARSE
from tests.field.test_activated import ball
from tests.field.test_readings import outward

POINT_LIKE = LeadShape(0.02, (ContactShape("0", 0.0, 0.03, includes_tip=True),))
SOURCE = np.array([0.0, 0.0, 0.015])
FAR = Domain(190.0, 190.0)
WHITE = np.diag([0.083, 0.083, 0.6])
COARSE_OPTIONS = FieldOptions(resolution=COARSE)


def turned(matrix: np.ndarray, axis: tuple[float, float, float], degrees: float) -> np.ndarray:
    unit = np.array(axis) / np.linalg.norm(axis)
    cross = np.array([[0, -unit[2], unit[1]], [unit[2], 0, -unit[0]], [-unit[1], unit[0], 0]])
    angle = np.radians(degrees)
    turn = np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
    return turn @ matrix @ turn.T


def point_field(points: np.ndarray, sigma: np.ndarray) -> np.ndarray:
    """V/mm of a 1 mA cathode in a constant tensor (field.md, "anisotropic point source", any axes)."""
    away, inverse = points - SOURCE, np.linalg.inv(sigma)
    reach = np.einsum("ij,jk,ik->i", away, inverse, away)
    return -(away @ inverse) / (4 * np.pi * np.sqrt(np.linalg.det(sigma)) * reach[:, None] ** 1.5)


TENSORS = {
    "along": WHITE,
    "across": np.diag([0.6, 0.083, 0.083]),
    "oblique": turned(WHITE, (0, 1, 0), 45),
    "turned": turned(WHITE, (1, 2, 0.5), 70),
    "head": np.diag([0.12, 1.2, 0.12]),
}


def uniform(sigma: np.ndarray, capsule: Capsule | None = None, space: str = "lead") -> Conductor:
    return Conductor(TensorTissue.uniform(sigma, space), capsule or Capsule())


@pytest.fixture(scope="module", params=[pytest.param(name, marks=pytest.mark.slow) for name in TENSORS])
def point_source(request: pytest.FixtureRequest) -> tuple[np.ndarray, FieldMap]:
    sigma = TENSORS[request.param]
    units = solve_units(POINT_LIKE, Pose.upright(), uniform(sigma), SILENT, FieldOptions(domain=FAR))
    return sigma, units.combine({"0": -1.0}, 1.0, 1.0)


def test_that_a_point_source_has_the_field_of_its_tensor(point_source: tuple[np.ndarray, FieldMap]) -> None:
    sigma, field = point_source
    points = np.random.default_rng(1).normal(size=(400, 3))
    points *= (np.random.default_rng(2).uniform(1, 5, 400) / np.linalg.norm(points, axis=1))[:, None]
    points = points[(np.hypot(points[:, 0], points[:, 1]) > 0.3) | (points[:, 2] < 0)]
    found, expected = field.at(Points.of(points, "lead")).field_v_mm, point_field(points, sigma)
    strength = np.linalg.norm(found, axis=1) / np.linalg.norm(expected, axis=1) - 1.0
    # Measured: median 0.2 to 0.4 %, p90 0.6 to 2.9 %.
    assert np.median(np.abs(strength)) < 0.006
    assert np.quantile(np.abs(strength), 0.9) < 0.035
    error = np.linalg.norm(found - expected, axis=1) / np.linalg.norm(expected, axis=1)
    assert np.median(error) < 0.01


def test_that_the_field_below_the_tip_points_where_the_tensor_sends_it(
    point_source: tuple[np.ndarray, FieldMap],
) -> None:
    sigma, field = point_source
    points = np.array([(0.0, 0.0, -z) for z in (1.0, 1.5, 2.0, 3.0, 4.0)])
    expected = point_field(points, sigma)
    error = np.linalg.norm(field.at(Points.of(points, "lead")).field_v_mm - expected, axis=1)
    assert (error / np.linalg.norm(expected, axis=1)).max() < 0.03


@pytest.mark.slow
def test_that_a_sphere_has_the_resistance_of_its_tensor() -> None:
    """A tip so large that the shaft is small beside it: between spheroids in stretched coordinates, see below."""
    # x' = x / sqrt(sigma_x): the isotropic problem of an ellipsoid; for sigma = diag(c, c, a) its semi-axes are
    # r / sqrt(c), r / sqrt(c), r / sqrt(a), an oblate or prolate spheroid, R' = arccosh(c'/b')/(4 pi sqrt(c'^2-b'^2)).
    across, along, radius = 0.6, 0.15, 1.0
    b, c = radius / np.sqrt(across), radius / np.sqrt(along)
    stretched = np.arccosh(c / b) / (4 * np.pi * np.sqrt(c**2 - b**2))
    expected = 1000.0 * stretched / np.sqrt(across**2 * along)
    # 2 mm contact over a sphere's surface: the tip's hemisphere and as much of the shaft.
    lead = LeadShape(2 * radius, (ContactShape("0", 0.0, 2.0 * radius, includes_tip=True),))
    sigma = np.diag([across, across, along])
    units = solve_units(lead, Pose.upright(), uniform(sigma), SILENT, FieldOptions(domain=FAR))
    plain = solve_units(lead, Pose.upright(), Conductor.uniform(0.2), SILENT, FieldOptions(domain=FAR))
    sphere = 1000.0 / (4 * np.pi * 0.2 * radius)
    # Not a sphere: a rod end. Its own ratio to the sphere in plain tissue carries most of the difference.
    assert units.resistance_ohm[0, 0] / expected == pytest.approx(plain.resistance_ohm[0, 0] / sphere, rel=0.08)


@pytest.mark.parametrize("capsule_mm", [pytest.param(0.0, marks=pytest.mark.slow), 0.2])
def test_that_a_tensor_that_is_the_same_in_every_direction_is_a_number(
    directional_lead: LeadShape, capsule_mm: float
) -> None:
    capsule = Capsule(capsule_mm, 0.1)
    plain = solve_units(directional_lead, Pose.upright(), Conductor.uniform(0.2, capsule), SILENT, COARSE_OPTIONS)
    tensor = solve_units(directional_lead, Pose.upright(), uniform(0.2 * np.eye(3), capsule), SILENT, COARSE_OPTIONS)
    assert np.abs(tensor.conductance_ms - plain.conductance_ms).max() < 1e-6 * np.abs(plain.conductance_ms).max()
    assert np.abs(tensor.volts - plain.volts).max() < 1e-6


def system(lead: LeadShape, conductor: Conductor, conductors: tuple[str, ...]) -> np.ndarray:
    grid = make_grid(lead, conductor.capsule.thickness_mm, Domain(10.0, 12.0), replace(COARSE, away_growth=2.0))
    sigma = sample(conductor, grid, Pose.upright())
    halves = half_faces(grid, metric_of(grid), sigma)
    faces = corrected(faces_of(halves, owners(grid, lead, conductors), is_grounded=True), grid)
    return cross_terms(grid, sigma, halves, faces, len(conductors)).matrix


@pytest.mark.slow
def test_that_finer_cells_hardly_change_a_tensors_field(lead_3389: LeadShape) -> None:
    conductor = uniform(turned(WHITE, (1, 2, 0.5), 70), Capsule(0.1, 0.1))
    points = np.random.default_rng(0).normal(size=(300, 3))
    points *= (np.random.default_rng(1).uniform(1.2, 5.0, 300) / np.linalg.norm(points, axis=1))[:, None]
    found = []
    for resolution in (Resolution(), Resolution(0.025, 1.16, 0.1, 0.04, 1.08, angles=96)):
        units = solve_units(lead_3389, Pose.upright(), conductor, SILENT, FieldOptions(("C2",), resolution=resolution))
        field = units.combine({"C2": -1.0}, 1.0, 1.0)
        strength = field.at(Points.of(points + (0.0, 0.0, 4.25), "lead")).magnitude_v_mm  # noqa: RUF005 - numbers
        found.append((field.impedance_ohm, strength, field.activated(0.1).volume_mm3))
    (usual_ohm, usual, usual_mm3), (fine_ohm, fine, fine_mm3) = found
    assert usual_ohm == pytest.approx(fine_ohm, rel=0.005)  # against cells half as large: 0.33 %
    error = np.abs(usual / fine - 1.0)[np.isfinite(usual)]
    assert np.median(error) < 0.005
    assert np.quantile(error, 0.9) < 0.02
    assert usual_mm3 == pytest.approx(fine_mm3, rel=0.01)


@pytest.mark.parametrize("sigma", [turned(np.diag([0.012, 1.2, 0.12]), (1, 2, 3), 50), TENSORS["head"]])
def test_that_the_system_is_symmetric_and_positive_whatever_the_tensor(lead_3389: LeadShape, sigma: np.ndarray) -> None:
    from scipy.sparse.linalg import eigsh

    matrix = system(lead_3389, uniform(sigma, Capsule(0.2, 0.1)), ("C2",))
    assert abs(matrix - matrix.T).max() < 1e-12 * abs(matrix).max()
    smallest = eigsh(matrix, k=1, sigma=0.0, which="LM", return_eigenvectors=False)[0]
    assert smallest > 0
    rough = np.random.default_rng(0).normal(size=(matrix.shape[0], 20))
    assert (np.einsum("ij,ij->j", rough, matrix @ rough) > 0).all()


@pytest.fixture(scope="module")
def tilted(directional_lead: LeadShape) -> UnitSolutions:
    return solve_units(
        directional_lead,
        Pose.upright(),
        uniform(turned(WHITE, (1, 2, 0.5), 70), Capsule(0.1, 0.1)),
        SILENT,
        COARSE_OPTIONS,
    )


def test_that_contacts_act_on_each_other_alike_in_a_tensor(tilted: UnitSolutions) -> None:
    matrix = tilted.resistance_ohm
    assert np.abs(matrix - matrix.T).max() < 1e-4 * matrix.max()
    assert (np.linalg.eigvalsh(tilted.conductance_ms) > 0).all()


@pytest.mark.parametrize("capsule_mm", [pytest.param(0.0, marks=pytest.mark.slow), 0.2])
def test_that_the_current_through_a_closed_surface_is_the_programmes_in_a_tensor(
    lead_3389: LeadShape, capsule_mm: float
) -> None:
    conductor = uniform(turned(WHITE, (1, 2, 0.5), 70), Capsule(capsule_mm, 0.1))
    units = solve_units(lead_3389, Pose.upright(), conductor, SILENT, COARSE_OPTIONS)
    field = units.combine({"C2": -0.7, "C3": -0.3}, 1.0, 2.0)
    currents = currents_of(units, field, conductor)
    for centre, radius, expected in (((0.0, 0.0, 4.25), 6.0, -2.0), ((4.0, 1.0, 3.0), 2.0, 0.0)):
        middle = np.array(centre)
        around = outward(ball(middle, radius, "lead"), middle)
        assert currents.through_ma(around) == pytest.approx(expected, abs=0.005)
    balance = (
        np.diff(currents.n, axis=2) + np.diff(currents.s, axis=1) + np.diff(currents.t, axis=0)
    )  # of every cell: nothing is lost
    assert np.abs(balance).max() < 1e-5
    assert currents.n[:, :, 0].sum() == pytest.approx(-2.0, rel=1e-4)


@pytest.mark.slow
def test_that_no_current_crosses_the_insulation(lead_3389: LeadShape) -> None:
    sigma = turned(WHITE, (1, 2, 0.5), 70)
    units = solve_units(lead_3389, Pose.upright(), uniform(sigma), SILENT)
    field = units.combine({"C2": -1.0}, 1.0, 1.0)
    angles = np.linspace(0, 2 * np.pi, 24, endpoint=False) + 0.05
    radius = 0.635 + 1e-4
    points = np.array([(radius * np.cos(a), radius * np.sin(a), z) for a in angles for z in (1.1, 3.25, 5.25, 10.0)])
    strength = field.at(Points.of(points, "lead")).field_v_mm
    normals = points * (1.0, 1.0, 0.0) / radius
    through = np.abs(np.einsum("ij,jk,ik->i", normals, sigma, strength))
    without = np.linalg.norm(strength @ sigma, axis=1)
    assert np.median(through / without) < 0.02
    assert np.quantile(through / without, 0.9) < 0.1  # cells of half a millimetre along the shaft above the contacts


@pytest.mark.slow
def test_that_a_tensor_turns_with_the_lead(lead_3389: LeadShape) -> None:
    turn = np.array([[0.36, 0.48, -0.8], [-0.8, 0.6, 0.0], [0.48, 0.64, 0.6]])
    sigma = turned(WHITE, (1, 2, 0.5), 70)
    pose = Pose.of((20.0, -30.0, 40.0), turn[:, 2], turn[:, 0], "world")
    here = solve_units(lead_3389, Pose.upright(), uniform(sigma), SILENT, COARSE_OPTIONS)
    there = solve_units(lead_3389, pose, uniform(turn @ sigma @ turn.T, space="world"), SILENT, COARSE_OPTIONS)
    assert np.abs(here.resistance_ohm / there.resistance_ohm - 1.0).max() < 1e-4


@pytest.mark.slow
def test_that_a_field_is_mirrored_with_its_tensor(lead_3389: LeadShape) -> None:
    mirror = np.diag([1.0, -1.0, 1.0])
    sigma = turned(WHITE, (1, 2, 0.5), 70)
    points = np.array([(1.5, 1.0, 3.0), (-2.0, 0.4, 4.0), (0.3, 2.0, -1.0)])
    fields = []
    for tensor, places in ((sigma, points), (mirror @ sigma @ mirror, points @ mirror)):
        units = solve_units(lead_3389, Pose.upright(), uniform(tensor), SILENT, COARSE_OPTIONS)
        fields.append(units.combine({"C2": -1.0}, 1.0, 1.0).at(Points.of(places, "lead")).field_v_mm)
    assert np.abs(fields[0] @ mirror - fields[1]).max() < 0.01 * np.abs(fields[0]).max()


def layers(count: int, spacing_mm: float, border_mm: float) -> tuple[Grid, np.ndarray]:
    """A cube around the lead, and which voxels lie above z = border."""
    affine = np.diag([spacing_mm, spacing_mm, spacing_mm, 1.0])
    affine[:3, 3] = spacing_mm / 2 - 50.0
    affine[2, 3] = border_mm + spacing_mm * (0.5 - count // 2)
    grid = Grid.of((count, count, count), affine, "lead")
    z = affine[2, 3] + spacing_mm * np.arange(count)
    return grid, np.broadcast_to(z > border_mm, grid.shape)


@pytest.mark.slow
def test_that_a_slab_of_fibres_stands_at_the_same_place_whatever_its_voxels(
    lead_3389: LeadShape,
) -> None:
    found = []
    for spacing in (0.5, 1.0, 2.0):
        grid, is_above = layers(round(100 / spacing), spacing, 4.0)
        six = along_fibres(np.where(is_above[..., None], (1.0, 0.0, 1.0), 0.0), 0.6, 0.083)
        conductor = Conductor(TensorTissue.of(grid, six, Tissue.uniform(0.2)))
        found.append(solve_units(lead_3389, Pose.upright(), conductor, SILENT, COARSE_OPTIONS).resistance_ohm)
    assert np.abs(found[0] / np.array(found[1:]) - 1.0).max() < 0.003


def test_that_fibres_conduct_along_and_across() -> None:
    six = along_fibres([(0, 0, 2.0), (0, 0, 0), (1, 1, 0)], 0.6, 0.083)
    assert six[0] == pytest.approx([0.083, 0.083, 0.6, 0, 0, 0])
    assert not six[1].any()
    assert six[2] == pytest.approx([0.3415, 0.3415, 0.083, 0.2585, 0, 0])


def test_that_each_fibre_may_have_its_own_conductivities() -> None:
    six = along_fibres([(0, 0, 1.0), (1, 0, 0)], np.array([0.6, 1.2]), np.array([0.083, 0.12]))
    assert six[:, :3] == pytest.approx(np.array([[0.083, 0.083, 0.6], [1.2, 0.12, 0.12]]), rel=1e-6)


def test_that_diffusion_gives_conductivity_by_either_mapping() -> None:
    diffusion = np.array([[1.7, 0.4, 0.3, 0.0, 0.0, 0.0], [0] * 6, [np.nan] * 6, [-1, -1, -1, 0, 0, 0]])
    volume, linear = by_volume(diffusion, 0.126), by_diffusivity(diffusion)
    assert np.cbrt(volume[0, :3].prod()) == pytest.approx(0.126, rel=1e-6)
    assert volume[0, 0] / volume[0, 1] == pytest.approx(1.7 / 0.4, rel=1e-5)
    assert linear[0, :3] == pytest.approx(0.844 * diffusion[0, :3], rel=1e-6)
    assert not volume[1:].any()
    assert not linear[1:].any()


def test_that_noise_in_diffusion_stays_within_ten_to_one() -> None:
    six = by_volume([[1.7, 0.01, -0.02, 0.0, 0.0, 0.0]], 0.126)[0]
    assert six[0] / six[2] == pytest.approx(10.0, rel=1e-5)


def test_that_the_columns_of_a_cord_follow_its_line() -> None:
    grid = Grid.of((5, 5, 21), np.diag([1.0, 1.0, 1.0, 1.0]), "w")
    line = Curve.of([(2, 2, 0), (2, 2, 10), (2, 7, 20)], "w")
    is_white = np.zeros(grid.shape, dtype=bool)
    is_white[1:4, 1:4] = True
    ways = directions_beside(line, grid, is_white)
    assert ways[2, 2, 3] == pytest.approx([0, 0, 1])
    assert ways[2, 3, 19] == pytest.approx(np.array([0, 0.4472, 0.8944]), abs=1e-3)
    assert not ways[0, 0, 0].any()


@pytest.mark.parametrize(("ratio", "angles"), [(1.0, 1), (2.0, 48), (7.2, 64), (10.0, 64)])
def test_that_more_anisotropy_takes_more_angles(ratio: float, angles: int) -> None:
    assert angles_for(ratio) == angles


def test_that_only_anisotropy_across_the_shaft_takes_more_angles() -> None:
    assert TensorTissue.uniform(WHITE, "lead").ratio_across(Pose.upright()) == pytest.approx(1.0)
    across = Pose.of((0, 0, 0), (1, 0, 0), (0, 0, 1), "lead")
    assert TensorTissue.uniform(WHITE, "lead").ratio_across(across) == pytest.approx(0.6 / 0.083, rel=1e-5)


def six_of(matrix: np.ndarray) -> np.ndarray:
    return np.array([matrix[place] for place in PLACES])


@pytest.mark.parametrize(
    "six", [six_of(np.diag([0.2, 0.2, -0.1])), six_of(np.diag([0.2, 0.2, np.nan])), six_of(np.ones((3, 3)))]
)
def test_that_a_tensor_that_does_not_conduct_everywhere_is_refused(six: np.ndarray) -> None:
    grid = Grid.of((2, 1, 1), np.eye(4), "w")
    with pytest.raises(PlannerError) as caught:
        TensorTissue.of(grid, np.stack([six_of(0.2 * np.eye(3)), six]).reshape(2, 1, 1, 6), Tissue.uniform(0.2))
    assert caught.value.code == "tensor"
    assert "1" in caught.value.text


def test_that_an_image_with_skewed_axes_is_refused() -> None:
    affine = np.eye(4)
    affine[0, 1] = 0.2
    with pytest.raises(PlannerError) as caught:
        TensorTissue.of(Grid.of((1, 1, 1), affine, "w"), np.ones((1, 1, 1, 6)), Tissue.uniform(0.2))
    assert caught.value.code == "image-axes"


def test_that_broken_fibres_are_refused() -> None:
    with pytest.raises(PlannerError) as caught:
        along_fibres([(np.nan, 0, 0)], 0.6, 0.083)
    assert caught.value.code == "fibre-direction"
    with pytest.raises(PlannerError) as caught:
        along_fibres([(1.0, 0, 0)], 0.6, -0.083)
    assert caught.value.code == "conductivity"


def test_that_tensors_of_another_space_are_refused(lead_3389: LeadShape) -> None:
    with pytest.raises(SpaceMismatchError):
        solve_units(lead_3389, Pose.upright(), uniform(WHITE, space="elsewhere"), SILENT)


def test_that_the_resolution_of_a_person_is_kept_where_it_is_finer() -> None:
    from planner.field.solver import fitting

    across = Pose.of((0, 0, 0), (1, 0, 0), (0, 0, 1), "lead")
    assert fitting(Resolution(angles=96), uniform(WHITE), across).angles == 96
    assert fitting(Resolution(), uniform(WHITE), across).angles == 64
