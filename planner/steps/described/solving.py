"""Which solver takes a described case, and the few things that every solver's answer can do."""

from collections.abc import Mapping
from typing import Any, Protocol

from planner.errors import PlannerError
from planner.field import Drive, FieldOptions, Samples, solve_units
from planner.geometry import Points
from planner.geometry.arrays import FloatArray
from planner.i18n import _
from planner.progress import Progress
from planner.steps.described.case import DescribedCase


class Reached(Protocol):
    """Tissue above a threshold."""

    @property
    def volume_mm3(self) -> float: ...


class Field(Protocol):
    """The field of one programme."""

    @property
    def impedance_ohm(self) -> float: ...
    @property
    def contact_volts(self) -> FloatArray: ...
    @property
    def currents_ma(self) -> FloatArray: ...
    @property
    def loads_ohm(self) -> Mapping[str, float]: ...
    def at(self, points: Points) -> Samples: ...
    def activated(self, threshold_v_mm: float) -> Reached: ...
    def strongest(self, distance_mm: float) -> tuple[float, FloatArray]: ...


class Solution(Protocol):
    """Unit solutions of the leads of one case."""

    @property
    def labels(self) -> tuple[str, ...]: ...
    @property
    def resistance_ohm(self) -> FloatArray: ...
    def driven(self, drive: Drive) -> Field: ...


LEAD_FITTED = "lead-fitted finite volumes"


def solve_case(case: DescribedCase, progress: Progress) -> tuple[Solution, dict[str, Any]]:
    """The solution, and how it was found. Raises PlannerError of the solver."""
    if len(case.leads) != 1:
        text = _("Several leads in one model cannot be solved yet. Describe them one by one.")
        raise PlannerError(text, code="several-leads")
    lead = case.leads[0]
    boundary = case.boundary
    options = FieldOptions(case.conductors, boundary.is_grounded, boundary.domain(lead), case=boundary.case)
    units = solve_units(lead.shape, lead.pose, case.conductor, progress, options)
    t, s, n = units.grid.shape
    return units, {"solver": LEAD_FITTED, "unknowns": t * s * n, "angles": t}
