"""From potentials to the electric field: through the faces that exist, never across the lead."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.field.axis import Components, seen, transverse
from planner.field.grid import LeadGrid
from planner.field.metric import metric_of
from planner.field.sampling import CellConductivity
from planner.field.system import INSULATING, Faces, half_faces
from planner.geometry.arrays import FloatArray

Single = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """Per face conductance over face area and conductivity: potential differences times these are V/mm.

    ``n_low``, ``n_high``, ... [t, s, n] belong to a cell's lower and higher face. ``owner`` (t, s): see Faces.
    ``bends`` (2, 4, t, s): of the lead's surface and of the capsule's outside, what the field along s and t there adds
    to the one away from the lead, on the inner side (s, t) and on the outer side (s, t); only tensors bend it.
    ``capsule_layers``: cells in the capsule, in an array of one.
    """

    n_low: Single = field(repr=False)
    n_high: Single = field(repr=False)
    s_low: Single = field(repr=False)
    s_high: Single = field(repr=False)
    t_low: Single = field(repr=False)
    t_high: Single = field(repr=False)
    owner: NDArray[np.int64] = field(repr=False)
    bends: Single = field(repr=False)
    capsule_layers: NDArray[np.int64] = field(repr=False)

    @classmethod
    def of(cls, grid: LeadGrid, sigma: CellConductivity, faces: Faces) -> "Flow":
        metric, width = metric_of(grid), grid.t_widths[:, None, None]
        n = np.concatenate([faces.wall[:, :, None], faces.n, faces.outer[:, :, None]], axis=2)
        apex = np.zeros_like(faces.top[:, None, :])
        s = np.concatenate([apex, faces.s, faces.top[:, None, :]], axis=1)
        n_area = metric.n_area * width
        s_area = np.maximum(metric.s_area, metric.s_area[1:].min() * 1e-9) * width  # the apex face has none
        before = np.roll(faces.around, 1, axis=0)
        values = (
            n[:, :, :-1] / (n_area[:, :, :-1] * sigma.n_low),
            n[:, :, 1:] / (n_area[:, :, 1:] * sigma.n_high),
            s[:, :-1] / (s_area[:, :-1] * sigma.s_low),
            s[:, 1:] / (s_area[:, 1:] * sigma.s_high),
            before / (metric.t_area * sigma.t_low),
            faces.around / (metric.t_area * sigma.t_high),
        )
        n_low, n_high, s_low, s_high, t_low, t_high = (value.astype(np.float32) for value in values)
        layers = np.array([sigma.capsule_layers])
        return cls(n_low, n_high, s_low, s_high, t_low, t_high, faces.owner, _bends(grid, sigma, faces), layers)

    def faces(self, grid: LeadGrid, sigma: CellConductivity) -> Faces:
        """What this was made of."""
        metric, width = metric_of(grid), grid.t_widths[:, None, None]
        n_low = self.n_low * sigma.n_low * (metric.n_area[:, :-1] * width)
        n_last = self.n_high[:, :, -1] * sigma.n_high[:, :, -1] * (metric.n_area[:, -1] * width[:, :, 0])
        s_high = self.s_high * sigma.s_high * (metric.s_area[1:] * width)
        around = self.t_high * sigma.t_high * metric.t_area
        return Faces(n_low[:, :, 1:], s_high[:, :-1], around, n_low[:, :, 0], n_last, s_high[:, -1], self.owner)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        return {f"flow_{one.name}": getattr(self, one.name) for one in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "Flow":
        kept = {one.name: arrays[f"flow_{one.name}"] for one in fields(cls) if f"flow_{one.name}" in arrays}
        kept.setdefault("bends", np.zeros((2, 4, 1, 1), dtype=np.float32))  # solutions of scalar tissue kept without
        kept.setdefault("capsule_layers", np.zeros(1, dtype=np.int64))
        return cls(**kept)

    def components(self, grid: LeadGrid, volts: Single, contact_volts: FloatArray) -> Components:
        """The field of cell potentials ``volts`` [t, s, n] in V with these potentials on the contacts."""
        wall = np.where(self.owner == INSULATING, volts[:, :, 0], np.append(contact_volts, 0.0)[self.owner])
        n_step = np.diff(volts, axis=2, prepend=wall.astype(np.float32)[:, :, None], append=np.float32(0.0))
        s_step = np.diff(volts, axis=1, prepend=np.float32(0.0), append=np.float32(0.0))
        t_step = np.roll(volts, -1, axis=0) - volts
        s_low, s_high = self.s_low * -s_step[:, :-1], self.s_high * -s_step[:, 1:]
        s_low[:, 0] = _across_apex(s_high[:, 0], grid)
        t_low, t_high = self.t_low * -np.roll(t_step, 1, axis=0), self.t_high * -t_step
        half = np.float32(0.5)
        s, t = np.multiply(s_low + s_high, half), np.multiply(t_low + t_high, half)
        n_low, n_high = self.n_low * -n_step[:, :, :-1], self.n_high * -n_step[:, :, 1:]
        if self.bends.any():
            for layer, bend in zip((0, int(self.capsule_layers[0])), self.bends, strict=True):
                along, around = s[:, :, layer], t[:, :, layer]
                n_low[:, :, layer] += bend[2] * along + bend[3] * around
                if layer > 0:
                    n_high[:, :, layer - 1] += bend[0] * along + bend[1] * around
        return Components(n_low, n_high, s, t)


def _bends(grid: LeadGrid, sigma: CellConductivity, faces: Faces) -> Single:
    """No current crosses the lead's insulation, and what crosses the capsule's outside is the same on both sides.

    With a tensor outside the current there is sigma_nn E_n + sigma_ns E_s + sigma_nt E_t. The two-point flux shares the
    potential difference as if the last two were absent; this moves the face's potential to where they are counted.
    """
    if sigma.octants is None:
        return np.zeros((2, 4, 1, 1), dtype=np.float32)
    bends = np.zeros((2, 4, *faces.owner.shape), dtype=np.float32)
    halves = half_faces(grid, metric_of(grid), sigma)
    for number, layer in enumerate((0, sigma.capsule_layers)):
        if number == 1 and layer == 0:
            continue
        nn, ns, nt = (sigma.octants[:, :, 0, six, :, :, layer].mean(axis=(0, 1)) for six in (0, 3, 4))
        if layer == 0:
            inner = (faces.owner == INSULATING).astype(float)
        else:
            resistance = 1.0 / halves.n_high[:, :, layer - 1], 1.0 / halves.n_low[:, :, layer]
            inner = resistance[0] / (resistance[0] + resistance[1])
            bends[number, :2] = (1.0 - inner) / sigma.n_high[:, :, layer - 1] * np.stack([ns, nt])
        bends[number, 2:] = -inner / nn * np.stack([ns, nt])
    return bends


def _across_apex(s_high: Single, grid: LeadGrid) -> Single:
    """(t, n) the s component on the axis below the tip: the one transverse vector there, seen from every angle."""
    return seen(transverse(s_high, grid), grid, turn=0.0)
