"""What one programme activates: the sum of unit solutions, its volume above a threshold, overlaps and charge."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from planner.case.checks import inputs_of_simulation, solution_of, stale
from planner.case.facts import new_id, put_surface, surface_of
from planner.case.model import Case, FieldSolution, Lead, Programme, Simulation
from planner.case.store import ArrayStore
from planner.errors import PlannerError
from planner.field.overlap import StructureCells, in_structures, structure_cells
from planner.field.units import UnitSolutions
from planner.geometry.arrays import FloatArray
from planner.i18n import _
from planner.leads.path import lead_curve
from planner.library.devices import device
from planner.library.safety import contact_charges, worst
from planner.library.thresholds import TABLE, Threshold, named_threshold, threshold_for
from planner.steps.solve_field import load_solution

CLEARANCE_MM = 0.35
"""The strongest |E| is read from here on: at a contact's edge it has no bound, so the read-out would be the grid's."""

NEARBY_MM = 15.0
"""Leads nearer than this change each other's field; each is solved alone, and the result says so."""


RESTS_ON = ("planning_image", "images", "alignments", "segmentations", "structures", "spines", "leads", "solutions")
"""Parts of the case that a field and its overlaps are made from, or that make those out of date."""


@dataclass(frozen=True, slots=True)
class SimulationParameters:
    """``threshold``: TABLE (by pulse width and ``fibre_um``) or a named one such as GENERAL."""

    threshold: str = TABLE
    fibre_um: float = 3.4


@dataclass(frozen=True, slots=True, eq=False)
class LeadInTissue:
    """What stays the same while only the programme changes: the unit solutions, and which cells lie in a structure."""

    case: Case
    solution: FieldSolution
    units: UnitSolutions
    cells: StructureCells

    def fits(self, case: Case, programme: Programme) -> bool:
        """Whether nothing but programmes and what follows from them changed since: then the field is as fresh as it
        was, and no hash needs to be made to know it."""
        is_same = all(getattr(case, group) is getattr(self.case, group) for group in RESTS_ON)
        return is_same and self.solution is solution_of(case, programme.lead_id)


def lead_in_tissue(case: Case, store: ArrayStore, programme: Programme) -> LeadInTissue:
    """Of the solution of the programme's lead.

    Raises PlannerError: "no-field", "field-outdated"; RefusedError for a damaged array.
    """
    solution = fresh_solution(case, programme)
    units = load_solution(solution, store)
    surfaces = {key: surface_of(one, store, one.space) for key, one in case.structures.items()}
    cells = structure_cells(units, surfaces, CLEARANCE_MM)
    return LeadInTissue(case, solution, units, cells)


def simulate(
    case: Case,
    store: ArrayStore,
    programme_id: str,
    parameters: SimulationParameters | None = None,
    prepared: LeadInTissue | None = None,
) -> Simulation:
    """``prepared`` spares the reading while a slider moves; one that no longer fits the case is made anew.

    Raises PlannerError: "programme-unknown", "no-field", "field-outdated"; those of threshold, shares and charge.
    """
    programme = programme_named(case, programme_id)
    if prepared is None or not prepared.fits(case, programme):
        prepared = lead_in_tissue(case, store, programme)
    lead = case.leads[programme.lead_id]
    threshold = threshold_of(parameters or SimulationParameters(), programme)
    charge = worst(
        contact_charges(device(lead.device_id), programme.shares, programme.amplitude_ma, programme.width_us)
    )
    field = prepared.units.combine(programme.shares, programme.case_share, programme.amplitude_ma)
    activated = field.activated(threshold.v_per_mm)
    inside = in_structures(field, activated, prepared.cells)
    words = _words(case, lead, programme, threshold, prepared.solution)
    vertices, triangles = put_surface(activated.surface, store)
    return Simulation(
        id=new_id("simulation"),
        programme_id=programme_id,
        inputs_hash=inputs_of_simulation(case, programme_id, words),
        threshold_v_per_mm=threshold.v_per_mm,
        threshold_source=threshold.source,
        fibre_diameter_um=threshold.fibre_um,
        volume_mm3=activated.volume_mm3,
        vertices=vertices,
        triangles=triangles,
        impedance_ohm=field.impedance_ohm,
        charge_uc=charge.charge_uc,
        charge_density_uc_cm2=charge.density_uc_cm2,
        shannon_k=charge.shannon_k,
        max_field_v_per_mm=field.strongest_v_mm(CLEARANCE_MM),
        overlaps_mm3={key: one.activated_mm3 for key, one in inside.items()},
        strongest_v_per_mm={key: one.strongest_v_mm for key, one in inside.items()},
        assumptions=words,
    )


def is_multipolar(programme: Programme) -> bool:
    """Whether current flows from one contact to another (several cathodes against the case are monopolar)."""
    return min(programme.shares.values()) < 0.0 < max(programme.shares.values())


def nearby_leads(case: Case, lead: Lead) -> tuple[str, ...]:
    """Names of the other leads that come within NEARBY_MM of this one, in planning space."""
    own = _points_on(lead)
    others = [one for one in case.leads.values() if one.id != lead.id and one.space == lead.space]
    return tuple(one.name for one in others if _distance(own, _points_on(one)) < NEARBY_MM)


def _points_on(lead: Lead) -> FloatArray:
    curve = lead_curve(lead)
    return curve.at(np.append(np.arange(0.0, curve.length_mm, 0.5), curve.length_mm))


def _distance(first: FloatArray, second: FloatArray) -> float:
    return float(np.linalg.norm(first[:, None] - second[None, :], axis=2).min())


def programme_named(case: Case, programme_id: str) -> Programme:
    """Raises PlannerError(code="programme-unknown")."""
    if programme_id not in case.programmes:
        text = _("There is no such programme in this case. Choose one from the list.")
        raise PlannerError(text, code="programme-unknown")
    return case.programmes[programme_id]


def fresh_solution(case: Case, programme: Programme) -> FieldSolution:
    """The lead's solution, if it still fits lead and tissue. Raises PlannerError: "no-field", "field-outdated"."""
    solution = solution_of(case, programme.lead_id)
    if solution is None:
        raise PlannerError(_("Compute the field of this lead first."), code="no-field")
    if f"solution:{solution.id}" in stale(case):
        raise PlannerError(_("The field is out of date. Compute it again."), code="field-outdated")
    return solution


def threshold_of(parameters: SimulationParameters, programme: Programme) -> Threshold:
    """Raises PlannerError: "threshold-range", "threshold-unknown"."""
    if parameters.threshold == TABLE:
        return threshold_for(programme.width_us, parameters.fibre_um)
    return named_threshold(parameters.threshold)


def parameters_of(simulation: Simulation | None) -> SimulationParameters:
    """What a simulation was asked for; without one the usual."""
    if simulation is None:
        return SimulationParameters()
    return SimulationParameters(simulation.assumptions["threshold"], simulation.fibre_diameter_um)


def _words(
    case: Case, lead: Lead, programme: Programme, threshold: Threshold, solution: FieldSolution
) -> Mapping[str, str]:
    """What the result rests on, as stable words; ``planner.library.assumptions`` turns them into sentences."""
    kept = ("tissue_set", "s_per_m", "outside_s_per_m", "capsule_mm", "capsule_s_per_m", "inactive", "ground_mm")
    return {
        "threshold": threshold.kind,
        "threshold_v_per_mm": f"{threshold.v_per_mm:.6g}",
        "threshold_width_us": "" if threshold.width_us is None else f"{threshold.width_us:g}",
        "threshold_source": threshold.source,
        "threshold_status": threshold.status,
        "fibre_um": f"{threshold.fibre_um:g}",
        "polarity": "multipolar" if is_multipolar(programme) else "monopolar",
        "strongest_from_mm": f"{CLEARANCE_MM:g}",
        "leads_nearby": ", ".join(nearby_leads(case, lead)),
        "nearby_mm": f"{NEARBY_MM:g}",
        **{key: solution.conductor[key] for key in kept},
    }
