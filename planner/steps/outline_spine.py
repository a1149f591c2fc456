"""Find the canal and the vertebrae in the planning image. Names are left to a person (``name_levels``)."""

from dataclasses import dataclass

from planner.anatomy.spine import ct
from planner.anatomy.spine.outline import Canal, Vertebra
from planner.case.facts import volume_of
from planner.case.inputs import inputs_of_spine
from planner.case.model import Case, Image, SpineOutline, Structure
from planner.case.store import ArrayStore
from planner.errors import RefusedError
from planner.geometry import Volume
from planner.i18n import _
from planner.progress import SILENT, Progress
from planner.steps.spine_facts import as_facts, canal_arrays, unsure_facts


@dataclass(frozen=True, slots=True)
class OutlinedSpine:
    """What was found, and the surfaces that were measured on the image."""

    outline: SpineOutline
    structures: tuple[Structure, ...] = ()

    def in_case(self, case: Case) -> Case:
        """``case`` with it. Names given before were of other bones: they go, and what was placed by them."""
        placed = [key for key, one in case.structures.items() if one.basis != "brain-atlas"]
        case = case.without_structures(*placed).with_spine(self.outline)
        for one in self.structures:
            case = case.with_structure(one)
        return case


def outline_spine(case: Case, store: ArrayStore, progress: Progress = SILENT) -> OutlinedSpine:
    """Canal and vertebrae of the planning image.

    Raises RefusedError: no-planning-image, spine-modality, and those of the methods (no spine in the image, too few
    slices, ...); Cancelled.
    """
    image = case.images.get(case.planning_image)
    if image is None:
        raise RefusedError(_("There is no image to plan on. Import one first."), code="no-planning-image")
    canal, vertebrae = _found(image, volume_of(image, store), progress)
    path, certainty, radius = canal_arrays(canal, store)
    outline = SpineOutline(
        space=image.space,
        method=canal.method,
        canal=path,
        certainty=certainty,
        radius=radius,
        unsure=unsure_facts(canal),
        vertebrae=as_facts(vertebrae),
        inputs_hash=inputs_of_spine(case),
    )
    return OutlinedSpine(outline)


def _found(image: Image, volume: Volume, progress: Progress) -> tuple[Canal, tuple[Vertebra, ...]]:
    if image.modality != "CT":
        text = _("The spine is found on CT. {name} is {modality}.")
        raise RefusedError(text.format(name=image.name, modality=image.modality), code="spine-modality")
    canal = ct.find_canal(volume, progress.part(0.0, 0.7))
    return canal, ct.find_vertebrae(volume, canal, progress.part(0.7, 1.0))
