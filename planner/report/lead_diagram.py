"""A small drawing of a lead: every contact with its printed name and sign, tip down, and the generator's case."""

from collections.abc import Sequence

from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from planner.report.pdf_style import ACCENT, BOLD, DANGER, INK, LINE, PALE, QUIET, REGULAR, WHITE
from planner.report.stimulation_content import ANODE, CATHODE, ContactMark

CELL_WIDTH, LEVEL_HEIGHT, GAP = 11 * mm, 5.2 * mm, 1.3 * mm
TIP_HEIGHT, CASE_GAP = 3 * mm, 3 * mm


class LeadDiagram(Flowable):  # type: ignore[misc]  # reportlab has no types
    """Rings fill the shaft, segments stand side by side. A cathode is filled, an anode framed; the sign is printed."""

    def __init__(self, marks: Sequence[ContactMark]) -> None:
        super().__init__()
        self._levels: dict[int, list[ContactMark]] = {}
        for mark in marks:
            self._levels.setdefault(mark.level, []).append(mark)
        columns = max((len(level) for level in self._levels.values()), default=1)
        self.width = max(columns, 2) * CELL_WIDTH
        self.height = len(self._levels) * (LEVEL_HEIGHT + GAP) + TIP_HEIGHT + CASE_GAP

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        """On the canvas reportlab hands over, origin at the lower left."""
        self._draw_level(self._levels.get(-1, []), 0.0)
        bottom = LEVEL_HEIGHT + CASE_GAP + TIP_HEIGHT
        heights = [level for level in sorted(self._levels) if level >= 0]
        self._draw_shaft(bottom, len(heights))
        for level in heights:
            self._draw_level(self._levels[level], bottom + level * (LEVEL_HEIGHT + GAP))

    def _draw_shaft(self, bottom: float, count: int) -> None:
        top = bottom + count * (LEVEL_HEIGHT + GAP)
        self.canv.setFillColor(PALE)
        self.canv.setStrokeColor(LINE)
        self.canv.roundRect(0, bottom - TIP_HEIGHT, self.width, top - bottom + TIP_HEIGHT, TIP_HEIGHT, fill=1)

    def _draw_level(self, marks: list[ContactMark], bottom: float) -> None:
        width = self.width / max(len(marks), 1)
        for n, mark in enumerate(marks):
            self._draw_contact(mark, n * width, bottom, width)

    def _draw_contact(self, mark: ContactMark, left: float, bottom: float, width: float) -> None:
        fills = {CATHODE: ACCENT, ANODE: WHITE}
        strokes = {CATHODE: ACCENT, ANODE: DANGER}
        self.canv.setFillColor(fills.get(mark.sign, WHITE))
        self.canv.setStrokeColor(strokes.get(mark.sign, LINE))
        self.canv.setLineWidth(1.2 if mark.sign else 0.6)
        self.canv.rect(left + 1, bottom, width - 2, LEVEL_HEIGHT, fill=1)
        colors = {CATHODE: WHITE, ANODE: DANGER}
        self.canv.setFillColor(colors.get(mark.sign, QUIET if mark.level >= 0 else INK))
        self.canv.setFont(BOLD if mark.sign else REGULAR, 6.6)
        words = f"{mark.label} {mark.sign}" if mark.sign else f"{mark.label} {mark.words}"
        self.canv.drawCentredString(left + width / 2, bottom + LEVEL_HEIGHT / 2 - 2.3, _fitted(words, width - 3))


def _fitted(words: str, width: float) -> str:
    """The words, cut to the width at 6.6 points (about 0.62 of the size a letter)."""
    most = max(int(width / (6.6 * 0.62)), 1)
    return words if len(words) <= most else words[: most - 1] + "…"
