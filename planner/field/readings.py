"""What a field does to given fibres, and its values on a regular grid."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from planner.errors import PlannerError
from planner.field.superposition import Field, SamplesAt
from planner.geometry import Curve, Grid, Points, Volume
from planner.geometry.arrays import FloatArray
from planner.i18n import _

Single = NDArray[np.float32]

SPACING_MM = 1.0
"""Over which the activating function is averaged: about the distance of the nodes of a 10 µm fibre."""


@dataclass(frozen=True, slots=True, eq=False)
class FibreReading:
    """At (N,) places ``arc_mm`` along a fibre: the field along it in V/mm, and the activating function in V/mm².

    The activating function is the second derivative of the potential along the fibre (Rattay 1986, IEEE Trans Biomed
    Eng 33:974), here its mean over the spacing. Positive values depolarise. NaN inside the lead and outside the model.
    """

    arc_mm: FloatArray
    along_v_mm: FloatArray
    activating_v_mm2: FloatArray

    @property
    def strongest_v_mm2(self) -> float:
        """The largest activating function; NaN when no place lies in the model."""
        known = self.activating_v_mm2[np.isfinite(self.activating_v_mm2)]
        return float(known.max()) if len(known) else float("nan")


def along_fibre(field: Field, fibre: Curve, spacing_mm: float = SPACING_MM) -> FibreReading:
    """Places ``spacing_mm`` apart; half a spacing free at either end.

    Raises PlannerError(code="fibre") when the fibre is shorter than that, SpaceMismatchError.
    """
    count = int(np.floor(fibre.length_mm / spacing_mm + 1e-9)) if spacing_mm > 0 else 0
    if count < 1:
        text = _("A fibre must be longer than the spacing at which it is read.")
        raise PlannerError(text, code="fibre")
    edges = np.linspace(0.0, count * spacing_mm, count + 1)
    ends = _along(field, fibre, edges)
    middles = (edges[1:] + edges[:-1]) / 2.0
    return FibreReading(middles, _along(field, fibre, middles), -np.diff(ends) / spacing_mm)


def _along(field: Field, fibre: Curve, arc_mm: FloatArray) -> FloatArray:
    """The field's component along the fibre's direction, V/mm."""
    tangents = np.diff(fibre.xyz, axis=0) / np.diff(fibre.arc_mm)[:, None]
    segment = np.clip(np.searchsorted(fibre.arc_mm, arc_mm, side="right") - 1, 0, len(tangents) - 1)
    samples = field.at(Points.of(fibre.at(arc_mm), fibre.space))
    return cast(FloatArray, np.einsum("ij,ij->i", samples.field_v_mm, tangents[segment]))


def magnitude_on(field: Field, grid: Grid) -> Volume:
    """|E| in V/mm at voxel centres, float32; NaN inside the lead and outside the model. Raises SpaceMismatchError."""
    return _on(field, grid, lambda samples: samples.magnitude_v_mm)


def volts_on(field: Field, grid: Grid) -> Volume:
    """Potential in V at voxel centres, as :func:`magnitude_on`."""
    return _on(field, grid, lambda samples: samples.volts)


def _on(field: Field, grid: Grid, read: Callable[[SamplesAt], FloatArray]) -> Volume:
    """Slice by slice, which keeps the working memory small."""
    values: Single = np.empty(grid.shape, dtype=np.float32)
    j, k = np.meshgrid(np.arange(grid.shape[1]), np.arange(grid.shape[2]), indexing="ij")
    for i in range(grid.shape[0]):
        centres = grid.to_world(np.stack([np.full(j.size, i), j.ravel(), k.ravel()], axis=1))
        values[i] = read(field.at(Points.of(centres, grid.space))).reshape(j.shape)
    return Volume(grid, values)
