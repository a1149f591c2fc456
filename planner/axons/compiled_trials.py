"""Trials by the compiled production kernel: blocks of 64 fibres, shared out to threads."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.axons import kernels
from planner.axons.batch import NodePotentials, Response
from planner.axons.coefficients import Coefficients, coefficients_of
from planner.axons.plan import Plan
from planner.geometry.arrays import FloatArray
from planner.progress import Cancelled, Progress

LANES = kernels.LANES
PIECE_BLOCKS = 4
"""Blocks in one call of the kernel: enough to forget the call, few enough to share out evenly."""
POLL_S = 0.05
"""How often the waiting thread asks whether the person has cancelled."""


@dataclass(frozen=True, eq=False)
class CompiledTrials:
    """``steps_mv`` (axons, nodes) float32: outside potential from a node to the next per mA, 0 after the last."""

    coefficients: Coefficients
    steps_mv: NDArray[np.float32]
    threads: int

    @staticmethod
    def of(plan: Plan, batch: NodePotentials, threads: int) -> "CompiledTrials":
        steps_mv = np.zeros(batch.node_volts.shape, dtype=np.float32)
        steps_mv[:, :-1] = np.diff(batch.node_volts, axis=1)
        return CompiledTrials(coefficients_of(plan, np.float32), steps_mv, threads)

    def fires(self, which: NDArray[np.intp], amplitudes_ma: FloatArray, progress: Progress) -> NDArray[np.bool_]:
        return self._run(which, amplitudes_ma, progress, is_timed=False).fires

    def record(self, which: NDArray[np.intp], amplitudes_ma: FloatArray, progress: Progress) -> Response:
        return self._run(which, amplitudes_ma, progress, is_timed=True)

    def _run(self, which: NDArray[np.intp], amplitudes_ma: FloatArray, progress: Progress, is_timed: bool) -> Response:
        count, nodes = len(which), self.steps_mv.shape[1]
        blocks = -(-count // LANES)
        fired = np.zeros((blocks, LANES), dtype=np.uint8)
        crossings = np.full((blocks if is_timed else 0, nodes, LANES), kernels.NEVER, dtype=np.float32)
        stop = np.zeros(1, dtype=np.uint8)

        def piece(first: int) -> None:
            part = slice(first, min(first + PIECE_BLOCKS, blocks))
            axons = slice(first * LANES, min(part.stop * LANES, count))
            fields = self._fields(which[axons], amplitudes_ma[axons], part.stop - first)
            self._call(fields, is_timed, stop, fired[part], crossings[part])

        self._share_out(piece, range(0, blocks, PIECE_BLOCKS), stop, progress)
        times = crossings.transpose(0, 2, 1).reshape(-1, nodes)[:count].astype(float) if is_timed else np.empty((0, 0))
        return Response(fired.reshape(-1)[:count] != 0, np.where(times < kernels.NEVER, times, np.nan))

    def _fields(self, which: NDArray[np.intp], amplitudes_ma: FloatArray, blocks: int) -> NDArray[np.float32]:
        """(blocks, nodes, 64) at the fibres' amplitudes; lanes without a fibre have no field."""
        nodes = self.steps_mv.shape[1]
        padded = np.zeros((blocks * LANES, nodes), dtype=np.float32)
        np.multiply(self.steps_mv[which], amplitudes_ma[:, None].astype(np.float32), out=padded[: len(which)])
        return np.ascontiguousarray(padded.reshape(blocks, LANES, nodes).transpose(0, 2, 1))

    def _call(
        self,
        fields: NDArray[np.float32],
        is_timed: bool,
        stop: NDArray[np.uint8],
        fired: NDArray[np.uint8],
        crossings: NDArray[np.float32],
    ) -> None:
        numbers, nodes = self.coefficients, self.steps_mv.shape[1]
        kernels.run_blocks(
            np.empty((nodes + 2) * kernels.ROWS * LANES, dtype=np.float32),
            nodes,
            numbers.rest,
            fields,
            numbers.membrane,
            numbers.kinds,
            numbers.kind,
            numbers.levels,
            numbers.jumps,
            numbers.gate_widths,
            numbers.ends,
            numbers.looks,
            numbers.quiet_from,
            numbers.limits,
            is_timed,
            stop,
            fired,
            crossings,
        )

    def _share_out(
        self, piece: Callable[[int], None], firsts: range, stop: NDArray[np.uint8], progress: Progress
    ) -> None:
        progress.check()
        if len(firsts) == 1:
            piece(firsts[0])
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
