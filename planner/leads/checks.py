"""What is odd about a lead: things a person has to settle before, or knowingly against, the program's doubt."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from planner.case.model import Lead
from planner.errors import RefusedError
from planner.geometry import Affine, Points, Volume
from planner.i18n import _, number
from planner.leads.path import length_mm, path_axis
from planner.library.devices import Device

USUAL_PATH_MM = (40.0, 120.0)
"""Entry to target outside this is asked about. Own choice, wide on purpose: an adult's convexity lies 60 to 90 mm from
the thalamus, and a head is at most about 200 mm long."""

LONGEST_PATH_MM = 200.0
"""Longer than a head: entry and target cannot both belong to it (own choice)."""

DEEPEST_MM = 15.0
"""A tip farther than this from its target is not a correction of depth any more (own choice)."""

MIDLINE_TOLERANCE_MM = 1.0
"""A target this near the midline has no side of its own; then the entry decides (own choice: AC-PC is set to 1 mm)."""


@dataclass(frozen=True, slots=True)
class Concern:
    """``code`` is a stable word, ``words`` what to tell and to do. ``must_confirm``: not taken unless confirmed."""

    code: str
    words: str
    must_confirm: bool = False


def refuse_impossible(lead: Lead, device: Device) -> None:
    """Raises RefusedError for a lead nobody may place (codes: device-not-usable, path-too-short, path-too-long,
    depth-out-of-range, position-odd)."""
    values = (*lead.target, *lead.entry, lead.depth_mm, lead.rotation_deg)
    if not np.isfinite(values).all():
        raise RefusedError(_("A position is not a number. Set target and entry again."), code="position-odd")
    reason = device.reason_not_usable()
    if reason:
        raise RefusedError(f"{device.name}: {reason}", code="device-not-usable")
    path_axis(lead.entry, lead.target)
    length = length_mm(lead)
    if length > LONGEST_PATH_MM:
        text = _("Entry and target are {length} mm apart. Set them again.").format(length=number(length))
        raise RefusedError(text, code="path-too-long")
    if abs(lead.depth_mm) > DEEPEST_MM:
        text = _("The depth may differ from the target by at most {limit} mm. Move the target instead.")
        raise RefusedError(text.format(limit=number(DEEPEST_MM, 0)), code="depth-out-of-range")


def refuse_locked(lead: Lead) -> None:
    """Raises RefusedError(code="lead-locked")."""
    if lead.is_locked:
        text = _("Lead {name} is locked. Unlock it before you change it.").format(name=lead.name)
        raise RefusedError(text, code="lead-locked")


def concerns(
    lead: Lead,
    device: Device,
    to_acpc: Affine | None,
    labels: Volume | None = None,
    brain: Collection[int] = (),
    csf: Collection[int] = (),
) -> tuple[Concern, ...]:
    """Everything odd about this lead. ``to_acpc`` maps its space to the AC-PC frame (x to the right), if it is set;
    ``labels`` is the tissue image with the codes of ``brain`` and ``csf``, if there is one."""
    found = [_length_concern(lead, device), _side_concern(lead, to_acpc), _crossing_concern(lead, to_acpc)]
    if labels is not None:
        found.append(_entry_concern(lead, labels, brain))
        found.append(_target_concern(lead, labels, brain, csf))
    return tuple(concern for concern in found if concern is not None)


def _length_concern(lead: Lead, device: Device) -> Concern | None:
    length = length_mm(lead)
    low, high = USUAL_PATH_MM
    if not low <= length <= high:
        text = _("The path is {length} mm long, outside the usual {low} to {high} mm. Check entry and target.")
        words = text.format(length=number(length), low=number(low, 0), high=number(high, 0))
        return Concern("length-odd", words, must_confirm=True)
    if device.lengths_cm and length + lead.depth_mm > 10.0 * max(device.lengths_cm):
        return Concern("lead-too-short", _("The path is longer than this lead. Choose a longer lead."))
    return None


def _acpc_x(lead: Lead, to_acpc: Affine) -> tuple[float, float]:
    """Target and entry, mm to the right of the midline."""
    both = to_acpc.apply(Points.of([lead.target, lead.entry], lead.space)).xyz
    return float(both[0, 0]), float(both[1, 0])


def _side_concern(lead: Lead, to_acpc: Affine | None) -> Concern | None:
    if to_acpc is None:
        return Concern("side-unchecked", _("The side cannot be checked yet. Set AC and PC first."))
    target_x, entry_x = _acpc_x(lead, to_acpc)
    x = target_x if abs(target_x) >= MIDLINE_TOLERANCE_MM else entry_x
    is_right = x > 0
    if is_right == (lead.side == "right"):
        return None
    if is_right:
        text = _("Lead {name} is named a left lead, but lies {distance} mm right of the midline.")
    else:
        text = _("Lead {name} is named a right lead, but lies {distance} mm left of the midline.")
    words = text.format(name=lead.name, distance=number(abs(x)))
    return Concern("side-contradicts", words, must_confirm=True)


def _crossing_concern(lead: Lead, to_acpc: Affine | None) -> Concern | None:
    if to_acpc is None:
        return None
    target_x, entry_x = _acpc_x(lead, to_acpc)
    if min(abs(target_x), abs(entry_x)) < MIDLINE_TOLERANCE_MM or target_x * entry_x > 0:
        return None
    return Concern("crosses-midline", _("The path crosses the midline. Check the entry."))


def _label_at(labels: Volume, xyz_mm: tuple[float, float, float]) -> int:
    """The label of the voxel that holds this point, -1 outside the image."""
    index = np.floor(labels.grid.to_index(xyz_mm) + 0.5).astype(int)
    if (index < 0).any() or (index >= np.array(labels.grid.shape)).any():
        return -1
    return int(labels.values[tuple(index)])


def _entry_concern(lead: Lead, labels: Volume, brain: Collection[int]) -> Concern | None:
    if _label_at(labels, lead.entry) in brain:
        return Concern("entry-inside-brain", _("The entry lies inside the brain. Move it to the skull."))
    return None


def _target_concern(lead: Lead, labels: Volume, brain: Collection[int], csf: Collection[int]) -> Concern | None:
    found = _label_at(labels, lead.target)
    if found in csf:
        return Concern("target-in-csf", _("The target lies in cerebrospinal fluid. Check it on the images."))
    if found not in brain:
        return Concern("target-outside-brain", _("The target lies outside the brain. Check it on the images."))
    return None
