"""How an alignment is judged by eye: edges, checkerboard or a blend of the two images on the four views."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSlider, QWidget

from planner.i18n import _
from planner.ui.theme import TARGET_PX


class OverlayChooser(QWidget):
    """``changed`` when the person chooses another way of looking."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.mode_box = QComboBox()
        self.mode_box.setMinimumHeight(TARGET_PX + 2)
        self.mode_box.setAccessibleName(_("&Overlay").replace("&", ""))
        texts = {
            "edges": _("Edges of the other image"),
            "checker": _("Checkerboard"),
            "blend": _("Blend"),
            "off": _("Planning image alone"),
        }
        for key, text in texts.items():
            self.mode_box.addItem(text, key)
        self.blend = QSlider(Qt.Orientation.Horizontal)
        self.blend.setRange(0, 100)
        self.blend.setValue(50)
        self.blend.setMinimumHeight(TARGET_PX)
        self.blend.setAccessibleName(_("Share of the other image"))
        label = QLabel(_("&Overlay"))
        label.setBuddy(self.mode_box)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(label)
        row.addWidget(self.mode_box, 2)
        row.addWidget(self.blend, 1)
        self.mode_box.currentIndexChanged.connect(lambda _index: self._tell())
        self.blend.valueChanged.connect(lambda _value: self._tell())
        self._tell()

    @property
    def mode(self) -> str:
        """``edges``, ``checker``, ``blend`` or ``off``."""
        return str(self.mode_box.currentData())

    @property
    def opacity(self) -> float:
        return self.blend.value() / 100.0

    def _tell(self) -> None:
        self.blend.setEnabled(self.mode == "blend")
        self.changed.emit()
