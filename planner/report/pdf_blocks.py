"""The blocks of the printed report, as reportlab flowables. Text from people and files is escaped here."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import Color
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.platypus import Image as PlacedImage
from reportlab.platypus import Paragraph, Spacer
from reportlab.platypus import Table as PlacedTable

from planner.report import pdf_style as look
from planner.report.findings import LegendEntry, Picture
from planner.report.parts import Pair, Table
from planner.report.pdf_style import TextStyles

Flowable = Any  # reportlab has no types

LEGEND_LETTERS = 60
"""Longer names may break over lines."""

OUR_FONT = ("FONTNAME", (0, 0), (-1, -1), look.REGULAR)
"""In every table: without it reportlab names a font in the file that is not embedded."""


def text(words: str, style: Any) -> Flowable:
    """A paragraph of plain text: markup in it is shown as it is, control characters are dropped."""
    clean = "".join(letter for letter in words if letter.isprintable() or letter == "\n")
    marked = escape(clean).replace("\n", "<br/>").replace("  ", "&nbsp; ")
    return Paragraph(marked or "&nbsp;", style)


def space(height_mm: float) -> Flowable:
    return Spacer(1, height_mm * mm)


def heading(words: str, styles: TextStyles) -> Flowable:
    """A section's title with a thin line under it."""
    block = PlacedTable([[text(words, styles.heading)]], colWidths=[look.TEXT_WIDTH])
    block.setStyle(
        [*_flat(), ("LINEBELOW", (0, 0), (-1, -1), 0.7, look.ACCENT), ("BOTTOMPADDING", (0, 0), (-1, -1), 2)]
    )
    block.keepWithNext = 1
    return block


def _flat() -> list[tuple[Any, ...]]:
    """No padding at all."""
    sides = ("LEFTPADDING", "RIGHTPADDING", "TOPPADDING", "BOTTOMPADDING")
    return [OUR_FONT, *[(side, (0, 0), (-1, -1), 0) for side in sides], ("VALIGN", (0, 0), (-1, -1), "TOP")]


def pairs(values: Sequence[Pair], styles: TextStyles, width: float, columns: int = 2) -> Flowable:
    """Labels above their values, ``columns`` side by side."""
    cells = [[text(one.label, styles.label), text(one.value, styles.body)] for one in values]
    rows = [cells[n : n + columns] for n in range(0, len(cells), columns)]
    rows = [row + [[]] * (columns - len(row)) for row in rows]
    block = PlacedTable(rows, colWidths=[width / columns] * columns)
    block.setStyle(
        [
            *_flat(),
            ("RIGHTPADDING", (0, 0), (-1, -1), 6),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2.4),
        ]
    )
    return block


def grid(table: Table, styles: TextStyles, width: float, shares: Sequence[float]) -> Flowable:
    """A ruled table; ``shares`` are the columns' parts of the width. The head is repeated on the next page."""
    rows = [[text(cell, styles.head) for cell in table.head]]
    rows += [[text(cell, styles.cell) for cell in row] for row in table.rows]
    total = sum(shares)
    block = PlacedTable(rows, colWidths=[width * share / total for share in shares], repeatRows=1)
    block.setStyle(
        [
            OUR_FONT,
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 3),
            ("RIGHTPADDING", (0, 0), (-1, -1), 3),
            ("TOPPADDING", (0, 0), (-1, -1), 1.0),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1.8),
            ("BACKGROUND", (0, 0), (-1, 0), look.PALE),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, look.LINE),
        ]
    )
    return block


def bullets(lines: Sequence[str], styles: TextStyles, width: float) -> Flowable:
    """One line each, with a dash hanging to the left."""
    rows = [[text("–", styles.body), text(line, styles.body)] for line in lines]
    block = PlacedTable(rows, colWidths=[3 * mm, width - 3 * mm])
    block.setStyle([*_flat(), ("BOTTOMPADDING", (0, 0), (-1, -1), 1.2)])
    return block


def two_columns(lines: Sequence[str], styles: TextStyles, width: float) -> Flowable:
    """Bullets read line by line across two columns, so that they break well over a page."""
    cell = width / 2.0
    cells = [bullets([line], styles, cell - 4 * mm) for line in lines]
    rows = [cells[n : n + 2] for n in range(0, len(cells), 2)]
    block = PlacedTable([row + [""] * (2 - len(row)) for row in rows], colWidths=[cell, cell])
    block.setStyle(_flat())
    return block


def boxed(content: Sequence[Flowable], width: float, fill: Color, edge: Color) -> Flowable:
    """Content in a tinted box with a strong edge on the left. It can break between its parts over pages."""
    block = PlacedTable([[one] for one in content], colWidths=[width])
    last = len(content) - 1
    block.setStyle(
        [
            OUR_FONT,
            ("BACKGROUND", (0, 0), (-1, -1), fill),
            ("LINEBEFORE", (0, 0), (0, -1), 2.2, edge),
            ("LEFTPADDING", (0, 0), (-1, -1), 7),
            ("RIGHTPADDING", (0, 0), (-1, -1), 6),
            ("TOPPADDING", (0, 0), (-1, -1), 0.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 0.5),
            ("TOPPADDING", (0, 0), (-1, 0), 3),
            ("BOTTOMPADDING", (0, last), (-1, last), 4),
        ]
    )
    return block


def row(content: Sequence[Flowable], width: float) -> Flowable:
    """Blocks of the same width beside each other, their tops level."""
    block = PlacedTable([list(content)], colWidths=[width] * len(content))
    block.setStyle(_flat())
    return block


def side_by_side(left: Flowable, right: Sequence[Flowable], left_width: float, width: float) -> Flowable:
    """A narrow block and a wide one, their tops level."""
    block = PlacedTable([[left, list(right)]], colWidths=[left_width, width - left_width])
    block.setStyle(_flat())
    return block


def side_band(name: str, side: str, read_back: str, styles: TextStyles, width: float) -> Flowable:
    """The lead's name, its side on a filled ground, and who read it back."""
    row = [text(name, styles.strong), text(side, styles.side), text(read_back, styles.body)]
    block = PlacedTable([row], colWidths=[width * 0.32, width * 0.34, width * 0.34])
    block.setStyle(
        [
            OUR_FONT,
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("BACKGROUND", (0, 0), (0, 0), look.PALE),
            ("BACKGROUND", (1, 0), (1, 0), look.ACCENT),
            ("BACKGROUND", (2, 0), (2, 0), look.PALE),
            ("LEFTPADDING", (0, 0), (-1, -1), 6),
            ("RIGHTPADDING", (0, 0), (-1, -1), 6),
            ("TOPPADDING", (0, 0), (-1, -1), 3.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 4.5),
        ]
    )
    return block


def pictures(found: Sequence[Picture], styles: TextStyles, width: float, columns: int, height: float) -> Flowable:
    """Pictures in ``columns``, each within its cell and at most ``height`` high, its title under it."""
    gap = 2.5 * mm
    cell = (width - gap * (columns - 1)) / columns
    blocks = [[_picture(one, cell, height), text(one.title, styles.caption)] for one in found]
    rows = [blocks[n : n + columns] for n in range(0, len(blocks), columns)]
    rows = [row + [[]] * (columns - len(row)) for row in rows]
    widths = [cell + (gap if n < columns - 1 else 0) for n in range(columns)]
    block = PlacedTable(rows, colWidths=widths)
    block.setStyle([*_flat(), ("BOTTOMPADDING", (0, 0), (-1, -1), 4)])
    return block


def legend(entries: Sequence[LegendEntry], styles: TextStyles) -> Flowable:
    """A coloured square and a name for each, in one line that wraps."""
    parts = [
        f'<font color="#{"".join(f"{part:02x}" for part in one.rgb)}">■</font>&nbsp;{_unbroken(one.name)}'
        for one in entries
    ]
    return Paragraph("&nbsp;&nbsp; ".join(parts), styles.caption)


def _unbroken(name: str) -> str:
    """Escaped; a name short enough for one line is kept on one."""
    return escape(name).replace(" ", "&nbsp;") if len(name) <= LEGEND_LETTERS else escape(name)


def _picture(one: Picture, width: float, height: float) -> Flowable:
    across, down = ImageReader(BytesIO(one.png)).getSize()
    scale = min(width / across, height / down)
    placed = PlacedImage(BytesIO(one.png), width=across * scale, height=down * scale)
    placed.hAlign = "CENTER"
    return placed
