"""What conducts: tissue from a constant or a label image, what lies outside it, and the encapsulation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from planner.errors import PlannerError
from planner.field.lead import Pose
from planner.geometry import Grid, Volume
from planner.geometry.arrays import FloatArray
from planner.i18n import _

if TYPE_CHECKING:
    from planner.field.tensors import TensorTissue


MOST_SKEW = 0.01
"""Largest cosine of the angle between two axes of an image that is taken for a right angle (half a degree)."""


@dataclass(frozen=True, slots=True)
class Capsule:
    """Encapsulation of constant thickness on the whole lead. Thickness 0: none."""

    thickness_mm: float = 0.0
    s_per_m: float = 0.1

    def __post_init__(self) -> None:
        if not (np.isfinite(self.thickness_mm) and 0 <= self.thickness_mm <= 2.0):
            raise PlannerError(_("The encapsulation must be between 0 and 2 mm thick."), code="capsule")
        _check_conductivity(_("encapsulation"), self.s_per_m)


@dataclass(frozen=True, slots=True, eq=False)
class Tissue:
    """Piecewise constant conductivity: the voxel a point lies in decides. ``outside_s_per_m`` beyond the image.

    ``values`` are the labels of ``labels`` as positions in ``table_s_per_m``. Without an image, ``outside_s_per_m``
    holds everywhere. Make one with :meth:`uniform` or :meth:`from_labels`.
    """

    outside_s_per_m: float
    grid: Grid | None = None
    values: NDArray[np.uint8] | None = field(default=None, repr=False)
    table_s_per_m: FloatArray | None = None

    @classmethod
    def uniform(cls, s_per_m: float) -> "Tissue":
        _check_conductivity(_("tissue"), s_per_m)
        return cls(s_per_m)

    @classmethod
    def from_labels(cls, labels: Volume, s_per_m: Mapping[int, float], outside_s_per_m: float) -> "Tissue":
        """Raises PlannerError: "conductivity" (a bad number), "unknown-tissue" (a label without one), "image-axes"."""
        check_axes(labels.grid)
        _check_conductivity(_("outside the image"), outside_s_per_m)
        for label, value in s_per_m.items():
            _check_conductivity(str(label), value)
        keys = np.array(sorted(s_per_m), dtype=np.int64)
        table = np.array([s_per_m[int(key)] for key in keys], dtype=float)
        return cls(outside_s_per_m, labels.grid, _positions(labels.values, keys), table)

    def at(self, xyz_mm: FloatArray) -> FloatArray:
        """Conductivity in S/m at (..., 3) RAS mm of the image's space."""
        shape = xyz_mm.shape[:-1]
        if self.grid is None or self.values is None or self.table_s_per_m is None:
            return np.full(shape, self.outside_s_per_m)
        i, j, k = self.grid.to_index(xyz_mm).reshape(-1, 3).T
        return self._at_index(i, j, k).reshape(shape)

    def around(self, pose: Pose, t_rad: FloatArray, r_mm: FloatArray, z_mm: FloatArray) -> FloatArray:
        """Conductivity at angles (T,) and profile places (S, N), giving (T, S, N); quicker than :meth:`at`."""
        shape = (len(t_rad), *r_mm.shape)
        if self.grid is None:
            return np.full(shape, self.outside_s_per_m)
        return self._at_index(*index_around(self.grid, pose, t_rad, r_mm, z_mm))

    def _at_index(self, i: FloatArray, j: FloatArray, k: FloatArray) -> FloatArray:
        """The affine gives voxel centres: index 3 owns 2.5 to 3.5."""
        assert self.grid is not None
        assert self.values is not None
        assert self.table_s_per_m is not None
        whole = [np.floor(part + 0.5).astype(np.int32) for part in (i, j, k)]
        inside = np.ones(i.shape, dtype=bool)
        for part, size in zip(whole, self.grid.shape, strict=True):
            inside &= (part >= 0) & (part < size)
            np.clip(part, 0, size - 1, out=part)
        sampled: FloatArray = self.table_s_per_m[self.values[whole[0], whole[1], whole[2]]]
        return np.where(inside, sampled, self.outside_s_per_m)


@dataclass(frozen=True, slots=True)
class Conductor:
    """Tissue and encapsulation around one lead."""

    tissue: "Tissue | TensorTissue"
    capsule: Capsule = field(default_factory=Capsule)

    @classmethod
    def uniform(cls, s_per_m: float, capsule: Capsule | None = None) -> "Conductor":
        return cls(Tissue.uniform(s_per_m), capsule or Capsule())


def _positions(values: NDArray[np.generic], keys: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Each label's place in ``keys``. Raises PlannerError for labels that are not whole numbers or not in ``keys``."""
    if len(keys) == 0 or len(keys) > 255:
        raise PlannerError(_("A tissue table needs between 1 and 255 labels."), code="conductivity")
    found = np.unique(values)
    if found.dtype.kind not in "biu" and not (np.isfinite(found).all() and (found == np.round(found)).all()):
        raise PlannerError(_("A label image must hold whole numbers."), code="labels")
    present = found.astype(np.int64)
    unknown = sorted(set(present.tolist()) - set(keys.tolist()))
    if unknown:
        names = ", ".join(str(label) for label in unknown[:5])
        text = _("No conductivity is given for the labels {labels}. Give each tissue one.").format(labels=names)
        raise PlannerError(text, code="unknown-tissue")
    if present[0] >= 0 and present[-1] < 65536:
        lookup = np.zeros(int(present[-1]) + 1, dtype=np.uint8)
        lookup[present] = np.searchsorted(keys, present)
        placed: NDArray[np.uint8] = lookup[values.astype(np.uint16)]
        return placed
    return np.searchsorted(keys, values.astype(np.int64)).astype(np.uint8)


def index_around(
    grid: Grid, pose: Pose, t_rad: FloatArray, r_mm: FloatArray, z_mm: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Indices (T, S, N) in an image, of angles (T,) and profile places (S, N) of the lead's frame."""
    inverse = np.linalg.inv(grid.affine)
    turn = inverse[:3, :3] @ pose.matrix
    tip = inverse[:3, :3] @ pose.tip_mm + inverse[:3, 3]
    spokes = (np.cos(t_rad) * row[0] + np.sin(t_rad) * row[1] for row in turn)
    i, j, k = (
        spoke[:, None, None] * r_mm + (row[2] * z_mm + start)
        for spoke, row, start in zip(spokes, turn, tip, strict=True)
    )
    return i, j, k


def check_axes(grid: Grid) -> None:
    """Raises PlannerError(code="image-axes") when the image's axes are not at right angles to each other."""
    axes = grid.affine[:3, :3] / grid.spacing_mm
    if np.abs(axes.T @ axes - np.eye(3)).max() > MOST_SKEW:
        text = _("The axes of the image are not at right angles to each other. Resample it to a straight grid.")
        raise PlannerError(text, code="image-axes")


def _check_conductivity(what: str, s_per_m: float) -> None:
    if not (np.isfinite(s_per_m) and s_per_m > 0):
        text = _("The conductivity of {what} must be a number above 0 S/m, not {value}.")
        raise PlannerError(text.format(what=what, value=s_per_m), code="conductivity")
