"""The key pictures of the report: slices through each target and along each lead. No GL, so any PC makes the same."""

from dataclasses import dataclass, replace

import numpy as np

from planner.case.facts import volume_of
from planner.case.model import Case, Lead
from planner.case.store import ArrayStore
from planner.i18n import _
from planner.leads.path import lead_frame, length_mm
from planner.library.targets import structure_id
from planner.progress import SILENT, Progress
from planner.report.findings import LegendEntry, Picture
from planner.scene.annotations import ImageWords
from planner.scene.carm import radiograph_png
from planner.scene.display import LeadDisplay, PointDisplay, SurfaceDisplay
from planner.scene.planes import Raster, SlicePlane
from planner.scene.slices import SliceLayer
from planner.scene.snapshot import SlicePicture, slice_png
from planner.steps.read_spine import level_rows
from planner.steps.show_carm import CarmScene, View, arm_at
from planner.steps.show_case import (
    GANGLIA,
    SPINE_RGB,
    activated_displays,
    image_words,
    lead_displays,
    point_displays,
    structure_displays,
)

ONLY_PX, SEVERAL_PX = (480, 400), (540, 310)
"""Width and height with one lead and with more: what fills half the width of a page, two rows of it below the plan."""

NEAR_MM_PER_PX = 0.24
"""About 115 mm across: thalamus, ventricles and cortex around a deep target in one picture."""

SPINE_PX = (480, 720)

PATH_MARGIN_MM = 15.0
"""So much is shown above the entry and below the tip."""

LEAST_OVERLAP_MM3 = 0.05
"""A structure touched by less (it would print as 0.0) is not drawn, so that the pictures stay readable."""

FROM_THE_FRONT = (0.0, 1.0, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class _Shown:
    """What every picture of the case has in common."""

    layer: SliceLayer
    words: ImageWords
    leads: tuple[LeadDisplay, ...]
    surfaces: tuple[SurfaceDisplay, ...]
    points: tuple[PointDisplay, ...]


def report_pictures(case: Case, store: ArrayStore, progress: Progress = SILENT) -> tuple[Picture, ...]:
    """One lead: axial, coronal and sagittal through its target, and along it. More leads: axial and along, each."""
    image = case.images.get(case.planning_image)
    leads = [lead for lead in case.leads.values() if lead.space == case.planning_space]
    if image is None or not (leads or case.spine):
        return ()
    shown = _Shown(
        layer=SliceLayer(volume_of(image, store), image.window, name=image.name),
        words=image_words(case, image),
        leads=lead_displays(case),
        surfaces=_surfaces(case, store),
        points=point_displays(case),
    )
    wanted = [*_spine_rasters(case), *(one for lead in leads for one in _rasters(lead, is_only=len(leads) == 1))]
    pictures: list[Picture] = list(_radiographs(case, store))
    for n, (title, raster) in enumerate(wanted):
        progress(n / len(wanted), title)
        pictures.append(Picture(title, _png(shown, raster)))
    return tuple(pictures)


def _png(shown: _Shown, raster: Raster) -> bytes:
    wanted = SlicePicture(
        raster, (shown.layer,), shown.words, leads=shown.leads, surfaces=shown.surfaces, points=shown.points
    )
    return slice_png(wanted)


def _radiographs(case: Case, store: ArrayStore) -> tuple[Picture, ...]:
    """What the C-arm would show of a CT, frontal and lateral, the level the names are counted from in the middle."""
    image = case.images[case.planning_image]
    if case.spine is None or not case.spine.anchor or image.modality != "CT":
        return ()
    scene, level = CarmScene.of(case, store), case.spine.anchor
    views: tuple[tuple[View, str], ...] = (
        ("ap", _("C-arm, frontal, {level}")),
        ("lateral", _("C-arm, lateral, {level}")),
    )
    return tuple(
        Picture(title.format(level=level), radiograph_png(scene.picture(case, arm_at(case, level, view))))
        for view, title in views
    )


def _spine_rasters(case: Case) -> list[tuple[str, Raster]]:
    """All of the spine from the left and from the front, through the level its names are counted from."""
    rows = level_rows(case)
    anchor = next((row for row in rows if case.spine and row.name == case.spine.anchor), None)
    if anchor is None:
        return []
    middle = np.mean([row.centre for row in rows], axis=0)
    tall = max(row.bottom_mm for row in rows) + 2.0 * PATH_MARGIN_MM
    width, height = SPINE_PX
    place = np.array([anchor.centre[0], anchor.centre[1], middle[2]])
    found = [
        (_("Sagittal through {level}"), SlicePlane.sagittal(place, case.planning_space)),
        (_("Coronal through {level}"), SlicePlane.coronal(place, case.planning_space)),
    ]
    return [(title.format(level=anchor.name), Raster(plane, width, height, tall / height)) for title, plane in found]


def _rasters(lead: Lead, *, is_only: bool) -> list[tuple[str, Raster]]:
    target = np.array(lead.target)
    found = [(_("{lead}: axial through the target"), SlicePlane.axial(target, lead.space))]
    if is_only:
        found.append((_("{lead}: coronal through the target"), SlicePlane.coronal(target, lead.space)))
        found.append((_("{lead}: sagittal through the target"), SlicePlane.sagittal(target, lead.space)))
    width, height = ONLY_PX if is_only else SEVERAL_PX
    near = [(title.format(lead=lead.name), Raster(plane, width, height, NEAR_MM_PER_PX)) for title, plane in found]
    return [*near, (_("{lead}: along the lead").format(lead=lead.name), _along(lead, width, height))]


def _along(lead: Lead, width_px: int, height_px: int) -> Raster:
    """The plane that holds the whole lead and is seen from the front, entry up."""
    frame = lead_frame(lead)
    middle = (frame.tip_mm + np.array(lead.entry)) / 2.0
    towards = FROM_THE_FRONT if abs(frame.axis[1]) < np.hypot(frame.axis[0], frame.axis[2]) else (0.0, 0.0, 1.0)
    plane = SlicePlane.along(middle, frame.axis, towards, lead.space)
    shown_mm = length_mm(lead) + abs(lead.depth_mm) + 2.0 * PATH_MARGIN_MM
    return Raster(plane, width_px, height_px, shown_mm / height_px)


def report_legend(case: Case, store: ArrayStore) -> tuple[LegendEntry, ...]:
    """What the colours in the pictures stand for; the ganglia share one."""
    entries = [LegendEntry(one.name, one.rgb) for one in _surfaces(case, store)]
    ganglia = SPINE_RGB[GANGLIA]
    kept = [one for one in entries if one.rgb != ganglia]
    return (*kept, LegendEntry(_("Dorsal root ganglia"), ganglia)) if len(kept) < len(entries) else tuple(kept)


def _surfaces(case: Case, store: ArrayStore) -> tuple[SurfaceDisplay, ...]:
    """The structures the plan is about, and the activated volumes."""
    wanted = {key for key, one in case.structures.items() if one.basis != "brain-atlas"}
    wanted |= {structure_id(lead.target_id, lead.side) for lead in case.leads.values()}
    for simulation in case.simulations.values():
        wanted |= {key for key, overlap_mm3 in simulation.overlaps_mm3.items() if overlap_mm3 >= LEAST_OVERLAP_MM3}
    about = replace(case, structures={key: one for key, one in case.structures.items() if key in wanted})
    return (*structure_displays(about, store), *activated_displays(case, store))
