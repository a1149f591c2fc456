"""One image of the case: whether it is planned on, seen, how strongly, and with which window."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSlider,
    QToolButton,
    QWidget,
)

from planner.app.selection import Layer
from planner.case.model import Image
from planner.i18n import _, number
from planner.ui.icons import icon
from planner.ui.theme import TARGET_PX
from planner.ui.widgets.buttons import button
from planner.ui.widgets.labels import Note, shortened

CT_WINDOWS_HU: dict[str, tuple[float, float]] = {
    "brain": (0.0, 80.0),
    "soft": (-160.0, 240.0),
    "bone": (-450.0, 1050.0),
    "metal": (-1000.0, 3000.0),
}
"""Usual reading windows (width/level 80/40, 400/40, 1500/300, 4000/1000); any other is dragged on the views."""


class ImageRow(QFrame):
    """Says what the person chose; shows what it is told."""

    planning_wanted = Signal()
    removal_wanted = Signal()
    visibility_chosen = Signal(bool)
    opacity_chosen = Signal(float)
    window_chosen = Signal(object)

    def __init__(self, image: Image, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.image = image
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAccessibleName(image.name)
        self.visible_box = QCheckBox(shortened(image.name))
        self.visible_box.setToolTip(image.name)
        self.visible_box.setAccessibleName(image.name)
        self.visible_box.setMinimumHeight(TARGET_PX)
        self.visible_box.toggled.connect(self.visibility_chosen)
        self.state = QLabel()
        self.details = Note(image_line(image))
        self.window_box = QComboBox()
        self.window_box.setMinimumHeight(TARGET_PX + 2)
        self.window_box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.window_box.setMinimumContentsLength(10)
        self.window_box.setAccessibleName(_("Grey-level window of {image}").format(image=image.name))
        for text, window in _windows(image):
            self.window_box.addItem(text, window)
        self.window_box.activated.connect(lambda _index: self.window_chosen.emit(self.window_box.currentData()))
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(0, 100)
        self.opacity.setMinimumHeight(TARGET_PX)
        self.opacity.setAccessibleName(_("Opacity of {image}").format(image=image.name))
        self.opacity.valueChanged.connect(lambda value: self.opacity_chosen.emit(value / 100.0))
        self.plan_button = button(_("Plan on this"), self.planning_wanted.emit, "target")
        self.remove_button = self._remove_button()
        self._lay_out()

    def _remove_button(self) -> QToolButton:
        made = QToolButton()
        made.setIcon(icon("bin", self.palette()))
        made.setMinimumSize(TARGET_PX + 4, TARGET_PX + 4)
        made.setToolTip(_("Take {image} out of the case; undo brings it back").format(image=self.image.name))
        made.setAccessibleName(made.toolTip())
        made.clicked.connect(lambda _checked=False: self.removal_wanted.emit())
        return made

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(6, 4, 6, 4)
        grid.setColumnStretch(0, 1)
        head = QHBoxLayout()
        head.addWidget(self.visible_box, 1)
        head.addWidget(self.remove_button)
        grid.addLayout(head, 0, 0, 1, 2)
        grid.addWidget(self.details, 1, 0, 1, 2)
        grid.addWidget(self.state, 2, 0)
        grid.addWidget(self.window_box, 3, 0)
        grid.addWidget(self.plan_button, 3, 1)
        grid.addWidget(self.opacity, 4, 0, 1, 2)

    def in_tab_order(self) -> tuple[QWidget, ...]:
        """What takes the focus, as it is read."""
        return (self.visible_box, self.remove_button, self.window_box, self.plan_button, self.opacity)

    def show_state(self, layer: Layer, *, is_planning: bool, is_connected: bool) -> None:
        with QSignalBlocker(self.visible_box), QSignalBlocker(self.opacity), QSignalBlocker(self.window_box):
            self.visible_box.setChecked(is_planning or (is_connected and layer.is_visible))
            self.opacity.setValue(round(100 * layer.opacity))
            self.window_box.setCurrentIndex(self._window_index(layer))
        self.visible_box.setEnabled(not is_planning and is_connected)
        self.opacity.setVisible(not is_planning)
        self.plan_button.setVisible(not is_planning)
        if is_planning:
            self.state.setText(_("planning image"))
        else:
            self.state.setText("" if is_connected else _("not aligned yet: task 3"))

    def _window_index(self, layer: Layer) -> int:
        for row in range(self.window_box.count()):
            if self.window_box.itemData(row) == layer.window:
                return row
        return -1


def _windows(image: Image) -> list[tuple[str, tuple[float, float] | None]]:
    rows: list[tuple[str, tuple[float, float] | None]] = [(_("Window of the image"), None)]
    if image.modality == "CT":
        names = {"brain": _("Brain"), "soft": _("Soft tissue"), "bone": _("Bone"), "metal": _("Metal")}
        rows += [(names[key], window) for key, window in CT_WINDOWS_HU.items()]
    return rows


def image_line(image: Image) -> str:
    size = " × ".join(str(count) for count in image.grid.shape)
    columns = zip(*image.grid.affine[:3], strict=True)
    spacing = [sum(part * part for part in column) ** 0.5 for column in list(columns)[:3]]
    words = " × ".join(number(mm, 2) for mm in spacing)
    return _("{modality}, {size} voxels of {spacing} mm").format(modality=image.modality, size=size, spacing=words)
