"""What the report says of the vertebrae: how they are named, who stands for it, and what lies behind each."""

from planner.case.checks import approval_of, is_approved, levels_subject
from planner.case.model import Case
from planner.i18n import _, number
from planner.report.findings import Findings, LevelFinding
from planner.report.parts import EMPTY_TABLE, Table, moment_words


def guard_words(case: Case) -> str:
    """On page 1: whether the numbering is confirmed, and from where it was counted. Empty for heads."""
    outline = case.spine
    if case.region != "spine" or outline is None:
        return ""
    approval = approval_of(case, levels_subject(case))
    if approval is not None and is_approved(case, levels_subject(case)):
        text = _("Numbering of the vertebrae, counted from {anchor}, confirmed by {by}, {moment}.")
        return text.format(anchor=outline.anchor, by=approval.by, moment=moment_words(approval.at))
    if outline.is_named:
        text = _("Numbering of the vertebrae NOT CONFIRMED: the names are a claim, counted from {anchor}.")
        return text.format(anchor=outline.anchor)
    return _("The vertebrae have no names.")


def level_table(findings: Findings) -> Table:
    """Every vertebra in the image, from above."""
    if not findings.levels:
        return EMPTY_TABLE
    head = (_("Vertebra"), _("Height in the image mm"), _("Cord segments behind it"), _("Dorsal CSF mm"))
    return Table(head, tuple(_level_row(one) for one in findings.levels))


def _level_row(one: LevelFinding) -> tuple[str, str, str, str]:
    height = f"≥ {number(one.height_mm)}" if one.is_cut else number(one.height_mm)
    depth = "–" if one.dorsal_csf_mm is None else f"{number(one.dorsal_csf_mm)} ± {number(one.spread_mm)}"
    basis = _("measured") if one.is_measured else _("estimate")
    if one.dorsal_csf_mm is not None:
        depth = f"{depth} ({basis})"
    return (one.name or _("no name yet"), height, ", ".join(one.segments) or "–", depth)
