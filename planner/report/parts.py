"""The bricks of the report's content, and the words that several pages share."""

from dataclasses import dataclass
from datetime import date, datetime

from planner.case.model import Vector
from planner.i18n import _, day, position


@dataclass(frozen=True, slots=True)
class Pair:
    """A label and its value, both ready to print."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Table:
    """Texts by row; every row is as long as the head."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


EMPTY_TABLE = Table((), ())


def person_name(dicom_name: str) -> str:
    """``FAMILY^Given^Middle`` as "FAMILY, Given Middle"; a name without carets as it is."""
    family, _caret, rest = dicom_name.partition("^")
    given = " ".join(part for part in rest.split("^") if part)
    return f"{family}, {given}" if given else family


def not_known() -> str:
    return _("not known")


def place_words(place: Vector | None) -> str:
    """Millimetres with letters, or that they are not known."""
    return position(*place) if place is not None else "–"


def day_words(iso: str) -> str:
    """An ISO or DICOM day (``2026-11-23``, ``20261123``) with the month by name; as it is when it is neither."""
    try:
        return day(date.fromisoformat(iso)) if iso else ""
    except ValueError:
        return iso


def moment_words(iso: str) -> str:
    """An ISO moment as day, hour and minute in its own offset (UTC is said)."""
    try:
        moment = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    offset = " UTC" if moment.utcoffset() is not None and not moment.utcoffset() else ""
    return f"{day(moment.date())}, {moment:%H:%M}{offset}"
