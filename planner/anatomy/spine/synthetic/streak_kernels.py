"""Compiled: what metal does to a reconstructed slice."""

import math

import numpy as np
from numpy.typing import NDArray

from planner.compiling import compiled_fast


@compiled_fast
def project(mask: NDArray[np.float32], angles: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """(angles, count) mm-free lengths of metal along parallel rays through a (X, Y) slice, one pixel apart."""
    found = np.zeros((len(angles), count))
    cx, cy = 0.5 * (mask.shape[0] - 1), 0.5 * (mask.shape[1] - 1)
    for i in range(mask.shape[0]):
        for j in range(mask.shape[1]):
            value = mask[i, j]
            if value > 0.0:
                for a in range(len(angles)):
                    s = (i - cx) * math.cos(angles[a]) + (j - cy) * math.sin(angles[a]) + 0.5 * (count - 1)
                    n = math.floor(s)
                    f = s - n
                    if 0 <= n < count - 1:
                        found[a, n] += value * (1.0 - f)
                        found[a, n + 1] += value * f
    return found


@compiled_fast
def back_project(
    out: NDArray[np.float32], filtered: NDArray[np.float64], angles: NDArray[np.float64], factor: float
) -> None:
    """Add the smeared-back projections to a (X, Y) slice."""
    cx, cy = 0.5 * (out.shape[0] - 1), 0.5 * (out.shape[1] - 1)
    count = filtered.shape[1]
    for a in range(len(angles)):
        c, s = math.cos(angles[a]), math.sin(angles[a])
        for i in range(out.shape[0]):
            for j in range(out.shape[1]):
                at = (i - cx) * c + (j - cy) * s + 0.5 * (count - 1)
                n = math.floor(at)
                if 0 <= n < count - 1:
                    f = at - n
                    out[i, j] += factor * (filtered[a, n] * (1.0 - f) + filtered[a, n + 1] * f)
