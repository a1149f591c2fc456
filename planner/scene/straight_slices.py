"""Straightened pictures of volumes: curved reformats along the canal, as colours, without GL and without Qt."""

from typing import cast

import numpy as np
from numpy.typing import NDArray

from planner.errors import SpaceMismatchError
from planner.geometry import Affine, Points, Warp
from planner.geometry.arrays import FloatArray
from planner.scene.reslicing import TOP_STEP, WARP_STRIDE, Steps
from planner.scene.slices import SliceLayer, blend, colours_of
from planner.scene.straightening import StraightRaster, check_space

BLACK = np.uint32(0xFF000000)
KEPT_RANGES = 8


class StraightSlicer:
    """Cuts and blends layers along a curve. Keeps the range of each volume between frames; one per view and thread."""

    def __init__(self) -> None:
        self._ranges: dict[int, tuple[object, float, float]] = {}

    def picture(self, raster: StraightRaster, layers: tuple[SliceLayer, ...]) -> NDArray[np.uint8]:
        """(height, width, 4) RGBA, opaque; black where there is no volume. Raises SpaceMismatchError."""
        height, width = round(raster.height), round(raster.width)
        result = np.full((height, width), BLACK, dtype=np.uint32)
        for number, layer in enumerate(layers):
            values = straight_values(raster, layer)
            scale = self._steps(layer)
            blend(result, _indices(values, scale), colours_of(layer, scale, is_base=number == 0))
        return cast(NDArray[np.uint8], result.view(np.uint8).reshape(height, width, 4))

    def _steps(self, layer: SliceLayer) -> Steps:
        volume = layer.volume
        found = self._ranges.get(id(volume))
        if found is None or found[0] is not volume:
            found = (volume, float(np.nanmin(volume.values)), float(np.nanmax(volume.values)))
            self._ranges[id(volume)] = found
            while len(self._ranges) > KEPT_RANGES:
                del self._ranges[next(iter(self._ranges))]
        return Steps.of(found[1], found[2], layer.window, is_integer=False)


def straight_values(raster: StraightRaster, layer: SliceLayer) -> NDArray[np.float32]:
    """(height, width) values of the layer's volume on the raster, NaN outside it. Raises SpaceMismatchError."""
    from scipy.ndimage import map_coordinates

    index = _index(raster, layer)
    values = layer.volume.values
    low = np.clip(np.floor(index.min(axis=(1, 2))).astype(int), 0, np.array(values.shape) - 1)
    high = np.clip(np.ceil(index.max(axis=(1, 2))).astype(int) + 1, low + 1, np.array(values.shape))
    block = values[low[0] : high[0], low[1] : high[1], low[2] : high[2]]
    order = {"nearest": 0, "linear": 1, "cubic": 3}[layer.interpolation]
    found = map_coordinates(
        block, index - low[:, None, None], output=np.float32, order=order, mode="nearest", prefilter=order > 1
    )
    limits = np.array(values.shape).reshape(3, 1, 1) - 0.5
    found[((index < -0.5) | (index > limits)).any(axis=0)] = np.nan
    return cast(NDArray[np.float32], found)


def _index(raster: StraightRaster, layer: SliceLayer) -> FloatArray:
    """(3, height, width) index of the layer's volume under each pixel."""
    transform, grid = layer.to_volume, layer.volume.grid
    check_space(raster, grid.space if transform is None else transform.source)
    if transform is not None and transform.target != grid.space:
        raise SpaceMismatchError(f"a layer to {transform.target!r} does not lie in {grid.space!r}")
    if isinstance(transform, Warp):
        return _warped_index(raster, layer, transform)
    start, step = raster.rows()
    if isinstance(transform, Affine):
        step = step @ transform.matrix[:3, :3].T
        start = transform.apply(Points.of(start, transform.source)).xyz
    inverse = np.linalg.inv(grid.affine)
    step = step @ inverse[:3, :3].T
    start = grid.to_index(start)
    columns = np.arange(round(raster.width), dtype=float)
    return np.stack([start[:, axis, None] + step[:, axis, None] * columns for axis in range(3)])


def _warped_index(raster: StraightRaster, layer: SliceLayer, warp: Warp) -> FloatArray:
    """The same through a warp, worked out at every few pixels: it is smooth over a few millimetres."""
    start, step = raster.rows()
    height, width = len(start), round(raster.width)
    chosen = np.unique(np.append(np.arange(0, height, WARP_STRIDE), height - 1))
    columns = np.unique(np.append(np.arange(0, width, WARP_STRIDE), width - 1))
    world = start[chosen, None, :] + step[chosen, None, :] * columns[None, :, None]
    mapped = warp.apply(Points.of(world.reshape(-1, 3), warp.source)).xyz
    coarse = layer.volume.grid.to_index(mapped).reshape(len(chosen), len(columns), 3)
    rows = _spread(coarse, chosen, height)
    return np.moveaxis(np.moveaxis(_spread(np.moveaxis(rows, 1, 0), columns, width), 0, 1), -1, 0)


def _spread(values: FloatArray, at: NDArray[np.int64], count: int) -> FloatArray:
    """(count, ...) values (K, ...) known at rows ``at`` (K,), straight in between."""
    wanted = np.arange(count)
    place = np.clip(np.searchsorted(at, wanted, side="right") - 1, 0, max(len(at) - 2, 0))
    after = np.minimum(place + 1, len(at) - 1)
    span = np.maximum(at[after] - at[place], 1)
    share = ((wanted - at[place]) / span).reshape(-1, *([1] * (values.ndim - 1)))
    return np.asarray(values[place] * (1.0 - share) + values[after] * share)


def _indices(values: NDArray[np.float32], scale: Steps) -> NDArray[np.uint16]:
    """Steps of the colour tables; 0 where there is no value."""
    steps = np.clip(np.rint((values - scale.offset) / scale.step), 1, TOP_STEP)
    steps[np.isnan(values)] = 0
    return cast(NDArray[np.uint16], steps.astype(np.uint16))
