"""A quick estimate while a lead is moved: its last field carried along with it, as if the tissue moved too.

Nothing is solved. What differs is the tissue around the new place, so this is never a result: it is shown as an
estimate until the field is solved there, and it cannot be kept with a case (it is no fact).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from planner.case.checks import simulation_of, solution_of
from planner.case.codec import digest
from planner.case.facts import surface_of
from planner.case.model import Case, FieldSolution, Lead, Programme
from planner.case.store import ArrayStore
from planner.field import Activated, Pose
from planner.field.overlap import points_inside
from planner.geometry import Points, Surface
from planner.geometry.arrays import FloatArray
from planner.library.devices import device
from planner.steps.set_programme import programme_of
from planner.steps.simulate import SimulationParameters, threshold_of
from planner.steps.solve_field import lead_shape, load_solution, pose_of


@dataclass(frozen=True, slots=True, eq=False)
class FieldEstimate:
    """For a lead at another place: the carried surface and volume, and what of them lies in each structure."""

    lead: Lead
    programme_id: str
    threshold_v_per_mm: float
    volume_mm3: float
    surface: Surface = field(repr=False)
    overlaps_mm3: Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class CarriedField:
    """The activated tissue of the last field of a lead, ready to be carried along."""

    case: Case
    lead: Lead
    programme: Programme
    activated: Activated = field(repr=False)
    pose: Pose
    structures: Mapping[str, Surface] = field(repr=False)

    def fits(self, case: Case, lead_id: str) -> bool:
        """Whether it is still what :func:`carried_field` would give."""
        groups = ("solutions", "programmes", "simulations", "structures")
        same = all(getattr(case, group) is getattr(self.case, group) for group in groups)
        return same and lead_id == self.lead.id and case.leads[lead_id].device_id == self.lead.device_id

    def at(self, lead: Lead) -> FieldEstimate:
        """With the lead there: turned and shifted with it. Raises RefusedError(code="path-too-short")."""
        there = pose_of(lead)
        surface = self.activated.surface
        vertices = self._moved(surface.vertices, there)
        places = self._moved(self.activated.places, there)
        parts_mm3 = self.activated.parts_mm3
        overlaps = {
            key: float(parts_mm3[points_inside(structure, places)].sum())
            for key, structure in self.structures.items()
            if structure.space == lead.space
        }
        return FieldEstimate(
            lead=lead,
            programme_id=self.programme.id,
            threshold_v_per_mm=self.activated.threshold_v_mm,
            volume_mm3=self.activated.volume_mm3,
            surface=Surface.of(vertices, surface.triangles, lead.space),
            overlaps_mm3=overlaps,
        )

    def _moved(self, xyz: FloatArray, there: Pose) -> FloatArray:
        return there.to_world(self.pose.to_lead(Points.of(xyz, self.pose.space)))


def carried_field(case: Case, store: ArrayStore, lead_id: str) -> CarriedField | None:
    """Of the lead's last field, also one that is out of date; None without a field of this model, or a programme.

    The threshold is that of the programme's last simulation. Raises PlannerError: "threshold-range", "domain".
    """
    lead, programme = case.leads[lead_id], programme_of(case, lead_id)
    solution = solution_of(case, lead_id)
    if programme is None or solution is None or not _is_of_model(solution, lead):
        return None
    simulation = simulation_of(case, programme.id)
    threshold = (
        simulation.threshold_v_per_mm
        if simulation is not None
        else threshold_of(SimulationParameters(), programme).v_per_mm
    )
    units = load_solution(solution, store)
    activated = units.combine(programme.shares, programme.case_share, programme.amplitude_ma).activated(threshold)
    structures = {key: surface_of(one, store, one.space) for key, one in case.structures.items()}
    return CarriedField(case, lead, programme, activated, units.pose, structures)


def _is_of_model(solution: FieldSolution, lead: Lead) -> bool:
    return solution.conductor["device"] == digest(lead_shape(device(lead.device_id)))
