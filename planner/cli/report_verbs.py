"""Write the report, and copy a case."""

import argparse
from pathlib import Path

from planner.case.commands import Command
from planner.cli.verb import Result, Verb, add_by, add_case, opened
from planner.i18n import _
from planner.progress import Progress
from planner.steps.write_report import write_report


def verbs() -> list[Verb]:
    return [
        Verb("write-report", _("write the report as PDF, once nothing stands in the way"), _arguments, _write),
        Verb("copy-case", _("copy a case to another folder and read it back"), _copy_arguments, _copy),
    ]


def _arguments(parser: argparse.ArgumentParser) -> None:
    add_case(parser)
    parser.add_argument("--out", type=Path, required=True, help=_("the PDF to write"))
    add_by(parser)


def _copy_arguments(parser: argparse.ArgumentParser) -> None:
    add_case(parser)
    parser.add_argument("to", type=Path, help=_("the folder to make (NAME.noci)"))


def _write(arguments: argparse.Namespace, progress: Progress) -> Result:
    with opened(arguments) as case_file:
        head = case_file.audit_head
        path = write_report(case_file.case, case_file.store, arguments.out, audit_head=head, progress=progress)
        case_file.commit(Command("write-report", path.name), case_file.case, by=arguments.by)
        return {"report": str(path), "audit_head": head}


def _copy(arguments: argparse.Namespace, _progress: Progress) -> Result:
    with opened(arguments, read_only=True) as case_file:
        return {"copy": str(case_file.copy_to(arguments.to))}
