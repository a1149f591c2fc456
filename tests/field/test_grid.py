import numpy as np
import pytest

from planner.field import Domain, LeadShape, Resolution
from planner.field.grid import LeadGrid, arc_of_height, make_grid
from planner.field.metric import metric_of


@pytest.fixture
def grid(lead_3389: LeadShape) -> LeadGrid:
    return make_grid(lead_3389, 0.2, Domain(40.0, 45.0), Resolution())


def test_that_the_cells_fill_the_half_ball_and_the_tube_around_the_lead(grid: LeadGrid) -> None:
    total = metric_of(grid).volume.sum() * grid.t_widths.sum()
    ball = 2.0 / 3.0 * np.pi * (40.0**3 - 0.635**3)
    tube = np.pi * (40.0**2 - 0.635**2) * (45.0 - 0.635)
    assert total == pytest.approx(ball + tube, rel=1e-12)


def test_that_faces_lie_on_contact_edges_encapsulation_and_shoulder(grid: LeadGrid) -> None:
    for height in (1.5, 3.0, 3.5, 5.0, 5.5, 7.0, 7.5, 9.0):
        assert np.abs(grid.s_mm - arc_of_height(0.635, height)).min() < 1e-9
    assert np.abs(grid.n_mm - 0.2).min() < 1e-9
    assert np.abs(grid.s_mm - grid.shoulder_mm).min() < 1e-9


def test_that_segment_sides_lie_on_faces(directional_lead: LeadShape) -> None:
    angles = np.degrees(make_grid(directional_lead, 0.0, Domain(), Resolution()).t_rad) % 360.0
    for side in (45.0, 315.0, 75.0, 165.0, 195.0, 285.0):
        assert np.abs(angles - side).min() < 1e-9
    assert np.diff(make_grid(directional_lead, 0.0, Domain(), Resolution()).t_rad).sum() == pytest.approx(2 * np.pi)


def test_that_points_go_to_the_grid_and_back(grid: LeadGrid) -> None:
    points = np.random.default_rng(3).uniform(-15, 15, (500, 3))
    t, s, n = grid.from_lead(points)
    outside = n > 0
    assert np.abs(grid.to_lead(t, s, n)[outside] - points[outside]).max() < 1e-9


def test_that_cells_grow_smoothly(grid: LeadGrid) -> None:
    for edges in (grid.n_mm, grid.s_mm):
        sizes = np.diff(edges)
        assert (sizes > 0).all()
        assert np.maximum(sizes[1:] / sizes[:-1], sizes[:-1] / sizes[1:]).max() < 2.2
