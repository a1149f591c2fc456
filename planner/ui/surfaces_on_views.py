"""The surfaces on the views: structures, activated volumes, what is previewed in their place, and levels of |E|."""

from collections.abc import Mapping, Sequence

from planner.app.document import CaseDocument
from planner.app.selection import Selection
from planner.case import checks
from planner.case.model import Case, Simulation
from planner.case.store import ArrayStore
from planner.scene.display import SurfaceDisplay
from planner.ui import displays
from planner.ui.views.four_views import FourViews
from planner.ui.views.slice_view import SliceView


class SurfacesOnViews:
    """Holds no facts: only what is being previewed. ``views`` may grow; every one shows the same."""

    def __init__(self, document: CaseDocument, selection: Selection, views: Sequence[FourViews | SliceView]) -> None:
        self._document = document
        self._selection = selection
        self._views = views
        self._structures = displays.StructureSurfaces(document.store)
        self._stale_of: tuple[Case, Mapping[str, str]] | None = None
        self._preview: Simulation | None = None
        self._preview_store: ArrayStore = document.store
        self._moved: tuple[str, SurfaceDisplay] | None = None
        self._levels: tuple[SurfaceDisplay, ...] = ()
        selection.structures_changed.connect(self.show)

    @property
    def _case(self) -> Case:
        return self._document.case

    # -- what takes the place of the case's own ---------------------------------------------------------------------

    def preview_simulation(self, simulation: Simulation | None, store: ArrayStore) -> None:
        """Show an activated volume that is not in the case yet; its surface lies in ``store``."""
        if simulation is None and self._preview is None:
            return
        self._preview = simulation
        self._preview_store = store
        self.show()

    def preview_moved(self, programme_id: str, shown: SurfaceDisplay | None) -> None:
        """Show this in place of the programme's activation, while its lead is being moved; None ends that."""
        if shown is None and self._moved is None:
            return
        self._moved = (programme_id, shown) if shown is not None else None
        self.show()

    def show_levels(self, levels: tuple[SurfaceDisplay, ...]) -> None:
        """Surfaces of equal |E| besides the activated volume."""
        if levels or self._levels:
            self._levels = levels
            self.show()

    # -- showing ----------------------------------------------------------------------------------------------------

    def show(self) -> None:
        made = (*self._structure_displays(), *self._activated_displays(), *self._levels)
        is_moving = self._preview is not None or self._moved is not None
        for view in self._views:
            if is_moving and isinstance(view, FourViews):
                view.preview_surfaces(made)
            else:
                view.set_surfaces(made)

    def _structure_displays(self) -> tuple[SurfaceDisplay, ...]:
        case = self._case
        hidden = frozenset(key for key in case.structures if not self._selection.is_structure_visible(key))
        return displays.structure_displays(self._stale(), self._structures.of(case), hidden)

    def _activated_displays(self) -> list[SurfaceDisplay]:
        replaced = {self._moved[0]} if self._moved else set()
        replaced |= {self._preview.programme_id} if self._preview else set()
        made = [
            displays.simulation_display(
                self._case, one, self._document.store, is_stale=f"simulation:{one.id}" in self._stale()
            )
            for one in self._case.simulations.values()
            if one.programme_id not in replaced
        ]
        if self._preview is not None:
            made.append(displays.simulation_display(self._case, self._preview, self._preview_store, is_stale=False))
        if self._moved is not None:
            made.append(self._moved[1])
        return [one for one in made if one is not None]

    def _stale(self) -> Mapping[str, str]:
        """Made once for every case: while a slider moves, the case stays."""
        if self._stale_of is None or self._stale_of[0] is not self._case:
            self._stale_of = (self._case, checks.stale(self._case))
        return self._stale_of[1]
