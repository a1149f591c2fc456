"""The simulated C-arm: where things fall, what rays add up, and which side is which."""

from dataclasses import replace

import numpy as np
import pytest

from planner.errors import SpaceMismatchError
from planner.geometry import Grid, Points, Volume
from planner.scene.annotations import ImageWords
from planner.scene.carm import CArm, RadiographPicture, attenuation_of, radiograph, radiograph_png, squared
from planner.scene.carm.attenuation import WATER_PER_MM, Attenuation
from planner.scene.carm.picture import angle_words, monitor_pixels

SPACE = "image:ct"
CENTRE = (3.0, -40.0, 120.0)
ANGLES = [(0.0, 0.0), (90.0, 0.0), (-30.0, 0.0), (20.0, -15.0), (0.0, 25.0), (75.0, 10.0)]


def arm(oblique_deg: float = 0.0, tilt_deg: float = 0.0, pixels: int = 256) -> CArm:
    return CArm(CENTRE, SPACE, oblique_deg, tilt_deg, pixels)


def ball(place: np.ndarray, radius_mm: float) -> Attenuation:
    """A dense ball in nothing, 1 mm voxels with partial volume at its edge."""
    affine = np.eye(4)
    affine[:3, 3] = np.array(CENTRE) - 40.0
    axes = np.meshgrid(*[np.arange(80.0)] * 3, indexing="ij")
    away = np.sqrt(sum((one + affine[n, 3] - place[n]) ** 2 for n, one in enumerate(axes)))
    values = np.clip(radius_mm + 0.5 - away, 0.0, 1.0).astype(np.float32)
    return Attenuation(Grid.of((80, 80, 80), affine, SPACE), values)


def block(shape_mm: tuple[int, int, int]) -> Attenuation:
    """Water around the centre, 2 mm voxels."""
    shape = tuple(n // 2 for n in shape_mm)
    affine = np.diag([2.0, 2.0, 2.0, 1.0])
    affine[:3, 3] = np.array(CENTRE) - np.array(shape_mm) / 2.0 + 1.0
    return attenuation_of(Volume(Grid.of(shape, affine, SPACE), np.zeros(shape, dtype=np.int16)))


@pytest.mark.parametrize(("oblique", "tilt"), ANGLES)
def test_that_a_point_falls_where_its_ray_meets_the_detector(oblique: float, tilt: float) -> None:
    view = arm(oblique, tilt)
    first, right, down = view.pixel_places()
    rng = np.random.default_rng(1)
    for point in np.array(CENTRE) + rng.uniform(-60.0, 60.0, (20, 3)):
        column, row = view.project(Points.of(point, SPACE))[0]
        on_detector = first + column * right + row * down
        ray, to_point = on_detector - view.source, point - view.source
        away = np.linalg.norm(np.cross(ray, to_point)) / np.linalg.norm(ray)
        assert away < 1e-9  # an identity up to rounding, mm


@pytest.mark.parametrize(("oblique", "tilt"), ANGLES)
@pytest.mark.parametrize("is_fine", [True, False])
def test_that_a_ball_casts_its_shadow_at_its_projection(oblique: float, tilt: float, is_fine: bool) -> None:
    place = np.add(CENTRE, (11.0, -7.0, 9.0))
    view = arm(oblique, tilt)
    shadow = radiograph(ball(place, 6.0), view, is_fine=is_fine).astype(float)
    rows, columns = np.indices(shadow.shape)
    middle = [(shadow * one).sum() / shadow.sum() for one in (columns, rows)]
    # Fine: the aim of 0.05 px. Coarse: nearest voxels alias by up to half a voxel, and half a pixel is the bar.
    wanted = view.project(Points.of(place, SPACE))[0]
    assert np.abs(np.array(middle) - wanted).max() < (0.05 if is_fine else 0.5)


def test_that_a_ray_through_water_adds_up_its_length() -> None:
    found = radiograph(block((60, 80, 100)), arm(pixels=255))
    assert found[127, 127] == pytest.approx(80.0 * WATER_PER_MM, rel=1e-3)  # float32 and whole steps
    lateral = radiograph(block((60, 80, 100)), arm(90.0, pixels=255))
    assert lateral[127, 127] == pytest.approx(60.0 * WATER_PER_MM, rel=1e-3)
    tilted = radiograph(block((60, 80, 100)), arm(0.0, 20.0, pixels=255))
    assert tilted[127, 127] == pytest.approx(80.0 / np.cos(np.radians(20.0)) * WATER_PER_MM, rel=1e-3)
    assert found[0, 0] == 0.0  # beside the patient


def test_that_the_coarse_preview_tells_the_same_story() -> None:
    water = block((60, 80, 100))
    fine, coarse = radiograph(water, arm()), radiograph(water.coarser(4.0), arm(), is_fine=False)
    assert abs(fine[127, 127] - coarse[127, 127]) < 0.1 * fine.max()  # a voxel of 4 mm at either end
    assert water.coarser(4.0).grid.centre_mm == pytest.approx(water.grid.centre_mm)


def test_that_the_patients_left_is_on_the_left_of_a_frontal_view_of_a_prone_patient() -> None:
    left, head = np.add(CENTRE, (-20.0, 0.0, 0.0)), np.add(CENTRE, (0.0, 0.0, 20.0))
    places = arm().project(Points.of([CENTRE, left, head], SPACE))
    assert places[1, 0] < places[0, 0] - 10.0
    assert places[2, 1] < places[0, 1] - 10.0


def test_that_turning_to_the_right_brings_the_detector_over_the_patients_right() -> None:
    assert arm(30.0).beam[0] > 0.0
    assert arm(0.0, 20.0).beam[2] > 0.0
    lateral = arm(90.0).project(Points.of([CENTRE, np.add(CENTRE, (0.0, 20.0, 0.0))], SPACE))
    assert lateral[1, 0] > lateral[0, 0]  # seen from the right, the front of the patient is on the right


def test_that_squaring_lays_both_end_plates_into_the_beam() -> None:
    tilt, turn = np.radians(12.0), np.radians(8.0)
    down = np.array([np.sin(turn) * 0.1, -np.sin(tilt), -np.cos(tilt)])
    back = np.array([np.sin(turn), -np.cos(turn), 0.0])
    for is_lateral in (False, True):
        view = squared(arm(), down, back, is_lateral=is_lateral)
        assert view.beam @ (down / np.linalg.norm(down)) == pytest.approx(0.0, abs=1e-9)
        assert (view.beam @ np.array([1.0, 0.0, 0.0]) > 0.9) == is_lateral


def test_that_a_vertebra_that_lies_across_the_table_is_not_squared() -> None:
    with pytest.raises(ValueError, match="reaches"):
        squared(arm(), (0.0, 1.0, 0.1), (1.0, 0.0, 0.0))


def test_that_points_of_another_image_are_refused() -> None:
    with pytest.raises(SpaceMismatchError):
        arm().project(Points.of([CENTRE], "image:mr"))
    with pytest.raises(SpaceMismatchError):
        radiograph(block((20, 20, 20)), replace(arm(), space="image:mr"))


def test_that_bone_is_dark_and_air_bright_on_the_monitor() -> None:
    integrals = np.zeros((64, 64), dtype=np.float32)
    integrals[8:56, 8:56] = 2.0
    integrals[30:34, 30:34] = 4.0
    shown = monitor_pixels(integrals)
    assert shown[0, 0, 0] == 255
    assert shown[32, 32, 0] < shown[15, 32, 0] < 255


def test_that_the_angles_to_dial_in_stand_on_the_picture() -> None:
    assert angle_words(arm()) == "frontal"
    assert angle_words(arm(90.0)) == "lateral"
    assert angle_words(arm(-12.0, 8.0)) == "12° to the patient's left, 8° to the head"


def test_that_the_same_view_gives_the_same_picture() -> None:
    view = arm(10.0, 5.0, pixels=128)
    wanted = RadiographPicture(view, radiograph(block((60, 80, 100)), view), ImageWords(patient_name="Peña"))
    assert radiograph_png(wanted) == radiograph_png(wanted)
