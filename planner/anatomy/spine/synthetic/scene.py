"""From a spine and a field of view to grey values and labels on a fine grid, before any scanner."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from planner.anatomy.spine.parametric.bones import Disc
from planner.anatomy.spine.parametric.cord_inside import horn_at
from planner.anatomy.spine.parametric.spine import ParametricSpine
from planner.anatomy.spine.synthetic.findings import Skeleton
from planner.anatomy.spine.synthetic.nerves import nerve_rows
from planner.anatomy.spine.synthetic.request import View
from planner.anatomy.spine.synthetic.surroundings import Column, surroundings
from planner.geometry import Grid
from planner.geometry.arrays import FloatArray

FINEST_MM = 1.0
"""Voxels are split until none is longer than about this; edges within them are soft, so no finer split is needed."""
BONE_MARGIN_MM = 3.0
FAR_MM = 50.0
TABLE_GAP_MM = 12.0
"""The patient lies on a mattress."""
FIRST_DISC_LABEL = 100


@dataclass(frozen=True, slots=True, eq=False)
class Fine:
    """The finer grid under an image: ``split`` voxels of it along each axis make one voxel of ``grid``."""

    grid: Grid
    fine: Grid
    split: tuple[int, int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """``values`` (float32) and ``labels`` (uint8) on ``fine.fine``."""

    fine: Fine
    values: NDArray[np.float32] = field(repr=False)
    labels: NDArray[np.uint8] = field(repr=False)


def grid_of(spine: ParametricSpine, view: View) -> Grid:
    """The image's grid: RAS axes, the canal where the view wants it."""
    first, last = spine.names.index(view.first), spine.names.index(view.last)
    arcs = np.array([spine.top_arc_mm[first], spine.bottom_arc_mm[last]])
    ends = spine.line.at(arcs)
    path = spine.line.at(np.linspace(arcs[0], arcs[1], 50))
    top, bottom = ends[0, 2] + view.margin_mm, ends[1, 2] - view.margin_mm
    x = (path[:, 0].min() + path[:, 0].max()) / 2
    sx, sy, sz = view.spacing_mm
    shape = (round(view.size_mm[0] / sx), round(view.size_mm[1] / sy), max(int(np.ceil((top - bottom) / sz)), 1))
    back = path[:, 1].min() - view.behind_mm
    affine = np.diag([sx, sy, sz, 1.0])
    affine[:3, 3] = x - sx * (shape[0] - 1) / 2, back, bottom
    return Grid.of(shape, affine, spine.space)


def heights_of(grid: Grid) -> tuple[float, float]:
    """Lowest and highest z of the image."""
    z = grid.corners_mm()[:, 2]
    return float(z.min()), float(z.max())


def fine_of(grid: Grid) -> Fine:
    split = tuple(max(1, round(float(spacing) / FINEST_MM)) for spacing in grid.spacing_mm)
    affine = grid.affine.copy()
    affine[:3, :3] = grid.affine[:3, :3] / split
    affine[:3, 3] += grid.affine[:3, :3] @ ((1 / np.array(split) - 1) / 2)
    shape = (grid.shape[0] * split[0], grid.shape[1] * split[1], grid.shape[2] * split[2])
    return Fine(grid, Grid.of(shape, affine, grid.space), (split[0], split[1], split[2]))


def paint(spine: ParametricSpine, hard: Skeleton, fine: Fine, looks: FloatArray, seed: int) -> Scene:
    """``looks`` (tissues, 2) decide the modality."""
    from planner.anatomy.spine.synthetic.canal_kernels import paint_canal
    from planner.anatomy.spine.synthetic.soft_kernels import paint_soft
    from planner.anatomy.spine.synthetic.thread_kernels import paint_threads

    rng = np.random.default_rng(seed)
    grid = fine.fine
    affine = np.ascontiguousarray(grid.affine)
    corners = grid.corners_mm()
    z_top = float(corners[:, 2].max()) + 1.0
    rows = surroundings(spine, z_top, float(corners[:, 2].min()), rng)
    width = float(grid.spacing_mm.mean())
    values = np.empty(grid.shape, dtype=np.float32)
    table_y = float((rows[:, Column.Y] - rows[:, Column.SKIN]).min()) - TABLE_GAP_MM
    paint_soft(values, affine, rows, z_top, looks, width, seed, table_y)
    bone, owner = _bones(grid, hard)
    disc, middle, disc_owner = _discs(grid, hard.discs)
    labels = np.zeros(grid.shape, dtype=np.uint8)
    frames, samples, by_z = _line_tables(spine, z_top, len(rows))
    density = np.clip(rng.normal(1.0, 0.06, 256), 0.8, 1.2)
    paint_canal(values, labels, bone, owner, disc, middle, disc_owner, affine, frames, samples, by_z, z_top, looks,
                density, width, seed)  # fmt: skip
    inverse = np.ascontiguousarray(np.linalg.inv(affine))
    paint_threads(values, labels, bone, affine, inverse, nerve_rows(spine, looks, heights_of(grid)), width)
    return Scene(fine, values, labels)


def to_local(grid: Grid, origin: FloatArray, axes: FloatArray) -> FloatArray:
    """(3, 4) from an index of the grid to a frame whose axes are the rows of ``axes``."""
    matrix = np.empty((3, 4))
    matrix[:, :3] = axes @ grid.affine[:3, :3]
    matrix[:, 3] = axes @ (grid.affine[:3, 3] - origin)
    return matrix


def index_box(grid: Grid, corners_mm: FloatArray) -> NDArray[np.int64] | None:
    """(3, 2) index ranges that hold these points, cut to the grid; None where nothing is left."""
    index = grid.to_index(corners_mm)
    low = np.maximum(np.floor(index.min(axis=0)).astype(np.int64), 0)
    high = np.minimum(np.ceil(index.max(axis=0)).astype(np.int64) + 1, grid.shape)
    if (low >= high).any():
        return None
    return np.stack([low, high], axis=1)


def corners_of(low: FloatArray, high: FloatArray) -> FloatArray:
    """(8, 3) corners of a box."""
    return np.array([(x, y, z) for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])])


def _bones(grid: Grid, hard: Skeleton) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    from planner.anatomy.spine.synthetic.bone_kernels import paint_bone

    distance = np.full(grid.shape, FAR_MM, dtype=np.float32)
    owner = np.zeros(grid.shape, dtype=np.uint8)
    for one in (*hard.others, *hard.bones):
        box = index_box(grid, one.to_world(corners_of(one.low - BONE_MARGIN_MM, one.high + BONE_MARGIN_MM)))
        if box is not None:
            matrix = to_local(grid, one.origin, one.axes)
            paint_bone(distance, owner, box, matrix, one.low, one.high, one.solids, one.canal, one.canal_low,
                       one.label, BONE_MARGIN_MM, one.name in hard.joined)  # fmt: skip
    if hard.bony_discs:
        bony, _middle, labels = _discs(grid, hard.bony_discs)
        is_nearer = bony < distance
        distance[is_nearer], owner[is_nearer] = bony[is_nearer], labels[is_nearer] - FIRST_DISC_LABEL
    return distance, owner


def _discs(grid: Grid, discs: tuple[Disc, ...]) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.uint8]]:
    from planner.anatomy.spine.synthetic.bone_kernels import paint_disc

    distance = np.full(grid.shape, FAR_MM, dtype=np.float32)
    middle = np.zeros(grid.shape, dtype=np.float32)
    owner = np.zeros(grid.shape, dtype=np.uint8)
    for one in discs:
        reach = float(max(one.upper_body[4:8].max(), one.lower_body[4:8].max())) + 3.0
        centre = (one.upper_frame[0] + one.lower_frame[0]) / 2 + one.upper_frame[2] * one.upper_body[3]
        height = one.upper_body[1] + 12.0
        box = index_box(grid, centre + corners_of(-np.array([reach, reach, height]), np.array([reach, reach, height])))
        if box is not None:
            upper, lower = (
                to_local(grid, frame[0], np.stack([frame[1], frame[2], -frame[3]]))
                for frame in (one.upper_frame, one.lower_frame)
            )
            paint_disc(distance, middle, owner, box, upper, lower, one.upper_body, one.lower_body, one.label)
    return distance, middle, owner


def _line_tables(spine: ParametricSpine, z_top: float, count: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Frames and sections every mm along the line, and the sample at every mm of height."""
    line = spine.line
    arcs = np.arange(line.arc_mm[0], line.arc_mm[-1], 1.0)
    frames = line.frames(arcs)
    place = line.place_of(arcs)
    across = spine.sections
    names = ("canal_half_ap", "canal_half_width", "window_mm", "sac_half_ap", "sac_half_width", "sac_back",
             "cord_half_ap", "cord_half_width", "cord_back")  # fmt: skip
    horn = np.array([horn_at(float(one)) for one in place])
    samples = np.stack([*(across.at(place, name) for name in names), horn], axis=1)
    z = z_top - np.arange(count, dtype=float)
    order = np.argsort(frames[:, 0, 2])
    by_z = np.interp(z, frames[order, 0, 2], np.arange(len(arcs), dtype=float)[order])
    return np.ascontiguousarray(frames), np.ascontiguousarray(samples), by_z
