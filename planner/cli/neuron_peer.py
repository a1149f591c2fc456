"""The peer of ``planner bench axons``: run by another Python that has NEURON, never imported by the planner.

    PYTHON neuron_peer.py LIBRARY < QUESTION.json > ANSWER.json

``LIBRARY`` is what ``nrnivmodl`` made of ``resources/axons/peer/mrgnode.mod``. The question holds one fibre (geometry
in µm as :class:`planner.axons.mrg.Geometry`), the potentials along it and the phases of pulses; the answer thresholds
and CPU seconds of one thread.
"""

import json
import sys
import time
from math import pi, sqrt
from typing import Any

STEP_MS = 0.005
TAIL_MS = 2.0
AWAY = 5
"""A spike counts when it crosses 0 mV so many nodes from the middle."""


class Fibre:
    """One MRG fibre in NEURON: sections in their order along it."""

    def __init__(self, neuron: Any, shape: dict[str, Any], nodes: int) -> None:
        self._h = neuron
        self.nodes: list[Any] = []
        self.sections: list[Any] = []
        for number in range(nodes):
            node = self._section(shape["node_um"], 1.0)
            node.cm = 2.0
            node.insert("mrgnode")
            self._outside(node, shape["node_um"], 0.002, 1e10, 0.0)
            self.nodes.append(node)
            if number < nodes - 1:
                for place, length in enumerate(shape["lengths_um"]):
                    self._internodal(shape, place, length)
        for before, after in zip(self.sections[:-1], self.sections[1:], strict=True):
            after.connect(before(1), 0)
        self._settle()

    def _internodal(self, shape: dict[str, Any], place: int, length: float) -> None:
        is_end = place in (0, len(shape["lengths_um"]) - 1)
        inner, fibre = shape["node_um"] if is_end else shape["axon_um"], shape["fibre_um"]
        gap, leak = (0.002, 0.001) if is_end else (0.004, 0.0001)
        section = self._section(fibre, length)
        section.Ra = 70.0 * (fibre / inner) ** 2
        section.cm = 2.0 * inner / fibre
        section.insert("pas")
        section(0.5).pas.g, section(0.5).pas.e = leak * inner / fibre, -80.0
        self._outside(section, inner, gap, 0.001 / (2 * shape["lamellae"]), 0.1 / (2 * shape["lamellae"]))

    def _section(self, diameter: float, length: float) -> Any:
        section = self._h.Section(name=f"s{len(self.sections)}")
        section.nseg, section.diam, section.L, section.Ra = 1, diameter, length, 70.0
        self.sections.append(section)
        return section

    def _outside(self, section: Any, inner: float, gap: float, conductance: float, capacitance: float) -> None:
        section.insert("extracellular")
        ring_um2 = pi * ((inner / 2 + gap) ** 2 - (inner / 2) ** 2)
        section.xraxial[0] = 0.7e6 * 0.01 / ring_um2
        section.xg[0], section.xc[0] = conductance, capacitance

    def _settle(self) -> None:
        h = self._h
        h.celsius, h.secondorder = 37.0, 0
        h.dt = 5.0
        h.finitialize(-80.0)
        h.t = -200.0
        for _number in range(40):
            h.fadvance()
        h.dt = STEP_MS
        self._rest = h.SaveState()
        self._rest.save()

    def run(self, potentials_mv: list[float], phases: list[tuple[float, float]], tail_ms: float, watch: bool) -> bool:
        """Whether it fires; ``phases`` level and ms of each; stops at the spike if it is watched for."""
        h, middle = self._h, len(self.nodes) // 2
        self._rest.restore()
        h.t, h.dt = 0.0, STEP_MS
        ends = [self.nodes[middle - AWAY](0.5), self.nodes[middle + AWAY](0.5)]
        segments = [section(0.5) for section in self.sections]
        for level, duration_ms in (*phases, (0.0, tail_ms)):
            for segment, potential in zip(segments, potentials_mv, strict=True):
                segment.extracellular.e = level * potential
            for _number in range(round(duration_ms / STEP_MS)):
                h.fadvance()
                if watch and (ends[0].v > 0.0 or ends[1].v > 0.0):
                    return True
        return False

    def threshold(
        self, potentials_mv: list[float], phases: list[tuple[float, float]], guess: float, tolerance: float
    ) -> float:
        """mA by geometric bisection, from a guess good to 3 %."""

        def fires(amplitude: float) -> bool:
            return self.run([amplitude * value for value in potentials_mv], phases, TAIL_MS, watch=True)

        low, high, stride = 0.0, 0.0, 1.03
        trial = guess
        while not (low and high and high / low < 1.0 + tolerance):
            if fires(trial):
                high = trial
            else:
                low = trial
            trial = sqrt(low * high) if low and high else trial / stride if high else trial * stride
        return sqrt(low * high)


def main() -> None:
    """Answer the question on standard input."""
    from neuron import h  # type: ignore[import-not-found, unused-ignore]

    h.nrn_load_dll(sys.argv[1])
    question = json.load(sys.stdin)
    fibre = Fibre(h, question["geometry"], question["nodes"])
    before = time.thread_time()
    fibre.run(question["cost_potentials_mv"], [(1.0, 0.1)], question["cost_ms"] - 0.1, watch=False)
    axon_ms_s = question["cost_ms"] / (time.thread_time() - before)
    rows = []
    for row in question["rows"]:
        before = time.thread_time()
        phases = [(float(level), float(width)) for level, width in row["phases"]]
        value = fibre.threshold(row["potentials_mv"], phases, row["guess_ma"], question["tolerance"])
        rows.append({"threshold_ma": value, "cpu_s": time.thread_time() - before})
    json.dump({"axon_ms_per_s": axon_ms_s, "rows": rows}, sys.stdout)


if __name__ == "__main__":
    main()
