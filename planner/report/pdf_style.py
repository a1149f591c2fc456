"""Measures, colours, fonts and text styles of the printed report. Light, for paper."""

from dataclasses import dataclass

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from planner import places

PAGE_WIDTH, PAGE_HEIGHT = A4
SIDE_MARGIN = 15 * mm
TOP_MARGIN = 20.5 * mm
BOTTOM_MARGIN = 15 * mm
TEXT_WIDTH = PAGE_WIDTH - 2 * SIDE_MARGIN
TEXT_HEIGHT = PAGE_HEIGHT - TOP_MARGIN - BOTTOM_MARGIN

REGULAR, BOLD = "Nociplan", "Nociplan-Bold"

INK = HexColor("#1b2430")
QUIET = HexColor("#5b6775")
LINE = HexColor("#d3d9e0")
PALE = HexColor("#f3f6f9")
ACCENT = HexColor("#14568c")
WARNING = HexColor("#8a4b00")
WARNING_PALE = HexColor("#fdf3e3")
DANGER = HexColor("#a3161b")
WHITE = HexColor("#ffffff")


@dataclass(frozen=True)
class TextStyles:
    """The paragraph styles in use."""

    title: ParagraphStyle
    heading: ParagraphStyle
    body: ParagraphStyle
    label: ParagraphStyle
    strong: ParagraphStyle
    head: ParagraphStyle
    cell: ParagraphStyle
    caption: ParagraphStyle
    side: ParagraphStyle
    warning: ParagraphStyle
    alert: ParagraphStyle
    danger: ParagraphStyle


def _style(name: str, size: float, *, color: Color = INK, bold: bool = False, lead: float = 1.28) -> ParagraphStyle:
    font = BOLD if bold else REGULAR
    return ParagraphStyle(
        name, fontName=font, fontSize=size, leading=size * lead, textColor=color, alignment=TA_LEFT, splitLongWords=1
    )


def text_styles(scale: float = 1.0) -> TextStyles:
    """Registers the shipped font with reportlab (once a process) and gives the styles made of it, ``scale`` times as
    large."""
    fonts = places.resources() / "fonts"
    if REGULAR not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(REGULAR, str(fonts / "DejaVuSans.ttf")))
        pdfmetrics.registerFont(TTFont(BOLD, str(fonts / "DejaVuSans-Bold.ttf")))
        pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)
    return TextStyles(
        title=_style("title", 15 * scale, bold=True),
        heading=_style("heading", 9.5 * scale, color=ACCENT, bold=True),
        body=_style("body", 7.6 * scale),
        label=_style("label", 6.8 * scale, color=QUIET),
        strong=_style("strong", 10 * scale, bold=True),
        head=_style("head", 6.8 * scale, color=QUIET, bold=True),
        cell=_style("cell", 7.4 * scale),
        caption=_style("caption", 6.8 * scale, color=QUIET),
        side=_style("side", 10 * scale, color=WHITE, bold=True),
        warning=_style("warning", 7.4 * scale, color=WARNING),
        alert=_style("alert", 9 * scale, color=WARNING, bold=True),
        danger=_style("danger", 7.6 * scale, color=DANGER, bold=True),
    )
