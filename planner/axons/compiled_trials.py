"""Trials by the compiled kernels: blocks of fibres side by side, shared out to threads."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from planner.axons import kernels, kernels_full
from planner.axons.batch import NodePotentials, Response
from planner.axons.coefficients import Coefficients, coefficients_of
from planner.axons.drive import Drive, drive_of
from planner.axons.plan import Plan
from planner.geometry.arrays import FloatArray
from planner.progress import Cancelled, Progress

PIECE_BLOCKS = 4
"""Blocks in one call of a kernel: enough to forget the call, few enough to share out evenly."""
SMALL_NODE_STEPS = 4_000_000
"""Work of at most 60 ms, not worth starting threads for."""
POLL_S = 0.05
"""How often the waiting thread asks whether the person has cancelled."""

Which = NDArray[np.intp]


class Fields(Protocol):
    """The fields of a batch, laid out for a kernel."""

    def blocks(self, which: Which, amplitudes_ma: FloatArray, lanes: int) -> NDArray[Any]:
        """(blocks, nodes, ..., lanes) at the fibres' amplitudes; lanes without a fibre have no field."""
        ...


@dataclass(frozen=True, eq=False)
class StraightFields:
    """``steps_mv`` (axons, nodes) float32: outside potential from a node to the next per mA, 0 after the last."""

    steps_mv: NDArray[np.float32]

    @staticmethod
    def of(node_mv: FloatArray) -> "StraightFields":
        steps_mv = np.zeros(node_mv.shape, dtype=np.float32)
        steps_mv[:, :-1] = np.diff(node_mv, axis=1)
        return StraightFields(steps_mv)

    def blocks(self, which: Which, amplitudes_ma: FloatArray, lanes: int) -> NDArray[Any]:
        count, nodes = -(-len(which) // lanes), self.steps_mv.shape[1]
        padded = np.zeros((count * lanes, nodes), dtype=np.float32)
        np.multiply(self.steps_mv[which], amplitudes_ma[:, None].astype(np.float32), out=padded[: len(which)])
        return np.ascontiguousarray(padded.reshape(count, lanes, nodes).transpose(0, 2, 1))


@dataclass(frozen=True, eq=False)
class FullFields:
    """``numbers`` (axons, nodes, 12): into the ten states of the internode that follows, into the node, its kick."""

    numbers: FloatArray

    @staticmethod
    def of(drive: Drive) -> "FullFields":
        states, internodes, axons = drive.state.shape
        numbers = np.zeros((axons, internodes + 1, states + 2))
        numbers[:, :-1, :states] = drive.state.transpose(2, 1, 0)
        numbers[:, :, states], numbers[:, :, states + 1] = drive.node.T, drive.kick.T
        return FullFields(numbers)

    def blocks(self, which: Which, amplitudes_ma: FloatArray, lanes: int) -> NDArray[Any]:
        count, shape = -(-len(which) // lanes), self.numbers.shape[1:]
        padded = np.zeros((count * lanes, *shape))
        np.multiply(self.numbers[which], amplitudes_ma[:, None, None], out=padded[: len(which)])
        return np.ascontiguousarray(padded.reshape(count, lanes, *shape).transpose(0, 2, 3, 1))


@dataclass(frozen=True, eq=False)
class CompiledTrials:
    """``kernel``: :mod:`kernels` with StraightFields, or :mod:`kernels_full` with FullFields."""

    kernel: ModuleType
    coefficients: Coefficients
    fields: Fields
    nodes: int
    threads: int

    @staticmethod
    def of(plan: Plan, batch: NodePotentials, threads: int) -> "CompiledTrials":
        """Four states: the production kernel, fields straight inside the internodes; ten: the exact one."""
        if len(plan.internode.rates) == kernels.STATES:
            fields = StraightFields.of(batch.node_volts)
            return CompiledTrials(kernels, coefficients_of(plan, is_straight=True), fields, plan.nodes, threads)
        drive = drive_of(plan.cable, plan.internode, batch.node_volts, batch.inside_volts)
        full = coefficients_of(plan, is_straight=False)
        return CompiledTrials(kernels_full, full, FullFields.of(drive), plan.nodes, threads)

    def fires(self, which: Which, amplitudes_ma: FloatArray, progress: Progress) -> NDArray[np.bool_]:
        return self._run(which, amplitudes_ma, progress, kernels.UNTIMED).fires

    def record(self, which: Which, amplitudes_ma: FloatArray, progress: Progress) -> Response:
        return self._run(which, amplitudes_ma, progress, kernels.TIMED_WHOLE)

    def starts(self, which: Which, amplitudes_ma: FloatArray, progress: Progress) -> Response:
        """As :meth:`record`, but only until every fibre has fired: where the spike starts and when."""
        return self._run(which, amplitudes_ma, progress, kernels.TIMED_UNTIL_FIRED)

    def _run(self, which: Which, amplitudes_ma: FloatArray, progress: Progress, timing: int) -> Response:
        lanes, count = self.kernel.LANES, len(which)
        blocks = -(-count // lanes)
        fired = np.zeros((blocks, lanes), dtype=np.uint8)
        shape = (blocks if timing else 0, self.nodes, lanes)
        crossings = np.full(shape, kernels.NEVER, dtype=self.coefficients.rest.dtype)
        stop = np.zeros(1, dtype=np.uint8)

        def piece(first: int) -> None:
            part = slice(first, min(first + PIECE_BLOCKS, blocks))
            axons = slice(first * lanes, min(part.stop * lanes, count))
            fields = self.fields.blocks(which[axons], amplitudes_ma[axons], lanes)
            self.call(fields, timing, stop, fired[part], crossings[part])

        self._share_out(piece, range(0, blocks, PIECE_BLOCKS), stop, progress)
        fires = fired.reshape(-1)[:count] != 0
        if timing == kernels.UNTIMED:
            return Response(fires, np.empty((count, 0)))
        times = crossings.transpose(0, 2, 1).reshape(-1, self.nodes)[:count].astype(float)
        return Response(fires, np.where(times < kernels.NEVER, times, np.nan))

    def call(
        self,
        fields: NDArray[Any],
        timing: int,
        stop: NDArray[np.uint8],
        fired: NDArray[np.uint8],
        crossings: NDArray[Any],
    ) -> None:
        """The kernel itself, on this thread; ``fired`` (blocks, lanes) and ``crossings`` are written."""
        numbers = self.coefficients
        work = np.empty((self.nodes + 2) * self.kernel.ROWS * self.kernel.LANES, dtype=numbers.rest.dtype)
        shared = (numbers.membrane, numbers.kinds, numbers.kind, numbers.levels, numbers.jumps, numbers.gate_widths)
        rules = (numbers.ends, numbers.looks, numbers.quiet_from, numbers.limits, timing, stop)
        self.kernel.run_blocks(work, self.nodes, numbers.rest, fields, *shared, *rules, fired, crossings)

    def _share_out(
        self, piece: Callable[[int], None], firsts: range, stop: NDArray[np.uint8], progress: Progress
    ) -> None:
        """All pieces on the threads; raises Cancelled within 0.1 s of being asked to."""
        progress.check()
        steps = len(self.coefficients.kind)
        if PIECE_BLOCKS * len(firsts) * self.kernel.LANES * self.nodes * steps < SMALL_NODE_STEPS:
            for first in firsts:
                piece(first)
            return
        with ThreadPoolExecutor(self.threads, thread_name_prefix="axons") as pool:
            waiting = {pool.submit(piece, first) for first in firsts}
            while waiting:
                done, waiting = wait(waiting, timeout=POLL_S)
                for one in done:
                    one.result()
                if progress.is_cancelled:
                    stop[0] = 1
                    for one in waiting:
                        one.cancel()
                    raise Cancelled
