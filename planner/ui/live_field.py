"""The field of a lead that is being moved: an estimate at once, the true field as soon as it is solved.

The estimate is the last field carried along (:mod:`planner.steps.carry_field`). Behind it a job solves the field where
the lead is now; when the lead moves on, that job is cancelled, and the next one starts once the lead rests for a
moment. Only a solved field for the place the case has is kept, as one undo step; an estimate never is.
"""

from dataclasses import dataclass, replace
from typing import Literal

from PySide6.QtCore import QObject, QTimer, Signal

from planner.app.jobs import Job
from planner.case import checks
from planner.case.commands import Command
from planner.case.model import Case, FieldSolution, Lead, Programme, Simulation
from planner.case.scratch_store import ScratchStore
from planner.errors import PlannerError
from planner.i18n import _
from planner.progress import Cancelled, Progress
from planner.scene.display import SurfaceDisplay
from planner.steps.carry_field import CarriedField, FieldEstimate, carried_field
from planner.steps.set_programme import programme_of
from planner.steps.simulate import parameters_of, simulate
from planner.steps.solve_field import parameters_of_solution, solve_field
from planner.ui import displays
from planner.ui.session import Session

REST_MS = 200
"""A lead that has not moved for this long is taken to rest: its field is solved. Shorter would only feed the cancel."""

Phase = Literal["off", "estimate", "solved"]


@dataclass(frozen=True, slots=True, eq=False)
class LiveState:
    """What is on the views in place of the case's activation. ``trouble``: why it cannot be solved, in words."""

    phase: Phase
    estimate: FieldEstimate | None = None
    simulation: Simulation | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class _Solved:
    """For ``lead``: arrays in ``scratch``, in memory only until the case has the lead there."""

    lead: Lead
    programme: Programme
    solution: FieldSolution
    simulation: Simulation
    scratch: ScratchStore


class LiveField(QObject):
    """``changed(LiveState)`` whenever there is something else to say."""

    changed = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._is_on = True
        self._is_held = False
        self._carried: CarriedField | None = None
        self._wanted: Lead | None = None
        self._solved: _Solved | None = None
        self._job: Job | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST_MS)
        self._timer.timeout.connect(self._solve)
        session.document.changed.connect(self._follow)

    @property
    def _case(self) -> Case:
        return self._session.document.case

    def can_follow(self, lead_id: str) -> bool:
        """Whether there is a field to carry along."""
        return programme_of(self._case, lead_id) is not None and checks.solution_of(self._case, lead_id) is not None

    def switch(self, is_on: bool) -> None:
        self._is_on = is_on
        if not is_on:
            self.end()

    # -- what happens to the lead -----------------------------------------------------------------------------------

    def moved(self, lead: Lead) -> None:
        """While it is held, as often as it moves."""
        if self._is_on and self.can_follow(lead.id):
            self._is_held = True
            self._go_to(lead)

    def settled(self, lead: Lead) -> None:
        """The case has it there now."""
        self._is_held = False
        if not self._is_on or not self.can_follow(lead.id):
            self.end()
            return
        if self._is_fresh(lead.id):
            self.end()  # back where it was: the case has this field
            return
        if self._wanted is None or _place(self._wanted) != _place(lead):
            self._go_to(lead)
        if self._solved is not None:
            self._keep(self._solved)
        elif self._job is None:
            self._solve()

    def leave(self) -> None:
        """The person goes to another task: a lead that was let go of still gets its field, a held one does not."""
        if self._is_held:
            self.end()

    def shut(self) -> None:
        """Before the document is closed."""
        self.end()
        self._session.document.changed.disconnect(self._follow)

    def _follow(self, _before: Case, after: Case) -> None:
        """What was wanted for a lead that is elsewhere now (undo) is dropped, and what the case has by now."""
        if self._wanted is None or self._is_held:
            return
        lead = after.leads.get(self._wanted.id)
        if lead is None or _place(lead) != _place(self._wanted) or self._is_fresh(lead.id):
            self.end()

    def end(self) -> None:
        """Nothing is wanted any more; the views show the case."""
        self._stop()
        self._is_held = False
        self._wanted = self._carried = None
        self._show(LiveState("off"), None)

    # -- estimate and solution --------------------------------------------------------------------------------------

    def _is_fresh(self, lead_id: str) -> bool:
        solution = checks.solution_of(self._case, lead_id)
        return solution is not None and f"solution:{solution.id}" not in checks.stale(self._case)

    def _go_to(self, lead: Lead) -> None:
        """The estimate at once; the job for the last place ends, the next waits for the lead to rest."""
        if self._wanted is not None and _place(self._wanted) == _place(lead):
            return
        self._stop()
        self._wanted = lead
        try:
            estimate = self._estimate(lead)
        except PlannerError as error:
            self._show(LiveState("off", trouble=error.text), None)
            return
        if estimate is not None:
            shown = displays.estimate_display(self._case.programmes[estimate.programme_id].name, estimate)
            self._show(LiveState("estimate", estimate), shown)
        self._timer.start()

    def _estimate(self, lead: Lead) -> FieldEstimate | None:
        if self._carried is None or not self._carried.fits(self._case, lead.id):
            self._carried = carried_field(self._case, self._session.document.store, lead.id)
        return self._carried.at(lead) if self._carried else None

    def _stop(self) -> None:
        self._timer.stop()
        if self._job is not None:
            self._job.cancel()
        self._job, self._solved = None, None

    def _solve(self) -> None:
        """A job with everything it needs; its arrays stay in memory."""
        lead = self._wanted
        programme = programme_of(self._case, lead.id) if lead else None
        if lead is None or programme is None:
            return
        case, scratch = self._case.with_lead(lead), ScratchStore(self._session.document.store)
        last, simulation = checks.solution_of(case, lead.id), checks.simulation_of(case, programme.id)

        def work(progress: Progress) -> _Solved:
            asked = parameters_of_solution(last) if last else None
            solution = solve_field(case, scratch, lead.id, asked, progress)
            made = simulate(case.with_solution(solution), scratch, programme.id, parameters_of(simulation))
            return _Solved(lead, programme, solution, made, scratch)

        words = _("Field of {name} where it is now").format(name=lead.name)
        self._timer.stop()
        self._job = self._session.jobs.start(words, work, self._take, self._fail)

    def _take(self, solved: _Solved) -> None:
        self._job, self._solved = None, solved
        shown = displays.simulation_display(self._case, solved.simulation, solved.scratch, is_stale=False)
        self._show(LiveState("solved", simulation=solved.simulation), shown)
        if not self._is_held:
            self._keep(solved)

    def _fail(self, error: PlannerError | Cancelled) -> None:
        if isinstance(error, PlannerError):
            self._job = None
            self._show(LiveState("off", trouble=error.text), None)

    def _keep(self, solved: _Solved) -> None:
        """Its arrays go to the disk in a job, and then it into the case."""
        store, lead = self._session.document.store, solved.lead
        self._solved = None

        def work(_progress: Progress) -> None:
            for ref in (*solved.solution.arrays.values(), solved.simulation.vertices, solved.simulation.triangles):
                store.put(solved.scratch.get(ref))

        def done(_none: None) -> None:
            self._job = None
            case = self._case
            if lead.id not in case.leads or _place(case.leads[lead.id]) != _place(lead):
                return
            case = case.with_solution(solved.solution)
            if case.programmes.get(solved.programme.id) == solved.programme:
                case = case.with_simulation(solved.simulation)
            self._session.do(Command("solve-field", lead.name), case)

        words = _("Keeping the field of {name}").format(name=lead.name)
        self._job = self._session.jobs.start(words, work, done, self._fail)

    def _show(self, state: LiveState, shown: SurfaceDisplay | None) -> None:
        programme_id = ""
        if state.estimate is not None:
            programme_id = state.estimate.programme_id
        elif state.simulation is not None:
            programme_id = state.simulation.programme_id
        self._session.showing.surfaces.preview_moved(programme_id, shown)
        self.changed.emit(state)


def _place(lead: Lead) -> Lead:
    """Where it is and what it is, without its name and what was decided about it."""
    return replace(lead, name="", side="left", target_id="", is_locked=False, accepted=())
