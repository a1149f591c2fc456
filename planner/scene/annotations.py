"""What is written on every slice: letters, badge, scale bar, identity and the notice. One source for window and report.

Letters and badge follow from the plane's orientation alone, never from how the voxels happen to be stored.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from planner import i18n
from planner.geometry.arrays import FloatArray
from planner.i18n import _
from planner.scene.planes import Raster, SlicePlane

LETTER_SHARE = 0.34
"""A direction gets a letter for every axis it leans towards by 20° or more (sine of 20°)."""

_BAR_LENGTHS_MM = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0)


@dataclass(frozen=True, slots=True)
class EdgeLetters:
    """``R L A P S I``, possibly combined with the strongest first; not yet in the user's language."""

    left: str
    right: str
    top: str
    bottom: str


@dataclass(frozen=True, slots=True)
class ScaleBar:
    """A bar of a round length."""

    length_mm: float
    length_px: float
    words: str


@dataclass(frozen=True, slots=True)
class ImageWords:
    """What the bottom image says of itself. ``study_date`` is ISO or empty; ``layers`` names what lies over it;
    ``levels`` says on a spine how far the names of the vertebrae can be trusted."""

    patient_name: str = ""
    patient_id: str = ""
    birth_date: str = ""
    study_date: str = ""
    series: str = ""
    unit: str = ""
    layers: tuple[str, ...] = ()
    levels: str = ""


@dataclass(frozen=True, slots=True)
class SliceAnnotations:
    """Everything written on one slice, in the user's language, ready to be drawn."""

    letters: EdgeLetters
    title: str
    badge: str
    notice: str
    identity_lines: tuple[str, ...]
    series_lines: tuple[str, ...]
    position: str
    scale: ScaleBar | None


def direction_letters(direction: FloatArray) -> str:
    """Where a (3,) direction points, as ``A`` or ``LA``: strongest axis first, at most three letters."""
    along = np.asarray(direction, dtype=float) / np.linalg.norm(direction)
    letters = ""
    for axis in np.argsort(-np.abs(along), kind="stable"):
        if abs(along[axis]) >= LETTER_SHARE:
            letters += ("RL", "AP", "SI")[axis][0 if along[axis] > 0 else 1]
    return letters


def shown_letters(letters: str) -> str:
    """Letters in the user's language; ``Iz-P`` with a hyphen where a letter is written with more than one."""
    shown = [i18n.letter(one) for one in letters]
    return ("-" if any(len(one) > 1 for one in shown) else "").join(shown)


def edge_letters(plane: SlicePlane) -> EdgeLetters:
    """The letters on the four sides of a plane."""
    return EdgeLetters(
        direction_letters(-plane.right),
        direction_letters(plane.right),
        direction_letters(plane.up),
        direction_letters(-plane.up),
    )


def badge(plane: SlicePlane) -> str:
    """Which convention the plane shows: where the patient's right is, or else which way the face looks."""
    across, forward = float(plane.right[0]), float(plane.right[1])
    if abs(across) >= LETTER_SHARE:
        return _("RADIOLOGICAL") if across < 0 else _("NEUROLOGICAL")
    if abs(forward) >= LETTER_SHARE:
        return _("FACE TO THE LEFT") if forward < 0 else _("FACE TO THE RIGHT")
    return _("FOLLOW THE LETTERS")


def title(plane: SlicePlane) -> str:
    """What the plane is, and from where it is seen."""
    return {
        "axial": _("Axial, from the feet"),
        "coronal": _("Coronal, from the front"),
        "sagittal": _("Sagittal, from the left"),
        "oblique": _("Oblique"),
        "probe": _("Probe's eye"),
    }[plane.kind]


def research_only() -> str:
    """The notice that stands on every view and in every export."""
    return _("Research only")


def plane_position(plane: SlicePlane) -> str:
    """Where the slice is: one letter and mm for the three planes, the whole position for an oblique one."""
    x, y, z = (float(value) for value in plane.centre_mm)
    axis = {"sagittal": 0, "coronal": 1, "axial": 2}.get(plane.kind)
    if axis is None:
        return i18n.position(x, y, z)
    value = (x, y, z)[axis]
    letter = i18n.letter(("RL", "AP", "SI")[axis][0 if value >= 0 else 1])
    return _("{letter} {mm} mm").format(letter=letter, mm=i18n.number(abs(value)))


def scale_bar(mm_per_px: float, room_px: float) -> ScaleBar:
    """The longest round bar that fits into ``room_px`` pixels (the shortest one if none fits)."""
    fitting = [length for length in _BAR_LENGTHS_MM if length / mm_per_px <= room_px]
    length = fitting[-1] if fitting else _BAR_LENGTHS_MM[0]
    digits = 0 if length >= 1.0 else 1
    return ScaleBar(length, length / mm_per_px, _("{mm} mm").format(mm=i18n.number(length, digits)))


def annotate(
    raster: Raster, image: ImageWords, window: tuple[float, float] | None, scale_room_px: float
) -> SliceAnnotations:
    """All that is written on the slice. ``window`` (low, high) is None where there is no image."""
    return SliceAnnotations(
        letters=edge_letters(raster.plane),
        title=title(raster.plane),
        badge=badge(raster.plane),
        notice=research_only(),
        identity_lines=_identity_lines(image),
        series_lines=_series_lines(image, window),
        position=plane_position(raster.plane),
        scale=scale_bar(raster.mm_per_px, scale_room_px),
    )


def annotate_empty(raster: Raster) -> SliceAnnotations:
    """What stands on a slice view before there is an image."""
    return SliceAnnotations(
        letters=edge_letters(raster.plane),
        title=title(raster.plane),
        badge=badge(raster.plane),
        notice=research_only(),
        identity_lines=(),
        series_lines=(),
        position="",
        scale=None,
    )


def annotate_space(raster: Raster, image: ImageWords | None = None) -> SliceAnnotations:
    """What is written on the 3-D view whose screen is ``raster``: letters from the camera, identity, notice."""
    return SliceAnnotations(
        letters=edge_letters(raster.plane),
        title=_("3-D"),
        badge=_("seen from {letters}").format(letters=shown_letters(direction_letters(raster.plane.normal))),
        notice=research_only(),
        identity_lines=() if image is None else _identity_lines(image),
        series_lines=(),
        position="",
        scale=None,
    )


def _identity_lines(image: ImageWords) -> tuple[str, ...]:
    name = image.patient_name or _("No name in the images")
    number = _("ID {number}").format(number=image.patient_id) if image.patient_id else ""
    born = _("born {day}").format(day=shown_day(image.birth_date)) if image.birth_date else ""
    return tuple(line for line in (name, number, born, image.levels) if line)


def _series_lines(image: ImageWords, window: tuple[float, float] | None) -> tuple[str, ...]:
    dated = " · ".join(part for part in (image.series, shown_day(image.study_date)) if part)
    return tuple(line for line in (dated, " + ".join(image.layers), window_words(window, image.unit)) if line)


def window_words(window: tuple[float, float] | None, unit: str) -> str:
    """Width and level, as radiology stations write them."""
    if window is None:
        return ""
    low, high = window
    digits = 0 if high - low >= 20 else 2
    width, level = i18n.number(high - low, digits), i18n.number((high + low) / 2.0, digits)
    return _("W {width} L {level} {unit}").format(width=width, level=level, unit=unit).strip()


def shown_day(iso: str) -> str:
    """An ISO or DICOM date with its month by name; what is no date is shown as it is."""
    try:
        return i18n.day(date.fromisoformat(iso))
    except ValueError:
        return iso
