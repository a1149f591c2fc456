"""Drag a lead on a slice: by its target, by its entry, or all of it by the shaft."""

from dataclasses import replace
from typing import Literal

import numpy as np
from PySide6.QtCore import QObject, Signal

from planner.case.model import Lead, Vector
from planner.geometry.arrays import FloatArray
from planner.i18n import _
from planner.ui.session import Session

GRAB_MM = 5.0
"""A drag that begins farther from the lead than this moves nothing."""

Part = Literal["target", "entry", "shaft"]


class LeadDrag(QObject):
    """``previewed(Lead)`` while it is held, ``dropped(Lead)`` once; ``is_listening`` while its page is in sight."""

    previewed = Signal(object)
    dropped = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._lead: Lead | None = None
        self._part: Part = "shaft"
        self._start: FloatArray = np.zeros(3)
        self._now: Lead | None = None
        self.is_listening = False
        session.views.lead_dragged.connect(self._drag)

    def _drag(self, phase: str, x: float, y: float, z: float) -> None:
        place = np.array([x, y, z])
        if phase == "press":
            self._press(place)
        elif self._lead is not None and phase == "move":
            self._now = moved(self._lead, self._part, place - self._start)
            self.previewed.emit(self._now)
        elif self._lead is not None:
            dropped, self._lead, self._now = self._now, None, None
            if dropped is not None:
                self.dropped.emit(dropped)

    def _press(self, place: FloatArray) -> None:
        lead = self._session.case.leads.get(self._session.selection.active_lead)
        self._lead = self._now = None
        say = self._session.errors.say
        if not self.is_listening:
            say(_("Leads are moved in task 5."))
            return
        if lead is None:
            return
        part = part_at(lead, place)
        if part is None:
            say(_("Begin the drag on {name}: at its target, its entry or its shaft.").format(name=lead.name))
        elif lead.is_locked:
            say(_("{name} is locked. Unlock it in the list to change it.").format(name=lead.name))
        else:
            self._lead, self._part, self._start = lead, part, place


def part_at(lead: Lead, place: FloatArray) -> Part | None:
    """What of the lead is at ``place`` (3,), within GRAB_MM: an end before the shaft."""
    target, entry = np.array(lead.target), np.array(lead.entry)
    ends: tuple[tuple[Part, FloatArray], ...] = (("target", target), ("entry", entry))
    near = [(float(np.linalg.norm(place - end)), part) for part, end in ends]
    distance, part = min(near)
    if distance <= GRAB_MM:
        return part
    along = entry - target
    share = float(np.clip((place - target) @ along / (along @ along), 0.0, 1.0))
    return "shaft" if float(np.linalg.norm(place - target - share * along)) <= GRAB_MM else None


def moved(lead: Lead, part: Part, by_mm: FloatArray) -> Lead:
    """With this part shifted by (3,) mm."""
    target = _shifted(lead.target, by_mm) if part != "entry" else lead.target
    entry = _shifted(lead.entry, by_mm) if part != "target" else lead.entry
    return replace(lead, target=target, entry=entry)


def _shifted(place: Vector, by_mm: FloatArray) -> Vector:
    return (place[0] + float(by_mm[0]), place[1] + float(by_mm[1]), place[2] + float(by_mm[2]))
