"""Does each of these fibres fire at its amplitude? In NumPy; :mod:`planner.axons.compiled_trials` asks the kernels."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from planner.axons.batch import FIRED_MV, NodePotentials, Response
from planner.axons.cable import REST_MV
from planner.axons.drive import Drive, drive_of
from planner.axons.plan import QUIET_MV, Plan
from planner.axons.reference_path import Solver, State
from planner.geometry.arrays import FloatArray
from planner.progress import Progress

FIRING_NODES = 3


class Trials(Protocol):
    """A batch under a plan."""

    def fires(self, which: NDArray[np.intp], amplitudes_ma: FloatArray, progress: Progress) -> NDArray[np.bool_]:
        """(k,) whether fibre ``which[i]`` fires at ``amplitudes_ma[i]``."""
        ...

    def record(self, which: NDArray[np.intp], amplitudes_ma: FloatArray, progress: Progress) -> Response:
        """The same with the time at which every node fires, over the whole tail."""
        ...


@dataclass(frozen=True, eq=False)
class NumpyTrials:
    """The reference path."""

    plan: Plan
    drive: Drive

    @staticmethod
    def of(plan: Plan, batch: NodePotentials) -> "NumpyTrials":
        return NumpyTrials(plan, drive_of(plan.cable, plan.internode, batch.node_volts, batch.inside_volts))

    def fires(self, which: NDArray[np.intp], amplitudes_ma: FloatArray, progress: Progress) -> NDArray[np.bool_]:
        fired = np.zeros(len(which), dtype=bool)
        going = np.arange(len(which))
        run = _Run(self.plan, self._driven(which, amplitudes_ma))
        for number in range(len(self.plan.looks)):
            progress.check()
            run.step(number)
            if not self.plan.looks[number]:
                continue
            has_fired = _fired(run.state.volts)
            fired[going[has_fired]] = True
            may_fire = ~has_fired
            if number >= self.plan.quiet_from:
                may_fire &= (run.state.volts + REST_MV).max(axis=0) > QUIET_MV
            if not may_fire.any():
                break
            if may_fire.sum() < 0.7 * len(going):
                run.keep(may_fire)
                going = going[may_fire]
        return fired

    def record(
        self, which: NDArray[np.intp], amplitudes_ma: FloatArray, progress: Progress, is_kept: bool = False
    ) -> Response:
        run = _Run(self.plan, self._driven(which, amplitudes_ma))
        crossing = np.full((len(which), self.plan.nodes), np.nan)
        fires = np.zeros(len(which), dtype=bool)
        kept = []
        ends_ms = self.plan.grid.ends_us / 1000.0
        for number, (end_ms, width_ms) in enumerate(zip(ends_ms, self.plan.grid.widths_ms, strict=True)):
            progress.check()
            before = run.state.volts
            run.step(number)
            _note_crossings(crossing, before, run.state.volts, end_ms, width_ms)
            if self.plan.looks[number]:
                fires |= _fired(run.state.volts)
            if is_kept:
                kept.append(run.state.volts.T + REST_MV)
        if not is_kept:
            return Response(fires, crossing)
        return Response(fires, crossing, ends_ms, np.stack(kept, axis=2))

    def _driven(self, which: NDArray[np.intp], amplitudes_ma: FloatArray) -> Drive:
        drive = self.drive
        node, kick, state = (part[..., which] * amplitudes_ma for part in (drive.node, drive.kick, drive.state))
        return Drive(node, kick, state)


class _Run:
    """A batch on its way through the steps of a plan."""

    def __init__(self, plan: Plan, drive: Drive) -> None:
        self.plan, self.drive = plan, drive
        self.solver = Solver(plan.cable, plan.internode)
        self.state = plan.rest.repeated(drive.node.shape[1])
        self._gate_widths_ms = plan.grid.gate_widths_ms

    def step(self, number: int) -> None:
        plan = self.plan
        kind, level, jump = int(plan.steps.kind[number]), plan.grid.levels[number], plan.grid.jumps[number]
        source, field = self.solver.sources(plan.steps, self.drive, kind, level, jump)
        self.solver.step(self.state, plan.steps, kind, source, field)
        self.solver.advance_gates(self.state, self._gate_widths_ms[number])

    def keep(self, which: NDArray[np.bool_]) -> None:
        """Go on with these only."""
        state, drive = self.state, self.drive
        self.state = State(state.volts[:, which], state.gates[:, :, which], state.states[:, :, which])
        self.drive = Drive(drive.node[:, which], drive.kick[:, which], drive.state[:, :, which])


def _fired(volts: FloatArray) -> NDArray[np.bool_]:
    return np.asarray((volts + REST_MV > FIRED_MV).sum(axis=0) >= FIRING_NODES)


def _note_crossings(
    crossing: FloatArray, before: FloatArray, after: FloatArray, end_ms: float, width_ms: float
) -> None:
    """Write the interpolated time into ``crossing`` (axons, nodes) where a node passes −20 mV for the first time."""
    limit = FIRED_MV - REST_MV
    earlier, later = before.T - limit, after.T - limit
    is_new = (earlier < 0.0) & (later >= 0.0) & np.isnan(crossing)
    share = earlier[is_new] / (earlier[is_new] - later[is_new])
    crossing[is_new] = end_ms - width_ms * (1.0 - share)
