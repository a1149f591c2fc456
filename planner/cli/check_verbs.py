"""What works on this computer, and what changed in the program."""

import argparse

from planner import places
from planner.cli.doctor import examine
from planner.cli.verb import Result, Verb
from planner.i18n import _
from planner.progress import Progress


def verbs() -> list[Verb]:
    return [
        Verb("doctor", _("what works on this computer"), lambda _parser: None, _doctor),
        Verb("changes", _("what changed since the last release"), lambda _parser: None, _changes),
    ]


def _doctor(_arguments: argparse.Namespace, _progress: Progress) -> Result:
    rows = examine()
    return {"checks": rows, "problems": [row["check"] for row in rows if row["state"] != "ok"]}


def _changes(_arguments: argparse.Namespace, _progress: Progress) -> Result:
    notes = sorted((places.resources() / "changes").glob("*.md"))
    return {"changes": [" ".join(note.read_text(encoding="utf-8").split()) for note in notes]}
