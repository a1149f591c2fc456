"""``planner bench views``: what a frame costs on this computer."""

import time
from collections.abc import Callable

import numpy as np

from planner.geometry import Affine, Grid, Volume
from planner.scene.slices import LayeredSlicer, Raster, SliceLayer, SlicePlane

FRAMES = 40
SLICE_LIMIT_MS = 12.0
"""Issue: a fused oblique 512² slice in 12 CPU ms a frame or less."""


def slice_ms(size: int = 512) -> float:
    """CPU ms a frame: an oblique slice through two fused 256³ layers, the second one turned and shifted."""
    rng = np.random.default_rng(1)
    volumes = []
    centred = np.eye(4)
    centred[:3, 3] = -127.5
    for space in ("a", "b"):
        grid = Grid.of((256, 256, 256), centred, space)
        volumes.append(Volume(grid, rng.integers(0, 1200, grid.shape, dtype=np.int16)))
    turn = np.eye(4)
    turn[:2, :2] = [[np.cos(0.2), -np.sin(0.2)], [np.sin(0.2), np.cos(0.2)]]
    turn[:3, 3] = (3.0, -2.0, 4.0)
    layers = (
        SliceLayer(volumes[0], (0.0, 1000.0)),
        SliceLayer(volumes[1], (100.0, 900.0), Affine.of(turn, "a", "b"), "warm", 0.5),
    )
    slicer = LayeredSlicer()
    axis = np.array([0.3, 0.4, 0.86])

    def frame(number: int) -> None:
        plane = SlicePlane.probe((0.0, 0.0, number - 20.0), axis, "a")
        slicer.picture(Raster(plane, size, size, 0.4), layers)

    return cpu_ms(frame)


def cpu_ms(frame: Callable[[int], None]) -> float:
    """Median CPU milliseconds of one call, the first two left out."""
    spent = []
    for number in range(FRAMES + 2):
        before = time.process_time()
        frame(number)
        spent.append(1000.0 * (time.process_time() - before))
    return float(np.median(spent[2:]))
