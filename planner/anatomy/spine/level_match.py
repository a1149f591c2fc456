"""One vertebra refined on the two images: mutual information in a box around it, a turn and a shift, no more."""

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from planner.anatomy.spine.level_pairs import LevelPair, OutlinedImage
from planner.geometry import Affine, Grid, Volume
from planner.geometry.arrays import FloatArray
from planner.geometry.itk import RAS_TO_LPS
from planner.geometry.transform import apply_matrix

STEP_MM = 1.25
"""Voxels of the box: no finer than the MRI that is to be laid over the CT."""
BESIDE_MM, BEFORE_MM, BEHIND_MM = 30.0, 45.0, 40.0
"""The box around the canal: transverse processes, body and spinous process lie within it."""
ABOVE_MM = 3.0
"""Beyond the end plates: more would take in the neighbour, which moves otherwise."""
ROOM_MM = 14.0
"""The moving image is cut this much wider, so that it can be moved."""
FURTHEST_MM, FURTHEST_DEG = 9.0, 14.0
"""A refined fit farther from the outlines' than this has found something else; the outlines' is kept."""
PERCENT = (1.0, 99.5)
BINS = 28
SMOOTH_MM = (1.6, 0.8)
"""Blur of both images, coarse then fine."""
PROBE_MM = 6.0
PROBES = 14
"""Evidence compares the fit with so many places this far away."""


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """``affine`` moving to fixed; ``moved_mm`` of the vertebra's middle and edges from the outlines' fit; ``evidence``
    in standard deviations of the places around; ``is_refined`` or the outlines' own fit."""

    affine: Affine
    moved_mm: float
    evidence: float
    is_refined: bool


def refined(pair: LevelPair, moving: OutlinedImage, fixed: OutlinedImage) -> Match:
    """The pair's transform refined on the images. Blocking, a second or two."""
    box, mask = box_of(pair, fixed)
    still = _cut(fixed.image, box)
    wide = _cut(moving.image, _around(pair, box, moving))
    found = pair.start.inverse()  # fixed to moving, as registration pulls
    for smooth in SMOOTH_MM:
        found = _optimised(still, wide, mask, found, smooth)
    answer = found.inverse()
    moved = _apart_mm(pair, pair.start, answer)
    turned = _angle_deg(pair.start, answer)
    is_near = moved <= FURTHEST_MM and turned <= FURTHEST_DEG
    chosen = answer if is_near else pair.start
    return Match(chosen, moved if is_near else 0.0, _evidence(still, wide, mask, chosen), is_near)


def box_of(pair: LevelPair, fixed: OutlinedImage) -> tuple[Grid, NDArray[np.bool_]]:
    """An upright grid of cubes around the fixed vertebra, and which of them lie between its end plates."""
    vertebra, path = pair.fixed, fixed.canal.path
    arcs = np.linspace(vertebra.top_arc_mm - ABOVE_MM, vertebra.bottom_arc_mm + ABOVE_MM, 5)
    middle, frames = path.at(arcs), path.frames(arcs)
    corners = [
        middle + beside * frames.right + back * frames.back
        for beside in (-BESIDE_MM, BESIDE_MM)
        for back in (-BEFORE_MM, BEHIND_MM)
    ]
    xyz = np.concatenate(corners)
    image = fixed.image.grid.corners_mm()
    low = np.maximum(xyz.min(axis=0), image.min(axis=0))
    high = np.minimum(xyz.max(axis=0), image.max(axis=0))
    shape = np.maximum(np.floor((high - low) / STEP_MM).astype(int) + 1, 4)
    affine = np.diag([STEP_MM, STEP_MM, STEP_MM, 1.0])
    affine[:3, 3] = low
    grid = Grid.of((int(shape[0]), int(shape[1]), int(shape[2])), affine, fixed.image.space)
    return grid, _between_plates(grid, pair, fixed)


def _between_plates(grid: Grid, pair: LevelPair, fixed: OutlinedImage) -> NDArray[np.bool_]:
    vertebra, path = pair.fixed, fixed.canal.path
    middle_arc = 0.5 * (vertebra.top_arc_mm + vertebra.bottom_arc_mm)
    frames, middle = path.frames([middle_arc]), path.at(middle_arc)[0]
    down, back, right = frames.down[0], frames.back[0], frames.right[0]
    index = np.stack(np.meshgrid(*(np.arange(n) for n in grid.shape), indexing="ij"), axis=-1)
    away = grid.to_world(index) - middle
    half = 0.5 * (vertebra.bottom_arc_mm - vertebra.top_arc_mm) + ABOVE_MM
    along, behind, beside = away @ down, away @ back, away @ right
    # processes hang down behind the canal: the slab is tilted with them
    is_within = np.abs(along - np.clip(behind, 0.0, None) * 0.25) < half + 0.15 * np.clip(behind, 0.0, None)
    is_within &= (behind > -BEFORE_MM) & (behind < BEHIND_MM) & (np.abs(beside) < BESIDE_MM)
    return cast(NDArray[np.bool_], is_within)


def _around(pair: LevelPair, box: Grid, moving: OutlinedImage) -> Grid:
    """Where the box may come to lie in the moving image, with room."""
    corners = apply_matrix(pair.start.inverse().matrix, box.corners_mm())
    low, high = corners.min(axis=0) - ROOM_MM, corners.max(axis=0) + ROOM_MM
    image = moving.image.grid.corners_mm()
    low, high = np.maximum(low, image.min(axis=0)), np.minimum(high, image.max(axis=0))
    shape = np.maximum(np.floor((high - low) / STEP_MM).astype(int) + 1, 4)
    affine = np.diag([STEP_MM, STEP_MM, STEP_MM, 1.0])
    affine[:3, 3] = low
    return Grid.of((int(shape[0]), int(shape[1]), int(shape[2])), affine, moving.image.space)


def _cut(image: Volume, grid: Grid) -> Volume:
    """Linear values on the grid, squeezed into the span of the middle of the values."""
    from scipy.ndimage import affine_transform

    matrix = np.linalg.inv(image.grid.affine) @ grid.affine
    values = affine_transform(
        image.values.astype(np.float32), matrix[:3, :3], matrix[:3, 3], grid.shape, order=1, mode="nearest"
    )
    low, high = np.percentile(values, PERCENT)
    return Volume(grid, np.clip(values, low, max(high, low + 1.0)).astype(np.float32))


def _itk(volume: Volume, smooth_mm: float = 0.0) -> Any:
    import SimpleITK as sitk

    from planner.geometry.itk import to_itk

    image = sitk.Cast(to_itk(volume), sitk.sitkFloat32)
    return sitk.SmoothingRecursiveGaussian(image, smooth_mm) if smooth_mm > 0.0 else image


def _method() -> Any:
    import SimpleITK as sitk

    method = sitk.ImageRegistrationMethod()
    method.SetMetricAsMattesMutualInformation(numberOfHistogramBins=BINS)
    method.SetInterpolator(sitk.sitkLinear)
    method.SetNumberOfThreads(1)
    return method


def _optimised(still: Volume, wide: Volume, mask: NDArray[np.bool_], start: Affine, smooth_mm: float) -> Affine:
    fixed_image, moving_image = _itk(still, smooth_mm), _itk(wide, smooth_mm)
    transform = _euler(start, still.grid.centre_mm)
    method = _method()
    method.SetMetricFixedMask(_itk_mask(still.grid, mask))
    method.SetOptimizerAsRegularStepGradientDescent(
        1.0, 0.02, 60, relaxationFactor=0.6, gradientMagnitudeTolerance=1e-9
    )
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetInitialTransform(transform, inPlace=True)
    before = method.MetricEvaluate(fixed_image, moving_image)
    method.Execute(fixed_image, moving_image)
    return start if method.GetMetricValue() > before else _affine(transform, start)


def _itk_mask(grid: Grid, mask: NDArray[np.bool_]) -> Any:
    import SimpleITK as sitk

    return sitk.Cast(_itk(Volume(grid, mask.astype(np.float32))) > 0.5, sitk.sitkUInt8)


def _euler(affine: Affine, centre_ras: FloatArray) -> Any:
    import SimpleITK as sitk

    transform = sitk.Euler3DTransform()
    matrix = RAS_TO_LPS @ affine.matrix @ RAS_TO_LPS
    centre = (RAS_TO_LPS @ np.append(centre_ras, 1.0))[:3]
    transform.SetCenter([float(v) for v in centre])
    transform.SetMatrix([float(v) for v in matrix[:3, :3].ravel()], 1e-4)
    shift = matrix[:3, 3] - centre + matrix[:3, :3] @ centre
    transform.SetTranslation([float(v) for v in shift])
    return transform


def _affine(transform: Any, like: Affine) -> Affine:
    linear = np.array(transform.GetMatrix()).reshape(3, 3)
    centre = np.array(transform.GetCenter())
    matrix = np.eye(4)
    matrix[:3, :3] = linear
    matrix[:3, 3] = centre + np.array(transform.GetTranslation()) - linear @ centre
    return Affine.of(RAS_TO_LPS @ matrix @ RAS_TO_LPS, like.source, like.target)


def _evidence(still: Volume, wide: Volume, mask: NDArray[np.bool_], affine: Affine) -> float:
    """How many standard deviations the images agree better at the fit than at places PROBE_MM away."""
    fixed_image, moving_image = _itk(still, SMOOTH_MM[-1]), _itk(wide, SMOOTH_MM[-1])
    fixed_mask = _itk_mask(still.grid, mask)

    def agreement(shift: FloatArray) -> float:
        matrix = affine.inverse().matrix.copy()
        matrix[:3, 3] += shift
        method = _method()
        method.SetMetricFixedMask(fixed_mask)
        method.SetInitialTransform(_euler(Affine.of(matrix, affine.target, affine.source), still.grid.centre_mm))
        return -float(method.MetricEvaluate(fixed_image, moving_image))

    around = np.array([agreement(PROBE_MM * direction) for direction in _directions()])
    return float((agreement(np.zeros(3)) - around.mean()) / max(float(around.std()), 1e-6))


def _directions() -> FloatArray:
    """(PROBES, 3) unit vectors to the faces and corners of a cube."""
    faces = np.concatenate([np.eye(3), -np.eye(3)])
    corners = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) / np.sqrt(3.0)
    return np.concatenate([faces, corners])[:PROBES]


def _apart_mm(pair: LevelPair, one: Affine, other: Affine) -> float:
    """Mean distance between where two transforms take the vertebra's outline."""
    gap = apply_matrix(one.matrix, pair.moving_points) - apply_matrix(other.matrix, pair.moving_points)
    return float(np.linalg.norm(gap, axis=1).mean())


def _angle_deg(one: Affine, other: Affine) -> float:
    relative = one.matrix[:3, :3].T @ other.matrix[:3, :3]
    return float(np.rad2deg(np.arccos(np.clip((np.trace(relative) - 1.0) / 2.0, -1.0, 1.0))))
