"""Task 4: AC, PC and midline, the tissue classes, and the target structures carried over from the atlas."""

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QCheckBox, QListWidget, QListWidgetItem

from planner.case import checks
from planner.case.commands import Command
from planner.case.model import Case, Vector
from planner.i18n import _, number, position
from planner.library.targets import structure_name
from planner.progress import Progress
from planner.steps.find_anatomy import AnatomyFacts, find_anatomy
from planner.steps.read_lead import acpc_transform
from planner.steps.set_acpc import AcPcClicks, set_acpc
from planner.steps.show_case import STRUCTURE_RGB
from planner.ui.pages.anatomy_points import AcPcForm
from planner.ui.pages.page import Page
from planner.ui.pages.region_switch import RegionSwitch
from planner.ui.session import Session
from planner.ui.theme import TARGET_PX
from planner.ui.widgets.labels import FactTable, Note, Row
from planner.ui.words import stale_words

_KEY = Qt.ItemDataRole.UserRole


class AnatomyPage(Page):
    """Everything found is a start: a person looks at AC, PC and midline, and corrects them by clicks."""

    def __init__(self, session: Session) -> None:
        super().__init__(session, _("Anatomy"), _("Carry the atlas over, then check AC and PC by eye."))
        self.region = RegionSwitch(session)
        self.state = Note()
        self.carry_button = self.button(_("Find anatomy"), self.carry_over, "run", is_primary=True)
        self.section(_("From the atlas"), self.region, self.state, self.carry_button)
        self.form = AcPcForm(session)
        self.form.wanted.connect(self._set)
        self.facts = FactTable()
        self.section(_("AC, PC and midline"), self.form, self.facts)
        self.tissue_box = QCheckBox(_("Show tissue classes"))
        self.tissue_box.setMinimumHeight(TARGET_PX)
        self.tissue_box.toggled.connect(session.showing.show_tissue)
        self.tissue_note = Note(_("Grey matter green, white matter blue, CSF red."))
        self.section(_("Tissue classes"), self.tissue_box, self.tissue_note)
        self.structures = QListWidget()
        self.structures.setAccessibleName(_("Structures"))
        self.structures.setMinimumHeight(190)
        self.structures.setWordWrap(True)
        self.structures.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # the side stands at the end of a name
        self.structures.itemChanged.connect(self._structure_ticked)
        self.structures.currentItemChanged.connect(self._structure_chosen)
        self.source = Note()
        hint = Note(_("Start points, confirm on images."), "warn")
        self.section(_("Structures from the atlas"), hint, self.structures, self.source)
        self.finish()

    # -- following --------------------------------------------------------------------------------------------------

    def follow(self, before: Case | None, case: Case) -> None:
        stale = checks.stale(case)
        self.region.show_case(case)
        self.form.show_acpc(case.acpc)
        self._show_state(case, stale)
        self.facts.show_rows(_acpc_rows(case))
        self.tissue_box.setEnabled(bool(case.segmentations))
        if before is None or before.structures is not case.structures or checks.stale(before) != stale:
            self._show_structures(case, stale)

    def _show_state(self, case: Case, stale: dict[str, str]) -> None:
        derived = [key for key in stale if key.partition(":")[0] in ("acpc", "segmentation", "structure")]
        self.carry_button.setEnabled(checks.atlas_alignment(case) is not None)
        text = _("The anatomy is {why}. Find it again.")
        self.say_stale(text.format(why=stale_words(stale[derived[0]])) if derived else "")
        if checks.atlas_alignment(case) is None:
            self.state.say(_("Align the planning image with the atlas first (task 3)."), "stale")
        elif not case.structures:
            self.state.say(_("Nothing was carried over yet."), "stale")
        elif derived:
            self.state.say(_("Out of date."), "stale")
        else:
            self.state.say(_("Carried over from MNI152 2009a."), "good")

    def _show_structures(self, case: Case, stale: dict[str, str]) -> None:
        with QSignalBlocker(self.structures):
            self.structures.clear()
            for row, structure in enumerate(case.structures.values()):
                name = structure_name(structure.id)
                if f"structure:{structure.id}" in stale:
                    name = _("{name} (out of date)").format(name=name)
                item = QListWidgetItem(_swatch(STRUCTURE_RGB[row % len(STRUCTURE_RGB)]), name)
                item.setData(_KEY, structure.id)
                item.setToolTip(name)
                is_shown = self.session.selection.is_structure_visible(structure.id)
                item.setCheckState(Qt.CheckState.Checked if is_shown else Qt.CheckState.Unchecked)
                self.structures.addItem(item)

    def left(self) -> None:
        self.session.picker.stop()

    # -- what the person does ---------------------------------------------------------------------------------------

    def carry_over(self) -> None:
        """A job; what it finds goes into the case that is current when it ends."""
        case, store = self.case, self.session.document.store

        def work(progress: Progress) -> AnatomyFacts:
            return find_anatomy(case, store, progress)

        def done(facts: AnatomyFacts) -> None:
            self.session.do(Command("find-anatomy"), facts.in_case(self.case))

        self.session.run(_("Find anatomy"), work, done)

    def _set(self, ac: Vector, pc: Vector, midline: tuple[Vector, ...]) -> None:
        def do() -> None:
            acpc = set_acpc(self.case, AcPcClicks(ac, pc, midline, self.session.signer.name))
            self.session.do(Command("set-acpc"), self.case.with_acpc(acpc))

        self.session.errors.attempt(do)

    def _structure_ticked(self, item: QListWidgetItem) -> None:
        is_on = item.checkState() == Qt.CheckState.Checked
        self.session.selection.set_structure_visible(str(item.data(_KEY)), is_on)

    def _structure_chosen(self, item: QListWidgetItem | None) -> None:
        """Go to its middle and say where it comes from."""
        structure = self.case.structures.get(str(item.data(_KEY))) if item else None
        if structure is None:
            self.source.say("")
            return
        text = _("Numbers: {status}. Source: {source}")
        self.source.say(text.format(status=structure.status, source=structure.source))
        if structure.space == self.case.planning_space:
            self.session.selection.set_cursor(structure.centre)


def _swatch(rgb: tuple[int, int, int]) -> QIcon:
    picture = QPixmap(14, 14)
    picture.fill(QColor(*rgb))
    return QIcon(picture)


def _acpc_rows(case: Case) -> list[Row]:
    acpc, to_acpc = case.acpc, acpc_transform(case)
    if acpc is None:
        return []
    origin = _("carried over from the atlas: check it by eye") if acpc.origin == "template" else _("clicked")
    if acpc.confirmed_by:
        origin = _("clicked by {name}").format(name=acpc.confirmed_by)
    rows: list[Row] = [(_("Set by"), origin, "warn" if acpc.origin == "template" else "plain")]
    length = sum((one - other) ** 2 for one, other in zip(acpc.ac, acpc.pc, strict=True)) ** 0.5
    rows.append((_("AC to PC"), _("{length} mm").format(length=number(length))))
    if to_acpc is not None:
        x, y, z = to_acpc.inverse().matrix[:3, 3]
        rows.append((_("Midcommissural point"), position(float(x), float(y), float(z))))
    return rows
