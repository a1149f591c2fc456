"""Potentials of fibres' surroundings in closed form: point sources in an infinite medium."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.errors import RefusedError
from planner.geometry.arrays import FloatArray
from planner.i18n import _

TOUCHING_MM = 1e-3
"""Nearer than this to a point source there is no potential: the fibre runs through the electrode."""


@dataclass(frozen=True, slots=True, eq=False)
class PointSources:
    """``places_mm`` (S, 3) RAS; ``shares`` (S,) of the amplitude, cathodes negative; ``s_per_m`` (3, 3) symmetric.

    The potential of I in an anisotropic medium is I / (4 pi sqrt(det sigma) sqrt(r' sigma^-1 r)).
    """

    places_mm: FloatArray
    shares: FloatArray
    s_per_m: FloatArray

    @classmethod
    def of(cls, places_mm: FloatArray, shares: Sequence[float], s_per_m: FloatArray) -> "PointSources":
        """``s_per_m`` one value, three along x, y, z, or (3, 3). Raises RefusedError(code="medium-odd")."""
        given = np.asarray(s_per_m, dtype=float)
        tensor = given * np.eye(3) if given.ndim == 0 else np.diag(given) if given.ndim == 1 else given
        is_good = tensor.shape == (3, 3) and np.isfinite(tensor).all() and np.allclose(tensor, tensor.T)
        if not is_good or np.linalg.eigvalsh(tensor).min() <= 0:
            text = _("Conductivity must be above 0 S/m in every direction: one value, three, or a symmetric 3 by 3.")
            raise RefusedError(text, code="medium-odd")
        return cls(np.asarray(places_mm, dtype=float).reshape(-1, 3), np.asarray(shares, dtype=float), tensor)

    def at(self, xyz_mm: FloatArray) -> FloatArray:
        """mV per mA; NaN at a source."""
        inverse, root = np.linalg.inv(self.s_per_m), np.sqrt(np.linalg.det(self.s_per_m))
        total = np.zeros(len(xyz_mm))
        for place, share in zip(self.places_mm, self.shares, strict=True):
            away = xyz_mm - place
            length = np.sqrt(np.einsum("ij,jk,ik->i", away, inverse, away))
            with np.errstate(divide="ignore"):
                total += 1000.0 * share / (4.0 * np.pi * root * length)  # mA/(S/m mm) is V
        total[self.in_lead(xyz_mm)] = np.nan
        return total

    def in_lead(self, xyz_mm: FloatArray) -> NDArray[np.bool_]:
        distance = np.linalg.norm(xyz_mm[:, None, :] - self.places_mm[None], axis=2)
        return np.asarray(distance.min(axis=1) < TOUCHING_MM)
