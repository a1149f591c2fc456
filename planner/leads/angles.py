"""The direction of a path against the patient's AC-PC frame, as a stereotactic arc would count it."""

from dataclasses import dataclass

import numpy as np

from planner.case.model import Lead
from planner.geometry import Affine, Points


@dataclass(frozen=True, slots=True)
class PathAngles:
    """Angles of target → entry in the AC-PC frame (x right, y anterior, z superior).

    ``from_acpc_plane_deg``: seen from the side, how far the path rises from the AC-PC plane, counted from anterior:
    0 straight forward, 90 straight up, above 90 leaning back. ``from_midsagittal_deg``: how far the path leaves the
    midsagittal plane, positive to the patient's right. They are the two turns of an arc system whose ring turns about
    the left-right axis; a frame's own zero is the frame's business.
    """

    from_acpc_plane_deg: float
    from_midsagittal_deg: float


def path_angles(lead: Lead, to_acpc: Affine) -> PathAngles:
    """The angles of a lead; ``to_acpc`` maps its space to the AC-PC frame. A path along the left-right axis has no
    angle to the AC-PC plane; it is given as 90."""
    ends = to_acpc.apply(Points.of([lead.target, lead.entry], lead.space)).xyz
    right, anterior, superior = (ends[1] - ends[0]) / np.linalg.norm(ends[1] - ends[0])
    plane = np.degrees(np.arctan2(superior, anterior)) if np.hypot(anterior, superior) > 1e-9 else 90.0
    return PathAngles(float(plane), float(np.degrees(np.arcsin(np.clip(right, -1.0, 1.0)))))
