"""The field's parts along the grid's directions, and what they are on the axis below the tip."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from planner.field.grid import LeadGrid
from planner.geometry.arrays import FloatArray

Single = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Components:
    """E in V/mm, indexed [t, s, n]: away from the lead at a cell's inner and outer face, and the other two at centres.

    The inner and outer values differ from those across the face where the conductivity jumps.
    """

    n_low: Single = field(repr=False)
    n_high: Single = field(repr=False)
    s: Single = field(repr=False)
    t: Single = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """On the axis below the tip, (t, n): one potential and one vector, seen from every angle."""

    volts: Single = field(repr=False)
    n_low: Single = field(repr=False)
    n_high: Single = field(repr=False)
    s: Single = field(repr=False)
    t: Single = field(repr=False)


def axis_of(grid: LeadGrid, volts: Single, parts: Components) -> Axis:
    """From the first cells beside it."""
    share = (grid.t_widths / (2.0 * np.pi)).astype(np.float32)

    def mean(values: Single) -> Single:
        return np.broadcast_to(share @ values[:, 0], values[:, 0].shape)

    vector = transverse(parts.s[:, 0], grid)
    return Axis(
        mean(volts), mean(parts.n_low), mean(parts.n_high), seen(vector, grid, 0.0), seen(vector, grid, np.pi / 2.0)
    )


def transverse(s_component: Single, grid: LeadGrid) -> FloatArray:
    """(2, n) x and y in the lead's frame, from the components (t, n) away from the axis."""
    spokes = np.stack([np.cos(grid.t_centres), np.sin(grid.t_centres)])
    vector: FloatArray = (spokes * grid.t_widths / np.pi) @ s_component
    return vector


def seen(vector: FloatArray, grid: LeadGrid, turn: float) -> Single:
    """(t, n) the part of (2, n) vectors along the direction ``turn`` ahead of every angle."""
    ways = np.stack([np.cos(grid.t_centres + turn), np.sin(grid.t_centres + turn)], axis=1)
    seen: Single = (ways @ vector).astype(np.float32)
    return seen
