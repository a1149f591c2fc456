"""Bundles of fibres on the views: what each group does at the amplitude of the moment."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from planner.app.document import CaseDocument
from planner.case.checks import fibre_result_of, stale
from planner.case.fibres import FibreGroup
from planner.case.model import Case
from planner.errors import PlannerError
from planner.geometry.arrays import FloatArray
from planner.library.fibre_words import group_name
from planner.scene.display import FibreDisplay, Rgb
from planner.steps.fibre_results import FibreFigures
from planner.ui.views.four_views import FourViews

FIBRE_RGB: tuple[Rgb, ...] = ((120, 200, 255), (170, 230, 150), (255, 170, 150), (214, 180, 255), (240, 210, 130))


class FibresOnViews:
    """Holds no facts: which groups are hidden, and the amplitude while a slider moves."""

    def __init__(self, document: CaseDocument, views: FourViews) -> None:
        self._document = document
        self._views = views
        self._hidden: set[str] = set()
        self._lines: dict[str, tuple[FibreGroup, FloatArray, NDArray[np.int64]]] = {}
        self._shown: dict[str, tuple[object, FibreDisplay]] = {}
        self._amplitudes: dict[str, float] = {}
        self._predicted: dict[str, FloatArray] = {}
        self._stale_of: tuple[Case, Mapping[str, str]] | None = None

    # -- what takes the place of the case's own ---------------------------------------------------------------------

    def set_visible(self, group_id: str, is_visible: bool) -> None:
        (self._hidden.discard if is_visible else self._hidden.add)(group_id)
        self.show()

    def is_visible(self, group_id: str) -> bool:
        return group_id not in self._hidden

    def preview(self, programme_id: str, amplitude_ma: float, predicted: Mapping[str, FloatArray]) -> None:
        """While a slider moves: the amplitude of the moment, and predicted thresholds (fibres,) by group where contacts
        or pulse width are no longer those of the result."""
        self._amplitudes = {programme_id: amplitude_ma}
        self._predicted = dict(predicted)
        self.show()

    def end_preview(self) -> None:
        if self._amplitudes or self._predicted:
            self._amplitudes, self._predicted = {}, {}
            self.show()

    # -- showing ----------------------------------------------------------------------------------------------------

    def show(self) -> None:
        case = self._document.case
        here = [one for one in case.fibre_groups.values() if one.space == case.planning_space]
        self._shown = {key: held for key, held in self._shown.items() if key in case.fibre_groups}
        out_of_date = stale(case) if here else {}
        made = [
            self._display(case, one, rank, out_of_date) for rank, one in enumerate(here) if one.id not in self._hidden
        ]
        self._views.set_fibres(tuple(one for one in made if one is not None))

    def _display(self, case: Case, group: FibreGroup, rank: int, out_of_date: Mapping[str, str]) -> FibreDisplay | None:
        """The same object as long as the same fibres fire, so that the scene is not made anew."""
        try:
            points, starts = self._lines_of(group)
            fires, aside, places = self._firing(case, group, out_of_date)
        except PlannerError:
            return None  # the page says in words what is wrong with the store
        state = (group, rank, fires.tobytes(), aside.tobytes())
        held = self._shown.get(group.id)
        if held is not None and held[0] == state:
            return held[1]
        display = FibreDisplay(
            group_name(group.name), points, starts, fires, aside, places, FIBRE_RGB[rank % len(FIBRE_RGB)]
        )
        self._shown[group.id] = (state, display)
        return display

    def _lines_of(self, group: FibreGroup) -> tuple[FloatArray, NDArray[np.int64]]:
        held = self._lines.get(group.id)
        if held is None or held[0].points != group.points:
            store = self._document.store
            held = (group, np.asarray(store.get(group.points), dtype=float), np.asarray(store.get(group.starts)))
            self._lines[group.id] = held
        return held[1], held[2]

    def _firing(
        self, case: Case, group: FibreGroup, out_of_date: Mapping[str, str]
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_], FloatArray]:
        """(fibres,) that fire, that were set aside, and (N, 3) where the spikes start, the most easily driven first."""
        nothing = np.zeros(group.count, dtype=bool)
        fires, aside, places = nothing, nothing, np.empty((0, 3))
        for programme in case.programmes.values():
            result = fibre_result_of(case, group.id, programme.id)
            predicted = self._predicted.get(group.id) if programme.id in self._amplitudes else None
            if result is None or (predicted is None and f"fibre-result:{result.id}" in out_of_date):
                continue
            figures = FibreFigures.of(result, self._document.store)
            thresholds = figures.thresholds_ma if predicted is None else predicted
            amplitude = self._amplitudes.get(programme.id, programme.amplitude_ma)
            now = thresholds <= amplitude
            fires, aside = fires | now, aside | ~figures.asked
            order = np.argsort(thresholds, kind="stable")
            found = figures.places[order][now[order]] if predicted is None else np.empty((0, 3))
            places = np.concatenate([places, found[np.isfinite(found).all(axis=1)]])
        return fires, aside & ~fires, places
