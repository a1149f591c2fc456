"""Charge per phase, charge density and Shannon's k of a programme, and the limits they are held against.

Formulas and limits from ``resources/stimulation/stimulation.csv``: Shannon 1992, IEEE Trans Biomed Eng 39:424,
k = log10(D) + log10(Q) with D in µC/cm² and Q in µC per phase; and 30 µC/cm², used by makers as a warning. Cogan 2016
(PMC5386002) says what Shannon's data do not cover: rate, duty and microelectrodes.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from planner import places
from planner.errors import PlannerError
from planner.i18n import _, number
from planner.library.devices import Contact, Device

MM2_PER_CM2 = 100.0


@dataclass(frozen=True, slots=True)
class Limit:
    """``verification`` is the file's own word: read, secondary or unverified."""

    id: str
    value: float
    unit: str
    note: str
    source: str
    verification: str


@dataclass(frozen=True, slots=True)
class ContactCharge:
    """What one active contact delivers per phase; ``current_ma`` carries the sign, the rest is magnitude."""

    label: str
    current_ma: float
    area_mm2: float
    charge_uc: float
    density_uc_cm2: float
    shannon_k: float


def shannon_limit() -> Limit:
    """From this k on an export is blocked."""
    return _limit("shannon")


def density_limit() -> Limit:
    """From this charge density on a warning is shown."""
    return _limit("cd_limit_dbs")


def charge_uc(current_ma: float, width_us: float) -> float:
    """µC per phase: mA times µs is nC."""
    return abs(current_ma) * width_us / 1000.0


def density_uc_cm2(charge: float, area_mm2: float) -> float:
    """µC/cm² per phase for ``charge`` in µC."""
    return charge / (area_mm2 / MM2_PER_CM2)


def shannon_k(charge: float, density: float) -> float:
    """``charge`` in µC, ``density`` in µC/cm² per phase; both above 0."""
    return float(np.log10(density) + np.log10(charge))


def contact_area_mm2(device: Device, contact: Contact) -> float:
    """Geometric area. A hemispherical tip of height h has the area pi d h, as the shaft (Archimedes)."""
    turn = 1.0 if contact.width_deg is None else contact.width_deg / 360.0
    return float(np.pi * device.diameter_mm * (contact.high_mm - contact.low_mm) * turn)


def contact_charges(
    device: Device, shares: Mapping[str, float], amplitude_ma: float, width_us: float
) -> tuple[ContactCharge, ...]:
    """Every contact that carries current, in the device's order. The current is split by the shares.

    Raises PlannerError: "amplitude" or "pulse-width" when one is not above 0, "unknown-contact", "no-contact".
    """
    _check_pulse(amplitude_ma, width_us)
    for label in shares:
        if label not in device.labels:
            text = _("The lead {name} has no contact {label}.").format(name=device.name, label=label)
            raise PlannerError(text, code="unknown-contact")
    active = [contact for contact in device.contacts if shares.get(contact.label, 0.0) != 0.0]
    if not active:
        raise PlannerError(_("Switch on at least one contact."), code="no-contact")
    return tuple(_charge_of(device, contact, shares[contact.label] * amplitude_ma, width_us) for contact in active)


def worst(charges: tuple[ContactCharge, ...]) -> ContactCharge:
    """The contact with the highest k. Raises ValueError when there is none."""
    return max(charges, key=lambda one: one.shannon_k)


def charge_warnings(charges: tuple[ContactCharge, ...]) -> tuple[str, ...]:
    """What to tell, in the user's language; empty when every contact is below both limits."""
    words = []
    density, shannon = density_limit().value, shannon_limit().value
    for one in charges:
        if one.density_uc_cm2 >= density:
            text = _("Contact {label}: charge density {value} µC/cm², warning from {limit} on.")
            words.append(text.format(label=one.label, value=number(one.density_uc_cm2, 1), limit=number(density, 0)))
        if one.shannon_k >= shannon:
            text = _("Contact {label}: Shannon k {value}, damage was seen from {limit} on. Export is blocked.")
            words.append(text.format(label=one.label, value=number(one.shannon_k, 2), limit=number(shannon, 2)))
    return tuple(words)


def _charge_of(device: Device, contact: Contact, current_ma: float, width_us: float) -> ContactCharge:
    area, charge = contact_area_mm2(device, contact), charge_uc(current_ma, width_us)
    density = density_uc_cm2(charge, area)
    return ContactCharge(contact.label, current_ma, area, charge, density, shannon_k(charge, density))


def _check_pulse(amplitude_ma: float, width_us: float) -> None:
    if not (np.isfinite(amplitude_ma) and amplitude_ma > 0):
        raise PlannerError(_("Set an amplitude above 0 mA."), code="amplitude")
    if not (np.isfinite(width_us) and width_us > 0):
        raise PlannerError(_("Set a pulse width above 0 µs."), code="pulse-width")


@cache
def _limit(row_id: str) -> Limit:
    path = places.resources() / "stimulation" / "stimulation.csv"
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["row_id"] == row_id:
                return Limit(row_id, float(row["value"]), row["unit"], row["note"], row["source"], row["verification"])
    raise KeyError(row_id)
