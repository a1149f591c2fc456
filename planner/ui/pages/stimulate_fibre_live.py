"""The live estimate of what fibres do while contacts or pulse width change: kept in memory, never part of the case."""

from collections.abc import Mapping
from dataclasses import dataclass

from planner.axons.predictor import Predictor
from planner.case.checks import solution_of
from planner.case.fibres import FibreGroup
from planner.case.model import Case, Programme
from planner.errors import PlannerError
from planner.geometry.arrays import FloatArray
from planner.steps.fibre_results import Recharge
from planner.steps.predict_fibres import PreparedPrediction
from planner.ui.pages.stimulate_fibre_work import FibreWork

Pattern = tuple[tuple[tuple[str, float], ...], float, float]
"""Shares by contact, the case's share, and the pulse width: what thresholds belong to."""


def pattern_of(programme: Programme) -> Pattern:
    active = tuple(sorted((label, share) for label, share in programme.shares.items() if share))
    return active, programme.case_share, programme.width_us


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """``thresholds_ma`` (fibres,) of a group under a pattern. ``is_rough``: trained on a near variant of the model."""

    group_id: str
    pattern: Pattern
    thresholds_ma: FloatArray
    is_rough: bool = False


class LiveFibres:
    """Gets itself ready in a job when it is first needed; until then there is no estimate."""

    def __init__(self, work: FibreWork) -> None:
        self._work = work
        self._prepared: PreparedPrediction | None = None
        self._predictor: tuple[float, Recharge, Predictor] | None = None
        self.estimate: Estimate | None = None

    def get_ready(self, case: Case, group: FibreGroup, programme: Programme) -> None:
        """Start the job, unless what is there still fits."""
        solution = solution_of(case, programme.lead_id)
        if solution is None or (self._prepared is not None and self._prepared.fits(group, solution)):
            return
        self._work.prepare(group, programme, self._take)

    def _take(self, prepared: PreparedPrediction) -> None:
        self._prepared, self._predictor = prepared, None

    def estimated(self, case: Case, group: FibreGroup, programme: Programme, recharge: Recharge) -> Estimate | None:
        """Of the group under a programme; None while it is not ready."""
        solution, prepared = solution_of(case, programme.lead_id), self._prepared
        if solution is None or prepared is None or not prepared.fits(group, solution):
            return None
        pattern = pattern_of(programme)
        if self.estimate is not None and (self.estimate.group_id, self.estimate.pattern) == (group.id, pattern):
            return self.estimate
        try:
            predictor = self._for_width(prepared, programme.width_us, recharge)
        except PlannerError:
            return None  # said in words when the slider rests
        thresholds = prepared.thresholds(predictor, programme.shares)
        self.estimate = Estimate(group.id, pattern, thresholds, predictor.is_rough)
        return self.estimate

    def _for_width(self, prepared: PreparedPrediction, width_us: float, recharge: Recharge) -> Predictor:
        held = self._predictor
        if held is None or held[:2] != (width_us, recharge):
            held = (width_us, recharge, prepared.predictor(width_us, recharge))
            self._predictor = held
        return held[2]

    def by_group(self) -> Mapping[str, FloatArray]:
        """The last estimate, as the views take it."""
        return {self.estimate.group_id: self.estimate.thresholds_ma} if self.estimate else {}

    def let_go(self) -> None:
        """The person went elsewhere."""
        self._prepared, self._predictor, self.estimate = None, None, None
