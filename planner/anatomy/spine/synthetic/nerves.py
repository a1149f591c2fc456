"""Roots, nerves and ganglia as threads for the picture."""

from itertools import pairwise

import numpy as np

from planner.anatomy.spine.parametric.spine import ParametricSpine
from planner.anatomy.spine.synthetic.tissues import Tissue
from planner.geometry.arrays import FloatArray

ROOT_HALF_MM, NERVE_HALF_MM = 0.45, 1.7
GANGLION_LABEL = 63
FRONT_SHARE = 0.35
"""Front roots run this share of the sac's half depth in front of the dorsal ones. Drawn."""


def nerve_rows(spine: ParametricSpine, looks: FloatArray, heights_mm: tuple[float, float]) -> FloatArray:
    """(N, 9) two ends, half size, value, label: dorsal and front roots within the sac, nerves beyond, ganglia; what can
    be seen between two heights (z)."""
    nerve, ganglion = float(looks[Tissue.NERVE, 0]), float(looks[Tissue.GANGLION, 0])
    rows: list[FloatArray] = []
    for root in spine.dorsal_roots():
        path = root.curve.xyz
        if path[:, 2].max() < heights_mm[0] or path[:, 2].min() > heights_mm[1]:
            continue
        inside, outside = path[:-3], path[-4:]
        rows += _along(inside, ROOT_HALF_MM, nerve)
        rows += _along(outside, NERVE_HALF_MM, nerve)
        rows += _along(_in_front(spine, inside), ROOT_HALF_MM, nerve)
    for one in spine.ganglia():
        half = max(one.length_mm - one.width_mm, 0.2) / 2 * one.axis
        ends = np.stack([one.centre - half, one.centre + half])
        rows += _along(ends, one.width_mm / 2, ganglion, GANGLION_LABEL)
    return np.stack(rows) if rows else np.zeros((0, 9))


def _along(path: FloatArray, half_mm: float, value: float, label: int = 0) -> list[FloatArray]:
    return [np.array([*a, *b, half_mm, value, label]) for a, b in pairwise(path)]


def _in_front(spine: ParametricSpine, path: FloatArray) -> FloatArray:
    """The same course nearer the bodies."""
    arc, right, back = spine.line.coordinates(path).T
    depth = spine.sections.at(spine.line.place_of(arc), "sac_half_ap")
    return spine.line.at(arc, right * 0.92, back - FRONT_SHARE * depth)
