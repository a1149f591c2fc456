"""Letters, badge, scale bar and words."""

import numpy as np
import pytest

from planner import i18n
from planner.scene import annotations
from planner.scene.annotations import ImageWords, annotate, direction_letters, edge_letters, scale_bar
from planner.scene.planes import Raster, SlicePlane
from tests.scene.scene_samples import SPACE


@pytest.mark.parametrize(
    ("kind", "wanted"), [("axial", "RLAP"), ("coronal", "RLSI"), ("sagittal", "APSI")], ids=lambda value: value
)
def test_that_the_three_planes_carry_their_letters(kind: str, wanted: str) -> None:
    letters = edge_letters(SlicePlane.orthogonal(kind, (0, 0, 0), SPACE))  # type: ignore[arg-type]
    assert (letters.left, letters.right, letters.top, letters.bottom) == tuple(wanted)


@pytest.mark.parametrize(
    ("direction", "letters"),
    [
        ((1, 0, 0), "R"),
        ((-0.9, 0.45, 0), "LA"),
        ((0.45, -0.9, 0), "PR"),
        ((0.6, 0.55, 0.58), "RSA"),
        ((0.05, 0.02, -1), "I"),
        ((0.33, 0, 0.944), "S"),
        ((0.36, 0, 0.933), "SR"),
    ],
)
def test_that_an_oblique_direction_gets_a_letter_for_every_axis_it_leans_to_by_20_degrees(
    direction: tuple[float, float, float], letters: str
) -> None:
    assert direction_letters(np.array(direction)) == letters


def test_that_opposite_sides_of_an_oblique_plane_carry_opposite_letters() -> None:
    letters = edge_letters(SlicePlane.probe((0, 0, 0), (-0.4, 0.5, 0.77), SPACE))
    opposite = str.maketrans("RLAPSI", "LRPAIS")
    assert letters.left == letters.right.translate(opposite)
    assert letters.top == letters.bottom.translate(opposite)


def test_that_spanish_letters_are_never_a_lone_i() -> None:
    i18n.use_language("es")
    assert annotations.shown_letters("L") == "Iz"
    assert annotations.shown_letters("I") == "Inf"
    assert annotations.shown_letters("R") == "D"
    assert annotations.shown_letters("LP") == "Iz-P"
    assert annotations.shown_letters("RA") == "DA"


def test_that_the_badge_tells_the_convention_from_the_orientation_alone() -> None:
    assert annotations.badge(SlicePlane.axial((0, 0, 0), SPACE)) == "RADIOLOGICAL"
    assert annotations.badge(SlicePlane.coronal((0, 0, 0), SPACE)) == "RADIOLOGICAL"
    assert annotations.badge(SlicePlane.sagittal((0, 0, 0), SPACE)) == "FACE TO THE LEFT"
    from_above = SlicePlane.of((0, 0, 0), (1, 0, 0), (0, 1, 0), SPACE)
    assert annotations.badge(from_above) == "NEUROLOGICAL"


@pytest.mark.parametrize(
    ("mm_per_px", "room_px", "length_mm"), [(0.5, 120, 50.0), (1.0, 120, 100.0), (0.05, 120, 5.0), (0.004, 100, 0.5)]
)
def test_that_the_scale_bar_is_the_longest_round_length_that_fits(
    mm_per_px: float, room_px: float, length_mm: float
) -> None:
    bar = scale_bar(mm_per_px, room_px)
    assert bar.length_mm == length_mm
    assert bar.length_px == pytest.approx(length_mm / mm_per_px)


def test_that_the_slice_position_has_a_letter_and_no_sign() -> None:
    assert annotations.plane_position(SlicePlane.axial((0, 0, -12.3), SPACE)) == "I 12.3 mm"
    assert annotations.plane_position(SlicePlane.sagittal((14, 0, 0), SPACE)) == "R 14.0 mm"


def test_that_the_words_name_the_person_the_day_by_month_name_and_the_notice() -> None:
    raster = Raster(SlicePlane.axial((0, 0, 0), SPACE), 400, 300, 0.5)
    image = ImageWords("Muñoz Peña, Íñigo", "HC-7", "1961-03-04", "2026-11-02", "T1", "HU", ("T1", "CT"))
    words = annotate(raster, image, (-100.0, 200.0), 120)
    assert words.identity_lines == ("Muñoz Peña, Íñigo", "ID HC-7", "born 04 Mar 1961")
    assert words.series_lines == ("T1 · 02 Nov 2026", "T1 + CT", "W 300 L 50 HU")
    assert words.notice == "Research only"


def test_that_images_without_a_name_say_so() -> None:
    raster = Raster(SlicePlane.axial((0, 0, 0), SPACE), 400, 300, 0.5)
    assert annotate(raster, ImageWords(), None, 100).identity_lines == ("No name in the images",)


def test_that_a_date_nobody_can_read_is_shown_as_it_came() -> None:
    assert annotations.shown_day("sometime") == "sometime"
