"""Unit solutions of one lead, kept with their pose: every programme follows from them by superposition."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from planner.errors import PlannerError
from planner.field.drive import Drive, loads_ohm, potentials
from planner.field.field_map import FieldMap
from planner.field.flow import Flow
from planner.field.grid import LeadGrid
from planner.field.lead import Pose
from planner.geometry.arrays import FloatArray
from planner.i18n import _

SHARE_TOLERANCE = 1e-6
OHM_PER_KOHM = 1000.0
SINGULAR_SHARE = 1e-9
"""A conductance matrix whose rows sum to less than this share of its largest entry has no way to the ground."""


@dataclass(frozen=True, slots=True, eq=False)
class UnitSolutions:
    """``volts`` (contacts, t, s, n): 1 V on one contact, 0 V on the others. ``conductance_ms`` is the Maxwell matrix.

    Contacts that carry no current float: their potential follows from the matrix. ``labels`` are the conducting ones.
    """

    pose: Pose
    grid: LeadGrid
    flow: Flow = field(repr=False)
    labels: tuple[str, ...]
    conductance_ms: FloatArray
    volts: NDArray[np.float32] = field(repr=False)

    @property
    def is_grounded(self) -> bool:
        """Whether current can leave to the outer ground (the generator's case)."""
        total = np.abs(self.conductance_ms.sum(axis=1)).max()
        return bool(total > SINGULAR_SHARE * np.abs(self.conductance_ms).max())

    @property
    def resistance_ohm(self) -> FloatArray:
        """(contacts, contacts): potential of each contact per current on each; floating basis.

        Without a ground potentials are relative to the contacts' mean (pseudo-inverse).
        """
        if self.is_grounded:
            return cast(FloatArray, np.linalg.inv(self.conductance_ms) * OHM_PER_KOHM)
        return cast(FloatArray, np.linalg.pinv(self.conductance_ms, rcond=1e-6, hermitian=True) * OHM_PER_KOHM)

    def combine(self, shares: Mapping[str, float], case_share: float, amplitude_ma: float) -> FieldMap:
        """The field of a programme. ``shares`` of the current by contact, cathodes negative and together -1.

        Raises PlannerError: "unknown-contact", "shares" (they do not balance), "no-return", "amplitude".
        """
        _check_programme(shares, case_share, amplitude_ma, self.labels, self.is_grounded)
        currents = np.array([shares.get(label, 0.0) * amplitude_ma for label in self.labels])
        return self._field(currents, self.resistance_ohm @ currents / OHM_PER_KOHM, amplitude_ma)

    def driven(self, drive: Drive) -> FieldMap:
        """The field under voltage, current or mixed control. Raises PlannerError, see :func:`potentials`."""
        contact_volts = potentials(drive, self.labels, self.conductance_ms, self.is_grounded)
        currents = self.conductance_ms @ contact_volts
        into, out = currents[currents > 0].sum(), -currents[currents < 0].sum()
        return self._field(currents, contact_volts, float(max(into, out)))

    def _field(self, currents_ma: FloatArray, contact_volts: FloatArray, amplitude_ma: float) -> FieldMap:
        volts = _summed(contact_volts, self.volts)
        power = float(currents_ma @ contact_volts)
        impedance = power / amplitude_ma**2 * OHM_PER_KOHM if amplitude_ma > 0 else 0.0
        components = self.flow.components(self.grid, volts, contact_volts)
        loads = dict(zip(self.labels, loads_ohm(currents_ma, contact_volts).tolist(), strict=True))
        active = {label: ohm for label, ohm in loads.items() if np.isfinite(ohm)}
        return FieldMap(self.pose, self.grid, volts, contact_volts, components, impedance, currents_ma, active)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Everything as plain arrays by name, for keeping."""
        pose = np.stack([self.pose.tip_mm, self.pose.axis, self.pose.zero_direction])
        grid = {"n_mm": self.grid.n_mm, "s_mm": self.grid.s_mm, "t_rad": self.grid.t_rad}
        plain = {"pose": pose, "radius_mm": np.array([self.grid.radius_mm]), "conductance_ms": self.conductance_ms}
        return {**plain, **grid, "volts": self.volts, **self.flow.to_arrays()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], labels: tuple[str, ...], space: str) -> "UnitSolutions":
        """What :meth:`to_arrays` gave; ``space`` is the pose's. Raises KeyError when one is missing."""
        grid = LeadGrid(float(arrays["radius_mm"][0]), arrays["n_mm"], arrays["s_mm"], arrays["t_rad"])
        tip, axis, zero = arrays["pose"]
        pose = Pose.of(tip, axis, zero, space)
        flow = Flow.from_arrays(arrays)
        return cls(pose, grid, flow, labels, arrays["conductance_ms"], arrays["volts"])


def _summed(weights: FloatArray, units: NDArray[np.float32]) -> NDArray[np.float32]:
    total = np.zeros(units.shape[1:], dtype=np.float32)
    for weight, unit in zip(weights.astype(np.float32), units, strict=True):
        total += weight * unit
    return total


def _check_programme(
    shares: Mapping[str, float], case_share: float, amplitude_ma: float, labels: tuple[str, ...], is_grounded: bool
) -> None:
    for label in shares:
        if label not in labels:
            text = _("The lead has no conducting contact {label}.").format(label=label)
            raise PlannerError(text, code="unknown-contact")
    values = [*shares.values(), case_share]
    if not np.isfinite(values).all() or abs(sum(values)) > SHARE_TOLERANCE:
        raise PlannerError(_("The currents of the contacts and the case must add up to zero."), code="shares")
    if abs(sum(value for value in values if value < 0) + 1.0) > SHARE_TOLERANCE:
        raise PlannerError(_("The shares of the cathodes must add up to 100 %."), code="shares")
    if case_share != 0.0 and not is_grounded:
        raise PlannerError(_("This model has no ground: the case cannot carry current."), code="no-return")
    if not (np.isfinite(amplitude_ma) and amplitude_ma >= 0):
        raise PlannerError(_("The amplitude must be 0 mA or more."), code="amplitude")
