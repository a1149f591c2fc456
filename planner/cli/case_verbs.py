"""Make a case, look into it, go back and forth in it."""

import argparse
from pathlib import Path

from planner.case.checks import export_blockers, stale, task_status
from planner.case.file import CaseFile
from planner.cli.verb import Result, Verb, add_by, add_case, opened
from planner.i18n import _
from planner.progress import Progress


def verbs() -> list[Verb]:
    return [
        Verb("new-case", _("make an empty case"), _new_arguments, _new),
        Verb("show", _("what a case holds, what is out of date, what blocks an export"), add_case, _show),
        Verb("audit", _("every command of a case, by whom and when"), add_case, _audit),
        Verb("undo", _("take back the last command"), _step_arguments, _undo),
        Verb("redo", _("do again what was taken back"), _step_arguments, _redo),
    ]


def _new_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("case", type=Path, help=_("the case folder to make (NAME.noci)"))
    parser.add_argument("--title", default="", help=_("a title people recognise"))
    add_by(parser)


def _step_arguments(parser: argparse.ArgumentParser) -> None:
    add_case(parser)
    add_by(parser)


def _new(arguments: argparse.Namespace, _progress: Progress) -> Result:
    with CaseFile.create(arguments.case, title=arguments.title or arguments.case.stem, by=arguments.by) as case_file:
        return {"case": str(case_file.path), "id": case_file.case.id}


def _show(arguments: argparse.Namespace, _progress: Progress) -> Result:
    with CaseFile.open(arguments.case, read_only=True) as case_file:
        case = case_file.case
        return {
            "title": case.title,
            "patient": case.identity.name if case.identity else "",
            "recovered": case_file.recovered or "",
            "images": [
                {"id": one.id, "name": one.name, "modality": one.modality, "notes": ", ".join(one.notes)}
                for one in case.images.values()
            ],
            "alignments": [
                {"id": one.id, "from": one.source, "to": one.target, "kind": one.kind, "decision": one.decision}
                for one in case.alignments.values()
            ],
            "structures": list(case.structures),
            "leads": [
                {"id": one.id, "name": one.name, "side": one.side, "device": one.device_id, "locked": one.is_locked}
                for one in case.leads.values()
            ],
            "programmes": [
                {"id": one.id, "name": one.name, "lead": one.lead_id, "amplitude_ma": one.amplitude_ma}
                for one in case.programmes.values()
            ],
            "tasks": task_status(case),
            "out_of_date": stale(case),
            "blockers": [{"code": one.code, "words": one.words} for one in export_blockers(case)],
            "undo": [command.words() for command in case_file.undo_commands[:10]],
            "audit_head": case_file.audit_head,
        }


def _audit(arguments: argparse.Namespace, _progress: Progress) -> Result:
    with CaseFile.open(arguments.case, read_only=True) as case_file:
        rows = [
            {"seq": one.seq, "at": one.at, "by": one.by, "command": one.command.words(), "hash": one.hash}
            for one in case_file.audit()
        ]
        return {"entries": rows, "audit_head": case_file.audit_head}


def _undo(arguments: argparse.Namespace, _progress: Progress) -> Result:
    with opened(arguments) as case_file:
        command = case_file.undo()
        return {"undone": command.words() if command else ""}


def _redo(arguments: argparse.Namespace, _progress: Progress) -> Result:
    with opened(arguments) as case_file:
        command = case_file.redo()
        return {"redone": command.words() if command else ""}
