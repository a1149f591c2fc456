"""A judged stack as the :class:`Series` that a person sees in the list."""

import hashlib

from planner.geometry.arrays import FloatArray
from planner.imaging.dicom.frames import Frame
from planner.imaging.dicom.grouping import Stack, Volume
from planner.imaging.dicom.headers import Header
from planner.imaging.dicom.judging import Judgement
from planner.imaging.series import Series

PLAIN_COSINE = 0.8
"""A normal within 37 degrees of an axis names the plane after it; beyond that it is oblique."""


def series_of(stack: Stack, judgement: Judgement) -> Series:
    """Everything but the thumbnail."""
    header, layout = stack.first, judgement.layout
    frame = stack.volumes[0].planes[0].frame
    return Series(
        key=_key(stack.volumes),
        kind="dicom",
        label=_label(header, frame, stack.parts),
        modality=header.modality,
        shape=layout.shape,
        spacing_mm=layout.spacing_mm,
        orientation=_orientation(layout.affine) if frame.position is not None else "unknown",
        identity=header.patient,
        files=tuple(h.path for h in stack.headers),
        notes=judgement.notes,
        questions=judgement.questions if judgement.refusal is None else (),
        refusal=judgement.refusal,
        tags=_tags(header, frame, len(layout.planes)),
        study_date=header.study_date,
        series_uid=header.series_uid,
        frame_uid=header.frame_uid,
    )


def _key(volumes: tuple[Volume, ...]) -> str:
    """Short, and the same whenever the same frames are found."""
    names = sorted(f"{p.header.sop_uid or p.header.path}:{p.index}" for volume in volumes for p in volume.planes)
    return hashlib.sha256("|".join(names).encode()).hexdigest()[:12]


def _label(header: Header, frame: Frame, parts: int) -> str:
    texts = header.texts
    name = texts.get("series") or texts.get("protocol") or texts.get("study") or header.modality
    words = [f"{header.series_number}.", name] if header.series_number else [name]
    if parts > 1:
        words += [f"TE {frame.echo}"] if frame.echo else []
        words += [frame.component] if frame.component else []
        words += [f"t {frame.temporal}"] if frame.temporal is not None else []
    return " ".join(words)


def _orientation(affine: FloatArray) -> str:
    normal = abs(affine[:3, 2]) / sum(affine[:3, 2] ** 2) ** 0.5
    axis = int(normal.argmax())
    return ("sagittal", "coronal", "axial")[axis] if normal[axis] >= PLAIN_COSINE else "oblique"


def _tags(header: Header, frame: Frame, planes: int) -> dict[str, str]:
    """The values that matter when one series is chosen among many, by stable words."""
    found = {
        "matrix": f"{header.pixels.columns} × {header.pixels.rows} × {planes}",
        "thickness-mm": f"{frame.thickness_mm:g}" if frame.thickness_mm is not None else "",
        "echo-ms": frame.echo,
        "image-type": " ".join(header.image_type[:4]),
        "series-number": header.series_number,
        "syntax": header.pixels.syntax,
        **header.texts,
    }
    return {key: value for key, value in found.items() if value}
