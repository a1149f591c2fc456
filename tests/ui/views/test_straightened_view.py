"""The straightened view: one crosshair in both panes, names at the side, lengths along the canal."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from pytestqt.qtbot import QtBot

from planner.geometry import Curve, Grid, Points, Volume
from planner.scene.overlay import Words
from planner.scene.slices import SliceLayer
from planner.scene.straight_marks import LevelMark
from planner.ui.views.straight_pane import StraightPane
from planner.ui.views.straightened_view import StraightenedView

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

LEVELS = (LevelMark("T11", 40.0, 62.0, is_confirmed=True), LevelMark("T12", 66.0, 90.0), LevelMark("", 94.0, 118.0))


def bent_path() -> Curve:
    height = np.linspace(100.0, -100.0, 200)
    return Curve.of(np.stack([0 * height, 25.0 * np.sin(height / 50.0), height], axis=1), "ct")


def graded() -> Volume:
    """Values rise towards the patient's right (x) so that left and right can be told."""
    affine = np.diag([4.0, 4.0, 4.0, 1.0])
    affine[:3, 3] = (-80.0, -80.0, -120.0)
    values = np.broadcast_to(np.arange(41, dtype=np.int16)[:, None, None] * 10, (41, 41, 61))
    return Volume(Grid.of((41, 41, 61), affine, "ct"), np.ascontiguousarray(values))


@pytest.fixture
def view(qtbot: QtBot) -> StraightenedView:
    view = StraightenedView()
    qtbot.addWidget(view)
    view.resize(520, 480)
    view.set_layers((SliceLayer(graded(), (0.0, 400.0)),))
    view.set_path(bent_path())
    view.set_levels(LEVELS, ((100.0, 120.0),))
    with qtbot.waitExposed(view):
        view.show()
    return view


def centre_of(pane: StraightPane) -> QPoint:
    return QPoint(pane.width() // 2, pane.height() // 2)


def texts(pane: StraightPane) -> list[str]:
    return [mark.text for mark in pane._marks() if isinstance(mark, Words)]


def test_that_a_click_moves_the_crosshair_of_both_panes_and_is_told(view: StraightenedView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.cursor_moved) as moved:
        qtbot.mouseClick(view.sagittal, Qt.MouseButton.LeftButton, pos=centre_of(view.sagittal))
    wanted = view.sagittal.mm_at(QPointF(centre_of(view.sagittal)))
    assert np.array(moved.args) == pytest.approx(wanted)
    assert view.coronal.cursor_mm == pytest.approx(wanted)
    raster = view.sagittal.raster
    assert raster is not None
    assert raster.to_px(np.array(moved.args))[0] == pytest.approx(np.array(centre_of(view.sagittal).toTuple()) + 0.5)


def test_that_a_cursor_from_the_slices_takes_both_pictures_to_its_depth(view: StraightenedView) -> None:
    place = bent_path().at(80.0)[0] + np.array([7.0, 0.0, 0.0])
    view.set_cursor(*place.tolist())
    for pane in view.panes:
        assert pane.raster is not None
        assert pane.raster.height_mm(place)[0] == pytest.approx(0.0, abs=1e-9)
    assert view.sagittal.raster is not None
    assert view.sagittal.raster.depth_mm == pytest.approx(-7.0, abs=1e-6)


def test_that_the_wheel_goes_to_the_next_picture_towards_the_right(view: StraightenedView) -> None:
    view.set_cursor(*bent_path().at(80.0)[0].tolist())
    view.sagittal.step(3)
    assert view.sagittal.cursor_mm[0] == pytest.approx(3.0, abs=1e-6)
    assert view.coronal.cursor_mm[0] == pytest.approx(3.0, abs=1e-6)
    view.coronal.step(2)
    assert view.sagittal.cursor_mm[1] > bent_path().at(80.0)[0, 1] + 1.0


def test_that_zooming_one_pane_zooms_the_other_around_the_same_height(view: StraightenedView) -> None:
    fixed = bent_path().at(60.0)[0]
    assert view.sagittal.raster is not None
    before = view.sagittal.raster.to_px(fixed)[0]
    view.sagittal.zoom(2.0, fixed)
    one, other = view.sagittal.raster, view.coronal.raster
    assert one is not None
    assert other is not None
    assert one.to_px(fixed)[0] == pytest.approx(before, abs=1e-6)
    assert other.mm_per_px == one.mm_per_px
    assert other.centre_arc_mm == one.centre_arc_mm


def test_that_a_drag_with_the_measuring_tool_gives_the_length_along_the_canal(
    view: StraightenedView, qtbot: QtBot
) -> None:
    view.set_tool("measure")
    pane = view.sagittal
    raster = pane.raster
    assert raster is not None
    path = bent_path()
    ends = raster.to_px(path.at([5.0, 205.0]))
    lengths: list[float] = []
    view.measured.connect(lengths.append)
    pane.drag_lead("press", raster.to_world(*ends[0].tolist()))
    pane.drag_lead("release", raster.to_world(*ends[1].tolist()))
    assert lengths[-1] == pytest.approx(200.0, abs=1e-6)
    assert np.linalg.norm(path.at(205.0) - path.at(5.0)) < 199.0  # the straight distance is not it
    assert "200.0 mm along the canal" in texts(view.coronal)
    qtbot.keyClick(pane, Qt.Key.Key_Escape)
    assert lengths[-1] == -1.0
    assert "200.0 mm along the canal" not in texts(pane)


def test_that_a_dragged_measure_leaves_the_crosshair_where_it_was(view: StraightenedView, qtbot: QtBot) -> None:
    view.set_tool("measure")
    before = view.sagittal.cursor_mm.copy()
    qtbot.mousePress(view.sagittal, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    qtbot.mouseRelease(view.sagittal, Qt.MouseButton.LeftButton, pos=QPoint(100, 200))
    np.testing.assert_array_equal(view.sagittal.cursor_mm, before)


def test_that_a_name_nobody_confirmed_has_a_question_mark(view: StraightenedView) -> None:
    shown = texts(view.sagittal)
    assert "T11" in shown
    assert "T12?" in shown
    assert "–" in shown


def test_that_every_picture_says_research_only_and_which_way_it_is_seen(view: StraightenedView) -> None:
    assert "Research only" in texts(view.sagittal)
    assert "Straightened, sagittal" in texts(view.sagittal)
    assert "Straightened, coronal" in texts(view.coronal)
    assert {"R", "L"} <= set(texts(view.coronal))
    assert {"A", "P"} <= set(texts(view.sagittal))


def test_that_the_patients_right_is_on_the_left_of_the_coronal_picture(view: StraightenedView) -> None:
    picture = view.coronal.grab().toImage()
    y = picture.height() // 2 + 37
    left = picture.pixelColor(picture.width() // 2 - 40, y).red()
    right = picture.pixelColor(picture.width() // 2 + 40, y).red()
    assert left > right + 20  # values rise towards the patient's right


def test_that_without_a_canal_or_an_image_it_says_so(qtbot: QtBot) -> None:
    view = StraightenedView()
    qtbot.addWidget(view)
    assert "No image yet" in texts(view.sagittal)
    view.set_layers((SliceLayer(graded(), (0.0, 400.0)),))
    assert "No canal yet" in texts(view.sagittal)
    view.sagittal.step(1)
    view.sagittal.zoom(2.0, np.zeros(3))
    view.sagittal.move_cursor(np.array([1.0, 2.0, 3.0]))
    view.set_path(bent_path())
    view.set_path(None)
    assert view.sagittal.raster is None


def test_that_a_changed_window_is_changed_in_both_panes(view: StraightenedView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.window_changed):
        view.coronal.change_window(0.1, 0.0)
    assert view.sagittal.layers[0].window == view.coronal.layers[0].window != (0.0, 400.0)


def test_that_positions_of_the_crosshair_agree_in_both_panes(view: StraightenedView) -> None:
    assert view.sagittal.raster is not None
    point = view.sagittal.raster.to_world(90.0, 130.0)
    arcs = [
        pane.raster.along.to_straight(Points.of(point, "ct"))[0, 0] for pane in view.panes if pane.raster is not None
    ]
    assert arcs[0] == pytest.approx(arcs[1])
