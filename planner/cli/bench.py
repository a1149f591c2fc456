"""``planner bench``: measured figures. Machines are noisy: compare ratios of one run."""

import argparse
from importlib import import_module
from pathlib import Path

from planner.cli.verb import Result, Verb
from planner.errors import PlannerError
from planner.i18n import _
from planner.progress import Progress

SUBJECTS = ("registration", "field", "cubes", "axons", "spine", "views", "carm", "case", "import")


def verbs() -> list[Verb]:
    return [Verb("bench", _("measure speed and accuracy on this computer"), _arguments, _bench)]


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("subject", choices=SUBJECTS)
    parser.add_argument("--against", choices=("ossdbs",), help=_("field: compare with this program instead"))
    parser.add_argument("--peer", type=Path, help=_("where that program is"))


def _bench(arguments: argparse.Namespace, _progress: Progress) -> Result:
    if arguments.against:
        return _against(arguments)
    subject = import_module(f"planner.cli.bench_{arguments.subject}")
    result: Result = subject.run(arguments.json)
    return result


def _against(arguments: argparse.Namespace) -> Result:
    if arguments.subject != "field":
        raise PlannerError(_("Only the field is compared with another program."), code="no-peer")
    peer = import_module("planner.cli.bench_field_peer")
    result: Result = peer.against_ossdbs(peer.peer_program(arguments.peer))
    return result
