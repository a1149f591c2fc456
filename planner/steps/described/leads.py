"""The leads of a description: a model of the catalogue or a shape of its own, and where it lies."""

from dataclasses import dataclass

import numpy as np

from planner.errors import PlannerError
from planner.field import ContactShape, LeadShape, Pose
from planner.geometry.arrays import FloatArray
from planner.i18n import _
from planner.leads.path import pinned_anterior
from planner.library.devices import device
from planner.steps.described.keys import Keys, refused
from planner.steps.solve_field import lead_shape

SPACE = "described"
"""The one space of a description: its own RAS millimetres, those of its images where there are any."""
SHORTEST_AXIS = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class DescribedLead:
    """``name`` goes before its contacts' labels where there are several leads; ``model`` is empty for an own shape."""

    shape: LeadShape
    pose: Pose
    name: str = ""
    model: str = ""

    def contact_centres_mm(self) -> FloatArray:
        """(contacts, 3) on the axis."""
        heights = np.array([(one.bottom_mm + one.high_mm) / 2.0 for one in self.shape.contacts])
        centres: FloatArray = self.pose.tip_mm + heights[:, None] * self.pose.axis
        return centres


def leads_of(keys: Keys) -> tuple[DescribedLead, ...]:
    """``lead``, or ``leads`` with a name each. Raises RefusedError(code="field-input"), PlannerError("lead-shape")."""
    if keys.one_of("lead", "leads") == "lead":
        return (_lead_of(keys.inner("lead"), ""),)
    found = []
    for one in keys.many("leads"):
        found.append(_lead_of(one, one.text("name")))
    if not found:
        raise refused(keys.path("leads"), _("there is no lead."))
    names = [lead.name for lead in found]
    if len(set(names)) != len(names) or "" in names:
        raise refused(keys.path("leads"), _("every lead needs a name of its own."))
    return tuple(found)


def _lead_of(keys: Keys, name: str) -> DescribedLead:
    if keys.one_of("model", "shape") == "model":
        model = keys.text("model")
        shape = lead_shape(device(model))
    else:
        model, shape = "", _shape_of(keys.inner("shape"))
    pose = _pose_of(keys.inner("pose"))
    keys.finish()
    return DescribedLead(shape, pose, name, model)


def _shape_of(keys: Keys) -> LeadShape:
    contacts = []
    for one in keys.many("contacts"):
        is_segment = one.has("centre_deg") or one.has("width_deg")
        contacts.append(
            ContactShape(
                label=one.text("label"),
                low_mm=one.number("low_mm", 0.0 if one.has("includes_tip") else None),
                high_mm=one.number("high_mm"),
                centre_deg=one.number("centre_deg") if is_segment else None,
                width_deg=one.number("width_deg") if is_segment else None,
                includes_tip=one.flag("includes_tip", False),
            )
        )
        one.finish()
    diameter_mm = keys.number("diameter_mm")
    keys.finish()
    try:
        return LeadShape(diameter_mm, tuple(contacts))
    except PlannerError as error:
        raise refused(keys.where, error.text) from error


def _pose_of(keys: Keys) -> Pose:
    tip, axis = keys.array("tip_mm", (3,), [0, 0, 0]), keys.array("axis", (3,), [0, 0, 1])
    length = float(np.linalg.norm(axis))
    if length < SHORTEST_AXIS:
        raise refused(keys.path("axis"), _("the direction from the tip to the shaft has no length."))
    axis = axis / length
    if keys.has("zero_direction"):
        zero = _across(keys.array("zero_direction", (3,)), axis, keys.path("zero_direction"))
    else:
        zero = pinned_anterior(axis)
    roll = np.radians(keys.number("roll_deg", 0.0))
    keys.finish()
    turned = np.cos(roll) * zero + np.sin(roll) * np.cross(axis, zero)
    return Pose.of(tip, axis, turned, SPACE)


def _across(direction: FloatArray, axis: FloatArray, path: str) -> FloatArray:
    across = direction - (direction @ axis) * axis
    length = float(np.linalg.norm(across))
    if length < 1e-6 * max(float(np.linalg.norm(direction)), SHORTEST_AXIS):
        raise refused(path, _("the zero direction must not run along the lead."))
    unit: FloatArray = across / length
    return unit
