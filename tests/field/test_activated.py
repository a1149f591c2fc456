import numpy as np
import pytest

from planner.errors import PlannerError, SpaceMismatchError
from planner.field import Activated, FieldMap, UnitSolutions
from planner.field.isosurface import enclosed_mm3
from planner.field.overlap import by_label, in_structures, points_inside, structure_cells
from planner.geometry import Grid, Points, Surface, Volume

THRESHOLD = 0.2


@pytest.fixture(scope="module")
def field(coarse_units: UnitSolutions) -> FieldMap:
    return coarse_units.combine({"C1": -1.0}, 1.0, 3.0)


@pytest.fixture(scope="module")
def activated(field: FieldMap) -> Activated:
    return field.activated(THRESHOLD)


def ball(centre: np.ndarray, radius_mm: float, space: str = "world") -> Surface:
    """An icosahedron divided five times."""
    golden = (1 + 5**0.5) / 2
    corners = [(0, a, b * golden) for a in (1, -1) for b in (1, -1)]
    vertices = [np.roll(c, turn) for turn in range(3) for c in corners]
    near = lambda i, j: abs(np.linalg.norm(vertices[i] - vertices[j]) - 2.0) < 1e-9  # noqa: E731
    faces = [
        (i, j, k) for i in range(12) for j in range(i) for k in range(j) if near(i, j) and near(j, k) and near(i, k)
    ]
    triangles = np.array([[vertices[one] for one in face] for face in faces])
    for _time in range(4):
        a, b, c = triangles[:, 0], triangles[:, 1], triangles[:, 2]
        ab, bc, ca = a + b, b + c, c + a
        parts = [(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)]
        triangles = np.concatenate(
            [np.stack([p / np.linalg.norm(p, axis=1, keepdims=True) for p in part], 1) for part in parts]
        )
    points = triangles.reshape(-1, 3) / np.linalg.norm(triangles.reshape(-1, 3), axis=1, keepdims=True)
    return Surface.of(centre + radius_mm * points, np.arange(len(points)).reshape(-1, 3), space)


def test_that_the_surface_is_closed_and_faces_outward(activated: Activated) -> None:
    triangles = activated.surface.triangles
    edges = np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]), axis=1)
    assert (np.unique(edges, axis=0, return_counts=True)[1] == 2).all()
    assert enclosed_mm3(activated.surface) == pytest.approx(activated.volume_mm3, rel=0.02)


def test_that_the_parts_sum_to_the_volume_and_lie_in_it(field: FieldMap, activated: Activated) -> None:
    assert activated.parts_mm3.sum() == pytest.approx(activated.volume_mm3, rel=1e-9)
    strength = field.at(Points.of(activated.places, "world")).magnitude_v_mm
    weak = strength < THRESHOLD * 0.97
    assert activated.parts_mm3[weak].sum() < 0.02 * activated.volume_mm3


def test_that_the_volume_is_that_of_random_points(field: FieldMap, activated: Activated) -> None:
    low, high = activated.surface.vertices.min(axis=0) - 0.2, activated.surface.vertices.max(axis=0) + 0.2
    points = np.random.default_rng(1).uniform(low, high, (60_000, 3))
    strength = field.at(Points.of(points, "world")).magnitude_v_mm
    counted = (strength >= THRESHOLD).mean() * np.prod(high - low)
    assert activated.volume_mm3 == pytest.approx(counted, rel=0.025)  # three standard errors of the counting are 1.6 %


def test_that_more_current_activates_more(coarse_units: UnitSolutions) -> None:
    volumes = [coarse_units.combine({"C1": -1.0}, 1.0, ma).activated(THRESHOLD).volume_mm3 for ma in (0.5, 1, 2, 4)]
    assert (np.diff(volumes) > 0).all()


def test_that_no_current_activates_nothing(coarse_units: UnitSolutions) -> None:
    nothing = coarse_units.combine({"C1": -1.0}, 1.0, 0.0).activated(THRESHOLD)
    assert nothing.volume_mm3 == 0.0
    assert len(nothing.surface.triangles) == 0


@pytest.mark.parametrize("threshold", [0.0, -0.2, float("nan")])
def test_that_a_threshold_that_cannot_be_is_refused(field: FieldMap, threshold: float) -> None:
    with pytest.raises(PlannerError) as caught:
        field.activated(threshold)
    assert caught.value.code == "threshold"


def test_that_a_volume_that_leaves_the_model_is_refused(field: FieldMap) -> None:
    with pytest.raises(PlannerError) as caught:
        field.activated(1e-5)
    assert caught.value.code == "domain"


def test_that_a_ball_is_told_from_its_outside() -> None:
    centre = np.array([3.0, 4.0, 5.0])
    points = centre + np.random.default_rng(2).uniform(-2.5, 2.5, (50_000, 3))
    found = points_inside(ball(centre, 2.0), points)
    truth = np.linalg.norm(points - centre, axis=1) < 2.0
    assert found.mean() == pytest.approx(truth.mean(), rel=0.01)
    assert (found != truth).mean() < 0.02  # the shell within half a raster step


def test_that_the_overlap_with_a_structure_is_that_of_random_points(
    coarse_units: UnitSolutions, field: FieldMap, activated: Activated
) -> None:
    centre = field.pose.to_world(np.array([[2.5, 0.0, 2.25]]))[0]
    balls = {"near": ball(centre, 1.5), "far": ball(centre + 50.0, 1.5)}
    inside = in_structures(field, activated, structure_cells(coarse_units, balls, 0.35))
    points = np.random.default_rng(3).uniform(-1.5, 1.5, (40_000, 3))
    points = centre + points[np.linalg.norm(points, axis=1) < 1.5]
    strength = field.at(Points.of(points, "world")).magnitude_v_mm
    counted = (strength >= THRESHOLD).mean() * 4.0 / 3.0 * np.pi * 1.5**3
    assert inside["near"].activated_mm3 == pytest.approx(counted, rel=0.05)
    assert inside["near"].strongest_v_mm == pytest.approx(np.nanmax(strength), rel=0.15)
    assert inside["far"].activated_mm3 == 0.0
    assert inside["far"].strongest_v_mm == 0.0


def test_that_the_volume_is_shared_out_over_labels(activated: Activated) -> None:
    middle = activated.places.mean(axis=0)
    affine = np.eye(4)
    affine[:3, 3] = middle - (10.0, 10.0, 9.5)
    labels = np.ones((21, 21, 20), dtype=np.uint8)
    labels[:, :, 10:] = 2
    shared = by_label(activated, Volume(Grid.of(labels.shape, affine, "world"), labels))
    below = activated.parts_mm3[activated.places[:, 2] < middle[2]].sum()
    assert shared[1] == pytest.approx(below)
    assert shared[1] + shared[2] == pytest.approx(activated.volume_mm3)


def test_that_a_structure_of_another_space_is_refused(coarse_units: UnitSolutions) -> None:
    with pytest.raises(SpaceMismatchError):
        structure_cells(coarse_units, {"x": ball(np.zeros(3), 1.0, "elsewhere")}, 0.35)
