"""Surfaces of equal |E| of a programme, to be looked at: isolines where a slice cuts them. Nothing is kept."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from planner.case.model import Case
from planner.case.store import ArrayStore
from planner.errors import PlannerError
from planner.field.units import UnitSolutions
from planner.geometry import Surface
from planner.steps.simulate import fresh_solution, programme_named
from planner.steps.solve_field import load_solution


@dataclass(frozen=True, slots=True, eq=False)
class FieldLevel:
    """The tissue at or above ``v_per_mm``; the surface closes along the lead."""

    v_per_mm: float
    volume_mm3: float
    surface: Surface = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class FieldLevels:
    """From the lowest level up. ``beyond``: levels that reach the end of the model and have no closed surface."""

    found: tuple[FieldLevel, ...]
    beyond: tuple[float, ...]


def field_levels(
    case: Case,
    store: ArrayStore,
    programme_id: str,
    levels_v_per_mm: Sequence[float],
    units: UnitSolutions | None = None,
) -> FieldLevels:
    """``units`` spares the reading while a slider moves. Raises PlannerError: "no-field", "field-outdated",
    "threshold" for a level that is not above 0."""
    programme = programme_named(case, programme_id)
    solution = fresh_solution(case, programme)
    units = units or load_solution(solution, store)
    map_of_field = units.combine(programme.shares, programme.case_share, programme.amplitude_ma)
    found: list[FieldLevel] = []
    beyond: list[float] = []
    for level in sorted(set(levels_v_per_mm)):
        try:
            reached = map_of_field.activated(level)
        except PlannerError as error:
            if error.code != "domain":
                raise
            beyond.append(level)
            continue
        found.append(FieldLevel(level, reached.volume_mm3, reached.surface))
    return FieldLevels(tuple(found), tuple(beyond))
