"""The heavy loops of the spine on CT. Imported inside functions only: Numba takes half a second.

Images are HU. Work grids are (K, J, I): K towards the head, J towards the front, I towards the patient's left to
right as RAS has it, so that one axial slice lies together in memory.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.compiling import compiled

Array = NDArray[Any]
OUTSIDE = -3000
"""Value of a sample outside the image: below every HU a scanner writes."""


@compiled
def _at(values: Array, x: float, y: float, z: float) -> float:
    """Trilinear value at a fractional index, edge voxels reaching half a voxel out; OUTSIDE beyond."""
    nx, ny, nz = values.shape
    if x < -0.5 or y < -0.5 or z < -0.5 or x > nx - 0.5 or y > ny - 0.5 or z > nz - 0.5:
        return float(OUTSIDE)
    x = min(max(x, 0.0), nx - 1.0)
    y = min(max(y, 0.0), ny - 1.0)
    z = min(max(z, 0.0), nz - 1.0)
    i, j, k = int(x), int(y), int(z)
    i1, j1, k1 = min(i + 1, nx - 1), min(j + 1, ny - 1), min(k + 1, nz - 1)
    fx, fy, fz = x - i, y - j, z - k
    low = (values[i, j, k] * (1 - fx) + values[i1, j, k] * fx) * (1 - fy) + (
        values[i, j1, k] * (1 - fx) + values[i1, j1, k] * fx
    ) * fy
    high = (values[i, j, k1] * (1 - fx) + values[i1, j, k1] * fx) * (1 - fy) + (
        values[i, j1, k1] * (1 - fx) + values[i1, j1, k1] * fx
    ) * fy
    return float(low * (1 - fz) + high * fz)


@compiled
def averaged(values: Array, to_index: Array, step_mm: Array, first: int, last: int, sub: Array, out: Array) -> None:
    """Fill slices ``first`` to ``last`` of ``out`` (K, J, I) int16: each voxel the mean of sub[0]·sub[1]·sub[2]
    samples spread over it. ``to_index`` (3, 4) takes mm from the corner voxel of ``out`` to an index of ``values``."""
    nj, ni = out.shape[1], out.shape[2]
    share = 1.0 / (sub[0] * sub[1] * sub[2])
    for k in range(first, last):
        for j in range(nj):
            for i in range(ni):
                total = 0.0
                lost = False
                for a in range(sub[0]):
                    x = (i + (a + 0.5) / sub[0] - 0.5) * step_mm[0]
                    for b in range(sub[1]):
                        y = (j + (b + 0.5) / sub[1] - 0.5) * step_mm[1]
                        for c in range(sub[2]):
                            z = (k + (c + 0.5) / sub[2] - 0.5) * step_mm[2]
                            value = _at(
                                values,
                                to_index[0, 0] * x + to_index[0, 1] * y + to_index[0, 2] * z + to_index[0, 3],
                                to_index[1, 0] * x + to_index[1, 1] * y + to_index[1, 2] * z + to_index[1, 3],
                                to_index[2, 0] * x + to_index[2, 1] * y + to_index[2, 2] * z + to_index[2, 3],
                            )
                            if value == OUTSIDE:
                                lost = True
                            total += value
                if lost:
                    out[k, j, i] = OUTSIDE
                else:
                    out[k, j, i] = np.int16(min(max(total * share, -2000.0), 8000.0))


@compiled
def planes(values: Array, to_index: Array, origin: Array, right: Array, back: Array, u: Array, v: Array) -> Array:
    """(N, U, V) float32 samples of N planes: origin[n] + u·right[n] + v·back[n] in mm; ``to_index`` (3, 4)."""
    out = np.empty((len(origin), len(u), len(v)), dtype=np.float32)
    place = np.empty(3)
    for n in range(len(origin)):
        for a in range(len(u)):
            for b in range(len(v)):
                for axis in range(3):
                    place[axis] = origin[n, axis] + u[a] * right[n, axis] + v[b] * back[n, axis]
                out[n, a, b] = _at(
                    values,
                    to_index[0, 0] * place[0] + to_index[0, 1] * place[1] + to_index[0, 2] * place[2] + to_index[0, 3],
                    to_index[1, 0] * place[0] + to_index[1, 1] * place[1] + to_index[1, 2] * place[2] + to_index[1, 3],
                    to_index[2, 0] * place[0] + to_index[2, 1] * place[1] + to_index[2, 2] * place[2] + to_index[2, 3],
                )
    return out


@compiled
def enclosure(
    work: Array, offsets: Array, near: int, bone_hu: int, soft_hu: int, first: int, last: int, out: Array
) -> None:
    """Share of rays in the axial plane that meet bone, for soft voxels of slices ``first`` to ``last``; -1 elsewhere.

    ``offsets`` (R, T, 2) steps (j, i) of ray R from near to far; bone met before step ``near`` is no wall.
    Every fourth ray is cast first: where fewer than half of them meet bone, the rest is left out.
    """
    _nk, nj, ni = work.shape
    rays, steps = offsets.shape[0], offsets.shape[1]
    for k in range(first, last):
        for j in range(nj):
            for i in range(ni):
                here = work[k, j, i]
                out[k, j, i] = -1.0
                if here >= bone_hu or here <= soft_hu:
                    continue
                hits = 0
                cast = 0
                for part in range(4):
                    if part == 1 and hits * 2 < cast:
                        break
                    for ray in range(part, rays, 4):
                        cast += 1
                        for step in range(steps):
                            jj = j + offsets[ray, step, 0]
                            ii = i + offsets[ray, step, 1]
                            if jj < 0 or ii < 0 or jj >= nj or ii >= ni:
                                break
                            if work[k, jj, ii] >= bone_hu:
                                if step >= near:
                                    hits += 1
                                break
                out[k, j, i] = hits / cast


@compiled
def best_path(gain: Array, reach: int, slope_cost: float, start: Array, came: Array) -> Array:
    """Best chain through the slices of ``gain`` (K, J, I), which may begin and end anywhere.

    Moving by (j, i) voxels between slices costs slope_cost · (j² + i²), at most ``reach`` voxels either way. ``came``
    (K, J, I) int16 is filled with the way back, ``gain`` with the best sum so far; ``start`` (J, I)
    float32 is working memory. Returns (N, 3) int64 indices from the lowest slice up.
    """
    nk, nj, ni = gain.shape
    rows = np.empty((nj, ni), dtype=np.float32)
    row_from = np.empty((nj, ni), dtype=np.int16)
    best = -1.0
    end_k, end_j, end_i = 0, 0, 0
    side = 2 * reach + 1
    for k in range(nk):
        if k > 0:
            for j in range(nj):
                for i in range(ni):
                    top = np.float32(-1e9)
                    way = 0
                    for d in range(-reach, reach + 1):
                        ii = i + d
                        if ii < 0 or ii >= ni:
                            continue
                        value = start[j, ii] - slope_cost * d * d
                        if value > top:
                            top = value
                            way = d
                    rows[j, i] = top
                    row_from[j, i] = way
        for j in range(nj):
            for i in range(ni):
                top = np.float32(0.0)
                code = -1
                if k > 0:
                    for d in range(-reach, reach + 1):
                        jj = j + d
                        if jj < 0 or jj >= nj:
                            continue
                        value = rows[jj, i] - slope_cost * d * d
                        if value > top:
                            top = value
                            code = (d + reach) * side + row_from[jj, i] + reach
                came[k, j, i] = code
                gain[k, j, i] += top
                if gain[k, j, i] > best:
                    best = gain[k, j, i]
                    end_k, end_j, end_i = k, j, i
        for j in range(nj):
            for i in range(ni):
                start[j, i] = gain[k, j, i]
    path = np.empty((nk, 3), dtype=np.int64)
    count = 0
    while True:
        path[count, 0], path[count, 1], path[count, 2] = end_k, end_j, end_i
        count += 1
        code = came[end_k, end_j, end_i]
        if code < 0:
            break
        end_k -= 1
        end_j += code // side - reach
        end_i += code % side - reach
    return path[:count][::-1].copy()


@compiled
def wall_hits(stack: Array, u_step: float, directions: Array, step_mm: float, far_mm: float, bone_hu: float) -> Array:
    """(N, R) mm from the middle of each (U, V) plane of ``stack`` to bone along each direction; NaN where none is met
    within ``far_mm``, and where the image ends first. Spacing ``u_step`` mm both ways; between samples linear."""
    count, nu, nv = stack.shape
    out = np.full((count, len(directions)), np.nan)
    for n in range(count):
        for ray in range(len(directions)):
            before = np.nan
            steps = int(far_mm / step_mm)
            for step in range(1, steps + 1):
                mm = step * step_mm
                x = (nu - 1) / 2.0 + mm * directions[ray, 0] / u_step
                y = (nv - 1) / 2.0 + mm * directions[ray, 1] / u_step
                i, j = int(x), int(y)
                if x < 0 or y < 0 or i + 1 >= nu or j + 1 >= nv:
                    break
                fx, fy = x - i, y - j
                value = (stack[n, i, j] * (1 - fx) + stack[n, i + 1, j] * fx) * (1 - fy) + (
                    stack[n, i, j + 1] * (1 - fx) + stack[n, i + 1, j + 1] * fx
                ) * fy
                if value >= bone_hu:
                    if before < bone_hu:
                        out[n, ray] = mm - step_mm * (value - bone_hu) / (value - before)
                    else:
                        out[n, ray] = mm
                    break
                before = value
    return out
