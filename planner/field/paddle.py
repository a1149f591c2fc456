"""A paddle lead as the solver sees it: an insulating slab with flat contacts on the face that looks at the nerves."""

from dataclasses import dataclass

import numpy as np

from planner.errors import PlannerError
from planner.i18n import _

TOUCH_TOLERANCE_MM = 1e-6


@dataclass(frozen=True, slots=True)
class FlatContact:
    """Centre in the paddle's frame (x across, y along); ``width_mm`` along x, ``length_mm`` along y.

    A disc has its diameter as both.
    """

    label: str
    x_mm: float
    y_mm: float
    width_mm: float
    length_mm: float
    is_disc: bool = False

    @property
    def area_mm2(self) -> float:
        return self.width_mm * self.length_mm * (np.pi / 4.0 if self.is_disc else 1.0)


@dataclass(frozen=True, slots=True)
class PaddleShape:
    """A slab ``width_mm`` (x) by ``length_mm`` (y) by ``thickness_mm`` (z); contacts on its face towards +z.

    The origin is the centre of the array, on that face; the slab reaches from -thickness to 0. Raises
    PlannerError(code="lead-shape") when a contact lies off the paddle, has no size, or overlaps another.
    """

    width_mm: float
    length_mm: float
    thickness_mm: float
    contacts: tuple[FlatContact, ...]

    def __post_init__(self) -> None:
        problems = _problems(self)
        if problems:
            raise PlannerError(" ".join(problems), code="lead-shape")

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(contact.label for contact in self.contacts)


def _problems(paddle: PaddleShape) -> list[str]:
    """Every mistake in the description, in words."""
    sizes = (paddle.width_mm, paddle.length_mm, paddle.thickness_mm)
    if not all(np.isfinite(size) and size > 0 for size in sizes):
        return [_("The paddle needs a width, a length and a thickness above 0 mm.")]
    if not paddle.contacts:
        return [_("The lead has no contacts.")]
    problems = []
    if len(set(paddle.labels)) != len(paddle.labels):
        problems.append(_("Two contacts have the same name."))
    for contact in paddle.contacts:
        problems += _contact_problems(contact, paddle)
    if problems:
        return problems
    pairs = [(a, b) for n, a in enumerate(paddle.contacts) for b in paddle.contacts[n + 1 :] if _overlap(a, b)]
    words = _("Contacts {first} and {second} overlap.")
    return [words.format(first=a.label, second=b.label) for a, b in pairs]


def _contact_problems(contact: FlatContact, paddle: PaddleShape) -> list[str]:
    values = (contact.x_mm, contact.y_mm, contact.width_mm, contact.length_mm)
    if not (np.isfinite(values).all() and contact.width_mm > 0 and contact.length_mm > 0):
        return [_("Contact {label} has no size.").format(label=contact.label)]
    over_x = abs(contact.x_mm) + contact.width_mm / 2.0 - paddle.width_mm / 2.0
    over_y = abs(contact.y_mm) + contact.length_mm / 2.0 - paddle.length_mm / 2.0
    if max(over_x, over_y) > TOUCH_TOLERANCE_MM:
        return [_("Contact {label} reaches beyond the paddle.").format(label=contact.label)]
    return []


def _overlap(a: FlatContact, b: FlatContact) -> bool:
    if a.is_disc and b.is_disc:
        away = float(np.hypot(a.x_mm - b.x_mm, a.y_mm - b.y_mm))
        return away < (a.width_mm + b.width_mm) / 2.0 - TOUCH_TOLERANCE_MM
    across = abs(a.x_mm - b.x_mm) < (a.width_mm + b.width_mm) / 2.0 - TOUCH_TOLERANCE_MM
    return across and abs(a.y_mm - b.y_mm) < (a.length_mm + b.length_mm) / 2.0 - TOUCH_TOLERANCE_MM
