"""Task 6: choose contacts and current, compute the field once, and see the activated volume follow."""

from PySide6.QtWidgets import QComboBox

from planner.case import checks
from planner.case.checks import solution_of
from planner.case.commands import Command
from planner.case.model import Case, FieldSolution, Lead, Programme, Simulation
from planner.case.scratch_store import ScratchStore
from planner.errors import PlannerError
from planner.i18n import _
from planner.library.assumptions import field_sentences, simulation_sentences
from planner.progress import Progress
from planner.steps.read_field import field_beside_lead
from planner.steps.set_programme import ProgrammeRequest, programme_of, set_programme
from planner.steps.simulate import LeadInTissue, SimulationParameters, fresh_solution, lead_in_tissue, simulate
from planner.steps.solve_field import solve_field
from planner.ui.pages.page import Page
from planner.ui.pages.stimulate_controls import StimulationControls
from planner.ui.pages.stimulate_plots import StimulationPlots
from planner.ui.pages.stimulate_words import number_rows
from planner.ui.session import Session
from planner.ui.theme import TARGET_PX
from planner.ui.widgets.labels import FactTable, Note


class StimulatePage(Page):
    """One programme a lead. Out-of-date results stay in sight, greyed and named, until they are computed again."""

    def __init__(self, session: Session) -> None:
        super().__init__(session, _("Stimulate"), _("Set contacts and current; the activated volume follows."))
        self._scratch = ScratchStore(session.document.store)
        self._prepared: LeadInTissue | None = None
        self.lead_box = QComboBox()
        self.lead_box.setMinimumHeight(TARGET_PX + 2)
        self.lead_box.setAccessibleName(_("Lead"))
        self.lead_box.activated.connect(lambda _index: session.selection.set_active_lead(self.lead_box.currentData()))
        self.no_lead = Note(_("There is no lead yet. Plan one in task 5."))
        self.controls = StimulationControls()
        self.controls.settled.connect(lambda request: session.settle(lambda _accepted: self._settle(request)))
        self.controls.previewed.connect(self._preview)
        self.controls.threshold_chosen.connect(lambda: session.settle(lambda _accepted: self._simulate_again()))
        self.section(_("Contacts"), self.lead_box, self.no_lead, self.controls)
        self.field_state = Note()
        self.field_button = self.button(_("Compute field"), self.compute_field, "run", is_primary=True)
        self.zoom_button = self.button(_("Zoom in on the contacts"), self._zoom, "eye")
        self.section(_("Field of the lead"), self.field_state, self.field_button, self.zoom_button)
        self.numbers = FactTable()
        self.result_state = Note()
        self.section(_("Activation"), self.result_state, self.numbers)
        self.plots = StimulationPlots()
        self.section(_("Pulse and field, 1 mm beside the lead"), self.plots)
        self.basis = Note()
        self.section(_("What this rests on"), self.basis)
        session.selection.active_lead_changed.connect(lambda _lead_id: self._show())
        self.finish()

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
        """Everything at once, before the next frame: a stale number is never shown as good."""
        case, lead = self.case, self._lead()
        programme = programme_of(case, lead.id) if lead else None
        self.lead_box.setCurrentIndex(self.lead_box.findData(lead.id if lead else ""))
        self.no_lead.setVisible(lead is None)
        self.controls.show_lead(lead, programme)
        self.plots.show_programme(programme)
        stale = checks.stale(case)
        solution = solution_of(case, lead.id) if lead else None
        self._show_field(lead, solution, stale)
        simulation = self._simulation(programme)
        is_stale = simulation is not None and f"simulation:{simulation.id}" in stale
        if simulation is not None and not is_stale:
            self.controls.show_threshold(simulation.assumptions["threshold"], simulation.fibre_diameter_um)
        self._show_numbers(simulation, is_stale=is_stale)
        self._show_plot(programme, solution, stale)
        self.say_stale(_("The activation shown is out of date.") if is_stale else "")

    def _show_field(self, lead: Lead | None, solution: FieldSolution | None, stale: dict[str, str]) -> None:
        self.field_button.setEnabled(lead is not None)
        if solution is None:
            self.field_state.say(_("The field of this lead was not computed yet."), "stale")
        elif f"solution:{solution.id}" in stale:
            self.field_state.say(_("Out of date: the lead or the tissue changed. Compute it again."), "stale")
        else:
            self.field_state.say(_("Computed for the lead as it lies now."), "good")
        self.basis.say(" ".join(field_sentences(solution.conductor)) if solution else "")

    def _show_numbers(self, simulation: Simulation | None, *, is_stale: bool) -> None:
        if simulation is None:
            self.numbers.show_rows([])
            self.result_state.say(_("Choose a contact and compute the field."), "stale")
            return
        self.numbers.show_rows(number_rows(simulation, is_stale=is_stale))
        words = " ".join(simulation_sentences(simulation.assumptions))
        if is_stale:
            self.result_state.say(_("Out of date. {words}").format(words=words), "stale")
        else:
            self.result_state.say(words)

    def _show_plot(self, programme: Programme | None, solution: FieldSolution | None, stale: dict[str, str]) -> None:
        simulation = self._simulation(programme)
        is_good = solution is not None and f"solution:{solution.id}" not in stale
        if programme is None or simulation is None or not is_good or not self.isVisible():
            self.plots.clear_field()
            return
        line = field_beside_lead(self.case, self.session.document.store, programme.id)
        self.plots.show_field(line.height_mm, line.v_per_mm, simulation.threshold_v_per_mm)

    def entered(self) -> None:
        self._show()

    def left(self) -> None:
        self._end_preview()
        self._prepared = None  # tens of megabytes

    def closed(self) -> None:
        self.plots.shut()

    def _lead(self) -> Lead | None:
        return self.case.leads.get(self.session.selection.active_lead)

    def _simulation(self, programme: Programme | None) -> Simulation | None:
        found = [one for one in self.case.simulations.values() if programme and one.programme_id == programme.id]
        return found[-1] if found else None

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

        self.session.run(_("Field of {name}").format(name=lead.name), work, done)

    def _zoom(self) -> None:
        lead = self._lead()
        if lead is not None:
            self.session.showing.zoom_to(lead.target)

    def _settle(self, request: ProgrammeRequest) -> None:
        """One undo step: the programme, and its activation when the field is there."""
        self._end_preview()
        programme = set_programme(self.case, request)
        if programme == self.case.programmes.get(programme.id) and self._simulation(programme) is not None:
            return
        case = self.case.with_programme(programme)
        name = self.case.leads[request.lead_id].name
        self.session.do(Command("set-programme", name), self._with_simulation(case, programme))

    def _with_simulation(self, case: Case, programme: Programme) -> Case:
        """``case`` with the activation of ``programme``, where the field fits; otherwise the old one, now stale."""
        solution = solution_of(case, programme.lead_id)
        if solution is None or f"solution:{solution.id}" in checks.stale(case):
            return case
        try:
            made = simulate(case, self.session.document.store, programme.id, self._parameters(), self._prepared)
        except PlannerError as error:
            self.session.errors.show(error)
            return case
        return case.with_simulation(made)

    def _simulate_again(self) -> None:
        lead = self._lead()
        programme = programme_of(self.case, lead.id) if lead else None
        if lead is None or programme is None:
            return
        case = self._with_simulation(self.case, programme)
        if case is not self.case:
            self.session.do(Command("simulate", lead.name), case)

    def _parameters(self) -> SimulationParameters:
        return self.controls.parameters

    def _preview(self, request: ProgrammeRequest) -> None:
        """While a slider moves: the volume and the numbers, nothing kept."""
        try:
            programme = set_programme(self.case, request)
            case = self.case.with_programme(programme)
            if self._prepared is None or not self._prepared.fits(case, fresh_solution(case, programme)):
                self._prepared = lead_in_tissue(case, self._scratch, programme)
            made = simulate(case, self._scratch, programme.id, self._parameters(), self._prepared)
        except PlannerError:
            return  # said in words when the slider rests
        self.session.showing.preview_simulation(made, self._scratch)
        self._show_numbers(made, is_stale=False)
        self.plots.show_programme(programme)

    def _end_preview(self) -> None:
        self.session.showing.preview_simulation(None, self._scratch)
        self._scratch.forget()
