"""Marks over a slice: signs in print, plane colours, labels apart, surfaces outlined."""

import numpy as np

from planner import i18n
from planner.scene.display import AXIAL_RGB, CORONAL_RGB, SAGITTAL_RGB, PointDisplay, SurfaceDisplay
from planner.scene.lead_marks import estimate_lines, lead_marks, surface_marks
from planner.scene.overlay import Fill, Stroke, Words, crosshair_marks, point_marks, ring_marks
from planner.scene.planes import Raster, SlicePlane
from tests.scene.scene_samples import SPACE, ball_surface, upright_lead


def close_up(height_mm: float = 4.2, mm_per_px: float = 0.05) -> Raster:
    return Raster(SlicePlane.axial((-12.0, -18.0, height_mm), SPACE), 400, 300, mm_per_px)


def texts(marks: list[object]) -> list[str]:
    return [mark.text for mark in marks if isinstance(mark, Words)]


def test_that_contacts_in_the_slice_print_their_sign() -> None:
    assert texts(lead_marks(close_up(), (upright_lead(),))) == ["1a \N{MINUS SIGN}", "1b off", "1c off"]
    assert texts(lead_marks(close_up(6.0), (upright_lead(),))) == [
        "1a \N{MINUS SIGN}", "1b off", "1c off", "2 +"
    ]  # fmt: skip


def test_that_an_active_contact_prints_its_sign_even_when_drawn_small() -> None:
    assert texts(lead_marks(close_up(mm_per_px=0.5), (upright_lead(),))) == ["1a \N{MINUS SIGN}"]


def test_that_no_two_labels_lie_over_each_other() -> None:
    raster = Raster(SlicePlane.coronal((-12.0, -18.0, 4.0), SPACE), 400, 300, 0.05)
    words = [mark for mark in lead_marks(raster, (upright_lead(),)) if isinstance(mark, Words)]
    assert len(words) == 5
    for number, one in enumerate(words):
        for other in words[:number]:
            assert abs(one.x - other.x) >= 52 or abs(one.y - other.y) >= 16


def test_that_a_lead_far_from_the_slice_is_not_drawn() -> None:
    assert lead_marks(Raster(SlicePlane.coronal((0, 40, 0), SPACE), 400, 300, 0.5), (upright_lead(),)) == []


def test_that_the_crosshair_wears_the_colours_of_the_other_planes() -> None:
    cursor = np.array([-12.0, -18.0, 4.0])
    raster = Raster(SlicePlane.coronal(cursor, SPACE), 400, 300, 0.5)
    strokes = [mark for mark in crosshair_marks(raster, cursor) if isinstance(mark, Stroke)]
    level = {stroke.rgb for stroke in strokes if stroke.xy[0, 1] == stroke.xy[1, 1]}
    upright = {stroke.rgb for stroke in strokes if stroke.xy[0, 0] == stroke.xy[1, 0]}
    assert (level, upright) == ({AXIAL_RGB}, {SAGITTAL_RGB})
    assert CORONAL_RGB not in level | upright


def test_that_a_filled_surface_is_outlined_and_tinted() -> None:
    shown = SurfaceDisplay("activated", ball_surface((-12, -18, 4), 3.0), (255, 180, 60), 0.5, is_filled=True)
    kinds = [type(mark) for mark in surface_marks(close_up(), (shown,))]
    assert kinds == [Fill, Stroke]


def test_that_rings_have_their_radius_in_millimetres() -> None:
    marks = ring_marks(close_up(), np.array([-12.0, -18.0, 4.2]), (5.0, 10.0))
    rings = [mark for mark in marks if isinstance(mark, Stroke)]
    radii = [np.linalg.norm(ring.xy - (200.0, 150.0), axis=1).mean() * 0.05 for ring in rings]
    np.testing.assert_allclose(radii, (5.0, 10.0), atol=1e-9)
    assert texts(marks) == ["5", "10"]


def test_that_a_point_is_named_only_near_its_slice() -> None:
    point = PointDisplay("AC", (-12.0, -18.0, 4.2), "cross")
    assert texts(point_marks(close_up(), (point,))) == ["AC"]
    assert texts(point_marks(close_up(9.0), (point,))) == []
    assert point_marks(close_up(60.0), (point,)) == []


def test_that_off_is_written_in_the_users_language() -> None:
    i18n.use_language("es")
    assert all(" " in text for text in texts(lead_marks(close_up(), (upright_lead(),))))


def test_that_an_estimate_is_dashed_tagged_once_and_said_on_the_view() -> None:
    ball = ball_surface((0.0, 0.0, 0.0), 10.0)
    raster = Raster(SlicePlane.axial((0.0, 0.0, 0.0), SPACE), 400, 300, 0.2)
    shown = SurfaceDisplay("VPL: estimate", ball, (255, 176, 32), 0.3, is_filled=True, tag="estimate", is_estimate=True)
    marks = surface_marks(raster, (shown,))
    assert all(mark.is_dashed for mark in marks if isinstance(mark, Stroke))
    assert texts(marks) == ["estimate"]
    assert estimate_lines((shown,)) == ("ESTIMATE",)
    assert estimate_lines(()) == ()


def test_that_tags_of_nested_levels_do_not_lie_over_each_other() -> None:
    ball = ball_surface((0.0, 0.0, 0.0), 10.0)
    raster = Raster(SlicePlane.axial((0.0, 0.0, 0.0), SPACE), 400, 300, 0.2)
    levels = tuple(SurfaceDisplay(tag, ball, (158, 202, 225), tag=tag) for tag in ("0.1 V/mm", "0.2 V/mm"))
    words = [mark for mark in surface_marks(raster, levels) if isinstance(mark, Words)]
    assert [one.text for one in words] == ["0.1 V/mm", "0.2 V/mm"]
    assert abs(words[0].y - words[1].y) >= 16 or abs(words[0].x - words[1].x) >= 52
