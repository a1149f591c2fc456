"""Both ways of putting VTK into Qt. The embedded one needs a screen."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDockWidget, QMainWindow
from pytestqt.qtbot import QtBot

from planner.scene.display import SurfaceDisplay
from planner.scene.space_scene import SpaceScene
from planner.ui.views.vtk_widget import GlVtkWidget, OffscreenVtkWidget, VtkWidget, gl_is_usable, make_vtk_widget
from tests.scene.scene_samples import ball_surface


def red_ball(widget: VtkWidget) -> None:
    scene = SpaceScene(widget.renderer)
    scene.set_surfaces((SurfaceDisplay("ball", ball_surface((0, 0, 0), 20.0), (230, 40, 40)),))
    scene.look_from("A")
    widget.ask_for_frame()


def is_red_in_the_middle(widget: VtkWidget) -> bool:
    image = widget.picture()
    middle = image.pixelColor(image.width() // 2, image.height() // 2)
    return middle.red() > 100 > middle.green()


def test_that_the_variable_forces_the_off_screen_widget(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOCIPLAN_3D", "offscreen")
    assert not gl_is_usable()
    widget = make_vtk_widget()
    qtbot.addWidget(widget, before_close_func=lambda w: w.shut())
    assert isinstance(widget, OffscreenVtkWidget)


def test_that_the_off_screen_widget_paints_its_frame_and_shuts_twice(qtbot: QtBot) -> None:
    widget = OffscreenVtkWidget()
    qtbot.addWidget(widget, before_close_func=lambda w: w.shut())
    widget.resize(200, 150)
    red_ball(widget)
    with qtbot.waitSignal(widget.frame_drawn, timeout=5000):
        widget.show()
    assert is_red_in_the_middle(widget)
    ratio = widget.devicePixelRatioF()
    assert widget.picture().width() == round(200 * ratio)
    widget.shut()
    widget.shut()


@pytest.fixture
def screen() -> None:
    if QGuiApplication.platformName() in ("offscreen", "minimal"):
        pytest.skip("needs a screen: run under xvfb-run with QT_QPA_PLATFORM=xcb")


@pytest.mark.screen
def test_that_the_embedded_widget_draws_through_qts_own_gl(qtbot: QtBot, screen: None) -> None:
    assert gl_is_usable()
    widget = GlVtkWidget()
    qtbot.addWidget(widget, before_close_func=lambda w: w.shut())
    widget.resize(200, 150)
    red_ball(widget)
    with qtbot.waitSignal(widget.frame_drawn, timeout=10_000):
        widget.show()
    qtbot.waitUntil(lambda: is_red_in_the_middle(widget))
    on_screen = widget.grab().toImage().scaled(widget.size())
    assert on_screen.pixelColor(100, 75).red() > 100
    assert np.array(on_screen.pixelColor(3, 3).getRgb()[:3]).max() < 60


@pytest.mark.screen
def test_that_the_embedded_widget_survives_a_dock_that_floats(qtbot: QtBot, screen: None) -> None:
    window = QMainWindow()
    dock = QDockWidget("3-D", window)
    widget = GlVtkWidget()
    dock.setWidget(widget)
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock)
    qtbot.addWidget(window, before_close_func=lambda _window: widget.shut())
    red_ball(widget)
    with qtbot.waitSignal(widget.frame_drawn, timeout=10_000):
        window.show()
    for is_floating in (True, False):
        with qtbot.waitSignal(widget.frame_drawn, timeout=10_000):
            dock.setFloating(is_floating)
            widget.ask_for_frame()
        qtbot.waitUntil(lambda: is_red_in_the_middle(widget))
