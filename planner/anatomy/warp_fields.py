"""From an engine's pull-back field to a :class:`Warp` with a true inverse on grids of moderate size."""

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from planner.anatomy.engine import Pullback
from planner.anatomy.starts import coarse_grid
from planner.geometry.arrays import FloatArray
from planner.geometry.transform import Affine, Warp, apply_matrix, sample_vectors
from planner.geometry.volume import Grid

INVERSE_STEP_MM = 2.0
"""Template to moving: the spacing of the finest level the engines fit."""
FORWARD_STEP_MM = 1.2
"""Moving to template: finer, so that there and back again closes to 0.1 mm between the nodes too."""
FADE_MM = 12.0
"""Outside the compared region the field fades into the affine over this length."""
FIXED_POINT_STEPS = 12
NEWTON_STEPS = 12
CLOSE_MM = 0.01
"""An inverse this near is finished; voxel noise of the field is larger."""
FAR_STEP_MM = 6.0
"""The longest Newton step: beyond it the field is no longer what its slope says."""


def warp_of(pullback: Pullback, affine: Affine, moving_grid: Grid, template_grid: Grid) -> Warp:
    """The warp moving → template. ``affine`` (template to moving) holds where the engine saw nothing.

    The inverse field (template to moving) is the engine's, on ``template_grid`` coarsened to INVERSE_STEP_MM; the
    forward field on ``moving_grid``, likewise coarsened, is the numerical inverse of exactly that.
    """
    inverse_grid = coarse_grid(template_grid, INVERSE_STEP_MM)
    inverse_mm = embed(pullback, affine, inverse_grid)
    forward_grid = coarse_grid(moving_grid, FORWARD_STEP_MM)
    targets = nodes(forward_grid)
    start = apply_matrix(affine.inverse().matrix, targets)
    found = invert(inverse_mm, inverse_grid, targets, start)
    forward_mm = (found - targets).reshape(*forward_grid.shape, 3).astype(np.float32)
    return Warp(
        pullback.moving_space,
        template_grid.space,
        forward_grid,
        cast(FloatArray, forward_mm),
        inverse_grid,
        cast(FloatArray, inverse_mm),
    )


def nodes(grid: Grid) -> FloatArray:
    """(N, 3) RAS mm of all voxel centres, in C order."""
    index = np.stack(np.meshgrid(*(np.arange(n) for n in grid.shape), indexing="ij"), axis=-1)
    return grid.to_world(index.reshape(-1, 3))


def embed(pullback: Pullback, affine: Affine, grid: Grid) -> NDArray[np.float32]:
    """The field on ``grid``: inside the engine's box its own, towards the edge of the box faded into the affine."""
    xyz = nodes(grid)
    of_affine = apply_matrix(affine.matrix, xyz) - xyz
    index = pullback.grid.to_index(xyz)
    last = np.array(pullback.grid.shape) - 1.0
    depth_mm = (np.minimum(index, last - index) * pullback.grid.spacing_mm).min(axis=1)
    share = np.clip(depth_mm / FADE_MM, 0.0, 1.0)
    share = share * share * (3.0 - 2.0 * share)  # no crease where the fading begins and ends
    whole = of_affine
    inside = share > 0
    own = sample_vectors(cast(FloatArray, pullback.displacement_mm), pullback.grid, xyz[inside])
    whole[inside] += share[inside, None] * (own - of_affine[inside])
    return whole.reshape(*grid.shape, 3).astype(np.float32)


def invert(field_mm: NDArray[np.float32], grid: Grid, targets: FloatArray, start: FloatArray) -> FloatArray:
    """(N, 3) points x with ``x + field(x) = targets``, from ``start`` (N, 3); the last guess where there is none.

    Fixed point first, damped; then Newton for the points that are not within CLOSE_MM yet.
    """
    found = start.copy()
    field = cast(FloatArray, field_mm)
    active = np.arange(len(found))
    for _step in range(FIXED_POINT_STEPS):
        miss = found[active] + sample_vectors(field, grid, found[active]) - targets[active]
        is_open = np.abs(miss).max(axis=1) > CLOSE_MM
        active, miss = active[is_open], miss[is_open]
        if not len(active):
            return found
        found[active] -= 0.8 * miss
    return _newton(field, grid, targets, found, active)


def _newton(
    field: FloatArray, grid: Grid, targets: FloatArray, found: FloatArray, active: NDArray[np.int64]
) -> FloatArray:
    slopes = np.stack(_gradients(field, grid), axis=-1)  # (X, Y, Z, component, direction)
    best = np.full(len(found), np.inf)
    answer = found.copy()
    for _step in range(NEWTON_STEPS):
        here = found[active]
        miss = here + sample_vectors(field, grid, here) - targets[active]
        size = np.linalg.norm(miss, axis=1)
        better = size < best[active]
        best[active[better]] = size[better]
        answer[active[better]] = here[better]
        is_open = size > CLOSE_MM
        active, miss = active[is_open], miss[is_open]
        if not len(active):
            break
        found[active] -= _newton_step(slopes, grid, found[active], miss)
    return answer


def _newton_step(slopes: FloatArray, grid: Grid, here: FloatArray, miss: FloatArray) -> FloatArray:
    index = grid.to_index(here).T
    slope = np.empty((len(here), 3, 3))
    for component in range(3):
        for direction in range(3):
            values = slopes[..., component, direction]
            slope[:, component, direction] = map_coordinates(values, index, order=1, mode="nearest")
    slope += np.eye(3) * 1.0
    flat = np.abs(np.linalg.det(slope)) < 0.05  # no direction to follow there: creep on
    slope[flat] = np.eye(3)
    step = np.linalg.solve(slope, miss[..., None])[..., 0]
    length = np.linalg.norm(step, axis=1, keepdims=True)
    shortened: FloatArray = step * np.minimum(1.0, FAR_STEP_MM / np.maximum(length, 1e-9))
    return shortened


def _gradients(field_mm: FloatArray, grid: Grid) -> list[FloatArray]:
    """Three (X, Y, Z, 3) arrays: change of the displacement per mm along x, y and z of the world."""
    parts: Any = np.gradient(np.asarray(field_mm, dtype=np.float32), axis=(0, 1, 2))
    per_index = np.stack(parts, axis=-1)
    per_mm = per_index @ np.linalg.inv(grid.affine[:3, :3]).astype(np.float32)
    return [per_mm[..., axis] for axis in range(3)]


def jacobian(field_mm: NDArray[np.float32], grid: Grid) -> NDArray[np.float32]:
    """(X, Y, Z) determinant of the map's slope: 1 keeps volume, 0 or less folds space."""
    slope = np.stack(_gradients(cast(FloatArray, field_mm), grid), axis=-1) + np.eye(3, dtype=np.float32)
    determinant: NDArray[np.float32] = np.linalg.det(slope).astype(np.float32)
    return determinant


def consistency_mm(warp: Warp, targets: FloatArray) -> FloatArray:
    """(N,) how far template points come to lie from themselves, there and back."""
    there = targets + sample_vectors(warp.inverse_mm, warp.inverse_grid, targets)
    back = there + sample_vectors(warp.forward_mm, warp.forward_grid, there)
    return cast(FloatArray, np.linalg.norm(back - targets, axis=1))
