"""The straightened view: there and back, lengths along the canal, and pictures of phantoms whose answer is known."""

import time

import numpy as np
import pytest
from scipy.spatial import cKDTree

from planner.errors import SpaceMismatchError
from planner.geometry import Affine, Curve, Grid, Points, Volume
from planner.geometry.arrays import FloatArray
from planner.scene.slices import SliceLayer
from planner.scene.straight_slices import StraightSlicer, straight_values
from planner.scene.straightening import Straightening, StraightKind, StraightRaster


def bent_canal() -> Curve:
    """An S in the midsagittal plane with a scoliosis of 15 mm, 300 mm high."""
    height = np.linspace(150.0, -150.0, 400)
    points = np.stack([15.0 * np.sin(height / 60.0), 20.0 * np.sin(height / 45.0), height], axis=1)
    return Curve.of(points, "ct")


@pytest.fixture(scope="module")
def along() -> Straightening:
    return Straightening.along(bent_canal())


def tube(curve: Curve, radius_mm: float = 6.0) -> Volume:
    """1 inside a tube around the curve, 0 outside, on voxels of 2 mm; the right half of the tube is 2."""
    shape = (40, 60, 152)
    affine = np.diag([2.0, 2.0, 2.0, 1.0])
    affine[:3, 3] = (-39.0, -59.0, -151.0)
    grid = Grid.of(shape, affine, "ct")
    index = np.stack(np.meshgrid(*(np.arange(n) for n in shape), indexing="ij"), axis=-1).reshape(-1, 3)
    world = grid.to_world(index)
    dense = curve.at(np.arange(0.0, curve.length_mm, 0.25))
    away, nearest = cKDTree(dense).query(world, distance_upper_bound=radius_mm)
    is_tube = np.isfinite(away)
    values = np.zeros(len(world), np.float32)
    values[is_tube] = np.where(world[is_tube, 0] > dense[nearest[is_tube], 0], 2.0, 1.0)
    return Volume(grid, values.reshape(shape))


@pytest.fixture(scope="module")
def bent_tube(along: Straightening) -> Volume:
    return tube(along.path)


def around(curve: Curve) -> FloatArray:
    rng = np.random.default_rng(7)
    return np.asarray(curve.at(rng.uniform(10.0, curve.length_mm - 10.0, 300)) + rng.normal(0.0, 8.0, (300, 3)))


def test_that_points_come_back_from_the_straightened_patient(along: Straightening) -> None:
    points = Points.of(around(along.path), "ct")
    back = along.to_world(along.to_straight(points))
    assert np.abs(back.xyz - points.xyz).max() < 1e-9


def test_that_straight_positions_come_back_from_the_patient(along: Straightening) -> None:
    rng = np.random.default_rng(8)
    straight = np.stack(
        [rng.uniform(-10.0, along.length_mm + 10.0, 300), rng.uniform(-12, 12, 300), rng.uniform(-12, 12, 300)], axis=1
    )
    assert along.to_straight(along.to_world(straight)) == pytest.approx(straight, abs=1e-8)


@pytest.mark.parametrize("kind", ["sagittal", "coronal"])
def test_that_pixels_come_back(along: Straightening, kind: StraightKind) -> None:
    raster = StraightRaster(along, kind, 300, 700, 0.4, 140.0, 3.0, -2.0)
    for x, y in ((150.5, 350.5), (33.0, 600.0), (280.0, 20.0)):
        xyz = raster.to_world(x, y)
        assert raster.to_px(xyz)[0] == pytest.approx((x, y), abs=1e-6)
        assert raster.height_mm(xyz)[0] == pytest.approx(0.0, abs=1e-8)


def test_that_a_length_on_the_middle_line_is_the_length_along_the_canal(along: Straightening) -> None:
    raster = StraightRaster(along, "sagittal", 100, 800, 0.4, along.length_mm / 2.0)
    upper, lower = raster.to_px(along.path.at([40.0, 260.0]))
    assert upper[0] == pytest.approx(50.0, abs=1e-6)
    assert (lower[1] - upper[1]) * raster.mm_per_px == pytest.approx(220.0, abs=1e-6)


def test_that_the_face_looks_left_and_the_patients_right_is_on_the_left(along: Straightening) -> None:
    middle = along.path.at(150.0)[0]
    sagittal = StraightRaster(along, "sagittal", 100, 100, 1.0, 150.0)
    coronal = StraightRaster(along, "coronal", 100, 100, 1.0, 150.0)
    assert sagittal.to_px(middle + np.array([0.0, 10.0, 0.0]))[0, 0] < 45.0  # anterior
    assert coronal.to_px(middle + np.array([10.0, 0.0, 0.0]))[0, 0] < 45.0  # the patient's right
    assert sagittal.to_px(middle + np.array([0.0, 0.0, 10.0]))[0, 1] < 45.0  # superior


def test_that_a_bent_tube_is_straight_and_as_wide_as_it_is(along: Straightening, bent_tube: Volume) -> None:
    layer = SliceLayer(bent_tube, (0.0, 1.0), interpolation="nearest")
    raster = StraightRaster(along, "sagittal", 80, 500, 0.5, along.length_mm / 2.0)
    is_tube = straight_values(raster, layer) > 0.5
    width_mm = is_tube.sum(axis=1) * raster.mm_per_px
    assert width_mm == pytest.approx(12.0, abs=2.5)  # a voxel of 2 mm at the ends of a chord
    middle = (is_tube * np.arange(80)).sum(axis=1) / is_tube.sum(axis=1)
    assert middle == pytest.approx(39.5, abs=3.0)


def test_that_the_right_half_is_on_the_left_of_the_coronal_picture(along: Straightening, bent_tube: Volume) -> None:
    layer = SliceLayer(bent_tube, (0.0, 2.0), interpolation="nearest")
    values = straight_values(StraightRaster(along, "coronal", 80, 300, 0.5, along.length_mm / 2.0), layer)
    assert np.nanmean(values[:, 32:38] == 2.0) > 0.9
    assert np.nanmean(values[:, 43:48] == 1.0) > 0.9


def test_that_what_lies_outside_the_image_is_black(along: Straightening, bent_tube: Volume) -> None:
    layer = SliceLayer(bent_tube, (0.0, 1.0))
    raster = StraightRaster(along, "sagittal", 400, 60, 1.0, 100.0)
    picture = StraightSlicer().picture(raster, (layer,))
    assert (picture[:, 0, :3] == 0).all()
    assert (picture[:, :, 3] == 255).all()
    assert picture[30, 200, 0] == 255


def test_that_an_image_of_another_space_is_drawn_through_its_transform(along: Straightening, bent_tube: Volume) -> None:
    volume = bent_tube
    moved = np.eye(4)
    moved[:3, 3] = (3.0, -5.0, 7.0)
    other = Volume(Grid.of(volume.grid.shape, moved @ volume.grid.affine, "mr"), volume.values)
    raster = StraightRaster(along, "sagittal", 80, 300, 0.5, 150.0)
    straight = straight_values(raster, SliceLayer(volume, (0.0, 1.0)))
    through = straight_values(raster, SliceLayer(other, (0.0, 1.0), Affine.of(moved, "ct", "mr")))
    assert np.allclose(straight, through, atol=1e-4, equal_nan=True)
    with pytest.raises(SpaceMismatchError):
        straight_values(raster, SliceLayer(other, (0.0, 1.0)))


def test_that_a_picture_of_a_large_scan_costs_less_than_fifty_ms_of_processor() -> None:
    volume = Volume(Grid.of((184, 264, 133), np.diag([0.7, 0.7, 2.5, 1.0]), "ct"), np.zeros((184, 264, 133), np.int16))
    points = np.stack([np.full(40, 64.0), 90.0 + 10.0 * np.sin(np.arange(40) / 6.0), np.linspace(330, 2, 40)], axis=1)
    raster = StraightRaster(Straightening.along(Curve.of(points, "ct")), "sagittal", 360, 800, 0.45, 165.0)
    slicer, layers = StraightSlicer(), (SliceLayer(volume, (-200.0, 600.0)),)
    slicer.picture(raster, layers)
    spent = []
    for _time in range(5):
        before = time.process_time()
        slicer.picture(raster, layers)
        spent.append(time.process_time() - before)
    assert min(spent) < 0.05  # 0.02 measured
