"""Where the words stand on a view."""

import pytest

from planner.scene.annotations import ImageWords, annotate
from planner.scene.captions import caption_marks
from planner.scene.overlay import Words
from planner.scene.planes import Raster, SlicePlane
from tests.scene.scene_samples import SPACE


def words_on(raster: Raster, image: ImageWords, extra: tuple[str, ...] = ()) -> list[Words]:
    marks = caption_marks(raster, annotate(raster, image, (0.0, 100.0), 100.0), extra)
    return [mark for mark in marks if isinstance(mark, Words)]


def axial(width: float = 400.0, height: float = 320.0) -> Raster:
    return Raster(SlicePlane.axial((0, 0, 4.0), SPACE), width, height, 0.5)


def test_that_a_long_name_takes_two_lines_and_is_not_cut() -> None:
    name = "Muñoz Peña de la Fuente, Íñigo Alejandro"
    lines = [mark for mark in words_on(axial(), ImageWords(name, "HC-7")) if mark.anchor == "left"]
    first, second, number = sorted(lines, key=lambda mark: mark.y)[:3]
    assert f"{first.text} {second.text}" == name
    assert number.text == "ID HC-7"


@pytest.mark.parametrize("size", [(300.0, 200.0), (403.0, 348.0), (1200.0, 900.0)])
def test_that_identity_letters_badge_and_notice_are_on_views_of_every_size(size: tuple[float, float]) -> None:
    texts = [mark.text for mark in words_on(axial(*size), ImageWords("Muñoz", "HC-7"))]
    for wanted in ("Muñoz", "ID HC-7", "R", "L", "A", "P", "RADIOLOGICAL", "Research only", "S 4.0 mm"):
        assert wanted in texts


def test_that_a_small_view_drops_the_series_and_keeps_the_position() -> None:
    image = ImageWords("Muñoz", series="T1 MPRAGE")
    assert "T1 MPRAGE" in [mark.text for mark in words_on(axial(), image)]
    small = [mark.text for mark in words_on(axial(356, 240), image)]
    assert "T1 MPRAGE" not in small
    assert "S 4.0 mm" in small


def test_that_all_words_begin_inside_the_view() -> None:
    raster = Raster(SlicePlane.probe((-14, -18, 3), (-0.3, 0.5, 0.8), SPACE), 356, 240, 0.1)
    for mark in words_on(raster, ImageWords("Muñoz", "HC-7"), ("2.0 mm above the target",)):
        assert 0 <= mark.x <= 356
        assert 6 <= mark.y <= 234
