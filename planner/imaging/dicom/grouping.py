"""Which planes belong together. Nothing is ever merged across patients, series, frames of reference, orientations,
sizes, spacings, echoes or phases (reference/reliability.md section 2, rule c)."""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import PurePath

from planner.imaging.dicom.frames import Frame, Triple
from planner.imaging.dicom.headers import Header
from planner.imaging.identity import is_same_text, summary
from planner.imaging.series import Finding, Patient

FEW_PHASES = 4
"""Up to this many time points become separate series; more are one series that asks which volume is meant."""
SAME_PLACE_MM = 0.01
"""reference/reliability.md section 2, rule (e)."""


@dataclass(frozen=True, slots=True)
class Plane:
    """Frame ``index`` of a file."""

    header: Header
    index: int

    @property
    def frame(self) -> Frame:
        return self.header.frames[self.index]


@dataclass(frozen=True, slots=True)
class Volume:
    """The planes of one volume of a stack, and what tells it from its sisters (empty when it has none)."""

    label: str
    planes: tuple[Plane, ...]


@dataclass(frozen=True, slots=True)
class Stack:
    """Planes of one patient, series and geometry. More than one volume: a person says which (``question`` says why)."""

    volumes: tuple[Volume, ...]
    question: str = ""
    refusal: Finding | None = None
    parts: int = 1

    @property
    def first(self) -> Header:
        return self.volumes[0].planes[0].header

    @property
    def headers(self) -> tuple[Header, ...]:
        """Each file once, in order."""
        planes = (plane for volume in self.volumes for plane in volume.planes)
        return tuple({plane.header.path: plane.header for plane in planes}.values())


def group(headers: Iterable[Header]) -> list[Stack]:
    """The stacks in these files; ``parts`` tells into how many stacks the series had to be split."""
    by_series: dict[str, list[Header]] = defaultdict(list)
    for header in headers:
        by_series[series_key(header)].append(header)
    stacks = []
    for members in by_series.values():
        refusal = _mixed_patients(members)
        found = _stacks_of(members)
        stacks += [replace(stack, refusal=refusal, parts=len(found)) for stack in found]
    return stacks


def series_key(header: Header) -> str:
    """The series UID; where bad anonymising emptied it, folder, study, description and number."""
    if header.series_uid:
        return header.series_uid
    texts = header.texts
    return "|".join(
        (str(PurePath(header.path).parent), header.study_uid, texts.get("series", ""), header.series_number)
    )


def _mixed_patients(members: list[Header]) -> Finding | None:
    """Two identities under one series UID: refused, whoever they are."""
    patients: list[Patient] = []
    for header in members:
        if not any(_is_same(header.patient, other) for other in patients):
            patients.append(header.patient)
    if len(patients) > 1:
        return Finding("mixed-patients", {"one": summary(patients[0]), "other": summary(patients[1])})
    return None


def _is_same(one: Patient, other: Patient) -> bool:
    return (
        is_same_text(one.name, other.name)
        and is_same_text(one.patient_id, other.patient_id)
        and (one.birth_date, one.sex) == (other.birth_date, other.sex)
    )


def _stacks_of(members: list[Header]) -> list[Stack]:
    exact: dict[tuple[object, ...], list[Plane]] = defaultdict(list)
    for header in members:
        for index, frame in enumerate(header.frames):
            exact[_exact_key(header, frame)].append(Plane(header, index))
    stacks: list[Stack] = []
    for planes in exact.values():
        for cluster in _clusters(planes):
            stacks += _split_phases(cluster)
    return stacks


def _exact_key(header: Header, frame: Frame) -> tuple[object, ...]:
    pixels = header.pixels
    size = (pixels.rows, pixels.columns, pixels.samples, pixels.photometric)
    return (
        header.study_uid,
        header.frame_uid,
        header.modality,
        *size,
        frame.fault,
        frame.echo,
        frame.component,
        frame.stack,
    )


def _clusters(planes: list[Plane]) -> list[list[Plane]]:
    """Planes of one orientation and pixel size each."""
    found: list[list[Plane]] = []
    for plane in planes:
        home = next((c for c in found if _is_parallel(c[0], plane)), None)
        if home is None:
            found.append([plane])
        else:
            home.append(plane)
    return found


def _is_parallel(one: Plane, other: Plane) -> bool:
    """Put on one first voxel, the planes' far corners agree to SAME_PLACE_MM."""
    mine, theirs = _far_edges(one), _far_edges(other)
    if mine is None or theirs is None:
        return mine is theirs
    return max(math.dist(a, b) for a, b in zip(mine, theirs, strict=True)) <= SAME_PLACE_MM


def _far_edges(plane: Plane) -> tuple[Triple, Triple, Triple] | None:
    """From the first voxel to the end of its row, to the end of its column, and to the opposite corner (mm)."""
    frame, pixels = plane.frame, plane.header.pixels
    if frame.row is None or frame.column is None or frame.spacing is None:
        return None
    width, height = (pixels.columns - 1) * frame.spacing[1], (pixels.rows - 1) * frame.spacing[0]
    across = (frame.row[0] * width, frame.row[1] * width, frame.row[2] * width)
    down = (frame.column[0] * height, frame.column[1] * height, frame.column[2] * height)
    return across, down, (across[0] + down[0], across[1] + down[1], across[2] + down[2])


def _split_phases(planes: list[Plane]) -> list[Stack]:
    """Few time points become stacks; b-values, many time points and doubled places, volumes to choose from."""
    times = sorted({plane.frame.temporal for plane in planes}, key=lambda t: (t is None, t or 0))
    if 1 < len(times) <= FEW_PHASES:
        parts = [[plane for plane in planes if plane.frame.temporal == time] for time in times]
        return [stack for part in parts for stack in (_with_volumes(part),)]
    return [_with_volumes(planes)]


def _with_volumes(planes: list[Plane]) -> Stack:
    if planes[0].frame.position is None:
        return Stack((Volume("", tuple(planes)),))
    by_content: dict[tuple[object, ...], list[Plane]] = defaultdict(list)
    for plane in planes:
        by_content[(plane.frame.b_value, plane.frame.temporal)].append(plane)
    volumes: list[Volume] = []
    for (b_value, time), members in sorted(by_content.items(), key=lambda pair: str(pair[0])):
        label = " ".join(
            ([f"b {b_value:g}"] if isinstance(b_value, float) else []) + ([f"t {time}"] if time is not None else [])
        )
        volumes += _by_rank(members, label)
    if len(volumes) == 1:
        return Stack((Volume("", volumes[0].planes),))
    return Stack(tuple(volumes), "which-volume" if len(by_content) > 1 else "same-position")


def _by_rank(planes: list[Plane], label: str) -> list[Volume]:
    """Where several planes lie at one place: the first at every place, the second at every place, ..."""
    places: list[list[Plane]] = []
    for plane in sorted(planes, key=lambda p: (distance_mm(p.frame), _acquired(p))):
        if places and distance_mm(plane.frame) - distance_mm(places[-1][0].frame) < SAME_PLACE_MM:
            places[-1].append(plane)
        else:
            places.append([plane])
    ranks = max(len(place) for place in places)
    volumes = []
    for rank in range(ranks):
        chosen = tuple(place[min(rank, len(place) - 1)] for place in places)
        doubled = next(p for p, place in zip(chosen, places, strict=True) if len(place) == ranks)
        header = doubled.header
        words = f"{label} #{rank + 1} ({header.acquisition_number or '-'} / {header.instance_number})".strip()
        volumes.append(Volume(words, chosen))
    return volumes


def _acquired(plane: Plane) -> tuple[str, str, int, int]:
    header = plane.header
    return (header.acquisition_number.zfill(16), plane.frame.acquisition_time, header.instance_number, plane.index)


def distance_mm(frame: Frame) -> float:
    """How far along the normal of its own plane the frame lies (LPS)."""
    if frame.position is None or frame.row is None or frame.column is None:
        raise ValueError("a frame without a place has no distance")
    r, c, p = frame.row, frame.column, frame.position
    normal = (r[1] * c[2] - r[2] * c[1], r[2] * c[0] - r[0] * c[2], r[0] * c[1] - r[1] * c[0])
    return sum(n * v for n, v in zip(normal, p, strict=True))
