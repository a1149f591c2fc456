"""Find the canal and the vertebrae in the planning image. Names are left to a person (``name_levels``)."""

from dataclasses import dataclass, replace
from itertools import zip_longest

from planner.anatomy.spine import ct, mri
from planner.anatomy.spine.claims import NameClaim
from planner.anatomy.spine.levels import USUAL
from planner.anatomy.spine.mri import DorsalFluid, fluid_by_level
from planner.anatomy.spine.naming import named_from
from planner.anatomy.spine.outline import Canal, Vertebra
from planner.case.facts import volume_of
from planner.case.inputs import inputs_of_spine
from planner.case.model import Case, SpineOutline, Structure
from planner.case.spine import OutlinedVertebra
from planner.case.store import ArrayStore
from planner.errors import RefusedError
from planner.geometry import Surface, Volume
from planner.i18n import _
from planner.library.spine_names import CANAL_ID, CORD_ID, SAC_ID
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
        vertebrae=_with_csf(as_facts(found.vertebrae), found.csf),
        inputs_hash=inputs_of_spine(case),
        conus_mm=found.conus_mm,
        conus_origin="" if found.conus_mm is None else "evidence",
    )
    fact = Structure(
        id="", space=image.space, centre=(0.0, 0.0, 0.0), vertices=path, triangles=path, source=canal.method,
        status=MEASURED_STATUS, inputs_hash=outline.inputs_hash, basis="spine-image",
    )  # fmt: skip
    surfaces = found.surfaces.items()
    outline = _with_claim(outline, found)
    return OutlinedSpine(outline, tuple(with_surface(fact, key, one, store) for key, one in surfaces))


NO_CLAIM = NameClaim(())


def _with_claim(outline: SpineOutline, found: "_Found") -> SpineOutline:
    """Evidence in the image names the vertebrae as a claim, with its probability; nothing when it tells too little."""
    claim = found.claim
    outline = replace(outline, alarms=claim.alarms, evidence=claim.evidence, likely_firsts=dict(claim.firsts))
    if not claim.is_useful:
        return outline
    first = claim.firsts[0][0]
    named = _with_csf(as_facts(named_from(found.vertebrae, 0, first, USUAL)), found.csf)
    return replace(outline, vertebrae=named, anchor=first, anchor_origin="evidence")


@dataclass(frozen=True, slots=True)
class _Found:
    canal: Canal
    vertebrae: tuple[Vertebra, ...]
    surfaces: dict[str, Surface]
    claim: NameClaim = NO_CLAIM
    csf: tuple[DorsalFluid | None, ...] = ()
    conus_mm: float | None = None


def _on_ct(image: Volume, progress: Progress) -> _Found:
    canal = ct.find_canal(image, progress.part(0.0, 0.6))
    vertebrae = ct.find_vertebrae(image, canal, progress.part(0.6, 0.9))
    claim = ct.claim_names(image, canal, vertebrae)
    return _Found(canal, vertebrae, {CANAL_ID: ct.canal_wall(image, canal).surface}, claim)


def _on_mri(image: Volume, progress: Progress) -> _Found:
    canal = mri.find_canal(image, progress.part(0.0, 0.6))
    vertebrae = mri.find_vertebrae(image, canal, progress.part(0.6, 0.8))
    cord = mri.find_cord(image, canal, progress.part(0.8, 1.0))
    names = {"sac": SAC_ID, "cord": CORD_ID}
    surfaces = {names[word]: one for word, one in cord.surfaces.surfaces.items()}
    csf = tuple(next(iter(fluid_by_level(cord, (one,))), None) for one in vertebrae)
    return _Found(canal, vertebrae, surfaces, csf=csf, conus_mm=cord.conus.arc_mm if cord.conus else None)


def _with_csf(
    vertebrae: tuple[OutlinedVertebra, ...], csf: tuple[DorsalFluid | None, ...]
) -> tuple[OutlinedVertebra, ...]:
    return tuple(
        one if fluid is None else replace(one, dorsal_csf_mm=fluid.thickness_mm, dorsal_csf_doubt_mm=fluid.doubt_mm)
        for one, fluid in zip_longest(vertebrae, csf)
    )
