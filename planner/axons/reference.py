"""The reference thresholds (``resources/axons/reference.json``): NEURON's and the time-step-converged ones."""

import json
from dataclasses import dataclass

import numpy as np

from planner import places
from planner.axons import mrg
from planner.axons.batch import NodePotentials
from planner.axons.waveform import Waveform
from planner.geometry.arrays import FloatArray

ISOTROPIC_S_M = 0.2
ALONG_S_M, ACROSS_S_M = 0.6, 0.083
MV_PER_V = 1000.0


@dataclass(frozen=True, slots=True)
class Row:
    """One fibre under a point source, and its thresholds in mA."""

    fibre_um: float
    distance_mm: float
    pulse_us: float
    is_biphasic: bool
    is_mid_internode: bool
    is_anisotropic: bool
    nodes: int
    neuron_ma: float
    converged_ma: float
    starts_at_end: bool

    @property
    def waveform(self) -> Waveform:
        return Waveform.biphasic(self.pulse_us) if self.is_biphasic else Waveform.monophasic(self.pulse_us)

    def potentials(self) -> tuple[FloatArray, FloatArray]:
        """mV at 1 mA of cathodic current: (nodes,) at the nodes, (nodes − 1, 10) at the internodal compartments."""
        cable = mrg.cable(mrg.MRG, self.fibre_um)
        spacing_mm = cable.node_spacing_um / 1000.0
        middle = (self.nodes - 1) // 2 + (0.5 if self.is_mid_internode else 0.0)
        node_mm = np.asarray((np.arange(self.nodes) - middle) * spacing_mm, dtype=np.float64)
        inside_mm = node_mm[:-1, None] + spacing_mm * cable.places
        return self._potential(node_mm), self._potential(inside_mm)

    def _potential(self, along_mm: FloatArray) -> FloatArray:
        """Point source of −1 mA in a homogeneous medium, isotropic or not; mA over S/m and mm is V."""
        if not self.is_anisotropic:
            radius_mm = np.sqrt(along_mm**2 + self.distance_mm**2)
            return np.asarray(-MV_PER_V / (4.0 * np.pi * ISOTROPIC_S_M * radius_mm))
        stretched = np.sqrt(along_mm**2 / ALONG_S_M + self.distance_mm**2 / ACROSS_S_M)
        return np.asarray(-MV_PER_V / (4.0 * np.pi * np.sqrt(ALONG_S_M) * ACROSS_S_M * stretched))


def rows() -> list[Row]:
    """All of them, in the order of the file."""
    path = places.resources() / "axons" / "reference.json"
    found = json.loads(path.read_text(encoding="utf-8"))["rows"]
    return [
        Row(
            fibre_um=row[0],
            distance_mm=row[1],
            pulse_us=row[2],
            is_biphasic=row[3] == "biph",
            is_mid_internode=row[4] == "mid",
            is_anisotropic=row[5] == "ani",
            nodes=row[6],
            neuron_ma=row[7],
            converged_ma=row[8],
            starts_at_end=row[9] == "end",
        )
        for row in found
    ]


@dataclass(frozen=True, eq=False)
class Group:
    """Rows that are simulated together: ``numbers`` in the list they were taken from."""

    numbers: list[int]
    batch: NodePotentials
    waveform: Waveform


def groups(taken: list[Row], with_inside: bool) -> list[Group]:
    """Rows of the same fibre, length and waveform in one batch; ``with_inside`` the exact potential in internodes."""
    keys: dict[tuple[float, int, float, bool], list[int]] = {}
    for number, row in enumerate(taken):
        keys.setdefault((row.fibre_um, row.nodes, row.pulse_us, row.is_biphasic), []).append(number)
    found = []
    for numbers in keys.values():
        node, inside = zip(*(taken[number].potentials() for number in numbers), strict=True)
        first = taken[numbers[0]]
        batch = NodePotentials(first.fibre_um, np.stack(node), inside_volts=np.stack(inside) if with_inside else None)
        found.append(Group(numbers, batch, first.waveform))
    return found
