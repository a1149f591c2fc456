"""What the case says of one lead's stimulation: read once for the whole page, shown by every panel of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from planner.case import checks
from planner.case.band import FieldBand
from planner.case.model import Case, FieldSolution, Lead, Programme, Simulation
from planner.steps.set_programme import programme_of


@dataclass(frozen=True, slots=True, eq=False)
class StimulationState:
    """``stale``: as :func:`checks.stale`. Parts are None as long as the case has none of them."""

    case: Case
    lead: Lead | None
    programme: Programme | None
    solution: FieldSolution | None
    simulation: Simulation | None
    band: FieldBand | None
    stale: Mapping[str, str]

    @property
    def is_field_fresh(self) -> bool:
        """Whether there is a field, and it fits the lead as it lies."""
        return self.solution is not None and f"solution:{self.solution.id}" not in self.stale

    @property
    def is_simulation_stale(self) -> bool:
        return self.simulation is not None and f"simulation:{self.simulation.id}" in self.stale

    @property
    def is_band_stale(self) -> bool:
        return self.band is not None and f"band:{self.band.id}" in self.stale


class StimulationPanel(Protocol):
    """A part of the page. It shows; whoever assembles the page decides."""

    def show_state(self, state: StimulationState) -> None:
        """Everything at once, before the next frame: a stale number is never shown as good."""


def state_of(case: Case, lead_id: str) -> StimulationState:
    """``lead_id`` may be empty or gone."""
    lead = case.leads.get(lead_id)
    programme = programme_of(case, lead.id) if lead else None
    return StimulationState(
        case=case,
        lead=lead,
        programme=programme,
        solution=checks.solution_of(case, lead.id) if lead else None,
        simulation=checks.simulation_of(case, programme.id) if programme else None,
        band=checks.band_of(case, programme.id) if programme else None,
        stale=checks.stale(case),
    )
