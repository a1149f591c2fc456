"""Published measurements of the spine, from ``atlases/spine/*.csv``: each with source and status.

``status`` is the file's word: ``measured`` (from open data), ``read`` (in a text that was opened), ``memory`` (known,
not verified), ``inferred`` (from other rows). A cell that holds no number gives no value, never a guess.
"""

import csv
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Literal

from planner import places
from planner.errors import PlannerError
from planner.i18n import _

FOLDER = "spine"
Status = Literal["measured", "read", "memory", "inferred"]
WEAKEST_FIRST: tuple[Status, ...] = ("memory", "inferred", "measured", "read")


@dataclass(frozen=True, slots=True)
class Value:
    """One number of a table. ``what`` is the table's own wording of the quantity; ``sd`` and the range ``low`` to
    ``high`` are None where the source gives none. Units are in the quantity's name (mm, deg, mm2)."""

    table: str
    level: str
    what: str
    quantity: str
    value: float
    status: Status
    source: str
    sd: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """A cord segment against the vertebrae: (vertebra, fraction down from its top) at its top, middle and bottom."""

    name: str
    share_percent: float
    top: tuple[str, float]
    middle: tuple[str, float]
    bottom: tuple[str, float]
    status: Status
    source: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A row whose content is words: ``subject`` and ``text``."""

    table: str
    subject: str
    text: str
    status: Status
    source: str


@cache
def rows(table: str) -> tuple[dict[str, str], ...]:
    """Every row of ``atlases/spine/TABLE.csv`` as it stands. "same" as source is replaced by the source above it.

    Raises PlannerError(code="atlas-missing").
    """
    path = places.atlases() / FOLDER / f"{table}.csv"
    if not path.is_file():
        text = _("The atlas file {name} is missing. Install the program again.").format(name=path.name)
        raise PlannerError(text, code="atlas-missing")
    with path.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    for above, row in pairwise(found):
        if row["source"].strip().startswith("same"):
            row["source"] = above["source"] + row["source"].strip()[len("same") :]
    return tuple(found)


def tables() -> tuple[str, ...]:
    """Names of every table, sorted."""
    return tuple(sorted(path.stem for path in (places.atlases() / FOLDER).glob("*.csv")))


def values(table: str, quantity: str, *, level: str = "level", what: str = "", sd: str = "") -> tuple[Value, ...]:
    """The numbers in the column ``quantity``; ``level``, ``what`` and ``sd`` name the columns that go with it."""
    found = []
    for row in rows(table):
        number = _number(row[quantity])
        if number is not None:
            found.append(
                Value(
                    table=table,
                    level=row[level],
                    what=row[what] if what else "",
                    quantity=quantity,
                    value=number,
                    status=status_of(row["kind"]),
                    source=row["source"],
                    sd=_number(row[sd]) if sd else None,
                    low=_number(row.get("low_mm", "")),
                    high=_number(row.get("high_mm", "")),
                )
            )
    return tuple(found)


def csf_ranges() -> tuple[Value, ...]:
    """Dorsal CSF rows that give a range and no mean: the middle of the range as value."""
    found = []
    for row in rows("dcsf_thickness"):
        low, high = _number(row["low_mm"]), _number(row["high_mm"])
        if low is not None and high is not None and _number(row["mean_mm"]) is None and row["posture"] == "supine":
            value = Value("dcsf_thickness", row["vertebral_level"], row["posture"], "range_mm", (low + high) / 2,
                          status_of(row["kind"]), row["source"], None, low, high)  # fmt: skip
            found.append(value)
    return tuple(found)


@cache
def segments() -> tuple[Segment, ...]:
    """The thirty cord segments, C1 to S5."""
    found = []
    for row in rows("cord_segments_vs_vertebrae"):
        top, middle, bottom = (
            (row[f"{end}_vertebra"], float(row[f"{end}_fraction_down"])) for end in ("top", "mid", "bottom")
        )
        share = float(row["length_percent_of_cord"])
        found.append(Segment(row["segment"], share, top, middle, bottom, status_of(row["kind"]), row["source"]))
    return tuple(found)


@cache
def lamination() -> tuple[Finding, ...]:
    """What is said on the order of dermatomes in the dorsal columns."""
    table = "dorsal_column_somatotopy"
    return tuple(
        Finding(table, row["cord_level"], row["order_or_fact"], status_of(row["kind"]), row["source"])
        for row in rows(table)
    )


def status_of(kind: str) -> Status:
    """The weakest word of a mixed kind ("read+measured" was worked out from both: measured)."""
    for word in WEAKEST_FIRST:
        if word in kind:
            return word
    raise ValueError(f"unknown kind {kind!r}")


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
