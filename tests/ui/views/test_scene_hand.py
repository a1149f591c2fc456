"""Mouse, wheel and keys in the 3-D view."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from planner.scene.display import PointDisplay
from planner.ui.views.scene_view import SceneView

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
MIDDLE = QPoint(200, 150)


@pytest.fixture
def view(qtbot: QtBot) -> SceneView:
    made = SceneView("space")
    qtbot.addWidget(made, before_close_func=lambda widget: widget.shut())
    made.resize(400, 300)
    made.show()
    made.set_points((PointDisplay("AC", (0.0, 0.0, 0.0)), PointDisplay("PC", (0.0, -25.0, 0.0))))
    return made


def _looks(view: SceneView) -> "tuple[np.ndarray, np.ndarray, float]":
    camera = view.scene.renderer.GetActiveCamera()
    towards = np.array(camera.GetPosition()) - np.array(camera.GetFocalPoint())
    return towards, np.array(camera.GetFocalPoint()), camera.GetParallelScale()


def _drag(view: SceneView, qtbot: QtBot, button: Qt.MouseButton) -> None:
    qtbot.mousePress(view, button, pos=MIDDLE)
    end = MIDDLE + QPoint(40, 20)
    move = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(end), view.mapToGlobal(QPointF(end)), Qt.MouseButton.NoButton, button,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(view, move)
    qtbot.mouseRelease(view, button, pos=end)


def test_that_left_drag_turns_middle_pans_and_right_zooms(view: SceneView, qtbot: QtBot) -> None:
    before = _looks(view)
    _drag(view, qtbot, Qt.MouseButton.LeftButton)
    turned = _looks(view)
    assert not np.allclose(turned[0], before[0])
    assert np.allclose(turned[1], before[1])
    _drag(view, qtbot, Qt.MouseButton.MiddleButton)
    panned = _looks(view)
    assert np.allclose(panned[0], turned[0])
    assert not np.allclose(panned[1], turned[1])
    _drag(view, qtbot, Qt.MouseButton.RightButton)
    assert _looks(view)[2] > panned[2]  # downwards: farther away


def test_that_the_wheel_zooms_and_r_begins_again(view: SceneView, qtbot: QtBot) -> None:
    view.reset_view()
    first = _looks(view)
    wheel = QWheelEvent(
        QPointF(MIDDLE), view.mapToGlobal(QPointF(MIDDLE)), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, wheel)
    assert _looks(view)[2] < first[2]
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert not np.allclose(_looks(view)[0], first[0])
    qtbot.keyClick(view, Qt.Key.Key_R)
    assert _looks(view)[2] == pytest.approx(first[2])


def test_that_a_double_click_asks_for_the_whole_window(view: SceneView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.maximise_requested, timeout=1_000):
        qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=MIDDLE)
