"""Levels of |E| the person wants to see: isolines on the slices, nested surfaces in 3-D."""

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QHBoxLayout, QVBoxLayout, QWidget

from planner.case.model import Case
from planner.case.store import ArrayStore
from planner.errors import PlannerError
from planner.field.units import UnitSolutions
from planner.i18n import _, number
from planner.scene.display import Rgb, SurfaceDisplay
from planner.steps.field_levels import FieldLevels, field_levels
from planner.ui.pages.stimulate_state import StimulationState
from planner.ui.session import Session
from planner.ui.theme import TARGET_PX
from planner.ui.widgets.buttons import button
from planner.ui.widgets.labels import FactTable, Note

OFFERED_V_PER_MM = (0.1, 0.15, 0.2, 0.3, 0.5)
"""Around the thresholds in use (0.07 to 0.8 V/mm in the table by pulse width and fibre diameter)."""
LOWEST_V_PER_MM, HIGHEST_V_PER_MM = 0.02, 5.0
MOST_LEVELS = 5
"""More could not be told apart by their colour and would take longer than a person waits."""
LEVEL_RGB: tuple[Rgb, ...] = (
    (214, 236, 255), (158, 202, 225), (158, 154, 200), (166, 118, 206), (188, 72, 190),
)  # fmt: skip
"""From the lowest level up: lighter outside. Each says its value at its line."""
OUTER_OPACITY, INNER_OPACITY = 0.14, 0.4
REST_MS = 150
"""While a slider is held the levels follow when it rests this long; the activated volume follows at once."""


class LevelsPanel(QWidget):
    """``show_state`` as every panel; what is chosen is remembered in the settings."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._state: StimulationState | None = None
        self._preview: tuple[Case, str, ArrayStore, UnitSolutions] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST_MS)
        self._timer.timeout.connect(self._show_preview)
        self.toggles: dict[float, QCheckBox] = {}
        self._row = QHBoxLayout()
        self._row.setSpacing(2)
        self._row.addStretch(1)
        self.other = QDoubleSpinBox()
        self.other.setRange(LOWEST_V_PER_MM, HIGHEST_V_PER_MM)
        self.other.setDecimals(3)
        self.other.setSingleStep(0.01)
        self.other.setValue(0.25)
        self.other.setSuffix(_(" V/mm"))
        self.other.setMinimumHeight(TARGET_PX + 2)
        self.other.setAccessibleName(_("Another level of |E|"))
        adding = QHBoxLayout()
        adding.addWidget(self.other, 1)
        self.add_button = button(_("Show this level"), lambda: self._add(self.other.value()), "add")
        adding.addWidget(self.add_button)
        self.words = Note()
        self.volumes = FactTable()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._row)
        column.addLayout(adding)
        column.addWidget(self.words)
        column.addWidget(self.volumes)
        chosen = session.settings.field_levels
        for level in sorted({*OFFERED_V_PER_MM, *chosen}):
            self._offer(level, is_on=level in chosen)

    # -- choosing ---------------------------------------------------------------------------------------------------

    @property
    def chosen(self) -> tuple[float, ...]:
        """V/mm, from the lowest up."""
        return tuple(sorted(level for level, toggle in self.toggles.items() if toggle.isChecked()))

    def _offer(self, level: float, *, is_on: bool) -> None:
        toggle = QCheckBox(level_words(level))
        toggle.setChecked(is_on)
        toggle.setMinimumHeight(TARGET_PX)
        toggle.setAccessibleName(_("|E| {value} V/mm").format(value=level_words(level)))
        toggle.toggled.connect(lambda _on: self._choose())
        self.toggles[level] = toggle
        self._row.insertWidget(sorted(self.toggles).index(level), toggle)

    def _add(self, level: float) -> None:
        level = round(level, 3)
        if level in self.toggles:
            self.toggles[level].setChecked(True)
            return
        for old in [one for one in self.toggles if one not in OFFERED_V_PER_MM]:
            self._row.removeWidget(self.toggles[old])
            self.toggles.pop(old).deleteLater()  # one own level at a time: the row is as wide as the page
        self._offer(level, is_on=True)
        self._choose()

    def _choose(self) -> None:
        self._session.settings.field_levels = self.chosen[:MOST_LEVELS]
        if self._state is not None:
            self.show_state(self._state)

    # -- showing ----------------------------------------------------------------------------------------------------

    def show_state(self, state: StimulationState) -> None:
        self._state = state
        self._preview = None
        self._timer.stop()
        programme = state.programme
        if programme is None or not state.is_field_fresh or not self.chosen:
            self._show(None)
            return
        self._show(self._levels(state.case, programme.id, self._session.document.store, None))

    def follow_preview(self, case: Case, programme_id: str, store: ArrayStore, units: UnitSolutions) -> None:
        """While a slider moves: what is shown is no longer so, and comes again when the slider rests."""
        if not self.chosen:
            return
        self._preview = (case, programme_id, store, units)
        self._show(None)
        self._timer.start()

    def hide_levels(self) -> None:
        """The person went elsewhere."""
        self._timer.stop()
        self._session.showing.surfaces.show_levels(())

    def _show_preview(self) -> None:
        if self._preview is not None:
            self._show(self._levels(*self._preview))

    def _levels(
        self, case: Case, programme_id: str, store: ArrayStore, units: UnitSolutions | None
    ) -> FieldLevels | None:
        try:
            return field_levels(case, store, programme_id, self.chosen[:MOST_LEVELS], units)
        except PlannerError as error:
            self._session.errors.show(error)
            return None

    def _show(self, levels: FieldLevels | None) -> None:
        self._session.showing.surfaces.show_levels(level_displays(levels) if levels else ())
        text, volume = _("at or above {level} V/mm"), _("{value} mm³")
        rows = levels.found if levels else ()
        self.volumes.show_rows(
            [
                (text.format(level=level_words(one.v_per_mm)), volume.format(value=number(one.volume_mm3)))
                for one in rows
            ]
        )
        beyond = ", ".join(level_words(one) for one in levels.beyond) if levels else ""
        words = _("Not shown: {levels} V/mm reaches the end of the model. Choose a higher level.")
        self.words.say(words.format(levels=beyond) if beyond else "", "warn")


def level_words(level: float) -> str:
    """As few digits as it needs."""
    text = number(level, 3).rstrip("0")
    return text + "0" if text.endswith((".", ",")) else text


def level_displays(levels: FieldLevels) -> tuple[SurfaceDisplay, ...]:
    """Nested: the outer ones more transparent, each tagged with its value."""
    count = max(len(levels.found) - 1, 1)
    text, tag = _("|E| {value} V/mm"), _("{value} V/mm")
    return tuple(
        SurfaceDisplay(
            name=text.format(value=level_words(one.v_per_mm)),
            surface=one.surface,
            rgb=LEVEL_RGB[rank % len(LEVEL_RGB)],
            opacity=OUTER_OPACITY + (INNER_OPACITY - OUTER_OPACITY) * rank / count,
            tag=tag.format(value=level_words(one.v_per_mm)),
        )
        for rank, one in enumerate(levels.found)
        if one.volume_mm3 > 0.0
    )
