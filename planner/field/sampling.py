"""Conductivity of the solver's cells: sampled in their octants, with the encapsulation as whole layers."""

from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.errors import SpaceMismatchError
from planner.field.conductor import Capsule, Conductor, Tissue
from planner.field.grid import LeadGrid, directions
from planner.field.lead import Pose
from planner.field.tensors import TensorTissue, in_directions
from planner.geometry.arrays import FloatArray
from planner.progress import SILENT, Progress

WIDE_MM = 0.3
"""Eighths of cells wider than this are sampled at eight places: a tissue border may cut them."""

Half = tuple[int, int, int]
HALVES: tuple[Half, ...] = tuple((t, s, n) for t in (0, 1) for s in (0, 1) for n in (0, 1))
SIDES = ("n_low", "n_high", "s_low", "s_high", "t_low", "t_high")


@dataclass(frozen=True, slots=True, eq=False)
class CellConductivity:
    """S/m of the two halves of every cell in each direction, indexed [t, s, n]: towards lower and higher index.

    A face's conductance is that of the two halves that meet there in series, so a tissue boundary may cut a cell.
    ``capsule_layers``: how many of the layers in n, the first ones, are the capsule.
    ``octants`` (2, 2, 2, 6, t, s, n), by halves in t, s and n, only of tensors: nn, ss, tt, ns, nt, st.
    """

    n_low: FloatArray = field(repr=False)
    n_high: FloatArray = field(repr=False)
    s_low: FloatArray = field(repr=False)
    s_high: FloatArray = field(repr=False)
    t_low: FloatArray = field(repr=False)
    t_high: FloatArray = field(repr=False)
    octants: NDArray[np.float32] | None = field(default=None, repr=False)
    capsule_layers: int = 0


def sample(conductor: Conductor, grid: LeadGrid, pose: Pose, progress: Progress = SILENT) -> CellConductivity:
    """Conductivity of every half cell, averaged over eight (or in large cells more) places per cell."""
    tissue = conductor.tissue
    if tissue.grid is not None and tissue.grid.space != pose.space:
        raise SpaceMismatchError(f"the lead is in {pose.space!r}, the tissue in {tissue.grid.space!r}")
    if isinstance(tissue, TensorTissue):
        halves = _sample_tensors(tissue, grid, pose, progress)
    elif tissue.grid is None:
        constant = np.full(grid.shape, tissue.outside_s_per_m)
        halves = CellConductivity(constant, constant, constant, constant, constant, constant)
    else:
        halves = _sample_octants(tissue, grid, pose, progress)
    return _with_capsule(halves, conductor.capsule, grid)


def _sample_octants(tissue: Tissue, grid: LeadGrid, pose: Pose, progress: Progress) -> CellConductivity:
    sums = [np.zeros(grid.shape) for _axis in range(6)]
    for half in HALVES:
        progress.check()
        octant = _octant(tissue, grid, pose, half)
        for place, side in ((0, half[2]), (2, half[1]), (4, half[0])):
            sums[place + side] += octant
    return _halves_of(sums)


def _sample_tensors(tissue: TensorTissue, grid: LeadGrid, pose: Pose, progress: Progress) -> CellConductivity:
    sums = [np.zeros(grid.shape) for _axis in range(6)]
    octants = np.empty((2, 2, 2, 6, *grid.shape), dtype=np.float32)
    for half in HALVES:
        progress.check()
        t, s = (grid.t_rad[:-1] + (0.25 + half[0] / 2.0) * grid.t_widths), _middles(grid.s_mm, half[1])
        all_t, all_s = (both.ravel() for both in np.meshgrid(t, s, indexing="ij"))
        ways = pose.matrix @ directions(grid, all_t, all_s).reshape(len(t), len(s), 3, 3)
        octant = in_directions(_octant(tissue, grid, pose, half).astype(np.float32), ways)
        octants[half] = octant
        for place, side, six in ((0, half[2], 0), (2, half[1], 1), (4, half[0], 2)):
            sums[place + side] += octant[six]
    return replace(_halves_of(sums), octants=octants)


def _halves_of(sums: list[FloatArray]) -> CellConductivity:
    """From sums over the four octants of every half, in the order of SIDES."""
    n_low, n_high, s_low, s_high, t_low, t_high = (total / 4.0 for total in sums)
    return CellConductivity(n_low, n_high, s_low, s_high, t_low, t_high)


def _middles(edges: FloatArray, half: int) -> FloatArray:
    middles: FloatArray = edges[:-1] + (0.25 + half / 2.0) * np.diff(edges)
    return middles


def _octant(tissue: Tissue | TensorTissue, grid: LeadGrid, pose: Pose, half: Half) -> FloatArray:
    """Mean in one eighth of every cell, (t, s, n) or with six numbers behind; wide eighths at eight places."""
    wide = np.maximum(grid.t_widths.max() * (grid.radius_mm + grid.n_centres), np.diff(grid.n_mm)) / 2.0
    first_coarse = int(np.searchsorted(wide, WIDE_MM))
    parts = []
    for layers, places in ((slice(0, first_coarse), (0.5,)), (slice(first_coarse, None), (0.25, 0.75))):
        shares = [[(half[axis] + place) / 2.0 for place in places] for axis in range(3)]
        total: Any = 0.0
        for t_share, s_share, n_share in product(*shares):
            t = grid.t_rad[:-1] + t_share * grid.t_widths
            s = grid.s_mm[:-1] + s_share * np.diff(grid.s_mm)
            n = grid.n_mm[:-1][layers] + n_share * np.diff(grid.n_mm)[layers]
            total = total + tissue.around(pose, t, *grid.profile(s[:, None], n[None, :]))
        parts.append(total / len(places) ** 3)
    return np.concatenate(parts, axis=2)


def _with_capsule(halves: CellConductivity, capsule: Capsule, grid: LeadGrid) -> CellConductivity:
    layer = grid.n_centres < capsule.thickness_mm
    if not layer.any():
        return halves
    inside = {name: np.where(layer, capsule.s_per_m, getattr(halves, name)) for name in SIDES}
    if halves.octants is not None:
        halves.octants[:, :, :, :3, :, :, layer] = capsule.s_per_m
        halves.octants[:, :, :, 3:, :, :, layer] = 0.0
    return replace(halves, **inside, capsule_layers=int(layer.sum()))
