"""How near the shaft passes to what it should spare: ventricle, sulci, the midline, another lead.

Distances are mm from the *surface* of the lead (half its diameter taken off), 0 when it touches; places are mm above
the target along the path (negative: below it, towards the tip). Labels are taken voxel by voxel as boxes: a distance is
exact for the label image and as good as the label image is for the patient.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.case.model import Lead
from planner.errors import SpaceMismatchError
from planner.geometry import Affine, Points, Volume
from planner.geometry.arrays import FloatArray
from planner.leads.path import lead_frame, length_mm

STEP_MM = 0.25
"""Sampling along the shaft: a quarter of the finest usual voxel."""

REACH_MM = 15.0
"""Nothing farther than this from the shaft is looked for; farther reads as "more than 15 mm"."""

NEIGHBOURS = 12
"""Nearest voxel centres among which the nearest voxel box is sought; for near-cubic voxels it is among the first."""

BELOW_SURFACE_MM = 5.0
"""Sulci are judged this far below the place where the path enters the brain: above it the CSF beside the path is the
surface of the gyrus itself, which every path crosses."""

DEEP_MM = 30.0
"""CSF beside the path deeper than this below the cortex is a cistern, not a sulcus (own choice: sulci of the convexity
are at most about 25 mm deep)."""


@dataclass(frozen=True, slots=True)
class Clearance:
    """``distance_mm`` from the lead's surface, nearest at ``above_target_mm``; ``inside_mm`` of the path lie within.

    ``is_beyond_reach``: nothing was found within REACH_MM, and ``distance_mm`` is that reach.
    """

    distance_mm: float
    above_target_mm: float
    inside_mm: float = 0.0
    is_beyond_reach: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class PathSamples:
    """Points along the middle line from the tip to the entry: ``xyz`` (N, 3), ``above_target_mm`` (N,)."""

    xyz: FloatArray
    above_target_mm: FloatArray
    space: str


def path_samples(lead: Lead) -> PathSamples:
    """The shaft from tip to entry, every STEP_MM."""
    frame = lead_frame(lead)
    count = max(int(np.ceil((length_mm(lead) + lead.depth_mm) / STEP_MM)), 1)
    heights: FloatArray = ((np.arange(count) + 0.5) * STEP_MM).astype(np.float64)
    xyz = frame.tip_mm + heights[:, None] * frame.axis
    return PathSamples(xyz, heights - lead.depth_mm, lead.space)


def labels_along(samples: PathSamples, labels: Volume) -> NDArray[np.int64]:
    """(N,) the label at each sample, -1 outside the image. Raises SpaceMismatchError."""
    if labels.space != samples.space:
        raise SpaceMismatchError(f"labels are in {labels.space!r}, the lead is in {samples.space!r}")
    index = np.floor(labels.grid.to_index(samples.xyz) + 0.5).astype(np.int64)
    inside = ((index >= 0) & (index < np.array(labels.grid.shape))).all(axis=1)
    found = np.full(len(index), -1, dtype=np.int64)
    found[inside] = labels.values[tuple(index[inside].T)]
    return found


def to_label(lead: Lead, diameter_mm: float, labels: Volume, codes: Collection[int]) -> Clearance:
    """Clearance of the whole shaft from the voxels whose label is in ``codes``."""
    samples = path_samples(lead)
    return _nearest(samples, diameter_mm, labels, codes)


def to_sulcus(
    lead: Lead, diameter_mm: float, labels: Volume, csf: Collection[int], brain: Collection[int]
) -> Clearance | None:
    """Clearance from the CSF of sulci on the way in; None when the path meets no brain.

    ``csf`` (without the ventricles) and ``brain`` (grey and white matter) are codes of ``labels``. Judged between
    BELOW_SURFACE_MM and DEEP_MM below the place where the path enters the brain.
    """
    samples = path_samples(lead)
    is_brain = np.isin(labels_along(samples, labels), list(brain))
    if not is_brain.any():
        return None
    depth = float(samples.above_target_mm[is_brain].max()) - samples.above_target_mm
    kept = (depth >= BELOW_SURFACE_MM) & (depth < DEEP_MM)
    if not kept.any():
        return None
    part = PathSamples(samples.xyz[kept], samples.above_target_mm[kept], samples.space)
    return _nearest(part, diameter_mm, labels, csf)


def to_midline(lead: Lead, diameter_mm: float, to_acpc: Affine) -> Clearance:
    """Clearance from the plane x = 0 of the AC-PC frame; ``inside_mm`` is what lies beyond it, seen from the target."""
    samples = path_samples(lead)
    x = to_acpc.apply(Points.of(samples.xyz, samples.space)).xyz[:, 0]
    target_x = float(to_acpc.apply(Points.of(lead.target, lead.space)).xyz[0, 0])
    beyond = x * np.sign(target_x) < 0
    nearest = int(np.argmax(beyond)) if beyond.any() else int(np.argmin(np.abs(x)))
    distance = 0.0 if beyond.any() else max(float(np.abs(x[nearest])) - diameter_mm / 2.0, 0.0)
    return Clearance(distance, float(samples.above_target_mm[nearest]), float(beyond.sum()) * STEP_MM)


def to_lead(lead: Lead, diameter_mm: float, other: Lead, other_diameter_mm: float) -> Clearance:
    """Clearance between the surfaces of two shafts, each from tip to entry. Raises SpaceMismatchError."""
    if lead.space != other.space:
        raise SpaceMismatchError(f"leads are in {lead.space!r} and {other.space!r}")
    samples = path_samples(lead)
    frame = lead_frame(other)
    along = np.clip((samples.xyz - frame.tip_mm) @ frame.axis, 0.0, length_mm(other) + other.depth_mm)
    gaps = np.linalg.norm(samples.xyz - (frame.tip_mm + along[:, None] * frame.axis), axis=1)
    nearest = int(np.argmin(gaps))
    distance = max(float(gaps[nearest]) - (diameter_mm + other_diameter_mm) / 2.0, 0.0)
    return Clearance(distance, float(samples.above_target_mm[nearest]))


def _nearest(samples: PathSamples, diameter_mm: float, labels: Volume, codes: Collection[int]) -> Clearance:
    is_inside = np.isin(labels_along(samples, labels), list(codes))
    inside_mm = float(is_inside.sum()) * STEP_MM
    boxes = _boxes_near(samples, labels, codes)
    if not len(boxes):
        return Clearance(REACH_MM, float(samples.above_target_mm[0]), 0.0, is_beyond_reach=True)
    gaps = _box_distances(samples.xyz, boxes, labels)
    nearest = int(np.argmin(gaps))
    distance = max(float(gaps[nearest]) - diameter_mm / 2.0, 0.0)
    if distance >= REACH_MM:
        return Clearance(REACH_MM, float(samples.above_target_mm[nearest]), 0.0, is_beyond_reach=True)
    return Clearance(distance, float(samples.above_target_mm[nearest]), inside_mm)


def _boxes_near(samples: PathSamples, labels: Volume, codes: Collection[int]) -> NDArray[np.int64]:
    """(M, 3) indices of the voxels of ``codes`` in the block of voxels around the path."""
    reach = np.ceil((REACH_MM + 5.0) / labels.grid.spacing_mm)
    index = labels.grid.to_index(samples.xyz)
    low = np.clip(np.floor(index.min(axis=0) - reach), 0, labels.grid.shape).astype(int)
    high = np.clip(np.ceil(index.max(axis=0) + reach) + 1, 0, labels.grid.shape).astype(int)
    block = labels.values[low[0] : high[0], low[1] : high[1], low[2] : high[2]]
    found: NDArray[np.int64] = np.argwhere(np.isin(block, list(codes))).astype(np.int64) + low
    return found


def _box_distances(xyz: FloatArray, boxes: NDArray[np.int64], labels: Volume) -> FloatArray:
    """(N,) mm from each point to the nearest voxel, taken as a box of the grid's spacing."""
    from scipy.spatial import cKDTree  # a tenth of a second, paid at the first read-out and not at the start

    spacing = labels.grid.spacing_mm
    points = labels.grid.to_index(xyz) * spacing
    tree = cKDTree(boxes * spacing)
    count = min(NEIGHBOURS, len(boxes))
    _, found = tree.query(points, k=list(range(1, count + 1)))
    outside = np.abs(points[:, None, :] - boxes[found] * spacing) - spacing / 2.0
    gaps: FloatArray = np.linalg.norm(np.maximum(outside, 0.0), axis=2).min(axis=1)
    return gaps
