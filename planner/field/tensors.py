"""Tissue that conducts differently along and across its fibres: a symmetric tensor at every voxel."""

from dataclasses import dataclass, field
from typing import cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from planner.errors import PlannerError, SpaceMismatchError
from planner.field.conductor import Tissue, check_axes, index_around
from planner.field.lead import Pose
from planner.geometry import Curve, Grid
from planner.geometry.arrays import FloatArray
from planner.i18n import _

Single = NDArray[np.float32]

PLACES = ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))
"""Where the six numbers of a tensor stand in its matrix: xx, yy, zz, xy, xz, yz in RAS."""
MOST_MM = 10_000.0
LARGEST_RATIO = 10.0
"""Largest over smallest conductivity from diffusion tensors: noise makes larger ones (SimNIBS limits to 10 as well)."""
LINEAR_S_PER_M = 0.844
"""Conductivity over diffusivity, S/m per 1e-3 mm²/s (0.844 ± 0.0545 S s/mm³: Tuch 2001, PNAS 98:11697, abstract)."""
NEAR_MM = 10.0
ANGLES = ((1.5, 1), (2.5, 48), (np.inf, 64))
"""At least so many cells around the shaft, by the ratio of the largest to the smallest conductivity across it.

Against the point source in a constant tensor |E| is then within 0.4 % (median) and 3 % (p90) up to 10 : 1.
"""
SHARE_LEFT_OUT = 0.05
"""Of the voxels near the lead, the most anisotropic: noise does not choose the number of angles."""


@dataclass(frozen=True, slots=True, eq=False)
class TensorTissue:
    """``tensors`` (I, J, K, 6) S/m on their own ``grid``; all six zero: no tensor there. ``elsewhere`` holds there.

    Make one with :meth:`of` or :meth:`uniform`.
    """

    elsewhere: Tissue
    grid: Grid
    tensors: Single = field(repr=False)

    @classmethod
    def of(cls, grid: Grid, tensors: ArrayLike, elsewhere: Tissue) -> "TensorTissue":
        """Raises PlannerError: "tensor" (no such array, or one that conducts nothing or less in a direction)."""
        values = np.asarray(tensors, dtype=np.float32)
        if values.shape != (*grid.shape, 6):
            text = _("A tensor image needs six numbers at every voxel: xx, yy, zz, xy, xz, yz.")
            raise PlannerError(text, code="tensor")
        check_axes(grid)
        if elsewhere.grid is not None and elsewhere.grid.space != grid.space:
            raise SpaceMismatchError(f"the tensors are in {grid.space!r}, the labels in {elsewhere.grid.space!r}")
        bad = int((~_is_conducting(values)).sum())
        if bad:
            text = _("The tensor must conduct in every direction. It does not at {count} voxels.").format(count=bad)
            raise PlannerError(text, code="tensor")
        return cls(elsewhere, grid, values)

    @classmethod
    def uniform(cls, matrix: ArrayLike, space: str) -> "TensorTissue":
        """The same (3, 3) S/m tensor everywhere. Raises PlannerError(code="tensor")."""
        full = np.asarray(matrix, dtype=float).reshape(3, 3)
        if not np.allclose(full, full.T):
            raise PlannerError(_("A conductivity tensor must be symmetric."), code="tensor")
        grid = Grid.of((1, 1, 1), np.diag([MOST_MM, MOST_MM, MOST_MM, 1.0]), space)
        six = np.array([full[place] for place in PLACES]).reshape(1, 1, 1, 6)
        if not six.any():
            raise PlannerError(_("The tensor must conduct in every direction."), code="tensor")
        return cls.of(grid, six, Tissue.uniform(float(np.trace(full)) / 3.0))

    def ratio_across(self, pose: Pose) -> float:
        """How many times better the tissue near the lead conducts in one direction across its shaft than in another."""
        near = _near(self.grid, pose)
        six = self.tensors[near].astype(float)
        six = six[six.any(axis=-1)]
        if len(six) == 0:
            return 1.0
        across = pose.matrix[:, :2]
        values = np.linalg.eigvalsh(across.T @ _full_of(six) @ across)
        return float(np.quantile(values[:, 1] / values[:, 0], 1.0 - SHARE_LEFT_OUT))

    def around(self, pose: Pose, t_rad: FloatArray, r_mm: FloatArray, z_mm: FloatArray) -> Single:
        """(T, S, N, 6) in RAS at angles (T,) and profile places (S, N) of the lead's frame."""
        inside = np.ones((len(t_rad), *r_mm.shape), dtype=bool)
        whole = []
        for index, size in zip(index_around(self.grid, pose, t_rad, r_mm, z_mm), self.grid.shape, strict=True):
            part = np.floor(index + 0.5).astype(np.int32)
            inside &= (part >= 0) & (part < size)
            whole.append(np.clip(part, 0, size - 1))
        found = self.tensors[whole[0], whole[1], whole[2]]
        is_plain = ~(inside & (found[..., 0] > 0))  # a tensor conducts in every direction
        if not is_plain.any():
            return found
        scalar = self.elsewhere.around(pose, t_rad, r_mm, z_mm)
        found[is_plain, :3] = scalar[is_plain][:, None]
        found[is_plain, 3:] = 0.0
        return found


def angles_for(ratio: float) -> int:
    """Least cells around the shaft for a ratio of conductivities across it."""
    return next(count for most, count in ANGLES if ratio < most)


def along_fibres(directions: ArrayLike, along_s_per_m: ArrayLike, across_s_per_m: ArrayLike) -> Single:
    """(..., 6) tensors from (..., 3) fibre directions of any length; where that is zero, no tensor.

    The conductivities are numbers or arrays (...). Raises PlannerError: "conductivity", "fibre-direction" (NaN).
    """
    along, across = np.asarray(along_s_per_m, dtype=float), np.asarray(across_s_per_m, dtype=float)
    if not (np.isfinite(along).all() and np.isfinite(across).all() and along.min() > 0 and across.min() > 0):
        text = _("The conductivities along and across the fibres must be above 0 S/m.")
        raise PlannerError(text, code="conductivity")
    vectors = np.asarray(directions, dtype=float)
    if not np.isfinite(vectors).all():
        text = _("The image of fibre directions holds values that are not numbers. Put 0 where there are no fibres.")
        raise PlannerError(text, code="fibre-direction")
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit = vectors / np.where(length > 0, length, 1.0)
    found = _six_of(unit[..., :, None] * unit[..., None, :]) * (along - across)[..., None]
    found[..., :3] += across[..., None]
    return cast(Single, (found * (length > 0)).astype(np.float32))


def by_volume(diffusion: ArrayLike, mean_s_per_m: ArrayLike) -> Single:
    """(..., 6) conductivity tensors from diffusion tensors (..., 6) in any unit; all zero, or not a tensor: none.

    "Volume normalised" (Opitz 2011, NeuroImage 58:849): same axes, and the geometric mean of the three conductivities
    is ``mean_s_per_m`` (a number or (...)), the isotropic value. Their ratio is limited to LARGEST_RATIO.
    """
    values, axes, has_one = _principal(diffusion)
    means = np.broadcast_to(np.asarray(mean_s_per_m, dtype=float), has_one.shape)[has_one]
    values *= (means / np.cbrt(values.prod(axis=1)))[:, None]
    return _composed(values, axes, has_one)


def by_diffusivity(diffusion_um2_ms: ArrayLike) -> Single:
    """(..., 6) conductivity tensors from diffusion tensors (..., 6) in µm²/ms (1e-3 mm²/s), linear: Tuch 2001.

    All zero, or not a tensor: none. The ratio of the three conductivities is limited to LARGEST_RATIO.
    """
    values, axes, has_one = _principal(diffusion_um2_ms)
    return _composed(LINEAR_S_PER_M * values, axes, has_one)


def _principal(diffusion: ArrayLike) -> tuple[FloatArray, FloatArray, NDArray[np.bool_]]:
    """Values (N, 3) and axes (N, 3, 3) of those that are tensors, and which these are (...)."""
    six = np.asarray(diffusion, dtype=float)
    has_one = np.isfinite(six).all(axis=-1) & six.any(axis=-1)
    values, axes = np.linalg.eigh(_full_of(six[has_one]))
    is_one = values[:, 2] > 0  # the smaller two may be below zero by noise
    has_one[has_one] = is_one
    values, axes = values[is_one], axes[is_one]
    return np.maximum(values, values[:, 2:] / LARGEST_RATIO), axes, has_one


def _composed(values: FloatArray, axes: FloatArray, has_one: NDArray[np.bool_]) -> Single:
    found = np.zeros((*has_one.shape, 6), dtype=np.float32)
    found[has_one] = _six_of((axes * values[:, None, :]) @ axes.swapaxes(1, 2))
    return found


def directions_beside(curve: Curve, grid: Grid, is_fibre: NDArray[np.bool_]) -> Single:
    """(I, J, K, 3) unit direction of the nearest place of ``curve`` at voxels that hold fibres, else zero.

    For tracts that follow one line, such as the columns of the spinal cord. Raises SpaceMismatchError.
    """
    if curve.space != grid.space:
        raise SpaceMismatchError(f"the curve is in {curve.space!r}, the image in {grid.space!r}")
    from scipy.spatial import cKDTree

    steps = np.linspace(0.0, curve.length_mm, max(int(np.ceil(curve.length_mm / float(grid.spacing_mm.min()))), 2) + 1)
    middles = (steps[1:] + steps[:-1]) / 2.0
    ways = np.diff(curve.at(steps), axis=0)
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    _distance, nearest = cKDTree(curve.at(middles)).query(grid.to_world(np.argwhere(is_fibre)))
    found = np.zeros((*grid.shape, 3), dtype=np.float32)
    found[is_fibre] = ways[nearest]
    return found


def _near(grid: Grid, pose: Pose) -> tuple[NDArray[np.intp], ...]:
    """Voxels around the lead's contacts, as an index: a box of the image around a ball at the tip."""
    centre = grid.to_index(pose.tip_mm + NEAR_MM / 2.0 * pose.axis)
    reach = NEAR_MM / grid.spacing_mm
    ends = [
        (int(np.clip(np.round(c - r), 0, n - 1)), int(np.clip(np.round(c + r), 0, n - 1)) + 1)
        for c, r, n in zip(centre, reach, grid.shape, strict=True)
    ]
    return tuple(np.meshgrid(*(np.arange(low, high) for low, high in ends), indexing="ij"))


def _is_conducting(six: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Positive definite (leading minors), or all zero; (...)."""
    xx, yy, zz, xy, xz, yz = np.moveaxis(np.asarray(six, dtype=float), -1, 0)
    second = xx * yy - xy * xy
    third = zz * second - xx * yz * yz + 2.0 * xy * yz * xz - yy * xz * xz
    is_positive = (xx > 0) & (second > 0) & (third > 0) & np.isfinite(third)
    return cast(NDArray[np.bool_], is_positive | (np.asarray(six) == 0).all(axis=-1))


def _full_of(six: FloatArray) -> FloatArray:
    full = np.empty((*six.shape[:-1], 3, 3))
    for number, (row, column) in enumerate(PLACES):
        full[..., row, column] = full[..., column, row] = six[..., number]
    return full


def _six_of(full: FloatArray) -> FloatArray:
    return np.stack([full[..., row, column] for row, column in PLACES], axis=-1)


def in_directions(six: Single, directions: FloatArray) -> Single:
    """(6, T, S, N) of tensors (T, S, N, 6), along the unit columns of (T, S, 3, 3), in the order of PLACES."""
    turn = np.empty((*directions.shape[:2], 6, 6), dtype=np.float32)
    for number, (row, column) in enumerate(PLACES):
        first, second = directions[..., row], directions[..., column]
        for part, (i, j) in enumerate(PLACES):
            both = first[..., i] * second[..., j]
            turn[..., part, number] = both if i == j else both + first[..., j] * second[..., i]
    return np.moveaxis(six @ turn, -1, 0)
