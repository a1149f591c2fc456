"""Foramina and pedicles: the holes and the pillars beside the canal, per level and side."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from planner.anatomy.spine.ct.planes import sampled
from planner.anatomy.spine.ct.tube import DIRECTIONS, PIXEL_MM, Tube, directions, tube_around
from planner.anatomy.spine.outline import Canal, Vertebra
from planner.geometry import Volume
from planner.geometry.arrays import FloatArray

Side = Literal["left", "right"]
BEYOND_MM = np.arange(1.0, 7.0, 1.0)
"""Outside the wall: from the mouth of the foramen to its middle (lumbar pedicles are 7 to 18 mm thick)."""
MIDDLE_MM = 4.0
SOFT_HU = 150.0
FROM_FRONT_DEG, FROM_SIDE_DEG = 55.0, 35.0
"""Fan of rays: from this far in front of the side to this far behind it; the facet closes the rest."""


@dataclass(frozen=True, slots=True)
class SidePoint:
    """A foramen or a pedicle. ``vertebra`` is the index of the one whose pedicle it is, or under whose pedicle the
    foramen lies (the nerve of a lumbar or thoracic vertebra leaves there). ``share`` 0 to 1: of open rays for a
    foramen, of bone for a pedicle. ``height_mm`` of the opening, NaN for a pedicle."""

    vertebra: int
    side: Side
    position: tuple[float, float, float]
    arc_mm: float
    share: float
    height_mm: float = float("nan")


def foramina(ct: Volume, canal: Canal, vertebrae: tuple[Vertebra, ...]) -> tuple[SidePoint, ...]:
    """One for each side between each pedicle and the next, where the fan beside the canal is open."""
    tube = tube_around(ct, canal.path)
    stack = _stack(ct, tube)
    found = []
    for side in ("right", "left"):
        hu, rays = _fan(stack, tube, side)
        for number, (upper, lower) in enumerate(pairwise(vertebrae)):
            if np.isfinite([upper.pedicle_arc_mm, lower.pedicle_arc_mm]).all():
                point = _hole(tube, hu, rays, (upper.pedicle_arc_mm, lower.pedicle_arc_mm), number, side)
                if point is not None:
                    found.append(point)
    return tuple(sorted(found, key=lambda one: (one.vertebra, one.side)))


def pedicles(ct: Volume, canal: Canal, vertebrae: tuple[Vertebra, ...]) -> tuple[SidePoint, ...]:
    """The middle of each pedicle, right and left."""
    tube = tube_around(ct, canal.path)
    stack = _stack(ct, tube)
    found = []
    for side in ("right", "left"):
        hu, rays = _fan(stack, tube, side)
        for number, one in enumerate(vertebrae):
            if np.isfinite(one.pedicle_arc_mm):
                found.append(_pillar(tube, hu, rays, one.pedicle_arc_mm, number, side))
    return tuple(sorted(found, key=lambda one: (one.vertebra, one.side)))


def _stack(ct: Volume, tube: Tube) -> NDArray[np.float32]:
    side_mm = np.arange(-30.0, 30.0 + 1e-6, PIXEL_MM)
    return sampled(ct, tube.planes, side_mm, side_mm)


def _fan(stack: NDArray[np.float32], tube: Tube, side: Side) -> tuple[FloatArray, NDArray[np.int64]]:
    """(N, F) mean HU just outside the wall along each ray of the fan, and the rays' numbers (F,)."""
    from scipy.ndimage import map_coordinates

    angles = (np.arange(DIRECTIONS) * 360.0 / DIRECTIONS + 180.0) % 360.0 - 180.0  # 0 right, 90 back
    if side == "left":
        angles = np.where(angles >= 0.0, 180.0 - angles, -180.0 - angles)
    rays = np.nonzero((angles >= -FROM_FRONT_DEG) & (angles <= FROM_SIDE_DEG))[0]
    rays = rays[np.argsort(angles[rays])].astype(np.int64)
    far = tube.wall_mm[:, rays][:, :, None] + BEYOND_MM
    steps = directions()[rays] / PIXEL_MM
    middle = (stack.shape[1] - 1) / 2.0
    number = np.broadcast_to(np.arange(len(stack))[:, None, None], far.shape)
    where = [number, middle + far * steps[:, 0, None], middle + far * steps[:, 1, None]]
    hu: FloatArray = map_coordinates(stack, where, order=1, mode="nearest").astype(float).mean(axis=2)
    return hu, rays


def _hole(
    tube: Tube, hu: FloatArray, rays: NDArray[np.int64], between: tuple[float, float], number: int, side: Side
) -> SidePoint | None:
    """The middle of what is soft between two pedicles, nearer to the upper one where the nerve runs."""
    arc = tube.planes.arc_mm
    spacing = between[1] - between[0]
    span = np.nonzero((arc >= between[0] + 0.15 * spacing) & (arc <= between[1] - 0.15 * spacing))[0]
    if len(span) < 3:
        return None
    soft = np.clip((SOFT_HU - hu[span]) / SOFT_HU, 0.0, 1.0)
    where = (arc[span] - between[0]) / spacing
    weight = soft * np.exp(-0.5 * ((where - USUAL_PLACE) / 0.18) ** 2)[:, None]
    if weight.sum() < 1e-3:
        return None
    plane = float((weight.sum(axis=1) * span).sum() / weight.sum())
    ray = float((weight.sum(axis=0) * np.arange(len(rays))).sum() / weight.sum())
    column = soft[:, max(round(ray) - 1, 0) : round(ray) + 2].mean(axis=1)
    open_planes = np.count_nonzero(column > 0.5)
    share = float((soft * weight).sum() / weight.sum())
    position = _outside(tube, plane, int(rays[round(ray)]))
    return SidePoint(number, side, position, tube.planes.arc_of(plane), share, float(open_planes))


USUAL_PLACE = 0.55
"""Middle of the foramen on the way from one pedicle to the next; the ganglion fills its upper half."""


def _pillar(tube: Tube, hu: FloatArray, rays: NDArray[np.int64], arc_mm: float, number: int, side: Side) -> SidePoint:
    planes = np.nonzero(np.abs(tube.planes.arc_mm - arc_mm) <= 6.0)[0]
    bone = np.clip((hu[planes] - SOFT_HU) / 200.0, 0.0, 1.0) + 1e-6
    plane = float((bone.sum(axis=1) * planes).sum() / bone.sum())
    ray = float((bone.sum(axis=0) * np.arange(len(rays))).sum() / bone.sum())
    position = _outside(tube, plane, int(rays[round(ray)]))
    return SidePoint(number, side, position, tube.planes.arc_of(plane), float(bone.mean()))


def _outside(tube: Tube, plane: float, ray: int) -> tuple[float, float, float]:
    """RAS mm of the place MIDDLE_MM outside the wall."""
    near = int(np.clip(round(plane), 0, len(tube.wall_mm) - 1))
    step = directions()[ray] * (tube.wall_mm[near, ray] + MIDDLE_MM)
    x, y, z = tube.planes.to_world(np.array([plane]), step[:1], step[1:])[0]
    return float(x), float(y), float(z)
