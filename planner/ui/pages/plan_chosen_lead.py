"""The chosen lead: model, target and entry, depth along the path, rotation. A locked lead only shows them."""

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from planner.case.model import Lead, Vector
from planner.i18n import _
from planner.leads.checks import DEEPEST_MM
from planner.library.devices import device
from planner.ui.pages.plan_new_lead import DeviceChooser
from planner.ui.session import Session
from planner.ui.widgets.buttons import button
from planner.ui.widgets.labels import Note
from planner.ui.widgets.slider_row import SliderRow

_STEPS_PER_MM = 2
"""The depth slider moves in half millimetres."""


@dataclass(frozen=True, slots=True)
class LeadChange:
    """What the person did to the chosen lead; one field is set."""

    lead_id: str
    target: Vector | None = None
    entry: Vector | None = None
    depth_mm: float | None = None
    rotation_deg: float | None = None
    device_id: str | None = None


class ChosenLead(QWidget):
    """``changed(LeadChange)`` once, when the person has decided; ``previewed(LeadChange)`` while a slider moves."""

    changed = Signal(object)
    previewed = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._lead: Lead | None = None
        self.name_label = Note()
        self.device_box = DeviceChooser()
        self.device_box.activated.connect(lambda _index: self._change(device_id=self.device_box.device_id))
        self.depth_row = SliderRow(_("Depth beyond target"), -DEEPEST_MM, DEEPEST_MM, _STEPS_PER_MM, "mm")
        self.depth_row.previewed.connect(lambda value: self._preview(depth_mm=value))
        self.depth_row.settled.connect(lambda value: self._change(depth_mm=value))
        self.rotation = SliderRow(_("Rotation"), -180.0, 180.0, 1, "°")
        self.rotation.previewed.connect(lambda value: self._preview(rotation_deg=value))
        self.rotation.settled.connect(lambda value: self._change(rotation_deg=value))
        self.caveats = Note()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.name_label)
        column.addWidget(self.device_box)
        column.addLayout(self._points())
        column.addWidget(self.depth_row)
        column.addWidget(self.rotation)
        column.addWidget(self.caveats)

    def _points(self) -> QGridLayout:
        grid = QGridLayout()
        self.editors = [
            button(
                _("Move target"), self.ask_target, "target", tip=_("Click its new place, or press T at the crosshair")
            ),
            button(_("Move entry"), self.ask_entry, "entry", tip=_("Click its new place, or press E at the crosshair")),
        ]
        self.goers = [
            button(_("Go to target"), lambda: self._go("target"), "goto"),
            button(_("Go to entry"), lambda: self._go("entry"), "goto"),
        ]
        self.zoomer = button(_("Zoom in on the contacts"), self._zoom, "eye")
        for row, pair in enumerate((self.editors, self.goers)):
            for place, one in enumerate(pair):
                grid.addWidget(one, row, place)
        grid.addWidget(self.zoomer, 2, 0, 1, 2)  # last, as the Tab key goes
        return grid

    def show_lead(self, lead: Lead | None) -> None:
        self._lead = lead
        if lead is None:
            return
        if lead.is_locked:
            self.name_label.say(_("{name} is locked. Unlock it in the list to change it.").format(name=lead.name))
        else:
            self.name_label.say(lead.name)
        model = device(lead.device_id)
        self.device_box.show_device(lead.device_id)
        self.depth_row.show_value(lead.depth_mm)
        self.rotation.show_value(lead.rotation_deg)
        self.rotation.setVisible(model.is_segmented)
        self.caveats.say("\n".join(model.caveats()), "warn")
        for widget in (self.device_box, self.depth_row, self.rotation, *self.editors):
            widget.setEnabled(not lead.is_locked)

    def ask_target(self) -> None:
        self._ask(_("Click the new target of {name}"), "target")

    def ask_entry(self) -> None:
        self._ask(_("Click the new entry of {name}"), "entry")

    def _ask(self, words: str, part: str) -> None:
        if self._lead is not None and not self._lead.is_locked:
            self._session.picker.ask(words.format(name=self._lead.name), lambda point: self.set_point(part, point))

    def set_point(self, part: str, point: Vector) -> None:
        """``part`` is target or entry."""
        if part == "target":
            self._change(target=point)
        else:
            self._change(entry=point)

    def _go(self, part: str) -> None:
        if self._lead is not None:
            self._session.selection.set_cursor(self._lead.target if part == "target" else self._lead.entry)

    def _zoom(self) -> None:
        if self._lead is not None:
            self._session.showing.zoom_to(self._lead.target)

    def _change(
        self,
        target: Vector | None = None,
        entry: Vector | None = None,
        depth_mm: float | None = None,
        rotation_deg: float | None = None,
        device_id: str | None = None,
    ) -> None:
        if self._lead is not None:
            self.changed.emit(LeadChange(self._lead.id, target, entry, depth_mm, rotation_deg, device_id))

    def _preview(self, depth_mm: float | None = None, rotation_deg: float | None = None) -> None:
        if self._lead is not None:
            self.previewed.emit(LeadChange(self._lead.id, depth_mm=depth_mm, rotation_deg=rotation_deg))
