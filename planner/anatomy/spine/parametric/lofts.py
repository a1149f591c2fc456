"""Closed tubes along the line."""

import numpy as np

from planner.anatomy.spine.parametric.line import SpineLine
from planner.geometry import Surface
from planner.geometry.arrays import FloatArray

AROUND = 36
STEP_MM = 2.0
THINNEST_MM = 0.2


def tube(
    line: SpineLine,
    arcs: FloatArray,
    half_width: FloatArray,
    half_ap: FloatArray,
    back: FloatArray,
    roof: float = 0.0,
    window_mm: FloatArray | None = None,
) -> Surface:
    """Ellipses (half sizes and the middle's distance behind the line, (N,)) joined into a closed surface that faces
    outward. ``roof``: how much narrower the back half gets towards its top; ``window_mm`` (N,): how
    much deeper it is."""
    angle = np.linspace(0, 2 * np.pi, AROUND, endpoint=False)
    frames = line.frames(arcs)
    wide, deep = np.cos(angle), np.sin(angle)
    u = np.maximum(half_width, THINNEST_MM)[:, None] * (wide * (1 - roof * np.maximum(deep, 0.0) ** 2))
    extra = np.zeros(len(arcs)) if window_mm is None else window_mm
    depth = np.maximum(half_ap, THINNEST_MM)[:, None] + extra[:, None] * (deep > 0)
    v = depth * deep + back[:, None]
    rings = frames[:, None, 0] + u[..., None] * frames[:, None, 1] + v[..., None] * frames[:, None, 2]
    count = len(arcs)
    vertices = np.concatenate([rings.reshape(-1, 3), rings[0].mean(axis=0)[None], rings[-1].mean(axis=0)[None]])
    return Surface.of(vertices, _triangles(count), line.space)


def _triangles(rings: int) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """(M, 3) facing outward: going round is from right over back, the rings run down."""
    here = np.arange(AROUND)
    following = (here + 1) % AROUND
    faces = []
    for ring in range(rings - 1):
        a, b = ring * AROUND + here, ring * AROUND + following
        c, d = a + AROUND, b + AROUND
        faces += [np.stack([a, b, c], axis=1), np.stack([b, d, c], axis=1)]
    last = (rings - 1) * AROUND
    top, bottom = rings * AROUND, rings * AROUND + 1
    faces.append(np.stack([np.full(AROUND, top), following, here], axis=1))
    faces.append(np.stack([np.full(AROUND, bottom), last + here, last + following], axis=1))
    return np.concatenate(faces)
