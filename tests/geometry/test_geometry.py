"""Points, transforms and grids against hand-made answers, nibabel, SimpleITK and VTK."""

from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from planner.errors import SpaceMismatchError
from planner.geometry import Affine, Curve, Grid, Points, Surface, Volume, Warp
from planner.geometry.itk import from_itk, grid_of, to_itk
from planner.geometry.resample import resample

ROUND_TRIP_MM = 1e-6
"""reference/reliability.md section 5: rigid transform and inverse ≤ 1e-6 mm (libraries reach 1e-11)."""
LIBRARY_MM = 0.001
"""Same table: coordinates through SimpleITK and nibabel ≤ 0.001 mm (float32 headers cost 0.0002)."""


def rigid(seed: int, source: str = "a", target: str = "b") -> Affine:
    rng = np.random.default_rng(seed)
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_rotvec(rng.normal(size=3)).as_matrix()
    matrix[:3, 3] = rng.normal(scale=50, size=3)
    return Affine.of(matrix, source, target)


def oblique_grid(seed: int, space: str = "a") -> Grid:
    rng = np.random.default_rng(seed)
    matrix = rigid(seed).matrix.copy()
    matrix[:3, :3] *= rng.uniform(0.4, 3.0, 3) * np.where(rng.random(3) < 0.5, -1, 1)
    shape = rng.integers(3, 12, 3)
    return Grid.of((int(shape[0]), int(shape[1]), int(shape[2])), matrix, space)


@pytest.mark.parametrize("seed", range(20))
def test_that_a_rigid_transform_and_its_inverse_bring_points_back(seed: int) -> None:
    points = Points.of(np.random.default_rng(seed).normal(scale=100, size=(50, 3)), "a")
    transform = rigid(seed)
    back = transform.inverse().apply(transform.apply(points))
    assert back.space == "a"
    assert np.abs(back.xyz - points.xyz).max() < ROUND_TRIP_MM


def test_that_transforms_join_only_where_their_spaces_meet() -> None:
    ab, bc = rigid(1, "a", "b"), rigid(2, "b", "c")
    points = Points.of([1, 2, 3], "a")
    assert np.allclose(ab.then(bc).apply(points).xyz, bc.apply(ab.apply(points)).xyz)
    with pytest.raises(SpaceMismatchError):
        bc.then(ab)
    with pytest.raises(SpaceMismatchError):
        bc.apply(points)
    with pytest.raises(SpaceMismatchError):
        points.in_space("b")


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_that_points_and_matrices_refuse_what_is_not_finite(bad: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        Points.of([0, bad, 0], "a")
    with pytest.raises(ValueError, match="finite"):
        Affine.of(np.full((4, 4), bad), "a", "b")
    with pytest.raises(ValueError, match="invertible"):
        Affine.of(np.diag([1, 0, 1, 1]), "a", "b")


def test_that_arrays_are_read_only_once_made() -> None:
    points = Points.of([1, 2, 3], "a")
    volume = Volume(oblique_grid(1), np.zeros(oblique_grid(1).shape))
    with pytest.raises(ValueError, match="read-only"):
        points.xyz[0, 0] = 5
    with pytest.raises(ValueError, match="read-only"):
        volume.values[0, 0, 0] = 5


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000))
def test_that_world_points_agree_with_simpleitk_and_nibabel(seed: int) -> None:
    grid = oblique_grid(seed)
    image = to_itk(Volume(grid, np.zeros(grid.shape, dtype=np.float32)))
    nifti = nib.nifti1.Nifti1Image(np.zeros(grid.shape, dtype=np.float32), grid.affine)
    for index in np.argwhere(np.ones(grid.shape))[:: max(1, int(np.prod(grid.shape)) // 7)]:
        ours = grid.to_world(index)
        itk_lps = np.array(image.TransformIndexToPhysicalPoint([int(i) for i in index]))
        assert np.abs(itk_lps * (-1, -1, 1) - ours).max() < LIBRARY_MM
        assert np.abs(nib.affines.apply_affine(nifti.get_sform(), index) - ours).max() < LIBRARY_MM
        assert np.abs(grid.to_index(ours) - index).max() < ROUND_TRIP_MM
    assert grid_of(image, "a").matches(grid)


def test_that_values_go_to_simpleitk_and_come_back_in_place() -> None:
    grid = oblique_grid(4)
    values = np.arange(np.prod(grid.shape), dtype=np.int16).reshape(grid.shape)
    image = to_itk(Volume(grid, values))
    assert image.GetPixel(1, 2, 0) == values[1, 2, 0]
    back = from_itk(image, "a")
    assert back.grid.matches(grid)
    assert np.array_equal(back.values, values)


def test_that_a_sheared_grid_has_no_simpleitk_image() -> None:
    matrix = np.eye(4)
    matrix[0, 1] = 0.3
    with pytest.raises(ValueError, match="sheared"):
        to_itk(Volume(Grid.of((3, 3, 3), matrix, "a"), np.zeros((3, 3, 3))))


def test_that_a_shift_of_one_voxel_is_another_grid() -> None:
    grid = oblique_grid(3)
    moved = grid.affine.copy()
    moved[:3, 3] += grid.affine[:3, 0]
    assert not grid.matches(Grid.of(grid.shape, moved, grid.space))
    assert not grid.matches(grid.in_space("other"))
    volume = Volume(Grid.of(grid.shape, moved, grid.space), np.zeros(grid.shape))
    with pytest.raises(SpaceMismatchError):
        volume.on_grid_of(Volume(grid, np.zeros(grid.shape)))


@pytest.mark.parametrize("seed", range(5))
def test_that_resampling_keeps_the_centroid_of_a_blob(seed: int) -> None:
    """Linear interpolation moves a smooth blob's centroid by 0.00015 mm (reliability.md section 5); bar 0.01 mm."""
    fixed = Grid.of((48, 48, 48), np.diag([1.0, 1.0, 1.0, 1.0]), "a")
    centre = np.array([24.0, 23.0, 22.0])
    distance = np.linalg.norm(fixed.to_world(np.stack(np.indices(fixed.shape), -1)) - centre, axis=-1)
    blob = Volume(fixed, np.exp(-(distance**2) / 18).astype(np.float32))
    turn = np.eye(4)
    turn[:3, :3] = Rotation.from_euler("xyz", [7, -5, 11 + seed], degrees=True).as_matrix()
    turn[:3, 3] = centre - turn[:3, :3] @ centre + (0.3, -0.2, 0.4)
    to_b = Affine.of(turn, "a", "b")
    seen = resample(blob, fixed.in_space("b"), to_b.inverse())
    world = seen.grid.to_world(np.stack(np.indices(seen.grid.shape), -1))
    centroid = (world * seen.values[..., None]).sum((0, 1, 2)) / seen.values.sum()
    assert np.abs(centroid - to_b.apply(Points.of(centre, "a")).xyz[0]).max() < 0.01


def test_that_resampling_agrees_with_simpleitk() -> None:
    rng = np.random.default_rng(0)
    volume = Volume(
        Grid.of((20, 21, 22), np.diag([1.5, 1.0, 2.0, 1.0]), "a"), rng.random((20, 21, 22), dtype=np.float32)
    )
    onto = Grid.of((15, 15, 15), np.diag([1.1, 1.2, 1.3, 1.0]), "a")
    ours = resample(volume, onto)
    reference = to_itk(Volume(onto, np.zeros(onto.shape, dtype=np.float32)))
    theirs = sitk.GetArrayFromImage(sitk.Resample(to_itk(volume), reference)).transpose(2, 1, 0)
    assert np.abs(ours.values - theirs).max() < 1e-5  # float32 sums in another order


def test_that_a_warp_moves_points_by_its_field_and_comes_back() -> None:
    grid_a = Grid.of((30, 30, 30), np.eye(4), "a")
    shift = np.zeros((30, 30, 30, 3))
    shift[...] = (1.5, -0.5, 2.0)
    warp = Warp("a", "b", grid_a, shift, grid_a.in_space("b"), -shift)
    points = Points.of([[10, 10, 10], [15.5, 12.25, 9.75]], "a")
    moved = warp.apply(points)
    assert moved.space == "b"
    assert np.allclose(moved.xyz - points.xyz, (1.5, -0.5, 2.0))
    assert np.allclose(warp.inverse().apply(moved).xyz, points.xyz)
    with pytest.raises(SpaceMismatchError):
        Warp("a", "b", grid_a, shift, grid_a, -shift)


def test_that_a_curve_knows_its_length_and_goes_on_straight() -> None:
    curve = Curve.of([[0, 0, 0], [3, 4, 0], [3, 4, 10]], "a")
    assert curve.length_mm == pytest.approx(15.0)
    assert np.allclose(curve.at([2.5, 10.0, 17.0]), [[1.5, 2, 0], [3, 4, 5], [3, 4, 12]])
    with pytest.raises(ValueError, match="different"):
        Curve.of([[0, 0, 0], [0, 0, 0]], "a")


def test_that_a_surface_refuses_triangles_without_vertices() -> None:
    with pytest.raises(ValueError, match="vertex"):
        Surface.of(np.zeros((3, 3)), [[0, 1, 3]], "a")


def test_that_a_left_marker_stays_left_through_nifti(tmp_path: Path) -> None:
    grid = Grid.of((9, 9, 9), np.diag([-1.0, 1.0, 1.0, 1.0]), "a")
    values = np.zeros(grid.shape, dtype=np.uint8)
    values[7, 4, 4] = 1  # index 7 along a -1 axis: x = -7, the patient's left
    nib.save(nib.nifti1.Nifti1Image(values, grid.affine), tmp_path / "marker.nii.gz")
    image = from_itk(sitk.ReadImage(str(tmp_path / "marker.nii.gz")), "a")
    assert image.grid.to_world(np.argwhere(image.values)[0])[0] == pytest.approx(-7)
