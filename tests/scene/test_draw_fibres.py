"""Bundles: firing fibres are thick, the others thin, and a ball stands where a spike starts."""

import numpy as np
import pytest

from planner.scene.display import FibreDisplay
from planner.scene.draw_fibres import FIRING_PX, MOST_BALLS, QUIET_PX, fibre_actors, line_data
from planner.scene.fibre_marks import crossings, fibre_marks
from planner.scene.overlay import Fill
from planner.scene.planes import Raster, SlicePlane
from planner.scene.space_scene import SpaceScene
from planner.scene.vtk_bridge import new_renderer


def bundle(fires: list[bool], aside: list[bool], balls: int = 0) -> FibreDisplay:
    """Three straight fibres of 2, 3 and 4 points."""
    points = np.array([(x, 0.0, float(z)) for x, count in enumerate((2, 3, 4)) for z in range(count)])
    starts = np.array([0, 2, 5, 9], dtype=np.int64)
    return FibreDisplay("b", points, starts, np.array(fires), np.array(aside), np.zeros((balls, 3)), (120, 200, 255))


def test_that_each_fibre_is_one_line_of_its_own_points() -> None:
    shown = bundle([True, False, True], [False] * 3)
    data = line_data(shown.points, shown.starts, shown.fires)
    assert data.GetNumberOfLines() == 2
    assert data.GetLines().GetNumberOfConnectivityIds() == 6


def test_that_firing_fibres_are_told_by_thickness_and_not_by_colour_alone() -> None:
    actors = fibre_actors(bundle([True, False, False], [False, False, True], balls=1))
    widths = [actor.GetProperty().GetLineWidth() for actor in actors[:3]]
    assert sorted(widths) == pytest.approx([QUIET_PX, QUIET_PX, FIRING_PX])
    assert len(actors) == 4
    assert len(fibre_actors(bundle([False] * 3, [False] * 3))) == 1


def test_that_only_so_many_balls_are_drawn() -> None:
    few, many = (fibre_actors(bundle([True] * 3, [False] * 3, balls=n))[-1] for n in (1, 5 * MOST_BALLS))
    per_ball = few.GetMapper().GetInput().GetNumberOfPoints()
    assert many.GetMapper().GetInput().GetNumberOfPoints() == MOST_BALLS * per_ball


def test_that_the_same_bundles_are_not_made_anew() -> None:
    scene = SpaceScene(new_renderer())
    shown = (bundle([True, False, False], [False] * 3, balls=1),)
    scene.set_fibres(shown)
    before = scene._groups["fibres"]
    scene.set_fibres(shown)
    assert scene._groups["fibres"] is before
    scene.set_fibres(())
    assert scene._groups["fibres"] == []


def test_that_a_slice_marks_where_fibres_go_through_it_and_never_between_two_fibres() -> None:
    raster = Raster(SlicePlane.axial((0.0, 0.0, 1.5), "s"), 100.0, 100.0, 0.1)
    shown = bundle([False, True, False], [False, False, True])
    places, which = crossings(raster, shown.points, shown.starts)
    assert which.tolist() == [1, 2]  # the first ends below, at 1 mm
    assert np.allclose(places, [(1.0, 0.0, 1.5), (2.0, 0.0, 1.5)])
    marks = fibre_marks(raster, (shown,))
    assert len(marks) == 2  # a bright square with its edge; what was set aside is left out
    assert isinstance(marks[0], Fill)
