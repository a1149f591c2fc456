"""Unit solutions of one lead, kept with their pose: every programme follows from them by superposition."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.field.field_map import FieldMap, near_cells
from planner.field.flow import Flow
from planner.field.grid import LeadGrid
from planner.field.lead import Pose
from planner.field.superposition import Readings, Superposition
from planner.geometry.arrays import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class UnitSolutions(Superposition[FieldMap]):
    """``volts`` (contacts, t, s, n): 1 V on one contact, 0 V on the others. ``conductance_ms`` is the Maxwell matrix.

    Contacts that carry no current float: their potential follows from the matrix. ``labels`` are the conducting ones.
    """

    pose: Pose
    grid: LeadGrid
    flow: Flow = field(repr=False)
    labels: tuple[str, ...]
    conductance_ms: FloatArray
    volts: NDArray[np.float32] = field(repr=False)

    @property
    def space(self) -> str:
        return self.pose.space

    def near_places(self, clearance_mm: float) -> FloatArray:
        grid = self.grid
        rows, layers = near_cells(grid, clearance_mm)
        t, s, n = grid.t_centres[:, None, None], grid.s_centres[rows, None], grid.n_centres[layers]
        return self.pose.to_world(grid.to_lead(t, s, n).reshape(-1, 3))

    def _field(self, currents_ma: FloatArray, contact_volts: FloatArray, readings: Readings) -> FieldMap:
        volts = _summed(contact_volts, self.volts)
        components = self.flow.components(self.grid, volts, contact_volts)
        return FieldMap(
            self.pose,
            self.grid,
            volts,
            contact_volts,
            components,
            readings.impedance_ohm,
            currents_ma,
            readings.loads_ohm,
        )

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Everything as plain arrays by name, for keeping."""
        pose = np.stack([self.pose.tip_mm, self.pose.axis, self.pose.zero_direction])
        grid = {"n_mm": self.grid.n_mm, "s_mm": self.grid.s_mm, "t_rad": self.grid.t_rad}
        plain = {"pose": pose, "radius_mm": np.array([self.grid.radius_mm]), "conductance_ms": self.conductance_ms}
        return {**plain, **grid, "volts": self.volts, **self.flow.to_arrays()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], labels: tuple[str, ...], space: str) -> "UnitSolutions":
        """What :meth:`to_arrays` gave; ``space`` is the pose's. Raises KeyError when one is missing."""
        grid = LeadGrid(float(arrays["radius_mm"][0]), arrays["n_mm"], arrays["s_mm"], arrays["t_rad"])
        tip, axis, zero = arrays["pose"]
        pose = Pose.of(tip, axis, zero, space)
        flow = Flow.from_arrays(arrays)
        return cls(pose, grid, flow, labels, arrays["conductance_ms"], arrays["volts"])


def _summed(weights: FloatArray, units: NDArray[np.float32]) -> NDArray[np.float32]:
    total = np.zeros(units.shape[1:], dtype=np.float32)
    for weight, unit in zip(weights.astype(np.float32), units, strict=True):
        total += weight * unit
    return total
