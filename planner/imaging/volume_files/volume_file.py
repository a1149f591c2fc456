"""What the reader's process does with one volume file: survey it, or read it with a person's answers.

Both give plain data; a file that is not taken gives its ``problem``. ``volumes`` beside it is the other
side of the pipe.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.geometry import Grid, Volume
from planner.geometry.arrays import FloatArray, in_c_order
from planner.geometry.resample import resample
from planner.imaging.series import Finding
from planner.imaging.thumbnails import thumbnail
from planner.imaging.volume_files import header_checks, mgh, nifti, nrrd, voxel_file, voxels
from planner.imaging.volume_files.header_checks import Checked
from planner.imaging.volume_files.volume_header import MM_PER_UNIT, VolumeHeader, VolumeProblem
from planner.progress import Progress

MGH_VERSION = b"\x00\x00\x00\x01"
OBLIQUE = 0.94
"""Cosine (20 degrees) below which a slice axis belongs to no plane by name."""

Answers = Mapping[str, str]


def survey(path: Path, progress: Progress) -> dict[str, Any]:
    """What this file holds, what has to be asked, a thumbnail. The whole file is read, so damage shows now."""

    def work() -> dict[str, Any]:
        header, voxel_path, checked = open_header(path)
        values, notes = _values(header, voxel_path, 0, progress)
        return {
            "format": header.format,
            "shape": header.shape,
            "spacing_mm": tuple(size * MM_PER_UNIT[header.unit] for size in header.spacing),
            "orientation": _orientation(header),
            "questions": [(q.code, q.choices, dict(q.values)) for q in checked.questions],
            "notes": _plain([*checked.notes, *notes]),
            "files": [str(path)] if voxel_path == path else [str(path), str(voxel_path)],
            "thumbnail": _thumbnail(values, header),
            "tags": _tags(header, values),
        }

    return _or_problem(work)


def read(path: Path, answers: dict[str, str], progress: Progress) -> dict[str, Any]:
    """The voxels and their affine. Every question of :func:`survey` has its word in ``answers``."""

    def work() -> dict[str, Any]:
        header, voxel_path, checked = open_header(path)
        for question in checked.questions:
            if answers.get(question.code, "leave-out") not in question.choices[:-1]:
                raise VolumeProblem("volume-unanswered")
        number = int(answers["volume-which"].removeprefix("volume-")) - 1 if header.count > 1 else 0
        values, notes = _values(header, voxel_path, number, progress)
        affine = chosen_affine(header, answers)
        told = [*checked.notes, *notes, *_told(checked, answers)]
        if header_checks.is_slanted(affine, header.shape):
            values, affine = straighten(values, affine, is_labels=answers["volume-sheared"] == "resample-labels")
        affine = header_checks.straight(affine, _shape(values))
        window = voxels.window_of(values)
        return {"values": in_c_order(values), "affine": affine, "window": window, "notes": _plain(told)}

    return _or_problem(work)


def open_header(path: Path) -> tuple[VolumeHeader, Path, Checked]:
    """Read the header, check it, and only then let a second reader see it. Raises VolumeProblem."""
    start = voxel_file.head(path, 16)
    second: Callable[[Path, VolumeHeader], dict[str, FloatArray]]
    voxel_path = path
    if start.startswith(nrrd.MAGIC):
        header, second = nrrd.read_header(path), nrrd.second_reading
    elif start.startswith(MGH_VERSION):
        header, second = mgh.read_header(path), mgh.second_reading
    else:
        header, voxel_path = nifti.read_header(path)
        second = nifti.second_reading
    voxel_file.check_size(voxel_path, header.layout, header.voxel_bytes)
    checked = header_checks.check(header)
    header_checks.compare(second(path, header), header)
    return header, voxel_path, checked


def chosen_affine(header: VolumeHeader, answers: Answers) -> FloatArray:
    """(4, 4) index to RAS mm, by the answers to the questions about unit, form and orientation."""
    spacing = header.spacing
    if not header.affines:
        letters = answers["volume-orientation-unknown"]
        affine = header_checks.matrix_of_letters(letters, spacing, header.shape)
    else:
        form = answers.get("volume-places-contradict") or answers.get("volume-sides-contradict")
        affine = header.affines[form] if form else next(iter(header.affines.values()))
    unit_answer = answers.get(f"volume-unit-{header.unit}", "as-written")
    mm = MM_PER_UNIT[header.unit] if unit_answer == "as-written" else 1.0
    scaled = np.array(affine, dtype=np.float64)
    scaled[:3] *= mm
    header_checks.check_matrix(scaled, 1.0, replace(header, unit="mm", spacing=(*(mm * np.array(spacing)),)))
    return scaled


def straighten(values: NDArray[Any], affine: FloatArray, *, is_labels: bool) -> tuple[NDArray[Any], FloatArray]:
    """The volume on the orthogonal grid nearest to its own, around all of it; nearest for labels, linear for grey."""
    source = Grid.of(_shape(values), affine, "file")
    axes = header_checks.straight(affine, source.shape)[:3, :3] / source.spacing_mm
    corners = source.corners_mm() @ axes
    low, high = corners.min(axis=0), corners.max(axis=0)
    counts = [int(count) for count in np.ceil((high - low) / source.spacing_mm - 1e-6) + 1]
    if counts[0] * counts[1] * counts[2] * 4 > voxel_file.LARGEST_VOLUME:
        raise VolumeProblem("volume-too-large", megabytes=counts[0] * counts[1] * counts[2] * 4 >> 20)
    matrix = np.eye(4)
    matrix[:3, :3] = axes * source.spacing_mm
    matrix[:3, 3] = axes @ low
    onto = Grid.of((counts[0], counts[1], counts[2]), matrix, "file")
    return resample(Volume(source, values), onto, order=0 if is_labels else 1).values, matrix


def _shape(values: NDArray[Any]) -> tuple[int, int, int]:
    return values.shape[0], values.shape[1], values.shape[2]


def _or_problem(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return work()
    except VolumeProblem as problem:
        return {"problem": (problem.code, problem.values)}
    except FileNotFoundError:
        return {"problem": ("volume-gone", {})}
    except OSError:
        return {"problem": ("volume-unreadable", {})}


def _values(
    header: VolumeHeader, path: Path, number: int, progress: Progress
) -> tuple[NDArray[Any], tuple[Finding, ...]]:
    """The values of volume ``number`` (from 0)."""
    size = header.voxel_bytes
    if header.count_axis == 3:
        return voxels.decode(voxel_file.read_part(path, header.layout, number * size, size, progress), header)
    if header.layout.length > voxel_file.LARGEST_VOLUME:
        raise VolumeProblem("volume-too-large", megabytes=header.layout.length >> 20)
    whole = voxel_file.read_part(path, header.layout, 0, header.layout.length, progress)
    sizes = list(header.shape)
    sizes.insert(header.count_axis, header.count)
    one = np.moveaxis(whole.view(header.dtype).reshape(sizes, order="F"), header.count_axis, 0)[number]
    return voxels.decode(one.ravel(order="F").view(np.uint8), header)


def _told(checked: Checked, answers: Answers) -> list[Finding]:
    """What a person decided is told with the volume: it stays with the image."""
    return [Finding(f"{q.code}-told", {**q.values, "answer": answers[q.code]}) for q in checked.questions]


def _plain(findings: list[Finding]) -> list[tuple[str, dict[str, str]]]:
    return [(finding.code, dict(finding.values)) for finding in findings]


def _orientation(header: VolumeHeader) -> str:
    """The plane of the slices; the slice axis is the coarsest, or the last of equal ones."""
    if not header.affines:
        return "unknown"
    axes = next(iter(header.affines.values()))[:3, :3] / np.array(header.spacing)
    slice_axis = 2 - int(np.argmax(np.round(header.spacing[::-1], 3)))
    direction = np.abs(axes[:, slice_axis])
    names = ("sagittal", "coronal", "axial")
    return names[int(direction.argmax())] if direction.max() >= OBLIQUE else "oblique"


def _thumbnail(values: NDArray[Any], header: VolumeHeader) -> NDArray[np.uint8]:
    """(rows, columns) of the middle slice nearest to axial, patient right on the left; as stored where unknown."""
    letters = header_checks.axis_letters(next(iter(header.affines.values()))) if header.affines else "RAS"
    order = [next((n for n, one in enumerate(letters) if one in ends), 0) for ends in ("RL", "AP", "SI")]
    if sorted(order) != [0, 1, 2]:  # two axes lean to one side, so no name fits
        order, letters = [0, 1, 2], "RAS"
    across, down, slices = order
    plane = np.moveaxis(values, slices, 0)[values.shape[slices] // 2]
    rows = plane.T if across < down else plane
    rows = rows[:, ::-1] if letters[across] == "R" else rows
    rows = rows[::-1] if letters[down] == "A" else rows
    sizes = header.spacing[down], header.spacing[across]
    return thumbnail(rows.astype(np.float32), sizes, voxels.window_of(values))


def _tags(header: VolumeHeader, values: NDArray[Any]) -> dict[str, str]:
    return {
        "format": header.format,
        "stored_type": header.dtype.name,
        "volumes": str(header.count),
        "lowest": f"{float(values.min()):g}",
        "highest": f"{float(values.max()):g}",
    }
