"""What a verb is: a name, a line of help, its arguments, and a function from arguments to a result."""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner.case.file import CaseFile
from planner.errors import PlannerError
from planner.i18n import _
from planner.progress import Progress

Result = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Verb:
    """``run`` gets the parsed arguments and a progress, and gives back what is printed (or written as JSON)."""

    name: str
    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace, Progress], Result]


def add_case(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("case", type=Path, help=_("the case folder (NAME.noci)"))
    parser.add_argument("--recover", action="store_true", help=_("go on with the last good state of a damaged case"))


def add_by(parser: argparse.ArgumentParser, *, is_required: bool = False) -> None:
    parser.add_argument("--by", default="", required=is_required, help=_("your name, kept in the audit trail"))


@contextmanager
def opened(arguments: argparse.Namespace, *, read_only: bool = False) -> Iterator[CaseFile]:
    """The case the verb works on. What had to be recovered is said on standard error."""
    with CaseFile.open(arguments.case, read_only=read_only, recover=arguments.recover) as case_file:
        if case_file.recovered:
            print(case_file.recovered, file=sys.stderr)
        if case_file.is_read_only and not read_only:
            text = _("{case} can only be read here. Copy it to a folder you may write to.").format(case=arguments.case)
            raise PlannerError(text, code="case-read-only")
        yield case_file
