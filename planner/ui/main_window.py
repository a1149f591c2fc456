"""The window: assembles menus, start page, the open case and the jobs. It decides nothing clinical."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from planner import i18n
from planner.app.document import CaseDocument
from planner.app.jobs import Job, Jobs
from planner.app.settings import Settings
from planner.case.file import CaseFile
from planner.case.model import Case, Region
from planner.i18n import _
from planner.ui.about import about_dialog
from planner.ui.case_desk import CaseDesk
from planner.ui.errors import BugReporter, Errors
from planner.ui.guide import GuideDialog
from planner.ui.menus import Menus
from planner.ui.pages.start_page import StartPage
from planner.ui.shortcuts import ShortcutsDialog
from planner.ui.status_line import StatusLine
from planner.ui.task_names import tasks
from planner.ui.theme import apply_theme
from planner.ui.widgets.jobs_bar import JobsBar
from planner.ui.widgets.message_bar import MessageBar
from planner.ui.widgets.signing import Signer

if TYPE_CHECKING:
    from planner.ui.workspace import Workspace


class MainWindow(QMainWindow):
    """One window, at most one open case."""

    language_changed = Signal(str)

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.settings = settings
        self.jobs = Jobs(self)
        self.signer = Signer(self)
        self.bugs = BugReporter(self)
        self.workspace: Workspace | None = None
        self._is_warming = False
        self.setWindowTitle("Nociplan")
        self.resize(1366, 740)
        self.setMinimumSize(QSize(1024, 600))
        self._build()
        self._follow_jobs()

    # -- assembling -------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        """Everything that holds words; called again when the language changes."""
        self.messages = MessageBar()
        self.errors = Errors(self.messages)
        self.desk = CaseDesk(self, self.settings, self.jobs, self.errors, self._take)
        self.jobs_bar = JobsBar()
        self.stack = QStackedWidget()
        self.start_page = StartPage()
        self.stack.addWidget(self.start_page)
        central = QWidget()
        column = QVBoxLayout(central)
        column.setContentsMargins(4, 2, 4, 0)
        column.setSpacing(2)
        column.addWidget(self.messages)
        column.addWidget(self.stack, 1)
        column.addWidget(self.jobs_bar)
        self.setCentralWidget(central)
        self.menus = Menus(self, self, tasks())
        self.status = StatusLine(self.statusBar(), is_warming=self._is_warming)
        self._connect_start_page()
        self.menus.show_choices(self.settings.theme, self.settings.language, shows_skin=self.settings.shows_skin)
        self._show_recent()
        self._show_case_state()

    def _connect_start_page(self) -> None:
        page = self.start_page
        page.new_wanted.connect(self.desk.new_case)
        page.open_wanted.connect(self.desk.open_case)
        page.sample_wanted.connect(self.desk.practise)
        page.recent_wanted.connect(lambda path: self.open_path(Path(path)))

    def _follow_jobs(self) -> None:
        self.jobs.started.connect(self._job_started)
        self.jobs.progressed.connect(lambda job, part, words: self.jobs_bar.show_progress(job, part, words))
        self.jobs.ended.connect(lambda job: self.jobs_bar.remove(job))

    def _job_started(self, job: Job) -> None:
        self.jobs_bar.add(job, job.name, job.cancel)

    # -- cases ------------------------------------------------------------------------------------------------------

    @property
    def document(self) -> CaseDocument | None:
        return self.workspace.session.document if self.workspace else None

    def new_case(self) -> None:
        self.desk.new_case()

    def open_case(self) -> None:
        self.desk.open_case()

    def open_path(self, path: Path) -> None:
        """Open the case in folder ``path``; the case that is open is closed once the new one could be opened."""
        if self.document is not None and self.document.file.path.resolve() == path.resolve():
            self.messages.say(_("This case is open in this window."))
            return
        self.desk.open_path(path)

    def _take(self, file: CaseFile, sample: Region | None) -> None:
        self.close_case()
        self.settings.add_recent(file.path)
        self._show_workspace(CaseDocument(file))
        self._show_recent()
        for notice in file.notices:
            self.messages.say(notice, "warn")
        if file.recovered:
            self.messages.say(file.recovered, "warn")  # stays until it is put away
        if file.is_read_only:
            self.messages.say(_("This case is open for reading only. Copy it to change it."), "warn")
        if sample is not None and self.workspace is not None:
            self.workspace.import_sample(sample)

    def _show_workspace(self, document: CaseDocument) -> None:
        from planner.ui.opening import open_workspace  # VTK and scipy come with it: not before the window is shown

        self.workspace = open_workspace(document, self.jobs, self.settings, self.signer, self.errors)
        self.workspace.place_changed.connect(self.status.place.setText)
        self.workspace.tell_place()
        views = self.workspace.session.views
        self.status.tools.chosen.connect(views.choose_tool)
        views.tool_changed.connect(self.status.tools.show_tool)
        self.status.tools.show()
        document.changed.connect(self._follow)
        self.stack.addWidget(self.workspace)
        self.stack.setCurrentWidget(self.workspace)
        self._show_case_state()

    def copy_case(self) -> None:
        if self.document is not None:
            self.desk.ask_copy(self.document)

    def close_case(self) -> None:
        """Stop the jobs of this case and let go of it; nothing needs saving."""
        if self.workspace is None:
            return
        self.jobs.cancel_all()
        document = self.workspace.session.document
        document.changed.disconnect(self._follow)
        self._drop_workspace()
        document.close()
        self.messages.clear()
        self._show_case_state()

    def _drop_workspace(self) -> None:
        if self.workspace is not None:
            self.workspace.shut()
            self.stack.removeWidget(self.workspace)
            self.workspace.deleteLater()
            self.workspace = None
            self.status.leave_case()
            self.stack.setCurrentWidget(self.start_page)

    # -- undo -------------------------------------------------------------------------------------------------------

    def undo(self, steps: int = 1) -> None:
        document = self.document
        if document is not None:
            self.errors.attempt(lambda: [document.undo() for _step in range(steps)])

    def redo(self, steps: int = 1) -> None:
        document = self.document
        if document is not None:
            self.errors.attempt(lambda: [document.redo() for _step in range(steps)])

    # -- the look of it ---------------------------------------------------------------------------------------------

    def choose_theme(self, theme: str) -> None:
        self.settings.theme = theme
        app = QApplication.instance()
        if isinstance(app, QApplication):
            apply_theme(app, theme)

    def choose_language(self, language: str) -> None:
        """Rebuild every text; the case stays open."""
        self.settings.language = language
        i18n.use_language(i18n.system_language() if language == "system" else language)
        self.language_changed.emit(i18n.language())
        document = self.document
        task = self.workspace.task_list.current_key if self.workspace else ""
        if document is not None:
            document.changed.disconnect(self._follow)
        self._drop_workspace()
        self._build()
        if document is not None:
            self._show_workspace(document)
            self.go_to_task(task)

    def choose_layout(self, layout: str) -> None:
        if self.workspace is not None:
            self.workspace.session.views.show_layout(layout)

    def show_skin(self, is_shown: bool) -> None:
        self.settings.shows_skin = is_shown
        if self.workspace is not None:
            self.workspace.session.skin.show_again()

    def say_warming(self, is_long: bool) -> None:
        """Kernels are being compiled in the background."""
        self._is_warming = is_long
        self.status.warming.setVisible(is_long)

    def go_to_task(self, key: str) -> None:
        if self.workspace is not None:
            self.workspace.task_list.choose(key)

    def cycle_focus(self) -> None:
        if self.workspace is not None:
            self.workspace.cycle_focus()

    def show_guide(self) -> None:
        self._show_dialog(GuideDialog(self))

    def show_shortcuts(self) -> None:
        self._show_dialog(ShortcutsDialog(self))

    def show_about(self) -> None:
        self._show_dialog(about_dialog(self))

    def _show_dialog(self, dialog: QDialog) -> None:
        """Beside the work, not before it: the window stays usable."""
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setModal(False)
        dialog.show()

    # -- following --------------------------------------------------------------------------------------------------

    def _follow(self, _before: Case, _after: Case) -> None:
        self._show_case_state()

    def _show_case_state(self) -> None:
        document = self.document
        self.menus.show_case(document is not None)
        if document is None:
            self.setWindowTitle("Nociplan")
            self.menus.show_history((), ())
            self.status.place.clear()
            return
        title = document.case.title or document.file.path.stem
        self.setWindowTitle(f"{title} - Nociplan")
        self.menus.show_history(document.file.undo_commands, document.file.redo_commands)

    def _show_recent(self) -> None:
        paths = self.settings.recent
        self.menus.show_recent(paths)
        self.start_page.show_recent(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.close_case()
        self.jobs.shut()
        super().closeEvent(event)
