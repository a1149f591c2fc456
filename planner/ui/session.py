"""What every page is given: the open case, the jobs, the selection, and where to say things."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from PySide6.QtCore import Qt

from planner.app.document import CaseDocument
from planner.app.jobs import Job, Jobs
from planner.app.selection import Selection
from planner.app.settings import Settings
from planner.case.commands import Command
from planner.case.model import Case
from planner.errors import QuestionError
from planner.progress import Progress
from planner.ui.carm_on_views import CarmOnViews
from planner.ui.errors import Errors
from planner.ui.picking import PointPicker
from planner.ui.showing import CaseOnViews
from planner.ui.skin import Skin
from planner.ui.views.four_views import FourViews
from planner.ui.widgets.question import QuestionDialog
from planner.ui.widgets.signing import Signer

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Session:
    """One open case in one window."""

    document: CaseDocument
    jobs: Jobs
    selection: Selection
    settings: Settings
    views: FourViews
    picker: PointPicker
    showing: CaseOnViews
    skin: Skin
    signer: Signer
    errors: Errors
    carm: CarmOnViews

    @property
    def case(self) -> Case:
        return self.document.case

    def do(self, command: Command, case: Case, by: str = "") -> bool:
        """Make ``case`` the next state as one undo step; a refusal is shown in words."""
        return self.errors.attempt(lambda: self.document.do(command, case, by))

    def run(self, words: str, work: Callable[[Progress], T], done: Callable[[T], None]) -> Job:
        """Start a job whose failure is shown in words; ``done`` puts the fact into the case that is current then."""

        def finish(fact: T) -> None:
            self.errors.attempt(lambda: done(fact))

        return self.jobs.start(words, work, finish, self.errors.show)

    def settle(self, action: Callable[[tuple[str, ...]], object], accepted: tuple[str, ...] = ()) -> None:
        """Run ``action(accepted)``. A doubt it raises is shown; when the person keeps it, its code is accepted and the
        action runs again. Refusals are shown in words."""
        try:
            self.errors.attempt(lambda: action(accepted))
        except QuestionError as question:
            code = question.code

            def answer(word: str) -> None:
                if word == "confirm":
                    self.settle(action, (*accepted, code))

            self.ask(question, answer)

    def ask(self, question: QuestionError, on_answer: Callable[[str], object]) -> QuestionDialog:
        """Show a question without stopping the event loop."""
        dialog = QuestionDialog(question, self.views.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.answered.connect(on_answer)
        dialog.open()
        return dialog
