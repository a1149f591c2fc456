"""The four views together."""

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from planner.app.selection import Selection
from planner.scene.display import SurfaceDisplay
from planner.scene.slices import SliceLayer
from planner.ui.views import camera3d
from planner.ui.views.four_views import FourViews
from tests.scene.scene_samples import SPACE, ball_surface, marked_head, upright_lead

NO_KEY = Qt.KeyboardModifier.NoModifier
# Qt's off-screen platform says so of every window that has a smallest size.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def views(qtbot: QtBot) -> Iterator[FourViews]:
    four = FourViews(Selection())
    qtbot.addWidget(four, before_close_func=lambda widget: widget.shut())
    four.resize(640, 480)
    four.set_space(SPACE)
    four.set_layers((SliceLayer(marked_head("R"), (0.0, 1000.0)),))
    with qtbot.waitExposed(four):
        four.show()
    return four


def test_that_a_click_in_one_slice_moves_all_and_the_selection(views: FourViews, qtbot: QtBot) -> None:
    axial = views.slices["axial"]
    with qtbot.waitSignal(views.cursor_moved):
        qtbot.mouseClick(axial, Qt.MouseButton.LeftButton, pos=QPoint(60, 90))
    for view in views.slices.values():
        np.testing.assert_array_equal(view.cursor_mm, axial.cursor_mm)
    assert views._selection.cursor == pytest.approx(tuple(axial.cursor_mm))


def test_that_the_views_follow_the_selection(views: FourViews) -> None:
    views._selection.set_cursor((5.0, 6.0, 7.0))
    for view in views.slices.values():
        np.testing.assert_array_equal(view.cursor_mm, (5.0, 6.0, 7.0))


def test_that_double_click_maximises_and_restores(views: FourViews, qtbot: QtBot) -> None:
    coronal = views.slices["coronal"]
    qtbot.mouseDClick(coronal, Qt.MouseButton.LeftButton, pos=QPoint(30, 60))
    assert [key for key, view in views.views.items() if view.isVisible()] == ["coronal"]
    qtbot.waitUntil(lambda: coronal.width() == views.width())
    qtbot.mouseDClick(coronal, Qt.MouseButton.LeftButton, pos=QPoint(30, 60))
    assert all(view.isVisible() for view in views.views.values())


@pytest.mark.parametrize(("key", "name"), [("1", "axial"), ("2", "coronal"), ("3", "sagittal"), ("4", "3d")])
def test_that_the_keys_1_to_4_choose_a_view(views: FourViews, qtbot: QtBot, key: str, name: str) -> None:
    views.activateWindow()
    views.slices["axial"].setFocus()
    qtbot.waitUntil(lambda: views.slices["axial"].hasFocus())
    qtbot.keyClick(views.slices["axial"], key)
    assert views.layout_key == name
    qtbot.keyClick(views.views[name], key)
    assert views.layout_key == "four"


def test_that_all_planes_keep_one_window(views: FourViews, qtbot: QtBot) -> None:
    with qtbot.waitSignal(views.window_changed):
        views.slices["coronal"].window_changed.emit(100.0, 600.0)
    assert {view.layers[0].window for view in views.slices.values()} == {(100.0, 600.0)}


def test_that_the_3d_view_draws_without_a_graphics_card(views: FourViews, qtbot: QtBot) -> None:
    ball = SurfaceDisplay("ball", ball_surface((0, 0, 0), 30.0), (230, 40, 40))
    scene = views.scene_view
    with qtbot.waitSignal(scene._vtk.frame_drawn, timeout=5000):
        scene.show_planes(False)
        views.set_surfaces((ball,))
        scene.look_from("A")
    image = scene.grab().toImage()
    middle = image.pixelColor(image.width() // 2, image.height() // 2)
    assert middle.red() > 100 > middle.green()
    assert image.pixelColor(6, image.height() // 4).value() < 60


def test_that_a_preview_reaches_the_slices_at_once_and_3d_soon(views: FourViews, qtbot: QtBot) -> None:
    ball = SurfaceDisplay("ball", ball_surface((0, 0, 0), 30.0), (230, 40, 40))
    views.preview_surfaces((ball,))
    assert views.slices["axial"]._surfaces == (ball,)
    assert views.scene_view.scene._made == {}
    qtbot.waitUntil(lambda: len(views.scene_view.scene._made) == 1)
    views.preview_surfaces((ball, ball))
    views.set_surfaces(())
    qtbot.wait(20)
    assert views.scene_view.scene._made == {}  # what came after the preview stays


def test_that_a_drag_turns_the_3d_view_and_the_letters_follow(views: FourViews, qtbot: QtBot) -> None:
    scene = views.scene_view
    views.set_leads((upright_lead(),))
    scene.look_from("A")
    assert scene.screen_raster.plane.normal[1] == pytest.approx(1.0)
    size = min(scene.width(), scene.height())
    for kind, x in ((QMouseEvent.Type.MouseButtonPress, 20.0), (QMouseEvent.Type.MouseMove, 20.0 + size / 4)):
        at = QPointF(x, 100.0)
        left = Qt.MouseButton.LeftButton
        QApplication.sendEvent(scene, QMouseEvent(kind, at, scene.mapToGlobal(at), left, left, NO_KEY))
    # The front follows the hand to the screen's right, so the patient's right side comes into view, by 220°/4.
    turned = np.degrees(np.arctan2(scene.screen_raster.plane.normal[0], scene.screen_raster.plane.normal[1]))
    assert turned == pytest.approx(camera3d.DEGREES_ACROSS_VIEW / 4)


def test_that_an_unknown_layout_is_a_bug(views: FourViews) -> None:
    with pytest.raises(KeyError):
        views.show_layout("five")
