"""Task 5: name a lead, give it target and entry in two clicks, settle depth and rotation, read it, lock it."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut

from planner.case import checks
from planner.case.commands import Command
from planner.case.model import Case, Lead
from planner.i18n import _
from planner.steps import plan_lead
from planner.steps.read_lead import read_lead
from planner.ui.lead_drag import LeadDrag
from planner.ui.live_field import LiveField
from planner.ui.pages.page import Page
from planner.ui.pages.plan_chosen_lead import ChosenLead, LeadChange
from planner.ui.pages.plan_lead_readout import LeadReadoutView
from planner.ui.pages.plan_lead_table import LeadTable
from planner.ui.pages.plan_live_field import LiveFieldPanel
from planner.ui.pages.plan_new_lead import NewLeadForm
from planner.ui.session import Session
from planner.ui.views.probe_view import ProbeView
from planner.ui.widgets.buttons import button


class PlanPage(Page):
    """The leads of the case, and the one that is chosen."""

    def __init__(self, session: Session) -> None:
        super().__init__(session, _("Plan leads"), _("Name the lead first, then click its target and its entry."))
        self.leads = LeadTable()
        self.leads.chosen.connect(session.showing.take_in_hand)
        self.leads.removed.connect(lambda lead_id: session.settle(lambda _accepted: self._remove(lead_id)))
        self.leads.lock_wanted.connect(lambda key, wanted: session.settle(lambda _accepted: self._lock(key, wanted)))
        self.section(_("Leads"), self.leads)
        self.new_button = button(_("New lead"), lambda: self._open_form(True), "add")
        self.column.addWidget(self.new_button)
        self.new_lead = NewLeadForm(session)
        self.new_lead.given_up.connect(lambda: self._open_form(False))
        self.new_lead.placed.connect(lambda request: session.settle(lambda accepted: self._place(request, accepted)))
        self.new_section = self.section(_("New lead"), self.new_lead)
        self._is_form_open = False
        self.chosen = ChosenLead(session)
        self.chosen.changed.connect(lambda change: session.settle(lambda accepted: self._change(change, accepted)))
        self.chosen.previewed.connect(self._preview)
        self.chosen_section = self.section(_("Chosen lead"), self.chosen)
        self.drag = LeadDrag(session, self)
        self.drag.previewed.connect(self._preview_moved)
        self.drag.dropped.connect(self._drop)
        self.live = LiveField(session, self)
        self.live_panel = LiveFieldPanel(self.live)
        self.live_section = self.section(_("Field while you move the lead"), self.live_panel)
        self.probe = ProbeView()
        session.showing.add_view(self.probe)
        self.probe.setMinimumHeight(240)
        self.probe_section = self.section(_("Probe's eye: down the path, anterior up"), self.probe)
        self.readout = LeadReadoutView()
        self.column.addWidget(self.readout)
        session.selection.active_lead_changed.connect(lambda _lead_id: self._show_chosen())
        self._bind_keys()
        self.finish()

    def _bind_keys(self) -> None:
        """T and E set target and entry of the chosen lead at the crosshair while this page is in sight."""
        for key, part in (("T", "target"), ("E", "entry")):
            shortcut = QShortcut(QKeySequence(key), self, context=Qt.ShortcutContext.WindowShortcut)
            shortcut.activated.connect(lambda part=part: self._set_at_crosshair(part))

    # -- following --------------------------------------------------------------------------------------------------

    def follow(self, before: Case | None, case: Case) -> None:
        if before is None or before.leads is not case.leads:
            self.leads.show_leads(case.leads)
        self.new_lead.follow(case)
        stale = checks.stale(case)
        lost = [lead.name for lead in case.leads.values() if f"lead:{lead.id}" in stale]
        text = _("Planned on another image: {names}. Place them again.")
        self.say_stale(text.format(names=", ".join(lost)) if lost else "")
        if self.session.selection.active_lead not in case.leads:
            self.session.selection.set_active_lead(next(iter(case.leads), ""))
        self._show_chosen()

    def _active(self) -> Lead | None:
        return self.case.leads.get(self.session.selection.active_lead)

    def _show_chosen(self) -> None:
        lead = self._active()
        is_form_seen = self._is_form_open or not self.case.leads
        self.new_section.setVisible(is_form_seen)
        self.new_button.setVisible(not is_form_seen)
        self.leads.show_chosen(lead.id if lead else "")
        self.chosen_section.setVisible(lead is not None)
        self.probe_section.setVisible(lead is not None)
        self.live_section.setVisible(lead is not None)
        self.chosen.show_lead(lead)
        self.live_panel.show_lead(lead)
        is_readable = lead is not None and lead.space == self.case.planning_space
        readout = read_lead(self.case, self.session.document.store, lead.id) if lead and is_readable else None
        self.readout.show_readout(self.case, lead, readout)
        if lead is not None:
            self.probe.set_path(lead.target, lead.entry)

    def entered(self) -> None:
        self.drag.is_listening = True

    def left(self) -> None:
        self.drag.is_listening = False
        self.session.picker.stop()
        self.session.showing.preview_lead(None)
        self.live.leave()

    def closed(self) -> None:
        self.live.shut()

    def _open_form(self, is_open: bool) -> None:
        self._is_form_open = is_open
        if not is_open:
            self.session.picker.stop()
            self.new_lead.clear()
        self._show_chosen()
        if is_open:
            self.new_lead.name_edit.setFocus()

    # -- what the person does ---------------------------------------------------------------------------------------

    def _place(self, request: plan_lead.PlaceLeadRequest, accepted: tuple[str, ...]) -> None:
        wanted = replace(request, accepted=accepted)
        lead = plan_lead.place_lead(self.case, self.session.document.store, wanted)
        if self.session.do(Command("add-lead", lead.name), self.case.with_lead(lead)):
            self.session.selection.set_active_lead(lead.id)
            self._open_form(False)

    def _remove(self, lead_id: str) -> None:
        lead = plan_lead.lead_of(self.case, lead_id)
        self.session.do(Command("remove-lead", lead.name), self.case.without_lead(lead_id))

    def _lock(self, lead_id: str, is_wanted: bool) -> None:
        lead = plan_lead.lock(self.case, lead_id) if is_wanted else plan_lead.unlock(self.case, lead_id)
        kind = "lock-lead" if is_wanted else "unlock-lead"
        self.session.do(Command(kind, lead.name), self.case.with_lead(lead))

    def _change(self, change: LeadChange, accepted: tuple[str, ...]) -> None:
        lead = self._changed(change, accepted)
        if lead != self.case.leads[lead.id]:
            kind = "change-lead" if change.device_id or change.rotation_deg is not None else "move-lead"
            if self.session.do(Command(kind, lead.name), self.case.with_lead(lead)):
                self.live.settled(lead)
        else:
            self.session.showing.preview_lead(None)
            self.live.end()
            self._show_chosen()

    def _changed(self, change: LeadChange, accepted: tuple[str, ...]) -> Lead:
        case, store = self.case, self.session.document.store
        if change.depth_mm is not None:
            return plan_lead.change_depth(case, store, change.lead_id, change.depth_mm)
        if change.rotation_deg is not None:
            return plan_lead.rotate(case, store, change.lead_id, change.rotation_deg)
        if change.device_id is not None:
            return plan_lead.change_device(case, store, change.lead_id, change.device_id)
        return plan_lead.move_lead(
            case, store, change.lead_id, target=change.target, entry=change.entry, accepted=accepted
        )

    def _preview(self, change: LeadChange) -> None:
        """Show the lead where the slider is; the case changes when the person lets go."""
        lead = self.case.leads.get(change.lead_id)
        if lead is None or lead.is_locked:
            return
        depth = lead.depth_mm if change.depth_mm is None else change.depth_mm
        rotation = lead.rotation_deg if change.rotation_deg is None else change.rotation_deg
        moved = replace(lead, depth_mm=depth, rotation_deg=rotation)
        self._preview_moved(moved)

    def _preview_moved(self, lead: Lead) -> None:
        self.session.showing.preview_lead(lead)
        self.live.moved(lead)

    def _drop(self, lead: Lead) -> None:
        """One change, whatever was dragged; where it is doubted or refused the lead goes back."""
        change = LeadChange(lead.id, target=lead.target, entry=lead.entry)
        before = self.case.leads[lead.id]
        self.session.settle(lambda accepted: self._change(change, accepted))
        if self.case.leads.get(lead.id) is before:
            self.session.showing.preview_lead(None)
            self.live.end()

    def _set_at_crosshair(self, part: str) -> None:
        cursor = self.session.selection.cursor
        if self.isVisible() and cursor is not None:
            self.chosen.set_point(part, cursor)
