"""What one reads of the chosen lead: positions in letters, angles, clearances, doubts."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from planner.case.model import Case, Lead, Vector
from planner.i18n import _, number, position
from planner.leads.clearance import Clearance
from planner.steps.read_lead import LeadReadout, PositionRow
from planner.ui.theme import TARGET_PX
from planner.ui.widgets.labels import FactTable, Note, Row, Section
from planner.ui.words import side_words


class LeadReadoutView(QWidget):
    """Filled by :meth:`show_readout`; empty without one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._readout: LeadReadout | None = None
        self.frame = QComboBox()
        self.frame.setAccessibleName(_("Coordinate system"))
        self.frame.setMinimumHeight(TARGET_PX + 2)
        self.frame.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.frame.setMinimumContentsLength(20)
        for key, text in _frames().items():
            self.frame.addItem(text, key)
        self.frame.currentIndexChanged.connect(lambda _index: self._show_positions())
        self.positions = QTreeWidget()
        self.positions.setRootIsDecorated(False)
        self.positions.setAccessibleName(_("Positions"))
        self.positions.setHeaderLabels([_("Part"), _("Position, mm")])
        self.positions.setMinimumHeight(150)
        self.clearances = FactTable()
        self.angles = FactTable()
        self.doubts = QVBoxLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.sections = [
            _section(_("Warnings"), self.doubts),
            _section(_("Clearances, from the surface of the lead"), self.clearances),
            _section(_("Path"), self.angles),
            _section(_("Positions"), self.frame, self.positions),
        ]
        for section in self.sections:
            column.addWidget(section)

    def show_readout(self, case: Case, lead: Lead | None, readout: LeadReadout | None) -> None:
        self._readout = readout
        self.setVisible(readout is not None)
        if readout is None or lead is None:
            return
        self._show_doubts(lead, readout)
        self.clearances.show_rows(clearance_rows(case, readout))
        self.angles.show_rows(path_rows(lead, readout))
        self._show_positions()

    def _show_doubts(self, lead: Lead, readout: LeadReadout) -> None:
        while self.doubts.count():
            item = self.doubts.takeAt(0)
            widget = item.widget() if item else None
            if widget is not None:
                widget.deleteLater()
        for concern in readout.concerns:
            is_kept = concern.code in lead.accepted
            words = _("{words} (kept knowingly)").format(words=concern.words) if is_kept else concern.words
            self.doubts.addWidget(Note(words, "warn"))
        self.sections[0].setVisible(bool(readout.concerns))

    def _show_positions(self) -> None:
        self.positions.clear()
        if self._readout is None:
            return
        frame = str(self.frame.currentData(Qt.ItemDataRole.UserRole))
        for row in self._readout.positions:
            self.positions.addTopLevelItem(QTreeWidgetItem([part_words(row.part), _position_in(row, frame)]))
        self.positions.resizeColumnToContents(0)


def _section(title: str, *parts: "QWidget | QVBoxLayout") -> Section:
    made = Section(title)
    for part in parts:
        if isinstance(part, QVBoxLayout):
            made.body.addLayout(part)
        else:
            made.body.addWidget(part)
    return made


def _frames() -> dict[str, str]:
    return {
        "acpc": _("AC-PC, from the midcommissural point"),
        "mni": _("MNI152 2009a, through the approved alignment"),
        "world": _("Scanner coordinates of the planning image"),
    }


def part_words(part: str) -> str:
    """``target``, ``entry``, ``tip`` or ``contact:LABEL``."""
    kind, _colon, label = part.partition(":")
    if kind == "contact":
        return _("contact {label}").format(label=label)
    return {"target": _("target"), "entry": _("entry"), "tip": _("tip")}[kind]


def _position_in(row: PositionRow, frame: str) -> str:
    found: Vector | None = {"acpc": row.acpc, "mni": row.mni, "world": row.world}[frame]
    if found is not None:
        return position(*found)
    return _("set AC and PC first") if frame == "acpc" else _("approve an alignment to the atlas first")


def clearance_rows(case: Case, readout: LeadReadout) -> list[Row]:
    rows: list[Row] = []
    unknown = _("not known: find the anatomy first")
    named: list[tuple[str, Clearance | None]] = [
        (_("Ventricle"), readout.ventricle),
        (_("Sulcus (CSF)"), readout.sulcus),
        (_("Midline"), readout.midline),
    ]
    named += [(case.leads[key].name, value) for key, value in readout.leads.items() if key in case.leads]
    for name, clearance in named:
        if clearance is None:
            rows.append((name, unknown, "stale"))
        else:
            rows.append((name, clearance_words(clearance), "bad" if clearance.distance_mm <= 0 else "plain"))
    return rows


def clearance_words(clearance: Clearance) -> str:
    if clearance.is_beyond_reach:
        return _("more than {distance} mm").format(distance=number(clearance.distance_mm, 0))
    where = _("{height} mm above the target") if clearance.above_target_mm >= 0 else _("{height} mm below the target")
    where = where.format(height=number(abs(clearance.above_target_mm)))
    if clearance.distance_mm <= 0:
        text = _("touches it, {inside} mm of the path inside, {where}")
        return text.format(inside=number(clearance.inside_mm), where=where)
    return _("{distance} mm, {where}").format(distance=number(clearance.distance_mm), where=where)


def path_rows(lead: Lead, readout: LeadReadout) -> list[Row]:
    rows: list[Row] = [
        (_("Side"), side_words(lead.side)),
        (_("Entry to target"), _("{length} mm").format(length=number(readout.length_mm))),
    ]
    if readout.angles is not None:
        degrees = _("{angle}°")
        rise = degrees.format(angle=number(readout.angles.from_acpc_plane_deg))
        tilt = degrees.format(angle=number(abs(readout.angles.from_midsagittal_deg)))
        toward = side_words("right" if readout.angles.from_midsagittal_deg >= 0 else "left")
        rows.append((_("From the AC-PC plane"), rise))
        rows.append((_("From the midsagittal plane"), _("{angle} to the {side}").format(angle=tilt, side=toward)))
    return rows
