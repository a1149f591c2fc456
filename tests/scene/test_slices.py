"""Slices against a second implementation, left staying left, and what blending promises."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from planner.errors import SpaceMismatchError
from planner.geometry import Affine, Grid, Volume, Warp
from planner.scene.slices import EdgeLayer, LayeredSlicer, Raster, SliceLayer, SlicePlane
from tests.scene.scene_samples import SPACE, grid, marked_head, marker_mm

WINDOW = (0.0, 1000.0)


def noise(dtype: type = np.int16, order: str = "C", space: str = SPACE) -> Volume:
    values = np.random.default_rng(3).integers(0, 250, (40, 50, 60)).astype(dtype)
    return Volume(grid((40, 50, 60), 1.5, space), np.asarray(values, order=order))  # type: ignore[call-overload]


def sampled(raster: Raster, volume: Volume, to_volume: Affine | None = None) -> np.ndarray:
    """The slice by scipy, pixel centre by pixel centre."""
    height, width = round(raster.height), round(raster.width)
    world = np.array([[raster.to_world(x + 0.5, y + 0.5) for x in range(width)] for y in range(height)])
    if to_volume is not None:
        world = world @ to_volume.matrix[:3, :3].T + to_volume.matrix[:3, 3]
    index = np.moveaxis(volume.grid.to_index(world), -1, 0)
    return np.asarray(map_coordinates(volume.values.astype(float), index, order=1, mode="constant", cval=np.nan))


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16, np.float32, np.float64, np.int32, np.bool_])
@pytest.mark.parametrize("order", ["C", "F"])
def test_that_an_oblique_slice_agrees_with_scipy(dtype: type, order: str) -> None:
    volume = noise(dtype, order)
    raster = Raster(SlicePlane.probe((2, -3, 4), (0.3, 0.4, 0.87), SPACE), 48, 40, 0.9)
    steps, scale = LayeredSlicer().indices(raster, SliceLayer(volume, (0.0, 250.0)))
    wanted = sampled(raster, volume)
    is_inside = np.isfinite(wanted)
    found = scale.offset + scale.step * steps.astype(float)
    # Half a step of rounding, and what VTK's fixed-point weights (2^-17 of a voxel) change between voxels 250 apart.
    assert np.abs(found - wanted)[is_inside].max() <= 0.5 * scale.step + 0.02
    assert is_inside.mean() > 0.5


def test_that_a_layer_of_another_space_is_pulled_through_its_transform() -> None:
    turn = np.eye(4)
    turn[:3, :3] = [[0.8, -0.6, 0], [0.6, 0.8, 0], [0, 0, 1]]
    turn[:3, 3] = (3, -2, 5)
    volume, to_volume = noise(space="image:ct"), Affine.of(turn, SPACE, "image:ct")
    raster = Raster(SlicePlane.coronal((0, 0, 0), SPACE), 30, 30, 1.1)
    steps, scale = LayeredSlicer().indices(raster, SliceLayer(volume, WINDOW, to_volume))
    wanted = sampled(raster, volume, to_volume)
    is_inside = np.isfinite(wanted)
    assert np.abs(scale.offset + scale.step * steps - wanted)[is_inside].max() <= 0.52


def test_that_a_warp_moves_the_picture_by_its_displacement() -> None:
    volume = marked_head("R", grid(space="atlas"))
    forward = np.full((64, 64, 64, 3), (10.0, 0.0, 0.0))
    warp = Warp(SPACE, "atlas", grid(), forward, grid(space="atlas"), -forward)
    raster = Raster(SlicePlane.axial((0, 0, 0), SPACE), 61, 61, 2.0)
    slicer = LayeredSlicer()
    plain = slicer.picture(raster, (SliceLayer(Volume(grid(), volume.values), WINDOW),))
    warped = slicer.picture(raster, (SliceLayer(volume, WINDOW, warp),))
    # A point p shows the atlas at p + 10 mm: on this radiological slice the picture moves 10 mm = 5 pixels right.
    np.testing.assert_allclose(warped[10:50, 15:55].astype(int), plain[10:50, 10:50].astype(int), atol=1)


@pytest.mark.parametrize("kind", ["axial", "coronal", "sagittal"])
@pytest.mark.parametrize("letter", list("RLAPSI"))
@pytest.mark.parametrize("flip", [(1, 1, 1), (-1, 1, 1), (-1, -1, 1)], ids=["RAS", "LAS", "LPS"])
def test_that_a_marker_lies_where_its_letter_says(kind: str, letter: str, flip: tuple[int, int, int]) -> None:
    """However the voxels are stored. The marker is seen when the plane holds it; then on the side of its letter."""
    plain = grid()
    affine = plain.affine @ np.diag([*flip, 1.0])
    affine[:3, 3] = plain.affine[:3, 3] * np.array(flip)
    volume = marked_head(letter, Grid.of(plain.shape, affine, SPACE))
    raster = Raster(SlicePlane.orthogonal(kind, (0, 0, 0), SPACE), 121, 121, 1.0)  # type: ignore[arg-type]
    bright = LayeredSlicer().picture(raster, (SliceLayer(volume, WINDOW),))[..., 0] > 200
    shown = {"axial": "RLAP", "coronal": "RLSI", "sagittal": "APSI"}[kind]
    if letter not in shown:
        assert not bright.any()
        return
    sides = {"axial": "RLAP", "coronal": "RLSI", "sagittal": "APSI"}[kind]  # left, right, top, bottom
    row, column = (float(values.mean()) + 0.5 for values in np.nonzero(bright))
    wanted = {0: (60.5, 30.5), 1: (60.5, 90.5), 2: (30.5, 60.5), 3: (90.5, 60.5)}[sides.index(letter)]
    assert (row, column) == pytest.approx(wanted, abs=1.0)  # half a voxel of the phantom
    np.testing.assert_allclose(raster.to_px(marker_mm(letter)), (column, row), atol=1.0)


def test_that_a_voxel_reaches_half_a_voxel_beyond_its_centre_and_no_farther() -> None:
    volume = Volume(Grid.of((4, 4, 4), np.eye(4), SPACE), np.full((4, 4, 4), 1000, dtype=np.int16))
    raster = Raster(SlicePlane.axial((1.5, 1.5, 1.5), SPACE), 80, 80, 0.1)
    bright = LayeredSlicer().picture(raster, (SliceLayer(volume, WINDOW),))[..., 0] == 255
    assert bright.any(axis=0).sum() == pytest.approx(40, abs=1)
    assert bright[40, 40]
    assert not bright[40, 15]


def test_that_half_an_overlay_is_the_mean_of_both() -> None:
    base, over = (Volume(grid((8, 8, 8), 10.0), np.full((8, 8, 8), v, dtype=np.int16)) for v in (200, 800))
    raster = Raster(SlicePlane.axial((0, 0, 0), SPACE), 16, 16, 2.0)
    picture = LayeredSlicer().picture(raster, (SliceLayer(base, WINDOW), SliceLayer(over, WINDOW, opacity=0.5)))
    np.testing.assert_allclose(picture[8, 8, :3], 127.5, atol=1.5)  # two roundings of 8 bits
    assert (picture[..., 3] == 255).all()


def test_that_an_overlay_leaves_the_base_alone_outside_its_own_volume() -> None:
    base = Volume(grid((32, 32, 32), 4.0), np.full((32, 32, 32), 500, dtype=np.int16))
    small = Volume(grid((4, 4, 4), 4.0), np.full((4, 4, 4), -100, dtype=np.int16))
    raster = Raster(SlicePlane.axial((0, 0, 0), SPACE), 64, 64, 1.0)
    slicer = LayeredSlicer()
    alone = slicer.picture(raster, (SliceLayer(base, WINDOW),))
    fused = slicer.picture(raster, (SliceLayer(base, WINDOW), SliceLayer(small, WINDOW, opacity=0.6)))
    np.testing.assert_array_equal(fused[4, 4], alone[4, 4])
    assert fused[32, 32, 0] < 0.5 * alone[32, 32, 0]


def test_that_an_overlay_that_hides_its_low_values_shows_the_base_there() -> None:
    base = Volume(grid((8, 8, 8), 10.0), np.full((8, 8, 8), 500, dtype=np.int16))
    over = Volume(grid((8, 8, 8), 10.0), np.zeros((8, 8, 8), dtype=np.float32))
    raster = Raster(SlicePlane.axial((0, 0, 0), SPACE), 16, 16, 2.0)
    layer = SliceLayer(over, (0.0, 1.0), colours="warm", hides_low=True)
    picture = LayeredSlicer().picture(raster, (SliceLayer(base, WINDOW), layer))
    assert abs(int(picture[8, 8, 0]) - 128) <= 1


def test_that_edges_are_drawn_where_the_image_changes_and_nowhere_else() -> None:
    base = Volume(grid(), np.zeros((64, 64, 64), dtype=np.int16))
    layers = (SliceLayer(base, WINDOW), EdgeLayer(marked_head("R"), WINDOW, rgb=(0, 255, 0)))
    raster = Raster(SlicePlane.axial((0, 0, 0), SPACE), 121, 121, 1.0)
    green = LayeredSlicer().picture(raster, layers)[..., 1]
    assert green[60, 20:42].max() > 100  # the near and far walls of the marker at 30 mm
    assert green[60, 60] == 0
    assert green[2, 2] == 0


def test_that_a_value_is_read_under_the_cursor() -> None:
    plane = SlicePlane.axial((0, 0, 0), SPACE)
    layer = SliceLayer(marked_head("R"), WINDOW)
    slicer = LayeredSlicer()
    assert slicer.value_at(marker_mm("R"), plane, layer) == 1000.0
    assert slicer.value_at(np.array([500.0, 0, 0]), plane, layer) is None


def test_that_extreme_values_do_not_coarsen_the_window() -> None:
    values = np.full((8, 8, 8), 0.5, dtype=np.float32)
    values[0, 0, 0] = 1e9
    layer = SliceLayer(Volume(grid((8, 8, 8), 10.0), values), (0.0, 1.0))
    found = LayeredSlicer().value_at(np.array([20.0, 20.0, 20.0]), SlicePlane.axial((0, 0, 0), SPACE), layer)
    assert found == pytest.approx(0.5, abs=1e-3)


def test_that_a_volume_of_another_space_is_refused() -> None:
    raster = Raster(SlicePlane.axial((0, 0, 0), SPACE), 8, 8, 1.0)
    layer = SliceLayer(noise(space="image:other"), WINDOW)
    with pytest.raises(SpaceMismatchError):
        LayeredSlicer().picture(raster, (layer,))
    with pytest.raises(SpaceMismatchError):
        LayeredSlicer().picture(raster, (replace(layer, to_volume=Affine.identity(SPACE, "image:third")),))
