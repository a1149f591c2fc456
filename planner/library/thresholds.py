"""Field strength at which axons fire, by pulse width and fibre diameter, and what such a number means.

Between the table's entries the threshold follows a power law in width and in diameter (straight lines in logarithms),
which keeps the table's fall with both. Outside the table nothing is guessed.
"""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from planner import places
from planner.errors import PlannerError
from planner.geometry.arrays import FloatArray
from planner.i18n import _, number

GENERAL = "general"
"""The fixed isolevel in common use, without a dependence on pulse width."""
TABLE = "table"
CORRECTED = "corrected, unverified"


@dataclass(frozen=True, slots=True)
class Threshold:
    """``kind`` is TABLE or a named one (GENERAL). ``width_us`` is None where the threshold does not depend on it.

    ``status``: secondary, read, or CORRECTED when a corrected entry of the table takes part.
    """

    kind: str
    v_per_mm: float
    fibre_um: float
    width_us: float | None
    source: str
    status: str


@dataclass(frozen=True, slots=True)
class Correction:
    """An entry of the published presets that we changed, and why."""

    fibre_um: float
    width_us: float
    v_per_mm: float
    shipped: tuple[float, ...]
    reason: str
    status: str


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """``v_per_mm`` (fibres, widths)."""

    fibres_um: FloatArray
    widths_us: FloatArray
    v_per_mm: FloatArray
    corrections: tuple[Correction, ...]
    source: str
    status: str


@cache
def _data() -> dict[str, Any]:
    path = places.resources() / "stimulation" / "thresholds.json"
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data


@cache
def table() -> Table:
    data = _data()
    corrections = tuple(
        Correction(c["fibre_um"], c["width_us"], c["v_per_mm"], tuple(c["shipped"]), c["reason"], c["status"])
        for c in data["corrections"]
    )
    return Table(
        np.array([row["fibre_um"] for row in data["rows"]], dtype=float),
        np.array(data["widths_us"], dtype=float),
        np.array([row["v_per_mm"] for row in data["rows"]], dtype=float),
        corrections,
        data["source"],
        data["status"],
    )


def threshold_for(width_us: float, fibre_um: float) -> Threshold:
    """From the table. Raises PlannerError(code="threshold-range") outside it."""
    known = table()
    _check_range(known, width_us, fibre_um)
    rows, row_shares = _neighbours(known.fibres_um, fibre_um)
    columns, column_shares = _neighbours(known.widths_us, width_us)
    logs = np.log(known.v_per_mm[np.ix_(rows, columns)])
    value = float(np.exp(row_shares @ logs @ column_shares))
    used = {
        (float(known.fibres_um[row]), float(known.widths_us[column]))
        for row, row_share in zip(rows, row_shares, strict=True)
        for column, column_share in zip(columns, column_shares, strict=True)
        if row_share > 0 and column_share > 0
    }
    is_corrected = any((one.fibre_um, one.width_us) in used for one in known.corrections)
    return Threshold(TABLE, value, fibre_um, width_us, known.source, CORRECTED if is_corrected else known.status)


def named_threshold(kind: str) -> Threshold:
    """Raises PlannerError(code="threshold-unknown")."""
    for one in _data()["named"]:
        if one["id"] == kind:
            return Threshold(kind, float(one["v_per_mm"]), float(one["fibre_um"]), None, one["source"], one["status"])
    text = _("There is no threshold {name}. Choose one from the list.").format(name=kind)
    raise PlannerError(text, code="threshold-unknown")


def meaning(v_per_mm: float, fibre_um: float, width_us: float | None) -> str:
    """What the number says, in the user's language."""
    field = number(v_per_mm, 3)
    if width_us is None:
        text = _("|E| ≥ {field} V/mm: the level in common use, about {fibre} µm axons at 60 µs.")
        return text.format(field=field, fibre=number(fibre_um, 1))
    text = _("|E| ≥ {field} V/mm: axons of {fibre} µm fire at a pulse width of {width} µs.")
    return text.format(field=field, fibre=number(fibre_um, 1), width=number(width_us, 0))


def status_words(status: str) -> str:
    """In the user's language."""
    texts = {
        "read": _("read in the source"),
        "secondary": _("taken from another program's presets, paper not read"),
        CORRECTED: _("corrected by us, unverified"),
    }
    return texts.get(status, status)


def correction_words(one: Correction) -> str:
    """What the presets say, what we say, and why; in the user's language."""
    text = _(
        "* {fibre} µm at {width} µs: {value} V/mm here, {shipped} in the published presets. A threshold falls with "
        "pulse width and with diameter; this one rose, or differed between files. {status}."
    )
    status = status_words(one.status)
    return text.format(
        fibre=number(one.fibre_um, 1),
        width=number(one.width_us, 0),
        value=number(one.v_per_mm, 3),
        shipped=" / ".join(number(value, 3) for value in one.shipped),
        status=status[:1].upper() + status[1:],
    )


def multipolar_warning() -> str:
    """Duffley 2019, J Neural Eng 16:066024, doi 10.1088/1741-2552/ab3c95."""
    return _(
        "A field threshold is an estimate for monopolar stimulation only (Duffley 2019). This programme is multipolar."
    )


def _check_range(known: Table, width_us: float, fibre_um: float) -> None:
    low, high = float(known.widths_us[0]), float(known.widths_us[-1])
    if not low <= width_us <= high:
        text = _("The threshold table covers {low} to {high} µs, not {value} µs. Choose the general threshold.")
        words = text.format(low=number(low, 0), high=number(high, 0), value=number(width_us, 0))
        raise PlannerError(words, code="threshold-range")
    low, high = float(known.fibres_um[0]), float(known.fibres_um[-1])
    if not low <= fibre_um <= high:
        text = _("The threshold table covers fibres of {low} to {high} µm, not {value} µm. Choose one in between.")
        words = text.format(low=number(low, 1), high=number(high, 1), value=number(fibre_um, 1))
        raise PlannerError(words, code="threshold-range")


def _neighbours(known: FloatArray, value: float) -> tuple[list[int], FloatArray]:
    """The two entries around ``value`` and their shares, linear in the logarithm."""
    low = int(np.clip(np.searchsorted(known, value, side="right") - 1, 0, len(known) - 2))
    share = float(np.log(value / known[low]) / np.log(known[low + 1] / known[low]))
    return [low, low + 1], np.array([1.0 - share, share])
