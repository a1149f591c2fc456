"""The bridge to vtkImageReslice: volumes without copies, planes in, 65,536 steps out.

VTK and scipy are imported where they are first needed: the window shows before there is an image to cut.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from planner.geometry import Affine, Points, Volume, Warp
from planner.geometry.arrays import FloatArray
from planner.scene.planes import Raster

KEPT_VOLUMES = 8
TOP_STEP = 65535
FINEST_SHARE_OF_WINDOW = 1.0 / 1000.0
"""A step may be this share of the window at most; wider ranges are clamped around the window instead."""
WARP_STRIDE = 4
"""A warp is evaluated at every fourth pixel and interpolated: it is smooth over a few millimetres by construction."""


@dataclass(frozen=True, slots=True)
class Steps:
    """Index i > 0 stands for the value ``offset + i * step``; index 0 lies outside the volume."""

    offset: float
    step: float

    @classmethod
    def of(cls, low: float, high: float, window: tuple[float, float], *, is_integer: bool) -> "Steps":
        """Steps over all values, exact for integers of up to 65,535 values; else four windows either side."""
        width = max(window[1] - window[0], 1e-12)
        if is_integer and high - low < TOP_STEP:
            return cls(low - 1.0, 1.0)
        if (high - low) / TOP_STEP > width * FINEST_SHARE_OF_WINDOW:
            low, high = max(low, window[0] - 4.0 * width), min(high, window[1] + 4.0 * width)
        step = max(high - low, 1e-12) / (TOP_STEP - 1)
        return cls(low - step, step)


class _Prepared:
    """A volume as VTK sees it. Holds the volume, hence its memory, for as long as VTK points into it."""

    def __init__(self, volume: Volume) -> None:
        from vtkmodules.vtkImagingCore import vtkImageReslice

        self.volume = volume
        self.values = _plain(volume.values)
        self.is_reversed = not self.values.flags.f_contiguous
        self.image = _image_data(self.values)
        self.low, self.high = float(np.nanmin(self.values)), float(np.nanmax(self.values))
        self.is_integer = self.values.dtype.kind in "iu"
        self._reslice = vtkImageReslice()  # kept, so that its picture's memory is used again
        self._reslice.SetInputData(self.image)

    def reslicer(self, steps: Steps, interpolation: str) -> Any:
        from vtkmodules.vtkCommonCore import VTK_UNSIGNED_SHORT

        reslice = self._reslice
        reslice.SetOutputDimensionality(2)
        set_mode = {
            "linear": reslice.SetInterpolationModeToLinear,
            "nearest": reslice.SetInterpolationModeToNearestNeighbor,
            "cubic": reslice.SetInterpolationModeToCubic,
        }
        set_mode[interpolation]()
        reslice.SetOutputScalarType(VTK_UNSIGNED_SHORT)
        reslice.SetScalarShift(-steps.offset)
        reslice.SetScalarScale(1.0 / steps.step)
        reslice.SetBackgroundLevel(0.0)
        reslice.SetNumberOfThreads(1)  # four views each cut their own slice: threads would only wait for one another
        return reslice


class Reslicer:
    """Cuts slices; keeps the last :data:`KEPT_VOLUMES` volumes ready."""

    def __init__(self) -> None:
        self._prepared: OrderedDict[int, _Prepared] = OrderedDict()

    def forget(self) -> None:
        self._prepared.clear()

    def cut(
        self,
        raster: Raster,
        volume: Volume,
        to_volume: Affine | Warp | None,
        interpolation: str,
        window: tuple[float, float],
    ) -> tuple[NDArray[np.uint16], Steps]:
        """(height, width) steps with row 0 on top, good until the next cut, and what they mean."""
        ready = self._ready(volume)
        steps = Steps.of(ready.low, ready.high, window, is_integer=ready.is_integer)
        if isinstance(to_volume, Warp):
            return _through_warp(raster, ready, to_volume, steps, interpolation), steps
        matrix = pixel_to_index(raster, volume, to_volume)
        return _cut_affine(ready, matrix, (round(raster.width), round(raster.height)), steps, interpolation), steps

    def _ready(self, volume: Volume) -> _Prepared:
        found = self._prepared.get(id(volume))
        if found is None:
            found = self._prepared[id(volume)] = _Prepared(volume)
            while len(self._prepared) > KEPT_VOLUMES:
                self._prepared.popitem(last=False)
        self._prepared.move_to_end(id(volume))
        return found


def _plain(values: NDArray[np.generic]) -> NDArray[np.generic]:
    """The same values in a type and order that VTK takes, without a copy where possible."""
    if values.dtype == np.bool_:
        values = values.view(np.uint8)
    if values.dtype == np.float16 or values.dtype.kind not in "iuf":
        values = values.astype(np.float32)
    if not values.dtype.isnative:
        values = values.astype(values.dtype.newbyteorder("="))
    if not (values.flags.c_contiguous or values.flags.f_contiguous):
        values = np.asfortranarray(values)
    return values


def _image_data(values: NDArray[np.generic]) -> Any:
    """A vtkImageData over the same memory: its first axis is the one that runs fastest."""
    from vtkmodules.util.numpy_support import numpy_to_vtk
    from vtkmodules.vtkCommonDataModel import vtkImageData

    image = vtkImageData()
    shape = values.shape if values.flags.f_contiguous else values.shape[::-1]
    image.SetDimensions(*shape)
    image.GetPointData().SetScalars(numpy_to_vtk(values.ravel(order="K"), deep=False))
    return image


def pixel_to_index(raster: Raster, volume: Volume, to_volume: Affine | None) -> FloatArray:
    """(4, 4) from (column, row from the bottom, towards the viewer) in pixels to the volume's index."""
    plane, mm = raster.plane, raster.mm_per_px
    width, height = round(raster.width), round(raster.height)
    corner = plane.to_world(((0.5 - width / 2.0) * mm, (0.5 - height / 2.0) * mm))
    to_world = np.eye(4)
    to_world[:3, 0], to_world[:3, 1], to_world[:3, 2] = plane.right * mm, plane.up * mm, plane.normal * mm
    to_world[:3, 3] = corner
    affine = np.eye(4) if to_volume is None else to_volume.matrix
    return np.asarray(np.linalg.inv(volume.grid.affine) @ affine @ to_world)


def _cut_affine(
    ready: _Prepared, matrix: FloatArray, size: tuple[int, int], steps: Steps, interpolation: str
) -> NDArray[np.uint16]:
    from vtkmodules.util.numpy_support import vtk_to_numpy
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    travel = np.abs(matrix[:3, :2]).T @ np.array(ready.values.strides)
    is_turned = travel[1] < travel[0]
    if is_turned:  # run along the direction whose voxels lie closer in memory: a third less time
        matrix, size = matrix[:, [1, 0, 2, 3]], (size[1], size[0])
    if ready.is_reversed:
        matrix = matrix[[2, 1, 0, 3]]
    axes = vtkMatrix4x4()
    axes.DeepCopy(matrix.ravel().tolist())
    reslice = ready.reslicer(steps, interpolation)
    reslice.SetOutputSpacing(1.0, 1.0, 1.0)
    reslice.SetOutputOrigin(0.0, 0.0, 0.0)
    reslice.SetOutputExtent(0, size[0] - 1, 0, size[1] - 1, 0, 0)
    reslice.SetResliceAxes(axes)
    reslice.Update()
    flat = vtk_to_numpy(reslice.GetOutput().GetPointData().GetScalars())
    picture = cast(NDArray[np.uint16], flat.reshape(size[1], size[0]))
    return (picture.T if is_turned else picture)[::-1]


def _through_warp(raster: Raster, ready: _Prepared, warp: Warp, steps: Steps, interpolation: str) -> NDArray[np.uint16]:
    from scipy.ndimage import map_coordinates

    index = _warped_index(raster, ready.volume, warp)
    order = {"nearest": 0, "linear": 1, "cubic": 3}[interpolation]
    values = map_coordinates(ready.volume.values, index, output=np.float32, order=order, mode="nearest")
    rounded = np.clip(np.rint((values - steps.offset) / steps.step), 1, TOP_STEP)
    found: NDArray[np.uint16] = rounded.astype(np.uint16)
    limits = np.array(ready.volume.grid.shape).reshape(3, 1, 1) - 0.5
    found[((index < -0.5) | (index > limits)).any(axis=0)] = 0
    return found


def _warped_index(raster: Raster, volume: Volume, warp: Warp) -> FloatArray:
    """(3, height, width) index of the volume under each pixel."""
    from scipy.ndimage import zoom

    width, height = round(raster.width), round(raster.height)
    columns, rows = -(-width // WARP_STRIDE) + 1, -(-height // WARP_STRIDE) + 1
    x, y = np.meshgrid(np.arange(columns) * WARP_STRIDE + 0.5, np.arange(rows) * WARP_STRIDE + 0.5)
    uv = np.stack([(x - width / 2.0), (height / 2.0 - y)], axis=-1) * raster.mm_per_px
    world = raster.plane.to_world(uv).reshape(-1, 3)
    index = volume.grid.to_index(warp.apply(Points.of(world, warp.source)).xyz).T.reshape(3, rows, columns)
    target = (1, ((rows - 1) * WARP_STRIDE + 1) / rows, ((columns - 1) * WARP_STRIDE + 1) / columns)
    return cast(FloatArray, zoom(index, target, order=1)[:, :height, :width])
