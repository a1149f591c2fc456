"""The command line: finds the verb, runs it, and turns what happens into words and an exit code."""

import argparse
import io
import json
import os
import sys
from itertools import pairwise

from planner import __version__, i18n
from planner.cli import (
    anatomy_verbs,
    approve_verbs,
    axon_verbs,
    bench,
    carm_verbs,
    case_verbs,
    check_verbs,
    demo,
    field_verbs,
    image_verbs,
    lead_verbs,
    report_verbs,
    spine_atlas_verbs,
    spine_verbs,
    stimulation_verbs,
)
from planner.cli.terminal import ProgressBar, show
from planner.cli.verb import Verb
from planner.errors import PlannerError, QuestionError
from planner.i18n import _
from planner.progress import Cancelled

EXIT_FINE = 0
EXIT_PROBLEM = 1
EXIT_REFUSED = 3
EXIT_QUESTION = 4
EXIT_CANCELLED = 130


def all_verbs() -> list[Verb]:
    groups = (
        case_verbs, image_verbs, anatomy_verbs, spine_verbs, spine_atlas_verbs, lead_verbs, stimulation_verbs,
        field_verbs, axon_verbs,
        carm_verbs, approve_verbs, report_verbs, demo, check_verbs, bench,
    )  # fmt: skip
    return [verb for group in groups for verb in group.verbs()]


def _parser(verbs: list[Verb]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="planner",
        description=_("Plan neuromodulation for pain on the patient's own images. Research, education, planning only."),
        epilog=_(
            "Without a verb the window opens. Exit codes: 0 fine, 1 problem, 2 wrong words, 3 refused, 4 a question."
        ),
    )
    parser.add_argument("--version", action="version", version=f"Nociplan {__version__}")
    commands = parser.add_subparsers(dest="verb", required=True, metavar=_("VERB"))
    for verb in verbs:
        one = commands.add_parser(verb.name, help=verb.help, description=verb.help)
        verb.add_arguments(one)
        one.add_argument("--json", action="store_true", help=_("print one JSON object"))
        one.add_argument("--lang", choices=i18n.LANGUAGES, help=_("language of the words"))
        one.set_defaults(run=verb.run)
    return parser


def run(words: list[str]) -> int:
    """Run one verb. Returns the exit code."""
    _let_every_letter_through()
    _choose_language(words)
    arguments = _parser(all_verbs()).parse_args(words)
    bar = ProgressBar()
    try:
        result = arguments.run(arguments, bar.progress())
    except QuestionError as question:
        bar.finish()
        return _say_problem(question, arguments.json, EXIT_QUESTION)
    except PlannerError as error:
        bar.finish()
        return _say_problem(error, arguments.json, EXIT_REFUSED)
    except (Cancelled, KeyboardInterrupt):
        bar.finish()
        print(_("Cancelled. Nothing was changed."), file=sys.stderr)
        return EXIT_CANCELLED
    bar.finish()
    try:
        show(result, as_json=arguments.json)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader, such as "head", has seen enough
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - for the interpreter's last flush
    return EXIT_PROBLEM if result.get("problems") else EXIT_FINE


def _let_every_letter_through() -> None:
    """A console or pipe that cannot show "→" or "µ" shows something else, instead of ending the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _choose_language(words: list[str]) -> None:
    """Before the parser is made, so that its own help is in that language too."""
    for flag, value in pairwise(words):
        if flag == "--lang":
            i18n.use_language(value)


def _say_problem(error: PlannerError, as_json: bool, code: int) -> int:
    choices = error.choices if isinstance(error, QuestionError) else {}
    if as_json:
        print(json.dumps({"error": error.code, "words": error.text, "choices": choices}, ensure_ascii=False, indent=2))
        return code
    print(error.text, file=sys.stderr)
    for word, text in choices.items():
        print(f"  {word}: {text}", file=sys.stderr)
    return code
