"""A new lead: its name first, then side and model, then target and entry in two clicks."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QComboBox, QFormLayout, QGridLayout, QLineEdit, QVBoxLayout, QWidget

from planner.case.model import Case, Side, Vector
from planner.i18n import _, position
from planner.library.devices import Device, devices
from planner.steps.plan_lead import PlaceLeadRequest
from planner.ui.pages.start_points import StartPointChooser
from planner.ui.session import Session
from planner.ui.theme import TARGET_PX
from planner.ui.widgets.buttons import button
from planner.ui.widgets.labels import Note


class DeviceChooser(QComboBox):
    """Usable leads first; those that are only listed cannot be chosen and say why."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("Lead model"))
        self.setMinimumHeight(TARGET_PX + 2)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(18)
        model = QStandardItemModel(self)
        for one in sorted(devices(), key=lambda device: not device.is_usable):
            if "DBS" in one.uses:
                model.appendRow(_device_item(one))
        self.setModel(model)
        self.setCurrentIndex(0)

    @property
    def device_id(self) -> str:
        return str(self.currentData(Qt.ItemDataRole.UserRole) or "")

    def show_device(self, device_id: str) -> None:
        found = self.findData(device_id, Qt.ItemDataRole.UserRole)
        if found >= 0:
            self.setCurrentIndex(found)


def _device_item(one: Device) -> QStandardItem:
    reason = one.reason_not_usable()
    item = QStandardItem(one.name if not reason else _("{name}: not usable").format(name=one.name))
    item.setData(one.id, Qt.ItemDataRole.UserRole)
    item.setEnabled(not reason)
    tip = [reason or one.confidence_words(), *one.caveats(), *one.conflicts]
    item.setToolTip("\n".join(tip))
    return item


class SideChooser(QComboBox):
    """Left or right; nothing is chosen until the person chooses."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("Side of the patient"))
        self.setMinimumHeight(TARGET_PX + 2)
        for side, text in {"": _("choose the side"), "left": _("left"), "right": _("right")}.items():
            self.addItem(text, side)

    @property
    def side(self) -> Side | None:
        word = self.currentData()
        return "left" if word == "left" else "right" if word == "right" else None

    def show_side(self, side: Side | None) -> None:
        self.setCurrentIndex(self.findData(side or ""))


class NewLeadForm(QWidget):
    """``placed(PlaceLeadRequest)`` once name, side, model, target and entry are all there."""

    placed = Signal(object)
    given_up = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._target: Vector | None = None
        self._entry: Vector | None = None
        self.name_edit = QLineEdit()
        self.name_edit.setMinimumHeight(TARGET_PX + 2)
        self.name_edit.setPlaceholderText(_("for example VPL left"))
        self.name_edit.textChanged.connect(lambda _text: self._show_state())
        self.side = SideChooser()
        self.side.currentIndexChanged.connect(lambda _index: self._side_changed())
        self.device = DeviceChooser()
        self.start_points = StartPointChooser(session)
        self.start_points.taken.connect(self._take_start_point)
        form = QFormLayout()
        form.addRow(_("&Name"), self.name_edit)
        form.addRow(_("&Side"), self.side)
        form.addRow(_("&Model"), self.device)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(form)
        column.addWidget(self.start_points)
        column.addLayout(self._click_row())
        self.points_note = Note()
        column.addWidget(self.points_note)
        self.missing_note = Note()
        column.addWidget(self.missing_note)
        self.place_button = button(_("Place lead"), self._place, "add", is_primary=True)
        column.addWidget(self.place_button)
        self.leave_button = button(_("Do not add a lead"), self.given_up.emit, "close")
        column.addWidget(self.leave_button)
        self._show_state()

    def _click_row(self) -> QGridLayout:
        self.click_target = button(_("1 Click target"), self._ask_target, "target")
        self.click_entry = button(_("2 Click entry"), self._ask_entry, "entry")
        grid = QGridLayout()
        grid.addWidget(self.click_target, 0, 0)
        grid.addWidget(self.click_entry, 0, 1)
        return grid

    def follow(self, case: Case) -> None:
        self.start_points.follow(case)
        self.leave_button.setVisible(bool(case.leads))
        self._show_state()

    def clear(self) -> None:
        """Ready for the next lead; the model stays."""
        self._target = self._entry = None
        self.name_edit.clear()
        self.side.show_side(None)
        self.start_points.clear()
        self._show_state()

    def _side_changed(self) -> None:
        self.start_points.show_side(self.side.side)
        self._show_state()

    def _take_start_point(self, point: Vector) -> None:
        self._target = point
        self._session.selection.set_cursor(point)
        self._show_state()

    def _ask_target(self) -> None:
        self._session.picker.ask(_("Click the target of {name}").format(name=self.name_edit.text()), self._take_target)

    def _take_target(self, point: Vector) -> None:
        self._target = point
        if self._entry is None:
            self._ask_entry()
        self._show_state()

    def _ask_entry(self) -> None:
        self._session.picker.ask(_("Click the entry of {name}").format(name=self.name_edit.text()), self._take_entry)

    def _take_entry(self, point: Vector) -> None:
        self._entry = point
        self._show_state()

    def _missing(self) -> list[str]:
        wanted = {
            _("a name"): bool(self.name_edit.text().strip()),
            _("a side"): self.side.side is not None,
            _("a target"): self._target is not None,
            _("an entry"): self._entry is not None,
        }
        return [what for what, is_there in wanted.items() if not is_there]

    def _show_state(self) -> None:
        missing = self._missing()
        is_named = bool(self.name_edit.text().strip())
        self.click_target.setEnabled(is_named)
        self.click_entry.setEnabled(is_named)
        self.place_button.setEnabled(not missing)
        words = _("Still needed: {what}.").format(what=", ".join(missing)) if missing else ""
        self.missing_note.say(words, "stale")
        places = []
        if self._target:
            places.append(_("Target {position}").format(position=position(*self._target)))
        if self._entry:
            places.append(_("Entry {position}").format(position=position(*self._entry)))
        self.points_note.say("\n".join(places))

    def _place(self) -> None:
        side = self.side.side
        if side is None or self._target is None or self._entry is None:
            return
        self.placed.emit(
            PlaceLeadRequest(
                name=self.name_edit.text(),
                side=side,
                device_id=self.device.device_id,
                target=self._target,
                entry=self._entry,
                target_id=self.start_points.target_id,
            )
        )
