"""What lies over a straightened picture: level names at the side, the crosshair, a measured length, captions."""

from dataclasses import dataclass, replace

import numpy as np

from planner import i18n
from planner.geometry.arrays import FloatArray
from planner.i18n import _
from planner.scene.annotations import EdgeLetters, ImageWords, SliceAnnotations, annotate, annotate_empty
from planner.scene.captions import caption_marks, scale_room_px
from planner.scene.display import Rgb
from planner.scene.overlay import PLANE_RGB, Mark, Stroke, Words
from planner.scene.planes import Raster, SlicePlane
from planner.scene.straightening import StraightKind, StraightRaster

CONFIRMED_RGB: Rgb = (150, 226, 170)
CLAIMED_RGB: Rgb = (255, 214, 120)
"""The question mark says the same in words: colour alone never carries meaning."""
UNSURE_RGB: Rgb = (255, 140, 110)
MEASURE_RGB: Rgb = (126, 214, 255)
TICK_PX = 14.0
NAME_PX = 13.0
LEAST_HEIGHT_PX = 9.0
"""Levels lower than this on the screen are not written, only marked."""
LEFT_OF_NAMES_PX = 26.0
"""Where the row of names begins: right of the edge letter."""


@dataclass(frozen=True, slots=True)
class LevelMark:
    """One vertebra beside the picture: its name (empty without an anchor), its end plates along the canal."""

    name: str
    top_arc_mm: float
    bottom_arc_mm: float
    is_confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """A measured length: from and to, each (arc, to the back, to the right) in mm."""

    start: tuple[float, float, float]
    end: tuple[float, float, float]

    @property
    def along_mm(self) -> float:
        return abs(self.end[0] - self.start[0])


def level_marks(raster: StraightRaster, levels: tuple[LevelMark, ...]) -> list[Mark]:
    """End plates as ticks at the left side with the names between them; a name nobody confirmed has a question mark."""
    marks: list[Mark] = []
    for level in levels:
        top, bottom = (_y(raster, arc) for arc in (level.top_arc_mm, level.bottom_arc_mm))
        if bottom < 0 or top > raster.height:
            continue
        rgb = CONFIRMED_RGB if level.is_confirmed else CLAIMED_RGB
        left, right = LEFT_OF_NAMES_PX, LEFT_OF_NAMES_PX + TICK_PX
        marks += [Stroke(np.array([(left, y), (right, y)]), rgb, 1.0, 0.9) for y in (top, bottom)]
        marks.append(Stroke(np.array([(left, top), (left, bottom)]), rgb, 1.0, 0.5))
        if bottom - top >= LEAST_HEIGHT_PX:
            text = level.name or "–"
            shown = text if level.is_confirmed or not level.name else _("{level}?").format(level=text)
            marks.append(Words(left + 5, (top + bottom) / 2.0, shown, rgb, NAME_PX, is_bold=True, on_plate=True))
    return marks


def unsure_marks(raster: StraightRaster, unsure: tuple[tuple[float, float], ...]) -> list[Mark]:
    """Stretches along which the canal was found with doubt: a dashed line at the right side."""
    x = raster.width - 4.0
    return [
        Stroke(np.array([(x, _y(raster, low)), (x, _y(raster, high))]), UNSURE_RGB, 3.0, 0.9, is_dashed=True)
        for low, high in unsure
    ]


def cross_marks(raster: StraightRaster, cursor_straight_mm: FloatArray, gap_px: float = 12.0) -> list[Mark]:
    """The crosshair: the other straightened plane upright, the section across the canal level."""
    x, y = np.floor(raster.straight_to_px(cursor_straight_mm[None])[0]) + 0.5
    upright = PLANE_RGB["coronal" if raster.kind == "sagittal" else "sagittal"]
    level = PLANE_RGB["axial"]
    ends = (
        ((0.0, y), (x - gap_px, y), level),
        ((x + gap_px, y), (raster.width, y), level),
        ((x, 0.0), (x, y - gap_px), upright),
        ((x, y + gap_px), (x, raster.height), upright),
    )
    return [Stroke(np.array([start, end]), rgb, 1.0, 0.85) for start, end, rgb in ends]


def stretch_marks(raster: StraightRaster, stretch: Stretch | None) -> list[Mark]:
    """A measured length with its words beside it."""
    if stretch is None:
        return []
    ends = raster.straight_to_px(np.array([stretch.start, stretch.end]))
    ticks = ends[:, None, :] + np.array([(-5.0, 0.0), (5.0, 0.0)])
    words = Words(
        float(ends[1, 0]) + 8, float(ends[1, 1]), stretch_words(stretch), MEASURE_RGB, 12.5, is_bold=True, on_plate=True
    )
    return [Stroke(ends, MEASURE_RGB, 1.5), *(Stroke(tick, MEASURE_RGB, 1.5) for tick in ticks), words]


def stretch_words(stretch: Stretch) -> str:
    return _("{mm} mm along the canal").format(mm=i18n.number(stretch.along_mm))


def straight_captions(
    raster: StraightRaster, image: ImageWords, window: tuple[float, float] | None, arc_mm: float | None
) -> list[Mark]:
    """Letters, title, identity, notice and scale bar, as on every slice. ``arc_mm`` of the crosshair, if there is."""
    flat = _flat(raster)
    words = annotate(flat, image, window, scale_room_px(flat.width))
    position = "" if arc_mm is None else _("{mm} mm down the canal").format(mm=i18n.number(arc_mm))
    return caption_marks(flat, _straight(words, raster.kind, position))


def empty_captions(kind: StraightKind, width: float, height: float) -> list[Mark]:
    """Before there is a canal to lay straight."""
    flat = Raster(SlicePlane.orthogonal(kind, (0.0, 0.0, 0.0), ""), width, height, 1.0)
    return caption_marks(flat, _straight(annotate_empty(flat), kind, ""))


def straight_title(kind: StraightKind) -> str:
    return {
        "sagittal": _("Straightened, sagittal"),
        "coronal": _("Straightened, coronal"),
    }[kind]


def _straight(words: SliceAnnotations, kind: StraightKind, position: str) -> SliceAnnotations:
    letters = EdgeLetters("A", "P", "S", "I") if kind == "sagittal" else EdgeLetters("R", "L", "S", "I")
    return replace(words, letters=letters, title=straight_title(kind), position=position)


def _flat(raster: StraightRaster) -> Raster:
    """A plane of the same kind, size and scale: what captions are set by."""
    plane = SlicePlane.orthogonal(raster.kind, (0.0, 0.0, 0.0), raster.along.space)
    return Raster(plane, raster.width, raster.height, raster.mm_per_px)


def _y(raster: StraightRaster, arc_mm: float) -> float:
    return float(np.floor(raster.height / 2.0 + (arc_mm - raster.centre_arc_mm) / raster.mm_per_px)) + 0.5
