"""Lengths, areas and volumes of the grid's cells, exact for the radial and polar laws of the two coordinate systems."""

from dataclasses import dataclass, field

import numpy as np

from planner.field.grid import LeadGrid
from planner.geometry.arrays import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Metric:
    """Per radian of angle, indexed [s, n].

    ``n_in``, ``n_out``, ``s_low``, ``s_high``: conductance in mm (times S/m: mS) from a cell's centre to that face.
    ``around``: the same for the faces across the angle, to be divided by the angle from centre to face.
    ``n_area`` (s, n+1), ``s_area`` (s+1, n): face areas mm²; ``t_area`` the whole area of a face across the angle.
    ``volume``: mm³.
    """

    n_in: FloatArray = field(repr=False)
    n_out: FloatArray = field(repr=False)
    s_low: FloatArray = field(repr=False)
    s_high: FloatArray = field(repr=False)
    around: FloatArray = field(repr=False)
    n_area: FloatArray = field(repr=False)
    s_area: FloatArray = field(repr=False)
    t_area: FloatArray = field(repr=False)
    volume: FloatArray = field(repr=False)


def metric_of(grid: LeadGrid) -> Metric:
    tip, shaft = _tip_metric(grid), _shaft_metric(grid)
    joined = {name: np.concatenate([tip[name], shaft[name]]) for name in tip if name != "s_area"}
    s_area = np.concatenate([tip["s_area"], shaft["s_area"]])
    return Metric(s_area=s_area, **joined)


def _tip_metric(grid: LeadGrid) -> dict[str, FloatArray]:
    """Spherical cells: radius rho, polar angle phi from the apex."""
    count = grid.tip_cells
    phi = grid.s_mm[: count + 1] / grid.radius_mm
    phi[-1] = np.pi / 2.0
    mid = (phi[1:] + phi[:-1]) / 2.0
    rho, rho_mid = grid.radius_mm + grid.n_mm, grid.radius_mm + grid.n_centres
    cap = (np.cos(phi[:-1]) - np.cos(phi[1:]))[:, None]
    thick = np.diff(rho)[None, :]
    # The resistance along phi of a shell is the integral of 1/sin(phi): log tan(phi/2). The apex has no face.
    log_tan = np.log(np.tan(np.maximum(phi, 1e-300) / 2.0))
    log_tan_mid = np.log(np.tan(mid / 2.0))
    low = np.zeros(count)
    low[1:] = 1.0 / (log_tan_mid[1:] - log_tan[1:-1])
    high = 1.0 / (log_tan[1:] - log_tan_mid)
    ring = np.diff(rho**2)[None, :] / 2.0
    return {
        "n_in": cap / (1.0 / rho[:-1] - 1.0 / rho_mid)[None, :],
        "n_out": cap / (1.0 / rho_mid - 1.0 / rho[1:])[None, :],
        "s_low": low[:, None] * thick,
        "s_high": high[:, None] * thick,
        "around": (np.diff(phi) / np.sin(mid))[:, None] * thick,
        "n_area": cap * rho[None, :] ** 2,
        "s_area": np.sin(phi[:-1])[:, None] * ring,
        "t_area": np.diff(phi)[:, None] * ring,
        "volume": cap * np.diff(rho**3)[None, :] / 3.0,
    }


def _shaft_metric(grid: LeadGrid) -> dict[str, FloatArray]:
    """Cylindrical cells."""
    dz = np.diff(grid.s_mm[grid.tip_cells :])[:, None]
    rho, rho_mid = grid.radius_mm + grid.n_mm, grid.radius_mm + grid.n_centres
    ring = np.diff(rho**2)[None, :] / 2.0
    half = ring / (dz / 2.0)
    return {
        "n_in": dz / np.log(rho_mid / rho[:-1])[None, :],
        "n_out": dz / np.log(rho[1:] / rho_mid)[None, :],
        "s_low": half,
        "s_high": half,
        "around": dz * np.log(rho[1:] / rho[:-1])[None, :],
        "n_area": dz * rho[None, :],
        "s_area": np.repeat(ring, len(dz) + 1, axis=0),
        "t_area": dz * np.diff(rho)[None, :],
        "volume": dz * ring,
    }
