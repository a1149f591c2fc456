"""Unit solutions on nested cubes, kept with the leads they belong to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.field.cubes.cells import Cells
from planner.field.cubes.cube_map import CubeMap, near
from planner.field.cubes.solver import Solved
from planner.field.cubes.system import System
from planner.field.superposition import Readings, Superposition
from planner.geometry.arrays import FloatArray
from planner.progress import Progress

Single = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class CubeUnits(Superposition[CubeMap]):
    """``volts`` (contacts, M) and ``field_v_mm`` (contacts, M, 3): 1 V on one contact, 0 V on the others."""

    cells: Cells
    labels: tuple[str, ...]
    conductance_ms: FloatArray
    volts: Single = field(repr=False)
    field_v_mm: Single = field(repr=False)

    @property
    def space(self) -> str:
        return self.cells.frame.space

    def near_places(self, clearance_mm: float) -> FloatArray:
        return self.cells.frame.to_world(self.cells.centres[near(self.cells, clearance_mm)].astype(float))

    def _field(self, currents_ma: FloatArray, contact_volts: FloatArray, readings: Readings) -> CubeMap:
        weights = contact_volts.astype(np.float32)
        volts = np.zeros(self.volts.shape[1:], dtype=np.float32)
        fields = np.zeros(self.field_v_mm.shape[1:], dtype=np.float32)
        for weight, unit, unit_field in zip(weights, self.volts, self.field_v_mm, strict=True):
            volts += weight * unit
            fields += weight * unit_field
        return CubeMap(
            self.cells, volts, fields, contact_volts, readings.impedance_ohm, currents_ma, readings.loads_ohm
        )

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Everything as plain arrays by name, for keeping."""
        own: dict[str, NDArray[Any]] = {
            "conductance_ms": self.conductance_ms,
            "volts": self.volts,
            "field_v_mm": self.field_v_mm,
        }
        return {**self.cells.to_arrays(), **own}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], labels: tuple[str, ...], space: str) -> "CubeUnits":
        """What :meth:`to_arrays` gave. Raises KeyError when one is missing."""
        cells = Cells.from_arrays(arrays, labels, space)
        return cls(cells, labels, arrays["conductance_ms"], arrays["volts"], arrays["field_v_mm"])


def units_of(system: System, cells: Cells, labels: tuple[str, ...], solved: Solved, progress: Progress) -> CubeUnits:
    """With the field in every undivided cube. Raises Cancelled."""
    from planner.field.cubes import field_kernels

    tree, held, whole = system.tree, system.held, cells.whole
    is_smooth = field_kernels.smooth_places(whole, tree.beside, tree.level, tree.child, system.density, system.halves)
    fields = np.empty((len(labels), len(whole), 3), dtype=np.float32)
    volts = np.zeros(tree.count, dtype=np.float32)
    for number, solution in enumerate(solved.volts):
        progress.check()
        held_volts = (held.ints[:, 2] == number).astype(np.float32)
        volts[whole] = solution
        flow, weight = field_kernels.densities(
            cells.number_of, tree.child, tree.beside, system.g, system.density, held.ints, held.reals, held_volts, volts
        )
        fields[number] = field_kernels.fields(
            whole, tree.beside, system.halves, flow, weight, cells.number_of, is_smooth
        )
    return CubeUnits(cells, labels, solved.conductance_ms, solved.volts, fields)
