"""Which solver takes a described case, and the few things that every solver's answer can do."""

from typing import Any, Protocol

from planner.field import Drive, FieldOptions, LeadShape, Pose, solve_units
from planner.field.cubes.model import CubeOptions, solve_cubes
from planner.field.superposition import Field
from planner.geometry.arrays import FloatArray
from planner.progress import Progress
from planner.steps.described.case import DescribedCase


class Solution(Protocol):
    """Unit solutions of the leads of one case."""

    @property
    def labels(self) -> tuple[str, ...]: ...
    @property
    def resistance_ohm(self) -> FloatArray: ...
    def driven(self, drive: Drive) -> Field: ...


LEAD_FITTED = "lead-fitted finite volumes"
CUBES = "nested cubes"


def solve_case(case: DescribedCase, progress: Progress) -> tuple[Solution, dict[str, Any]]:
    """The solution, and how it was found. Raises PlannerError of the solver.

    One straight round lead has a grid fitted to it; anything else is solved on nested cubes.
    """
    lead, boundary = case.leads[0], case.boundary
    if len(case.leads) == 1 and isinstance(lead.shape, LeadShape) and isinstance(lead.place, Pose):
        options = FieldOptions(case.conductors, boundary.is_grounded, boundary.domain(lead.shape), case=boundary.case)
        units = solve_units(lead.shape, lead.place, case.conductor, progress, options)
        t, s, n = units.grid.shape
        return units, {"solver": LEAD_FITTED, "unknowns": t * s * n, "angles": t}
    cube_options = CubeOptions(case.conductors, boundary.is_grounded, boundary.radius_mm, case=boundary.case)
    cubes = solve_cubes(tuple(one.placed for one in case.leads), case.conductor, progress, cube_options)
    return cubes, {"solver": CUBES, "unknowns": cubes.volts.shape[1]}
