"""The field of one programme: potentials, field strength, and what they are at any point."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

import numpy as np
from numpy.typing import NDArray

from planner.field.activated import Activated, activated
from planner.field.axis import Components, axis_of
from planner.field.grid import LeadGrid, directions
from planner.field.lead import Pose
from planner.geometry import Curve, Points
from planner.geometry.arrays import FloatArray

Single = NDArray[np.float32]
NEAR_MM = 12.0
"""The field in a structure is searched up to here: beyond, it is below 0.01 V/mm for any usual current."""


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """At (N,) points: ``volts``, ``field_v_mm`` (N, 3) as a RAS vector. NaN inside the lead and outside the model."""

    volts: FloatArray
    field_v_mm: FloatArray = field(repr=False)

    @property
    def magnitude_v_mm(self) -> FloatArray:
        return cast(FloatArray, np.linalg.norm(self.field_v_mm, axis=-1))


@dataclass(frozen=True, slots=True, eq=False)
class FieldMap:
    """Potentials [t, s, n] in V and field components of one programme, on the lead's grid at its pose.

    ``impedance_ohm`` is the power over the square of the amplitude; for one cathode that is its resistance.
    ``currents_ma`` (contacts,) leave the contacts; ``loads_ohm`` by active contact, see :func:`drive.loads_ohm`.
    """

    pose: Pose
    grid: LeadGrid
    volts: Single = field(repr=False)
    contact_volts: FloatArray
    components: Components = field(repr=False)
    impedance_ohm: float
    currents_ma: FloatArray
    loads_ohm: Mapping[str, float]

    @property
    def magnitude(self) -> Single:
        """|E| in V/mm at the cells' centres, [t, s, n]."""
        parts = self.components
        middle = (parts.n_low + parts.n_high) / np.float32(2.0)
        return cast(Single, np.sqrt(middle**2 + parts.s**2 + parts.t**2))

    def activated(self, threshold_v_mm: float) -> Activated:
        """Tissue where |E| is at or above the threshold. Raises PlannerError, see :func:`activated`."""
        return activated(self.pose, self.grid, self.components, threshold_v_mm)

    def strongest_v_mm(self, distance_mm: float) -> float:
        """Largest |E| at least ``distance_mm`` from the lead (at a contact's edge itself it has no bound)."""
        return self.strongest(distance_mm)[0]

    def strongest(self, distance_mm: float) -> tuple[float, FloatArray]:
        """As :meth:`strongest_v_mm`, and its place (3,) in RAS mm."""
        first = int(np.searchsorted(self.grid.n_centres, distance_mm))
        away = self.magnitude[:, :, first:]
        t, s, n = np.unravel_index(int(away.argmax()), away.shape)
        grid = self.grid
        place = grid.to_lead(grid.t_centres[t], grid.s_centres[s], grid.n_centres[first + n])
        return float(away[t, s, n]), self.pose.to_world(place[None, :])[0]

    def near_magnitudes(self, clearance_mm: float) -> FloatArray:
        """(K,) |E| at the places of :meth:`UnitSolutions.near_places`."""
        rows, layers = near_cells(self.grid, clearance_mm)
        return self.magnitude[:, rows, layers].ravel().astype(float)

    def at(self, points: Points) -> Samples:
        """Potential and field at points of the pose's space. Raises SpaceMismatchError."""
        t, s, n = self.grid.from_lead(self.pose.to_lead(points))
        is_inside = (n >= 0) & (n <= self.grid.n_mm[-1]) & (s <= self.grid.s_mm[-1])
        place = _Place.of(self.grid, t, s, np.clip(n, 0, self.grid.n_mm[-1]))
        axis = axis_of(self.grid, self.volts, self.components)
        volts = np.where(is_inside, place.smooth(self.volts, axis.volts, power=1), np.nan)
        parts = self.components
        along_n = place.between_faces(parts.n_low, parts.n_high, axis.n_low, axis.n_high)
        along_s, around = place.smooth(parts.s, axis.s, power=2), place.smooth(parts.t, axis.t, power=2)
        local = np.stack([along_n, along_s, around], axis=1)
        world = (directions(self.grid, t, s) @ local[:, :, None])[:, :, 0] @ self.pose.matrix.T
        return Samples(volts, np.where(is_inside[:, None], world, np.nan))

    def along(self, curve: Curve, step_mm: float = 0.1) -> tuple[FloatArray, Samples]:
        """Lengths from the curve's beginning, and the samples there."""
        arc = np.linspace(0.0, curve.length_mm, max(int(np.ceil(curve.length_mm / step_mm)), 1) + 1)
        return arc, self.at(Points.of(curve.at(arc), curve.space))


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """Where points lie between the cells: four columns (t, s) with weights, and the cells below and above in n."""

    columns: tuple[tuple[NDArray[np.int64], NDArray[np.int64], FloatArray], ...]
    low: NDArray[np.int64]
    share: FloatArray
    cell: NDArray[np.int64]
    inside: FloatArray
    rho: FloatArray
    rho_centres: FloatArray
    rho_edges: FloatArray
    axis_share: FloatArray
    """Of the value on the axis below the tip, for points nearer to it than the first cells' centres."""

    @classmethod
    def of(cls, grid: LeadGrid, t: FloatArray, s: FloatArray, n: FloatArray) -> "_Place":
        t_low, t_high, t_share = _around(grid, t)
        s_low, s_share = _between(grid.s_centres, s)
        low, share = _between(grid.n_centres, n, is_extended=True)
        cell = np.clip(np.searchsorted(grid.n_mm, n, side="right") - 1, 0, grid.shape[2] - 1)
        inside = (n - grid.n_mm[cell]) / np.diff(grid.n_mm)[cell]
        columns = (
            (t_low, s_low, (1 - t_share) * (1 - s_share)),
            (t_high, s_low, t_share * (1 - s_share)),
            (t_low, s_low + 1, (1 - t_share) * s_share),
            (t_high, s_low + 1, t_share * s_share),
        )
        rho = grid.radius_mm
        axis_share = np.clip(1.0 - s / grid.s_centres[0], 0.0, 1.0)
        return cls(columns, low, share, cell, inside, rho + n, rho + grid.n_centres, rho + grid.n_mm, axis_share)

    def smooth(self, values: Single, on_axis: Single, power: int) -> FloatArray:
        """Between cell centres; linear in rho^power times the value, which is exact for decays 1/rho^power."""
        below, above = self.rho_centres[self.low] ** power, self.rho_centres[self.low + 1] ** power
        total = np.zeros(len(self.rho))
        for t, s, weight in self.columns:
            ends = [self._towards_axis(values[t, s, n], on_axis[t, n]) for n in (self.low, self.low + 1)]
            low, high = ends[0] * below, ends[1] * above
            total += weight * (low + self.share * (high - low))
        return total / self.rho**power

    def between_faces(self, low_face: Single, high_face: Single, low_axis: Single, high_axis: Single) -> FloatArray:
        """Between the faces of one cell, so that a jump at a face stays there; linear in rho^2 times the value."""
        below, above = self.rho_edges[self.cell] ** 2, self.rho_edges[self.cell + 1] ** 2
        total = np.zeros(len(self.rho))
        for t, s, weight in self.columns:
            low = self._towards_axis(low_face[t, s, self.cell], low_axis[t, self.cell]) * below
            high = self._towards_axis(high_face[t, s, self.cell], high_axis[t, self.cell]) * above
            total += weight * (low + self.inside * (high - low))
        return total / self.rho**2

    def _towards_axis(self, values: Single, on_axis: Single) -> FloatArray:
        return cast(FloatArray, values + self.axis_share * (on_axis - values))


def _between(
    centres: FloatArray, values: FloatArray, is_extended: bool = False
) -> tuple[NDArray[np.int64], FloatArray]:
    """Index of the centre below and the share towards the next; beyond the ends held, or extended straight."""
    low = np.clip(np.searchsorted(centres, values, side="right") - 1, 0, len(centres) - 2)
    share = (values - centres[low]) / (centres[low + 1] - centres[low])
    return low, share if is_extended else np.clip(share, 0.0, 1.0)


def _around(grid: LeadGrid, t: FloatArray) -> tuple[NDArray[np.int64], NDArray[np.int64], FloatArray]:
    """The two angle cells on either side, and the share towards the second."""
    centres, count = grid.t_centres, grid.shape[0]
    wrapped = np.concatenate([[centres[-1] - 2 * np.pi], centres, [centres[0] + 2 * np.pi]])
    low, share = _between(wrapped, t)
    return (low - 1) % count, low % count, share


def near_cells(grid: LeadGrid, clearance_mm: float) -> tuple[slice, slice]:
    """Rows and layers of the cells between ``clearance_mm`` and NEAR_MM off the lead, and not above its contacts."""
    layers = slice(*(int(one) for one in np.searchsorted(grid.n_centres, (clearance_mm, NEAR_MM))))
    rows = slice(0, int(np.searchsorted(np.diff(grid.s_mm), NEAR_MM / 4.0)) or None)
    return rows, layers
