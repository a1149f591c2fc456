"""Fields of random leads beside straight fibres: what the predictor learns from and is judged by."""

import numpy as np

from planner.axons.cable import Cable
from planner.geometry.arrays import FloatArray

NEAREST_MM, FARTHEST_MM = 0.7, 6.0
CONTACTS = 8
SPACING_MM = (1.0, 4.0)
"""Between contacts, centre to centre: from a directional brain lead's rows to a paddle's."""
ALONG_S_M, ACROSS_S_M, UNIFORM_S_M = 0.6, 0.083, 0.2
"""White matter along and across its fibres, and a uniform medium, as in the reference thresholds."""


def random_fields(cable: Cable, nodes: int, count: int, seed: int, with_ends: bool) -> FloatArray:
    """(count, nodes) mV per mA along fibres of ``nodes``: cathodes alone, two, three and four contacts by turns.

    Half of them in a medium that conducts better along the fibre. ``with_ends``: a sealed end lies near the lead;
    otherwise the lead is near the middle.
    """
    random = np.random.default_rng(seed)
    spacing_mm = cable.node_spacing_um / 1000.0
    node_mm = np.asarray(np.arange(nodes) * spacing_mm, dtype=np.float64)
    fields = np.empty((count, nodes))
    for number in range(count):
        distance = float(np.exp(random.uniform(np.log(NEAREST_MM), np.log(FARTHEST_MM))))
        middle = _near_end(random, spacing_mm, distance) if with_ends else node_mm[nodes // 2]
        sources = _lead(random, distance) + np.array([middle + random.uniform(0.0, spacing_mm), 0.0, 0.0])
        fields[number] = _potential(node_mm, sources, _currents(random, number % 4), is_uniform=bool(number % 8 < 4))
    return fields


def _near_end(random: np.random.Generator, spacing_mm: float, distance_mm: float) -> float:
    """mm along the fibre: as often abreast of the first nodes as anywhere from before the end to well inside."""
    if random.random() < 0.5:
        return float(random.uniform(-1.5, 3.5) * spacing_mm)
    reach_mm = 4.0 * spacing_mm + distance_mm
    return float(random.uniform(-0.5, 1.0) * reach_mm)


def _lead(random: np.random.Generator, distance_mm: float) -> FloatArray:
    """(CONTACTS, 3) contact centres on a line; the fibre runs along x, the nearest contact is ``distance_mm`` away."""
    direction = random.normal(size=3)
    direction /= np.linalg.norm(direction)
    along = (np.arange(CONTACTS) - random.integers(0, CONTACTS)) * random.uniform(*SPACING_MM)
    centres = along[:, None] * direction
    off = np.hypot(centres[:, 1], centres[:, 2] + distance_mm).min()
    centres[:, 2] += distance_mm + max(0.0, NEAREST_MM - off)
    return np.asarray(centres)


def _currents(random: np.random.Generator, kind: int) -> FloatArray:
    """(CONTACTS,) mA: one cathode; a pair; anode, cathode, anode; four contacts at random."""
    currents = np.zeros(CONTACTS)
    first = int(random.integers(0, CONTACTS - 2))
    if kind == 0:
        currents[random.integers(0, CONTACTS)] = -1.0
    elif kind == 1:
        currents[[first, first + 1]] = (-1.0, 1.0) if random.random() < 0.5 else (1.0, -1.0)
    elif kind == 2:
        currents[first : first + 3] = (0.5, -1.0, 0.5)
    else:
        currents[random.choice(CONTACTS, 4, replace=False)] = random.uniform(-1.0, 1.0, 4)
    return currents


def _potential(node_mm: FloatArray, sources_mm: FloatArray, currents_ma: FloatArray, is_uniform: bool) -> FloatArray:
    """(nodes,) mV; point sources in a homogeneous medium."""
    x = node_mm[:, None] - sources_mm[:, 0]
    across = np.hypot(sources_mm[:, 1], sources_mm[:, 2])
    if is_uniform:
        per_ma = 1000.0 / (4.0 * np.pi * UNIFORM_S_M * np.hypot(x, across))
    else:
        stretched = np.sqrt(x**2 / ALONG_S_M + across**2 / ACROSS_S_M)
        per_ma = 1000.0 / (4.0 * np.pi * np.sqrt(ALONG_S_M) * ACROSS_S_M * stretched)
    return np.asarray(per_ma @ currents_ma)
