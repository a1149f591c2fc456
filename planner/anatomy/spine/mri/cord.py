"""Cord and sac as surfaces, the conus, and the fluid behind the cord level by level."""

from dataclasses import dataclass, field
from typing import cast

import numpy as np
from numpy.typing import NDArray

from planner.anatomy.spine.mri.canal import MriOutline, outline
from planner.anatomy.spine.mri.cord_line import Conus
from planner.anatomy.spine.mri.lofts import lofted
from planner.anatomy.spine.mri.sections import RAYS
from planner.anatomy.spine.outline import Canal, SpineSurfaces, Vertebra
from planner.geometry import Surface, Volume
from planner.geometry.arrays import FloatArray
from planner.i18n import _
from planner.progress import SILENT, Progress

MIDLINE_MM = 2.0
"""Dorsal fluid is measured this far either side of the middle of the cord, as in facts/spine dcsf_thickness."""
EDGE_SHARE = 0.29
"""An edge is known to a third of a voxel (standard deviation of a uniform voxel: 1/sqrt(12))."""
SHORTEST_MM = 10.0
"""A cord seen over less than this is not drawn."""


@dataclass(frozen=True, slots=True, eq=False)
class MriCord:
    """Cord and sac as the image shows them: ``centres`` (N, 3) and ``is_cord`` (N,) at ``arc_mm`` (N,) along the canal,
    ``area_mm2`` (N,), ``dorsal_fluid_mm`` (N,) and its standard uncertainty ``dorsal_doubt_mm`` (N,), NaN without a
    cord; ``conus`` a claim; ``surfaces`` of ``sac`` and, where seen, ``cord``."""

    arc_mm: FloatArray
    centres: FloatArray = field(repr=False)
    is_cord: NDArray[np.bool_] = field(repr=False)
    area_mm2: FloatArray = field(repr=False)
    dorsal_fluid_mm: FloatArray = field(repr=False)
    dorsal_doubt_mm: FloatArray = field(repr=False)
    conus: Conus | None
    surfaces: SpineSurfaces


@dataclass(frozen=True, slots=True)
class DorsalFluid:
    """Fluid behind the cord at one vertebra: its name (empty without an anchor), the median thickness and the standard
    uncertainty of that in mm, and over how much of the vertebra it was seen."""

    name: str
    thickness_mm: float
    doubt_mm: float
    seen_share: float


def find_cord(mr: Volume, canal: Canal, progress: Progress = SILENT) -> MriCord:
    """Cord, sac, conus and the fluid behind the cord, around a canal that ``find_canal`` found in the same image."""
    progress(0.0, _("Looking for the cord"))
    found = outline(mr, canal)
    progress(0.7, _("Drawing the cord and the sac"))
    thickness, fat_doubt = dorsal_fluid(found)
    voxel = float(np.abs(mr.grid.affine[:3, :3])[1].max())
    doubt = np.hypot(np.sqrt(2.0) * EDGE_SHARE * voxel, fat_doubt)
    cord = found.cord
    return MriCord(
        found.wall.sections.arc_mm,
        cord.centres,
        cord.is_cord,
        cord.area_mm2,
        np.where(cord.is_cord, thickness, np.nan),
        np.where(cord.is_cord, doubt, np.nan),
        cord.conus,
        _surfaces(found),
    )


def fluid_by_level(cord: MriCord, vertebrae: tuple[Vertebra, ...]) -> tuple[DorsalFluid, ...]:
    """The fluid behind the cord at each vertebra, from its upper to its lower end plate; those without a cord left
    out. The uncertainty holds what one section does not know and how the sections differ."""
    found = []
    for vertebra in vertebrae:
        is_here = (cord.arc_mm >= vertebra.top_arc_mm) & (cord.arc_mm <= vertebra.bottom_arc_mm)
        seen = is_here & np.isfinite(cord.dorsal_fluid_mm)
        if not seen.any():
            continue
        values = cord.dorsal_fluid_mm[seen]
        doubt = float(np.hypot(np.median(cord.dorsal_doubt_mm[seen]), values.std() / 2.0))
        found.append(DorsalFluid(vertebra.name, float(np.median(values)), doubt, float(seen.sum() / is_here.sum())))
    return tuple(found)


def dorsal_fluid(found: MriOutline) -> tuple[FloatArray, FloatArray]:
    """(N,) mean thickness of the fluid behind the cord within MIDLINE_MM, and (N,) how much of that a rounder sac would
    take away: where epidural fat is as bright as the fluid, the wall in front of it is hardly seen."""
    wall, cord = found.wall, found.cord
    frames = wall.sections.frames
    shift = cord.centres - wall.sections.centres
    back, right = (shift * frames.back).sum(axis=1), (shift * frames.right).sum(axis=1)
    beside = np.linspace(-MIDLINE_MM, MIDLINE_MM, 5)
    sac = _behind(wall.radius_mm, right[:, None] + beside)
    rounder = _behind(_rounded(wall.radius_mm), right[:, None] + beside)
    cord_edge = _behind(cord.radius_mm, np.broadcast_to(beside, sac.shape)) + back[:, None]
    thickness = np.clip(sac - cord_edge, 0.0, None).mean(axis=1)
    fat = np.clip((sac - rounder).mean(axis=1), 0.0, None)
    return cast(FloatArray, thickness), cast(FloatArray, fat)


def _behind(radius_mm: FloatArray, right_mm: FloatArray) -> FloatArray:
    """(N, M) how far back a closed line (N, RAYS) reaches at these places (N, M) to the right of its middle."""
    quarter = RAYS // 4
    rays = np.arange(-quarter, quarter + 1)
    angle = 2.0 * np.pi * rays / RAYS
    right = radius_mm[:, rays] * np.sin(angle)
    back = radius_mm[:, rays] * np.cos(angle)
    found = np.empty(right_mm.shape)
    for k in range(len(found)):
        order = np.argsort(right[k])
        found[k] = np.interp(right_mm[k], right[k][order], back[k][order])
    return found


def _rounded(radius_mm: FloatArray) -> FloatArray:
    """The closed line with its first two harmonics only: an ellipse, about."""
    parts = np.fft.rfft(radius_mm, axis=1)
    parts[:, 3:] = 0.0
    return np.fft.irfft(parts, n=radius_mm.shape[1], axis=1)


def _surfaces(found: MriOutline) -> SpineSurfaces:
    wall, cord = found.wall, found.cord
    surfaces: dict[str, Surface] = {"sac": lofted(wall.sections.points(wall.radius_mm), wall.sections.space)}
    longest = _longest(cord.is_cord)
    if longest is not None and longest.stop - longest.start >= SHORTEST_MM:
        rings = cord.sections.points(cord.radius_mm)[longest]
        surfaces["cord"] = lofted(rings, wall.sections.space)
    return SpineSurfaces(surfaces, dict.fromkeys(surfaces, "measured"))


def _longest(flags: NDArray[np.bool_]) -> slice | None:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    if not len(edges):
        return None
    lengths = edges[1::2] - edges[::2]
    number = int(np.argmax(lengths))
    return slice(int(edges[2 * number]), int(edges[2 * number + 1]))
