"""Exact inverse of the system averaged around the shaft.

Where conductivity and contacts do not depend on the angle, the system splits into one small problem in (s, n) per
angular mode: the modes are the eigenvectors of the periodic chain of angle cells, also for uneven angles. Each small
problem is factorised once. For tissue and segments that do depend on the angle this is the preconditioner; for rings
in axisymmetric tissue it is the solution.
"""

from typing import TYPE_CHECKING

import numpy as np

from planner.field.system import Faces
from planner.geometry.arrays import FloatArray
from planner.progress import Progress

if TYPE_CHECKING:
    from scipy.sparse import csc_array
    from scipy.sparse.linalg import SuperLU


class AngularPreconditioner:
    """``solve`` applies it to (cells,) or (cells, k) residuals in [t, s, n] order."""

    def __init__(self, faces: Faces, widths_rad: FloatArray, progress: Progress) -> None:
        from scipy.sparse import diags_array

        self._shape = faces.around.shape
        values, self._modes = _modes(widths_rad)
        plane = _plane_matrix(faces, widths_rad)
        around = _mean_around(faces, widths_rad)
        factors: dict[float, SuperLU] = {}
        self._factors: list[SuperLU] = []
        for number, value in enumerate(values):
            progress.check()
            key = float(f"{value:.9e}")  # sine and cosine of one order share their factors
            if key not in factors:
                factors[key] = _factorised(plane + diags_array(value * around))
                progress(number / len(values))
            self._factors.append(factors[key])

    def solve(self, residual: FloatArray) -> FloatArray:
        modes = self._transformed(self._modes.T, residual.reshape(self._shape))
        flat = modes.reshape(self._shape[0], -1)
        for number, factor in enumerate(self._factors):
            flat[number] = factor.solve(flat[number])
        return self._transformed(self._modes, modes).reshape(residual.shape)

    def _transformed(self, matrix: FloatArray, values: FloatArray) -> FloatArray:
        """``matrix`` over the angle, row of cells by row: products this small stay in one thread.

        The linear algebra library would otherwise wake a second thread that spins between the calls.
        """
        answer = np.empty(self._shape)
        np.matmul(matrix, values.transpose(1, 0, 2), out=answer.transpose(1, 0, 2))
        return answer


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


def _factorised(matrix: "csc_array") -> "SuperLU":
    """Symmetric and positive definite: no pivoting is needed."""
    from scipy.sparse.linalg import splu

    options = {"SymmetricMode": True}
    return splu(matrix.tocsc(), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options=options)
