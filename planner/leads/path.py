"""Straight leads: where tip, contacts and segments are, from the facts of a :class:`Lead`. RAS mm in the lead's space.

Turning sense. Angles around the shaft are right-handed about ``axis`` (tip → entry), that is counter-clockwise seen
from the proximal end by someone who looks down the lead. 0 is the lead's zero direction: the patient's anterior (+y of
the planning image) made perpendicular to the shaft and then turned by ``rotation_deg`` in the same sense.
"""

from dataclasses import dataclass

import numpy as np

from planner.case.model import Lead, Vector
from planner.errors import RefusedError
from planner.geometry import Curve
from planner.geometry.arrays import FloatArray, frozen
from planner.i18n import _
from planner.library.devices import Contact, Device

PARALLEL_SINE = 0.05
"""A shaft within about 3 degrees of the anterior axis has no usable anterior side; superior takes its place there."""

SHORTEST_PATH_MM = 1.0
"""Entry and target nearer than this give no direction."""

ANTERIOR = (0.0, 1.0, 0.0)
SUPERIOR = (0.0, 0.0, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class LeadFrame:
    """``tip_mm`` (3,); ``axis`` unit, tip → entry; ``zero_direction`` unit, perpendicular to it. In ``space``."""

    tip_mm: FloatArray
    axis: FloatArray
    zero_direction: FloatArray
    space: str

    @property
    def quarter_direction(self) -> FloatArray:
        """(3,) the direction at 90 degrees; zero, quarter and axis are right-handed."""
        return np.cross(self.axis, self.zero_direction)

    def direction(self, angle_deg: float) -> FloatArray:
        """(3,) unit vector away from the shaft at ``angle_deg`` from the lead's zero direction."""
        angle = np.radians(angle_deg)
        turned: FloatArray = np.cos(angle) * self.zero_direction + np.sin(angle) * self.quarter_direction
        return turned

    def at(self, height_mm: float, radius_mm: float = 0.0, angle_deg: float = 0.0) -> FloatArray:
        """(3,) the point ``height_mm`` above the tip, ``radius_mm`` off the axis."""
        point: FloatArray = self.tip_mm + height_mm * self.axis + radius_mm * self.direction(angle_deg)
        return point

    def matrix(self) -> FloatArray:
        """(4, 4) from the lead's own millimetres (zero, quarter, along the shaft; origin at the tip) to RAS mm."""
        matrix = np.eye(4)
        matrix[:3, :3] = np.column_stack([self.zero_direction, self.quarter_direction, self.axis])
        matrix[:3, 3] = self.tip_mm
        return matrix


def path_axis(entry: Vector, target: Vector) -> FloatArray:
    """(3,) unit vector target → entry. Raises RefusedError(code="path-too-short")."""
    step = np.asarray(entry, dtype=float) - np.asarray(target, dtype=float)
    length = float(np.linalg.norm(step))
    if not length >= SHORTEST_PATH_MM:
        text = _("Entry and target are at the same place. Set the entry again.")
        raise RefusedError(text, code="path-too-short")
    return frozen(step / length)


def pinned_anterior(axis: FloatArray) -> FloatArray:
    """(3,) the patient's anterior, made perpendicular to ``axis``; superior where the shaft itself runs along it."""
    wanted = np.array(ANTERIOR)
    if float(np.linalg.norm(np.cross(axis, wanted))) < PARALLEL_SINE:
        wanted = np.array(SUPERIOR)
    across = wanted - float(wanted @ axis) * axis
    return frozen(across / np.linalg.norm(across))


def lead_frame(lead: Lead) -> LeadFrame:
    """The frame of a lead: tip ``depth_mm`` beyond the target, zero direction as this module says."""
    axis = path_axis(lead.entry, lead.target)
    tip = np.asarray(lead.target, dtype=float) - lead.depth_mm * axis
    plain = LeadFrame(frozen(tip), axis, pinned_anterior(axis), lead.space)
    return LeadFrame(plain.tip_mm, axis, frozen(plain.direction(lead.rotation_deg)), lead.space)


def length_mm(lead: Lead) -> float:
    """Entry to target."""
    return float(np.linalg.norm(np.subtract(lead.entry, lead.target)))


def lead_curve(lead: Lead, above_entry_mm: float = 0.0) -> Curve:
    """The middle line of the shaft, from the tip to the entry (and ``above_entry_mm`` further)."""
    frame = lead_frame(lead)
    top = np.asarray(lead.entry, dtype=float) + above_entry_mm * frame.axis
    return Curve.of([frame.tip_mm, top], lead.space)


def contact_centres(lead: Lead, device: Device) -> dict[str, FloatArray]:
    """(3,) RAS mm by label: on the axis for a ring, on the lead's surface for a segment."""
    frame, radius_mm = lead_frame(lead), device.diameter_mm / 2.0
    return {contact.label: _centre(contact, frame, radius_mm) for contact in device.contacts}


def _centre(contact: Contact, frame: LeadFrame, radius_mm: float) -> FloatArray:
    if contact.centre_deg is None:
        return frame.at(contact.centre_mm)
    return frame.at(contact.centre_mm, radius_mm, contact.centre_deg)
