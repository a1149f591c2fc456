"""Conductivities of tissues in S/m: read-only, each with its published span, source and status."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal

from planner import places
from planner.errors import PlannerError
from planner.i18n import _

End = Literal["low", "usual", "high"]
"""Which value of every published span."""


@dataclass(frozen=True, slots=True)
class Conductivity:
    """``low`` to ``high`` is the span of published values; ``status``: read, secondary, recalled or assumed.

    ``along`` and ``across``: along and across fibres of a known direction, where such values are published.
    """

    s_per_m: float
    low: float
    high: float
    source: str
    status: str
    along: float | None = None
    across: float | None = None

    def at(self, end: End) -> "Conductivity":
        """The same tissue with one end of its span as its value."""
        return replace(self, s_per_m={"low": self.low, "usual": self.s_per_m, "high": self.high}[end])


@dataclass(frozen=True, slots=True)
class TissueSet:
    """``tissues`` by stable tissue word; ``outside`` holds where no tissue map is, or where it ends."""

    id: str
    needs_labels: bool
    tissues: Mapping[str, Conductivity]
    outside: Conductivity

    @property
    def name(self) -> str:
        """In the user's language."""
        return tissue_set_name(self.id)

    def conductivity(self, tissue: str) -> Conductivity:
        """Raises PlannerError(code="unknown-tissue"): an unknown tissue is never taken for another."""
        if tissue not in self.tissues:
            text = _("The set {name} has no conductivity for the tissue {tissue}. Choose another set.")
            raise PlannerError(text.format(name=self.name, tissue=tissue), code="unknown-tissue")
        return self.tissues[tissue]

    def at(self, end: End) -> "TissueSet":
        """The set with every tissue at this end of its published span."""
        tissues = {word: one.at(end) for word, one in self.tissues.items()}
        return replace(self, tissues=tissues, outside=self.outside.at(end))


@dataclass(frozen=True, slots=True)
class CapsuleDefaults:
    """Encapsulation around a lead."""

    thickness_mm: float
    thickness_source: str
    thickness_status: str
    conductivity: Conductivity


def tissue_sets() -> tuple[TissueSet, ...]:
    """Every set, the plainest first."""
    return tuple(_set_of(entry) for entry in _data()["sets"])


def tissue_set(set_id: str) -> TissueSet:
    """Raises PlannerError(code="unknown-tissue-set")."""
    for one in tissue_sets():
        if one.id == set_id:
            return one
    text = _("There is no tissue set {name}. Choose one from the list.").format(name=set_id)
    raise PlannerError(text, code="unknown-tissue-set")


def capsule_defaults() -> CapsuleDefaults:
    entry = _data()["capsule"]
    return CapsuleDefaults(
        thickness_mm=float(entry["thickness_mm"]),
        thickness_source=entry["thickness_source"],
        thickness_status=entry["thickness_status"],
        conductivity=_conductivity_of(entry),
    )


def tissue_set_name(set_id: str) -> str:
    """In the user's language; an id this program does not name is shown as it is."""
    texts = {
        "homogeneous": _("Homogeneous tissue"),
        "brain": _("Brain: grey matter, white matter, CSF"),
        "brain-fibres": _("Brain: white matter along and across its fibres"),
        "brain-10khz": _("Brain at 10 kHz"),
        "spine": _("Spine: cord, CSF, dura, fat, bone"),
    }
    return texts.get(set_id, set_id)


def tissue_name(tissue: str) -> str:
    """In the user's language; a word this program does not name is shown as it is."""
    texts = {
        "grey": _("grey matter"),
        "white": _("white matter"),
        "csf": _("CSF"),
        "ventricle": _("CSF of the ventricles"),
        "skull": _("skull"),
        "scalp": _("scalp"),
        "blood": _("blood"),
        "epidural fat": _("epidural fat"),
        "dura": _("dura"),
        "bone": _("bone"),
        "disc": _("intervertebral disc"),
        "muscle": _("muscle"),
        "saline": _("saline"),
    }
    return texts.get(tissue, tissue)


@cache
def _data() -> dict[str, Any]:
    path = places.resources() / "tissues" / "conductivities.json"
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data


def _set_of(entry: dict[str, Any]) -> TissueSet:
    tissues = {word: _conductivity_of(one) for word, one in entry["tissues"].items()}
    return TissueSet(entry["id"], bool(entry["needs_labels"]), tissues, _conductivity_of(entry["outside"]))


def _conductivity_of(entry: dict[str, Any]) -> Conductivity:
    numbers = (float(entry["s_per_m"]), float(entry["low"]), float(entry["high"]))
    along, across = (float(entry[key]) if key in entry else None for key in ("along", "across"))
    return Conductivity(*numbers, entry["source"], entry["status"], along, across)
