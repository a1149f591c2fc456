"""What the person sets: contacts, amplitude, pulse width, frequency, fibre diameter."""

from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QVBoxLayout, QWidget

from planner.case.model import Lead, Programme
from planner.i18n import _, number
from planner.library import thresholds
from planner.library.devices import device
from planner.steps.set_programme import ProgrammeRequest, Sign, signs_of
from planner.steps.simulate import SimulationParameters
from planner.ui.theme import TARGET_PX
from planner.ui.widgets.contact_picture import ContactPicture
from planner.ui.widgets.labels import Note
from planner.ui.widgets.slider_row import SliderRow

LARGEST_MA = 10.0
"""End of the slider. More is possible for some generators and not used in the brain (facts/stimulation.csv: 0.5-5)."""


@dataclass(frozen=True, slots=True)
class FirstValues:
    """Where a new programme begins: a low, usual setting that says nothing about what will help."""

    amplitude_ma: float = 1.0
    width_us: float = 90.0
    frequency_hz: float = 50.0
    fibre_um: float = 3.5


class StimulationControls(QWidget):
    """``previewed(ProgrammeRequest)`` while a slider moves, ``settled(ProgrammeRequest)`` when it rests."""

    previewed = Signal(object)
    settled = Signal(object)
    threshold_chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lead: Lead | None = None
        self._signs: dict[str, Sign] = {}
        first = FirstValues()
        self.picture = ContactPicture()
        self.picture.sign_chosen.connect(self._set_sign)
        self.hint = Note(_("Click a contact, or use the arrows and −, +, 0."))
        self.amplitude = SliderRow(_("Amplitude"), 0.1, LARGEST_MA, 10, "mA")
        self.width_row = SliderRow(_("Pulse width"), 30, 450, 1, "µs")
        self.frequency = SliderRow(_("Frequency"), 5, 250, 1, "Hz")
        for row, value in (
            (self.amplitude, first.amplitude_ma),
            (self.width_row, first.width_us),
            (self.frequency, first.frequency_hz),
        ):
            row.show_value(value)
            row.previewed.connect(lambda _value: self._tell(self.previewed))
            row.settled.connect(lambda _value: self._tell(self.settled))
        self.fibre = self._fibre_box(first.fibre_um)
        form = QFormLayout()
        form.addRow(_("&Fibre diameter"), self.fibre)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self.picture, self.hint, self.amplitude, self.width_row, self.frequency):
            column.addWidget(widget)
        column.addLayout(form)

    def _fibre_box(self, first_um: float) -> QComboBox:
        box = QComboBox()
        box.setMinimumHeight(TARGET_PX + 2)
        box.setAccessibleName(_("Fibre diameter"))
        for fibre_um in thresholds.table().fibres_um:
            box.addItem(_("{value} µm").format(value=number(float(fibre_um), 1)), float(fibre_um))
        nearest = min(range(box.count()), key=lambda row: abs(float(box.itemData(row)) - first_um))
        general = thresholds.named_threshold(thresholds.GENERAL)
        box.addItem(_("any pulse: {value} V/mm").format(value=number(general.v_per_mm, 1)), thresholds.GENERAL)
        box.setCurrentIndex(nearest)
        box.currentIndexChanged.connect(lambda _index: self.threshold_chosen.emit())
        return box

    @property
    def parameters(self) -> SimulationParameters:
        """By pulse width and fibre, or the general threshold: the table ends at 120 µs, pain programmes do not."""
        chosen = self.fibre.currentData()
        if chosen == thresholds.GENERAL:
            return SimulationParameters(threshold=thresholds.GENERAL)
        return SimulationParameters(fibre_um=float(chosen))

    def show_lead(self, lead: Lead | None, programme: Programme | None) -> None:
        """From the case; the sliders keep their place where there is no programme yet."""
        self._lead = lead
        self.setEnabled(lead is not None)
        self._signs = signs_of(programme) if programme else {}
        if programme is not None:
            self.amplitude.show_value(programme.amplitude_ma)
            self.width_row.show_value(programme.width_us)
            self.frequency.show_value(programme.frequency_hz)
        self._show_picture(programme)

    def _show_picture(self, programme: Programme | None) -> None:
        share = programme.case_share if programme else 0.0
        case_sign: Sign = "+" if share > 0 else "-" if share < 0 else "off"
        model = device(self._lead.device_id) if self._lead else None
        self.picture.show_contacts(model, self._signs, case_sign)

    def show_threshold(self, kind: str, fibre_um: float) -> None:
        """What a result was computed for; a diameter between the table's (from the terminal) gets its own entry."""
        with QSignalBlocker(self.fibre):
            if kind == thresholds.GENERAL:
                self.fibre.setCurrentIndex(self.fibre.findData(kind))
                return
            if self.fibre.findData(fibre_um) < 0:
                known = [self.fibre.itemData(row) for row in range(self.fibre.count() - 1)]  # the last one is general
                row = sum(float(one) < fibre_um for one in known)
                self.fibre.insertItem(row, _("{value} µm").format(value=number(fibre_um, 1)), fibre_um)
            self.fibre.setCurrentIndex(self.fibre.findData(fibre_um))

    def request(self) -> ProgrammeRequest | None:
        """What the controls say; None without a lead."""
        if self._lead is None:
            return None
        return ProgrammeRequest(
            self._lead.id, dict(self._signs), self.amplitude.value, self.width_row.value, self.frequency.value
        )

    def _set_sign(self, label: str, sign: Sign) -> None:
        self._signs[label] = sign
        self._tell(self.settled)

    def _tell(self, signal: object) -> None:
        request = self.request()
        if request is not None and any(sign != "off" for sign in request.signs.values()):
            signal.emit(request)  # type: ignore[attr-defined]
        elif signal is self.settled:
            self._show_picture(None)
