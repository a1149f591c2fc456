"""The field of one programme on nested cubes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

import numpy as np
from numpy.typing import NDArray

from planner.errors import PlannerError
from planner.field.activated import Activated
from planner.field.cubes.cells import Cells
from planner.field.field_map import Samples
from planner.field.isosurface import closed_surface, contour
from planner.geometry import Curve, Points, Surface
from planner.geometry.arrays import FloatArray
from planner.i18n import _

Single = NDArray[np.float32]
MOST_CHANGE = 1.3
"""Nowhere does |E| change by more than this factor within half a cube, save at a contact's edge."""
MOST_LATTICE_POINTS = 80_000
FINEST_LATTICE_MM = 0.1
NEAR_MM = 12.0
"""As for a single lead: beyond, the field is below 0.01 V/mm for any usual current."""


@dataclass(frozen=True, slots=True, eq=False)
class CubeMap:
    """``volts`` (M,) V and ``field_v_mm`` (M, 3), in the cubes' frame, at the middles of the undivided cubes.

    The rest as in :class:`planner.field.FieldMap`.
    """

    cells: Cells
    volts: Single = field(repr=False)
    field_v_mm: Single = field(repr=False)
    contact_volts: FloatArray
    impedance_ohm: float
    currents_ma: FloatArray
    loads_ohm: Mapping[str, float]

    @property
    def magnitude(self) -> Single:
        """(M,) |E| in V/mm at the middles of the cubes."""
        return cast(Single, np.sqrt(np.einsum("ij,ij->i", self.field_v_mm, self.field_v_mm)))

    def at(self, points: Points) -> Samples:
        """Potential and field at points of the leads' space. Raises SpaceMismatchError."""
        from planner.field.cubes import reading_kernels

        cells = self.cells
        local = cells.frame.to_local(points.in_space(cells.frame.space))
        found = reading_kernels.values_at(
            local, cells.holding(local), cells.centres, self.volts, self.field_v_mm, *cells.around
        )
        found[cells.from_bodies(local) < 0] = np.nan
        return Samples(found[:, 0].copy(), found[:, 1:] @ cells.frame.turn.T)

    def along(self, curve: Curve, step_mm: float = 0.1) -> tuple[FloatArray, Samples]:
        """Lengths from the curve's beginning, and the samples there."""
        arc = np.linspace(0.0, curve.length_mm, max(int(np.ceil(curve.length_mm / step_mm)), 1) + 1)
        return arc, self.at(Points.of(curve.at(arc), curve.space))

    def strongest_v_mm(self, distance_mm: float) -> float:
        """Largest |E| at least ``distance_mm`` from every lead (at a contact's edge itself it has no bound)."""
        return self.strongest(distance_mm)[0]

    def strongest(self, distance_mm: float) -> tuple[float, FloatArray]:
        """As :meth:`strongest_v_mm`, and its place (3,) in RAS mm."""
        away = np.where(self.cells.distance_mm >= distance_mm, self.magnitude, 0.0)
        place = int(away.argmax())
        return float(away[place]), self.cells.frame.to_world(self.cells.centres[place : place + 1].astype(float))[0]

    def near_magnitudes(self, clearance_mm: float) -> FloatArray:
        """(K,) |E| at the places of :meth:`CubeUnits.near_places`."""
        return self.magnitude[near(self.cells, clearance_mm)].astype(float)

    def activated(self, threshold_v_mm: float) -> Activated:
        """Tissue where |E| is at or above the threshold. Raises PlannerError: "threshold", "domain"."""
        from planner.field.cubes import reading_kernels

        if not (np.isfinite(threshold_v_mm) and threshold_v_mm > 0):
            raise PlannerError(_("The field threshold must be above 0 V/mm."), code="threshold")
        cells, strength = self.cells, self.magnitude
        picked = np.flatnonzero(strength >= threshold_v_mm / MOST_CHANGE)
        if cells.is_end[picked[strength[picked] >= threshold_v_mm]].any():
            text = _("The activated volume reaches the end of the model. Use a higher threshold or a lower amplitude.")
            raise PlannerError(text, code="domain")
        part = np.ones(len(picked))
        is_near = strength[picked] < threshold_v_mm * MOST_CHANGE
        near_it = picked[is_near]
        gradient = reading_kernels.steepness(near_it, strength[:, None], *cells.around)
        edges = cells.edges[near_it]
        part[is_near] = reading_kernels.parts_above(strength[near_it], gradient, edges, threshold_v_mm)
        picked, part = picked[part > 0], part[part > 0]
        parts_mm3 = cells.edges[picked].astype(float) ** 3 * cells.tissue_part[picked] * part
        places = cells.frame.to_world(cells.centres[picked].astype(float))
        surface = self._surface(picked, strength, threshold_v_mm)
        return Activated(threshold_v_mm, float(parts_mm3.sum()), surface, places, parts_mm3)

    def _surface(self, picked: NDArray[np.int64], strength: Single, threshold: float) -> Surface:
        from planner.field.cubes import reading_kernels

        cells = self.cells
        if len(picked) == 0:
            return Surface.of(np.empty((0, 3)), np.empty((0, 3)), cells.frame.space)
        reach, columns = cells.edges[picked] / 2.0, cells.centres[picked].T  # column by column: far quicker
        low = np.array([(column - reach).min() for column in columns], dtype=float)
        high = np.array([(column + reach).max() for column in columns], dtype=float)
        step = max(FINEST_LATTICE_MM, float(np.cbrt(np.prod(high - low + 0.5) / MOST_LATTICE_POINTS)))
        low = low - 2.0 * step
        i, j, k = (int(count) for count in np.ceil((high + 2.0 * step - low) / step) + 1)
        axes = [low[axis] + step * np.arange(count) for axis, count in enumerate((i, j, k))]
        points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
        values = reading_kernels.lattice_values(
            low, step, (i, j, k), threshold, cells.holding(points), cells.centres, cells.distance_mm,
            strength[:, None], *cells.around, *cells.solid,
        )  # fmt: skip
        at, triangles = contour(values)
        return closed_surface(cells.frame.to_world(low + step * at), triangles, cells.frame.space)


def near(cells: Cells, clearance_mm: float) -> NDArray[np.int64]:
    """Numbers of the cubes between ``clearance_mm`` and NEAR_MM off the leads."""
    return np.flatnonzero((cells.distance_mm >= clearance_mm) & (cells.distance_mm <= NEAR_MM))
