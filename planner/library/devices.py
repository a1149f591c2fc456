"""Leads as their makers describe them: read-only, from ``resources/devices/leads.json``, with confidence and sources.

Lengths along the lead are mm from its geometric tip; angles are degrees around the shaft from the zero direction,
counter-clockwise seen from the proximal end (the order that the maker of B33005/B33015 prints for segments a, b, c).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from planner import places
from planner.errors import RefusedError
from planner.i18n import _

_STATED_SENSE = "counter-clockwise"
"""The file's words where a maker states in which sense the segments follow one another."""


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact, named as printed by the maker. A ring has neither ``centre_deg`` nor ``width_deg``."""

    label: str
    low_mm: float
    high_mm: float
    centre_deg: float | None = None
    width_deg: float | None = None

    @property
    def centre_mm(self) -> float:
        return (self.low_mm + self.high_mm) / 2.0

    @property
    def is_ring(self) -> bool:
        return self.width_deg is None


@dataclass(frozen=True, slots=True)
class PaddleContact:
    """Centre from the array's centre: x across, y along (+ cranial). A disc has its diameter as both sizes."""

    label: str
    x_mm: float
    y_mm: float
    width_mm: float
    length_mm: float
    is_disc: bool


@dataclass(frozen=True, slots=True)
class Paddle:
    """A paddle whose sizes are all listed. Contacts are numbered here by column, left first, cranial first."""

    width_mm: float
    length_mm: float
    thickness_mm: float
    contacts: tuple[PaddleContact, ...]


@dataclass(frozen=True, slots=True)
class Device:
    """A lead model. ``contacts`` run from the tip up; a paddle is listed without them (``diameter_mm`` 0).

    ``confidence`` is the file's own text: it begins with high, medium or low. ``conflicts`` are values on which the
    sources disagree. ``lengths_cm`` are the lengths sold; for ``has_length_range`` the shortest and the longest.
    """

    id: str
    manufacturer: str
    model: str
    uses: tuple[str, ...]
    form: str
    diameter_mm: float
    contacts: tuple[Contact, ...]
    tip_is_contact: bool
    insulated_tip_mm: float | None
    lengths_cm: tuple[float, ...]
    has_length_range: bool
    confidence: str
    conflicts: tuple[str, ...]
    sources: tuple[str, ...]
    label_note: str = ""
    segment_note: str = ""
    paddle: Paddle | None = None

    @property
    def name(self) -> str:
        return f"{self.manufacturer} {self.model}"

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(contact.label for contact in self.contacts)

    @property
    def is_segmented(self) -> bool:
        return any(not contact.is_ring for contact in self.contacts)

    @property
    def confidence_grade(self) -> str:
        """``high``, ``medium`` or ``low``: how sure the geometry of the rings is."""
        return self.confidence.split()[0].strip(":,;")

    @property
    def is_usable(self) -> bool:
        """Whether a lead of this model may be placed in the brain."""
        return not self.reason_not_usable()

    @property
    def array_top_mm(self) -> float:
        """Upper edge of the highest contact, mm from the tip. Only for devices with contacts."""
        return max(contact.high_mm for contact in self.contacts)

    def contact(self, label: str) -> Contact:
        """Raises KeyError for a label this lead does not have."""
        for contact in self.contacts:
            if contact.label == label:
                return contact
        raise KeyError(label)

    def reason_not_usable(self) -> str:
        """Why it is only listed, in the user's language; empty when it can be placed."""
        if "DBS" not in self.uses:
            return _("This lead is not made for the brain.")
        if self.form != "cylindrical" or not self.contacts or self.insulated_tip_mm is None:
            return _("The shape of this lead cannot be placed yet.")
        if self.confidence_grade not in ("high", "medium"):
            return _("Its dimensions are not confirmed. Check them against the maker's data sheet.")
        return ""

    def confidence_words(self) -> str:
        """What the grade means (the file's conventions), in the user's language."""
        texts = {
            "high": _("high: the maker's manual was read"),
            "medium": _("medium: public sources agree, the manual was not read"),
            "low": _("low: one source only, or not confirmed"),
        }
        return texts[self.confidence_grade]

    def caveats(self) -> tuple[str, ...]:
        """What to tell the user beside a usable lead, in the user's language."""
        words: list[str] = []
        if "tip length" in self.confidence:
            words.append(_("The length of the insulated tip is assumed."))
        if self.is_segmented:
            words.append(_("The angular width of the segments is a modelling value."))
            if _STATED_SENSE not in self.segment_note:
                words.append(_("The turning sense of the segments is not confirmed."))
        if "marker height" in self.confidence:
            words.append(_("Sources differ on the height of the orientation marker."))
        return tuple(words)


@cache
def _all_devices() -> Mapping[str, Device]:
    path = places.resources() / "devices" / "leads.json"
    entries = json.loads(path.read_text(encoding="utf-8"))["leads"]
    return {entry["id"]: _device_of(entry) for entry in entries}


def devices() -> tuple[Device, ...]:
    """Every device of the library, in the file's order: usable ones and those that are only listed."""
    return tuple(_all_devices().values())


def usable_devices() -> tuple[Device, ...]:
    """The leads that can be placed in the brain."""
    return tuple(device for device in devices() if device.is_usable)


def device(device_id: str) -> Device:
    """Raises RefusedError(code="device-unknown") for an id the library does not hold."""
    found = _all_devices().get(device_id)
    if found is None:
        text = _("The library holds no lead {name}. Choose a lead from the list.").format(name=device_id)
        raise RefusedError(text, code="device-unknown")
    return found


def _device_of(entry: dict[str, Any]) -> Device:
    lengths = entry.get("lengths_cm") or {}
    has_range = "range" in lengths
    sold = lengths.get("range") or lengths.get("list") or lengths.get("by_model", {}).values()
    segmented = entry.get("segmented") or {}
    tip = entry.get("insulated_tip_length_mm")
    return Device(
        id=entry["id"],
        manufacturer=entry["manufacturer"],
        model=entry["model"],
        uses=tuple(entry["use"]),
        form=entry["form"],
        diameter_mm=float(entry.get("diameter_mm") or 0.0),
        contacts=_contacts_of(entry),
        tip_is_contact=bool(entry.get("tip_is_contact")),
        insulated_tip_mm=None if tip is None else float(tip),
        lengths_cm=tuple(sorted({float(value) for value in sold})),
        has_length_range=has_range,
        confidence=entry["confidence"],
        conflicts=tuple(entry["conflicts"]),
        sources=tuple(entry["source"]),
        label_note=entry.get("label_alternatives", ""),
        segment_note="; ".join(filter(None, [segmented.get("order"), *segmented.get("markers", [])])),
        paddle=_paddle_of(entry),
    )


def _contacts_of(entry: dict[str, Any]) -> tuple[Contact, ...]:
    """Rings and segments from the tip up; nothing for paddles and for leads whose levels are not known."""
    centres = entry.get("level_centres_mm")
    if not centres:
        return ()
    labels = iter(entry["contact_labels_distal_to_proximal"])
    contacts: list[Contact] = []
    for level, (centre, count) in enumerate(zip(centres, entry["level_pattern_distal_to_proximal"], strict=True)):
        length = entry["first_contact_length_mm"] if level == 0 else entry["contact_length_mm"]
        low, high = centre - length / 2.0, centre + length / 2.0
        if count == 1:
            contacts.append(Contact(next(labels), low, high))
            continue
        segmented = entry["segmented"]
        for angle in segmented["segment_centres_deg"]:
            width = float(segmented["segment_angular_width_deg"])
            contacts.append(Contact(next(labels), low, high, float(angle), width))
    return tuple(contacts)


def _paddle_of(entry: dict[str, Any]) -> Paddle | None:
    """None for round leads, and for paddles of which a size is not known."""
    sizes = [float(entry.get(f"paddle_{name}_mm") or 0.0) for name in ("width", "length", "thickness")]
    if entry["form"] != "paddle" or min(sizes) <= 0:
        return None
    is_disc = entry["contact_shape"] == "disc"
    width = entry["contact_diameter_mm"] if is_disc else entry["contact_width_mm"]
    length = entry["contact_diameter_mm"] if is_disc else entry["contact_length_mm"]
    places = [(column["x_mm"], y) for column in entry["columns"] for y in sorted(column["y_mm"], reverse=True)]
    contacts = tuple(
        PaddleContact(str(number), float(x), float(y), float(width), float(length), is_disc)
        for number, (x, y) in enumerate(places, start=1)
    )
    return Paddle(sizes[0], sizes[1], sizes[2], contacts)
