"""A straight lead as the solver sees it: a cylinder with a hemispherical tip and conducting patches, and its pose."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from planner.errors import PlannerError
from planner.geometry import Points
from planner.geometry.arrays import FloatArray, frozen
from planner.i18n import _

TOUCH_TOLERANCE_MM = 1e-6
"""Contacts may touch; they overlap only when they share more than this."""
UNIT_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class ContactShape:
    """A conducting patch from ``low_mm`` to ``high_mm`` above the tip's apex, measured along the axis.

    A segment spans ``width_deg`` around ``centre_deg`` (angles as in :class:`Pose`); a ring has neither.
    ``includes_tip``: the patch also covers the whole tip below ``high_mm``.
    """

    label: str
    low_mm: float
    high_mm: float
    centre_deg: float | None = None
    width_deg: float | None = None
    includes_tip: bool = False

    @property
    def is_ring(self) -> bool:
        return self.width_deg is None

    @property
    def bottom_mm(self) -> float:
        """Where the patch begins: the apex when it includes the tip."""
        return 0.0 if self.includes_tip else self.low_mm


@dataclass(frozen=True, slots=True)
class LeadShape:
    """``contacts`` in any order; everything between and above them is insulating. The tip is a hemisphere.

    Raises PlannerError(code="lead-shape") when a contact lies outside the lead, has no size, or overlaps another.
    """

    diameter_mm: float
    contacts: tuple[ContactShape, ...]

    def __post_init__(self) -> None:
        problems = _shape_problems(self.diameter_mm, self.contacts)
        if problems:
            raise PlannerError(" ".join(problems), code="lead-shape")

    @property
    def radius_mm(self) -> float:
        return self.diameter_mm / 2.0

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(contact.label for contact in self.contacts)

    def area_mm2(self, contact: ContactShape) -> float:
        """Surface of a patch; on the hemisphere a height h also has the area pi d h (Archimedes)."""
        turn = 1.0 if contact.width_deg is None else contact.width_deg / 360.0
        return float(np.pi * self.diameter_mm * (contact.high_mm - contact.bottom_mm) * turn)


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """Where a lead is, RAS mm in ``space``: apex of the tip, ``axis`` (unit, tip → proximal), ``zero_direction``.

    Angle 0 points along ``zero_direction`` (unit, perpendicular to the axis); angles grow right-handed about ``axis``.
    """

    tip_mm: FloatArray
    axis: FloatArray
    zero_direction: FloatArray
    space: str

    @classmethod
    def of(cls, tip_mm: ArrayLike, axis: ArrayLike, zero_direction: ArrayLike, space: str) -> "Pose":
        """Raises ValueError when the directions are not unit length and perpendicular."""
        along, zero = frozen(axis).reshape(3), frozen(zero_direction).reshape(3)
        lengths = (np.linalg.norm(along), np.linalg.norm(zero))
        off = np.abs(np.array([lengths[0] - 1.0, lengths[1] - 1.0, along @ zero], dtype=float))
        if off.max() > UNIT_TOLERANCE:
            raise ValueError("a pose needs two perpendicular unit vectors")
        return cls(frozen(tip_mm).reshape(3), along, zero, space)

    @classmethod
    def upright(cls, space: str = "lead") -> "Pose":
        """Tip at the origin, shaft along +z, angle 0 along +x: the lead's own frame."""
        return cls.of((0, 0, 0), (0, 0, 1), (1, 0, 0), space)

    @property
    def matrix(self) -> FloatArray:
        """(3, 3) columns: zero direction, 90 degree direction, axis."""
        return np.stack([self.zero_direction, np.cross(self.axis, self.zero_direction), self.axis], axis=1)

    def to_lead(self, points: Points) -> FloatArray:
        """(N, 3) in the lead's own frame. Raises SpaceMismatchError."""
        return (points.in_space(self.space) - self.tip_mm) @ self.matrix

    def to_world(self, xyz_lead: FloatArray) -> FloatArray:
        """(N, 3) from the lead's own frame to RAS mm."""
        right, ahead, up = self.matrix.T
        world: FloatArray = self.tip_mm + xyz_lead[:, :1] * right + xyz_lead[:, 1:2] * ahead + xyz_lead[:, 2:] * up
        return world


def _shape_problems(diameter_mm: float, contacts: tuple[ContactShape, ...]) -> list[str]:
    """Every mistake in the description, in words."""
    problems = []
    if not (np.isfinite(diameter_mm) and diameter_mm > 0):
        problems.append(_("The lead needs a diameter above 0 mm."))
    if not contacts:
        problems.append(_("The lead has no contacts."))
    if len({contact.label for contact in contacts}) != len(contacts):
        problems.append(_("Two contacts have the same name."))
    for contact in contacts:
        problems += _contact_problems(contact)
    if not problems:
        problems += _overlaps(contacts)
    return problems


def _contact_problems(contact: ContactShape) -> list[str]:
    if not (np.isfinite([contact.bottom_mm, contact.high_mm]).all() and 0 <= contact.bottom_mm < contact.high_mm):
        return [_("Contact {label} has no length or lies below the tip.").format(label=contact.label)]
    if (contact.width_deg is None) != (contact.centre_deg is None):
        return [_("Contact {label} needs both an angle and a width, or neither.").format(label=contact.label)]
    if contact.width_deg is not None and not 0 < contact.width_deg < 360:
        return [_("Segment {label} must be between 0 and 360 degrees wide.").format(label=contact.label)]
    if contact.includes_tip and not contact.is_ring:
        return [_("Contact {label} covers the tip and cannot be a segment.").format(label=contact.label)]
    return []


def _overlaps(contacts: tuple[ContactShape, ...]) -> list[str]:
    pairs = [(a, b) for n, a in enumerate(contacts) for b in contacts[n + 1 :] if _overlap(a, b)]
    words = _("Contacts {first} and {second} overlap.")
    return [words.format(first=a.label, second=b.label) for a, b in pairs]


def _overlap(a: ContactShape, b: ContactShape) -> bool:
    if min(a.high_mm, b.high_mm) - max(a.bottom_mm, b.bottom_mm) <= TOUCH_TOLERANCE_MM:
        return False
    if a.width_deg is None or b.width_deg is None or a.centre_deg is None or b.centre_deg is None:
        return True
    apart = abs((a.centre_deg - b.centre_deg + 180.0) % 360.0 - 180.0)
    return bool(apart < (a.width_deg + b.width_deg) / 2.0 - TOUCH_TOLERANCE_MM)
