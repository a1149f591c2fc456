"""From potentials to the electric field: through the faces that exist, never across the lead."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.field.conductor import CellConductivity
from planner.field.grid import LeadGrid
from planner.field.metric import metric_of
from planner.field.system import INSULATING, Faces
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
class Flow:
    """Per face conductance over face area and conductivity: potential differences times these are V/mm.

    ``n_low``, ``n_high``, ... [t, s, n] belong to a cell's lower and higher face. ``owner`` (t, s): see Faces.
    """

    n_low: Single = field(repr=False)
    n_high: Single = field(repr=False)
    s_low: Single = field(repr=False)
    s_high: Single = field(repr=False)
    t_low: Single = field(repr=False)
    t_high: Single = field(repr=False)
    owner: NDArray[np.int64] = field(repr=False)

    @classmethod
    def of(cls, grid: LeadGrid, sigma: CellConductivity, faces: Faces) -> "Flow":
        metric, width = metric_of(grid), grid.t_widths[:, None, None]
        n = np.concatenate([faces.wall[:, :, None], faces.n, faces.outer[:, :, None]], axis=2)
        apex = np.zeros_like(faces.top[:, None, :])
        s = np.concatenate([apex, faces.s, faces.top[:, None, :]], axis=1)
        n_area = metric.n_area * width
        s_area = np.maximum(metric.s_area, metric.s_area[1:].min() * 1e-9) * width  # the apex face has none
        before = np.roll(faces.around, 1, axis=0)
        values = (
            n[:, :, :-1] / (n_area[:, :, :-1] * sigma.n_low),
            n[:, :, 1:] / (n_area[:, :, 1:] * sigma.n_high),
            s[:, :-1] / (s_area[:, :-1] * sigma.s_low),
            s[:, 1:] / (s_area[:, 1:] * sigma.s_high),
            before / (metric.t_area * sigma.t_low),
            faces.around / (metric.t_area * sigma.t_high),
        )
        n_low, n_high, s_low, s_high, t_low, t_high = (value.astype(np.float32) for value in values)
        return cls(n_low, n_high, s_low, s_high, t_low, t_high, faces.owner)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        return {f"flow_{one.name}": getattr(self, one.name) for one in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "Flow":
        return cls(*(arrays[f"flow_{one.name}"] for one in fields(cls)))

    def components(self, grid: LeadGrid, volts: Single, contact_volts: FloatArray) -> Components:
        """The field of cell potentials ``volts`` [t, s, n] in V with these potentials on the contacts."""
        wall = np.where(self.owner == INSULATING, volts[:, :, 0], np.append(contact_volts, 0.0)[self.owner])
        n_step = np.diff(volts, axis=2, prepend=wall.astype(np.float32)[:, :, None], append=np.float32(0.0))
        s_step = np.diff(volts, axis=1, prepend=np.float32(0.0), append=np.float32(0.0))
        t_step = np.roll(volts, -1, axis=0) - volts
        s_low, s_high = self.s_low * -s_step[:, :-1], self.s_high * -s_step[:, 1:]
        s_low[:, 0] = _across_apex(s_high[:, 0], grid)
        t_low, t_high = self.t_low * -np.roll(t_step, 1, axis=0), self.t_high * -t_step
        half = np.float32(0.5)
        return Components(
            n_low=self.n_low * -n_step[:, :, :-1],
            n_high=self.n_high * -n_step[:, :, 1:],
            s=np.multiply(s_low + s_high, half, dtype=np.float32),
            t=np.multiply(t_low + t_high, half, dtype=np.float32),
        )


def _across_apex(s_high: Single, grid: LeadGrid) -> Single:
    """(t, n) the s component on the axis below the tip: the one transverse vector there, seen from every angle."""
    spokes = np.stack([np.cos(grid.t_centres), np.sin(grid.t_centres)])
    share = spokes * grid.t_widths / np.pi
    vector: Single = (spokes.T @ (share @ s_high)).astype(np.float32)
    return vector
