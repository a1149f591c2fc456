"""The words, letters and scale bar of a slice as marks: where they stand, for every size of view."""

from dataclasses import dataclass
from textwrap import wrap

import numpy as np

from planner.scene.annotations import SliceAnnotations, shown_letters
from planner.scene.display import Rgb
from planner.scene.overlay import PLANE_RGB, Anchor, Mark, Stroke, Words
from planner.scene.planes import ORTHOGONAL, Raster

TEXT_RGB: Rgb = (226, 231, 235)
LETTER_RGB: Rgb = (255, 226, 128)
NOTICE_RGB: Rgb = (255, 170, 92)
MARGIN_PX = 8.0
LINE_PX = 15.0
SMALL_HEIGHT_PX = 260.0
"""Below this a view keeps identity, letters, badge, position, scale and notice, and drops series and window."""
BOLD_CHARACTER_PX = 7.8
"""Mean width of a bold character of 11.5 px in our font, rounded up."""
LETTER_WIDTH_PX = 11.5
"""Of one bold letter of 16 px, rounded up: the lines beside the letters at top and bottom leave them this room."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text before it has its place."""

    text: str
    rgb: Rgb
    is_bold: bool
    room_px: float


def caption_marks(raster: Raster, words: SliceAnnotations, extra: tuple[str, ...] = ()) -> list[Mark]:
    """Identity top left; plane, badge and ``extra`` top right; series bottom left, scale and notice bottom right."""
    return [
        *_letters(raster, words),
        *_top_left(raster, words),
        *_top_right(raster, words, extra),
        *_bottom_left(raster, words),
        *_bottom_right(raster, words),
    ]


def _letters(raster: Raster, words: SliceAnnotations) -> list[Mark]:
    width, height, inset = raster.width, raster.height, MARGIN_PX + 2
    edges = words.letters
    places: tuple[tuple[float, float, str, Anchor], ...] = (
        (inset, height / 2, edges.left, "left"),
        (width - inset, height / 2, edges.right, "right"),
        (width / 2, inset + 6, edges.top, "centre"),
        (width / 2, height - inset - 6, edges.bottom, "centre"),
    )
    return [Words(x, y, shown_letters(text), LETTER_RGB, 16.0, anchor, is_bold=True) for x, y, text, anchor in places]


def _room(raster: Raster, letters: str, row_from_edge: int) -> float:
    """How long a line may be in its half of the view: the row next to the edge shares it with the letter."""
    letter = LETTER_WIDTH_PX * len(shown_letters(letters)) / 2.0 + 4.0 if row_from_edge < 1 else -10.0
    return raster.width / 2.0 - MARGIN_PX - letter


def _column(x: float, first_y: float, lines: list[Line], anchor: Anchor) -> list[Mark]:
    return [
        Words(x, first_y + LINE_PX * number, line.text, line.rgb, 11.5, anchor, line.is_bold, line.room_px)
        for number, line in enumerate(lines)
    ]


def _top_left(raster: Raster, words: SliceAnnotations) -> list[Mark]:
    name, *others = words.identity_lines or ("",)
    # A name is never cut short: where it is too long for its line it takes two.
    parts = wrap(name, max(int(_room(raster, words.letters.top, 0) / BOLD_CHARACTER_PX), 8))
    texts = [*((part, True) for part in parts), *((text, False) for text in others)]
    lines = [
        Line(text, TEXT_RGB, is_bold, _room(raster, words.letters.top, number))
        for number, (text, is_bold) in enumerate(texts)
    ]
    return _column(MARGIN_PX, MARGIN_PX + 6, lines, "left")


def _top_right(raster: Raster, words: SliceAnnotations, extra: tuple[str, ...]) -> list[Mark]:
    rgb = PLANE_RGB[raster.plane.kind]
    texts = [(words.title, rgb, True), (words.badge, TEXT_RGB, False), *((text, rgb, True) for text in extra)]
    lines = [
        Line(text, rgb, is_bold, _room(raster, words.letters.top, number))
        for number, (text, rgb, is_bold) in enumerate(texts)
    ]
    return _column(raster.width - MARGIN_PX, MARGIN_PX + 6, lines, "right")


def _bottom_left(raster: Raster, words: SliceAnnotations) -> list[Mark]:
    series = words.series_lines if raster.height >= SMALL_HEIGHT_PX else ()
    texts = [text for text in (words.position, *series) if text]
    # A whole position is too long for the row it would share with the letter.
    raised = 1 if len(texts) == 1 and raster.plane.kind not in ORTHOGONAL else 0
    rows = [len(texts) - 1 - number + raised for number in range(len(texts))]
    lines = [
        Line(text, TEXT_RGB, text == words.position, _room(raster, words.letters.bottom, row))
        for text, row in zip(texts, rows, strict=True)
    ]
    return _column(MARGIN_PX, raster.height - MARGIN_PX - 6 - LINE_PX * rows[0], lines, "left") if lines else []


def _bottom_right(raster: Raster, words: SliceAnnotations) -> list[Mark]:
    right, bottom = raster.width - MARGIN_PX, raster.height - MARGIN_PX - 6
    room = _room(raster, words.letters.bottom, 0)
    notice = Words(right, bottom, words.notice, NOTICE_RGB, 11.5, "right", is_bold=True, room_px=room)
    if words.scale is None:
        return [notice]
    left, y = right - words.scale.length_px, bottom - LINE_PX
    ticks = np.array([(left, y - 4), (left, y), (right, y), (right, y - 4)])
    return [Stroke(ticks, TEXT_RGB, 1.5), Words(right, y - 11, words.scale.words, TEXT_RGB, 11.5, "right"), notice]


def scale_room_px(width_px: float) -> float:
    """How long the scale bar may be in a view of this width."""
    return min(120.0, 0.28 * width_px)
