"""The report as a PDF file's bytes: the same bytes for the same content."""

from planner.report.content import ReportContent


def render_pdf(content: ReportContent) -> bytes:
    """A4 pages with the shipped font embedded; no moment, path or machine name in them."""
    # reportlab costs a fifth of a second; the pages' modules need it for their classes, so they come in here.
    from planner.report.pdf_pages import build_pages

    return build_pages(content)
