"""Fibres beside the activated volume: which of them the cable model makes fire, and from what current."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QFormLayout, QHBoxLayout, QVBoxLayout, QWidget

from planner.axons.models import fibre_model, models
from planner.case.checks import fibre_result_of
from planner.case.fibres import FibreGroup, FibreResult
from planner.case.model import Case, Programme, Simulation
from planner.errors import PlannerError
from planner.i18n import _, number
from planner.library.fibre_words import bend_sentence, fibre_sentences, group_name, line_sentence
from planner.steps.fibre_results import ALONE, PAIRED, FibreFigures, recharge_of
from planner.steps.lay_fibres import FibreFile
from planner.ui.pages.stimulate_fibre_live import Estimate, LiveFibres, pattern_of
from planner.ui.pages.stimulate_fibre_rows import Miss, figure_rows, recruitment_curve, strength_duration_curves
from planner.ui.pages.stimulate_fibre_work import FibreWork
from planner.ui.pages.stimulate_state import StimulationState
from planner.ui.session import Session
from planner.ui.theme import TARGET_PX
from planner.ui.widgets.buttons import button
from planner.ui.widgets.curves_plot import CurvesPlot, Mark
from planner.ui.widgets.labels import FactTable, Note

OFFERED_UM = (0.4, 0.8, 1.2, 2.0, 3.0, 5.7, 7.3, 8.7, 10.0, 11.5, 12.8, 14.0, 15.0, 16.0, 20.0)
"""The rows of the MRG table (McIntyre 2002, 2004; Sotiropoulos 2007), and thinner and thicker ones for other models."""


class FibrePanel(QWidget):
    """``show_state`` as every panel. Answers that are out of date stay in sight, grey and named."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._state: StimulationState | None = None
        self._chosen = ""
        self._figures: tuple[FibreResult, FibreFigures] | None = None
        self.work = FibreWork(session, self._choose)
        self.live = LiveFibres(self.work)
        self._build_boxes()
        self._build_buttons()
        self.words, self.source, self.basis = Note(), Note(), Note()
        self.numbers = FactTable()
        self.recruitment = CurvesPlot(_("Share of the fibres that fire, by current"), _("current, mA"), _("fibres, %"))
        self.durations = CurvesPlot(
            _("Strength and duration"), _("pulse width, µs"), _("current, mA"), is_logarithmic=True
        )
        self._lay_out()

    def _build_boxes(self) -> None:
        self.group_box, self.model_box = QComboBox(), QComboBox()
        self.diameter_box, self.recharge_box = QComboBox(), QComboBox()
        for box, name in (
            (self.group_box, _("Group of fibres")),
            (self.model_box, _("Fibre model")),
            (self.diameter_box, _("Outer diameter")),
            (self.recharge_box, _("Pulse")),
        ):
            box.setMinimumHeight(TARGET_PX + 2)
            box.setAccessibleName(name)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(12)
        for model in models():
            self.model_box.addItem(model.name, model.id)
        self.recharge_box.addItem(_("stimulating phase alone"), ALONE)
        self.recharge_box.addItem(_("followed by an equal one"), PAIRED)
        self.group_box.activated.connect(lambda _index: self._choose(str(self.group_box.currentData())))
        self.model_box.activated.connect(lambda _index: self._change_model())
        self.diameter_box.activated.connect(lambda _index: self._change_model())
        self.recharge_box.activated.connect(lambda _index: self._compute())

    def _build_buttons(self) -> None:
        attempt = self._session.errors.attempt
        self.capsule_button = button(
            _("Internal capsule"),
            lambda: attempt(self._lay_capsule),
            "add",
            tip=_(
                "Lays lines through the posterior limb on the lead's side, from the atlas: to check for side effects"
            ),
        )
        self.file_button = button(
            _("From a file…"),
            lambda: attempt(self._read_file),
            "file",
            tip=_("TRK, TCK, VTK or VTP, in the millimetres of the planning image"),
        )
        self.remove_button = button(_("Remove"), lambda: attempt(self._remove), "bin")
        self.compute_button = button(_("Compute which fire"), lambda: attempt(self._compute), "run", is_primary=True)
        self.shown = QCheckBox(_("Show on the views"))
        self.shown.setMinimumHeight(TARGET_PX)
        self.shown.toggled.connect(lambda on: self._session.showing.fibres.set_visible(self._chosen, on))

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.capsule_button)  # below each other: beside each other Spanish is wider than the page
        column.addWidget(self.file_button)
        column.addWidget(self.group_box)
        kept = QHBoxLayout()
        kept.addWidget(self.shown, 1)
        kept.addWidget(self.remove_button)
        column.addLayout(kept)
        form = QFormLayout()
        form.addRow(_("Fibre model"), self.model_box)
        form.addRow(_("Outer diameter"), self.diameter_box)
        form.addRow(_("Pulse"), self.recharge_box)
        column.addLayout(form)
        for widget in (
            self.compute_button, self.words, self.numbers, self.recruitment, self.durations, self.source, self.basis
        ):  # fmt: skip
            column.addWidget(widget)

    # -- showing ----------------------------------------------------------------------------------------------------

    def show_state(self, state: StimulationState) -> None:
        self._state = state
        groups = [one for one in state.case.fibre_groups.values() if one.space == state.case.planning_space]
        if self._chosen not in {one.id for one in groups}:
            self._chosen = groups[0].id if groups else ""
        with QSignalBlocker(self.group_box):
            self.group_box.clear()
            for one in groups:
                self.group_box.addItem(_("{name} ({count})").format(name=group_name(one.name), count=one.count), one.id)
            self.group_box.setCurrentIndex(self.group_box.findData(self._chosen))
        self._show_group(state)

    def _show_group(self, state: StimulationState) -> None:
        group = state.case.fibre_groups.get(self._chosen)
        self.capsule_button.setEnabled(state.lead is not None and state.case.region == "head")
        self.file_button.setEnabled(bool(state.case.planning_image))
        for widget in (self.group_box, self.shown, self.remove_button, self.model_box, self.diameter_box):
            widget.setVisible(group is not None)
        self.recharge_box.setVisible(group is not None)
        with QSignalBlocker(self.shown):
            self.shown.setChecked(self._session.showing.fibres.is_visible(self._chosen))
        if group is not None:
            self._show_model(group)
        result = self._result(state)
        self.compute_button.setVisible(group is not None)
        self.compute_button.setEnabled(group is not None and state.programme is not None and state.is_field_fresh)
        self._show_words(state, group, result)
        self._show_figures(state, group, result)

    def _show_model(self, group: FibreGroup) -> None:
        with QSignalBlocker(self.model_box), QSignalBlocker(self.diameter_box):
            self.model_box.setCurrentIndex(self.model_box.findData(group.model_id))
            self.diameter_box.clear()
            model = fibre_model(group.model_id)
            offered = {one for one in OFFERED_UM if model.low_um <= one <= model.high_um} | {group.diameter_um}
            for one in sorted(offered):
                self.diameter_box.addItem(_("{value} µm").format(value=number(one, 1)), one)
            self.diameter_box.setCurrentIndex(self.diameter_box.findData(group.diameter_um))

    def _show_words(self, state: StimulationState, group: FibreGroup | None, result: FibreResult | None) -> None:
        if group is None:
            self.words.say(_("No fibres yet. Lay the internal capsule, or read a file from tractography."))
            self.source.say("")
            return
        lines = line_sentence(group.origin, group.source, group.status)
        self.source.say(" ".join(part for part in (lines, bend_sentence(group.details)) if part), "warn")
        if f"fibres:{group.id}" in state.stale:
            self.words.say(
                _("These fibres are out of date: the alignment or the side changed. Lay them again."), "stale"
            )
        elif not state.is_field_fresh:
            self.words.say(_("Compute the field of the lead first."), "stale")
        elif result is None:
            self.words.say(_("Not computed for this programme yet."), "stale")
        elif f"fibre-result:{result.id}" in state.stale:
            self.words.say(_("Out of date: contacts, pulse or fibres changed. Compute it again."), "stale")
        else:
            self.words.say("")

    def _show_figures(self, state: StimulationState, group: FibreGroup | None, result: FibreResult | None) -> None:
        self._figures = None
        programme = state.programme
        if group is None or result is None or programme is None:
            self.numbers.show_rows([])
            self.basis.say("")
            for plot in (self.recruitment, self.durations):
                plot.setVisible(False)
            return
        self._figures = (result, FibreFigures.of(result, self._session.document.store))
        if self.isVisible():
            self.live.get_ready(state.case, group, programme)
        with QSignalBlocker(self.recharge_box):
            self.recharge_box.setCurrentIndex(self.recharge_box.findData(result.assumptions["recharge"]))
        is_stale = f"fibre-result:{result.id}" in state.stale
        self.recruitment.setVisible(True)
        self.recruitment.show_curves(
            tuple(recruitment_curve(self._session, *one, programme) for one in self._results(state)),
            Mark(_amplitude_words(programme.amplitude_ma), programme.amplitude_ma),
        )
        self._show_numbers(state, programme, is_stale=is_stale)
        curves = strength_duration_curves(result)
        self.durations.setVisible(bool(curves))
        self.durations.show_curves(
            curves, Mark(_("{value} µs").format(value=number(programme.width_us, 0)), programme.width_us)
        )
        self.basis.say(" ".join(fibre_sentences(result.assumptions, fibre_model(group.model_id).name)))

    def _show_numbers(self, state: StimulationState, programme: Programme, *, is_stale: bool) -> None:
        """The solver's answer; while it is out of date, the live estimate of this very pattern in its place."""
        if self._figures is None:
            return
        result, figures = self._figures
        estimate = self.live.estimate
        is_of_this = estimate is not None and (estimate.group_id, estimate.pattern) == (
            result.group_id, pattern_of(programme)
        )  # fmt: skip
        if is_stale and estimate is not None and is_of_this:
            self._show_estimate(result, figures, estimate, programme, state.simulation)
            return
        rows = figure_rows(result, figures, programme.amplitude_ma, state.simulation, is_stale=is_stale)
        miss = Miss.of(estimate.thresholds_ma, figures.thresholds_ma) if estimate is not None and is_of_this else None
        if miss is not None:
            rows.append(miss.row())
        self.numbers.show_rows(rows)
        self._session.showing.fibres.end_preview()

    def _show_estimate(
        self,
        result: FibreResult,
        figures: FibreFigures,
        estimate: Estimate,
        programme: Programme,
        simulation: Simulation | None,
    ) -> None:
        estimated = replace(figures, thresholds_ma=estimate.thresholds_ma)
        rows = figure_rows(
            result,
            estimated,
            programme.amplitude_ma,
            simulation,
            is_stale=False,
            is_estimate=True,
            is_rough=estimate.is_rough,
        )
        self.numbers.show_rows(rows)
        group = self._session.case.fibre_groups.get(result.group_id)
        if group is not None:
            curve = recruitment_curve(self._session, group, result, programme, estimated)
            mark = Mark(_amplitude_words(programme.amplitude_ma), programme.amplitude_ma)
            self.recruitment.show_curves((curve,), mark)
        self._session.showing.fibres.preview(programme.id, programme.amplitude_ma, self.live.by_group())

    def follow_preview(self, case: Case, programme: Programme, simulation: Simulation | None = None) -> None:
        """While a slider moves. The amplitude is compared with the thresholds that are known: nothing is computed.
        Other contacts or another pulse width get the live estimate."""
        state, group = self._state, self._group()
        if state is None or group is None or self._figures is None or state.programme is None:
            return
        result, figures = self._figures
        shown = simulation or state.simulation
        mark = Mark(_amplitude_words(programme.amplitude_ma), programme.amplitude_ma)
        self.recruitment.show_mark(mark)
        is_same = pattern_of(state.programme) == pattern_of(programme)
        if is_same and f"fibre-result:{result.id}" not in state.stale:
            self.numbers.show_rows(figure_rows(result, figures, programme.amplitude_ma, shown, is_stale=False))
            self._session.showing.fibres.preview(programme.id, programme.amplitude_ma, {})
            return
        estimate = self.live.estimated(case, group, programme, recharge_of(result))
        if estimate is None:
            self.numbers.show_rows(figure_rows(result, figures, programme.amplitude_ma, shown, is_stale=True))
            self._session.showing.fibres.end_preview()
        else:
            self._show_estimate(result, figures, estimate, programme, shown)

    def end_preview(self) -> None:
        self._session.showing.fibres.end_preview()

    def let_go(self) -> None:
        """The person went elsewhere."""
        self.end_preview()
        self.live.let_go()

    def shut(self) -> None:
        self.recruitment.shut()
        self.durations.shut()

    # -- what the person does ---------------------------------------------------------------------------------------

    def _result(self, state: StimulationState) -> FibreResult | None:
        return fibre_result_of(state.case, self._chosen, state.programme.id) if state.programme else None

    def _results(self, state: StimulationState) -> list[tuple[FibreGroup, FibreResult]]:
        """Of the programme: the chosen group first, then the other groups that are in date."""
        found = []
        for group in sorted(state.case.fibre_groups.values(), key=lambda one: one.id != self._chosen):
            result = fibre_result_of(state.case, group.id, state.programme.id) if state.programme else None
            is_stale = result is not None and f"fibre-result:{result.id}" in state.stale
            if result is not None and (group.id == self._chosen or not is_stale):
                found.append((group, result))
        return found

    def _group(self) -> FibreGroup | None:
        return self._session.case.fibre_groups.get(self._chosen)

    def _choose(self, group_id: str) -> None:
        self._chosen = group_id
        if self._state is not None and group_id in self._state.case.fibre_groups:
            self.show_state(self._state)

    def _lay_capsule(self) -> None:
        if self._state is not None and self._state.lead is not None:
            self.work.lay_capsule(self._state.lead)

    def _read_file(self) -> None:
        kinds = _("Fibres (*.trk *.tck *.vtk *.vtp)")
        name, _kind = QFileDialog.getOpenFileName(self, _("Fibres"), "", kinds)
        if name:
            lead = self._state.lead if self._state else None
            self.work.read(FibreFile(Path(name), Path(name).stem), lead.id if lead else "")

    def _remove(self) -> None:
        group = self._group()
        if group is not None:
            self.work.remove(group)

    def _change_model(self) -> None:
        group = self._group()
        if group is None:
            return
        model = fibre_model(str(self.model_box.currentData()))
        diameter = float(self.diameter_box.currentData())
        if not model.low_um <= diameter <= model.high_um:
            diameter = min(max(diameter, model.low_um), model.high_um)
        try:
            self.work.change(group, model.id, diameter)
        except PlannerError as error:
            self._session.errors.show(error)
            return
        self._compute()

    def _compute(self) -> None:
        state, group = self._state, self._group()
        if state is not None and group is not None and state.programme is not None:
            recharge = PAIRED if self.recharge_box.currentData() == PAIRED else ALONE
            self.work.compute(group.id, state.programme, recharge)


def _amplitude_words(amplitude_ma: float) -> str:
    return _("{value} mA").format(value=number(amplitude_ma, 1))
