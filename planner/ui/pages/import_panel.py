"""Add images: choose or drop folders, files and zips; look at what was found; decide; import as one act."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from planner.case.commands import Command
from planner.case.model import Identity
from planner.errors import PlannerError, QuestionError
from planner.i18n import _, ngettext
from planner.imaging.series import ImportReport
from planner.progress import Cancelled, Progress
from planner.steps.import_images import ImportRequest, ImportResult, Scan, import_images, scan
from planner.ui.pages.import_report import ImportReportDialog
from planner.ui.pages.series_card import SeriesCard
from planner.ui.session import Session
from planner.ui.theme import TARGET_PX
from planner.ui.widgets.buttons import button
from planner.ui.widgets.labels import Note

FILE_KINDS = "*.dcm *.ima *.nii *.nii.gz *.hdr *.img *.mgz *.mgh *.nrrd *.nhdr *.zip DICOMDIR"


PASSWORD_CODES = ("archive-password", "archive-password-wrong")


class IdentityGuard(QWidget):
    """Shown when images look like another person's: nothing goes on without a reason a person typed."""

    vouched = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.note = Note()
        self.reason = QLineEdit()
        self.reason.setMinimumHeight(TARGET_PX + 2)
        self.reason.setPlaceholderText(_("Reason why they are of the same person"))
        self.reason.setAccessibleName(_("Reason why they are of the same person"))
        self.take = button(_("Import with this reason"), self._vouch, "warning")
        self.take.setEnabled(False)
        self.reason.textChanged.connect(lambda text: self.take.setEnabled(bool(text.strip())))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self.note, self.reason, self.take):
            column.addWidget(widget)
        self.hide()

    def _vouch(self) -> None:
        self.vouched.emit(self.reason.text().strip())

    def ask(self, words: str) -> None:
        self.reason.clear()
        self.note.say(words, "bad")
        self.show()


class PasswordRow(QWidget):
    """For a locked archive; the password is used once and not kept."""

    given = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.edit = QLineEdit()
        self.edit.setEchoMode(QLineEdit.EchoMode.Password)
        self.edit.setMinimumHeight(TARGET_PX + 2)
        self.edit.setAccessibleName(_("Password of the archive"))
        self.edit.returnPressed.connect(self._give)
        label = QLabel(_("&Password of the archive"))
        label.setBuddy(self.edit)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(label)
        row.addWidget(self.edit, 1)
        row.addWidget(button(_("Open"), self._give))
        self.hide()

    def _give(self) -> None:
        password = self.edit.text()
        self.edit.clear()
        self.hide()
        self.given.emit(password)


class ImportPanel(QWidget):
    """Holds what was found until it is imported or replaced."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._scan: Scan | None = None
        self._paths: tuple[Path, ...] = ()
        self._report: ImportReport | None = None
        self._takes_all = False
        self.cards: list[SeriesCard] = []
        self.password = PasswordRow()
        self.password.given.connect(lambda word: self.scan_paths(self._paths, password=word))
        self.summary = Note()
        self.patients = QComboBox()
        self.patients.setMinimumHeight(TARGET_PX + 2)
        self.patients.setAccessibleName(_("Whose images to import"))
        self.patients.currentIndexChanged.connect(lambda _index: self._show_state())
        self._list = QVBoxLayout()
        self.guard = IdentityGuard()
        self.guard.vouched.connect(lambda reason: self.take_chosen(reason))
        self.missing = Note()
        self.import_button = button(_("Import what is ticked"), lambda: self.take_chosen(), "approve", is_primary=True)
        self.report_button = button(_("Import log…"), self._show_report, "report")
        self._lay_out()
        self._show_state()

    def _lay_out(self) -> None:
        adders = QVBoxLayout()
        self.folder_button = button(_("Add folder…"), self._choose_folder, "folder", is_primary=True)
        self.files_button = button(_("Add files or zip…"), self._choose_files, "file")
        adders.addWidget(self.folder_button)
        adders.addWidget(self.files_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(adders)
        column.addWidget(Note(_("Or drop folders and files here.")))
        column.addWidget(self.password)
        column.addWidget(self.summary)
        column.addWidget(self.patients)
        column.addLayout(self._list)
        for widget in (self.guard, self.missing, self.import_button, self.report_button):
            column.addWidget(widget)

    # -- looking ----------------------------------------------------------------------------------------------------

    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, _("Folder with images"))
        if folder:
            self.scan_paths((Path(folder),))

    def _choose_files(self) -> None:
        images, every_file = _("Images"), _("All files")
        kinds = f"{images} ({FILE_KINDS});;{every_file} (*)"
        files, _kind = QFileDialog.getOpenFileNames(self, _("Images"), "", kinds)
        if files:
            self.scan_paths(tuple(Path(one) for one in files))

    def scan_paths(self, paths: tuple[Path, ...], *, password: str = "", takes_all: bool = False) -> None:
        """Look into these in a job. ``takes_all``: import everything that raises no question (the sample head)."""
        self._paths = paths
        self._takes_all = takes_all

        def work(progress: Progress) -> Scan:
            return scan(paths, progress, password=password)

        self._session.jobs.start(_("Looking through the files"), work, self._show_scan, self._scan_failed)

    def _scan_failed(self, error: PlannerError | Cancelled) -> None:
        if isinstance(error, QuestionError) and error.code in PASSWORD_CODES:
            self.summary.say(error.text, "warn")
            self.password.show()
            self.password.edit.setFocus()
        else:
            self._session.errors.show(error)

    def _show_scan(self, found: Scan) -> None:
        self.close_scan()
        self._scan, self._report = found, found.report
        usable = sum(series.refusal is None for series in found.series)
        words = ngettext("{count} series can be imported.", "{count} series can be imported.", usable)
        self.summary.say(words.format(count=usable), "plain" if usable else "warn")
        self._show_patients(found)
        for series in sorted(found.series, key=lambda one: one.refusal is not None):
            card = SeriesCard(series)
            card.changed.connect(self._show_state)
            self.cards.append(card)
            self._list.addWidget(card)
        if usable == 1 or self._takes_all:
            for card in self.cards:
                card.tick.setChecked(card.series.refusal is None)
        self._show_state()
        if self._takes_all:
            self.take_chosen()

    def _show_patients(self, found: Scan) -> None:
        self.patients.clear()
        for question in found.questions:
            self.summary.say(question.words(), "warn")
            self.patients.addItem(_("choose the patient"), "")
            for word, text in question.choice_texts().items():
                self.patients.addItem(text, word)
        self.patients.setVisible(bool(found.questions))

    def _show_state(self) -> None:
        wanted = [card for card in self.cards if card.is_wanted]
        is_answered = all(card.is_answered for card in wanted)
        has_patient = not self.patients.count() or bool(self.patients.currentData())
        self.import_button.setEnabled(bool(wanted) and is_answered and has_patient)
        self.import_button.setVisible(bool(self.cards))
        self.report_button.setVisible(self._report is not None)
        self.patients.setVisible(self.patients.count() > 0)
        if wanted and not is_answered:
            self.missing.say(_("Answer the questions of the ticked series first."), "stale")
        elif wanted and not has_patient:
            self.missing.say(_("Choose whose images these are first."), "stale")
        else:
            self.missing.say(_("Tick the series to import.") if self.cards and not wanted else "", "stale")

    # -- taking -----------------------------------------------------------------------------------------------------

    def take_chosen(self, reason: str = "", more: dict[str, str] | None = None) -> None:
        """Import the ticked series as one undo step; questions about identity are asked on the way."""
        if self._scan is None:
            return
        choices = {**self._choices(), **(more or {})}
        keys = tuple(card.series.key for card in self.cards if card.is_wanted)
        request = ImportRequest(self._scan, keys, self._session.case, choices, reason)
        store = self._session.document.store

        def work(progress: Progress) -> ImportResult:
            return import_images(request, store, progress)

        def failed(error: PlannerError | Cancelled) -> None:
            self._import_failed(error, lambda answer: self.take_chosen(reason, {**choices, **answer}))

        self.guard.hide()
        self._session.jobs.start(_("Importing images"), work, self._apply, failed)

    def _choices(self) -> dict[str, str]:
        choices = {f"{card.series.key}:{code}": word for card in self.cards for code, word in card.answers.items()}
        if self.patients.currentData():
            choices["several-patients"] = str(self.patients.currentData())
        return choices

    def _import_failed(self, error: PlannerError | Cancelled, again: Callable[[dict[str, str]], None]) -> None:
        if isinstance(error, QuestionError):
            code = error.code
            self._session.ask(error, lambda word: again({code: word}))
        elif isinstance(error, PlannerError) and error.code == "other-patient":
            self.guard.ask(error.text)
        else:
            self._session.errors.show(error)

    def _apply(self, result: ImportResult) -> None:
        """Into the case that is current now."""
        case = self._session.case
        for image in result.images:
            case = case.with_image(image)
        names = ", ".join(image.name for image in result.images)
        detail = f"{names}. {result.confirmation}" if result.confirmation else names  # into the audit trail
        if self._session.do(Command("import-image", detail), case):
            self._report = result.report
            self.close_scan()
            words = _("Imported: {names}. Patient: {patient}. Confirm the identity in task 1.")
            who = result.read_back if result.identity != Identity() else _("the files do not say who")
            self._session.errors.say(words.format(names=names, patient=who))
        self._show_state()

    def _show_report(self) -> None:
        if self._report is not None:
            dialog = ImportReportDialog(self._report, self)
            dialog.open()

    def close_scan(self) -> None:
        """End the reading process, forget the cards."""
        if self._scan is not None:
            self._scan.close()
            self._scan = None
        for card in self.cards:
            self._list.removeWidget(card)
            card.deleteLater()
        self.cards = []
        self.patients.clear()
        self.summary.say("")
        self._show_state()
