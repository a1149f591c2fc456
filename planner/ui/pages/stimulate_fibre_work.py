"""Carries out what the person asks of fibres: laying, reading, changing, removing, and computing what they do."""

from collections.abc import Callable
from pathlib import Path

from planner.app.jobs import Job
from planner.case.checks import fibre_result_of, stale
from planner.case.commands import Command
from planner.case.fibres import FibreGroup, FibreResult
from planner.case.model import Lead, Programme
from planner.i18n import _
from planner.library.fibre_words import group_name
from planner.progress import Progress
from planner.steps.fibre_results import ALONE, FibreParameters, Recharge, compute_fibres, recharge_of
from planner.steps.lay_fibres import FibreFile, lay_capsule, read_fibres, with_model
from planner.steps.predict_fibres import PreparedPrediction, can_predict, prepare_prediction
from planner.steps.set_programme import programme_of
from planner.ui.session import Session


class FibreWork:
    """Long work in jobs; every change one undo step. ``laid(group_id)`` is told of a new group."""

    def __init__(self, session: Session, on_laid: Callable[[str], object]) -> None:
        self._session = session
        self._on_laid = on_laid
        self._jobs: dict[tuple[str, str], Job] = {}

    def lay_capsule(self, lead: Lead) -> None:
        """The internal capsule on the lead's side, and at once what it does where there is a field."""
        session = self._session
        case, store = session.case, session.document.store

        def work(progress: Progress) -> FibreGroup:
            return lay_capsule(case, store, lead.id, progress)

        session.run(_("Fibres of the internal capsule"), work, lambda group: self._add(group, lead.id))

    def read(self, wanted: FibreFile, lead_id: str) -> None:
        session = self._session
        case, store = session.case, session.document.store

        def work(progress: Progress) -> FibreGroup:
            return read_fibres(case, store, wanted, progress)

        session.run(
            _("Reading {name}").format(name=Path(wanted.path).name), work, lambda group: self._add(group, lead_id)
        )

    def _add(self, group: FibreGroup, lead_id: str) -> None:
        if group.lead_id and group.lead_id not in self._session.case.leads:
            return  # the lead went while its fibres were laid
        self._session.do(Command("add-fibres", group.name), self._session.case.with_fibre_group(group))
        self._on_laid(group.id)
        programme = programme_of(self._session.case, lead_id)
        if programme is not None:
            self.compute(group.id, programme, ALONE)

    def change(self, group: FibreGroup, model_id: str, diameter_um: float) -> None:
        """Raises PlannerError for a diameter outside the model's range."""
        changed = with_model(group, model_id, diameter_um)
        if changed != group:
            self._session.do(Command("change-fibres", group.name), self._session.case.with_fibre_group(changed))

    def remove(self, group: FibreGroup) -> None:
        self._session.do(Command("remove-fibres", group.name), self._session.case.without_fibre_group(group.id))

    def compute(self, group_id: str, programme: Programme, recharge: Recharge) -> None:
        """A job. Its result goes into the case that is current when it ends; one for the same thing runs only once."""
        session = self._session
        case, store, key = session.case, session.document.store, (group_id, programme.id)
        group = case.fibre_groups[group_id]
        if self._is_running(key) or not _has_fresh_field(session, programme):
            return

        def work(progress: Progress) -> FibreResult:
            return compute_fibres(case, store, group_id, programme.id, FibreParameters(recharge), progress)

        def done(result: FibreResult) -> None:
            now = session.case
            self._jobs.pop(key, None)
            if group_id in now.fibre_groups and programme.id in now.programmes:
                session.do(Command("activate-fibres", group.name), now.with_fibre_result(result))
                self._again_if_changed(group_id, programme.id, recharge)

        words = _("What the fibres do: {name}").format(name=group_name(group.name))
        self._jobs[key] = session.run(words, work, done)

    def _is_running(self, key: tuple[str, str]) -> bool:
        """Whether a job for the same thing waits or works, and was not told to stop."""
        job = self._jobs.get(key)
        return job is not None and job in self._session.jobs.running and not job.is_cancelled

    def prepare(
        self, group: FibreGroup, programme: Programme, on_ready: Callable[[PreparedPrediction], object]
    ) -> None:
        """A job that gets the live estimate ready; once at a time."""
        session, key = self._session, (group.id, "prepare")
        if self._is_running(key) or not can_predict(group) or not _has_fresh_field(session, programme):
            return
        case, store = session.case, session.document.store

        def work(progress: Progress) -> PreparedPrediction:
            return prepare_prediction(case, store, group, programme, progress)

        def done(prepared: PreparedPrediction) -> None:
            self._jobs.pop(key, None)
            on_ready(prepared)

        words = _("Live estimate of {name}").format(name=group_name(group.name))
        self._jobs[key] = session.run(words, work, done)

    def follow(self, lead_id: str) -> None:
        """The contacts or the pulse were changed: compute again what had been computed."""
        case = self._session.case
        programme = programme_of(case, lead_id)
        if programme is None:
            return
        for group_id in case.fibre_groups:
            result = fibre_result_of(case, group_id, programme.id)
            if result is not None:
                self._again_if_changed(group_id, programme.id, recharge_of(result))

    def _again_if_changed(self, group_id: str, programme_id: str, recharge: Recharge) -> None:
        case = self._session.case
        result = fibre_result_of(case, group_id, programme_id)
        if result is not None and stale(case).get(f"fibre-result:{result.id}") == "inputs-changed":
            self.compute(group_id, case.programmes[programme_id], recharge)


def _has_fresh_field(session: Session, programme: Programme) -> bool:
    case = session.case
    solutions = [one for one in case.solutions.values() if one.lead_id == programme.lead_id]
    return bool(solutions) and f"solution:{solutions[-1].id}" not in stale(case)
