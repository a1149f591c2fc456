"""The table of thresholds by pulse width and fibre diameter, with what we changed in it said beside it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from planner.i18n import _, number
from planner.library import thresholds
from planner.ui.pages.stimulate_state import StimulationState
from planner.ui.theme import toned
from planner.ui.widgets.labels import Note

MARK = "*"
"""Beside an entry that we changed: colour alone never carries it."""


class ThresholdTable(QWidget):
    """|E| in V/mm; the column and row in use are bold."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = thresholds.table()
        self._grid = QGridLayout()
        self._grid.setVerticalSpacing(2)
        self.cells: dict[tuple[float, float], QLabel] = {}
        self._heads: dict[float, QLabel] = {}
        self._sides: dict[float, QLabel] = {}
        self._build()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._grid)
        self.corrections = Note("\n".join(thresholds.correction_words(one) for one in self._table.corrections), "warn")
        column.addWidget(self.corrections)
        text = _("Between the entries: straight lines in logarithms. Source: {source} ({status}).")
        status = thresholds.status_words(self._table.status)
        column.addWidget(Note(text.format(source=self._table.source, status=status)))

    def _build(self) -> None:
        changed = {(one.fibre_um, one.width_us) for one in self._table.corrections}
        self._grid.addWidget(QLabel(_("V/mm")), 0, 0)
        for column, width in enumerate(self._table.widths_us, start=1):
            self._heads[float(width)] = self._put(_("{value} µs").format(value=number(float(width), 0)), 0, column)
        for row, fibre in enumerate(self._table.fibres_um, start=1):
            self._sides[float(fibre)] = self._put(_("{value} µm").format(value=number(float(fibre), 1)), row, 0)
            for column, width in enumerate(self._table.widths_us, start=1):
                key = (float(fibre), float(width))
                value = number(float(self._table.v_per_mm[row - 1, column - 1]), 3)
                label = self._put(f"{value} {MARK}" if key in changed else value, row, column)
                if key in changed:
                    label.setPalette(toned("warn", self.palette()))
                self.cells[key] = label

    def _put(self, text: str, row: int, column: int) -> QLabel:
        label = QLabel(text)
        label.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._grid.addWidget(label, row, column)
        return label

    def show_state(self, state: StimulationState) -> None:
        """Bold: the pulse width of the programme and the fibre of its activation, where they are entries."""
        width = state.programme.width_us if state.programme else None
        simulation = state.simulation
        is_of_table = simulation is not None and simulation.assumptions["threshold"] == thresholds.TABLE
        fibre = simulation.fibre_diameter_um if simulation is not None and is_of_table else None
        for key, label in self._heads.items():
            _embolden(label, is_bold=key == width)
        for key, label in self._sides.items():
            _embolden(label, is_bold=key == fibre)
        for (one_fibre, one_width), label in self.cells.items():
            _embolden(label, is_bold=(one_fibre, one_width) == (fibre, width))


def _embolden(label: QLabel, *, is_bold: bool) -> None:
    font = label.font()
    if font.bold() != is_bold:
        font.setBold(is_bold)
        label.setFont(font)
