"""Carry AC, PC, midline, tissue classes and target structures from the atlas into the planning image."""

from dataclasses import dataclass

import numpy as np

from planner.anatomy.structures import carried, ellipsoid
from planner.anatomy.tissue_classes import LABELS, TemplateMaps, classify
from planner.anatomy.work_copy import work_copy
from planner.case.facts import put_surface, spec_of, transform_of, volume_of
from planner.case.inputs import atlas_alignment, inputs_of_anatomy
from planner.case.model import MNI_SPACE, AcPc, Case, Segmentation, Side, Structure, Vector
from planner.case.store import ArrayStore
from planner.errors import RefusedError
from planner.geometry.arrays import FloatArray
from planner.geometry.points import Points
from planner.geometry.transform import Transform
from planner.i18n import _
from planner.library.atlases import landmarks, template
from planner.library.targets import Target, structure_id, targets
from planner.progress import SILENT, Progress

SEGMENTATION_ID = "tissue"
SIDES: tuple[Side, Side] = ("left", "right")


@dataclass(frozen=True, slots=True)
class AnatomyFacts:
    """What was found. Ids are the same each time, so that a new search takes the place of the old one."""

    acpc: AcPc
    segmentation: Segmentation
    structures: tuple[Structure, ...]

    def in_case(self, case: Case) -> Case:
        """``case`` with all of it. Clicked commissures are kept: a person set them."""
        if case.acpc is None or case.acpc.origin == "template" or case.acpc.space != self.acpc.space:
            case = case.with_acpc(self.acpc)
        case = case.with_segmentation(self.segmentation)
        for one in self.structures:
            case = case.with_structure(one)
        return case


def find_anatomy(case: Case, store: ArrayStore, progress: Progress = SILENT) -> AnatomyFacts:
    """Needs the planning image aligned with the atlas (proposed or approved).

    Raises RefusedError (no-planning-image, not-aligned, brain-outside), Cancelled.
    """
    if not case.planning_image:
        raise RefusedError(_("There is no image to plan on. Import one first."), code="no-planning-image")
    alignment = atlas_alignment(case)
    if alignment is None:
        text = _("The planning image is not aligned with the atlas yet. Do task Align first.")
        raise RefusedError(text, code="not-aligned")
    transform = transform_of(alignment, store)
    to_atlas: Transform = transform if transform.target == MNI_SPACE else transform.inverse()
    inputs_hash = inputs_of_anatomy(case)
    progress(0.0, _("Carrying the landmarks"))
    acpc = _acpc(to_atlas.inverse(), case.planning_space, inputs_hash)
    structures = _structures(to_atlas.inverse(), store, inputs_hash)
    segmentation = _segmentation(case, store, to_atlas, inputs_hash, progress.part(0.05, 1.0))
    return AnatomyFacts(acpc, segmentation, structures)


def _acpc(to_patient: Transform, space: str, inputs_hash: str) -> AcPc:
    marks = landmarks()
    places = to_patient.apply(Points.of([marks.ac, marks.pc, *marks.midline], MNI_SPACE)).xyz
    points = [_vector(one) for one in places]
    return AcPc(points[0], points[1], tuple(points[2:]), space, "template", inputs_hash)


def _segmentation(
    case: Case, store: ArrayStore, to_atlas: Transform, inputs_hash: str, progress: Progress
) -> Segmentation:
    image = work_copy(volume_of(case.images[case.planning_image], store))
    atlas = template()
    labels = classify(image, to_atlas, TemplateMaps(atlas.t1, atlas.grey, atlas.white), progress)
    return Segmentation(
        id=SEGMENTATION_ID,
        space=case.planning_space,
        grid=spec_of(labels.grid),
        values=store.put(np.asarray(labels.values, dtype=np.uint8)),
        labels=LABELS,
        origin="template-and-intensity",
        inputs_hash=inputs_hash,
    )


def _structures(to_patient: Transform, store: ArrayStore, inputs_hash: str) -> tuple[Structure, ...]:
    return tuple(
        _structure(one, side, to_patient, store, inputs_hash)
        for one in targets()
        if one.mni_right is not None and one.size_mm is not None
        for side in SIDES
    )


def _structure(target: Target, side: Side, to_patient: Transform, store: ArrayStore, inputs_hash: str) -> Structure:
    """An ellipsoid of the size the table gives, in the template, carried over."""
    centre, size = target.mni(side), target.size_mm
    if centre is None or size is None:
        raise ValueError(f"target {target.id} has no place or no size")
    along_xyz = np.array([size[1], size[0], size[2]])  # the table gives anterior-posterior first
    surface = carried(ellipsoid(np.array(centre), along_xyz, MNI_SPACE), to_patient)
    place = to_patient.apply(Points.of(centre, MNI_SPACE)).xyz[0]
    vertices, triangles = put_surface(surface, store)
    return Structure(
        id=structure_id(target.id, side),
        space=surface.space,
        centre=_vector(place),
        vertices=vertices,
        triangles=triangles,
        source=f"{target.source}; {target.mni_basis}",
        status=f"{target.status}; size: {target.size_status}",
        inputs_hash=inputs_hash,
    )


def _vector(xyz: FloatArray) -> Vector:
    return (float(xyz[0]), float(xyz[1]), float(xyz[2]))
