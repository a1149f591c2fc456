"""The words, letters and scale bar of a slice as marks: where they stand, for every size of view."""

import numpy as np

from planner.scene.annotations import SliceAnnotations, shown_letters
from planner.scene.display import Rgb
from planner.scene.overlay import PLANE_RGB, Mark, Stroke, Words
from planner.scene.planes import Raster

TEXT_RGB: Rgb = (226, 231, 235)
LETTER_RGB: Rgb = (255, 226, 128)
NOTICE_RGB: Rgb = (255, 170, 92)
MARGIN_PX = 8.0
LINE_PX = 15.0
SMALL_HEIGHT_PX = 230.0
"""Below this a view keeps identity, letters, badge, position, scale and notice, and drops series and window."""


def caption_marks(raster: Raster, words: SliceAnnotations, extra: tuple[str, ...] = ()) -> list[Mark]:
    """Identity top left, plane and badge top right, series bottom left, scale and notice bottom right."""
    return [
        *_letters(raster, words),
        *_top_left(raster, words),
        *_top_right(raster, words),
        *_bottom_left(raster, words, extra),
        *_bottom_right(raster, words),
    ]


def _letters(raster: Raster, words: SliceAnnotations) -> list[Mark]:
    width, height, inset = raster.width, raster.height, MARGIN_PX + 2
    edges = words.letters
    places = (
        (inset, height / 2, edges.left, "left"),
        (width - inset, height / 2, edges.right, "right"),
        (width / 2, inset + 6, edges.top, "centre"),
        (width / 2, height - inset - 6, edges.bottom, "centre"),
    )
    return [
        Words(x, y, shown_letters(text), LETTER_RGB, 16.0, anchor, is_bold=True)  # type: ignore[arg-type]
        for x, y, text, anchor in places
    ]


def _column(x: float, first_y: float, lines: list[tuple[str, Rgb, bool]], raster: Raster, anchor: str) -> list[Mark]:
    room = raster.width / 2.0 - MARGIN_PX - 18.0  # the middle belongs to the letters
    return [
        Words(x, first_y + LINE_PX * number, text, rgb, 11.5, anchor, is_bold, room)  # type: ignore[arg-type]
        for number, (text, rgb, is_bold) in enumerate(lines)
    ]


def _top_left(raster: Raster, words: SliceAnnotations) -> list[Mark]:
    lines = [(line, TEXT_RGB, number == 0) for number, line in enumerate(words.identity_lines)]
    return _column(MARGIN_PX, MARGIN_PX + 6, lines, raster, "left")


def _top_right(raster: Raster, words: SliceAnnotations) -> list[Mark]:
    lines = [(words.title, PLANE_RGB[raster.plane.kind], True), (words.badge, TEXT_RGB, False)]
    return _column(raster.width - MARGIN_PX, MARGIN_PX + 6, lines, raster, "right")


def _bottom_left(raster: Raster, words: SliceAnnotations, extra: tuple[str, ...]) -> list[Mark]:
    texts = list(extra)
    if raster.height >= SMALL_HEIGHT_PX:
        texts += words.series_lines
    lines = [(text, TEXT_RGB, False) for text in texts]
    if words.position:
        lines.append((words.position, TEXT_RGB, True))
    first = raster.height - MARGIN_PX - 6 - LINE_PX * (len(lines) - 1)
    return _column(MARGIN_PX, first, lines, raster, "left")


def _bottom_right(raster: Raster, words: SliceAnnotations) -> list[Mark]:
    right, bottom = raster.width - MARGIN_PX, raster.height - MARGIN_PX - 6
    room = raster.width / 2.0 - MARGIN_PX - 18.0
    notice = Words(right, bottom, words.notice, NOTICE_RGB, 11.5, "right", is_bold=True, room_px=room)
    if words.scale is None:
        return [notice]
    left, y = right - words.scale.length_px, bottom - LINE_PX
    ticks = np.array([(left, y - 4), (left, y), (right, y), (right, y - 4)])
    return [Stroke(ticks, TEXT_RGB, 1.5), Words(right, y - 11, words.scale.words, TEXT_RGB, 11.5, "right"), notice]


def scale_room_px(width_px: float) -> float:
    """How long the scale bar may be in a view of this width."""
    return min(120.0, 0.28 * width_px)
