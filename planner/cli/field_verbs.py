"""``planner field``: solve a field that a file describes."""

import argparse
from pathlib import Path

from planner.cli.verb import Result, Verb
from planner.i18n import _
from planner.progress import Progress
from planner.steps.solve_described import solve_described


def verbs() -> list[Verb]:
    return [Verb("field", _("solve the field that a JSON file describes, without a patient"), _arguments, _field)]


def _arguments(parser: argparse.ArgumentParser) -> None:
    help_words = _("the description (see the guide, “A field from a file”)")
    parser.add_argument("input", type=Path, help=help_words)


def _field(arguments: argparse.Namespace, progress: Progress) -> Result:
    return solve_described(arguments.input, progress)
