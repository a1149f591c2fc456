"""Bundles of fibres: about a curve, between two surfaces, in the dorsal columns, and in a dorsal root.

Everything random comes from a seed: the same call gives the same fibres.
"""

import csv
from dataclasses import dataclass
from functools import cache
from typing import cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from planner import places
from planner.axons.fibres import Fibre, FibreGroup, FibreKind, checked_diameter
from planner.errors import RefusedError
from planner.geometry.arrays import FloatArray
from planner.geometry.curve import Curve
from planner.geometry.surface import Surface
from planner.i18n import _

STEP_MM = 1.0
MOST_FIBRES = 20_000
LARGE_UM = 10.7
"""Fibres from here on are counted in the superficial dorsal column (Feirabend 2002)."""


@dataclass(frozen=True, slots=True)
class WhiteMatterFact:
    """A row of ``resources/axons/white_matter_fibres.csv``; ``kind`` is "read" or "memory" (then unverified)."""

    site: str
    quantity: str
    value: float
    unit_or_note: str
    kind: str
    source: str


@cache
def white_matter_facts() -> tuple[WhiteMatterFact, ...]:
    """Counts and diameters of fibres in the cord and its roots, each with its source."""
    path = places.resources() / "axons" / "white_matter_fibres.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            WhiteMatterFact(
                row["site"], row["quantity"], float(row["value"]), row["unit_or_note"], row["kind"], row["source"]
            )
            for row in csv.DictReader(file)
        )


def fact(site: str, quantity: str) -> WhiteMatterFact:
    """Raises KeyError when the table has no such row."""
    for one in white_matter_facts():
        if (one.site, one.quantity) == (site, quantity):
            return one
    raise KeyError((site, quantity))


def fibres_along(
    curve: Curve, offsets_mm: ArrayLike, diameter_um: float, *, kind: FibreKind = "tract", name: str = ""
) -> tuple[Fibre, ...]:
    """Fibres parallel to ``curve`` at (N, 2) ``offsets_mm`` to its right and to its back (see Curve.frames)."""
    offsets = _few(np.asarray(offsets_mm, dtype=float).reshape(-1, 2))
    arc = _steps(curve.length_mm)
    frames, middle = curve.frames(arc), curve.at(arc)
    return tuple(
        Fibre.of(
            middle + right * frames.right + back * frames.back,
            curve.space,
            diameter_um,
            kind=kind,
            name=f"{name} {number + 1}".strip(),
        )
        for number, (right, back) in enumerate(offsets)
    )


def round_bundle(radius_mm: float, count: int, seed: int = 0) -> FloatArray:
    """(count, 2) offsets evenly over a disc (Vogel's sunflower), turned by the seed."""
    number = np.arange(_few_count(count)) + 0.5
    angle = number * np.pi * (3.0 - np.sqrt(5.0)) + seed
    reach = radius_mm * np.sqrt(number / count)
    return np.stack([reach * np.cos(angle), reach * np.sin(angle)], axis=1)


def tract_between(
    first: Surface, second: Surface, count: int, diameter_um: float, *, name: str = "", seed: int = 0
) -> FibreGroup:
    """Smooth fibres from one surface to another that leave and arrive at right angles to them, or nearly.

    Both ends are spread evenly over the area; they are paired so that neighbours stay neighbours (least sum of squared
    distances after the two clouds' middles are laid on one another). Raises RefusedError(code="tract-odd").
    """
    if first.space != second.space or not len(first.triangles) or not len(second.triangles):
        text = _("A tract needs two surfaces of one space, each with triangles.")
        raise RefusedError(text, code="tract-odd")
    chance = np.random.default_rng(seed)
    start, out = _spread(first, _few_count(count), chance)
    end, into = _spread(second, count, chance)
    order = _paired(start, end)
    fibres = tuple(
        Fibre.of(
            _bow(start[n], out[n], end[order[n]], into[order[n]]),
            first.space,
            diameter_um,
            kind="tract",
            name=f"{name} {n + 1}".strip(),
            ends=("terminal", "terminal"),
        )
        for n in range(count)
    )
    return FibreGroup("", name, "tract", fibres, "drawn between two surfaces", "estimate, no tractography")


@dataclass(frozen=True, slots=True, eq=False)
class CordBack:
    """The back of a cord: ``curve`` down its middle, and at every point of it the distance from there to its dorsal
    surface, ``depth_mm`` (N,)."""

    curve: Curve
    depth_mm: FloatArray


def dorsal_columns(
    cord: CordBack,
    diameter_um: float,
    *,
    half_width_mm: float = 2.0,
    deepest_mm: float = 0.3,
    count: int | None = None,
    collateral_every_mm: float | None = None,
    seed: int = 0,
) -> FibreGroup:
    """Fibres in the outer ``deepest_mm`` of the dorsal columns, within ``half_width_mm`` of the midline.

    ``count`` None: as many as there are fibres above 10.7 µm there, 2.4 per 0.1 mm of width (Feirabend 2002).
    ``collateral_every_mm``: half as thick collaterals of 3 mm into the dorsal horn (their spacing and size are the
    caller's assumption). Raises RefusedError(code="fibre-diameter").
    """
    checked_diameter(diameter_um)
    known = fact("dorsal column", "fibres >10.7 um per 0.1 mm width")
    wanted = round(known.value * 2.0 * half_width_mm / 0.1) if count is None else count
    chance = np.random.default_rng(seed)
    lateral = (np.arange(_few_count(wanted)) + 0.5) / wanted * 2.0 * half_width_mm - half_width_mm
    below = deepest_mm * chance.permutation((np.arange(wanted) + 0.5) / wanted)
    arc = _steps(cord.curve.length_mm)
    frames, middle = cord.curve.frames(arc), cord.curve.at(arc)
    surface = np.interp(arc, cord.curve.arc_mm, cord.depth_mm)
    fibres = []
    for number in range(wanted):
        points = middle + lateral[number] * frames.right + (surface - below[number])[:, None] * frames.back
        name = _("column {number}").format(number=number + 1)
        fibre = Fibre.of(points, cord.curve.space, diameter_um, kind="column", name=name)
        if collateral_every_mm is not None:
            fibre = _with_collaterals(fibre, collateral_every_mm, frames.right * np.sign(lateral[number] or 1.0))
        fibres.append(fibre)
    return FibreGroup("", _("Dorsal columns"), "column", tuple(fibres), known.source, known.kind)


COLLATERAL_MM = 3.0
COLLATERAL_SHARE = 0.5


def _with_collaterals(fibre: Fibre, every_mm: float, outward: FloatArray) -> Fibre:
    """Collaterals that leave towards the dorsal horn of their side."""
    for arc in np.arange(every_mm, fibre.length_mm - every_mm / 2.0, every_mm):
        at = fibre.curve.at(arc)[0]
        side = outward[min(int(arc / STEP_MM), len(outward) - 1)]
        line = at + np.linspace(0.05, 1.0, 8)[:, None] * COLLATERAL_MM * side
        twig = Fibre.of(
            line, fibre.curve.space, COLLATERAL_SHARE * fibre.diameter_um, kind="collateral", ends=("cut", "terminal")
        )
        fibre = fibre.with_branch(float(arc), twig)
    return fibre


def dorsal_root(
    root: Curve, cord: Curve, diameter_um: float, *, count: int = 20, radius_mm: float = 0.4, up_mm: float = 30.0,
    seed: int = 0,
) -> FibreGroup:  # fmt: skip
    """Fibres of one root: from the ganglion to the entry zone, and on upwards in the column.

    ``root`` runs from the entry zone to the ganglion, ``cord`` down the cord's middle. At the entry every fibre turns
    headwards and runs ``up_mm`` along the cord at the depth at which it came in.
    """
    known = fact("dorsal root", "model fibre diameter in use")
    entry = root.xyz[0]
    at = float(cord.nearest(entry)[0])
    frame, middle = cord.frames([at]), cord.at(at)[0]
    right, back = float((entry - middle) @ frame.right[0]), float((entry - middle) @ frame.back[0])
    arc = np.arange(at, max(at - up_mm, 0.0), -STEP_MM)
    frames = cord.frames(arc[::-1])
    up = (cord.at(arc[::-1]) + right * frames.right + back * frames.back)[::-1]
    line = Curve.of(_rounded(np.concatenate([root.at(_steps(root.length_mm))[::-1], up[1:]])), root.space)
    fibres = fibres_along(line, round_bundle(radius_mm, count, seed), diameter_um, kind="root")
    return FibreGroup("", _("Dorsal root"), "root", fibres, known.source, known.kind)


def _rounded(points: FloatArray, rounds: int = 6) -> FloatArray:
    """The turn at the entry as a bend of some millimetres; the ends stay."""
    out = points.copy()
    for _round in range(rounds):
        out[1:-1] = (out[:-2] + 2.0 * out[1:-1] + out[2:]) / 4.0
    return out


def _steps(length_mm: float) -> FloatArray:
    return np.linspace(0.0, length_mm, max(int(np.ceil(length_mm / STEP_MM)), 2) + 1)


def _few(offsets: FloatArray) -> FloatArray:
    _few_count(len(offsets))
    return offsets


def _few_count(count: int) -> int:
    if not 1 <= count <= MOST_FIBRES:
        text = _("A bundle has 1 to {most} fibres, not {count}.").format(most=MOST_FIBRES, count=count)
        raise RefusedError(text, code="too-many-fibres")
    return count


def _spread(surface: Surface, count: int, chance: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """(count, 3) places evenly by area, and the unit normals there."""
    a, b, c = (surface.vertices[surface.triangles[:, n]] for n in range(3))
    normal = np.cross(b - a, c - a)
    area = np.linalg.norm(normal, axis=1)
    cumulated = np.cumsum(area) / area.sum()
    which = np.searchsorted(cumulated, (np.arange(count) + chance.random(count)) / count).clip(0, len(area) - 1)
    u, v = np.sqrt(chance.random(count)), chance.random(count)
    place = (1 - u)[:, None] * a[which] + (u * (1 - v))[:, None] * b[which] + (u * v)[:, None] * c[which]
    return place, normal[which] / area[which][:, None]


def _paired(start: FloatArray, end: FloatArray) -> NDArray[np.int64]:
    from scipy.optimize import linear_sum_assignment

    a, b = start - start.mean(axis=0), end - end.mean(axis=0)
    cost = ((a[:, None] - b[None]) ** 2).sum(axis=2)
    return cast(NDArray[np.int64], linear_sum_assignment(cost)[1])


def _bow(start: FloatArray, out: FloatArray, end: FloatArray, into: FloatArray) -> FloatArray:
    """A cubic from start to end; its directions lean half towards the normals that look at each other."""
    straight = end - start
    length = float(np.linalg.norm(straight))
    way = straight / max(length, 1e-9)
    leave, arrive = _leaning(way, out), _leaning(way, into)
    t = np.linspace(0.0, 1.0, max(int(length / STEP_MM), 4) + 1)[:, None]
    h00, h10 = 2 * t**3 - 3 * t**2 + 1, t**3 - 2 * t**2 + t
    h01, h11 = -2 * t**3 + 3 * t**2, t**3 - t**2
    return np.asarray(h00 * start + h10 * length * leave + h01 * end + h11 * length * arrive)


def _leaning(way: FloatArray, normal: FloatArray) -> FloatArray:
    facing = normal if normal @ way >= 0 else -normal
    mixed = way + facing
    return np.asarray(mixed / np.linalg.norm(mixed))
