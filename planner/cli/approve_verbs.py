"""A person's word: identity, alignments, sides, the plan."""

import argparse

from planner.case.commands import Command
from planner.case.file import CaseFile
from planner.case.model import Alignment, Identity
from planner.cli.lead_verbs import lead_named
from planner.cli.verb import Result, Verb, add_by, add_case, opened
from planner.errors import RefusedError
from planner.i18n import _
from planner.progress import Progress
from planner.steps.approve import approve_plan, confirm_identity, confirm_side, decide_alignment


def verbs() -> list[Verb]:
    return [
        Verb("confirm-identity", _("say whose images these are"), _identity_arguments, _identity),
        Verb("approve", _("approve or reject an alignment"), _alignment_arguments, _alignment),
        Verb("confirm-side", _("read back the side of a lead"), _side_arguments, _side),
        Verb("approve-plan", _("approve the plan as it is now"), _plan_arguments, _plan),
    ]


def _identity_arguments(parser: argparse.ArgumentParser) -> None:
    add_case(parser)
    parser.add_argument("--name", required=True, help=_("the patient's name as you read it on the images"))
    add_by(parser, is_required=True)


def _alignment_arguments(parser: argparse.ArgumentParser) -> None:
    add_case(parser)
    parser.add_argument("--alignment", default="", help=_("its id; not needed when only one waits"))
    parser.add_argument("--reject", action="store_true")
    add_by(parser, is_required=True)


def _side_arguments(parser: argparse.ArgumentParser) -> None:
    add_case(parser)
    parser.add_argument("name", help=_("the lead's name"))
    parser.add_argument("--side", required=True, choices=("left", "right"), help=_("the side as you see it"))
    add_by(parser, is_required=True)


def _plan_arguments(parser: argparse.ArgumentParser) -> None:
    add_case(parser)
    parser.add_argument("--note", default="")
    add_by(parser, is_required=True)


def _identity(arguments: argparse.Namespace, _progress: Progress) -> Result:
    with opened(arguments) as case_file:
        identity = _identity_named(case_file, arguments.name)
        case = case_file.case.with_identity(identity)
        approval = confirm_identity(case, arguments.by)
        case_file.commit(Command("confirm-identity"), case.with_approval(approval), by=arguments.by)
        return {"confirmed": identity.name, "by": approval.by}


def _identity_named(case_file: CaseFile, name: str) -> Identity:
    """The identity on the images that reads as the person typed it."""

    def plain(text: str) -> str:
        return " ".join(text.replace("^", " ").split()).casefold()

    found = [one.identity for one in case_file.case.images.values()]
    for identity in found:
        if plain(identity.name) == plain(name):
            return identity
    names = ", ".join(sorted({one.name or "-" for one in found})) or "-"
    text = _("The images say {names}, not {name}. Nothing was confirmed.").format(names=names, name=name)
    raise RefusedError(text, code="identity-mismatch")


def _alignment(arguments: argparse.Namespace, _progress: Progress) -> Result:
    with opened(arguments) as case_file:
        alignment = _waiting(case_file, arguments.alignment)
        decided = decide_alignment(
            case_file.case, alignment.id, "rejected" if arguments.reject else "approved", arguments.by
        )
        kind = "reject-alignment" if arguments.reject else "approve-alignment"
        case_file.commit(Command(kind, decided.id), case_file.case.with_alignment(decided), by=arguments.by)
        return {"alignment": decided.id, "decision": decided.decision, "by": decided.decided_by}


def _waiting(case_file: CaseFile, alignment_id: str) -> Alignment:
    alignments = case_file.case.alignments
    if alignment_id in alignments:
        return alignments[alignment_id]
    waiting = [one for one in alignments.values() if one.decision == "proposed"]
    if not alignment_id and len(waiting) == 1:
        return waiting[0]
    known = ", ".join(alignments) or "-"
    text = _("Say which alignment with --alignment. The case has: {known}.").format(known=known)
    raise RefusedError(text, code="alignment-unknown")


def _side(arguments: argparse.Namespace, _progress: Progress) -> Result:
    with opened(arguments) as case_file:
        lead = lead_named(case_file.case, arguments.name)
        approval = confirm_side(case_file.case, lead.id, arguments.side, arguments.by)
        case = case_file.case.with_approval(approval)
        case_file.commit(Command("confirm-side", lead.name), case, by=arguments.by)
        return {"lead": lead.name, "side": arguments.side, "by": approval.by}


def _plan(arguments: argparse.Namespace, _progress: Progress) -> Result:
    with opened(arguments) as case_file:
        approval = approve_plan(case_file.case, arguments.by, arguments.note)
        case_file.commit(Command("approve-plan"), case_file.case.with_approval(approval), by=arguments.by)
        return {"approved_by": approval.by, "at": approval.at, "audit_head": case_file.audit_head}
