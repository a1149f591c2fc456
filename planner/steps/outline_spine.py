"""Find the canal and the vertebrae in the planning image. Names are left to a person (``name_levels``)."""

from dataclasses import dataclass

from planner.anatomy.spine import ct, mri
from planner.anatomy.spine.outline import Canal, Vertebra
from planner.case.facts import volume_of
from planner.case.inputs import inputs_of_spine
from planner.case.model import Case, SpineOutline, Structure
from planner.case.store import ArrayStore
from planner.errors import RefusedError
from planner.geometry import Surface, Volume
from planner.i18n import _
from planner.library.spine_names import CANAL_ID
from planner.progress import SILENT, Progress
from planner.steps.spine_facts import as_facts, canal_arrays, unsure_facts, with_surface

MEASURED_STATUS = "measured on this image"


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
    volume = volume_of(image, store)
    find = {"CT": _on_ct, "MR": _on_mri}.get(image.modality)
    if find is None:
        text = _("The spine is found on CT and MRI. {name} is {modality}.")
        raise RefusedError(text.format(name=image.name, modality=image.modality), code="spine-modality")
    found = find(volume, progress)
    canal = found.canal
    path, certainty, radius = canal_arrays(canal, store)
    outline = SpineOutline(
        space=image.space,
        method=canal.method,
        canal=path,
        certainty=certainty,
        radius=radius,
        unsure=unsure_facts(canal),
        vertebrae=as_facts(found.vertebrae),
        inputs_hash=inputs_of_spine(case),
    )
    fact = Structure(
        id="", space=image.space, centre=(0.0, 0.0, 0.0), vertices=path, triangles=path, source=canal.method,
        status=MEASURED_STATUS, inputs_hash=outline.inputs_hash, basis="spine-image",
    )  # fmt: skip
    surfaces = found.surfaces.items()
    return OutlinedSpine(outline, tuple(with_surface(fact, key, one, store) for key, one in surfaces))


@dataclass(frozen=True, slots=True)
class _Found:
    canal: Canal
    vertebrae: tuple[Vertebra, ...]
    surfaces: dict[str, Surface]


def _on_ct(image: Volume, progress: Progress) -> _Found:
    canal = ct.find_canal(image, progress.part(0.0, 0.6))
    vertebrae = ct.find_vertebrae(image, canal, progress.part(0.6, 0.9))
    return _Found(canal, vertebrae, {CANAL_ID: ct.canal_wall(image, canal).surface})


def _on_mri(image: Volume, progress: Progress) -> _Found:
    canal = mri.find_canal(image, progress.part(0.0, 0.7))
    return _Found(canal, (), {})
