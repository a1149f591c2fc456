"""Leads where they lie, and their description for the kernels, in the frame of the cubes."""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from planner.errors import PlannerError, SpaceMismatchError
from planner.field.grid import arc_of_height
from planner.field.lead import ContactShape, LeadShape, Pose
from planner.field.paddle import FlatContact, PaddleShape
from planner.geometry import Curve
from planner.geometry.arrays import FloatArray, frozen
from planner.i18n import _

RING, SEGMENT, RECTANGLE, DISC = 0, 1, 2, 3
STRAIGHT_WITHIN_MM = 0.01
"""A curve is replaced by straight pieces that lie this close to it: a fifth of the finest cubes at a contact."""
PIECE_MM = 0.5
OFF_MM = 0.0123
"""Contacts often end at whole twentieths of a millimetre: the cubes' faces stay clear of these, where the share of a
contact in a face would jump."""


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """Where a flexible lead lies: ``curve`` from the apex of its tip along its middle line.

    Angle 0 points along ``zero_direction`` at the tip and is carried along without twist.
    """

    curve: Curve
    zero_direction: FloatArray

    @property
    def space(self) -> str:
        return self.curve.space


@dataclass(frozen=True, slots=True, eq=False)
class PlacedLead:
    """A lead at its place. ``name`` goes before its contacts' labels where there are several leads.

    A paddle lies at a Pose: its array's centre, +y of its own frame along ``axis``, its contacts facing
    ``zero_direction``.
    """

    shape: LeadShape | PaddleShape
    place: Pose | Route
    name: str = ""

    def __post_init__(self) -> None:
        if isinstance(self.shape, PaddleShape) and isinstance(self.place, Route):
            raise PlannerError(_("A paddle cannot follow a curve."), code="lead-shape")

    @property
    def labels(self) -> tuple[str, ...]:
        before = f"{self.name}:" if self.name else ""
        return tuple(before + label for label in self.shape.labels)


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """The cubes' own frame: columns of ``turn`` (3, 3) are its axes in RAS, ``origin_mm`` its zero."""

    origin_mm: FloatArray
    turn: FloatArray
    space: str

    def to_local(self, xyz_mm: FloatArray) -> FloatArray:
        """(N, 3)."""
        x, y, z = (xyz_mm - self.origin_mm).T
        return np.stack([x * a + y * b + z * c for a, b, c in self.turn.T], axis=1)

    def to_world(self, local_mm: FloatArray) -> FloatArray:
        x, y, z = local_mm.T  # by columns: a product this small would wake the second thread of the library
        return np.stack(
            [x * a + y * b + z * c + o for (a, b, c), o in zip(self.turn, self.origin_mm, strict=True)], axis=1
        )


@dataclass(frozen=True, slots=True, eq=False)
class Bodies:
    """Tables of :mod:`body_kernels`; ``starts`` the first segment of each round lead, and their end.

    ``array`` (K, 7): straight pieces that run along the contacts: start, unit direction, length.
    """

    segments: FloatArray = field(repr=False)
    starts: NDArray[np.int64] = field(repr=False)
    slabs: FloatArray = field(repr=False)
    patches: FloatArray = field(repr=False)
    labels: tuple[str, ...]
    array: FloatArray = field(repr=False)

    @property
    def tables(self) -> tuple[FloatArray, NDArray[np.int64], FloatArray, FloatArray]:
        """As the kernels take them."""
        return self.segments, self.starts, self.slabs, self.patches


def frame_of(leads: tuple[PlacedLead, ...]) -> Frame:
    """Aligned with the first lead: a paddle's face, or a round lead's shaft at its tip, along the third axis.

    Raises SpaceMismatchError when the leads lie in different spaces.
    """
    spaces = {lead.place.space for lead in leads}
    if len(spaces) != 1:
        raise SpaceMismatchError(f"the leads lie in different spaces: {', '.join(sorted(spaces))}")
    first = leads[0]
    if isinstance(first.place, Pose):
        along, zero = first.place.axis, first.place.zero_direction
        origin = first.place.tip_mm
    else:
        path = _path(first)
        origin, along = path[0], _unit(path[-1] - path[0])
        zero = _across(first.place.zero_direction, along)
    if isinstance(first.shape, PaddleShape):
        turn, beside = np.stack([np.cross(along, zero), along, zero], axis=1), np.array([OFF_MM, OFF_MM, 0.0])
    else:
        turn, beside = np.stack([zero, np.cross(along, zero), along], axis=1), np.array([0.0, 0.0, OFF_MM])
    return Frame(frozen(origin + turn @ beside), frozen(turn), spaces.pop())


def bodies_of(leads: tuple[PlacedLead, ...], conductors: tuple[str, ...], frame: Frame, reach_mm: float) -> Bodies:
    """``conductors`` in the order that numbers them; a straight shaft ends ``reach_mm`` above its contacts."""
    segments: list[FloatArray] = []
    starts, slabs, array = [0], [], []
    patches: dict[str, list[float]] = {}
    for number, lead in enumerate(leads):
        shape = lead.shape
        if isinstance(shape, PaddleShape):
            assert isinstance(lead.place, Pose)
            slabs.append(_slab(shape, lead.place, number, frame))
            array.append(_paddle_array(shape, lead.place, frame))
            for contact, label in zip(shape.contacts, lead.labels, strict=True):
                patches[label] = _flat_patch(contact, number)
            continue
        path = frame.to_local(_path(lead, reach_mm))
        pieces = _segments(path, shape.radius_mm, number, _local_zero(lead, frame))
        segments.append(pieces)
        starts.append(starts[-1] + len(pieces))
        array.append(_round_array(path, shape))
        for ring, label in zip(shape.contacts, lead.labels, strict=True):
            patches[label] = _round_patch(ring, shape.radius_mm, number)
    return Bodies(
        np.concatenate(segments) if segments else np.zeros((0, 16)),
        np.array(starts, dtype=np.int64),
        np.array(slabs).reshape(-1, 16),
        np.array([patches[label] for label in conductors]).reshape(-1, 8),
        conductors,
        np.concatenate(array),
    )


def _unit(vector: FloatArray) -> FloatArray:
    return vector / np.linalg.norm(vector)


def _across(vector: FloatArray, along: FloatArray) -> FloatArray:
    """``vector`` made perpendicular to ``along``; any direction when they are parallel."""
    across = np.asarray(vector, dtype=float) - (vector @ along) * along
    if np.linalg.norm(across) < 1e-6:
        across = np.cross(along, np.eye(3)[int(np.abs(along).argmin())])
    return _unit(across)


def _path(lead: PlacedLead, reach_mm: float = 0.0) -> FloatArray:
    """(N, 3) RAS: the middle line from the tip's centre on. A route ends where its curve does."""
    shape, place = lead.shape, lead.place
    assert isinstance(shape, LeadShape)
    top = max(contact.high_mm for contact in shape.contacts)
    if isinstance(place, Pose):
        ends = np.array([[shape.radius_mm], [top + max(reach_mm, shape.diameter_mm)]])
        return place.tip_mm + ends * place.axis
    length = place.curve.length_mm
    if length < top:
        text = _("The path of the lead is shorter than its contacts. Make it at least {length} mm long.")
        raise PlannerError(text.format(length=f"{top:.1f}"), code="path-too-short")
    count = max(int(np.ceil((length - shape.radius_mm) / PIECE_MM)), 1)
    return _simplified(place.curve.at(np.linspace(shape.radius_mm, length, count + 1)))


def _simplified(points: FloatArray) -> FloatArray:
    """Without the points that lie on the straight line between those kept (Douglas and Peucker 1973)."""
    keep = np.zeros(len(points), dtype=bool)
    keep[[0, -1]] = True
    waiting = [(0, len(points) - 1)]
    while waiting:
        low, high = waiting.pop()
        if high - low < 2:
            continue
        along = _unit(points[high] - points[low])
        inner = points[low + 1 : high] - points[low]
        away = np.linalg.norm(inner - (inner @ along)[:, None] * along, axis=1)
        if away.max() > STRAIGHT_WITHIN_MM:
            middle = low + 1 + int(away.argmax())
            keep[middle] = True
            waiting += [(low, middle), (middle, high)]
    return points[keep]


def _local_zero(lead: PlacedLead, frame: Frame) -> FloatArray:
    return np.asarray(lead.place.zero_direction, dtype=float) @ frame.turn


def _segments(path: FloatArray, radius_mm: float, number: int, zero: FloatArray) -> FloatArray:
    rows, arc = [], radius_mm * np.pi / 2.0
    for place, (start, end) in enumerate(pairwise(path)):
        length = float(np.linalg.norm(end - start))
        along = (end - start) / length
        zero = _across(zero, along)
        ends = (float(place == 0), float(place == len(path) - 2))
        rows.append([*start, *along, length, radius_mm, arc, *ends, float(number), *zero, 0.0])
        arc += length
    return np.array(rows)


def _round_array(path: FloatArray, shape: LeadShape) -> FloatArray:
    """Pieces of the middle line beside the contacts."""
    steps = np.linalg.norm(np.diff(path, axis=0), axis=1)
    heights = shape.radius_mm + np.concatenate([[0.0], np.cumsum(steps)])
    low = max(min(contact.bottom_mm for contact in shape.contacts), shape.radius_mm)
    high = max(max(contact.high_mm for contact in shape.contacts), low + 1e-3)
    inner = heights[(heights > low) & (heights < high)]
    wanted = np.concatenate([[low], inner, [high]])
    points = np.stack([np.interp(wanted, heights, path[:, axis]) for axis in range(3)], axis=1)
    return _pieces(points)


def _paddle_array(shape: PaddleShape, pose: Pose, frame: Frame) -> FloatArray:
    """The paddle's middle line beside its contacts."""
    ends = [contact.y_mm + sign * contact.length_mm / 2.0 for contact in shape.contacts for sign in (-1, 1)]
    points = pose.tip_mm + np.array([[min(ends)], [max(ends)]]) * pose.axis
    return _pieces(frame.to_local(points))


def _pieces(points: FloatArray) -> FloatArray:
    steps = np.diff(points, axis=0)
    lengths = np.maximum(np.linalg.norm(steps, axis=1), 1e-9)
    return np.concatenate([points[:-1], steps / lengths[:, None], lengths[:, None]], axis=1)


def _slab(shape: PaddleShape, pose: Pose, number: int, frame: Frame) -> FloatArray:
    axes = np.stack([np.cross(pose.axis, pose.zero_direction), pose.axis, pose.zero_direction]) @ frame.turn
    centre = frame.to_local(pose.tip_mm[None, :])[0] - axes[2] * shape.thickness_mm / 2.0
    half = (shape.width_mm / 2.0, shape.length_mm / 2.0, shape.thickness_mm / 2.0)
    return np.array([*centre, *axes.ravel(), *half, float(number)])


def _flat_patch(contact: FlatContact, number: int) -> list[float]:
    kind, half = (DISC if contact.is_disc else RECTANGLE), contact.width_mm / 2.0
    return [number, kind, contact.x_mm, contact.y_mm, half, contact.length_mm / 2.0, 0.0, 0.0]


def _round_patch(contact: ContactShape, radius_mm: float, number: int) -> list[float]:
    low = -1e3 if contact.includes_tip else arc_of_height(radius_mm, contact.low_mm)
    high = arc_of_height(radius_mm, contact.high_mm)
    if contact.centre_deg is None or contact.width_deg is None:
        return [number, RING, low, high, 0.0, 0.0, 0.0, 0.0]
    return [number, SEGMENT, low, high, np.radians(contact.centre_deg), np.radians(contact.width_deg) / 2.0, 0.0, 0.0]
