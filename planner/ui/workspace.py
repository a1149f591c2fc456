"""An open case: tasks on the left, views in the middle, the page of the task on the right."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QWidget

from planner.case import checks
from planner.case.commands import Command
from planner.case.model import Case, Region, Vector
from planner.geometry import Points
from planner.i18n import _, position
from planner.steps.read_lead import acpc_transform
from planner.ui.pages.align_page import AlignPage
from planner.ui.pages.anatomy_page import AnatomyPage
from planner.ui.pages.images_page import ImagesPage
from planner.ui.pages.page import PAGE_WIDTH_PX, Page
from planner.ui.pages.patient_page import PatientPage
from planner.ui.pages.plan_page import PlanPage
from planner.ui.pages.report_page import ReportPage
from planner.ui.pages.spine_page import SpinePage
from planner.ui.pages.stimulate_page import StimulatePage
from planner.ui.session import Session
from planner.ui.task_names import tasks
from planner.ui.widgets.task_list import TaskList

TASKS_WIDTH_PX = 184
SPINE_ANATOMY = "anatomy-spine"
"""The page of task ``anatomy`` while the case is of a spine."""


class Workspace(QWidget):
    """Follows one document. Holds no facts of its own."""

    place_changed = Signal(str)
    """Where the crosshair is, in words."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._unseen: dict[str, Case | None] = {}
        self.task_list = TaskList(tasks())
        self.task_list.setFixedWidth(TASKS_WIDTH_PX)
        self.pages: dict[str, Page] = {
            "patient": PatientPage(session),
            "images": ImagesPage(session),
            "align": AlignPage(session),
            "anatomy": AnatomyPage(session),
            SPINE_ANATOMY: SpinePage(session),
            "plan": PlanPage(session),
            "stimulate": StimulatePage(session),
            "report": ReportPage(session),
        }
        self.stack = QStackedWidget()
        for page in self.pages.values():
            self.stack.addWidget(page)
        self.stack.setMinimumWidth(PAGE_WIDTH_PX)
        self._lay_out()
        self._current = ""
        self.task_list.chosen.connect(self._show_page)
        session.document.changed.connect(self._follow)
        session.selection.cursor_changed.connect(lambda _cursor: self.tell_place())
        session.picker.asking.connect(self.tell_place)
        leaving = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        leaving.activated.connect(self.leave_tool)
        self._unseen = dict.fromkeys(self.pages)
        self._show_statuses(session.case)
        self.task_list.choose(first_open_task(session.case))

    def _lay_out(self) -> None:
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.addWidget(self.session.views)
        self.splitter.addWidget(self.stack)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setStretchFactor(1, 0)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setSizes([10_000, PAGE_WIDTH_PX])
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self.task_list)
        row.addWidget(self.splitter, 1)

    def minimumSizeHint(self) -> QSize:
        return QSize(TASKS_WIDTH_PX + 480 + PAGE_WIDTH_PX, 480)

    @property
    def page(self) -> Page:
        return self.pages[self._current]

    def _show_page(self, task: str) -> None:
        key = page_key(self.session.case, task)
        if self._current and self._current != key:
            self.pages[self._current].left()
        self._current = key
        page = self.pages[key]
        if key in self._unseen:
            page.follow(self._unseen.pop(key), self.session.case)
        self.stack.setCurrentWidget(page)
        page.entered()

    def _follow(self, before: Case, after: Case) -> None:
        """The page in sight at once, the others when they are next seen."""
        self._show_statuses(after)
        for key, page in self.pages.items():
            if key == self._current:
                page.follow(before, after)
            else:
                self._unseen.setdefault(key, before)
        if before.region != after.region and self._current in ("anatomy", SPINE_ANATOMY):
            self._show_page("anatomy")

    def _show_statuses(self, case: Case) -> None:
        for key, status in checks.task_status(case).items():
            self.task_list.show_status(key, status)

    def tell_place(self, asking: str = "") -> None:
        """For the status bar: what is asked for, or where the crosshair is."""
        cursor = self.session.selection.cursor
        words = place_words(self.session.case, cursor) if cursor is not None else ""
        self.place_changed.emit(asking or words)

    def _parts(self) -> dict[str, QWidget]:
        return {"tasks": self.task_list, "views": self.session.views, "page": self.page}

    def focused_part(self) -> str:
        """``tasks``, ``views``, ``page`` or empty."""
        focused = self.window().focusWidget()
        found = [
            key for key, part in self._parts().items() if focused and (part is focused or part.isAncestorOf(focused))
        ]
        return found[0] if found else ""

    def cycle_focus(self) -> None:
        """F6: tasks → views → page."""
        keys = list(self._parts())
        here = self.focused_part()
        following = keys[(keys.index(here) + 1) % len(keys)] if here else keys[0]
        target = self._parts()[following]
        if following == "page":
            self.page.focus_first()
        else:
            target.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def leave_tool(self) -> None:
        """Esc: nothing is asked for any more, and dragging moves the crosshair."""
        self.session.picker.stop()
        self.session.views.choose_tool("crosshair")

    def import_sample(self, region: Region) -> None:
        """Bring in the sample head or spine, for practice."""
        if region != self.session.case.region:
            self.session.do(Command("choose-region"), self.session.case.with_region(region))
        self.task_list.choose("images")
        page = self.pages["images"]
        if isinstance(page, ImagesPage):
            page.import_sample(region)

    def shut(self) -> None:
        """Leave tools and stop following before the document is closed."""
        self.pages[self._current].left()
        for page in self.pages.values():
            page.closed()
        self.session.document.changed.disconnect(self._follow)
        self.session.skin.shut()
        self.session.carm.shut()
        self.session.showing.shut()


def page_key(case: Case, task: str) -> str:
    """The page on which a task is done: the anatomy of a spine has its own."""
    return SPINE_ANATOMY if task == "anatomy" and case.region == "spine" else task


def place_words(case: Case, cursor: Vector) -> str:
    """The crosshair in scanner letters, and from the midcommissural point when AC and PC are set."""
    words = _("Crosshair {position} mm").format(position=position(*cursor))
    to_acpc = acpc_transform(case)
    if to_acpc is None:
        return words
    x, y, z = to_acpc.apply(Points.of([cursor], case.planning_space)).xyz[0]
    from_mcp = _("from MCP {position} mm").format(position=position(float(x), float(y), float(z)))
    return f"{words}   {from_mcp}"


def first_open_task(case: Case) -> str:
    """Where to begin: the first task that is to do or out of date."""
    statuses = checks.task_status(case)
    return next((task.key for task in tasks() if statuses[task.key] != "done"), "report")
