"""Pictures for the report and the terminal: slices with everything on them, and the 3-D scene. No Qt, no screen."""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from planner import places
from planner.geometry import Surface
from planner.geometry.arrays import FloatArray
from planner.scene import annotations
from planner.scene.annotations import ImageWords
from planner.scene.captions import caption_marks, scale_room_px
from planner.scene.display import LeadDisplay, PointDisplay, Rgb, SurfaceDisplay
from planner.scene.lead_marks import lead_marks, surface_marks
from planner.scene.overlay import Fill, Mark, Stroke, Words, crosshair_marks, point_marks, ring_marks
from planner.scene.planes import Raster
from planner.scene.slices import Layer, LayeredSlicer, Picture
from planner.scene.space_marks import space_marks

OVERSAMPLING = 2
"""Marks are drawn twice as large and halved again: PIL itself draws jagged lines."""
_ANCHORS = {"left": "lm", "centre": "mm", "right": "rm"}


@dataclass(frozen=True, slots=True, eq=False)
class SlicePicture:
    """What a picture of a slice shows. ``raster`` sets plane, size in pixels and scale; ``cursor`` None: no cross."""

    raster: Raster
    layers: tuple[Layer, ...]
    words: ImageWords
    leads: tuple[LeadDisplay, ...] = ()
    surfaces: tuple[SurfaceDisplay, ...] = ()
    points: tuple[PointDisplay, ...] = ()
    cursor: FloatArray | None = None
    rings_mm: tuple[float, ...] = ()
    extra_lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class SpacePicture:
    """What a picture of the 3-D scene shows. ``preset`` one of A P L R S I, or empty for the first view."""

    width: int
    height: int
    leads: tuple[LeadDisplay, ...] = ()
    surfaces: tuple[SurfaceDisplay, ...] = ()
    points: tuple[PointDisplay, ...] = ()
    head: Surface | None = None
    layers: tuple[Layer, ...] = ()
    cursor: FloatArray | None = None
    space: str = ""
    preset: str = ""
    words: ImageWords | None = None


def slice_png(wanted: SlicePicture) -> bytes:
    """The slice as a PNG, in the language in use; the same bytes for the same input."""
    return png(slice_pixels(wanted))


def slice_pixels(wanted: SlicePicture) -> Picture:
    """(H, W, 3) the slice with all its marks. Raises SpaceMismatchError."""
    raster = wanted.raster
    picture = LayeredSlicer().picture(raster, wanted.layers)
    return drawn_over(picture, slice_marks(wanted))


def slice_marks(wanted: SlicePicture) -> list[Mark]:
    """Everything over the picture, in the order in which the window draws it."""
    raster = wanted.raster
    marks = surface_marks(raster, wanted.surfaces)
    if wanted.rings_mm:
        marks += ring_marks(raster, raster.plane.centre_mm, wanted.rings_mm)
    if wanted.cursor is not None:
        marks += crosshair_marks(raster, wanted.cursor)
    marks += lead_marks(raster, wanted.leads)
    marks += point_marks(raster, wanted.points)
    window = wanted.layers[0].window if wanted.layers else None
    words = annotations.annotate(raster, wanted.words, window, scale_room_px(raster.width))
    return marks + caption_marks(raster, words, wanted.extra_lines)


def space_png(wanted: SpacePicture) -> bytes:
    """The 3-D scene as a PNG."""
    return png(space_pixels(wanted))


def space_pixels(wanted: SpacePicture) -> Picture:
    """(H, W, 3) the 3-D scene from an off-screen window, with letters at its edges and the notice."""
    from planner.scene.offscreen import OffscreenWindow  # VTK's rendering modules load here, not with the report
    from planner.scene.space_scene import SpaceScene

    with OffscreenWindow(wanted.width, wanted.height) as window:
        scene = SpaceScene(window.renderer)
        scene.set_head(wanted.head)
        scene.set_surfaces(wanted.surfaces)
        scene.set_leads(wanted.leads)
        scene.set_points(wanted.points)
        if wanted.layers and wanted.cursor is not None:
            scene.set_slices(wanted.layers, wanted.cursor, wanted.space)
        if wanted.preset:
            scene.look_from(wanted.preset)
        else:
            scene.look_first()
        pixels = window.pixels()
        screen = scene.screen(wanted.space, wanted.width, wanted.height)
    return drawn_over(pixels, space_marks(screen, wanted.leads, wanted.points, wanted.words))


def png(pixels: Picture) -> bytes:
    """(H, W, 3 or 4) pixels as PNG bytes, without any date in them."""
    stream = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels[..., :3])).save(stream, "PNG", optimize=False)
    return stream.getvalue()


def drawn_over(picture: Picture, marks: Iterable[Mark]) -> Picture:
    """(H, W, 3) the picture with the marks on it."""
    height, width = picture.shape[:2]
    base = Image.fromarray(np.ascontiguousarray(picture[..., :3]))
    large = base.resize((width * OVERSAMPLING, height * OVERSAMPLING), Image.Resampling.BILINEAR).convert("RGBA")
    for mark in marks:
        if isinstance(mark, Words):
            _draw_words(large, mark)
        else:
            _draw_shape(large, mark)
    small = large.convert("RGB").resize((width, height), Image.Resampling.BOX)
    result: NDArray[np.uint8] = np.array(small)
    return result


def _draw_shape(image: Image.Image, mark: Stroke | Fill) -> None:
    sheet = Image.new("RGBA", image.size)
    draw = ImageDraw.Draw(sheet)
    points = [(x * OVERSAMPLING, y * OVERSAMPLING) for x, y in mark.xy.tolist()]
    ink = _ink(mark.rgb, mark.alpha)
    if isinstance(mark, Fill):
        draw.polygon(points, fill=ink)
    else:
        runs = [[*points, points[0]] if mark.is_closed else points]
        width = max(1, round(mark.width_px * OVERSAMPLING))
        for run in _dashes(runs[0]) if mark.is_dashed else runs:
            draw.line(run, fill=ink, width=width, joint="curve")
    image.alpha_composite(sheet)


def _dashes(points: list[tuple[float, float]]) -> list[list[tuple[float, float]]]:
    """Every other stretch of a line."""
    length_px = 4.0 * OVERSAMPLING
    dashes = []
    for (x0, y0), (x1, y1) in pairwise(points):
        whole = float(np.hypot(x1 - x0, y1 - y0))
        for start in np.arange(0.0, whole, 2.0 * length_px):
            ends = (start / whole, min(start + length_px, whole) / whole)
            dashes.append([(x0 + t * (x1 - x0), y0 + t * (y1 - y0)) for t in ends])
    return dashes


def _draw_words(image: Image.Image, mark: Words) -> None:
    font = _font(round(mark.size_px * OVERSAMPLING), mark.is_bold)
    text = _shortened(mark.text, font, mark.room_px * OVERSAMPLING)
    at = (mark.x * OVERSAMPLING, mark.y * OVERSAMPLING)
    draw = ImageDraw.Draw(image, "RGBA")
    anchor = _ANCHORS[mark.anchor]
    if mark.on_plate:
        left, top, right, bottom = draw.textbbox(at, text, font=font, anchor=anchor)
        draw.rounded_rectangle((left - 6, top - 5, right + 6, bottom + 5), 6, fill=(8, 10, 12, 190))
        draw.text(at, text, font=font, anchor=anchor, fill=_ink(mark.rgb, 1.0))
    else:
        draw.text(
            at, text, font=font, anchor=anchor, fill=_ink(mark.rgb, 1.0), stroke_width=2, stroke_fill=(0, 0, 0, 210)
        )


def _shortened(text: str, font: ImageFont.FreeTypeFont, room: float) -> str:
    if font.getlength(text) <= room:
        return text
    while text and font.getlength(text + "…") > room:
        text = text[:-1]
    return text + "…"


@lru_cache(maxsize=32)
def _font(size: int, is_bold: bool) -> ImageFont.FreeTypeFont:
    name = "DejaVuSans-Bold.ttf" if is_bold else "DejaVuSans.ttf"
    return ImageFont.truetype(str(places.resources() / "fonts" / name), size)


def _ink(rgb: Rgb, alpha: float) -> tuple[int, int, int, int]:
    return (*rgb, round(255 * min(max(alpha, 0.0), 1.0)))
