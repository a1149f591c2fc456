"""A slider and its number, one row."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QLabel, QSlider, QWidget

from planner.ui.theme import TARGET_PX

LABEL_PX = 96
"""Two wrapped lines hold the Spanish names; the sliders of a page begin at one place."""


class SliderRow(QWidget):
    """A slider with its number. ``previewed`` while it moves, ``settled`` when the person lets go or types."""

    previewed = Signal(float)
    settled = Signal(float)

    def __init__(self, name: str, low: float, high: float, steps_per_unit: int, unit: str) -> None:
        super().__init__()
        self._steps = steps_per_unit
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(round(low * steps_per_unit), round(high * steps_per_unit))
        self.slider.setMinimumHeight(TARGET_PX)
        self.slider.setPageStep(2 * steps_per_unit)
        self.slider.setAccessibleName(name)
        self.spin = QDoubleSpinBox()
        self.spin.setRange(low, high)
        self.spin.setDecimals(1)
        self.spin.setSingleStep(1.0 / steps_per_unit)
        self.spin.setSuffix(f" {unit}")
        self.spin.setMinimumHeight(TARGET_PX + 2)
        self.spin.setKeyboardTracking(False)
        self.spin.setAccessibleName(name)
        label = QLabel(name)
        label.setWordWrap(True)
        label.setFixedWidth(LABEL_PX)
        label.setBuddy(self.spin)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(label)
        row.addWidget(self.slider, 1)
        row.addWidget(self.spin)
        self.slider.valueChanged.connect(self._slid)
        self.slider.sliderReleased.connect(lambda: self.settled.emit(self.value))
        self.spin.valueChanged.connect(self._typed)

    @property
    def value(self) -> float:
        return self.spin.value()

    def show_value(self, value: float) -> None:
        """From the case: tells nobody."""
        if self.slider.isSliderDown():
            return
        with QSignalBlocker(self.slider), QSignalBlocker(self.spin):
            self.slider.setValue(round(value * self._steps))
            self.spin.setValue(value)

    def _slid(self, step: int) -> None:
        value = step / self._steps
        with QSignalBlocker(self.spin):
            self.spin.setValue(value)
        if self.slider.isSliderDown():
            self.previewed.emit(value)
        else:
            self.settled.emit(value)

    def _typed(self, value: float) -> None:
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(value * self._steps))
        self.settled.emit(value)
