"""The leads of a description: a model of the catalogue or a shape of its own, and where it lies."""

from dataclasses import dataclass

import numpy as np

from planner.errors import PlannerError
from planner.field import ContactShape, LeadShape, Pose
from planner.field.cubes.bodies import PlacedLead, Route
from planner.field.paddle import FlatContact, PaddleShape
from planner.geometry import Curve
from planner.geometry.arrays import FloatArray
from planner.i18n import _
from planner.leads.path import pinned_anterior
from planner.library.devices import Paddle, device
from planner.steps.described.keys import Keys, refused
from planner.steps.solve_field import lead_shape

SPACE = "described"
"""The one space of a description: its own RAS millimetres, those of its images where there are any."""
SHORTEST_AXIS = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class DescribedLead:
    """``name`` goes before its contacts' labels where there are several leads; ``model`` is empty for an own shape."""

    shape: LeadShape | PaddleShape
    place: Pose | Route
    name: str = ""
    model: str = ""

    @property
    def placed(self) -> PlacedLead:
        return PlacedLead(self.shape, self.place, self.name)

    @property
    def tip_mm(self) -> FloatArray:
        """(3,) of a paddle the centre of its array."""
        return self.place.curve.xyz[0] if isinstance(self.place, Route) else self.place.tip_mm

    def contact_centres_mm(self) -> FloatArray:
        """(contacts, 3) on the middle line, or on a paddle's face."""
        if isinstance(self.shape, PaddleShape):
            assert isinstance(self.place, Pose)
            across = np.cross(self.place.axis, self.place.zero_direction)
            x, y = (np.array([getattr(one, name) for one in self.shape.contacts]) for name in ("x_mm", "y_mm"))
            flat: FloatArray = self.place.tip_mm + x[:, None] * across + y[:, None] * self.place.axis
            return flat
        heights = np.array([(one.bottom_mm + one.high_mm) / 2.0 for one in self.shape.contacts])
        if isinstance(self.place, Route):
            return self.place.curve.at(np.minimum(heights, self.place.curve.length_mm))
        centres: FloatArray = self.place.tip_mm + heights[:, None] * self.place.axis
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
    kind = keys.one_of("model", "shape", "paddle")
    model, shape = "", None
    if kind == "model":
        model = keys.text("model")
        found = device(model).paddle
        shape = lead_shape(device(model)) if found is None else _paddle_of(found)
    else:
        shape = _shape_of(keys.inner("shape")) if kind == "shape" else _own_paddle(keys.inner("paddle"))
    place: Pose | Route
    if keys.one_of("pose", "route") == "pose":
        place = _pose_of(keys.inner("pose"))
    elif isinstance(shape, PaddleShape):
        raise refused(keys.path("route"), _("a paddle is straight: give it a pose."))
    else:
        place = _route_of(keys.inner("route"))
    keys.finish()
    return DescribedLead(shape, place, name, model)


def _paddle_of(found: Paddle) -> PaddleShape:
    contacts = (
        FlatContact(one.label, one.x_mm, one.y_mm, one.width_mm, one.length_mm, one.is_disc) for one in found.contacts
    )
    return PaddleShape(found.width_mm, found.length_mm, found.thickness_mm, tuple(contacts))


def _own_paddle(keys: Keys) -> PaddleShape:
    contacts = []
    for one in keys.many("contacts"):
        x, y, width, length = (one.number(name) for name in ("x_mm", "y_mm", "width_mm", "length_mm"))
        contacts.append(FlatContact(one.text("label"), x, y, width, length, one.flag("is_disc", False)))
        one.finish()
    width, length, thickness = (keys.number(name) for name in ("width_mm", "length_mm", "thickness_mm"))
    keys.finish()
    try:
        return PaddleShape(width, length, thickness, tuple(contacts))
    except PlannerError as error:
        raise refused(keys.where, error.text) from error


def _route_of(keys: Keys) -> Route:
    """From the apex of the tip along the lead's middle line."""
    points = keys.array("points_mm", (None, 3))
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    if len(points) < 2 or steps.min() < SHORTEST_AXIS:
        raise refused(keys.path("points_mm"), _("a route needs two or more places that differ."))
    along = (points[1] - points[0]) / steps[0]
    if keys.has("zero_direction"):
        zero = _across(keys.array("zero_direction", (3,)), along, keys.path("zero_direction"))
    else:
        zero = pinned_anterior(along)
    keys.finish()
    return Route(Curve.of(points, SPACE), zero)


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
