"""The pages of the printed report: what stands on every page, and the order of the blocks."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import BaseDocTemplate, CondPageBreak, Frame, PageBreak, PageTemplate

from planner.i18n import _
from planner.report import pdf_blocks as blocks
from planner.report import pdf_style as look
from planner.report.content import LeadCard, ReportContent
from planner.report.lead_diagram import LeadDiagram
from planner.report.parts import Table
from planner.report.pdf_blocks import Flowable
from planner.report.pdf_style import TextStyles
from planner.report.stimulation_content import LimitLine, StimulationCard

PICTURE_MOST, PICTURE_LEAST = 72 * mm, 28 * mm
"""Heights between which pictures fill what is left of page 1."""

FEWEST_PAGES = 2
"""What one lead fills: identity, plan and pictures; stimulation, assumptions and decisions."""

SMALLER_PRINT = 0.93
"""7.1 pt instead of 7.6 pt for the body: still read without glasses at arm's length."""

GAP_MM = 1.7
"""Between sections."""

HEADING_ROOM = 16 * mm
"""A heading is not left alone at the foot of a page: with less room than this it goes to the next one."""


def build_pages(content: ReportContent) -> bytes:
    """The whole file. It is laid out twice: the first time tells how many pages there are.

    A page that would hold a few lines only is saved by a slightly smaller print.
    """
    styles = look.text_styles()
    count = _layout(content, styles, 0)[1]
    if count > FEWEST_PAGES:
        smaller = look.text_styles(SMALLER_PRINT)
        smaller_count = _layout(content, smaller, 0)[1]
        if smaller_count < count:
            styles, count = smaller, smaller_count
    return _layout(content, styles, count)[0]


def _layout(content: ReportContent, styles: TextStyles, page_count: int) -> tuple[bytes, int]:
    """The bytes, and the number of pages they came to."""
    target = BytesIO()
    document = BaseDocTemplate(
        target,
        pagesize=(look.PAGE_WIDTH, look.PAGE_HEIGHT),
        title=_("Stimulation plan"),
        author="Nociplan",
        subject=content.warning,
        creator="Nociplan",
        producer="Nociplan",
        lang=content.language,
        initialFontName=look.REGULAR,
        invariant=1,
    )
    frame = Frame(look.SIDE_MARGIN, look.BOTTOM_MARGIN, look.TEXT_WIDTH, look.TEXT_HEIGHT, 0, 0, 0, 0)

    def on_page(canvas: Any, doc: Any) -> None:
        _draw_head(canvas, content)
        _draw_foot(canvas, content, doc.page, page_count)

    document.addPageTemplates([PageTemplate("page", [frame], onPage=on_page)])
    story = [*_first_page(content, styles), PageBreak(), *_second_page(content, styles)]
    document.build(story)
    return target.getvalue(), int(document.page)


def _draw_head(canvas: Any, content: ReportContent) -> None:
    """Product and warning on the left, the patient on the right, a line under both."""
    top = look.PAGE_HEIGHT - 11 * mm
    right = look.PAGE_WIDTH - look.SIDE_MARGIN
    canvas.setFillColor(look.ACCENT)
    canvas.setFont(look.BOLD, 9)
    canvas.drawString(look.SIDE_MARGIN, top, "Nociplan")
    canvas.setFillColor(look.INK)
    canvas.setFont(look.BOLD, 8)
    most = look.TEXT_WIDTH - 30 * mm
    canvas.drawRightString(right, top, fitted(content.running_head, most, look.BOLD, 8))
    canvas.setFillColor(look.WARNING)
    canvas.setFont(look.REGULAR, 7)
    canvas.drawString(look.SIDE_MARGIN, top - 4.2 * mm, fitted(content.warning, look.TEXT_WIDTH, look.REGULAR, 7))
    canvas.setStrokeColor(look.ACCENT)
    canvas.setLineWidth(0.9)
    canvas.line(look.SIDE_MARGIN, top - 6.2 * mm, right, top - 6.2 * mm)


def _draw_foot(canvas: Any, content: ReportContent, page: int, page_count: int) -> None:
    """The warning again, the head of the audit trail, and which page of how many."""
    base = 9 * mm
    right = look.PAGE_WIDTH - look.SIDE_MARGIN
    canvas.setStrokeColor(look.LINE)
    canvas.setLineWidth(0.5)
    canvas.line(look.SIDE_MARGIN, base + 3.6 * mm, right, base + 3.6 * mm)
    canvas.setFont(look.REGULAR, 6.5)
    canvas.setFillColor(look.WARNING)
    canvas.drawString(look.SIDE_MARGIN, base, fitted(content.warning, look.TEXT_WIDTH * 0.6, look.REGULAR, 6.5))
    canvas.setFillColor(look.QUIET)
    words = _("page {page} of {count}").format(page=page, count=page_count)
    if content.audit_head:
        words = _("audit {hash}").format(hash=content.audit_head[:12]) + f"   ·   {words}"
    canvas.drawRightString(right, base, words)


def fitted(words: str, width: float, font: str, size: float) -> str:
    """The words, cut with an ellipsis to this width in points."""
    if stringWidth(words, font, size) <= width:
        return words
    while words and stringWidth(words + "…", font, size) > width:
        words = words[:-1]
    return words.rstrip() + "…"


def _first_page(content: ReportContent, styles: TextStyles) -> list[Flowable]:
    """Identity, a card per lead, pictures in what is left of the page."""
    story: list[Flowable] = [blocks.text(content.title, styles.title), blocks.space(2)]
    story.append(blocks.pairs(content.patient, styles, look.TEXT_WIDTH, columns=4))
    if not content.leads:
        story += [blocks.space(2), blocks.text(_("No lead is planned yet."), styles.body)]
    if content.level_guard:
        story += [blocks.space(2), blocks.text(content.level_guard, styles.alert)]
    for card in content.leads:
        story += [blocks.space(2.5), *_lead_blocks(card, styles)]
    if content.pictures:
        story.append(blocks.space(3))
        legend = [blocks.legend(content.legend, styles)] if content.legend else []
        left_height = look.TEXT_HEIGHT - _height(story) - _height(legend)
        story += [_pictures(content, styles, left_height), *legend]
    return story


def _height(story: Sequence[Flowable]) -> float:
    return sum(float(block.wrap(look.TEXT_WIDTH, look.TEXT_HEIGHT)[1]) for block in story)


def _pictures(content: ReportContent, styles: TextStyles, left_height: float) -> Flowable:
    """Two columns when they fit into what is left, else all in one row; never smaller than can be read."""
    count = len(content.pictures)
    row_height = left_height / max((count + 1) // 2, 1) - 7 * mm  # the title under each
    if count <= 1 or row_height >= PICTURE_LEAST:
        columns = min(count, 2)
        height = row_height if count > 1 else left_height - 7 * mm
    else:
        columns, height = min(count, 4), left_height - 7 * mm
    return blocks.pictures(
        content.pictures, styles, look.TEXT_WIDTH, columns, min(max(height, PICTURE_LEAST), PICTURE_MOST)
    )


def _lead_blocks(card: LeadCard, styles: TextStyles) -> list[Flowable]:
    return [
        blocks.side_band(card.name, card.side, card.read_back, styles, look.TEXT_WIDTH),
        blocks.space(1.5),
        blocks.pairs(card.facts[:2], styles, look.TEXT_WIDTH, columns=2),
        blocks.pairs(card.facts[2:], styles, look.TEXT_WIDTH, columns=3),
        blocks.grid(card.positions, styles, look.TEXT_WIDTH, (1.0, 2.0, 2.0, 2.0)),
    ]


def _second_page(content: ReportContent, styles: TextStyles) -> list[Flowable]:
    """Stimulation first, then what a reader needs in order to trust or doubt the plan."""
    story: list[Flowable] = []
    if content.stimulations:
        story += [blocks.heading(_("Stimulation"), styles), blocks.space(1.5)]
    for card in content.stimulations:
        story += [*_stimulation_blocks(card, styles), blocks.space(GAP_MM)]
    story += _fibre_blocks(content, styles)
    if content.unverified:
        inside = [blocks.text(_("Not verified: check before you rely on it"), styles.alert)]
        inside += [blocks.bullets([line], styles, look.TEXT_WIDTH - 14) for line in content.unverified]
        story += [blocks.boxed(inside, look.TEXT_WIDTH, look.WARNING_PALE, look.WARNING), blocks.space(GAP_MM)]
    story += _table_section(_("Levels"), content.levels, styles, (0.8, 1.2, 2.4, 1.4))
    story += _table_section(
        _("Clearances of the shaft"), content.clearances, styles, (1.6, 1.4, 1.1, 1.6, 1.1), is_grouped=True
    )
    story += _table_section(_("Contacts"), content.contacts, styles, (1.4, 0.9, 1.8, 1.8, 1.8), is_grouped=True)
    if content.assumptions:
        story += [CondPageBreak(HEADING_ROOM), blocks.heading(_("Assumptions"), styles), blocks.space(1)]
        story += [blocks.two_columns(content.assumptions, styles, look.TEXT_WIDTH), blocks.space(GAP_MM)]
    story += _table_section(_("Alignments"), content.alignments, styles, (1.3, 1.2, 3.2, 1.7))
    story += _table_section(_("Decisions by name"), content.approvals, styles, (1.8, 1.6, 1.8, 1.6))
    story += _version_blocks(content, styles)
    return story


def _fibre_blocks(content: ReportContent, styles: TextStyles) -> list[Flowable]:
    """The table of fibres with what it rests on, or nothing."""
    story = _table_section(_("Fibres that fire"), content.fibres, styles, (1.9, 1.8, 1.4, 1.0, 1.0))
    if content.fibre_notes:
        story += [blocks.two_columns(content.fibre_notes, styles, look.TEXT_WIDTH), blocks.space(GAP_MM)]
    return story


def _table_section(
    title: str, table: Table, styles: TextStyles, shares: Sequence[float], *, is_grouped: bool = False
) -> list[Flowable]:
    """A heading and a table, or nothing when the table is empty. Grouped: a name is printed once for its rows."""
    if not table.rows:
        return []
    if is_grouped:
        table = _named_once(table)
    return [
        CondPageBreak(HEADING_ROOM),
        blocks.heading(title, styles),
        blocks.space(0.8),
        blocks.grid(table, styles, look.TEXT_WIDTH, shares),
        blocks.space(GAP_MM),
    ]


def _named_once(table: Table) -> Table:
    """The same rows, the first cell blank where it repeats the row above."""
    rows = [("", *row[1:]) if n and table.rows[n - 1][0] == row[0] else row for n, row in enumerate(table.rows)]
    return Table(table.head, tuple(rows))


def _stimulation_blocks(card: StimulationCard, styles: TextStyles) -> list[Flowable]:
    story: list[Flowable] = [blocks.text(card.title, styles.strong), blocks.space(1)]
    if card.notice:
        story += [blocks.text(card.notice, styles.warning), blocks.space(1)]
    if not card.marks:
        return story
    diagram = LeadDiagram(card.marks)
    left_width = diagram.width + 7 * mm
    width = look.TEXT_WIDTH - left_width
    right: list[Flowable] = [blocks.pairs(card.settings, styles, width, columns=4)]
    if card.results:
        right.append(blocks.pairs(card.results, styles, width, columns=5))
    if card.limits:
        cell = width / len(card.limits)
        right.append(blocks.row([_limit_block(line, styles, cell) for line in card.limits], cell))
    if card.overlaps.rows:
        right += [blocks.space(1.5), blocks.grid(card.overlaps, styles, width, (2.6, 1.5, 0.8, 1.2))]
        right.append(blocks.text(card.overlap_note, styles.caption))
    if card.band_note:
        right.append(blocks.text(card.band_note, styles.caption))
    story.append(blocks.side_by_side(diagram, right, left_width, look.TEXT_WIDTH))
    return story


def _limit_block(line: LimitLine, styles: TextStyles, width: float) -> Flowable:
    """A value, its limit and source, and the verdict in words; the edge's colour only repeats the verdict."""
    words = f"{line.label}: {line.value}, {line.verdict} {line.limit}"
    style, edge = (styles.body, look.ACCENT) if line.is_within else (styles.danger, look.DANGER)
    content = [blocks.text(words, style), blocks.text(line.source, styles.caption)]
    return blocks.boxed(content, width, look.PALE, edge)


def _version_blocks(content: ReportContent, styles: TextStyles) -> list[Flowable]:
    words = ", ".join(f"{one.label} {one.value}" for one in content.versions)
    story: list[Flowable] = [blocks.heading(_("Software and audit trail"), styles), blocks.space(1)]
    story.append(blocks.text(words, styles.caption))
    if content.audit_head:
        text = _("Head of the audit trail (SHA-256): {head}").format(head=content.audit_head)
        story.append(blocks.text(text, styles.caption))
    return story
