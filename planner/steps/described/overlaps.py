"""Leads may touch and cross; metal of two leads at one place has no meaning."""

from itertools import combinations

import numpy as np

from planner.errors import PlannerError
from planner.field import LeadShape
from planner.field.cubes.bodies import Route
from planner.geometry.arrays import FloatArray
from planner.i18n import _
from planner.steps.described.leads import DescribedLead

STEP_MM = 0.2
TOUCH_MM = 0.01


def check_overlaps(leads: tuple[DescribedLead, ...]) -> None:
    """Raises PlannerError(code="overlapping-leads") naming two contacts of round leads that share a place."""
    round_leads = [lead for lead in leads if isinstance(lead.shape, LeadShape)]
    for one, other in combinations(round_leads, 2):
        reach = _radius_mm(one) + _radius_mm(other) - TOUCH_MM
        for first, first_line in _contact_lines(one).items():
            for second, second_line in _contact_lines(other).items():
                apart = np.linalg.norm(first_line[:, None] - second_line[None, :], axis=2).min()
                if apart < reach:
                    text = _("Contact {first} and contact {second} overlap. Move one of the leads.")
                    names = {"first": f"{one.name}:{first}", "second": f"{other.name}:{second}"}
                    raise PlannerError(text.format(**names), code="overlapping-leads")


def _radius_mm(lead: DescribedLead) -> float:
    assert isinstance(lead.shape, LeadShape)
    return lead.shape.radius_mm


def _contact_lines(lead: DescribedLead) -> dict[str, FloatArray]:
    """(N, 3) places on the lead's middle line, by contact."""
    assert isinstance(lead.shape, LeadShape)
    lines: dict[str, FloatArray] = {}
    for contact in lead.shape.contacts:
        count = max(int(np.ceil((contact.high_mm - contact.bottom_mm) / STEP_MM)), 1)
        heights = np.linspace(contact.bottom_mm, contact.high_mm, count + 1)
        if isinstance(lead.place, Route):
            lines[contact.label] = lead.place.curve.at(np.minimum(heights, lead.place.curve.length_mm))
        else:
            lines[contact.label] = lead.place.tip_mm + heights[:, None] * lead.place.axis
    return lines
