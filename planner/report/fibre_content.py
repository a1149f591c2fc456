"""What the report says of fibres: which fire at the programme's current, from what current, and what that rests on."""

import math

from planner.i18n import _, number
from planner.library.fibre_words import trouble_words
from planner.report.findings import FibreFinding, Findings
from planner.report.parts import EMPTY_TABLE, Table

FARTHEST_MA = 25.5
"""Largest amplitude of present implanted generators (facts/leads.json, ipgs)."""


def fibre_table(findings: Findings) -> Table:
    """A row per group and programme; empty when nothing was computed."""
    if not findings.fibres:
        return EMPTY_TABLE
    head = (_("Fibres"), _("Model"), _("Fire at the set current"), _("First fires at"), _("Half fire at"))
    return Table(head, tuple(_row(one) for one in findings.fibres))


def _row(one: FibreFinding) -> tuple[str, ...]:
    fires = _("{count} of {all} at {amplitude} mA").format(
        count=one.firing, all=one.asked, amplitude=number(one.amplitude_ma)
    )
    model = _("{model}, {diameter} µm").format(model=one.model, diameter=number(one.diameter_um))
    return (f"{one.programme} · {one.group}", model, fires, _ma(one.first_ma), _ma(one.half_ma))


def _ma(value: float) -> str:
    if not math.isfinite(value) or value > FARTHEST_MA:
        return _("more than {value} mA").format(value=number(FARTHEST_MA))
    return f"{number(value, 2)} mA"


def fibre_notes(findings: Findings) -> tuple[str, ...]:
    """Source and status of the lines, what the thresholds rest on, and what was set aside; each said once."""
    notes: list[str] = []
    for one in findings.fibres:
        notes.append(_("{group}: {sentence}").format(group=one.group, sentence=one.lines))
        if one.at_end:
            text = _("{group}: in {count} fibres the spike starts at an end of the line, which may be no nerve ending.")
            notes.append(text.format(group=one.group, count=one.at_end))
        for code, count in one.set_aside.items():
            text = _("{group}: {count} fibres were set aside: they {reason}.")
            notes.append(text.format(group=one.group, count=count, reason=trouble_words()[code]))
        if one.rheobase_ma is not None and one.chronaxie_us is not None:
            text = _("{group}: rheobase {rheobase} mA, chronaxie {chronaxie} µs, of the fibre most easily driven.")
            rheobase, chronaxie = number(one.rheobase_ma, 2), number(one.chronaxie_us, 0)
            notes.append(text.format(group=one.group, rheobase=rheobase, chronaxie=chronaxie))
        notes += one.sentences
    if findings.fibres_out_of_date:
        names = ", ".join(findings.fibres_out_of_date)
        notes.append(_("What these fibres do is out of date and left out: {names}.").format(names=names))
    return tuple(dict.fromkeys(notes))
