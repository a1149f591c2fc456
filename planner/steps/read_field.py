"""Read a field: |E| along a line beside the lead, for the plot."""

from dataclasses import dataclass

import numpy as np

from planner.case.checks import solution_of, stale
from planner.case.model import Case
from planner.case.store import ArrayStore
from planner.errors import PlannerError
from planner.geometry import Points
from planner.geometry.arrays import FloatArray
from planner.i18n import _
from planner.leads.path import lead_frame
from planner.library.devices import device
from planner.steps.solve_field import load_solution

BESIDE_MM = 1.0
"""Distance of the line from the lead's surface: outside the usual capsule of about half a millimetre."""
BEYOND_MM = 3.0
STEP_MM = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class FieldLine:
    """``height_mm`` (N,) above the tip; ``v_per_mm`` (N,) |E| there, NaN outside the model."""

    height_mm: FloatArray
    v_per_mm: FloatArray
    beside_mm: float


def field_beside_lead(case: Case, store: ArrayStore, programme_id: str, beside_mm: float = BESIDE_MM) -> FieldLine:
    """Along the side the lead's zero direction faces. Raises PlannerError(code="no-field", "field-outdated")."""
    programme = case.programmes[programme_id]
    lead = case.leads[programme.lead_id]
    solution = solution_of(case, lead.id)
    if solution is None:
        raise PlannerError(_("Compute the field of this lead first."), code="no-field")
    if f"solution:{solution.id}" in stale(case):
        raise PlannerError(_("The field is out of date. Compute it again."), code="field-outdated")
    model, frame = device(lead.device_id), lead_frame(lead)
    heights: FloatArray = np.arange(-BEYOND_MM, model.array_top_mm + BEYOND_MM, STEP_MM)
    places = [frame.at(float(height), model.diameter_mm / 2.0 + beside_mm) for height in heights]
    field = load_solution(solution, store).combine(programme.shares, programme.case_share, programme.amplitude_ma)
    return FieldLine(heights, field.at(Points.of(places, lead.space)).magnitude_v_mm, beside_mm)
