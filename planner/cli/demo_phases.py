"""What the demonstrations share: phases with their times, and decisions signed "Demo"."""

import time
from collections.abc import Callable
from typing import TypeVar

from planner.case.commands import Command
from planner.case.file import CaseFile
from planner.case.model import Case
from planner.progress import Progress

T = TypeVar("T")

BY = "Demo"


class Phases:
    """Runs the phases and keeps their wall times."""

    def __init__(self, progress: Progress, count: int) -> None:
        self.seconds: dict[str, float] = {}
        self._progress = progress
        self._count = count

    def run(self, name: str, words: str, work: Callable[[Progress], T]) -> T:
        number = len(self.seconds)
        part = self._progress.part(number / self._count, (number + 1) / self._count)
        part(0.0, words)
        begin = time.perf_counter()
        result = work(part)
        self.seconds[name] = round(time.perf_counter() - begin, 2)
        return result


def do(case_file: CaseFile, kind: str, case: Case, detail: str = "") -> None:
    case_file.commit(Command(kind, detail), case, by=BY)
