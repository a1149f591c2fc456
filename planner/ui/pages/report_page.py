"""Task 7: read the sides back, see what stands in the way, sign the plan, write the report."""

from pathlib import Path

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QGridLayout, QLabel, QVBoxLayout, QWidget

from planner.case import checks
from planner.case.commands import Command
from planner.case.model import Case
from planner.i18n import _
from planner.progress import Progress
from planner.steps import approve
from planner.steps.write_report import write_report
from planner.ui.pages.page import Page
from planner.ui.pages.plan_new_lead import SideChooser
from planner.ui.session import Session
from planner.ui.widgets.labels import Note
from planner.ui.widgets.signing import SigningRow
from planner.ui.words import shown_time


class SideReadBack(QWidget):
    """One row a lead. The planned side is not shown beside the choice: the person says it from the request."""

    wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(2, 1)
        self.choosers: dict[str, SideChooser] = {}
        self._states: dict[str, Note] = {}

    def show_case(self, case: Case) -> None:
        if list(self.choosers) != list(case.leads):
            self._rebuild(case)
        for lead in case.leads.values():
            subject = f"side:{lead.id}"
            is_confirmed = checks.is_approved(case, subject)
            approval = checks.approval_of(case, subject)
            self.choosers[lead.id].setVisible(not is_confirmed)
            if is_confirmed and approval is not None:
                words = _("{side} confirmed by {name}")
                side = _("left") if lead.side == "left" else _("right")
                self._states[lead.id].say(words.format(side=side, name=approval.by), "good")
            else:
                self._states[lead.id].say("")

    def _rebuild(self, case: Case) -> None:
        while self._grid.count():
            item = self._grid.takeAt(0)
            widget = item.widget() if item else None
            if widget is not None:
                widget.deleteLater()
        self.choosers, self._states = {}, {}
        for row, lead in enumerate(case.leads.values()):
            label = QLabel(lead.name)
            label.setWordWrap(True)
            label.setMinimumWidth(1)  # a long name never pushes the choice out of sight
            chooser, state = SideChooser(), Note()
            chooser.setAccessibleName(_("Side of {lead}").format(lead=lead.name))
            label.setBuddy(chooser)
            self._grid.addWidget(label, row, 0)
            self._grid.addWidget(chooser, row, 1)
            self._grid.addWidget(state, row, 2)
            self.choosers[lead.id], self._states[lead.id] = chooser, state


class ReportPage(Page):
    """Nothing leaves before identity, sides and the plan were confirmed by name."""

    def __init__(self, session: Session) -> None:
        super().__init__(session, _("Report and export"), _("Read the sides back, then sign and write."))
        self.sides = SideReadBack()
        self.side_hint = Note(_("Say the side of each lead from the request, without looking at the plan."))
        self.side_signing = SigningRow(session.signer, {"confirm": (_("Confirm sides"), "approve")})
        self.side_signing.signed.connect(
            lambda _word, name: session.settle(lambda _accepted: self._confirm_sides(name))
        )
        self.no_leads = Note(_("There is no lead yet. Plan one in task 5."))
        self.section(_("Sides, read back"), self.side_hint, self.no_leads, self.sides, self.side_signing)
        self.blockers = QVBoxLayout()
        self.section(_("What stands in the way"), self.blockers)
        self.plan_state = Note()
        self.plan_signing = SigningRow(session.signer, {"approve": (_("Approve plan"), "approve")})
        self.plan_signing.signed.connect(lambda _word, name: session.settle(lambda _accepted: self._approve(name)))
        self.section(_("Approval of the plan"), self.plan_state, self.plan_signing)
        self.write_button = self.button(_("Write report (PDF)…"), self._choose_file, "report", is_primary=True)
        self.open_button = self.button(_("Open its folder"), self._open_folder, "folder")
        self.open_button.setEnabled(False)
        self.written = Note()
        self.section(_("Report"), self.write_button, self.written, self.open_button)
        self._path: Path | None = None
        self.finish()

    # -- following --------------------------------------------------------------------------------------------------

    def follow(self, _before: Case | None, case: Case) -> None:
        self.sides.show_case(case)
        has_open_side = any(not checks.is_approved(case, f"side:{key}") for key in case.leads)
        self.no_leads.setVisible(not case.leads)
        self.side_hint.setVisible(has_open_side)
        self.side_signing.setVisible(has_open_side)
        self._show_blockers(case)
        self._show_plan(case)

    def _show_blockers(self, case: Case) -> None:
        while self.blockers.count():
            item = self.blockers.takeAt(0)
            widget = item.widget() if item else None
            if widget is not None:
                widget.deleteLater()
        found = checks.export_blockers(case)
        for blocker in found:
            self.blockers.addWidget(Note(blocker.words, "bad"))
        if not found:
            self.blockers.addWidget(Note(_("Nothing stands in the way."), "good"))
        is_ready = not found and bool(case.leads)
        self.plan_signing.setEnabled(is_ready)
        self.write_button.setEnabled(is_ready)

    def _show_plan(self, case: Case) -> None:
        approval = checks.approval_of(case, "plan:")
        is_approved = checks.is_approved(case, "plan:")
        self.plan_signing.setVisible(not is_approved)
        if approval is None:
            self.plan_state.say(_("The plan is a draft: nobody has signed it."), "stale")
        elif is_approved:
            words = _("Signed by {name}, {time}.").format(name=approval.by, time=shown_time(approval.at))
            self.plan_state.say(words, "good")
        else:
            words = _("The plan changed since {name} signed it on {time}. Sign it again.")
            self.plan_state.say(words.format(name=approval.by, time=shown_time(approval.at)), "stale")

    # -- what the person does ---------------------------------------------------------------------------------------

    def _confirm_sides(self, name: str) -> None:
        """One undo step a lead; a side that differs from the plan stops here, in words."""
        for lead_id, chooser in self.sides.choosers.items():
            side = chooser.side
            if side is None or checks.is_approved(self.case, f"side:{lead_id}"):
                continue
            approval = approve.confirm_side(self.case, lead_id, side, name)
            lead = self.case.leads[lead_id]
            self.session.do(Command("confirm-side", lead.name), self.case.with_approval(approval), name)

    def _approve(self, name: str) -> None:
        approval = approve.approve_plan(self.case, name)
        self.session.do(Command("approve-plan"), self.case.with_approval(approval), name)

    def _choose_file(self) -> None:
        suggestion = self.session.document.file.path.parent / f"{self.session.document.file.path.stem}.pdf"
        path, _kind = QFileDialog.getSaveFileName(self, _("Write report"), str(suggestion), "PDF (*.pdf)")
        if path:
            self.write(Path(path))

    def write(self, path: Path) -> None:
        """Write the report of the case as it is now."""
        case, store = self.case, self.session.document.store
        head = self.session.document.file.audit_head

        def work(progress: Progress) -> Path:
            return write_report(case, store, path, audit_head=head, progress=progress)

        self.session.run(_("Write report"), work, self._show_written)

    def _show_written(self, path: Path) -> None:
        self._path = path
        self.open_button.setEnabled(True)
        self.written.say(_("Written: {path}").format(path=path), "good")

    def _open_folder(self) -> None:
        if self._path is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._path.parent)))
