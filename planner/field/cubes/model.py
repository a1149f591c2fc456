"""Solve any leads in any tissue on nested cubes."""

from dataclasses import dataclass, replace

import numpy as np

from planner.errors import PlannerError, SpaceMismatchError
from planner.field.case_ball import CaseBall
from planner.field.conductor import Conductor
from planner.field.cubes.bodies import Frame, PlacedLead, bodies_of, frame_of
from planner.field.cubes.cells import Cells
from planner.field.cubes.contacts import check_apart, check_bare
from planner.field.cubes.solver import solve
from planner.field.cubes.system import Fineness, Outer, Setting, System, system_of
from planner.field.cubes.units import CubeUnits, units_of
from planner.i18n import _
from planner.progress import Progress


@dataclass(frozen=True, slots=True)
class CubeOptions:
    """``conductors``: the contacts that are metal, by label; None: all. The rest is as in FieldOptions.

    ``fineness`` None: by the number of contacts. ``frame``: how the cubes are turned; None: with the first lead.
    ``outer``: the boundary itself, in that frame; None: ``radius_mm`` from the contacts' middle lines.
    """

    conductors: tuple[str, ...] | None = None
    is_grounded: bool = True
    radius_mm: float = 40.0
    fineness: Fineness | None = None
    frame: Frame | None = None
    outer: Outer | None = None
    case: CaseBall | None = None
    threads: int = 2


def solve_cubes(
    leads: tuple[PlacedLead, ...], conductor: Conductor, progress: Progress, options: CubeOptions | None = None
) -> CubeUnits:
    """One solution per conducting contact of all the leads. Raises PlannerError, SpaceMismatchError and Cancelled."""
    options = options or CubeOptions()
    frame = options.frame or frame_of(leads)
    _check_space(conductor, frame)
    labels = tuple(label for lead in leads for label in lead.labels)
    names = labels if options.conductors is None else options.conductors
    _check_names(names, labels, options.is_grounded)
    progress(0.0, _("Preparing the conductor model"))
    bodies = bodies_of(leads, names, frame, 2.0 * options.radius_mm)
    check_apart(bodies)
    outer = options.outer or Outer(options.radius_mm, bodies.array, np.zeros((0, 4)))
    outer = replace(outer, is_grounded=options.is_grounded, case=options.case)
    setting = Setting(bodies, conductor, frame, outer)
    system = system_of(setting, options.fineness or Fineness.for_contacts(len(names)), progress)
    progress(0.3, _("Solving the field"))
    solved = solve(system, len(names), progress.part(0.3, 0.9), options.threads)
    check_bare(solved.conductance_ms, names)
    progress(0.9, _("Solving the field"))
    cells = _cells(system, frame)
    return units_of(system, cells, names, solved, progress)


def _cells(system: System, frame: Frame) -> Cells:
    whole = system.whole
    sigma = system.halves[whole].mean(axis=1)
    return Cells.of(frame, system.bodies, system.tree, sigma, system.distance_mm[whole], system.tissue_part[whole])


def _check_space(conductor: Conductor, frame: Frame) -> None:
    grid = conductor.tissue.grid
    if grid is not None and grid.space != frame.space:
        raise SpaceMismatchError(f"the leads are in {frame.space!r}, the tissue in {grid.space!r}")


def _check_names(names: tuple[str, ...], labels: tuple[str, ...], is_grounded: bool) -> None:
    if len(set(labels)) != len(labels):
        raise PlannerError(_("Two contacts have the same name."), code="lead-shape")
    unknown = [name for name in names if name not in labels]
    if unknown:
        text = _("The lead has no contact {label}.").format(label=unknown[0])
        raise PlannerError(text, code="unknown-contact")
    if not names or (len(names) < 2 and not is_grounded):
        raise PlannerError(_("Without an outer ground two contacts are needed."), code="no-return")
