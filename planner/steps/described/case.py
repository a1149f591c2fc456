"""A whole description: leads, tissue, capsule, boundary, programmes, and what is asked of their fields."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from planner.errors import PlannerError
from planner.field import Capsule, Conductor
from planner.geometry import Grid
from planner.geometry.arrays import FloatArray
from planner.i18n import _
from planner.library.tissues import capsule_defaults
from planner.progress import Progress
from planner.steps.described.boundary import Boundary, boundary_of
from planner.steps.described.keys import Keys, refused
from planner.steps.described.leads import DescribedLead, leads_of
from planner.steps.described.overlaps import check_overlaps
from planner.steps.described.programmes import DescribedProgramme, programmes_of
from planner.steps.described.tissue import DescribedTissue, tissue_of

FORMAT = 1
MOST_POINTS = 1_000_000
CLEARANCE_MM = 0.35
"""The strongest |E| is looked for from this distance to the lead on, unless the description says another."""


@dataclass(frozen=True, slots=True, eq=False)
class DescribedCase:
    """``conductors``: None for all contacts, so that inactive ones float; or those that are not insulating."""

    leads: tuple[DescribedLead, ...]
    tissue: DescribedTissue
    capsule: Capsule
    is_capsule_default: bool
    boundary: Boundary
    conductors: tuple[str, ...] | None
    programmes: tuple[DescribedProgramme, ...]
    thresholds_v_per_mm: tuple[float, ...]
    points_mm: FloatArray = field(repr=False)
    clearance_mm: float = CLEARANCE_MM
    notes: tuple[str, ...] = ()

    @property
    def conductor(self) -> Conductor:
        return Conductor(self.tissue.tissue, self.capsule)

    @property
    def labels(self) -> tuple[str, ...]:
        return labels_of(self.leads)


def labels_of(leads: tuple[DescribedLead, ...]) -> tuple[str, ...]:
    """With their leads' names before them where there are several."""
    if len(leads) == 1:
        return leads[0].shape.labels
    return tuple(f"{lead.name}:{label}" for lead in leads for label in lead.shape.labels)


def case_of(keys: Keys, folder: Path, progress: Progress) -> DescribedCase:
    """``folder`` is where the images' names count from.

    Raises RefusedError ("field-input" naming the key, "image-axes"), QuestionError, PlannerError of the parts.
    """
    if keys.number("format", FORMAT) != FORMAT:
        raise refused(keys.path("format"), _("this program reads format {number}.").format(number=FORMAT))
    keys.text("title", "")
    leads = leads_of(keys)
    check_overlaps(leads)
    boundary = boundary_of(keys, leads)
    capsule, is_default = _capsule(keys)
    labels = labels_of(leads)
    programmes = programmes_of(keys, labels, boundary.is_grounded)
    inactive = keys.choice("inactive", ("floating", "insulating"), "floating")
    thresholds = keys.array("thresholds_v_per_mm", (None,), [])
    points = keys.array("points_mm", (None, 3), [])
    if len(points) > MOST_POINTS:
        raise refused(keys.path("points_mm"), _("at most {count} points are read.").format(count=MOST_POINTS))
    clearance = keys.number("clearance_mm", CLEARANCE_MM, above=0.0)
    tissue_keys = keys.inner("tissue")
    keys.finish()
    tips = np.concatenate([lead.contact_centres_mm() for lead in leads])
    tissue = tissue_of(tissue_keys, folder, tips, progress)
    return DescribedCase(
        leads, tissue, capsule, is_default, boundary, _conductors(keys, inactive, labels, programmes), programmes,
        tuple(float(one) for one in thresholds), points, clearance, _outside_notes(leads, tissue),
    )  # fmt: skip


def _capsule(keys: Keys) -> tuple[Capsule, bool]:
    """On by default. A thickness of 0 switches it off."""
    usual = capsule_defaults()
    is_default = not keys.has("capsule")
    inner = keys.inner("capsule", is_optional=True)
    thickness = inner.number("thickness_mm", usual.thickness_mm)
    s_per_m = inner.number("s_per_m", usual.conductivity.s_per_m)
    inner.finish()
    try:
        return Capsule(thickness, s_per_m), is_default
    except PlannerError as error:
        raise refused(keys.path("capsule"), error.text) from error


def _conductors(
    keys: Keys, inactive: str, labels: tuple[str, ...], programmes: tuple[DescribedProgramme, ...]
) -> tuple[str, ...] | None:
    """Insulating inactive contacts: only what some programme uses is metal."""
    if inactive == "floating":
        return None
    used = {label for one in programmes for label in one.contacts}
    if not used:
        raise refused(keys.path("inactive"), _("insulating contacts need programmes that name the others."))
    if any(set(one.contacts) != used for one in programmes):
        text = _("with insulating contacts every programme must name the same contacts.")
        raise refused(keys.path("programmes"), text)
    return tuple(label for label in labels if label in used)


def _outside_notes(leads: tuple[DescribedLead, ...], tissue: DescribedTissue) -> tuple[str, ...]:
    """A lead wholly outside its image is a mistake; contacts outside are told."""
    grid = tissue.tissue.grid
    if grid is None or np.prod(grid.shape) == 1:
        return ()
    label_grid = getattr(tissue.tissue, "elsewhere", tissue.tissue).grid or grid
    notes = []
    for lead in leads:
        inside = _inside(label_grid, lead.contact_centres_mm())
        if not inside.any():
            text = _("All contacts lie outside the image. Check the pose, or the image's place.")
            raise PlannerError(text, code="outside-image")
        names = [label for label, is_in in zip(lead.shape.labels, inside, strict=True) if not is_in]
        if names:
            text = _("Contacts outside the image, in tissue as stated for outside: {labels}.")
            notes.append(text.format(labels=", ".join(names)))
    return tuple(notes)


def _inside(grid: Grid, xyz_mm: FloatArray) -> NDArray[np.bool_]:
    """(N,)."""
    index = grid.to_index(xyz_mm)
    inside = (index >= -0.5) & (index <= np.array(grid.shape) - 0.5)
    return cast(NDArray[np.bool_], inside.all(axis=-1))
