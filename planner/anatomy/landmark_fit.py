"""A rigid transform from pairs of points that a person marked in both images."""

from dataclasses import dataclass

import numpy as np

from planner.errors import RefusedError
from planner.geometry.arrays import FloatArray
from planner.geometry.points import Points
from planner.geometry.transform import Affine, apply_matrix
from planner.i18n import _

FEWEST_PAIRS = 3
SMALLEST_SPREAD_MM = 10.0
"""Points nearer to one line than this leave the turn about that line to chance (a click is good to about 1 mm)."""
WORST_RESIDUAL_MM = 10.0
"""More than that is a wrong pair or a mirrored image, not inaccuracy."""


@dataclass(frozen=True, slots=True, eq=False)
class LandmarkFit:
    """``transform`` moving to fixed; ``residuals_mm`` (N,) what is left at each pair."""

    transform: Affine
    residuals_mm: FloatArray

    @property
    def rms_mm(self) -> float:
        return float(np.sqrt(np.mean(self.residuals_mm**2)))


def fit_rigid(moving: Points, fixed: Points) -> LandmarkFit:
    """Least squares (Kabsch 1976) over N >= 3 pairs in the same order.

    Raises RefusedError: "landmarks-few", "landmarks-degenerate" (on one line or one spot), "landmarks-mirrored",
    "landmarks-apart" (a pair more than WORST_RESIDUAL_MM off).
    """
    if len(moving) != len(fixed) or len(moving) < FEWEST_PAIRS:
        text = _("Mark the same three or more points in both images. Now there are {moving} and {fixed}.")
        raise RefusedError(text.format(moving=len(moving), fixed=len(fixed)), code="landmarks-few")
    from_middle, to_middle = moving.xyz.mean(axis=0), fixed.xyz.mean(axis=0)
    a, b = moving.xyz - from_middle, fixed.xyz - to_middle
    _refuse_line(a)
    _refuse_line(b)
    left, _sizes, right = np.linalg.svd(a.T @ b)
    sign = float(np.sign(np.linalg.det(right.T @ left.T)))
    _refuse_mirror(a, b, left, right, sign)
    rotation = right.T @ np.diag([1.0, 1.0, sign]) @ left.T
    matrix = np.eye(4)
    matrix[:3, :3] = rotation
    matrix[:3, 3] = to_middle - rotation @ from_middle
    residuals = np.linalg.norm(apply_matrix(matrix, moving.xyz) - fixed.xyz, axis=1)
    _refuse_apart(residuals)
    return LandmarkFit(Affine.of(matrix, moving.space, fixed.space), residuals)


def _refuse_line(centred: FloatArray) -> None:
    sizes = np.linalg.svd(centred, compute_uv=False)
    if sizes[1] < SMALLEST_SPREAD_MM:
        text = _("The points lie on one line or too close together. Add a point to the side, at least {mm} mm away.")
        raise RefusedError(text.format(mm=int(SMALLEST_SPREAD_MM)), code="landmarks-degenerate")


def _refuse_mirror(a: FloatArray, b: FloatArray, left: FloatArray, right: FloatArray, sign: float) -> None:
    """A reflection that fits far better than any turn means that left and right are swapped in one image."""
    if sign > 0:
        return
    turned = np.linalg.norm(a @ (right.T @ np.diag([1.0, 1.0, -1.0]) @ left.T).T - b, axis=1)
    mirrored = np.linalg.norm(a @ (right.T @ left.T).T - b, axis=1)
    if turned.max() > 3.0 and mirrored.max() < 0.5 * turned.max():
        text = _("The points fit only as a mirror image. Check left and right of each pair.")
        raise RefusedError(text, code="landmarks-mirrored")


def _refuse_apart(residuals_mm: FloatArray) -> None:
    worst = int(np.argmax(residuals_mm))
    if residuals_mm[worst] > WORST_RESIDUAL_MM:
        text = _("Pair {number} is {mm} mm off after the fit. Mark it again in both images.")
        text = text.format(number=worst + 1, mm=round(float(residuals_mm[worst])))
        raise RefusedError(text, code="landmarks-apart")
