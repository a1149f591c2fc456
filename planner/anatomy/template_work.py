"""The alignment with the template as it runs in its own process: rigid, affine, deformable, inverse, figures."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import binary_dilation, binary_fill_holes, distance_transform_edt

from planner.anatomy.choose_engine import engine
from planner.anatomy.engine import MaskedRequest, Pullback, RegistrationEngine
from planner.anatomy.engine_process import Parcel, Stage
from planner.anatomy.parcels import pack_grid, unpack_volume
from planner.anatomy.quality import correlation_figures
from planner.anatomy.starts import about, turn
from planner.anatomy.warp_fields import consistency_mm, embed, jacobian, warp_of
from planner.anatomy.work_copy import crop
from planner.geometry.arrays import FloatArray
from planner.geometry.points import Points
from planner.geometry.resample import resample
from planner.geometry.transform import Affine, Warp, sample_vectors
from planner.geometry.volume import Volume
from planner.i18n import _

BOX_MARGIN_VOXELS = 8
MASK_GROWTH_VOXELS = 3
"""The edge of the brain is compared too; the skull, which the template lacks, is not."""
CORE_DEPTH_MM = 18.0
"""The affine is fitted to the inside of the brain only: with its edge in view it takes the skull of a full head for the
edge of the (skull-less) template and blows the brain up, by a third in volume on a head with a small brain. Depths of
8 to 28 mm gave the same answer there."""
OTHER_START_DEG = (6.0, -4.0, 5.0)
OTHER_START_MM = (4.0, -5.0, 6.0)
"""The second start, away from the first answer by what a poor rigid stage is off."""


@dataclass(frozen=True, slots=True, eq=False)
class _Heads:
    """The template cropped to its brain, where to compare for the affine (``core``) and for the field (``mask``), and
    the patient's work copy."""

    template: Volume
    fixed: Volume
    core: Volume
    mask: Volume
    moving: Volume


def template_work(parcel: Parcel, begin: Callable[[Stage], None]) -> Parcel:
    """``fixed`` (template), ``moving``, ``ac``, ``pc`` in; ``affine`` and the fields (moving to template) out."""
    heads = _heads(unpack_volume("fixed", parcel), unpack_volume("moving", parcel))
    chosen = engine(parcel.settings["engine"])
    begin(Stage(0.0, 0.1, _("Finding the head")))
    rigid = chosen.rigid(heads.fixed, heads.moving, is_rough=True)
    begin(Stage(0.1, 0.35, _("Fitting size and shape")))
    affine = chosen.affine(MaskedRequest(heads.fixed, heads.moving, heads.core, rigid))
    begin(Stage(0.35, 0.7, _("Fitting the folds of the brain")))
    request = MaskedRequest(heads.fixed, heads.moving, heads.mask, affine)
    pullback = chosen.deformable(request)
    begin(Stage(0.7, 0.8, _("Computing the way back")))
    warp = warp_of(pullback, affine, heads.moving.grid, heads.template.grid)
    ac, pc = np.array(parcel.settings["ac"]), np.array(parcel.settings["pc"])
    figures = _figures(heads, warp, ac, pc)
    if parcel.settings["has_second_opinion"]:
        begin(Stage(0.8, 1.0, _("Checking with a second start")))
        figures |= _second_opinion(chosen, heads, rigid, warp, np.stack([ac, pc]))
    settings = {"affine": affine.inverse().matrix.tolist(), "figures": figures}
    settings |= {"forward_grid": pack_grid(warp.forward_grid), "inverse_grid": pack_grid(warp.inverse_grid)}
    return Parcel({"forward": warp.forward_mm, "inverse": warp.inverse_mm}, settings)


def _heads(template: Volume, moving: Volume) -> _Heads:
    brain = binary_fill_holes(np.asarray(template.values) > 0)
    index = np.argwhere(brain)
    low = np.maximum(index.min(axis=0) - BOX_MARGIN_VOXELS, 0)
    high = np.minimum(index.max(axis=0) + BOX_MARGIN_VOXELS + 1, template.grid.shape)
    grown = binary_dilation(brain, iterations=MASK_GROWTH_VOXELS).astype(np.uint8)
    box = (int(low[0]), int(low[1]), int(low[2])), (int(high[0]), int(high[1]), int(high[2]))
    core = (distance_transform_edt(brain) > CORE_DEPTH_MM).astype(np.uint8)
    fixed, inside, mask = (crop(Volume(template.grid, one), *box) for one in (template.values, core, grown))
    return _Heads(template, fixed, inside, mask, moving)


def brain_points(template: Volume, step: int = 3) -> FloatArray:
    """(N, 3) every ``step``-th voxel centre of the template's brain."""
    values = np.asarray(template.values)[::step, ::step, ::step]
    return template.grid.to_world(np.argwhere(values > 0) * step)


def _figures(heads: _Heads, warp: Warp, ac: FloatArray, pc: FloatArray) -> dict[str, float]:
    to_patient = warp.inverse()
    carried = to_patient.apply(Points.of(np.stack([ac, pc]), warp.target)).xyz
    determinant = Volume(warp.inverse_grid, jacobian(np.asarray(warp.inverse_mm, dtype=np.float32), warp.inverse_grid))
    brain = resample(Volume(heads.template.grid, np.asarray(heads.template.values) > 0), warp.inverse_grid, order=0)
    figures = correlation_figures(heads.template, heads.moving, to_patient, ac, pc)
    figures["jacobian_min"] = float(determinant.values[np.asarray(brain.values, dtype=bool)].min())
    figures["acpc_length_mm"] = float(np.linalg.norm(carried[0] - carried[1]))
    gap = consistency_mm(warp, brain_points(heads.template))
    figures["inverse_p95_mm"] = float(np.percentile(gap, 95))
    return figures


def _second_opinion(
    chosen: RegistrationEngine, heads: _Heads, rigid: Affine, warp: Warp, commissures: FloatArray
) -> dict[str, float]:
    """A quick second run from a disturbed start: how far do AC, PC and the brain come to lie from the first answer?"""
    start = _disturbed(rigid, heads.fixed)
    again = chosen.refine_rigid(heads.fixed, heads.moving, start, is_rough=True)
    affine = chosen.affine(MaskedRequest(heads.fixed, heads.moving, heads.core, again, is_quick=True))
    request = MaskedRequest(heads.fixed, heads.moving, heads.mask, affine, is_quick=True)
    other = _coarse(chosen.deformable(request), affine, warp)
    at_commissures = _gap_mm(warp, other, commissures)
    over_brain = _gap_mm(warp, other, brain_points(heads.template))
    return {
        "second_start_mm": float(at_commissures.max()),
        "second_start_p95_mm": float(np.percentile(over_brain, 95)),
    }


def _disturbed(rigid: Affine, fixed: Volume) -> Affine:
    centre = fixed.grid.centre_mm
    nudge = about(centre, centre + OTHER_START_MM, turn(OTHER_START_DEG), (fixed.space, fixed.space))
    return nudge.then(rigid)


def _coarse(pullback: Pullback, affine: Affine, like: Warp) -> FloatArray:
    return np.asarray(embed(pullback, affine, like.inverse_grid), dtype=np.float64)


def _gap_mm(warp: Warp, other_mm: FloatArray, xyz: FloatArray) -> FloatArray:
    """(N,) distance between where the two fields take the same template points."""
    one = sample_vectors(warp.inverse_mm, warp.inverse_grid, xyz)
    gap: FloatArray = np.linalg.norm(one - sample_vectors(other_mm, warp.inverse_grid, xyz), axis=1)
    return gap
