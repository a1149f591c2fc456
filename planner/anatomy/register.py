"""Image to image and image to template, from volumes to transforms with their figures."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np

from planner.anatomy import rigid_work, template_work
from planner.anatomy.engine import EngineName
from planner.anatomy.engine_process import Parcel, Work, run_apart
from planner.anatomy.parcels import affine_from, grid_from, pack_volume
from planner.anatomy.quality import alarms
from planner.anatomy.work_copy import RIGID_SMOOTH_MM, work_copy
from planner.geometry.arrays import FloatArray
from planner.geometry.transform import Affine, Warp
from planner.geometry.volume import Volume
from planner.i18n import _
from planner.progress import SILENT, Progress

Run = Callable[[Work, Parcel, Progress], Parcel]


@dataclass(frozen=True, slots=True, eq=False)
class RigidRequest:
    """``moving`` is to be laid over ``fixed``; the flags say which of them is a CT (values in HU)."""

    moving: Volume
    fixed: Volume
    engine: EngineName = "greedy"
    moving_is_ct: bool = False
    fixed_is_ct: bool = False
    has_second_opinion: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class TemplateRequest:
    """``moving`` (a T1) is to be laid over the brain-only ``template`` whose AC and PC are given in its space."""

    moving: Volume
    template: Volume
    ac: FloatArray
    pc: FloatArray
    engine: EngineName = "greedy"
    has_second_opinion: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Registered:
    """``affine`` and, for a deformable one, ``warp``: both map moving points to fixed points.

    ``figures`` are those of :mod:`planner.anatomy.quality`, ``alarms`` the codes of what looks wrong.
    """

    affine: Affine
    engine: EngineName
    figures: Mapping[str, float]
    warp: Warp | None = None
    alarms: tuple[str, ...] = field(default=())


def align_rigid(request: RigidRequest, progress: Progress = SILENT, run: Run = run_apart) -> Registered:
    """Moving to fixed by a turn and a shift. Raises RefusedError (see work_copy), Cancelled, PlannerError."""
    progress(0.0, _("Preparing the images"))
    fixed = _for_rigid(request.fixed, is_ct=request.fixed_is_ct)
    progress.check()
    moving = _for_rigid(request.moving, is_ct=request.moving_is_ct)
    arrays, settings = _both(fixed, moving)
    settings |= {"engine": request.engine, "has_second_opinion": request.has_second_opinion}
    answer = run(rigid_work.rigid_work, Parcel(arrays, settings), progress.part(0.03, 1.0))
    return _registered(request.engine, answer, moving, fixed, None)


def align_to_template(request: TemplateRequest, progress: Progress = SILENT, run: Run = run_apart) -> Registered:
    """Moving to template: rigid, affine, deformable. Raises RefusedError (see work_copy), Cancelled, PlannerError."""
    progress(0.0, _("Preparing the images"))
    moving = work_copy(request.moving)
    arrays, settings = _both(request.template, moving)
    settings |= {"engine": request.engine, "has_second_opinion": request.has_second_opinion}
    settings |= {"ac": request.ac.tolist(), "pc": request.pc.tolist()}
    answer = run(template_work.template_work, Parcel(arrays, settings), progress.part(0.03, 1.0))
    warp = _warp(answer, moving.space, request.template.space)
    return _registered(request.engine, answer, moving, request.template, warp)


def _for_rigid(image: Volume, *, is_ct: bool) -> Volume:
    return work_copy(image, is_ct=is_ct, smooth_mm=RIGID_SMOOTH_MM[is_ct])


def _both(fixed: Volume, moving: Volume) -> tuple[dict[str, Any], dict[str, Any]]:
    arrays: dict[str, Any] = {}
    settings: dict[str, Any] = {}
    pack_volume("fixed", fixed, arrays, settings)
    pack_volume("moving", moving, arrays, settings)
    return arrays, settings


def _registered(engine: EngineName, answer: Parcel, moving: Volume, fixed: Volume, warp: Warp | None) -> Registered:
    affine = affine_from(answer.settings["affine"], moving.space, fixed.space)
    figures = {str(name): float(value) for name, value in answer.settings["figures"].items()}
    return Registered(affine, engine, figures, warp, alarms(figures))


def _warp(answer: Parcel, source: str, target: str) -> Warp:
    forward = cast(FloatArray, np.asarray(answer.arrays["forward"]))
    inverse = cast(FloatArray, np.asarray(answer.arrays["inverse"]))
    grids = answer.settings["forward_grid"], answer.settings["inverse_grid"]
    return Warp(source, target, grid_from(grids[0], source), forward, grid_from(grids[1], target), inverse)
