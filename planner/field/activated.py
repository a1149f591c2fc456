"""Tissue where the field reaches a threshold: its volume by fractions of cells, its surface, its parts for overlaps."""

from dataclasses import dataclass, field
from typing import cast

import numpy as np
from numpy.typing import NDArray

from planner.errors import PlannerError
from planner.field.axis import Components
from planner.field.grid import LeadGrid
from planner.field.isosurface import isosurface
from planner.field.lead import Pose
from planner.geometry import Surface
from planner.geometry.arrays import FloatArray
from planner.i18n import _

Single = NDArray[np.float32]
LEAST_V_MM = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Activated:
    """``volume_mm3`` of tissue at or above ``threshold_v_mm`` (encapsulation included, the lead not).

    ``surface`` encloses it, also along the lead. ``places`` (K, 3) RAS mm with ``parts_mm3`` (K,) sum to the volume.
    """

    threshold_v_mm: float
    volume_mm3: float
    surface: Surface = field(repr=False)
    places: FloatArray = field(repr=False)
    parts_mm3: FloatArray = field(repr=False)


def activated(pose: Pose, grid: LeadGrid, parts: Components, threshold_v_mm: float) -> Activated:
    """Raises PlannerError: "threshold" when it is not above 0 V/mm, "domain" when the model is too small."""
    if not (np.isfinite(threshold_v_mm) and threshold_v_mm > 0):
        raise PlannerError(_("The field threshold must be above 0 V/mm."), code="threshold")
    low, high = face_magnitudes(grid, parts)
    is_above = (low >= threshold_v_mm) | (high >= threshold_v_mm)
    if is_above[:, :, -1].any() or is_above[:, -1, :].any():
        text = _("The activated volume reaches the end of the model. Use a higher threshold or a lower amplitude.")
        raise PlannerError(text, code="domain")
    t, s, n = np.nonzero(is_above)
    parts_mm3, middles = _cell_parts(grid, (t, s, n), low[t, s, n], high[t, s, n], threshold_v_mm)
    places = [
        pose.to_world(grid.to_lead(grid.t_centres[t] + side * grid.t_widths[t], grid.s_centres[s], middles))
        for side in (-0.25, 0.25)  # cells are widest around the shaft: two places each
    ]
    return Activated(
        threshold_v_mm,
        float(parts_mm3.sum()),
        isosurface(pose, grid, low, high, threshold_v_mm),
        np.concatenate(places),
        np.concatenate([parts_mm3, parts_mm3]) / 2.0,
    )


def face_magnitudes(grid: LeadGrid, parts: Components) -> tuple[Single, Single]:
    """|E| on the inner and the outer face of every cell, each as seen from inside the cell, [t, s, n]."""
    across = _at_faces(grid, parts.s) ** 2 + _at_faces(grid, parts.t) ** 2
    return np.sqrt(parts.n_low**2 + across[:, :, :-1]), np.sqrt(parts.n_high**2 + across[:, :, 1:])


def _at_faces(grid: LeadGrid, centred: Single) -> Single:
    """(t, s, n+1) from cell centres to faces in n; the tangential field is continuous there."""
    share = (grid.n_mm[1:-1] - grid.n_centres[:-1]) / np.diff(grid.n_centres)
    rho = (grid.radius_mm + grid.n_centres) ** 2
    weighted = centred * rho.astype(np.float32)
    inner = weighted[:, :, :-1] + share.astype(np.float32) * np.diff(weighted, axis=2)
    inner /= ((grid.radius_mm + grid.n_mm[1:-1]) ** 2).astype(np.float32)
    return cast(Single, np.concatenate([centred[:, :, :1], inner, centred[:, :, -1:]], axis=2))


def _cell_parts(
    grid: LeadGrid,
    cells: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
    low: Single,
    high: Single,
    threshold: float,
) -> tuple[FloatArray, FloatArray]:
    """Volume of the part above the threshold of each cell (t, s, n), and that part's middle distance from the lead.

    Within a cell |E| follows a power law of the distance from the axis between its two faces.
    """
    t, s, n = cells
    log_low = np.log(np.maximum(low, LEAST_V_MM) / threshold)
    log_high = np.log(np.maximum(high, LEAST_V_MM) / threshold)
    step = log_low - log_high
    share = np.clip(log_low / np.where(np.abs(step) > 1e-9, step, 1.0), 0.0, 1.0)
    inner, outer = grid.radius_mm + grid.n_mm[n], grid.radius_mm + grid.n_mm[n + 1]
    crossing = inner * (outer / inner) ** share
    start = np.where(log_low >= 0, inner, crossing)
    end = np.where(log_high >= 0, outer, crossing)
    is_tip = s < grid.tip_cells
    phi = np.minimum(grid.s_mm / grid.radius_mm, np.pi / 2.0)
    solid = np.where(is_tip, -np.diff(np.cos(phi))[s] / 3.0, np.diff(grid.s_mm)[s] / 2.0)
    reach = np.where(is_tip, end**3 - start**3, end**2 - start**2)
    return reach * solid * grid.t_widths[t], (start + end) / 2.0 - grid.radius_mm
