"""SimpleITK alone: the fallback where Greedy is missing, and the second opinion of every rigid alignment.

Recipe: reference/registration.md sections 3 and 4 ("window_grid": centroids, 125 turns scored coarsely, six refined,
the best refined at 3 and 1.5 mm; affine by mutual information; a displacement field by
neighbourhood correlation, each level by itself because the field must have the grid of its level).
"""

from typing import Any

import numpy as np
import SimpleITK as sitk

from planner.anatomy.engine import THREADS, EngineName, MaskedRequest, Pullback, joined
from planner.anatomy.starts import Score, turned_starts
from planner.geometry.arrays import FloatArray
from planner.geometry.itk import RAS_TO_LPS, grid_of, to_itk
from planner.geometry.transform import Affine
from planner.geometry.volume import Volume

TURNS_DEG = (-40.0, -20.0, 0.0, 20.0, 40.0)
KEPT = 6
COARSE_MM, MIDDLE_MM, FINE_MM = 6.0, 3.0, 1.5
SAMPLING_SEED = 20160101  # any fixed number: the same images give the same answer
FIELD_LEVELS = ((3.0, 30, 3), (2.0, 8, 3))
"""(voxels in mm, iterations, radius in voxels of the neighbourhood)"""
ROTATION_TOLERANCE = 1e-4
"""Rounding between stages; a matrix further from a rotation than this is a bug."""
FIELD_SMOOTH = 0.33
"""Both images are smoothed by this share of the voxel before they are compared."""
UPDATE_VARIANCE, TOTAL_VARIANCE = 3.0, 0.4
AFFINE_LEVELS = ((8.0, 200), (4.0, 200), (2.0, 100))
"""(voxels in mm, iterations)"""
Image = Any
"""SimpleITK is untyped here."""


class ItkEngine:
    """See :class:`planner.anatomy.engine.RegistrationEngine`."""

    name: EngineName = "itk"

    def rigid(self, fixed: Volume, moving: Volume, *, is_rough: bool = False) -> Affine:
        """Centroid on centroid, turned every 20 degrees up to 40 about each axis; the best six go on."""
        score = Score(fixed, moving)
        starts = turned_starts(fixed, moving, TURNS_DEG, score)[:KEPT]
        images = _images(fixed, moving, COARSE_MM)
        found = [_rigid_level(images, start, step_mm=4.0) for start in starts]
        return self.refine_rigid(fixed, moving, max(found, key=score), is_rough=is_rough)

    def refine_rigid(self, fixed: Volume, moving: Volume, start: Affine, *, is_rough: bool = False) -> Affine:
        middle = _rigid_level(_images(fixed, moving, MIDDLE_MM), joined(start, fixed, moving), step_mm=2.0)
        return middle if is_rough else _rigid_level(_images(fixed, moving, FINE_MM), middle, step_mm=0.5)

    def affine(self, request: MaskedRequest) -> Affine:
        """By mutual information inside the mask: as good there as local correlation, in a tenth of the time."""
        transform = sitk.AffineTransform(3)
        fixed, moving = request.fixed, request.moving
        matrix = RAS_TO_LPS @ request.start.matrix @ RAS_TO_LPS
        transform.SetCenter(_lps(fixed.grid.centre_mm))
        _set_matrix(transform, matrix)
        for step_mm, iterations in AFFINE_LEVELS[:2] if request.is_quick else AFFINE_LEVELS:
            images = _images(fixed, moving, step_mm)
            method = _method(iterations, step=1.0, smallest=1e-3)
            method.SetMetricAsMattesMutualInformation(numberOfHistogramBins=32)
            method.SetMetricFixedMask(_mask(request))
            method.SetInitialTransform(transform, inPlace=True)
            method.Execute(*images)
        return _affine_of(transform, fixed.space, moving.space)

    def deformable(self, request: MaskedRequest) -> Pullback:
        levels = FIELD_LEVELS[:1] if request.is_quick else FIELD_LEVELS
        initial = _affine_transform(request.start)
        field = None
        for level in levels:
            field = _field_level(request, initial, field, level)
        return _whole(field, initial, request)


def _lps(xyz_ras: FloatArray) -> list[float]:
    return [float(-xyz_ras[0]), float(-xyz_ras[1]), float(xyz_ras[2])]


def _shrunk(volume: Volume, step_mm: float, smooth_mm: float = 0.0) -> Image:
    """A copy in cubes of about ``step_mm`` (never finer than the volume itself), by averaging.

    Not by Shrink: with an even factor that takes a voxel half a step beside the place it gives it.
    """
    image = sitk.Cast(to_itk(volume), sitk.sitkFloat32)
    if smooth_mm > 0.0:
        image = sitk.SmoothingRecursiveGaussian(image, smooth_mm)
    factors = [max(1, round(step_mm / s)) for s in image.GetSpacing()]
    return sitk.BinShrink(image, factors)


def _images(fixed: Volume, moving: Volume, step_mm: float) -> tuple[Image, Image]:
    return _shrunk(fixed, step_mm), _shrunk(moving, step_mm)


def _mask(request: MaskedRequest) -> Image:
    return sitk.Cast(to_itk(request.mask) > 0, sitk.sitkUInt8)


def _method(iterations: int, *, step: float, smallest: float) -> Any:
    method = sitk.ImageRegistrationMethod()
    method.SetInterpolator(sitk.sitkLinear)
    method.SetNumberOfThreads(THREADS)
    method.SetOptimizerAsRegularStepGradientDescent(
        step, smallest, iterations, relaxationFactor=0.7, gradientMagnitudeTolerance=1e-9
    )  # the step decides when to stop: how large a gradient is depends on the image
    method.SetOptimizerScalesFromPhysicalShift()
    return method


def _rigid_level(images: tuple[Image, Image], start: Affine, *, step_mm: float) -> Affine:
    fixed, moving = images
    transform = sitk.Euler3DTransform()
    centre = fixed.TransformContinuousIndexToPhysicalPoint([(n - 1) / 2.0 for n in fixed.GetSize()])
    transform.SetCenter(centre)
    _set_matrix(transform, RAS_TO_LPS @ start.matrix @ RAS_TO_LPS)
    method = _method(150, step=step_mm, smallest=0.005)
    method.SetMetricAsMattesMutualInformation(numberOfHistogramBins=32)
    if np.prod(fixed.GetSize()) > 400_000:
        method.SetMetricSamplingStrategy(method.RANDOM)
        method.SetMetricSamplingPercentage(0.25, SAMPLING_SEED)
    method.SetInitialTransform(transform, inPlace=True)
    before = method.MetricEvaluate(fixed, moving)
    method.Execute(fixed, moving)
    if method.GetMetricValue() > before:  # it gives the last place it tried, not the best
        return start
    return _affine_of(transform, start.source, start.target)


def _set_matrix(transform: Any, matrix_lps: FloatArray) -> None:
    """Set the linear part and the shift of ``transform``, which turns about a centre, from a plain 4x4 matrix."""
    centre = np.array(transform.GetCenter())
    shift = matrix_lps[:3, 3] - centre + matrix_lps[:3, :3] @ centre
    linear = [float(v) for v in matrix_lps[:3, :3].ravel()]
    if isinstance(transform, sitk.Euler3DTransform):
        transform.SetMatrix(linear, ROTATION_TOLERANCE)
    else:
        transform.SetMatrix(linear)
    transform.SetTranslation([float(v) for v in shift])


def _affine_of(transform: Any, source: str, target: str) -> Affine:
    linear = np.array(transform.GetMatrix()).reshape(3, 3)
    centre = np.array(transform.GetCenter())
    matrix = np.eye(4)
    matrix[:3, :3] = linear
    matrix[:3, 3] = centre + np.array(transform.GetTranslation()) - linear @ centre
    return Affine.of(RAS_TO_LPS @ matrix @ RAS_TO_LPS, source, target)


def _affine_transform(affine: Affine) -> Any:
    transform = sitk.AffineTransform(3)
    _set_matrix(transform, RAS_TO_LPS @ affine.matrix @ RAS_TO_LPS)
    return transform


def _field_level(request: MaskedRequest, initial: Any, before: Image, level: tuple[float, int, int]) -> Image:
    """One level: the field on the grid of the shrunken fixed image, begun with the field of the level before."""
    step_mm, iterations, radius = level
    fixed = _shrunk(request.fixed, step_mm, FIELD_SMOOTH * step_mm)
    moving = _shrunk(request.moving, 0.0, FIELD_SMOOTH * step_mm)  # shrunk too, it pulled AC and PC 1.5 mm together
    method = sitk.ImageRegistrationMethod()
    method.SetInterpolator(sitk.sitkLinear)
    method.SetNumberOfThreads(THREADS)
    method.SetMetricAsANTSNeighborhoodCorrelation(radius)
    method.SetMetricFixedMask(_mask(request))
    method.SetOptimizerAsGradientDescent(
        learningRate=1.0,
        numberOfIterations=iterations,
        convergenceMinimumValue=1e-6,
        convergenceWindowSize=10,
        estimateLearningRate=method.Once,
        maximumStepSizeInPhysicalUnits=0.5 * step_mm,
    )
    method.SetOptimizerScalesFromPhysicalShift()  # without it there is no step size to estimate
    transform = sitk.DisplacementFieldTransform(_begun(before, fixed))
    transform.SetSmoothingGaussianOnUpdate(UPDATE_VARIANCE, TOTAL_VARIANCE)
    method.SetMovingInitialTransform(initial)
    method.SetInitialTransform(transform, inPlace=True)
    method.Execute(fixed, moving)
    return transform.GetDisplacementField()


def _begun(before: Image, fixed: Image) -> Image:
    if before is not None:
        return sitk.Resample(before, fixed, sitk.Transform(), sitk.sitkLinear, 0.0, sitk.sitkVectorFloat64)
    empty = sitk.Image(fixed.GetSize(), sitk.sitkVectorFloat64, 3)
    empty.CopyInformation(fixed)
    return empty


def _whole(field: Image, initial: Any, request: MaskedRequest) -> Pullback:
    """The field followed by the affine, as whole displacements in RAS on the grid of the last level."""
    both = sitk.CompositeTransform([initial, sitk.DisplacementFieldTransform(sitk.Image(field))])
    whole = sitk.TransformToDisplacementField(
        both, sitk.sitkVectorFloat32, field.GetSize(), field.GetOrigin(), field.GetSpacing(), field.GetDirection()
    )
    lps = sitk.GetArrayFromImage(whole).transpose(2, 1, 0, 3)
    ras = (lps * np.array([-1.0, -1.0, 1.0], dtype=np.float32)).astype(np.float32)
    return Pullback(grid_of(whole, request.fixed.space), ras, request.moving.space)
