"""Rigid vertebrae joined to one smooth map: each keeps its own transform, the discs between them pass from one to the
next."""

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from planner.anatomy.spine.level_pairs import OutlinedImage
from planner.anatomy.warp_fields import invert
from planner.geometry import Affine, Curve, Grid, Warp
from planner.geometry.arrays import FloatArray
from planner.geometry.transform import apply_matrix

FIELD_STEP_MM = 4.0
"""Nodes of the displacement field: a disc and its end plates are 8 to 15 mm apart, so it is bent over two or three."""
LEAST_DISC_MM = 4.0
"""Where outlines touch or overlap the change from one vertebra to the next is spread over this much."""
NODES_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class LevelPlace:
    """One vertebra's transform (moving to fixed) and where along each canal it holds (from arc, to arc)."""

    affine: Affine
    moving_arcs: tuple[float, float]
    fixed_arcs: tuple[float, float]


def blended(places: tuple[LevelPlace, ...], moving: OutlinedImage, fixed: OutlinedImage) -> Warp:
    """The warp moving to fixed. The map back is blended along the fixed canal; the map there is its numerical inverse,
    so that there and back again closes."""
    fixed_grid = _coarse(fixed.image.grid)
    backward = [place.affine.inverse() for place in places]
    arcs = [place.fixed_arcs for place in places]
    xyz = _nodes(fixed_grid)
    back = _displacements(xyz, fixed.canal.path, arcs, backward)
    inverse_mm = back.reshape(*fixed_grid.shape, 3).astype(np.float32)
    moving_grid = _coarse(moving.image.grid)
    targets = _nodes(moving_grid)
    forward = [place.affine for place in places]
    start = targets + _displacements(targets, moving.canal.path, [place.moving_arcs for place in places], forward)
    found = invert(inverse_mm, fixed_grid, targets, start)
    forward_mm = (found - targets).reshape(*moving_grid.shape, 3).astype(np.float32)
    return Warp(
        moving.image.space,
        fixed.image.space,
        moving_grid,
        cast(FloatArray, forward_mm),
        fixed_grid,
        cast(FloatArray, inverse_mm),
    )


def _coarse(grid: Grid) -> Grid:
    """Upright nodes FIELD_STEP_MM apart over the whole of ``grid``."""
    corners = grid.corners_mm()
    low, high = corners.min(axis=0) - FIELD_STEP_MM, corners.max(axis=0) + FIELD_STEP_MM
    shape = np.ceil((high - low) / FIELD_STEP_MM).astype(int) + 1
    affine = np.diag([FIELD_STEP_MM, FIELD_STEP_MM, FIELD_STEP_MM, 1.0])
    affine[:3, 3] = low
    return Grid.of((int(shape[0]), int(shape[1]), int(shape[2])), affine, grid.space)


def _nodes(grid: Grid) -> FloatArray:
    index = np.stack(np.meshgrid(*(np.arange(n) for n in grid.shape), indexing="ij"), axis=-1)
    return grid.to_world(index.reshape(-1, 3))


def _displacements(
    xyz: FloatArray, path: Curve, arcs: list[tuple[float, float]], transforms: list[Affine]
) -> FloatArray:
    """(N, 3) where points go, less where they are: by the transforms on either side of them along the canal."""
    moved = np.zeros_like(xyz)
    for low in range(0, len(xyz), NODES_AT_ONCE):
        part = xyz[low : low + NODES_AT_ONCE]
        weights = level_weights(path.nearest(part), arcs)
        for number, transform in enumerate(transforms):
            used = weights[:, number] > 0.0
            there = apply_matrix(transform.matrix, part[used]) - part[used]
            moved[low : low + NODES_AT_ONCE][used] += weights[used, number][:, None] * there
    return moved


def level_weights(arc_mm: FloatArray, arcs: list[tuple[float, float]]) -> FloatArray:
    """(N, levels) how much each vertebra's transform counts at these lengths: all within the vertebra, passing smoothly
    to the next over the disc, the ends' own beyond the ends. Rows sum to 1."""
    weights = np.zeros((len(arc_mm), len(arcs)))
    share = np.ones(len(arc_mm))
    for number in range(len(arcs)):
        passed = _passed(arc_mm, arcs, number) if number + 1 < len(arcs) else np.zeros(len(arc_mm))
        weights[:, number] = share * (1.0 - passed)
        share = share * passed
    return weights


def _passed(arc_mm: FloatArray, arcs: list[tuple[float, float]], number: int) -> NDArray[np.float64]:
    """(N,) 0 above the disc under vertebra ``number``, 1 below it."""
    top, bottom = arcs[number][1], arcs[number + 1][0]
    if bottom - top < LEAST_DISC_MM:
        middle = 0.5 * (top + bottom)
        top, bottom = middle - 0.5 * LEAST_DISC_MM, middle + 0.5 * LEAST_DISC_MM
    share = np.clip((arc_mm - top) / (bottom - top), 0.0, 1.0)
    return np.asarray(share * share * (3.0 - 2.0 * share))
