"""What unit solutions on any grid have in common: every programme is a sum of them."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Generic, Protocol, TypeVar, cast

import numpy as np

from planner.errors import PlannerError
from planner.field.activated import Activated
from planner.field.drive import Drive, loads_ohm, potentials
from planner.geometry import Curve, Points
from planner.geometry.arrays import FloatArray
from planner.i18n import _

SHARE_TOLERANCE = 1e-6
OHM_PER_KOHM = 1000.0
SINGULAR_SHARE = 1e-9
"""A conductance matrix whose rows sum to less than this share of its largest entry has no way to the ground."""


class SamplesAt(Protocol):
    """At (N,) points: potential in V, E as a RAS vector (N, 3) in V/mm, and its size; NaN where there is no tissue."""

    @property
    def volts(self) -> FloatArray: ...

    @property
    def field_v_mm(self) -> FloatArray: ...

    @property
    def magnitude_v_mm(self) -> FloatArray: ...


class Field(Protocol):
    """The field of one programme, on whatever grid it was solved."""

    @property
    def impedance_ohm(self) -> float:
        """Power over the square of the amplitude; for one cathode that is its resistance."""

    @property
    def contact_volts(self) -> FloatArray: ...

    @property
    def currents_ma(self) -> FloatArray: ...

    @property
    def loads_ohm(self) -> Mapping[str, float]: ...

    def at(self, points: Points) -> SamplesAt: ...

    def along(self, curve: Curve, step_mm: float = 0.1) -> tuple[FloatArray, SamplesAt]: ...

    def activated(self, threshold_v_mm: float) -> Activated: ...

    def strongest_v_mm(self, distance_mm: float) -> float: ...

    def strongest(self, distance_mm: float) -> tuple[float, FloatArray]: ...

    def near_magnitudes(self, clearance_mm: float) -> FloatArray:
        """(K,) |E| at the places of :meth:`Superposition.near_places`."""


class Units(Protocol):
    """What reading structures needs of unit solutions on any grid."""

    @property
    def space(self) -> str: ...

    def near_places(self, clearance_mm: float) -> FloatArray: ...


Map = TypeVar("Map", bound=Field)


class Superposition(ABC, Generic[Map]):
    """Unit solutions: 1 V on one contact, 0 V on the others. ``conductance_ms`` is the Maxwell matrix of ``labels``."""

    labels: tuple[str, ...]
    conductance_ms: FloatArray

    @abstractmethod
    def _field(self, currents_ma: FloatArray, contact_volts: FloatArray, readings: "Readings") -> Map:
        """The sum of the units with these potentials on the contacts."""

    @property
    @abstractmethod
    def space(self) -> str: ...

    @abstractmethod
    def near_places(self, clearance_mm: float) -> FloatArray:
        """(K, 3) RAS mm: middles of the cells near the leads, from this distance off them on."""

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

    def combine(self, shares: Mapping[str, float], case_share: float, amplitude_ma: float) -> Map:
        """The field of a programme. ``shares`` of the current by contact, cathodes negative and together -1.

        Raises PlannerError: "unknown-contact", "shares" (they do not balance), "no-return", "amplitude".
        """
        _check_programme(shares, case_share, amplitude_ma, self.labels, self.is_grounded)
        currents = np.array([shares.get(label, 0.0) * amplitude_ma for label in self.labels])
        volts = self.resistance_ohm @ currents / OHM_PER_KOHM
        return self._field(currents, volts, Readings.of(self.labels, currents, volts, amplitude_ma))

    def driven(self, drive: Drive) -> Map:
        """The field under voltage, current or mixed control. Raises PlannerError, see :func:`potentials`."""
        volts = potentials(drive, self.labels, self.conductance_ms, self.is_grounded)
        currents = self.conductance_ms @ volts
        into, out = currents[currents > 0].sum(), -currents[currents < 0].sum()
        return self._field(currents, volts, Readings.of(self.labels, currents, volts, float(max(into, out))))


class Readings:
    """What the generator would show: ``impedance_ohm``, and ``loads_ohm`` by active contact."""

    def __init__(self, impedance_ohm: float, loads: Mapping[str, float]) -> None:
        self.impedance_ohm = impedance_ohm
        self.loads_ohm = loads

    @classmethod
    def of(
        cls, labels: tuple[str, ...], currents_ma: FloatArray, contact_volts: FloatArray, amplitude_ma: float
    ) -> "Readings":
        power = float(currents_ma @ contact_volts)
        impedance = power / amplitude_ma**2 * OHM_PER_KOHM if amplitude_ma > 0 else 0.0
        loads = dict(zip(labels, loads_ohm(currents_ma, contact_volts).tolist(), strict=True))
        return cls(impedance, {label: ohm for label, ohm in loads.items() if np.isfinite(ohm)})


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
