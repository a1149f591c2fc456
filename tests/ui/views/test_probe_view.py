"""Looking down the path."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from planner.scene.slices import SliceLayer
from planner.ui.views.probe_view import ProbeView
from tests.scene.scene_samples import SPACE, marked_head

TARGET, ENTRY = (-14.0, -18.0, 2.0), (-38.0, 28.0, 62.0)


@pytest.fixture
def view(qtbot: QtBot) -> ProbeView:
    view = ProbeView(SPACE)
    qtbot.addWidget(view)
    view.resize(360, 360)
    view.set_layers((SliceLayer(marked_head("S"), (0.0, 1000.0)),))
    view.set_path(TARGET, ENTRY)
    with qtbot.waitExposed(view):
        view.show()
    return view


def axis() -> np.ndarray:
    step = np.subtract(ENTRY, TARGET)
    return step / np.linalg.norm(step)


def test_that_it_begins_at_the_target_in_the_middle(view: ProbeView) -> None:
    np.testing.assert_allclose(view.raster.to_px(np.array(TARGET)), (180, 180), atol=1e-9)
    np.testing.assert_allclose(view.raster.plane.normal, axis(), atol=1e-12)
    assert view.depth_mm == 0.0


def test_that_a_step_is_one_millimetre_along_the_path_and_does_not_turn_the_picture(
    view: ProbeView, qtbot: QtBot
) -> None:
    up = view.raster.plane.up.copy()
    with qtbot.waitSignal(view.depth_changed) as changed:
        qtbot.keyClick(view, Qt.Key.Key_Up)
    assert changed.args == [1.0]
    np.testing.assert_allclose(view.raster.plane.centre_mm, np.array(TARGET) + axis(), atol=1e-9)
    np.testing.assert_array_equal(view.raster.plane.up, up)


def test_that_ten_millimetres_beside_the_path_are_in_sight(view: ProbeView) -> None:
    edge = np.array(TARGET) + 10.0 * view.raster.plane.right
    assert 300 > view.raster.to_px(edge)[0] > 200


def test_that_the_depth_is_told_in_words(view: ProbeView) -> None:
    assert view._extra_lines() == ("At the target",)
    view.set_depth(12.0)
    assert view._extra_lines() == ("12.0 mm above the target",)
    view.set_depth(-3.0)
    assert view._extra_lines() == ("3.0 mm beyond the target",)


def test_that_the_cursor_of_the_other_views_leaves_it_alone(view: ProbeView) -> None:
    before = view.raster.plane.centre_mm.copy()
    view.set_cursor(40.0, 40.0, 40.0)
    np.testing.assert_array_equal(view.raster.plane.centre_mm, before)


def test_that_a_click_is_exact_on_the_slanted_slice(view: ProbeView) -> None:
    view.set_depth(7.0)
    point = view.raster.to_world(100.0, 250.0)
    assert float((point - np.array(TARGET)) @ axis()) == pytest.approx(7.0)


def test_that_the_same_point_for_target_and_entry_is_refused(view: ProbeView) -> None:
    with pytest.raises(ValueError, match="direction"):
        view.set_path(TARGET, TARGET)
