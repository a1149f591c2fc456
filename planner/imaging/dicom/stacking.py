"""From planes to one grid: sorted along the normal, every gap within 1 %, every slice within 0.01 mm, or corrected.

reference/reliability.md section 2, rules (d) and (e). Positions come from the plane positions alone, never from slice
numbers, thickness or spacing tags. LPS becomes RAS here.
"""

import json
import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from planner.geometry.arrays import FloatArray
from planner.imaging.dicom.grouping import Plane, distance_mm
from planner.imaging.series import Finding

RESIDUAL_MM = 0.01
GAP_TOLERANCE = 0.01
"""Relative to the usual gap."""
SHEAR_KEPT = 1e-4
"""A drift of the slices this small (0.006 degrees) is kept in the affine; geometry.itk takes it as orthogonal."""
WIDEST_GAP = 3.0
"""Gaps beyond three usual ones are refused: interpolating over two missing slices or more would invent anatomy."""
LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


@dataclass(frozen=True, slots=True, eq=False)
class Resampling:
    """How output slices are mixed from the planes. ``shift_px`` (N, 2) is where each plane's first voxel comes to lie
    (rows, columns); ``before`` and ``after`` (M,) are the planes around each output slice, ``weight`` (M,) the share
    of the latter.
    """

    shift_px: FloatArray
    before: NDArray[np.int64]
    after: NDArray[np.int64]
    weight: FloatArray
    rows: int
    columns: int


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """The grid of a stack: ``affine`` (4, 4) from (column, row, slice) to RAS mm, and how to fill it.

    ``asks`` is the code of what a person must agree to first, or empty; ``refusal`` says why there is no grid.
    """

    planes: tuple[Plane, ...]
    shape: tuple[int, int, int]
    affine: FloatArray
    gap_mm: float
    resampling: Resampling | None = None
    notes: tuple[Finding, ...] = ()
    asks: Finding | None = None
    refusal: Finding | None = None

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        x, y, z = np.linalg.norm(self.affine[:3, :3], axis=0)
        return float(x), float(y), float(z)


@dataclass(frozen=True, slots=True, eq=False)
class _Axes:
    """The directions of the stack (LPS, unit) and where its planes lie: ``along`` (N,) and ``across`` (N, 2) in mm."""

    row: FloatArray
    column: FloatArray
    normal: FloatArray
    origin: FloatArray
    along: FloatArray
    across: FloatArray


def lay_out(planes: tuple[Plane, ...]) -> Layout:
    """The grid of these planes, which have a place and lie parallel, one at each place."""
    ordered = tuple(sorted(planes, key=lambda plane: distance_mm(plane.frame)))
    axes = _axes(ordered)
    gaps = np.diff(axes.along)
    gap = float(np.median(gaps))
    is_even = bool(np.abs(gaps - gap).max() <= max(GAP_TOLERANCE * gap, RESIDUAL_MM))
    asks = None if is_even else _question(ordered, axes, gaps, gap)
    if not is_even and float(gaps.max()) > WIDEST_GAP * gap * (1 + GAP_TOLERANCE):
        wide = {"gap_mm": f"{gaps.max():.1f}", "usual_mm": f"{gap:.1f}"}
        return replace(_straight(ordered, axes, gap), refusal=Finding("wide-gap", wide))
    notes = _tilt(axes)
    if notes or not is_even:
        return _resampled(ordered, axes, gaps, is_even, notes, asks)
    layout = _straight(ordered, axes, gap)
    off_mm = residual_mm(layout)
    if off_mm <= RESIDUAL_MM:
        return layout
    notes = (Finding("positions-corrected", {"mm": f"{off_mm:.2f}"}),)
    return _resampled(ordered, axes, gaps, is_even, notes, asks)


def _straight(planes: tuple[Plane, ...], axes: "_Axes", gap: float) -> Layout:
    """As if the slices lay evenly on the line from the first to the last."""
    last = len(planes) - 1
    step = axes.along[-1] / last * axes.normal + axes.across[-1] / last @ np.stack([axes.row, axes.column])
    pixels = planes[0].header.pixels
    shape = (pixels.columns, pixels.rows, len(planes))
    return Layout(planes, shape, _affine(axes, planes, axes.origin, step), gap)


def flat(planes: tuple[Plane, ...], refusal: Finding) -> Layout:
    """For what cannot be a volume: a shape for showing, no grid."""
    pixels = planes[0].header.pixels
    count = max(len(planes), pixels.frames)
    spacing = planes[0].frame.spacing or (1.0, 1.0)
    scale = np.diag([spacing[1], spacing[0], 1.0, 1.0])
    return Layout(planes, (pixels.columns, pixels.rows, count), scale, 0.0, refusal=refusal)


def original_geometry(layout: Layout) -> dict[str, str]:
    """What resampling would lose, as JSON (LPS mm, as in the files): each plane's position, and their directions."""
    if layout.resampling is None:
        return {}
    frame = layout.planes[0].frame
    weight = layout.resampling.weight
    return {
        "original-positions-lps-mm": json.dumps([plane.frame.position for plane in layout.planes]),
        "original-directions-lps": json.dumps([frame.row, frame.column]),
        "interpolated-slices": json.dumps(np.flatnonzero(weight).tolist()),
    }


def residual_mm(layout: Layout) -> float:
    """The worst distance from where the grid puts a plane's first voxel to where its header says (not resampled)."""
    ends = [layout.affine @ (0.0, 0.0, float(k), 1.0) for k in range(len(layout.planes))]
    true = [LPS_TO_RAS @ (*(plane.frame.position or (math.nan,) * 3), 1.0) for plane in layout.planes]
    return float(np.linalg.norm(np.array(ends) - np.array(true), axis=1).max())


def _axes(planes: tuple[Plane, ...]) -> _Axes:
    frame = planes[0].frame
    row, column = np.array(frame.row), np.array(frame.column)
    normal = np.cross(row, column)
    positions = np.array([plane.frame.position for plane in planes])
    offset = positions - positions[0]
    across = np.stack([offset @ row, offset @ column], axis=1)
    return _Axes(row, column, normal, positions[0], offset @ normal, across)


def _affine(axes: _Axes, planes: tuple[Plane, ...], origin: FloatArray, step: FloatArray) -> FloatArray:
    spacing = planes[0].frame.spacing
    if spacing is None:
        raise ValueError("a plane without spacing has no affine")
    matrix = np.eye(4)
    matrix[:3, 0] = axes.row * spacing[1]
    matrix[:3, 1] = axes.column * spacing[0]
    matrix[:3, 2] = step
    matrix[:3, 3] = origin
    return LPS_TO_RAS @ matrix


def _tilt(axes: _Axes) -> tuple[Finding, ...]:
    """Do the slices drift sideways as under a tilted gantry?"""
    length = float(axes.along[-1])
    shear = float(np.hypot(*axes.across[-1])) / length
    if shear <= SHEAR_KEPT or shear * length <= RESIDUAL_MM:
        return ()
    return (Finding("gantry-tilt", {"degrees": f"{math.degrees(math.atan(shear)):.1f}"}),)


def _question(planes: tuple[Plane, ...], axes: _Axes, gaps: FloatArray, gap: float) -> Finding:
    """Whole multiples of the usual gap are missing slices; anything else is uneven spacing."""
    ratios = gaps / gap
    wide = np.flatnonzero(ratios > 1.5)
    is_whole = np.abs(ratios - np.round(ratios)) <= GAP_TOLERANCE * np.maximum(np.round(ratios), 1)
    at = int(np.argmax(gaps))
    values = {"smallest_mm": f"{gaps.min():.2f}", "largest_mm": f"{gaps.max():.2f}", "usual_mm": f"{gap:.2f}"}
    values |= {"after": _slice_words(planes[at]), "before": _slice_words(planes[at + 1])}
    values["place"] = _place(planes[0], axes, float((axes.along[at] + axes.along[at + 1]) / 2))
    if len(wide) and is_whole.all():
        return Finding("missing-slices", values | {"count": str(int(np.round(ratios).sum()) - len(gaps))})
    return Finding("uneven-gaps", values)


def _slice_words(plane: Plane) -> str:
    return str(plane.header.instance_number) if len(plane.header.frames) == 1 else f"#{plane.index + 1}"


def _place(plane: Plane, axes: _Axes, along_mm: float) -> str:
    """The missing position in RAS mm: the middle of the slice that is not there."""
    pixels, spacing = plane.header.pixels, plane.frame.spacing or (1.0, 1.0)
    centre = axes.row * spacing[1] * (pixels.columns - 1) / 2 + axes.column * spacing[0] * (pixels.rows - 1) / 2
    x, y, z = axes.origin + centre + along_mm * axes.normal
    return f"{-x:.1f} {-y:.1f} {z:.1f}"


def _resampled(
    planes: tuple[Plane, ...],
    axes: _Axes,
    gaps: FloatArray,
    is_even: bool,
    notes: tuple[Finding, ...],
    asks: Finding | None,
) -> Layout:
    """An orthogonal grid over the true positions; slices that exist keep their voxels wherever the grid meets them."""
    step = float(axes.along[-1] / (len(planes) - 1)) if is_even else _usual_small_gap(gaps)
    count = math.floor(axes.along[-1] / step + 1 + GAP_TOLERANCE)
    wanted = np.minimum(np.arange(count) * step, axes.along[-1])
    before = np.clip(np.searchsorted(axes.along, wanted + RESIDUAL_MM, side="right") - 1, 0, len(planes) - 1)
    after = np.minimum(before + 1, len(planes) - 1)
    room = np.where(after > before, axes.along[after] - axes.along[before], 1.0)
    weight = np.clip((wanted - axes.along[before]) / room, 0.0, 1.0)
    weight[np.abs(wanted - axes.along[before]) <= RESIDUAL_MM] = 0.0
    spacing, pixels = planes[0].frame.spacing or (1.0, 1.0), planes[0].header.pixels
    shift = np.stack([axes.across[:, 1] / spacing[0], axes.across[:, 0] / spacing[1]], axis=1)
    shift[np.abs(shift) < RESIDUAL_MM / max(spacing)] = 0.0
    low = np.floor(shift.min(axis=0))
    high = np.ceil((shift - low).max(axis=0)).astype(int)
    origin = axes.origin + low[1] * spacing[1] * axes.row + low[0] * spacing[0] * axes.column
    rows, columns = pixels.rows + int(high[0]), pixels.columns + int(high[1])
    mixed = int(np.count_nonzero(weight))
    if mixed:
        notes = (*notes, Finding("interpolated-slices", {"count": str(mixed), "of": str(count)}))
    return Layout(
        planes,
        (columns, rows, count),
        _affine(axes, planes, origin, step * axes.normal),
        step,
        Resampling(shift - low, before, after, weight, rows, columns),
        notes,
        asks,
    )


def _usual_small_gap(gaps: FloatArray) -> float:
    """The smallest gap that is no oddity: at least half the median. Keeps the finer part of a two-part head CT."""
    return float(gaps[gaps >= np.median(gaps) / 2].min())
