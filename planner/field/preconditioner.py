"""Exact inverse of the system averaged around the shaft.

Where conductivity and contacts do not depend on the angle, the system splits into one small problem in (s, n) per
angular mode: the modes are the eigenvectors of the periodic chain of angle cells, also for uneven angles. Each small
problem is factorised once. For tissue and segments that do depend on the angle this is the preconditioner; for rings
in axisymmetric tissue it is the solution.
"""

from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from planner.field.system import Faces
from planner.geometry.arrays import FloatArray
from planner.progress import Progress

if TYPE_CHECKING:
    from scipy.sparse import csc_array


Single = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class PlaneFactor:
    """L D L' of one plane, for the modes ``numbers`` that share it. See :func:`plane_kernels.substitute`."""

    numbers: NDArray[np.int64]
    order: NDArray[np.int32]
    starts: NDArray[np.int32]
    rows: NDArray[np.int32]
    values: Single
    pivots: Single

    @property
    def nbytes(self) -> int:
        return self.starts.nbytes + self.rows.nbytes + self.values.nbytes + self.pivots.nbytes


class AngularPreconditioner:
    """``solve`` applies it to (t, s, n, k) residuals, k of them side by side.

    ``executor`` with two threads takes two factors at once; every factor's answer is the same on any thread.
    """

    def __init__(
        self, faces: Faces, widths_rad: FloatArray, progress: Progress, executor: Executor | None = None
    ) -> None:
        from scipy.sparse import diags_array

        values, columns = _modes(widths_rad)
        self._modes = columns.astype(np.float32)
        self._executor = executor
        plane = _plane_matrix(faces, widths_rad)
        around = _mean_around(faces, widths_rad)
        # Sine and cosine of one order share their factor.
        keys = [float(f"{value:.9e}") for value in values]
        self._factors: list[PlaneFactor] = []
        for number, key in enumerate(sorted(set(keys))):
            progress.check()
            numbers = np.flatnonzero([one == key for one in keys])
            self._factors.append(_factorised(plane + diags_array(key * around), numbers))
            progress(number / len(set(keys)))

    @property
    def nbytes(self) -> int:
        """Of all factors: read twice in a solve."""
        return sum(factor.nbytes for factor in self._factors)

    def solve(self, residual: FloatArray) -> Single:
        """In single precision: it only has to be near the solution."""
        modes = self._transformed(self._modes.T, residual.astype(np.float32))
        flat = modes.reshape(len(modes), -1, residual.shape[-1])
        if self._executor is None:
            for factor in self._factors:
                _substitute(factor, flat)
        else:
            list(self._executor.map(lambda factor: _substitute(factor, flat), self._factors))
        return self._transformed(self._modes, modes)

    def _transformed(self, matrix: Single, values: Single) -> Single:
        """``matrix`` over the angle, a few cells at a time: products this small stay in one thread.

        The linear algebra library would otherwise wake a second thread that spins between the calls.
        """
        few = values.reshape(len(values), -1, values.shape[2])
        answer = np.empty(few.shape, dtype=np.float32)
        np.matmul(matrix, few.transpose(1, 0, 2), out=answer.transpose(1, 0, 2))
        return answer.reshape(values.shape)


def _substitute(factor: PlaneFactor, modes: Single) -> None:
    """``modes`` (T, cells, k) in place."""
    from planner.field.plane_kernels import substitute

    work = np.empty((modes.shape[1], len(factor.numbers) * modes.shape[2]), dtype=np.float32)
    substitute(factor.order, factor.starts, factor.rows, factor.values, factor.pivots, factor.numbers, modes, work)


def _modes(widths_rad: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Eigenvalues and columns q with K q = value D q and q' D q = 1, of the periodic chain of angle cells."""
    from scipy.linalg import eigh

    count = len(widths_rad)
    link = 2.0 / (widths_rad + np.roll(widths_rad, -1))
    chain = np.diag(link + np.roll(link, 1))
    for cell in range(count):
        after = (cell + 1) % count
        chain[cell, after] -= link[cell]
        chain[after, cell] -= link[cell]
    values, columns = eigh(chain, np.diag(widths_rad))
    return np.maximum(values, 0.0), columns


def _mean(values: FloatArray, widths_rad: FloatArray) -> FloatArray:
    """Mean over the angle of conductances per radian."""
    mean: FloatArray = values.sum(axis=0) / widths_rad.sum()
    return mean


def _plane_matrix(faces: Faces, widths_rad: FloatArray) -> "csc_array":
    from scipy.sparse import diags_array

    n, s = _mean(faces.n, widths_rad), _mean(faces.s, widths_rad)
    rows, columns = faces.around.shape[1:]
    diagonal = np.zeros((rows, columns))
    diagonal[:, :-1] += n
    diagonal[:, 1:] += n
    diagonal[:-1] += s
    diagonal[1:] += s
    diagonal[:, 0] += _mean(faces.wall, widths_rad)
    diagonal[:, -1] += _mean(faces.outer, widths_rad)
    diagonal[-1] += _mean(faces.top, widths_rad)
    across = np.zeros((rows, columns))
    across[:, :-1] = -n
    return diags_array(
        [diagonal.ravel(), across.ravel()[:-1], across.ravel()[:-1], -s.ravel(), -s.ravel()],
        offsets=[0, 1, -1, columns, -columns],
    ).tocsc()


def _mean_around(faces: Faces, widths_rad: FloatArray) -> FloatArray:
    """mS rad: what multiplies the eigenvalue of a mode."""
    link = 2.0 / (widths_rad + np.roll(widths_rad, -1))
    mean: FloatArray = (faces.around / link[:, None, None]).mean(axis=0).ravel()
    return mean


def _factorised(matrix: "csc_array", numbers: NDArray[np.int64]) -> PlaneFactor:
    """Symmetric and positive definite: no pivoting is needed, and the upper factor is D times the lower one's."""
    from scipy.sparse import tril
    from scipy.sparse.linalg import splu

    options = {"SymmetricMode": True}
    found = splu(matrix.tocsc(), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options=options)
    lower = tril(found.L, -1).tocsc()
    pivots = 1.0 / found.U.diagonal()
    order, starts, rows = (part.astype(np.int32) for part in (found.perm_r, lower.indptr, lower.indices))
    return PlaneFactor(numbers, order, starts, rows, lower.data.astype(np.float32), pivots.astype(np.float32))
