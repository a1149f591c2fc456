"""Compiled: smooth random fields that depend on position and seed only, so a picture does not depend on its grid."""

import numpy as np

from planner.compiling import compiled_fast


@compiled_fast
def lattice(i: int, j: int, k: int, seed: int) -> float:
    """-1 to 1 at whole-number points, by an integer hash."""
    h = np.uint32(i * 374761393 + j * 668265263 + k * 2147483647 + seed * 144665)
    h = (h ^ (h >> np.uint32(13))) * np.uint32(1274126177)
    h = h ^ (h >> np.uint32(16))
    return float(h & np.uint32(0xFFFF)) / 32767.5 - 1.0


@compiled_fast
def smooth_noise(x: float, y: float, z: float, seed: int) -> float:
    """Between the lattice values, continuous; -1 to 1. One unit is one cell."""
    fi, fj, fk = np.floor(x), np.floor(y), np.floor(z)
    i, j, k = int(fi), int(fj), int(fk)
    u, v, w = x - fi, y - fj, z - fk
    u, v, w = u * u * (3.0 - 2.0 * u), v * v * (3.0 - 2.0 * v), w * w * (3.0 - 2.0 * w)
    a = lattice(i, j, k, seed) * (1.0 - u) + lattice(i + 1, j, k, seed) * u
    b = lattice(i, j + 1, k, seed) * (1.0 - u) + lattice(i + 1, j + 1, k, seed) * u
    c = lattice(i, j, k + 1, seed) * (1.0 - u) + lattice(i + 1, j, k + 1, seed) * u
    d = lattice(i, j + 1, k + 1, seed) * (1.0 - u) + lattice(i + 1, j + 1, k + 1, seed) * u
    low = a * (1.0 - v) + b * v
    high = c * (1.0 - v) + d * v
    return float(low * (1.0 - w) + high * w)
