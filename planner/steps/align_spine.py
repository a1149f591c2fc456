"""Lay one image of a spine over another vertebra by vertebra: never one rigid spine."""

from dataclasses import replace

from planner.anatomy.register import Registered
from planner.anatomy.spine.register_levels import OutlinedImage, SpineRegistration, register_levels
from planner.case.facts import volume_of
from planner.case.model import Alignment, Case, Image
from planner.case.store import ArrayStore
from planner.errors import RefusedError
from planner.geometry import Affine
from planner.i18n import _
from planner.progress import SILENT, Progress
from planner.steps.align import alignment_fact
from planner.steps.spine_facts import canal_of, vertebrae_of

ENGINE = "vertebrae"


def align_spine(case: Case, store: ArrayStore, moving_id: str, progress: Progress = SILENT) -> Alignment:
    """The image ``moving_id`` over the planning image, matched by the names of the vertebrae outlined in both.

    Waits for a person's decision; ``quality`` holds the residual of each level (``residual_T9_mm``), their median and
    worst, and how many the images themselves confirmed. Raises RefusedError: unknown-image, same-image, no-spine,
    levels-unnamed, levels-apart, different-patients; Cancelled.
    """
    moving, fixed = _image(case, moving_id), _image(case, case.planning_image)
    if moving.id == fixed.id:
        raise RefusedError(_("An image is aligned with itself already. Choose two images."), code="same-image")
    found = register_levels(_outlined(case, store, moving), _outlined(case, store, fixed), progress)
    registered = Registered(_middle(found), "itk", _figures(found), found.warp)
    return replace(alignment_fact(case, store, registered, moving.space, fixed.space), engine=ENGINE)


def _image(case: Case, image_id: str) -> Image:
    if image_id not in case.images:
        text = _("There is no image {name} in this case.").format(name=image_id)
        raise RefusedError(text, code="unknown-image")
    return case.images[image_id]


def _outlined(case: Case, store: ArrayStore, image: Image) -> OutlinedImage:
    outline = case.spines.get(image.space)
    if outline is None:
        text = _("The spine is not outlined in {name} yet. Plan on it for a moment, outline it and name a vertebra.")
        raise RefusedError(text.format(name=image.name), code="no-spine")
    return OutlinedImage(volume_of(image, store), canal_of(outline, store), vertebrae_of(outline))


def _middle(found: SpineRegistration) -> Affine:
    """The transform of the middle level stands for the whole where only an affine is shown."""
    return found.levels[len(found.levels) // 2].affine


def _figures(found: SpineRegistration) -> dict[str, float]:
    residuals = {f"residual_{one.name}_mm": one.residual_mm for one in found.levels}
    return {
        "median_mm": found.median_residual_mm,
        "worst_level_mm": max(residuals.values()),
        "levels": float(len(found.levels)),
        "levels_confirmed": float(sum(one.state == "refined" and not one.alarms for one in found.levels)),
        **residuals,
    }
