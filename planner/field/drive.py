"""Voltage, current and mixed control: what the generator holds at each contact, and the potentials that follow.

Potentials of the result count against the outer boundary (the case). With the case switched off that boundary floats:
it is one more conductor without current, so only differences between contacts matter.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

import numpy as np

from planner.errors import PlannerError
from planner.geometry.arrays import FloatArray
from planner.i18n import _

BALANCE_MA = 1e-6
"""Currents that return through contacts alone must add up to zero within this."""


@dataclass(frozen=True, slots=True)
class Drive:
    """``currents_ma`` (cathodes negative) and ``volts`` held by contact; a contact in neither floats.

    ``is_case_on``: the case is at 0 V and carries what the contacts leave over. Off: it carries nothing.
    """

    currents_ma: Mapping[str, float] = field(default_factory=dict)
    volts: Mapping[str, float] = field(default_factory=dict)
    is_case_on: bool = True


def potentials(drive: Drive, labels: tuple[str, ...], conductance_ms: FloatArray, is_grounded: bool) -> FloatArray:
    """(contacts,) V against the outer boundary, from the Maxwell matrix.

    Raises PlannerError: "unknown-contact", "drive" (a contact held twice, no number), "no-return", "shares".
    """
    _check_drive(drive, labels, is_grounded)
    count = len(labels)
    held = [number for number, label in enumerate(labels) if label in drive.volts]
    known = np.array([drive.volts.get(label, drive.currents_ma.get(label, 0.0)) for label in labels] + [0.0])
    if not held and not is_grounded:
        return cast(FloatArray, np.linalg.pinv(conductance_ms, rcond=1e-6, hermitian=True) @ known[:count])
    # Unknowns: the contacts' potentials against the boundary, and that of the boundary against the generator's zero.
    system = np.zeros((count + 1, count + 1))
    system[:count, :count] = conductance_ms
    system[held] = np.eye(count + 1)[held]
    system[held, count] = 1.0
    is_floating = bool(held) and is_grounded and not drive.is_case_on
    system[count, :count] = conductance_ms.sum(axis=0) if is_floating else 0.0
    system[count, count] = 0.0 if is_floating else 1.0
    return cast(FloatArray, np.linalg.solve(system, known)[:count])


def loads_ohm(currents_ma: FloatArray, volts: FloatArray) -> FloatArray:
    """(contacts,) what the generator sees at each contact: potential against the return over current; NaN when off.

    The return is the mean of the terminals of the other sign, the case at 0 V among them, weighted by their current;
    the loads of all cathodes (or of all anodes) times their squared currents then sum to the power.
    """
    largest = np.abs(currents_ma).max(initial=0.0)
    terminals = np.append(currents_ma, -currents_ma.sum())
    heights = np.append(volts, 0.0)
    found = np.full(len(currents_ma), np.nan)
    for number in np.flatnonzero(np.abs(currents_ma) > 1e-6 * largest):
        others = terminals * np.sign(currents_ma[number]) < 0
        weights = np.abs(terminals[others])
        found[number] = 1000.0 * (volts[number] - weights @ heights[others] / weights.sum()) / currents_ma[number]
    return found


def _check_drive(drive: Drive, labels: tuple[str, ...], is_grounded: bool) -> None:
    for label in (*drive.currents_ma, *drive.volts):
        if label not in labels:
            text = _("The lead has no conducting contact {label}.").format(label=label)
            raise PlannerError(text, code="unknown-contact")
        if label in drive.currents_ma and label in drive.volts:
            text = _("Contact {label} is given both a current and a voltage. Choose one.").format(label=label)
            raise PlannerError(text, code="drive")
    values = [*drive.currents_ma.values(), *drive.volts.values()]
    if not values or not np.isfinite(values).all():
        raise PlannerError(_("Give at least one contact a current or a voltage."), code="drive")
    if is_grounded and drive.is_case_on:
        return
    if not drive.volts and abs(sum(drive.currents_ma.values())) > BALANCE_MA:
        text = _("Without the case the currents of the contacts must add up to zero.")
        raise PlannerError(text, code="shares")
    if len(values) < 2:
        raise PlannerError(_("Without the case the current needs a second contact."), code="no-return")
