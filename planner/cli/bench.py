"""``planner bench``: measured figures. Machines are noisy: compare ratios of one run."""

import argparse
from importlib import import_module

from planner.cli.verb import Result, Verb
from planner.i18n import _
from planner.progress import Progress

SUBJECTS = ("registration", "field", "axons", "spine", "views", "carm", "case", "import")


def verbs() -> list[Verb]:
    return [Verb("bench", _("measure speed and accuracy on this computer"), _arguments, _bench)]


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("subject", choices=SUBJECTS)


def _bench(arguments: argparse.Namespace, _progress: Progress) -> Result:
    subject = import_module(f"planner.cli.bench_{arguments.subject}")
    result: Result = subject.run(arguments.json)
    return result
