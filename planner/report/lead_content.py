"""What the report says of a lead's place."""

from collections.abc import Sequence

from planner.case.checks import approval_of, is_approved
from planner.case.model import Case, Lead, Side
from planner.i18n import _, letter, number
from planner.library.devices import Device, device
from planner.report.findings import ClearanceFinding, Findings, LeadFindings
from planner.report.parts import Pair, Table, moment_words, not_known, place_words


def side_words(side: Side) -> str:
    """The side in capitals, so that nobody overlooks it."""
    return _("RIGHT side of the patient") if side == "right" else _("LEFT side of the patient")


def read_back_words(case: Case, lead: Lead) -> str:
    """Who read the side back, and when; or that nobody did."""
    approval = approval_of(case, f"side:{lead.id}")
    if approval is None or not is_approved(case, f"side:{lead.id}"):
        return _("The side was not read back.")
    return _("Side read back by {by}, {moment}").format(by=approval.by, moment=moment_words(approval.at))


def device_words(model: Device) -> str:
    return _("{name} (dimensions: {confidence})").format(name=model.name, confidence=model.confidence_words())


def lead_pairs(lead: Lead, found: LeadFindings) -> tuple[Pair, ...]:
    """Device, target, length, depth, rotation and angles of a lead."""
    return (
        Pair(_("Lead model"), device_words(device(lead.device_id))),
        Pair(_("Target"), found.target_words or lead.target_id or _("chosen on the images")),
        Pair(_("Entry to target"), f"{number(found.length_mm)} mm"),
        Pair(_("Tip"), _depth_words(lead.depth_mm)),
        Pair(_("Angle to the AC-PC plane"), _plane_words(found.plane_deg)),
        Pair(_("Angle to the midsagittal plane"), _sagittal_words(found.sagittal_deg)),
        Pair(_("Rotation"), _rotation_words(lead)),
        Pair(_("Plan"), _("locked") if lead.is_locked else _("not locked")),
    )


def _depth_words(depth_mm: float) -> str:
    if abs(depth_mm) < 0.05:  # prints as 0.0
        return _("on the target")
    if depth_mm > 0:
        return _("{depth} mm beyond the target").format(depth=number(depth_mm))
    return _("{depth} mm short of the target").format(depth=number(-depth_mm))


def _plane_words(angle_deg: float | None) -> str:
    if angle_deg is None:
        return not_known()
    return _("{angle}° from anterior (90° = straight up)").format(angle=number(angle_deg))


def _sagittal_words(angle_deg: float | None) -> str:
    if angle_deg is None:
        return not_known()
    side = letter("R" if angle_deg >= 0 else "L")
    return _("{angle}° towards {side}").format(angle=number(abs(angle_deg)), side=side)


def _rotation_words(lead: Lead) -> str:
    if not device(lead.device_id).is_segmented:
        return _("no effect: this lead has rings only")
    if lead.rotation_deg >= 0:
        text = _("{angle}° counter-clockwise from anterior, seen from the entry")
    else:
        text = _("{angle}° clockwise from anterior, seen from the entry")
    return text.format(angle=number(abs(lead.rotation_deg), 0))


def _part_words(part: str) -> str:
    names = {"target": _("Target"), "entry": _("Entry"), "tip": _("Tip")}
    return names.get(part) or _("Contact {label}").format(label=part.removeprefix("contact:"))


def _frame_heads() -> tuple[str, str, str]:
    return (_("From mid-AC-PC (mm)"), _("MNI 2009a (mm)"), _("Planning image (mm)"))


def position_table(found: LeadFindings) -> Table:
    """Target, entry and tip in every frame, in letters."""
    rows = [
        (_part_words(one.part), place_words(one.acpc), place_words(one.mni), place_words(one.world))
        for one in found.positions
        if not one.part.startswith("contact:")
    ]
    return Table(("", *_frame_heads()), tuple(rows))


def contact_table(leads: Sequence[Lead], findings: Findings) -> Table:
    """Every contact of every lead in every frame."""
    rows = [
        (lead.name, _part_words(one.part), place_words(one.acpc), place_words(one.mni), place_words(one.world))
        for lead in leads
        for one in findings.leads[lead.id].positions
        if one.part.startswith("contact:")
    ]
    return Table((_("Lead"), _("Contact"), *_frame_heads()), tuple(rows))


def clearance_table(leads: Sequence[Lead], findings: Findings) -> Table:
    """What the shafts pass near: distance from the lead's surface, where, and how much of the path lies inside."""
    rows = [
        (lead.name, _near_words(one), _distance_words(one), _where_words(one), _inside_words(one))
        for lead in leads
        for one in findings.leads[lead.id].clearances
    ]
    head = (_("Lead"), _("Passes"), _("Distance (mm)"), _("Nearest, from target (mm)"), _("Path inside (mm)"))
    return Table(head, tuple(rows))


def _near_words(one: ClearanceFinding) -> str:
    names = {"ventricle": _("ventricle"), "sulcus": _("sulcal CSF"), "midline": _("midline")}
    return names.get(one.kind) or _("lead {name}").format(name=one.other)


def _distance_words(one: ClearanceFinding) -> str:
    if one.is_beyond_reach:
        return _("more than {distance}").format(distance=number(one.distance_mm, 0))
    if one.inside_mm > 0:
        return _("passes through")
    return number(one.distance_mm)


def _where_words(one: ClearanceFinding) -> str:
    if one.is_beyond_reach:
        return "–"
    text = _("{distance} above") if one.above_target_mm >= 0 else _("{distance} below")
    return text.format(distance=number(abs(one.above_target_mm)))


def _inside_words(one: ClearanceFinding) -> str:
    return number(one.inside_mm) if one.inside_mm > 0 else _("none")
