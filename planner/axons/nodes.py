"""Where the nodes of a fibre are, and the potential there.

Only the potential at the nodes matters: in between it may be taken as a straight line (thresholds move by 0.02 to
0.45 %, measured). So the field is read at the nodes, on a smooth curve through the fibre's points.

A line that is merely cut by an image's edge is no nerve ending: excitation there would be an artefact (thresholds of
such ends are 21 to 35 % too low). Its cut ends are therefore continued, in one of two ways, and the result says which.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from planner.axons.fibres import Fibre
from planner.errors import RefusedError
from planner.geometry.arrays import FloatArray
from planner.geometry.curve import Curve
from planner.i18n import _

LEAST_NODES = 3
MOST_NODES = 4000
MOST_ADDED_NODES = 60

EndTreatment = Literal["as-is", "straight", "tapered"]
"""``as-is``: the fibre stops where the line does. ``straight``: it goes on straight and the field is read there too.
``tapered``: the potential goes on with a slope that fades to nothing, so that the cut itself excites nothing."""

ADDED_NODES = 10
"""Each cut end is continued by this many nodes: a spike that starts there counts as one from the end."""


class Potential(Protocol):
    """mV per mA of the pattern at (N, 3) RAS mm; NaN where there is none. ``in_lead`` tells why it is NaN."""

    def at(self, xyz_mm: FloatArray) -> FloatArray: ...

    def in_lead(self, xyz_mm: FloatArray) -> NDArray[np.bool_]: ...


@dataclass(frozen=True, slots=True)
class Placing:
    """Where nodes lie: ``abreast_of`` (RAS mm) has a node beside it, or the middle of an internode when
    ``is_mid_internode``; without it the first node is ``phase`` (0 to 1) of an internode from the beginning."""

    abreast_of: tuple[float, float, float] | None = None
    is_mid_internode: bool = False
    phase: float = 0.0
    ends: EndTreatment = "straight"


@dataclass(frozen=True, slots=True, eq=False)
class NodeRow:
    """The nodes of one fibre in order. ``xyz_mm`` (N, 3), ``arc_mm`` (N,) from the fibre's beginning (negative on the
    part added before it), ``is_added`` (N,) true on the parts the line does not have."""

    xyz_mm: FloatArray
    arc_mm: FloatArray
    is_added: NDArray[np.bool_]
    treatment: EndTreatment

    def __len__(self) -> int:
        return len(self.arc_mm)

    def between(self, fibre: Fibre, shares: FloatArray) -> FloatArray:
        """(N - 1, len(shares), 3) RAS mm: places on the fibre between neighbouring nodes, as shares of the way."""
        arc = self.arc_mm[:-1, None] + shares[None, :] * np.diff(self.arc_mm)[:, None]
        return _Smooth.through(fibre.curve).at(arc.ravel()).reshape(*arc.shape, 3)


def place_nodes(fibre: Fibre, internode_mm: float, placing: Placing) -> NodeRow:
    """Raises RefusedError: "fibre-short" (fewer than three nodes), "fibre-long"."""
    line = _Smooth.through(fibre.curve)
    first = _first_node(line, internode_mm, placing)
    count = int(np.floor((line.length_mm - first) / internode_mm + 1e-9)) + 1
    if count < LEAST_NODES:
        text = _(
            "{name} is too short: {length} mm is {count} nodes of {internode} mm apart, at least three are needed."
        )
        raise RefusedError(
            text.format(
                name=fibre.name or _("A fibre"),
                length=round(line.length_mm, 2),
                count=max(count, 0),
                internode=round(internode_mm, 3),
            ),
            code="fibre-short",
        )
    if count > MOST_NODES:
        text = _("{name} has {count} nodes; the most is {most}. Cut it to the part that matters.")
        words = text.format(name=fibre.name or _("A fibre"), count=count, most=MOST_NODES)
        raise RefusedError(words, code="fibre-long")
    arc: FloatArray = first + internode_mm * np.arange(count, dtype=np.float64)
    if placing.ends == "as-is":
        return NodeRow(line.at(arc), arc, np.zeros(count, dtype=bool), "as-is")
    added = internode_mm * np.arange(1, ADDED_NODES + 1)
    before = arc[0] - added[::-1] if fibre.ends[0] == "cut" else np.zeros(0)
    after = arc[-1] + added if fibre.ends[1] == "cut" else np.zeros(0)
    whole = np.concatenate([before, arc, after])
    is_added = np.ones(len(whole), dtype=bool)
    is_added[len(before) : len(before) + count] = False
    return NodeRow(line.at(whole), whole, is_added, placing.ends)


def node_potentials(rows: Sequence[NodeRow], potential: Potential, names: Sequence[str] = ()) -> list[FloatArray]:
    """mV per mA at the nodes of each fibre, (N,) each; the field is read once for all.

    Added nodes without a field (outside its model) are tapered. Raises RefusedError: "fibre-in-lead",
    "fibre-outside-field" when a node of the fibre itself has no field.
    """
    if not rows:
        return []
    everything = np.concatenate([row.xyz_mm for row in rows])
    values = potential.at(everything)
    found: list[FloatArray] = []
    start = 0
    for number, row in enumerate(rows):
        part = values[start : start + len(row)].astype(np.float64)
        start += len(row)
        own = ~row.is_added
        if not np.isfinite(part[own]).all():
            _refuse(row, part, potential, names[number] if names else "")
        part[row.is_added & (row.treatment == "tapered")] = np.nan
        found.append(continued(part))
    return found


LOOK_EVERY_MM = 0.25
"""A fibre is looked at this often for whether it runs through a lead (1.3 mm thick): nodes alone may step over it."""


def through_lead(rows: Sequence[NodeRow], potential: Potential) -> NDArray[np.bool_]:
    """(fibres,) whether the fibre itself, not what was added to it, runs through a lead."""
    if not rows:
        return np.zeros(0, dtype=bool)
    looked = [_between(row.xyz_mm[~row.is_added]) for row in rows]
    inside = potential.in_lead(np.concatenate(looked))
    starts = np.concatenate([[0], np.cumsum([len(one) for one in looked])[:-1]])
    return np.asarray(np.logical_or.reduceat(inside, starts))


def _between(xyz_mm: FloatArray) -> FloatArray:
    """The nodes and places between them, straight, at most LOOK_EVERY_MM apart."""
    step = float(np.linalg.norm(xyz_mm[1] - xyz_mm[0]))
    count = max(int(np.ceil(step / LOOK_EVERY_MM)), 1)
    shares = np.arange(count)[None, :, None] / count
    inner = (xyz_mm[:-1, None] * (1.0 - shares) + xyz_mm[1:, None] * shares).reshape(-1, 3)
    return np.concatenate([inner, xyz_mm[-1:]])


def known_nodes(rows: Sequence[NodeRow], potential: Potential) -> list[NDArray[np.bool_]]:
    """Of each fibre, (N,) whether a node is its own and has a field; the field is read once for all."""
    if not rows:
        return []
    known = np.isfinite(potential.at(np.concatenate([row.xyz_mm for row in rows])))
    parts = np.split(known, np.cumsum([len(row) for row in rows])[:-1])
    return [part & ~row.is_added for part, row in zip(parts, rows, strict=True)]


def inside_model(row: NodeRow, known: NDArray[np.bool_]) -> NodeRow | None:
    """The longest run of ``known`` nodes, continued with tapered ends where it was cut; None when fewer than three are
    known. A fibre that meets a lead is not mended here: see :func:`through_lead`."""
    low, high = _longest_run(known)
    if high - low < LEAST_NODES:
        return None
    own = np.flatnonzero(~row.is_added)
    if low == own[0] and high == own[-1] + 1:
        return row
    step = float(row.arc_mm[1] - row.arc_mm[0])
    before = [] if low == own[0] and low == 0 else list(row.arc_mm[low] - step * np.arange(ADDED_NODES, 0, -1))
    after = [] if high == len(row) else list(row.arc_mm[high - 1] + step * np.arange(1, ADDED_NODES + 1))
    arc = np.concatenate([before, row.arc_mm[low:high], after])
    is_added = np.ones(len(arc), dtype=bool)
    is_added[len(before) : len(before) + high - low] = False
    middle = row.xyz_mm[low:high]
    ahead, behind = middle[0] - middle[1], middle[-1] - middle[-2]
    xyz = np.concatenate(
        [
            middle[0] + np.arange(len(before), 0, -1)[:, None] * ahead,
            middle,
            middle[-1] + np.arange(1, len(after) + 1)[:, None] * behind,
        ]
    )
    return NodeRow(xyz, arc, is_added, "tapered")


def _longest_run(flags: NDArray[np.bool_]) -> tuple[int, int]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    if not len(edges):
        return 0, 0
    starts, stops = edges[::2], edges[1::2]
    best = int((stops - starts).argmax())
    return int(starts[best]), int(stops[best])


def _refuse(row: NodeRow, part: FloatArray, potential: Potential, name: str) -> None:
    own = ~row.is_added
    missing = row.xyz_mm[own & ~np.isfinite(part)]
    label = name or _("A fibre")
    if potential.in_lead(missing).any():
        text = _("{name} runs through the lead: there is no field inside it. Move the fibre or leave it out.")
        raise RefusedError(text.format(name=label), code="fibre-in-lead")
    text = _("{name} leaves the part of the tissue in which the field is known. Shorten it.")
    raise RefusedError(text.format(name=label), code="fibre-outside-field")


def continued(values: FloatArray) -> FloatArray:
    """Unknown values at the two ends, continued with the last known slope that fades linearly to nothing."""
    known = np.flatnonzero(np.isfinite(values))
    first, last = int(known[0]), int(known[-1])
    out = values.copy()
    for step, edge, stop in ((1, last, len(values) - 1), (-1, first, 0)):
        count = abs(stop - edge)
        if count:
            slope = out[edge] - out[edge - step]
            fading = slope * (1.0 - np.arange(1, count + 1) / (count + 1.0))
            beyond = edge + step * np.arange(1, count + 1)
            out[beyond] = out[edge] + np.cumsum(fading)
    return out


def _first_node(line: "_Smooth", internode_mm: float, placing: Placing) -> float:
    if placing.abreast_of is None:
        return float(placing.phase % 1.0) * internode_mm
    beside = line.nearest(placing.abreast_of)
    if placing.is_mid_internode:
        beside -= internode_mm / 2.0
    return float(beside % internode_mm)


FINER = 8
"""Places a piece of the spline is measured at, so that lengths along it are right to a thousandth."""


def natural_spline(at: FloatArray, values: FloatArray, finer: int) -> FloatArray:
    """((N - 1) finer + 1, D) the natural cubic spline through (N, D) ``values`` at rising (N,) ``at``, each piece at
    ``finer`` places from its beginning on, and the last value. For one line some ten times quicker than SciPy's."""
    from scipy.linalg import solve_banded

    step = np.diff(at)
    slope = np.diff(values, axis=0) / step[:, None]
    bend = np.zeros_like(values)
    banded = np.zeros((3, len(at) - 2))
    banded[0, 1:], banded[1], banded[2, :-1] = step[1:-1], 2.0 * (step[:-1] + step[1:]), step[1:-1]
    bend[1:-1] = solve_banded((1, 1), banded, 6.0 * np.diff(slope, axis=0), check_finite=False)
    share = (np.arange(finer) / finer)[None, :, None]
    rest, square = 1.0 - share, (step[:, None, None] ** 2) / 6.0
    low, high = values[:-1, None], values[1:, None]
    pieces = rest * low + share * high
    pieces = pieces + square * ((rest**3 - rest) * bend[:-1, None] + (share**3 - share) * bend[1:, None])
    return np.concatenate([pieces.reshape(-1, values.shape[1]), values[-1:]])


@dataclass(frozen=True, slots=True, eq=False)
class _Smooth:
    """A cubic spline through a curve's points, by its own length; straight where there are only two points."""

    arc_mm: FloatArray
    xyz_mm: FloatArray

    @classmethod
    def through(cls, curve: Curve) -> "_Smooth":
        if len(curve.xyz) == 2:
            return cls(curve.arc_mm, curve.xyz)
        points = natural_spline(curve.arc_mm, curve.xyz, FINER)
        steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
        return cls(np.concatenate([[0.0], np.cumsum(steps)]), points)

    @property
    def length_mm(self) -> float:
        return float(self.arc_mm[-1])

    def at(self, arc_mm: ArrayLike) -> FloatArray:
        """(M, 3); straight on beyond the ends."""
        return Curve(self.xyz_mm, "").at(arc_mm)

    def nearest(self, place_mm: Sequence[float]) -> float:
        """Length from the beginning to the point nearest to ``place_mm``."""
        start, step = self.xyz_mm[:-1], np.diff(self.xyz_mm, axis=0)
        share = np.einsum("ij,ij->i", np.asarray(place_mm) - start, step) / np.einsum("ij,ij->i", step, step)
        share = np.clip(share, 0.0, 1.0)
        distance = np.linalg.norm(start + share[:, None] * step - np.asarray(place_mm), axis=1)
        best = int(distance.argmin())
        return float(self.arc_mm[best] + share[best] * (self.arc_mm[best + 1] - self.arc_mm[best]))
