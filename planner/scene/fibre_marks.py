"""Where bundles cross a slice: small squares, those of fibres that fire larger and filled bright."""

import numpy as np
from numpy.typing import NDArray

from planner.geometry.arrays import FloatArray
from planner.scene.display import FibreDisplay
from planner.scene.draw_fibres import FIRING_RGB
from planner.scene.overlay import Fill, Mark, Stroke
from planner.scene.planes import Raster

QUIET_PX, FIRING_PX = 1.6, 3.4
"""Half the diagonal of a square that stands on its corner."""
MOST_MARKS = 4000
"""Of a bundle on one slice; more are thinned evenly."""


def fibre_marks(raster: Raster, fibres: tuple[FibreDisplay, ...]) -> list[Mark]:
    """The quiet ones first, so that those that fire lie over them."""
    quiet: list[Mark] = []
    firing: list[Mark] = []
    for shown in fibres:
        places, which = crossings(raster, shown.points, shown.starts)
        for xy, number in zip(raster.to_px(places).tolist(), which.tolist(), strict=True):
            if shown.is_set_aside[number]:
                continue
            if shown.fires[number]:
                firing.append(Fill(_square(xy, FIRING_PX), FIRING_RGB))
                firing.append(Stroke(_square(xy, FIRING_PX), (0, 0, 0), 0.8, is_closed=True))
            else:
                quiet.append(Fill(_square(xy, QUIET_PX), shown.rgb, 0.7))
    return quiet + firing


def crossings(raster: Raster, points: FloatArray, starts: NDArray[np.int64]) -> tuple[FloatArray, NDArray[np.intp]]:
    """(N, 3) RAS mm where fibres go through the slice, and the number of the fibre."""
    if len(points) < 2:
        return np.empty((0, 3)), np.empty(0, dtype=np.intp)
    height = (points - raster.plane.centre_mm) @ raster.plane.normal
    is_inside = np.ones(len(points) - 1, dtype=bool)
    is_inside[starts[1:-1] - 1] = False  # from one fibre's last point to the next one's first
    at = np.flatnonzero(((height[:-1] < 0.0) != (height[1:] < 0.0)) & is_inside)
    if len(at) > MOST_MARKS:
        at = at[np.linspace(0, len(at) - 1, MOST_MARKS).astype(int)]
    share = (height[at] / (height[at] - height[at + 1]))[:, None]
    places = points[at] + share * (points[at + 1] - points[at])
    return places, np.searchsorted(starts, at, side="right") - 1


def _square(xy: list[float], half_px: float) -> FloatArray:
    x, y = xy
    return np.array([(x - half_px, y), (x, y - half_px), (x + half_px, y), (x, y + half_px)])
