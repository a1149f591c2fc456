"""Task 4 for spines: the canal and the vertebrae, and names that a person gives and confirms."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QLabel, QSpinBox, QWidget

from planner.case import checks
from planner.case.commands import Command
from planner.case.model import Case, SpineOutline, Vector
from planner.errors import QuestionError
from planner.i18n import _, number
from planner.progress import Progress
from planner.steps import name_levels
from planner.steps.approve import confirm_levels
from planner.steps.outline_spine import OutlinedSpine, outline_spine
from planner.steps.read_spine import cord_at_levels, level_alarms, level_rows, numbering_confirmed_by
from planner.steps.spine_facts import scheme_of
from planner.steps.take_labels import LabelRequest, TakenLabels, answered, take_labels
from planner.ui.pages.cord_panel import CordPanel
from planner.ui.pages.level_table import LevelTable
from planner.ui.pages.page import Page
from planner.ui.pages.region_switch import RegionSwitch
from planner.ui.pages.spine_words import alarm_words, claim_words, reason_words
from planner.ui.session import Session
from planner.ui.theme import TARGET_PX
from planner.ui.views.four_views import CARM, SPACE, STRAIGHT
from planner.ui.widgets.buttons import Button
from planner.ui.widgets.labels import Note
from planner.ui.widgets.signing import SigningRow
from planner.ui.words import stale_words


class SpinePage(Page):
    """A name is a claim until the numbering is confirmed; every change of a name asks for it again."""

    def __init__(self, session: Session) -> None:
        super().__init__(session, _("Anatomy"), _("Outline the spine, name one vertebra, and confirm the numbering."))
        self.region = RegionSwitch(session)
        self._has_chosen_corner = False
        self.state = Note()
        self.unsure = Note()
        self.outline_button = self.button(_("Outline the spine"), self.outline, "run", is_primary=True)
        self.labels_button = self.button(
            _("Labels from a file…"),
            self.ask_labels,
            "folder",
            tip=_("A label map of VerSe, TotalSegmentator, TotalSpineSeg or SPINEPS"),
        )
        found = (self.region, self.state, self.outline_button, self.labels_button, self.unsure)
        self.section(_("Canal and vertebrae"), *found)
        self.corner_box = QComboBox()
        self.corner_box.setMinimumHeight(TARGET_PX + 2)
        self.corner_box.setAccessibleName(_("Beside the slices"))
        for key, text in ((SPACE, _("3-D")), (STRAIGHT, _("Straightened spine")), (CARM, _("Simulated C-arm"))):
            self.corner_box.addItem(text, key)
        self.corner_box.activated.connect(lambda _index: self._choose_corner(self.corner_box.currentData()))
        self.table = LevelTable()
        self.table.chosen.connect(self._go)
        self.guard = Note()
        self.alarms = Note()
        corner = _row(QLabel(_("Beside the slices")), self.corner_box)
        naming, mending = self._naming(), self._mending()
        self.section(_("Levels"), self.guard, self.alarms, corner, self.table, *naming, *mending)
        self.signing = SigningRow(session.signer, {"confirm": (_("Confirm numbering"), "approve")})
        self.signing.signed.connect(lambda _word, name: session.errors.attempt(lambda: self._confirm(name)))
        hint = Note(_("Count on the images from a level you are sure of, such as C2, the first rib or the sacrum."))
        self.section(_("Confirm the numbering"), hint, self.signing)
        self.cord = CordPanel(session)
        self.section(_("Cord, sac and ganglia"), self.cord)
        self.finish()

    def _naming(self) -> tuple[QWidget, ...]:
        self.name_box = QComboBox()
        self.name_box.setMinimumHeight(TARGET_PX + 2)
        self.name_box.setAccessibleName(_("Name of the chosen vertebra"))
        self.name_button = self.button(_("Name it"), self._name, "approve")
        self.up_button = self.button(_("All one up"), lambda: self._shift(-1), tip=_("L2 becomes L1, and so on"))
        self.down_button = self.button(_("All one down"), lambda: self._shift(1), tip=_("L1 becomes L2, and so on"))
        self.up_button.setShortcut(QKeySequence("Alt+Up"))
        self.down_button.setShortcut(QKeySequence("Alt+Down"))
        return _row(QLabel(_("The chosen one is")), self.name_box, self.name_button), _row(
            self.up_button, self.down_button
        )

    def _mending(self) -> tuple[QWidget, ...]:
        self.insert_button = self.button(
            _("Add a missed one"), self._ask_missed, "add", tip=_("Click the middle of its body on a slice")
        )
        self.remove_button = self.button(_("Remove"), self._remove, "bin", tip=_("The chosen one is no vertebra"))
        self.thoracic, self.lumbar = (
            self._count(name_levels.FEWEST_THORACIC, name_levels.MOST_THORACIC),
            self._count(name_levels.FEWEST_LUMBAR, name_levels.MOST_LUMBAR),
        )
        self.thoracic.setAccessibleName(_("Thoracic vertebrae"))
        self.lumbar.setAccessibleName(_("Lumbar vertebrae"))
        numbers = _row(QLabel(_("Thoracic")), self.thoracic, QLabel(_("Lumbar")), self.lumbar)
        return _row(self.insert_button, self.remove_button), numbers

    def _count(self, fewest: int, most: int) -> QSpinBox:
        box = QSpinBox()
        box.setRange(fewest, most)
        box.setMinimumHeight(TARGET_PX + 2)
        box.valueChanged.connect(lambda _value: self.session.errors.attempt(self._renumber))
        return box

    # -- following --------------------------------------------------------------------------------------------------

    def follow(self, _before: Case | None, case: Case) -> None:
        self.region.show_case(case)
        stale = checks.stale(case)
        text = _("The outline is {why}. Outline the spine again.")
        reason = stale.get(f"spine:{case.planning_space}", "")
        self.say_stale(text.format(why=stale_words(reason)) if reason else "")
        self._show_state(case, is_stale=bool(reason))
        self.table.show_rows(level_rows(case), cord_at_levels(case, self.session.document.store))
        self._show_guard(case)
        self._show_numbers(case.spine)
        self._enable(case.spine)
        self.cord.show_case(case, stale)

    def _show_state(self, case: Case, *, is_stale: bool) -> None:
        outline = case.spine
        if outline is None:
            self.state.say(_("The spine was not outlined yet."), "stale")
        else:
            text = _("{count} vertebrae found. None is named by the computer with certainty.")
            self.state.say(text.format(count=len(outline.vertebrae)), "stale" if is_stale else "good")
        unsure = outline.unsure if outline else ()
        text = _("Unsure from {low} to {high} mm along the canal: {why}.")
        lines = [
            text.format(low=number(one.from_mm, 0), high=number(one.to_mm, 0), why=reason_words(one.reason))
            for one in unsure
        ]
        self.unsure.say("\n".join(lines), "warn")

    def _show_guard(self, case: Case) -> None:
        outline, name = case.spine, numbering_confirmed_by(case)
        if outline is None or not outline.is_named:
            self.guard.say(
                _("No vertebra has a name. Choose one you are sure of and name it.") if outline else "", "warn"
            )
        elif name:
            self.guard.say(_("Numbering confirmed by {name}.").format(name=name), "good")
        else:
            self.guard.say(claim_words(outline), "warn")
        self.alarms.say("\n".join(alarm_words(one) for one in level_alarms(case)), "bad")

    def _show_numbers(self, outline: SpineOutline | None) -> None:
        thoracic, lumbar, _sacral = outline.numbers if outline else (12, 5, 5)
        for box, value in ((self.thoracic, thoracic), (self.lumbar, lumbar)):
            box.blockSignals(True)
            box.setValue(value)
            box.blockSignals(False)
        names = scheme_of(outline).names if outline else ()
        if tuple(self.name_box.itemText(row) for row in range(self.name_box.count())) != names:
            self.name_box.clear()
            self.name_box.addItems(names)

    def _enable(self, outline: SpineOutline | None) -> None:
        is_named = outline is not None and outline.is_named
        for widget in (
            self.name_box,
            self.name_button,
            self.insert_button,
            self.remove_button,
            self.thoracic,
            self.lumbar,
        ):
            widget.setEnabled(outline is not None)
        self.corner_box.setEnabled(outline is not None)
        for one in (self.up_button, self.down_button, *self.signing.buttons.values()):
            one.setEnabled(is_named)
        for one in (self.outline_button, self.labels_button):
            one.setEnabled(bool(self.case.planning_image))

    def entered(self) -> None:
        """The straightened spine is what levels are counted on."""
        if self.case.spine is not None and not self._has_chosen_corner:
            self.session.views.show_in_corner(STRAIGHT)
        self.corner_box.setCurrentIndex(self.corner_box.findData(self.session.views.corner))

    def _choose_corner(self, key: str) -> None:
        self._has_chosen_corner = True
        self.session.views.show_in_corner(key)

    def left(self) -> None:
        self.session.picker.stop()

    # -- what the person does ---------------------------------------------------------------------------------------

    def outline(self) -> None:
        """A job; what it finds goes into the case that is current when it ends."""
        case, store = self.case, self.session.document.store

        def work(progress: Progress) -> OutlinedSpine:
            return outline_spine(case, store, progress)

        def done(found: OutlinedSpine) -> None:
            self.session.do(Command("outline-spine"), found.in_case(self.case))
            if self.isVisible():
                self.entered()

        self.session.run(_("Outline the spine"), work, done)

    def ask_labels(self) -> None:
        kinds = _("Images (*.nii *.nii.gz *.nrrd)")
        name, _kind = QFileDialog.getOpenFileName(self, _("Labels from a file…"), "", kinds)
        if name:
            self.take_labels(LabelRequest(Path(name)))

    def take_labels(self, request: LabelRequest) -> None:
        """A job; a question about the file is shown, and the job begins anew with the answer."""
        case, store = self.case, self.session.document.store

        def work(progress: Progress) -> TakenLabels | QuestionError:
            try:
                return take_labels(case, store, request, progress)
            except QuestionError as question:
                return question

        def done(found: TakenLabels | QuestionError) -> None:
            if isinstance(found, QuestionError):
                code = found.code
                self.session.ask(found, lambda word: self.take_labels(answered(request, code, word)))
                return
            self.session.do(Command("outline-spine"), found.outlined.in_case(self.case))
            if self.isVisible():
                self.entered()

        self.session.run(_("Reading the labels"), work, done)

    def _go(self, index: int) -> None:
        row = level_rows(self.case)[index]
        self.session.selection.set_cursor(row.centre)
        if row.name:
            self.name_box.setCurrentText(row.name)

    def _name(self) -> None:
        index, name = self.table.chosen_index, self.name_box.currentText()
        if index is None:
            self.guard.say(_("Choose a vertebra in the table first."), "warn")
            return
        self._take(name_levels.name_vertebra(self.case, index, name, self.session.signer.name), name)

    def _shift(self, levels: int) -> None:
        outline = name_levels.shift_names(self.case, levels, self.session.signer.name)
        self._take(outline, outline.anchor)

    def _ask_missed(self) -> None:
        def take(place: Vector) -> None:
            self._attempt(lambda: name_levels.insert_vertebra(self.case, self.session.document.store, place))

        self.session.picker.ask(
            _("Click the middle of the missed vertebral body, or press Space at the crosshair"), take
        )

    def _remove(self) -> None:
        index = self.table.chosen_index
        if index is not None:
            self._attempt(lambda: name_levels.remove_vertebra(self.case, index))

    def _renumber(self) -> None:
        self._attempt(lambda: name_levels.renumber(self.case, self.thoracic.value(), self.lumbar.value()))
        self._show_numbers(self.case.spine)  # a refused number goes back

    def _attempt(self, change: Callable[[], SpineOutline]) -> None:
        self.session.errors.attempt(lambda: self._take(change(), ""))

    def _take(self, outline: SpineOutline, detail: str) -> None:
        self.session.do(Command("name-levels", detail or outline.anchor), self.case.with_spine(outline))

    def _confirm(self, name: str) -> None:
        names = tuple(row.name for row in level_rows(self.case))
        approval = confirm_levels(self.case, names, name)
        self.session.do(Command("confirm-levels"), self.case.with_approval(approval), name)


def _row(*widgets: QWidget) -> QWidget:
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    for widget in widgets:
        row.addWidget(widget, 1 if isinstance(widget, QComboBox | Button) else 0)
    return made
