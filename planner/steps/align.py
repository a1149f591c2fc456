"""Lay one image over another, or over the atlas: a proposal with its figures, for a person to approve."""

import numpy as np

from planner.anatomy.engine import ENGINES, EngineName
from planner.anatomy.landmark_fit import fit_rigid
from planner.anatomy.register import Registered, RigidRequest, TemplateRequest, align_rigid, align_to_template
from planner.case.facts import matrix_of, new_id, spec_of, volume_of
from planner.case.inputs import inputs_of_alignment
from planner.case.model import MNI_SPACE, Alignment, Case, Image, Vector
from planner.case.store import ArrayStore
from planner.errors import RefusedError
from planner.geometry.points import Points
from planner.i18n import _
from planner.library.atlases import landmarks, template
from planner.progress import SILENT, Progress

ATLAS = "mni"


def align(
    case: Case,
    store: ArrayStore,
    moving_id: str,
    target: str = ATLAS,
    engine: EngineName = "greedy",
    progress: Progress = SILENT,
) -> Alignment:
    """The image ``moving_id`` over ``target``: an image id (rigid) or "mni" (deformable, with its inverse).

    Raises RefusedError (unknown-image, same-image, unknown-engine, image-empty, image-small, not-mr),
    PlannerError(code="engine-failed" or "engine-missing"), Cancelled.
    """
    if engine not in ENGINES:
        text = _("There is no engine {name}. Choose one of: {known}.").format(name=engine, known=", ".join(ENGINES))
        raise RefusedError(text, code="unknown-engine")
    moving = _image(case, moving_id)
    if target == ATLAS:
        found = _over_atlas(moving, store, engine, progress)
        return alignment_fact(case, store, found, moving.space, MNI_SPACE)
    fixed = _image(case, target)
    if fixed.id == moving.id:
        raise RefusedError(_("An image is aligned with itself already. Choose two images."), code="same-image")
    request = RigidRequest(
        volume_of(moving, store),
        volume_of(fixed, store),
        engine,
        moving_is_ct=moving.modality == "CT",
        fixed_is_ct=fixed.modality == "CT",
    )
    return alignment_fact(case, store, align_rigid(request, progress), moving.space, fixed.space)


def align_by_landmarks(
    case: Case, moving_id: str, target_id: str, moving_points: tuple[Vector, ...], target_points: tuple[Vector, ...]
) -> Alignment:
    """A rigid alignment from three or more pairs, each in its image's own RAS mm.

    The residual of pair 1 is the figure ``residual_1_mm``, and so on; ``rms_mm`` and ``worst_mm`` sum them up. Raises
    RefusedError (landmarks-few, landmarks-degenerate, landmarks-mirrored, landmarks-apart, unknown-image).
    """
    moving, fixed = _image(case, moving_id), _image(case, target_id)
    fit = fit_rigid(Points.of(moving_points, moving.space), Points.of(target_points, fixed.space))
    quality = {"rms_mm": fit.rms_mm, "worst_mm": float(fit.residuals_mm.max())}
    quality |= {f"residual_{n + 1}_mm": float(value) for n, value in enumerate(fit.residuals_mm)}
    return Alignment(
        id=new_id("alignment"),
        source=moving.space,
        target=fixed.space,
        kind="landmarks",
        matrix=matrix_of(fit.transform.matrix),
        engine="landmarks",
        inputs_hash=inputs_of_alignment(case, moving.space, fixed.space),
        quality=quality,
    )


def _image(case: Case, image_id: str) -> Image:
    if image_id not in case.images:
        text = _("There is no image {name} in this case.").format(name=image_id)
        raise RefusedError(text, code="unknown-image")
    return case.images[image_id]


def _over_atlas(moving: Image, store: ArrayStore, engine: EngineName, progress: Progress) -> Registered:
    if moving.modality == "CT":
        text = _("The atlas is a T1 image: align an MR with it, and the CT with that MR.")
        raise RefusedError(text, code="not-mr")
    progress(0.0, _("Reading the atlas"))
    marks = landmarks()
    volume = volume_of(moving, store)
    request = TemplateRequest(volume, template().t1, np.array(marks.ac), np.array(marks.pc), engine)
    return align_to_template(request, progress)


def alignment_fact(case: Case, store: ArrayStore, found: Registered, source: str, target: str) -> Alignment:
    """What was found, its fields in the store, waiting for a person's decision."""
    warp = found.warp
    return Alignment(
        id=new_id("alignment"),
        source=source,
        target=target,
        kind="rigid" if warp is None else "deformable",
        matrix=matrix_of(found.affine.matrix),
        engine=found.engine,
        inputs_hash=inputs_of_alignment(case, source, target),
        forward=store.put(np.asarray(warp.forward_mm, dtype=np.float32)) if warp else None,
        forward_grid=spec_of(warp.forward_grid) if warp else None,
        inverse=store.put(np.asarray(warp.inverse_mm, dtype=np.float32)) if warp else None,
        inverse_grid=spec_of(warp.inverse_grid) if warp else None,
        quality=dict(found.figures),
    )
