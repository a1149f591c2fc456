"""Plan leads and read them."""

import argparse
from dataclasses import asdict

from planner.case.commands import Command
from planner.case.model import Case, Lead
from planner.case.store import ArrayStore
from planner.cli.points import point
from planner.cli.verb import Result, Verb, add_by, add_case, opened
from planner.errors import RefusedError
from planner.i18n import _, position
from planner.library.devices import devices
from planner.progress import Progress
from planner.steps.plan_lead import PlaceLeadRequest, change_depth, lock, move_lead, place_lead, rotate, unlock
from planner.steps.read_lead import read_lead


def verbs() -> list[Verb]:
    return [
        Verb("devices", _("the leads in the library, and why some cannot be used"), lambda _parser: None, _devices),
        Verb("plan-lead", _("place a lead, or change one that is there"), _plan_arguments, _plan),
        Verb("read-lead", _("positions, angles and clearances of a lead"), _read_arguments, _read),
        Verb("remove-lead", _("take a lead out of the plan"), _read_arguments, _remove),
    ]


def lead_named(case: Case, name: str) -> Lead:
    """The lead with this name or id. Raises RefusedError(code="lead-unknown")."""
    for lead in case.leads.values():
        if name in (lead.id, lead.name):
            return lead
    known = ", ".join(lead.name for lead in case.leads.values()) or "-"
    text = _("There is no lead {name} in this case. It has: {known}.").format(name=name, known=known)
    raise RefusedError(text, code="lead-unknown")


def _plan_arguments(parser: argparse.ArgumentParser) -> None:
    add_case(parser)
    parser.add_argument("name", help=_("the lead's name"))
    parser.add_argument("--side", choices=("left", "right"))
    parser.add_argument("--device", help=_("id of the lead model (see the verb devices)"))
    parser.add_argument("--target", type=point, help=_("target in the planning image, as R12.5,P3,S40"))
    parser.add_argument("--entry", type=point, help=_("entry in the planning image"))
    parser.add_argument("--target-id", default="", help=_("which target of the library this is"))
    parser.add_argument("--depth", type=float, help=_("tip beyond the target, mm"))
    parser.add_argument("--rotation", type=float, help=_("turn about the lead's own axis, degrees"))
    parser.add_argument("--accept", action="append", default=[], help=_("code of a doubt that you confirm"))
    parser.add_argument("--lock", action="store_true", help=_("accept the plan of this lead"))
    parser.add_argument("--unlock", action="store_true")
    add_by(parser)


def _read_arguments(parser: argparse.ArgumentParser) -> None:
    add_case(parser)
    parser.add_argument("name", help=_("the lead's name"))


def _devices(_arguments: argparse.Namespace, _progress: Progress) -> Result:
    rows = []
    for one in devices():
        rows.append(
            {"id": one.id, "model": one.name, "usable": one.is_usable, "confidence": one.confidence,
             "reason": one.reason_not_usable()}
        )  # fmt: skip
    return {"devices": rows}


def _plan(arguments: argparse.Namespace, _progress: Progress) -> Result:
    with opened(arguments) as case_file:
        case, store = case_file.case, case_file.store
        is_new = arguments.name not in {one for lead in case.leads.values() for one in (lead.id, lead.name)}
        if is_new:
            lead = place_lead(case, store, _request(arguments))
            case_file.commit(Command("add-lead", lead.name), case.with_lead(lead), by=arguments.by)
        else:
            lead = lead_named(case, arguments.name)
            if arguments.unlock:
                lead = unlock(case, lead.id)
                case_file.commit(Command("unlock-lead", lead.name), case.with_lead(lead), by=arguments.by)
            changed = _changed(case_file.case, store, lead, arguments)
            if changed is not lead:
                case_file.commit(Command("move-lead", lead.name), case_file.case.with_lead(changed), by=arguments.by)
        if arguments.lock:
            locked = lock(case_file.case, lead.id)
            case_file.commit(Command("lock-lead", lead.name), case_file.case.with_lead(locked), by=arguments.by)
        return readout(case_file.case, store, lead.id)


def _request(arguments: argparse.Namespace) -> PlaceLeadRequest:
    missing = [one for one in ("side", "device", "target", "entry") if getattr(arguments, one) is None]
    if missing:
        text = _("A new lead also needs: {missing}.").format(missing=", ".join(f"--{one}" for one in missing))
        raise RefusedError(text, code="lead-incomplete")
    return PlaceLeadRequest(
        name=arguments.name,
        side=arguments.side,
        device_id=arguments.device,
        target=arguments.target,
        entry=arguments.entry,
        target_id=arguments.target_id,
        depth_mm=arguments.depth or 0.0,
        rotation_deg=arguments.rotation or 0.0,
        accepted=tuple(arguments.accept),
    )


def _changed(case: Case, store: ArrayStore, lead: Lead, arguments: argparse.Namespace) -> Lead:
    if arguments.target or arguments.entry:
        lead = move_lead(
            case, store, lead.id, target=arguments.target, entry=arguments.entry, accepted=tuple(arguments.accept)
        )
    if arguments.depth is not None:
        lead = change_depth(case.with_lead(lead), store, lead.id, arguments.depth)
    if arguments.rotation is not None:
        lead = rotate(case.with_lead(lead), store, lead.id, arguments.rotation)
    return lead


def _read(arguments: argparse.Namespace, _progress: Progress) -> Result:
    with opened(arguments, read_only=True) as case_file:
        return readout(case_file.case, case_file.store, lead_named(case_file.case, arguments.name).id)


def _remove(arguments: argparse.Namespace, _progress: Progress) -> Result:
    with opened(arguments) as case_file:
        lead = lead_named(case_file.case, arguments.name)
        case_file.commit(Command("remove-lead", lead.name), case_file.case.without_lead(lead.id))
        return {"removed": lead.name}


def readout(case: Case, store: ArrayStore, lead_id: str) -> Result:
    """What the table of a lead shows, as plain values."""
    reading = read_lead(case, store, lead_id)
    lead = case.leads[lead_id]
    return {
        "lead": {
            "id": lead.id,
            "name": lead.name,
            "side": lead.side,
            "device": lead.device_id,
            "locked": lead.is_locked,
        },
        "length_mm": reading.length_mm,
        "positions": [
            {
                "part": row.part,
                "world": position(*row.world),
                "acpc": position(*row.acpc) if row.acpc else "",
                "mni": position(*row.mni) if row.mni else "",
                "world_mm": list(row.world),
            }
            for row in reading.positions
        ],
        "angles": asdict(reading.angles) if reading.angles else None,
        "clearances": {
            name: asdict(one) if one else None
            for name, one in (
                ("ventricle", reading.ventricle),
                ("sulcus", reading.sulcus),
                ("midline", reading.midline),
            )
        },
        "concerns": [{"code": one.code, "words": one.words} for one in reading.concerns],
    }
