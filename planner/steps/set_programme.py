"""What a lead delivers, from the signs a person gave its contacts: a :class:`Programme`. Nothing is committed."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from planner.case.facts import new_id
from planner.case.model import Case, Programme
from planner.errors import RefusedError
from planner.i18n import _, number
from planner.library.devices import device

Sign = Literal["-", "+", "off"]

MOST_MA = 25.5
"""Largest amplitude of present implanted generators (25.5 mA; facts/leads.json, ipgs). More is a slip of the finger."""


@dataclass(frozen=True, slots=True)
class ProgrammeRequest:
    """``signs`` by contact label; contacts not named are off. The current is shared equally among equal signs."""

    lead_id: str
    signs: Mapping[str, Sign]
    amplitude_ma: float
    width_us: float
    frequency_hz: float
    name: str = ""


def set_programme(case: Case, request: ProgrammeRequest) -> Programme:
    """The lead's programme as the person wants it; the lead's one programme keeps its id.

    With no anode among the contacts the generator's case returns the current; with no cathode the case is the cathode.
    Raises RefusedError (lead-unknown, contact-unknown, no-contact, programme-odd).
    """
    lead = case.leads.get(request.lead_id)
    if lead is None:
        text = _("There is no lead {name} in this case. Choose one from the list.").format(name=request.lead_id)
        raise RefusedError(text, code="lead-unknown")
    _refuse_odd(request)
    labels = device(lead.device_id).labels
    unknown = sorted(set(request.signs) - set(labels))
    if unknown:
        text = _("This lead has no contact {label}.").format(label=unknown[0])
        raise RefusedError(text, code="contact-unknown")
    shares, case_share = shares_of(request.signs, labels)
    before = programme_of(case, lead.id)
    return Programme(
        id=before.id if before else new_id("programme"),
        lead_id=lead.id,
        name=request.name or (before.name if before else lead.name),
        shares=shares,
        case_share=case_share,
        amplitude_ma=request.amplitude_ma,
        width_us=request.width_us,
        frequency_hz=request.frequency_hz,
    )


def programme_of(case: Case, lead_id: str) -> Programme | None:
    """The programme of a lead, if it has one."""
    return next((one for one in case.programmes.values() if one.lead_id == lead_id), None)


def signs_of(programme: Programme) -> dict[str, Sign]:
    """The signs behind the shares, the active contacts only."""
    return {label: "-" if share < 0 else "+" for label, share in programme.shares.items() if share != 0}


def shares_of(signs: Mapping[str, Sign], labels: tuple[str, ...]) -> tuple[dict[str, float], float]:
    """Shares by contact, and the case's share: cathodes sum to -1, all to zero. Raises RefusedError (no-contact)."""
    cathodes = [label for label in labels if signs.get(label) == "-"]
    anodes = [label for label in labels if signs.get(label) == "+"]
    if not cathodes and not anodes:
        raise RefusedError(_("Switch on at least one contact."), code="no-contact")
    shares = {label: -1.0 / len(cathodes) for label in cathodes} | {label: 1.0 / len(anodes) for label in anodes}
    if not anodes:
        return shares, 1.0
    return shares, 0.0 if cathodes else -1.0


def _refuse_odd(request: ProgrammeRequest) -> None:
    values = (request.amplitude_ma, request.width_us, request.frequency_hz)
    if not all(math.isfinite(value) and value > 0 for value in values):
        text = _("Amplitude, pulse width and frequency must be above zero.")
        raise RefusedError(text, code="programme-odd")
    if request.amplitude_ma > MOST_MA:
        text = _("No generator delivers {amplitude} mA. Lower the amplitude.").format(
            amplitude=number(request.amplitude_ma)
        )
        raise RefusedError(text, code="programme-odd")
    if request.width_us * request.frequency_hz >= 1e6:
        text = _("The pulses overlap. Lower pulse width or frequency.")
        raise RefusedError(text, code="programme-odd")
