"""Pictures for the report."""

import io

import numpy as np
from PIL import Image

from planner import i18n
from planner.scene.annotations import ImageWords
from planner.scene.planes import Raster, SlicePlane
from planner.scene.slices import SliceLayer
from planner.scene.snapshot import SlicePicture, SpacePicture, slice_png, space_png
from tests.scene.scene_samples import SPACE, marked_head, upright_lead

LAYERS = (SliceLayer(marked_head("L"), (0.0, 1000.0)),)


def wanted(**changes: object) -> SlicePicture:
    raster = Raster(SlicePlane.axial((0, 0, 0), SPACE), 360, 280, 0.5)
    words = ImageWords("Muñoz Peña", "HC-7", "", "2026-11-02", "T1")
    return SlicePicture(raster, LAYERS, words, **changes)  # type: ignore[arg-type]


def pixels(png: bytes) -> np.ndarray:
    return np.array(Image.open(io.BytesIO(png))).astype(int)


def test_that_a_slice_picture_has_its_size_its_letters_and_the_left_on_the_right() -> None:
    picture = pixels(slice_png(wanted()))
    assert picture.shape == (280, 360, 3)
    bright = picture[100:180].min(axis=2) > 240
    assert np.nonzero(bright)[1].mean() > 200  # the marker at the patient's left
    letter = picture[130:150, 335:358]
    assert (letter[..., 0] - letter[..., 2] > 60).any()  # the yellow L on that side


def test_that_the_same_input_gives_the_same_bytes() -> None:
    assert slice_png(wanted(leads=(upright_lead(),))) == slice_png(wanted(leads=(upright_lead(),)))


def test_that_the_words_follow_the_language() -> None:
    english = slice_png(wanted())
    i18n.use_language("es")
    assert slice_png(wanted()) != english


def test_that_the_space_picture_is_not_blank_and_carries_its_notice() -> None:
    picture = pixels(
        space_png(SpacePicture(240, 200, (upright_lead(),), layers=LAYERS, cursor=np.zeros(3), space=SPACE))
    )
    assert picture.shape == (200, 240, 3)
    assert picture[60:140, 80:160].max() > 90
    notice = picture[180:198, 150:236]
    assert (notice[..., 0] - notice[..., 2] > 60).any()
