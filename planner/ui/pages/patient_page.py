"""Task 1: whose case this is, read back from the images, and who has put their word to what."""

from PySide6.QtWidgets import QFormLayout, QLineEdit, QTreeWidget, QTreeWidgetItem

from planner.case import checks
from planner.case.commands import Command
from planner.case.model import Approval, Case, Identity
from planner.i18n import _
from planner.steps import approve
from planner.ui.pages.page import Page
from planner.ui.session import Session
from planner.ui.theme import TARGET_PX, Tone
from planner.ui.widgets.labels import FactTable, Note, Row
from planner.ui.widgets.signing import SigningRow
from planner.ui.words import person_name, shown_birth_date, shown_sex, shown_time

AUDIT_SHOWN = 12
"""Last entries of the journal on the page; the whole is in the case folder."""


class PatientPage(Page):
    """Title, identity read-back, approvals, journal."""

    def __init__(self, session: Session) -> None:
        super().__init__(session, _("Patient"), _("Check whose images these are before anything else."))
        self.title_edit = QLineEdit()
        self.title_edit.setMinimumHeight(TARGET_PX + 2)
        self.title_edit.setAccessibleName(_("Name of the case"))
        self.title_edit.editingFinished.connect(self._rename)
        form = QFormLayout()
        form.addRow(_("&Name of the case"), self.title_edit)
        self.section(_("Case"), form)
        self.identity_table = FactTable()
        self.identity_note = Note()
        self.signing = SigningRow(session.signer, {"confirm": (_("Confirm identity"), "approve")})
        self.signing.signed.connect(lambda _word, name: session.errors.attempt(lambda: self._confirm(name)))
        self.section(_("Identity, as the images say it"), self.identity_table, self.identity_note, self.signing)
        self.approvals = FactTable()
        self.no_approvals = Note(_("Nothing has been signed yet."))
        self.section(_("Signed decisions"), self.approvals, self.no_approvals)
        self.recovered = Note()
        self.head = FactTable()
        self.journal = QTreeWidget()
        self.journal.setHeaderLabels([_("When"), _("What"), _("By")])
        self.journal.setRootIsDecorated(False)
        self.journal.setAccessibleName(_("Journal"))
        self.journal.setMinimumHeight(140)
        self.section(_("Journal"), self.recovered, self.journal, self.head)
        self.finish()

    def follow(self, _before: Case | None, case: Case) -> None:
        if not self.title_edit.hasFocus():
            self.title_edit.setText(case.title)
        self._show_identity(case)
        self._show_approvals(case)
        self._show_journal()

    # -- what the person does ---------------------------------------------------------------------------------------

    def _rename(self) -> None:
        title = self.title_edit.text().strip()
        if title != self.case.title:
            self.session.do(Command("set-title", title), self.case.with_title(title))

    def _confirm(self, name: str) -> None:
        identity = self._stated_identity(self.case)
        if identity is not None:
            case = self.case.with_identity(identity)
            self.session.do(Command("confirm-identity"), case.with_approval(approve.confirm_identity(case, name)), name)

    # -- showing ----------------------------------------------------------------------------------------------------

    def _stated_identity(self, case: Case) -> Identity | None:
        """What the planning image says; the import guard keeps a second patient out."""
        image = case.images.get(case.planning_image)
        return image.identity if image else None

    def _show_identity(self, case: Case) -> None:
        stated = self._stated_identity(case)
        if stated is None:
            self.identity_table.show_rows([])
            self.identity_note.say(_("There are no images yet. Add them in task 2."))
        else:
            shown = case.identity if case.identity is not None and stated == Identity() else stated
            self.identity_table.show_rows(_identity_rows(shown))
            self.identity_note.say(*_identity_words(case, stated))
        is_confirmed = stated is not None and _agrees(case, stated)
        self.signing.setVisible(stated is not None and not is_confirmed)

    def _show_approvals(self, case: Case) -> None:
        rows = [_approval_row(case, number, one) for number, one in enumerate(case.approvals.values(), start=1)]
        self.approvals.show_rows(rows)
        self.no_approvals.setVisible(not rows)

    def _show_journal(self) -> None:
        file = self.session.document.file
        self.recovered.say(file.recovered or "", "warn")
        entries = list(file.audit())
        self.journal.clear()
        for entry in entries[: -AUDIT_SHOWN - 1 : -1]:
            words = entry.words() if hasattr(entry, "words") else entry.command.words()
            self.journal.addTopLevelItem(QTreeWidgetItem([shown_time(entry.at), words, entry.by]))
        for column in range(2):
            self.journal.resizeColumnToContents(column)
        chain = _("{count} entries, last hash {head}")
        words = chain.format(count=len(entries), head=file.audit_head[:16])
        self.head.show_rows([(_("Audit chain"), words)])


def _identity_rows(identity: Identity) -> list[Row]:
    missing = _("not stated")
    return [
        (_("Name"), person_name(identity.name) or missing),
        (_("Patient ID"), identity.patient_id or missing),
        (_("Birth date"), shown_birth_date(identity.birth_date) or missing),
        (_("Sex"), shown_sex(identity.sex) or missing),
    ]


def _agrees(case: Case, stated: Identity) -> bool:
    """Whether the confirmed identity is what the images state; images that state nothing contradict nobody."""
    return case.identity is not None and stated in (case.identity, Identity())


def _identity_words(case: Case, stated: Identity) -> tuple[str, Tone]:
    others = [image.name for image in case.images.values() if image.identity != stated]
    if others:
        words = _("Other words about the patient stand in: {images}. Check them in task 2.")
        return words.format(images=", ".join(others)), "warn"
    approval = checks.approval_of(case, "identity:")
    if _agrees(case, stated) and approval is not None:
        return _("Confirmed by {name}, {time}.").format(name=approval.by, time=shown_time(approval.at)), "good"
    if case.identity is not None:
        return _("The images now say something else than what was confirmed. Confirm again."), "warn"
    return _("Read it aloud and compare with the request. Then sign."), "plain"


def _approval_row(case: Case, number: int, approval: Approval) -> tuple[str, str, Tone]:
    subject = _subject_words(case, approval.subject)
    decision = {"approved": _("approved"), "rejected": _("rejected"), "proposed": _("proposed")}[approval.decision]
    text = _("{decision} by {name}, {time}")
    words = text.format(decision=decision, name=approval.by, time=shown_time(approval.at))
    if approval.decision == "approved" and not _still_holds(case, approval):
        return f"{number}. {subject}", _("{words} (changed since)").format(words=words), "warn"
    return f"{number}. {subject}", words, "plain"


def _still_holds(case: Case, approval: Approval) -> bool:
    try:
        return checks.subject_hash(case, approval.subject) == approval.subject_hash
    except KeyError:
        return False


def _subject_words(case: Case, subject: str) -> str:
    kind, _colon, key = subject.partition(":")
    if kind == "side" and key in case.leads:
        return _("Side of {lead}").format(lead=case.leads[key].name)
    texts = {
        "identity": _("Identity"),
        "alignment": _("Alignment"),
        "side": _("Side of a lead"),
        "plan": _("Plan"),
    }
    return texts.get(kind, kind)
