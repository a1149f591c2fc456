"""Images in a zip: unpacked, if it is harmless, into a private folder that is gone afterwards."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from planner.errors import PlannerError, QuestionError, RefusedError
from planner.imaging.apart.child import ChildWorker
from planner.imaging.apart.scratch import scratch_folder
from planner.imaging.series import FileLine, Finding, Outcome
from planner.imaging.sources import archive_file
from planner.progress import SILENT, Progress

DEADLINE_S = 600.0
"""Old encryption is undone by Python itself at about 3 MB/s; the person sees progress and may cancel."""
_OUTCOMES = {
    "file-programme": Outcome.SKIPPED,
    "dicomdir": Outcome.SKIPPED,
    "archive-nested": Outcome.REFUSED,
}
ASKED = ("archive-password", "archive-password-wrong")


@dataclass(frozen=True, slots=True)
class Unpacked:
    """``folder`` holds the files under names of our own; ``names`` tells what the archive calls them."""

    folder: Path
    names: Mapping[str, str]
    lines: tuple[FileLine, ...]

    def shown(self, path: Path) -> str:
        """The archive's name of a file in ``folder``."""
        return self.names.get(path.name, path.name)


@contextlib.contextmanager
def unpacked(
    path: Path,
    *,
    password: str = "",
    worker: ChildWorker | None = None,
    scratch: Path | None = None,
    progress: Progress = SILENT,
) -> Iterator[Unpacked]:
    """The content of the zip ``path`` for as long as the block lasts.

    Raises QuestionError(code="archive-password" | "archive-password-wrong"), whose answer is a text;
    RefusedError with the code of an ``archive-…`` sentence; PlannerError(code="archive-disk-full"); Cancelled.
    """
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(scratch_folder(scratch)) / "files"
        folder.mkdir(mode=0o700)
        own = worker or stack.enter_context(ChildWorker(scratch=scratch))
        found = own.call(
            archive_file.unpack,
            (path, folder, password.encode()),
            deadline_s=DEADLINE_S,
            progress=progress,
            file_label=path.name,
        )
        if "problem" in found:
            raise _error(Finding(*found["problem"]))
        lines = tuple(FileLine(str(name), _OUTCOMES[code], Finding(code)) for name, code in found["left_out"])
        yield Unpacked(folder, found["names"], lines)


def _error(problem: Finding) -> PlannerError:
    if problem.code in ASKED:
        return QuestionError(problem.words(), {}, code=problem.code)
    if problem.code == "archive-disk-full":
        return PlannerError(problem.words(), code=problem.code)
    return RefusedError(problem.words(), code=problem.code)
