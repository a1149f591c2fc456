"""The activation while a slider moves: computed at once from what is kept in memory, never part of the case."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from planner.case.model import Case, Programme, Simulation
from planner.case.scratch_store import ScratchStore
from planner.case.store import ArrayStore
from planner.errors import PlannerError
from planner.steps.set_programme import ProgrammeRequest, set_programme
from planner.steps.simulate import LeadInTissue, SimulationParameters, lead_in_tissue, simulate
from planner.ui.surfaces_on_views import SurfacesOnViews


@dataclass(frozen=True, slots=True, eq=False)
class LivePreview:
    """``case`` holds the programme of the moment; ``simulation`` is its activation, made with ``prepared``."""

    case: Case
    programme: Programme
    simulation: Simulation
    prepared: LeadInTissue


class LiveActivation(QObject):
    """Tells ``previewed(LivePreview)`` after every step of a slider; the views follow by themselves."""

    previewed = Signal(object)

    def __init__(self, store: ArrayStore, surfaces: SurfacesOnViews, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.scratch = ScratchStore(store)
        self._surfaces = surfaces
        self._prepared: LeadInTissue | None = None

    @property
    def prepared(self) -> LeadInTissue | None:
        """What was read for the last preview: good for the result that follows it."""
        return self._prepared

    def preview(self, case: Case, request: ProgrammeRequest, parameters: SimulationParameters) -> None:
        """The volume and the numbers of ``request``. What cannot be computed is said when the slider rests."""
        try:
            programme = set_programme(case, request)
            case = case.with_programme(programme)
            if self._prepared is None or not self._prepared.fits(case, programme):
                self._prepared = lead_in_tissue(case, self.scratch, programme)
            made = simulate(case, self.scratch, programme.id, parameters, self._prepared)
        except PlannerError:
            return
        self._surfaces.preview_simulation(made, self.scratch)
        self.previewed.emit(LivePreview(case, programme, made, self._prepared))

    def end(self) -> None:
        """The slider rests: the views show the case again."""
        self._surfaces.preview_simulation(None, self.scratch)
        self.scratch.forget()

    def let_go(self) -> None:
        """The person went elsewhere: tens of megabytes are given back."""
        self.end()
        self._prepared = None
