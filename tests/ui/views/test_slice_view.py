"""The slice view under mouse and keyboard."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from planner.geometry import Grid, Volume
from planner.scene.annotations import ImageWords
from planner.scene.display import LeadDisplay, PointDisplay
from planner.scene.slices import SliceLayer
from planner.ui.views.slice_view import SliceView
from tests.scene.scene_samples import SPACE, grid, marked_head, marker_mm, upright_lead

WINDOW = (0.0, 1000.0)
LEFT, MIDDLE, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton
NO_KEY = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def view(qtbot: QtBot) -> SliceView:
    return shown(qtbot, "axial")


def shown(qtbot: QtBot, kind: str, letter: str = "R") -> SliceView:
    view = SliceView(kind, SPACE)  # type: ignore[arg-type]
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.set_layers((SliceLayer(marked_head(letter), WINDOW),))
    with qtbot.waitExposed(view):
        view.show()
    return view


def wheel(view: SliceView, at: QPointF, notches: int, key: Qt.KeyboardModifier = NO_KEY) -> None:
    event = QWheelEvent(
        at, view.mapToGlobal(at), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton, key,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, event)


def drag(
    view: SliceView, button: Qt.MouseButton, start: QPoint, end: QPoint, key: Qt.KeyboardModifier = NO_KEY
) -> None:
    def send(kind: QMouseEvent.Type, at: QPoint, held: Qt.MouseButton) -> None:
        place = QPointF(at)
        QApplication.sendEvent(view, QMouseEvent(kind, place, view.mapToGlobal(place), button, held, key))

    send(QMouseEvent.Type.MouseButtonPress, start, button)
    send(QMouseEvent.Type.MouseMove, end, button)
    send(QMouseEvent.Type.MouseButtonRelease, end, Qt.MouseButton.NoButton)


def half_pixel(view: SliceView) -> float:
    """A click means the middle of its screen pixel."""
    return 0.5 / view.devicePixelRatioF()


def picture(view: SliceView) -> QImage:
    """What is painted, in logical pixels whatever the screen's scaling."""
    return view.grab().toImage().scaled(view.size(), mode=Qt.TransformationMode.SmoothTransformation)


def brightness(image: QImage, x: float, y: float) -> int:
    return image.pixelColor(round(x), round(y)).value()


@pytest.mark.parametrize(
    ("kind", "letter", "side"),
    [
        ("axial", "R", "left"), ("axial", "L", "right"), ("axial", "A", "top"),
        ("coronal", "R", "left"), ("coronal", "S", "top"), ("sagittal", "A", "left"), ("sagittal", "I", "bottom"),
    ],
)  # fmt: skip
def test_that_the_painted_marker_lies_on_its_side(qtbot: QtBot, kind: str, letter: str, side: str) -> None:
    view = shown(qtbot, kind, letter)
    view.show_crosshair(False)
    x, y = view.raster.to_px(marker_mm(letter))
    assert {"left": x < 160, "right": x > 240, "top": y < 120, "bottom": y > 180}[side]
    assert brightness(picture(view), x, y) > 240
    assert brightness(picture(view), 400 - x, 300 - y) < 120


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0])
def test_that_a_click_and_its_millimetres_agree_to_half_a_screen_pixel(
    view: SliceView, ratio: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view, "devicePixelRatioF", lambda: ratio)
    picked: list[tuple[float, ...]] = []
    view.point_picked.connect(lambda *xyz: picked.append(xyz))
    view.set_tool("place")
    for at in (QPointF(80, 130), QPointF(80 + 1 / ratio, 130), QPointF(211.5, 20)):
        for kind in (QMouseEvent.Type.MouseButtonPress, QMouseEvent.Type.MouseButtonRelease):
            QApplication.sendEvent(view, QMouseEvent(kind, at, view.mapToGlobal(at), LEFT, LEFT, NO_KEY))
        x, y = view.raster.to_px(np.array(picked[-1]))
        assert abs(x - at.x()) <= 0.5 / ratio + 1e-9
        assert abs(y - at.y()) <= 0.5 / ratio + 1e-9
    step = np.linalg.norm(np.subtract(picked[1], picked[0]))
    assert step == pytest.approx(view.raster.mm_per_px / ratio)


@pytest.mark.parametrize("ratio", [1.0, 1.25, 2.0])
def test_that_the_picture_and_the_marks_agree_at_every_scaling(
    view: SliceView, ratio: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The marker's outline in the painted picture is where the raster says."""
    monkeypatch.setattr(view, "devicePixelRatioF", lambda: ratio)
    view.show_crosshair(False)
    image = QImage(round(400 * ratio), round(300 * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    view.render(image)
    row = round(view.raster.to_px(marker_mm("R"))[1] * ratio)
    bright = [x / ratio for x in range(round(40 * ratio), image.width() // 2) if image.pixelColor(x, row).value() > 150]
    left, right = (view.raster.to_px(marker_mm("R") + np.array([side, 0, 0]))[0] for side in (6.0, -6.0))
    # The cube of 12 mm falls on voxels of 2 mm, read linearly: its half-height edge is good to a quarter voxel.
    assert bright[0] == pytest.approx(left, abs=0.5 / view.raster.mm_per_px + 1)
    assert bright[-1] == pytest.approx(right, abs=0.5 / view.raster.mm_per_px + 1)


def test_that_the_wheel_goes_on_by_one_slice_of_the_image(view: SliceView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.cursor_moved) as moved:
        wheel(view, QPointF(100, 100), 1)
    assert moved.args == [0.0, 0.0, 2.0]
    wheel(view, QPointF(100, 100), -2)
    np.testing.assert_allclose(view.cursor_mm, (0, 0, -2.0))


def test_that_half_turns_of_a_fine_wheel_add_up(view: SliceView) -> None:
    for _half in range(2):
        event = QWheelEvent(
            QPointF(9, 9), QPointF(9, 9), QPoint(), QPoint(0, 60), Qt.MouseButton.NoButton, NO_KEY,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(view, event)
    np.testing.assert_allclose(view.cursor_mm, (0, 0, 2.0))


@pytest.mark.parametrize(("key", "z"), [(Qt.Key.Key_Up, 2.0), (Qt.Key.Key_PageDown, -2.0), (Qt.Key.Key_B, -2.0)])
def test_that_keys_step(view: SliceView, qtbot: QtBot, key: Qt.Key, z: float) -> None:
    qtbot.keyClick(view, key)
    np.testing.assert_allclose(view.cursor_mm, (0, 0, z))


def test_that_zooming_keeps_the_point_under_the_mouse(view: SliceView) -> None:
    at = QPointF(90, 200)
    before, scale = view.mm_at(at), view.raster.mm_per_px
    wheel(view, at, 3, Qt.KeyboardModifier.ControlModifier)
    assert view.raster.mm_per_px == pytest.approx(scale / 1.15**3)
    np.testing.assert_allclose(view.mm_at(at), before, atol=1e-9)


def test_that_the_middle_button_drags_the_picture_along(view: SliceView) -> None:
    before = view.mm_at(QPointF(100, 100))
    drag(view, MIDDLE, QPoint(100, 100), QPoint(140, 80))
    np.testing.assert_allclose(view.mm_at(QPointF(140, 80)), before, atol=1e-9)


def test_that_the_right_button_zooms(view: SliceView) -> None:
    scale = view.raster.mm_per_px
    drag(view, RIGHT, QPoint(100, 200), QPoint(100, 150))
    assert view.raster.mm_per_px < scale


def test_that_a_resize_keeps_a_view_fitted_until_the_person_zooms(view: SliceView) -> None:
    view.resize(800, 600)
    assert view.raster.mm_per_px == pytest.approx(126 / 600 / 0.94, rel=0.01)
    view.zoom_to(0.2)
    view.resize(400, 300)
    assert view.raster.mm_per_px == pytest.approx(0.2)


def test_that_the_left_button_moves_the_crosshair_within_the_slice(view: SliceView) -> None:
    view.set_cursor(0.0, 0.0, 12.0)
    drag(view, LEFT, QPoint(150, 150), QPoint(120, 90))
    np.testing.assert_allclose(view.raster.to_px(view.cursor_mm), np.array([120, 90]) + half_pixel(view), atol=1e-9)
    assert view.cursor_mm[2] == pytest.approx(12.0)


def test_that_shift_and_moving_takes_the_crosshair_along_without_a_button(view: SliceView) -> None:
    at = QPointF(70, 60)
    nothing = Qt.MouseButton.NoButton
    plain = QMouseEvent(QMouseEvent.Type.MouseMove, at, view.mapToGlobal(at), nothing, nothing, NO_KEY)
    QApplication.sendEvent(view, plain)
    np.testing.assert_allclose(view.cursor_mm, (0, 0, 0))
    shift = Qt.KeyboardModifier.ShiftModifier
    QApplication.sendEvent(
        view, QMouseEvent(QMouseEvent.Type.MouseMove, at, view.mapToGlobal(at), nothing, nothing, shift)
    )
    np.testing.assert_allclose(view.raster.to_px(view.cursor_mm), np.array([70, 60]) + half_pixel(view), atol=1e-9)


def test_that_a_drag_places_no_point_and_moves_no_crosshair(view: SliceView, qtbot: QtBot) -> None:
    view.set_tool("place")
    with qtbot.assertNotEmitted(view.point_picked), qtbot.assertNotEmitted(view.cursor_moved):
        drag(view, LEFT, QPoint(100, 100), QPoint(130, 100))


def test_that_space_places_the_point_at_the_crosshair(view: SliceView, qtbot: QtBot) -> None:
    view.set_cursor(4.0, 5.0, 6.0)
    with qtbot.assertNotEmitted(view.point_picked):
        qtbot.keyClick(view, Qt.Key.Key_Space)
    view.set_tool("place")
    with qtbot.waitSignal(view.point_picked) as picked:
        qtbot.keyClick(view, Qt.Key.Key_Space)
    assert picked.args == [4.0, 5.0, 6.0]


def test_that_the_window_tool_widens_to_the_right_and_brightens_upwards(view: SliceView, qtbot: QtBot) -> None:
    view.set_tool("window")
    with qtbot.waitSignal(view.window_changed) as changed:
        drag(view, LEFT, QPoint(100, 100), QPoint(150, 100))
    low, high = changed.args
    assert (high - low, (high + low) / 2) == pytest.approx((1000 * np.exp(50 / 200), 500))
    drag(view, LEFT, QPoint(100, 100), QPoint(100, 70))
    assert sum(view.layers[0].window) / 2 < 500  # a lower level is a brighter picture


def test_that_ctrl_and_a_drag_change_the_window_whatever_the_tool(view: SliceView, qtbot: QtBot) -> None:
    view.set_tool("place")
    with qtbot.assertNotEmitted(view.point_picked), qtbot.assertNotEmitted(view.cursor_moved):
        drag(view, LEFT, QPoint(100, 100), QPoint(150, 100), Qt.KeyboardModifier.ControlModifier)
        drag(view, LEFT, QPoint(100, 100), QPoint(101, 100), Qt.KeyboardModifier.ControlModifier)
    low, high = view.layers[0].window
    assert high - low == pytest.approx(1000 * np.exp(51 / 200))


def test_that_only_ctrl_double_click_resets_the_window(view: SliceView, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(view.window_reset_requested), qtbot.waitSignal(view.maximise_requested):
        qtbot.mouseDClick(view, LEFT, pos=QPoint(50, 50))
    with qtbot.assertNotEmitted(view.maximise_requested), qtbot.waitSignal(view.window_reset_requested):
        qtbot.mouseDClick(view, LEFT, Qt.KeyboardModifier.ControlModifier, QPoint(50, 50))


def test_that_letters_badge_and_notice_are_painted_on_every_view(qtbot: QtBot) -> None:
    for kind in ("axial", "coronal", "sagittal"):
        view = shown(qtbot, kind)
        view.set_words(ImageWords("Muñoz Peña"))
        image = picture(view)
        assert has_colour(image, (4, 130, 26, 170), lambda c: c.red() > 200 and c.blue() < 170)  # left letter
        assert has_colour(image, (374, 130, 396, 170), lambda c: c.red() > 200 and c.blue() < 170)
        assert has_colour(image, (300, 278, 394, 298), lambda c: c.red() > 200 and c.blue() < 130)  # notice
        assert has_colour(image, (4, 4, 90, 24), lambda c: c.value() > 190)  # name


def has_colour(image: QImage, box: tuple[int, int, int, int], fits: object) -> bool:
    left, top, right, bottom = box
    return any(fits(image.pixelColor(x, y)) for x in range(left, right) for y in range(top, bottom))  # type: ignore[operator]


def test_that_leads_points_and_crosshair_are_painted_where_they_are(view: SliceView) -> None:
    lead: LeadDisplay = replace(upright_lead((-12.0, 18.0, -4.25)), rgb=(255, 0, 255))
    view.set_layers((SliceLayer(Volume(grid(), np.zeros((64, 64, 64), dtype=np.int16)), WINDOW),))
    view.set_cursor(20.0, -20.0, 0.0)
    view.set_leads((lead,))
    view.set_points((PointDisplay("", (-30.0, -30.0, 0.0), "round", (0, 255, 255)),))
    view.zoom_to(0.25)
    image = picture(view)
    x, y = (round(v) for v in view.raster.to_px(np.array([-12.0, 18.0, 0.0])))
    assert has_colour(
        image, (x - 6, y - 6, x + 7, y + 7), lambda c: c.red() > 150 and c.blue() > 150 and c.green() < 120
    )
    x, y = (round(v) for v in view.raster.to_px(np.array([-30.0, -30.0, 0.0])))
    assert has_colour(image, (x - 8, y - 8, x + 9, y + 9), lambda c: c.green() > 180 and c.red() < 100)
    x, y = (round(v) for v in view.raster.to_px(np.array([20.0, -20.0, 0.0])))
    assert has_colour(image, (x - 1, 40, x + 2, 60), lambda c: c.red() > 150 and c.green() > 120 and c.blue() < 110)


def test_that_a_new_space_empties_the_view(view: SliceView) -> None:
    view.set_leads((upright_lead(),))
    view.set_space("image:other")
    assert view.layers == ()
    view.grab()  # nothing of the old space is drawn


def test_that_an_anisotropic_image_steps_by_its_own_slices(qtbot: QtBot) -> None:
    view = shown(qtbot, "axial")
    thick = Grid.of((64, 64, 20), np.diag([1.0, 1.0, 4.0, 1.0]), SPACE)
    view.set_layers((SliceLayer(Volume(thick, np.ones((64, 64, 20), dtype=np.int16)), WINDOW),))
    view.step(1)
    np.testing.assert_allclose(view.cursor_mm, (0, 0, 4.0))


def test_that_the_same_slice_is_not_cut_twice(view: SliceView, monkeypatch: pytest.MonkeyPatch) -> None:
    view.grab()
    cuts: list[object] = []
    cut = view._picture._slicer.picture
    monkeypatch.setattr(view._picture._slicer, "picture", lambda *wanted: cuts.append(wanted) or cut(*wanted))
    view.set_cursor(10.0, 10.0, 0.0)
    view.grab()
    assert cuts == []
    view.set_cursor(10.0, 10.0, 2.0)
    view.grab()
    assert len(cuts) == 1
