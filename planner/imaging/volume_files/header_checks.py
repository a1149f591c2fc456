"""Is the geometry that a volume header states one that a person can rely on? Questions and refusals, no reading.

Everything here is a pure function of a :class:`VolumeHeader`. Matrices go from index to RAS.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from planner.geometry.arrays import FloatArray
from planner.geometry.volume import GEOMETRY_TOLERANCE_MM
from planner.imaging.series import Finding, Question
from planner.imaging.volume_files.volume_header import MM_PER_UNIT, VolumeHeader, VolumeProblem

FORMS_AGREE_MM = 0.1
"""Two statements of one header closer than our whole geometric error (reference/reliability.md section 5) are one."""
SINGULAR = 1e-3
"""Volume of the cell of unit axes below which two axes are as good as parallel (about 0.06 degrees)."""
SMALLEST_SPACING_MM, LARGEST_SPACING_MM = 0.01, 50.0
LARGEST_EXTENT_MM, FARTHEST_MM = 3000.0, 100_000.0
"""No patient is longer than 3 m, no scanner frame puts its origin 100 m away."""
MOST_VOLUMES = 2000
TOP_VIEWS = ("RAS", "LAS", "LPS", "RPS")
"""What the three axes of a file of axial slices may point to, when it does not say."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What to ask and tell before this header's volume may be taken."""

    questions: tuple[Question, ...]
    notes: tuple[Finding, ...]


def check(header: VolumeHeader) -> Checked:
    """Raises VolumeProblem where no answer could mend it."""
    if min(header.shape) < 2:
        raise VolumeProblem("volume-flat")
    for affine in header.affines.values():
        check_matrix(affine, MM_PER_UNIT[header.unit], header)
    questions = [
        *_which_unit(header),
        *_which_form(header),
        *_which_orientation(header),
        *_which_volume(header),
        *_is_sheared(header),
    ]
    notes = [Finding("volume-unit-unknown")] if header.unit == "unknown" else []
    return Checked(tuple(questions), tuple(notes))


def check_matrix(affine: FloatArray, mm_per_unit: float, header: VolumeHeader) -> None:
    """Refuse what is singular, absurd in size, or contradicts the voxel sizes of the same header."""
    axes = affine[:3, :3]
    lengths = np.linalg.norm(axes, axis=0)
    if lengths.min() < 1e-12 or abs(np.linalg.det(axes / lengths)) < SINGULAR:
        raise VolumeProblem("volume-singular")
    contradiction = np.abs(lengths - header.spacing) * (np.array(header.shape) - 1)
    if contradiction.max() * mm_per_unit > FORMS_AGREE_MM:
        raise VolumeProblem("volume-spacing-contradiction", millimetres=f"{contradiction.max() * mm_per_unit:.2f}")
    if np.abs(affine[:3, 3]).max() > FARTHEST_MM / mm_per_unit:
        raise VolumeProblem("volume-far-away")
    if header.unit in ("mm", "unknown"):
        check_extent(lengths, header.shape)


def check_extent(spacing_mm: FloatArray, shape: tuple[int, int, int]) -> None:
    extent = float((spacing_mm * shape).max())
    if spacing_mm.min() < SMALLEST_SPACING_MM or spacing_mm.max() > LARGEST_SPACING_MM or extent > LARGEST_EXTENT_MM:
        raise VolumeProblem("volume-absurd-size", millimetres=f"{extent:g}")


def compare(theirs: Mapping[str, FloatArray], header: VolumeHeader) -> None:
    """Two readers of one header must put the corners of the volume at the same places (rule of section 0, item 3).

    A qform that only repeats the sform is not used, so it is not compared: near a half turn its three float32 numbers
    leave 0.1 mm open.
    """
    ours = dict(header.affines)
    if not _which_form(header) and "sform" in ours:
        ours.pop("qform", None)
    for name, affine in ours.items():
        apart = corner_distance(affine, theirs[name], header.shape) * MM_PER_UNIT[header.unit]
        if not apart <= GEOMETRY_TOLERANCE_MM:
            raise VolumeProblem("volume-readers-disagree", millimetres=f"{apart:.3f}")


def corner_distance(one: FloatArray, other: FloatArray, shape: tuple[int, int, int]) -> float:
    """The largest distance between the two places of a corner voxel's centre."""
    index = np.array([[i, j, k, 1] for i in (0, shape[0] - 1) for j in (0, shape[1] - 1) for k in (0, shape[2] - 1)])
    return float(np.linalg.norm((index @ (one - other).T)[:, :3], axis=1).max())


def axis_letters(affine: FloatArray) -> str:
    """The side each index axis points to most, as ``LAS``."""
    letters = ""
    for axis in range(3):
        column = affine[:3, axis]
        towards = int(np.abs(column).argmax())
        letters += ("RL", "AP", "SI")[towards][0 if column[towards] > 0 else 1]
    return letters


def straight(affine: FloatArray, shape: tuple[int, int, int]) -> FloatArray:
    """(4, 4) with the nearest right-angled axes (least squares), the voxel sizes and the middle voxel kept."""
    sizes = np.linalg.norm(affine[:3, :3], axis=0)
    left, _stretch, right = np.linalg.svd(affine[:3, :3] / sizes)
    matrix = np.eye(4)
    matrix[:3, :3] = (left @ right) * sizes
    middle = (np.array(shape) - 1) / 2.0
    matrix[:3, 3] = affine[:3, 3] + (affine[:3, :3] - matrix[:3, :3]) @ middle
    return matrix


def is_slanted(affine: FloatArray, shape: tuple[int, int, int], mm_per_unit: float = 1.0) -> bool:
    """Whether the axes are so far from right angles that a corner would move by more than GEOMETRY_TOLERANCE_MM."""
    return corner_distance(affine, straight(affine, shape), shape) * mm_per_unit > GEOMETRY_TOLERANCE_MM


def matrix_of_letters(letters: str, spacing_mm: tuple[float, float, float], shape: tuple[int, int, int]) -> FloatArray:
    """(4, 4) of a volume whose axes point to ``letters``, its middle at the origin."""
    matrix = np.zeros((4, 4))
    for axis, one in enumerate(letters):
        row, sign = next((r, 1 - 2 * ends.index(one)) for r, ends in enumerate(("RL", "AP", "SI")) if one in ends)
        matrix[row, axis] = sign * spacing_mm[axis]
    matrix[:3, 3] = -matrix[:3, :3] @ ((np.array(shape) - 1) / 2.0)
    matrix[3, 3] = 1.0
    return matrix


def _which_unit(header: VolumeHeader) -> list[Question]:
    if header.unit not in ("metre", "micron"):
        return []
    width = float((np.array(header.spacing) * header.shape).max())
    code = f"volume-unit-{header.unit}"
    told = f"{width * MM_PER_UNIT[header.unit]:g}"
    return [Question(code, ("as-written", "millimetres", "leave-out"), {"as_written": told, "as_mm": f"{width:g}"})]


def _which_form(header: VolumeHeader) -> list[Question]:
    if not {"sform", "qform"} <= set(header.affines):
        return []
    sform, qform = header.affines["sform"], header.affines["qform"]
    apart_mm = corner_distance(sform, qform, header.shape) * MM_PER_UNIT[header.unit]
    if apart_mm <= FORMS_AGREE_MM:
        return []
    values = {"millimetres": f"{apart_mm:.1f}", "sform": axis_letters(sform), "qform": axis_letters(qform)}
    is_mirrored = np.linalg.det(sform[:3, :3]) * np.linalg.det(qform[:3, :3]) < 0
    code = "volume-sides-contradict" if is_mirrored else "volume-places-contradict"
    return [Question(code, ("sform", "qform", "leave-out"), values)]


def _which_orientation(header: VolumeHeader) -> list[Question]:
    if header.affines:
        return []
    return [Question("volume-orientation-unknown", (*TOP_VIEWS, "leave-out"))]


def _which_volume(header: VolumeHeader) -> list[Question]:
    if header.count == 1:
        return []
    if header.count > MOST_VOLUMES:
        raise VolumeProblem("volume-too-many", count=header.count)
    words = tuple(f"volume-{number}" for number in range(1, header.count + 1))
    values = {word: word.removeprefix("volume-") for word in words}
    return [Question("volume-which", (*words, "leave-out"), {"count": str(header.count), **values})]


def _is_sheared(header: VolumeHeader) -> list[Question]:
    """Which way to resample depends on what the numbers mean, and only a person knows whether they are labels."""
    if not any(is_slanted(one, header.shape, MM_PER_UNIT[header.unit]) for one in header.affines.values()):
        return []
    return [Question("volume-sheared", ("resample-grey", "resample-labels", "leave-out"))]
