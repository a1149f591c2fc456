"""Keeps the four views in step with the case and the selection; pages may preview a lead, a volume, or an overlay."""

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject

from planner.app.document import CaseDocument
from planner.app.selection import Selection
from planner.case.facts import grid_of, volume_of
from planner.case.model import ArrayRef, Case, Image, Lead, Segmentation, Vector
from planner.case.store import ArrayStore
from planner.geometry import Curve, Points
from planner.geometry.volume import Volume
from planner.library.tissues import tissue_name
from planner.scene.annotations import ImageWords
from planner.scene.colour_tables import ColourMap
from planner.scene.display import PointDisplay
from planner.scene.slices import Layer, SliceLayer
from planner.steps import show_case
from planner.steps.read_lead import acpc_transform
from planner.ui import displays
from planner.ui.fibres_on_views import FibresOnViews
from planner.ui.picking import PointPicker
from planner.ui.surfaces_on_views import SurfacesOnViews
from planner.ui.views.four_views import SPACE, FourViews
from planner.ui.views.slice_view import SliceView

TISSUE_COLOURS: dict[str, ColourMap] = {"grey": "green", "white": "blue", "csf": "red", "ventricle": "red"}
TISSUE_OPACITY = 0.35
CLOSE_MM = 60.0
"""Across a view when zoomed in on a lead: the contacts (under 25 mm) and what lies around them."""


def tissue_volumes(tissue: Segmentation, store: ArrayStore) -> dict[str, Volume]:
    """A volume of 0 and 1 for each class that has a colour."""
    labels = volume_of(tissue, store)
    return {
        word: Volume(labels.grid, (labels.values == int(code)).astype(np.uint8))
        for code, word in tissue.labels.items()
        if word in TISSUE_COLOURS
    }


def first_place(case: Case, active_lead: str) -> Vector | None:
    """Where the crosshair begins: the target of the lead in hand, midway from AC to PC, or the middle of the image."""
    image = case.images.get(case.planning_image)
    if image is None:
        return None
    if active_lead in case.leads:
        return case.leads[active_lead].target
    to_acpc = acpc_transform(case)
    if to_acpc is not None:
        x, y, z = to_acpc.inverse().apply(Points.of([(0.0, 0.0, 0.0)], to_acpc.target)).xyz[0]
    else:
        x, y, z = grid_of(image.grid, image.space).centre_mm
    return (float(x), float(y), float(z))


def _pictures_differ(before: Case, after: Case) -> bool:
    """In the images or in what stands on them (the level guard)."""
    groups = ("images", "alignments", "spines", "region", "approvals")
    return any(getattr(before, group) is not getattr(after, group) for group in groups)


class CaseOnViews(QObject):
    """Holds no facts: only what is being previewed, and the volumes that are on screen."""

    def __init__(self, document: CaseDocument, selection: Selection, views: FourViews, picker: PointPicker) -> None:
        super().__init__()
        self._all_views: list[FourViews | SliceView] = [views]
        self.surfaces = SurfacesOnViews(document, selection, self._all_views)
        self.fibres = FibresOnViews(document, views)
        self._document = document
        self._selection = selection
        self._views = views
        self._picker = picker
        self._volumes: dict[str, Volume] = {}
        self._overlay: tuple[Layer, ...] | None = None
        self._preview: Lead | None = None
        self._extra_points: tuple[PointDisplay, ...] = ()
        self._shown_canal: ArrayRef | None = None
        self._shows_tissue = False
        self._tissue: tuple[Segmentation, dict[str, Volume]] | None = None
        document.changed.connect(self._follow)
        selection.layers_changed.connect(self.show_images)
        selection.active_lead_changed.connect(lambda _lead_id: self.show_leads())
        views.point_picked.connect(self._take_point)
        views.window_changed.connect(self._take_window)
        views.window_reset_requested.connect(self._reset_window)
        picker.asking.connect(self._show_asking)
        self.show_all()

    def add_view(self, view: SliceView) -> None:
        """One more view that shows the same (the probe's eye of a page)."""
        self._all_views.append(view)
        view.set_space(self._case.planning_space)
        self.show_images()
        self.show_leads()
        self.surfaces.show()

    # -- following --------------------------------------------------------------------------------------------------

    @property
    def _case(self) -> Case:
        return self._document.case

    def _follow(self, before: Case, after: Case) -> None:
        if before.planning_image != after.planning_image:
            self._overlay = None
            self.show_all()
            return
        if _pictures_differ(before, after):
            self.show_images()
            self.show_spine()
        if self._preview is not None and after.leads.get(self._preview.id) is not before.leads.get(self._preview.id):
            self._preview = None
        self.show_leads()
        self.surfaces.show()
        self.fibres.show()
        self.show_points()

    def show_all(self) -> None:
        case = self._case
        for view in self._all_views:
            view.set_space(case.planning_space)
        here = [lead.id for lead in case.leads.values() if lead.space == case.planning_space]
        if self._selection.active_lead not in here:
            self._selection.set_active_lead(here[0] if here else "")
        self._selection.set_cursor(first_place(case, self._selection.active_lead))
        self.show_images()
        self.show_leads()
        self.surfaces.show()
        self.fibres.show()
        self.show_points()
        self.show_spine()

    def show_spine(self) -> None:
        """The canal and its levels in the straightened view; without an outline the corner is 3-D again."""
        case, straight = self._case, self._views.straight
        outline = case.spine if case.region == "spine" else None
        if outline is None or outline.space != case.planning_space:
            self._shown_canal = None
            straight.set_path(None)
            straight.set_levels(())
            if self._views.corner != SPACE:
                self._views.show_in_corner(SPACE)
            return
        if outline.canal != self._shown_canal:
            self._shown_canal = outline.canal
            straight.set_path(Curve.of(self._document.store.get(outline.canal), outline.space))
        straight.set_levels(show_case.level_marks(case), tuple((one.from_mm, one.to_mm) for one in outline.unsure))

    # -- images -----------------------------------------------------------------------------------------------------

    def volume(self, image: Image) -> Volume:
        """The voxels of an image, kept while the case is open."""
        if image.id not in self._volumes:
            self._volumes[image.id] = volume_of(image, self._document.store)
        return self._volumes[image.id]

    def show_images(self) -> None:
        """The images that are on, planning image at the bottom; or the overlay a page shows."""
        case = self._case
        planning = case.images.get(case.planning_image)
        self._volumes = {key: volume for key, volume in self._volumes.items() if key in case.images}
        if planning is None:
            self._give_layers((), ImageWords())
            return
        shown = [planning, *(image for image in case.images.values() if self._is_over(image))]
        layers = self._overlay if self._overlay is not None else tuple(self._layer(image) for image in shown)
        layers = (*layers, *self._tissue_layers())
        over = tuple(layer.name for layer in layers[1:])
        self._give_layers(layers, replace(show_case.image_words(case, planning), layers=over))

    def _give_layers(self, layers: tuple[Layer, ...], words: ImageWords) -> None:
        for view in self._all_views:
            view.set_layers(layers)
            view.set_words(words)

    def _is_over(self, image: Image) -> bool:
        case = self._case
        is_planning = image.id == case.planning_image
        is_on = self._selection.layer(image.id).is_visible
        return not is_planning and is_on and displays.is_connected(case, image)

    def _layer(self, image: Image) -> SliceLayer:
        shown = self._selection.layer(image.id)
        return SliceLayer(
            volume=self.volume(image),
            window=shown.window or image.window,
            to_volume=displays.to_image(self._case, image, self._document.store),
            opacity=1.0 if image.id == self._case.planning_image else shown.opacity,
            name=image.name,
        )

    def show_tissue(self, is_shown: bool) -> None:
        """Grey matter, white matter and CSF over the images."""
        self._shows_tissue = is_shown
        self.show_images()

    def _tissue_layers(self) -> tuple[Layer, ...]:
        """One tinted layer a class of the planning space's last tissue image."""
        found = [one for one in self._case.segmentations.values() if one.space == self._case.planning_space]
        if not self._shows_tissue or not found:
            return ()
        tissue = found[-1]
        if self._tissue is None or self._tissue[0] is not tissue:
            self._tissue = (tissue, tissue_volumes(tissue, self._document.store))
        return tuple(
            SliceLayer(
                volume,
                (0.0, 1.0),
                colours=TISSUE_COLOURS[word],
                opacity=TISSUE_OPACITY,
                interpolation="nearest",
                hides_low=True,
                name=tissue_name(word),
            )
            for word, volume in self._tissue[1].items()
        )

    def show_overlay(self, layers: tuple[Layer, ...] | None) -> None:
        """What the align page wants on the slices instead of the images; None gives the images back."""
        self._overlay = layers
        self.show_images()

    def _take_window(self, low: float, high: float) -> None:
        self._selection.set_layer_window(self._case.planning_image, (low, high))

    def _reset_window(self) -> None:
        self._selection.set_layer_window(self._case.planning_image, None)

    # -- leads, surfaces, points ------------------------------------------------------------------------------------

    def preview_lead(self, lead: Lead | None) -> None:
        """Show a lead where a slider has it, before the case changes."""
        self._preview = lead
        self.show_leads()

    def take_in_hand(self, lead_id: str) -> None:
        """The person chose this lead: it is the active one, and the crosshair goes to its target."""
        self._selection.set_active_lead(lead_id)
        lead = self._case.leads.get(lead_id)
        if lead is not None and lead.space == self._case.planning_space:
            self._selection.set_cursor(lead.target)

    def mark_points(self, points: tuple[PointDisplay, ...]) -> None:
        """Points a page is collecting."""
        self._extra_points = points
        self.show_points()

    def zoom_to(self, place: Vector) -> None:
        """The crosshair there, and every slice close enough to tell contacts apart."""
        self._selection.set_cursor(place)
        for view in self._views.slices.values():
            view.centre_on_cursor()
            view.zoom_to(CLOSE_MM / max(min(view.width(), view.height()), 1))
        self._views.scene_view.look_at(place, CLOSE_MM)

    def show_leads(self) -> None:
        leads = displays.lead_displays(self._case, self._selection.active_lead, self._preview)
        for view in self._all_views:
            view.set_leads(leads)

    def show_points(self) -> None:
        self._views.set_points((*show_case.point_displays(self._case), *self._extra_points))

    # -- what the person does on the views --------------------------------------------------------------------------

    def _take_point(self, x: float, y: float, z: float) -> None:
        self._picker.take((x, y, z))

    def _show_asking(self, words: str) -> None:
        self._views.ask_for_point(bool(words))

    def shut(self) -> None:
        """Let go of the document and the volumes."""
        self._document.changed.disconnect(self._follow)
        self._views.shut()
        self._volumes.clear()
