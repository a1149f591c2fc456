"""The band of a result: the programme's field again at both ends of the conductivities' published spans."""

from collections.abc import Mapping

from planner.case.band import BandEnd, FieldBand
from planner.case.checks import inputs_of_band, simulation_of, stale
from planner.case.facts import new_id
from planner.case.model import Case, Programme, Simulation
from planner.case.store import ArrayStore
from planner.errors import PlannerError
from planner.field import FieldOptions, UnitSolutions, solve_units
from planner.field.overlap import StructureCells, in_structures
from planner.i18n import _
from planner.library.devices import device
from planner.library.tissues import End
from planner.progress import SILENT, Progress
from planner.steps.simulate import CLEARANCE_MM, lead_in_tissue, programme_named
from planner.steps.solve_field import conductor_of, lead_shape, parameters_of_solution, pose_of


def solve_band(case: Case, store: ArrayStore, programme_id: str, progress: Progress = SILENT) -> FieldBand:
    """Two solves; the programme's own simulation is the middle, and its threshold is theirs.

    Raises PlannerError: "programme-unknown", "no-field", "field-outdated", "no-simulation", "simulation-outdated",
    "domain".
    """
    programme = programme_named(case, programme_id)
    prepared = lead_in_tissue(case, store, programme)
    simulation = _fresh_simulation(case, programme)
    lead, wanted = case.leads[programme.lead_id], parameters_of_solution(prepared.solution)

    def run(end: End, part: Progress) -> BandEnd:
        conductor, words = conductor_of(case, store, lead, wanted, end)
        units = solve_units(lead_shape(device(lead.device_id)), pose_of(lead), conductor, part, FieldOptions())
        return _read(units, programme, simulation.threshold_v_per_mm, prepared.cells, words)

    low, high = run("low", progress.part(0.0, 0.5)), run("high", progress.part(0.5, 1.0))
    usual = BandEnd(
        simulation.volume_mm3,
        simulation.impedance_ohm,
        simulation.max_field_v_per_mm,
        simulation.overlaps_mm3,
        prepared.solution.conductor,
    )
    inputs = inputs_of_band(case, programme_id, low, high)
    return FieldBand(new_id("band"), programme_id, inputs, simulation.threshold_v_per_mm, low, usual, high)


def _fresh_simulation(case: Case, programme: Programme) -> Simulation:
    """Raises PlannerError: "no-simulation", "simulation-outdated"."""
    simulation = simulation_of(case, programme.id)
    if simulation is None:
        raise PlannerError(_("Compute the activation of this programme first."), code="no-simulation")
    if f"simulation:{simulation.id}" in stale(case):
        text = _("The activation of this programme is out of date. Compute it again.")
        raise PlannerError(text, code="simulation-outdated")
    return simulation


def _read(
    units: UnitSolutions, programme: Programme, threshold: float, cells: StructureCells, words: Mapping[str, str]
) -> BandEnd:
    """``cells`` are of the lead's own field: its grid does not depend on the conductivities."""
    field = units.combine(programme.shares, programme.case_share, programme.amplitude_ma)
    activated = field.activated(threshold)
    overlaps = {key: one.activated_mm3 for key, one in in_structures(field, activated, cells).items()}
    return BandEnd(activated.volume_mm3, field.impedance_ohm, field.strongest_v_mm(CLEARANCE_MM), overlaps, words)
