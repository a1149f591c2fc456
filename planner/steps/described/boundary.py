"""Where a described model ends, and what is grounded there."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.field import CaseBall, Domain, LeadShape, Pose
from planner.field.solver import default_domain
from planner.geometry.arrays import FloatArray
from planner.i18n import _
from planner.steps.described.keys import Keys, refused
from planner.steps.described.leads import DescribedLead

IMAGES = 6
"""Image charges are summed up to this many boxes away; the sum is then good to 1e-4 of its value."""
LEAST_MM = 5.0
USUAL_MM = 40.0
"""Ground from the lead where nothing else is said: as in the cases of field_reference.json."""


@dataclass(frozen=True, slots=True, eq=False)
class Boundary:
    """``radius_mm`` around the leads, ``top_mm`` above a lead's tip (None: as far above the contacts as around them).

    ``box_mm`` (2, 3): the box that was asked for, if one was. ``case``: only the boundary within it is grounded.
    """

    radius_mm: float
    top_mm: float | None
    is_grounded: bool
    box_mm: FloatArray | None = None
    case: CaseBall | None = None

    def domain(self, shape: LeadShape) -> Domain:
        """Of the lead-fitted solver."""
        usual = default_domain(shape)
        above = usual.top_mm - usual.radius_mm + self.radius_mm
        return Domain(self.radius_mm, above if self.top_mm is None else self.top_mm)

    def words(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "boundary_radius_mm": self.radius_mm,
            "ground": "boundary" if self.is_grounded else "none",
        }
        if self.box_mm is not None:
            found["box"] = "stands for a rounded boundary whose ground is as far away for a current from the contacts"
        if self.case is not None:
            found["ground"] = "case: the part of the boundary within the sphere"
        return found


def boundary_of(keys: Keys, leads: tuple[DescribedLead, ...]) -> Boundary:
    """``boundary``: radius_mm and top_mm, or box_mm; is_grounded or case. Raises RefusedError(code="field-input")."""
    inner = keys.inner("boundary", is_optional=True)
    is_grounded = inner.flag("is_grounded", True)
    case = _case(inner.inner("case")) if inner.has("case") else None
    if case is not None and not is_grounded:
        raise refused(inner.path("case"), _("a case is a ground: is_grounded must not be false."))
    if inner.has("box_mm"):
        box = inner.array("box_mm", (2, 3))
        radius, top = _radius_of(box, leads, inner.path("box_mm")), None
    else:
        box = None
        radius = inner.number("radius_mm", USUAL_MM, above=LEAST_MM)
        top = _top(inner, leads) if inner.has("top_mm") else None
    inner.finish()
    return Boundary(radius, top, is_grounded, box, case)


def _top(keys: Keys, leads: tuple[DescribedLead, ...]) -> float:
    """Above the tip of one straight lead; elsewhere the boundary is as far above the contacts as around them."""
    top = keys.number("top_mm", above=LEAST_MM)
    shape = leads[0].shape
    if len(leads) != 1 or not isinstance(shape, LeadShape) or not isinstance(leads[0].place, Pose):
        raise refused(keys.path("top_mm"), _("only the model of one straight lead has a top. Give radius_mm alone."))
    if top < max(contact.high_mm for contact in shape.contacts) + LEAST_MM:
        text = _("the model must end at least {least} mm above the highest contact.").format(least=LEAST_MM)
        raise refused(keys.path("top_mm"), text)
    return top


def _case(keys: Keys) -> CaseBall:
    centre, radius = keys.array("centre_mm", (3,)), keys.number("radius_mm", above=0.0)
    keys.finish()
    return CaseBall((float(centre[0]), float(centre[1]), float(centre[2])), radius)


def _radius_of(box: FloatArray, leads: tuple[DescribedLead, ...], path: str) -> float:
    """The half side of the cube whose grounded faces are as far from its middle as the box's from the contacts.

    "As far" in the sense of a point source's potential, which the ground lowers by 1 / (4 pi sigma R): R follows from
    the image charges of the box, and of a cube of half side 1 it is 1.1444 (Madelung's sum of alternating charges).
    """
    low, high = box
    centre = np.concatenate([lead.contact_centres_mm() for lead in leads]).mean(axis=0)
    if (high <= low).any():
        raise refused(path, _("the second corner must lie above the first in all three directions."))
    if (centre - low < LEAST_MM).any() or (high - centre < LEAST_MM).any():
        raise refused(
            path, _("the contacts must lie inside the box, at least {least} mm from it.").format(least=LEAST_MM)
        )
    cube = 1.0 / _lowering(np.full(3, -1.0), np.full(3, 1.0), np.zeros(3))
    return float(1.0 / _lowering(low, high, centre) / cube)


def _lowering(low: FloatArray, high: FloatArray, at: FloatArray) -> float:
    """Sum of the image charges over their distance, per mm; shells are cut where they are neutral (Evjen 1932)."""
    size, steps = high - low, np.arange(-IMAGES, IMAGES + 1)
    own = at - low
    places, charges = [], []
    for axis in range(3):
        even = 2.0 * size[axis] * steps
        odd = even - 2.0 * own[axis]
        edge = np.where(np.abs(steps) == IMAGES, 0.5, 1.0)
        places.append(np.concatenate([even, odd]))
        charges.append(np.concatenate([edge, -edge]))
    x, y, z = np.meshgrid(*places, indexing="ij")
    charge = charges[0][:, None, None] * charges[1][None, :, None] * charges[2][None, None, :]
    distance = np.sqrt(x**2 + y**2 + z**2)
    near = distance > 1e-9
    return float(-(charge[near] / distance[near]).sum())
