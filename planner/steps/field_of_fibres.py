"""A lead's solved field as fibres see it: millivolts at any place for 1 mA of a programme's pattern."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.case.model import Case, Programme
from planner.case.store import ArrayStore
from planner.field.field_map import FieldMap
from planner.geometry import Points
from planner.geometry.arrays import FloatArray
from planner.steps.simulate import fresh_solution
from planner.steps.solve_field import load_solution

MV_PER_V = 1000.0


@dataclass(frozen=True, slots=True, eq=False)
class SolvedPotential:
    """Of a field map made at ``amplitude_ma``."""

    field: FieldMap
    amplitude_ma: float = 1.0

    def at(self, xyz_mm: FloatArray) -> FloatArray:
        """mV per mA, NaN inside the lead and outside the model."""
        return MV_PER_V / self.amplitude_ma * self.field.at(Points.of(xyz_mm, self.field.pose.space)).volts

    def in_lead(self, xyz_mm: FloatArray) -> NDArray[np.bool_]:
        _t, _s, distance = self.field.grid.from_lead(self.field.pose.to_lead(Points.of(xyz_mm, self.field.pose.space)))
        return np.asarray(distance < 0.0)

    def strongest_v_mm(self, points_mm: FloatArray, starts: NDArray[np.int64]) -> FloatArray:
        """(fibres,) the largest |E| per mA on fibres whose points follow one another; NaN where none has a field."""
        magnitude = self.field.at(Points.of(points_mm, self.field.pose.space)).magnitude_v_mm
        return np.asarray(np.fmax.reduceat(magnitude, starts[:-1])) / self.amplitude_ma


def solved_potential(case: Case, store: ArrayStore, programme: Programme) -> SolvedPotential:
    """Of the programme's pattern; its amplitude does not matter. Raises PlannerError: "no-field", "field-outdated"."""
    units = load_solution(fresh_solution(case, programme), store)
    return SolvedPotential(units.combine(programme.shares, programme.case_share, 1.0))
