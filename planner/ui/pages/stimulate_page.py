"""Task 6: choose contacts and current, compute the field once, and see the activated volume follow.

The page assembles panels and carries out what the person decides. Every panel shows one :class:`StimulationState`; a
new one is a widget with ``show_state``, added to ``panels``.
"""

from PySide6.QtWidgets import QComboBox

from planner.case.band import FieldBand
from planner.case.checks import simulation_of, solution_of, stale
from planner.case.commands import Command
from planner.case.model import Case, FieldSolution, Lead, Programme
from planner.errors import PlannerError
from planner.i18n import _
from planner.library.assumptions import field_sentences
from planner.progress import Progress
from planner.steps.set_programme import ProgrammeRequest, programme_of, set_programme
from planner.steps.simulate import simulate
from planner.steps.solve_band import solve_band
from planner.steps.solve_field import solve_field
from planner.ui.pages.page import Page
from planner.ui.pages.stimulate_activation import ActivationPanel
from planner.ui.pages.stimulate_controls import StimulationControls
from planner.ui.pages.stimulate_fibres import FibrePanel
from planner.ui.pages.stimulate_field import FieldPanel
from planner.ui.pages.stimulate_levels import LevelsPanel
from planner.ui.pages.stimulate_live import LiveActivation, LivePreview
from planner.ui.pages.stimulate_plots import FieldPlotPanel
from planner.ui.pages.stimulate_state import StimulationPanel, StimulationState, state_of
from planner.ui.pages.stimulate_thresholds import ThresholdTable
from planner.ui.session import Session
from planner.ui.theme import TARGET_PX
from planner.ui.widgets.labels import Note


class StimulatePage(Page):
    """One programme a lead. Out-of-date results stay in sight, greyed and named, until they are computed again."""

    def __init__(self, session: Session) -> None:
        super().__init__(session, _("Stimulate"), _("Set contacts and current; the activated volume follows."))
        self.live = LiveActivation(session.document.store, session.showing.surfaces, self)
        self.live.previewed.connect(self._show_preview)
        self.lead_box = self._make_lead_box()
        self.no_lead = Note(_("There is no lead yet. Plan one in task 5."))
        self.controls = self._make_controls()
        self.field = FieldPanel(session, self.compute_field)
        self.activation = ActivationPanel(session, self.compute_band)
        self.fibres = FibrePanel(session)
        self.levels = LevelsPanel(session)
        self.plots = FieldPlotPanel(session)
        self.thresholds = ThresholdTable()
        self.basis = BasisNote()
        self.section(_("Contacts"), self.lead_box, self.no_lead, self.controls)
        self.section(_("Field of the lead"), self.field)
        self.section(_("Activation"), self.activation)
        self.folding(_("Fibres that fire"), self.fibres)
        self.folding(_("|E| on the views"), self.levels)
        self.folding(_("Pulse and field"), self.plots)
        self.folding(_("Threshold table"), self.thresholds, is_open=False)
        self.folding(_("What this rests on"), self.basis)
        self.panels: tuple[StimulationPanel, ...] = (
            self.field,
            self.activation,
            self.fibres,
            self.levels,
            self.plots,
            self.thresholds,
            self.basis,
        )
        session.selection.active_lead_changed.connect(lambda _lead_id: self._show())
        self.finish()

    def _make_lead_box(self) -> QComboBox:
        box = QComboBox()
        box.setMinimumHeight(TARGET_PX + 2)
        box.setAccessibleName(_("Lead"))
        box.activated.connect(lambda _index: self.session.showing.take_in_hand(box.currentData()))
        return box

    def _make_controls(self) -> StimulationControls:
        controls, session = StimulationControls(), self.session
        controls.settled.connect(lambda request: session.settle(lambda _accepted: self._settle(request)))
        controls.previewed.connect(self.preview)
        controls.threshold_chosen.connect(lambda: session.settle(lambda _accepted: self._simulate_again()))
        return controls

    # -- following --------------------------------------------------------------------------------------------------

    def follow(self, before: Case | None, case: Case) -> None:
        if before is None or before.leads is not case.leads:
            self.lead_box.clear()
            for lead in case.leads.values():
                self.lead_box.addItem(lead.name, lead.id)
        if self.session.selection.active_lead not in case.leads:
            self.session.selection.set_active_lead(next(iter(case.leads), ""))
        self._show()

    def _show(self) -> None:
        state = state_of(self.case, self.session.selection.active_lead)
        lead = state.lead
        self.lead_box.setCurrentIndex(self.lead_box.findData(lead.id if lead else ""))
        self.no_lead.setVisible(lead is None)
        self.controls.show_lead(lead, state.programme)
        if state.simulation is not None and not state.is_simulation_stale:
            self.controls.show_threshold(state.simulation.assumptions["threshold"], state.simulation.fibre_diameter_um)
        for panel in self.panels:
            panel.show_state(state)
        self.say_stale(_("The activation shown is out of date.") if state.is_simulation_stale else "")

    def entered(self) -> None:
        self._show()

    def left(self) -> None:
        self.live.let_go()
        self.fibres.let_go()
        self.levels.hide_levels()

    def closed(self) -> None:
        self.plots.shut()
        self.fibres.shut()

    def _lead(self) -> Lead | None:
        return self.case.leads.get(self.session.selection.active_lead)

    # -- what the person does ---------------------------------------------------------------------------------------

    def compute_field(self) -> None:
        """A job; its result goes into the case that is current when it ends, and the activation after it."""
        lead = self._lead()
        if lead is None:
            return
        case, store = self.case, self.session.document.store

        def work(progress: Progress) -> FieldSolution:
            return solve_field(case, store, lead.id, progress=progress)

        def done(solution: FieldSolution) -> None:
            if lead.id in self.case.leads:
                self.session.do(Command("solve-field", lead.name), self.case.with_solution(solution))
                self._simulate_again()
                self.fibres.work.follow(lead.id)

        self.session.run(_("Field of {name}").format(name=lead.name), work, done)

    def compute_band(self) -> None:
        """A job of two solves; the band belongs to the programme as it is now, and goes out of date with it."""
        lead = self._lead()
        programme = programme_of(self.case, lead.id) if lead else None
        if lead is None or programme is None:
            return
        case, store = self.case, self.session.document.store

        def work(progress: Progress) -> FieldBand:
            return solve_band(case, store, programme.id, progress)

        def done(band: FieldBand) -> None:
            if programme.id in self.case.programmes:
                self.session.do(Command("solve-band", lead.name), self.case.with_band(band))

        self.session.run(_("Low and high run of {name}").format(name=lead.name), work, done)

    def preview(self, request: ProgrammeRequest) -> None:
        """While a slider moves: the volume and the numbers, nothing kept."""
        self.live.preview(self.case, request, self.controls.parameters)

    def _show_preview(self, preview: LivePreview) -> None:
        self.activation.show_preview(preview.simulation)
        self.plots.show_preview(preview.programme, preview.simulation.threshold_v_per_mm)
        self.fibres.follow_preview(preview.case, preview.programme, preview.simulation)
        self.levels.follow_preview(preview.case, preview.programme.id, self.live.scratch, preview.prepared.units)

    def _settle(self, request: ProgrammeRequest) -> None:
        """One undo step: the programme, and its activation when the field is there. The fibres follow in a job."""
        self.live.end()
        self.fibres.end_preview()
        programme = set_programme(self.case, request)
        if programme == self.case.programmes.get(programme.id) and simulation_of(self.case, programme.id) is not None:
            return
        case = self.case.with_programme(programme)
        name = self.case.leads[request.lead_id].name
        self.session.do(Command("set-programme", name), self._with_simulation(case, programme))
        self.fibres.work.follow(request.lead_id)

    def _with_simulation(self, case: Case, programme: Programme) -> Case:
        """``case`` with the activation of ``programme``, where the field fits; otherwise the old one, now stale."""
        solution = solution_of(case, programme.lead_id)
        if solution is None or f"solution:{solution.id}" in stale(case):
            return case
        store, parameters = self.session.document.store, self.controls.parameters
        try:
            return case.with_simulation(simulate(case, store, programme.id, parameters, self.live.prepared))
        except PlannerError as error:
            self.session.errors.show(error)
            return case

    def _simulate_again(self) -> None:
        lead = self._lead()
        programme = programme_of(self.case, lead.id) if lead else None
        if lead is None or programme is None:
            return
        case = self._with_simulation(self.case, programme)
        if case is not self.case:
            self.session.do(Command("simulate", lead.name), case)


class BasisNote(Note):
    """Tissue, encapsulation and ground of the field shown."""

    def show_state(self, state: StimulationState) -> None:
        self.say(" ".join(field_sentences(state.solution.conductor)) if state.solution else "")
