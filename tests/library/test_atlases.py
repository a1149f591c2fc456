import numpy as np

from planner.library.atlases import landmarks, template


def test_that_the_template_is_symmetric_and_its_maps_share_its_grid() -> None:
    atlas = template()
    values = np.asarray(atlas.t1.values)
    assert np.array_equal(values, values[::-1])
    assert atlas.grey.grid.matches(atlas.t1.grid)
    assert atlas.white.grid.matches(atlas.t1.grid)


def test_that_ac_and_pc_are_those_published_for_the_template() -> None:
    marks = landmarks()
    assert np.allclose(marks.ac, [-0.12, 2.55, -4.82], atol=0.01)
    assert np.allclose(marks.pc, [0.14, -25.12, -2.10], atol=0.01)
    assert sorted(marks.afids) == list(range(1, 33))
    assert marks.names[20] == "splenium of CC"
    assert marks.licence == "CC BY 4.0"
    assert marks.space == template().t1.space


def test_that_the_midline_points_lie_on_the_plane_of_symmetry_above_the_commissures() -> None:
    points = np.array(landmarks().midline)
    assert np.allclose(points[:, 0], 0.0)
    assert points[:, 2].mean() > landmarks().ac[2] + 20.0


def test_that_the_landmarks_lie_inside_the_brain_of_the_template() -> None:
    grid = template().t1.grid
    index = np.rint(grid.to_index(np.array(list(landmarks().afids.values())))).astype(int)
    lows, highs = index.min(axis=0), index.max(axis=0)
    assert (lows > 30).all()
    assert (highs < np.array(grid.shape) - 30).all()
