"""Read a field for the plots: |E| along the lead and across it."""

from dataclasses import dataclass, replace

import numpy as np

from planner.case.model import Case, Lead, Programme
from planner.case.store import ArrayStore
from planner.field import FieldMap
from planner.geometry import Points
from planner.geometry.arrays import FloatArray
from planner.leads.path import LeadFrame, lead_frame
from planner.library.devices import Contact, Device, device
from planner.steps.simulate import CLEARANCE_MM, fresh_solution, programme_named
from planner.steps.solve_field import load_solution

BESIDE_MM = 1.0
"""Distance of the line along the lead from its surface: outside the usual capsule of about half a millimetre."""
BEYOND_MM = 3.0
ACROSS_MM = 10.0
"""How far the line across the lead goes on either side."""
STEP_MM = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class FieldLine:
    """``place_mm`` (N,) along the line; ``v_per_mm`` (N,) |E| there, NaN inside the lead and outside the model."""

    place_mm: FloatArray
    v_per_mm: FloatArray

    def times(self, factor: float) -> "FieldLine":
        return FieldLine(self.place_mm, self.v_per_mm * factor)


@dataclass(frozen=True, slots=True)
class ContactSpan:
    """From where to where a contact lies above the tip; segments of one level are one span. ``share`` of the current,
    negative for cathodes, 0 when off."""

    label: str
    low_mm: float
    high_mm: float
    share: float


@dataclass(frozen=True, slots=True, eq=False)
class FieldProfile:
    """``along``: heights above the tip, ``beside_mm`` off the lead, on the side that ``facing`` faces. ``across``:
    distances from the axis through the middle of ``facing``, that side positive, NaN nearer than CLEARANCE_MM to the
    lead (at a contact's edge |E| has no bound). ``radius_mm`` of the lead."""

    along: FieldLine
    across: FieldLine
    beside_mm: float
    facing: str
    radius_mm: float
    contacts: tuple[ContactSpan, ...]
    programme: Programme

    def for_programme(self, programme: Programme) -> "FieldProfile | None":
        """The same lines for another current; None when more than the current differs (a field is not a sum then)."""
        if programme.shares != self.programme.shares or programme.case_share != self.programme.case_share:
            return None
        factor = programme.amplitude_ma / self.programme.amplitude_ma
        return replace(self, along=self.along.times(factor), across=self.across.times(factor), programme=programme)


def field_profile(case: Case, store: ArrayStore, programme_id: str) -> FieldProfile:
    """Through the active contact with the largest share. Raises PlannerError(code="no-field", "field-outdated")."""
    programme = programme_named(case, programme_id)
    solution = fresh_solution(case, programme)
    lead = case.leads[programme.lead_id]
    model, frame = device(lead.device_id), lead_frame(lead)
    field = load_solution(solution, store).combine(programme.shares, programme.case_share, programme.amplitude_ma)
    facing = _facing(model, programme)
    angle = facing.centre_deg or 0.0
    return FieldProfile(
        along=_along(field, lead, frame, model, angle),
        across=_across(field, lead, frame, facing, angle, model.diameter_mm / 2.0),
        beside_mm=BESIDE_MM,
        facing=facing.label,
        radius_mm=model.diameter_mm / 2.0,
        contacts=contact_spans(model, programme),
        programme=programme,
    )


def contact_spans(model: Device, programme: Programme) -> tuple[ContactSpan, ...]:
    """From the tip up, one span a level."""
    levels: dict[tuple[float, float], list[Contact]] = {}
    for contact in model.contacts:
        levels.setdefault((contact.low_mm, contact.high_mm), []).append(contact)
    return tuple(
        ContactSpan(
            "/".join(one.label for one in contacts),
            low,
            high,
            sum(programme.shares.get(one.label, 0.0) for one in contacts),
        )
        for (low, high), contacts in sorted(levels.items())
    )


def _facing(model: Device, programme: Programme) -> Contact:
    """The contact with the largest share of the current."""
    label = max(programme.shares, key=lambda one: abs(programme.shares[one]))
    return model.contact(label)


def _along(field: FieldMap, lead: Lead, frame: LeadFrame, model: Device, angle_deg: float) -> FieldLine:
    heights: FloatArray = np.arange(-BEYOND_MM, model.array_top_mm + BEYOND_MM, STEP_MM)
    radius_mm = model.diameter_mm / 2.0 + BESIDE_MM
    return _read(field, lead, heights, [frame.at(float(height), radius_mm, angle_deg) for height in heights])


def _across(
    field: FieldMap, lead: Lead, frame: LeadFrame, contact: Contact, angle_deg: float, radius_mm: float
) -> FieldLine:
    distances: FloatArray = np.arange(-ACROSS_MM, ACROSS_MM + STEP_MM / 2.0, STEP_MM)
    line = _read(field, lead, distances, [frame.at(contact.centre_mm, float(one), angle_deg) for one in distances])
    is_near = np.abs(distances) < radius_mm + CLEARANCE_MM
    return FieldLine(distances, np.where(is_near, np.nan, line.v_per_mm))


def _read(field: FieldMap, lead: Lead, place_mm: FloatArray, places: list[FloatArray]) -> FieldLine:
    return FieldLine(place_mm, field.at(Points.of(places, lead.space)).magnitude_v_mm)
