"""Which case, and how to get it: a new one, one to practise on, one from a folder, a copy of the one that is open."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from planner.app.document import CaseDocument
from planner.app.jobs import Jobs
from planner.app.settings import Settings
from planner.case.copying import copy_case
from planner.case.file import CaseFile
from planner.case.model import Region
from planner.errors import PlannerError, QuestionError
from planner.i18n import _
from planner.progress import Progress
from planner.ui.errors import Errors
from planner.ui.new_case import NewCaseDialog
from planner.ui.widgets.question import QuestionDialog

Take = Callable[[CaseFile, Region | None], object]
"""The window takes the opened case over, and with a region brings in the sample of it."""


class CaseDesk:
    """Asks, opens and hands over; the window decides nothing about files."""

    def __init__(self, window: QWidget, settings: Settings, jobs: Jobs, errors: Errors, take: Take) -> None:
        self._window = window
        self._settings = settings
        self._jobs = jobs
        self._errors = errors
        self._take = take

    # -- new --------------------------------------------------------------------------------------------------------

    def new_case(self) -> None:
        self._ask_new_case(lambda path, title: self._errors.attempt(lambda: self.create(path, title)))

    def practise(self, region: Region) -> None:
        """A new case on the sample head or spine; the images page offers it."""
        self._ask_new_case(
            lambda path, title: self._errors.attempt(lambda: self.create(path, title, sample=region)),
            title=_("Practice"),
        )

    def _ask_new_case(self, on_chosen: Callable[[Path, str], object], title: str = "") -> None:
        dialog = NewCaseDialog(self._settings.cases_folder, title, self._window)
        dialog.chosen.connect(on_chosen)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def create(self, path: Path, title: str, *, sample: Region | None = None) -> None:
        """Raises PlannerError, as :meth:`CaseFile.create`."""
        self._take(CaseFile.create(path, title=title), sample)

    # -- open -------------------------------------------------------------------------------------------------------

    def open_case(self) -> None:
        folder = QFileDialog.getExistingDirectory(self._window, _("Open case"), str(self._settings.cases_folder))
        if folder:
            self.open_path(Path(folder))

    def open_path(self, path: Path) -> None:
        """Open the case in folder ``path``; a refusal is shown in words, a doubt is asked."""
        try:
            self._take(CaseFile.open(path), None)
        except QuestionError as question:
            self._ask_how_to_open(question, path)
        except PlannerError as error:
            if error.code == "case-open-elsewhere":
                choices = {"read": _("Open to read"), "leave": _("Do not open")}
                self._ask_how_to_open(QuestionError(error.text, choices, code=error.code), path)
            else:
                self._errors.show(error)

    def _ask_how_to_open(self, question: QuestionError, path: Path) -> None:
        """A damaged journal may lose its last commands, a case open elsewhere cannot be changed: a person decides."""
        dialog = QuestionDialog(question, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

        def answer(word: str) -> None:
            if word == "recover":
                self._errors.attempt(lambda: self._take(CaseFile.open(path, recover=True), None))
            elif word == "read":
                self._errors.attempt(lambda: self._take(CaseFile.open(path, read_only=True), None))

        dialog.answered.connect(answer)
        dialog.open()

    # -- copy -------------------------------------------------------------------------------------------------------

    def ask_copy(self, document: CaseDocument) -> None:
        path, _kind = QFileDialog.getSaveFileName(self._window, _("Copy case to"), str(document.file.path))
        if path:
            self._errors.attempt(lambda: self.copy_to(document, Path(path)))

    def copy_to(self, document: CaseDocument, path: Path) -> None:
        """A job: images may be large. The copy holds the case as it is now."""
        document.file.publish()
        source = document.file.path

        def done(copy: Path) -> None:
            self._errors.say(_("The case was copied to {path}.").format(path=copy), "good")

        def work(progress: Progress) -> Path:
            return copy_case(source, path, progress)

        self._jobs.start(_("Copying the case"), work, done, self._errors.show)
