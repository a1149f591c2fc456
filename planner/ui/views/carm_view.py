"""The simulated C-arm: its picture, and the handles to turn it."""

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from planner.i18n import _
from planner.scene.carm.geometry import CArm
from planner.scene.carm.picture import RadiographPicture, monitor_pixels, radiograph_marks
from planner.ui.theme import TARGET_PX
from planner.ui.views.paint import paint_marks
from planner.ui.widgets.buttons import button
from planner.ui.widgets.slider_row import SliderRow

MOST_OBLIQUE_DEG, MOST_TILT_DEG = 110.0, 45.0
"""How far common C-arms turn."""
BACKGROUND = QColor(0, 0, 0)


class CarmCanvas(QWidget):
    """The picture as large as it fits. ``clicked(column, row)`` in pixels of a detector of ``side`` pixels."""

    clicked = Signal(float, float, int)
    maximise_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 120)
        self.setAccessibleName(_("Simulated C-arm"))
        self._picture: RadiographPicture | None = None
        self._image: QImage | None = None
        self._words = ""

    def show_picture(self, picture: RadiographPicture | None, words: str = "") -> None:
        """``words`` say why there is none."""
        self._words = words
        if picture is None or self._picture is None or picture.integrals is not self._picture.integrals:
            self._image = None if picture is None else _as_image(picture)
        self._picture = picture
        self.update()

    @property
    def picture(self) -> RadiographPicture | None:
        return self._picture

    @property
    def square(self) -> QRectF:
        side = float(min(self.width(), self.height()))
        return QRectF((self.width() - side) / 2.0, (self.height() - side) / 2.0, side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), BACKGROUND)
        square = self.square
        if self._picture is None or self._image is None:
            painter.setPen(QColor(226, 231, 235))
            painter.drawText(self.rect().adjusted(12, 12, -12, -12), _CENTRED, self._words)
            painter.end()
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(square, self._image)
        painter.translate(square.topLeft())
        paint_marks(painter, radiograph_marks(self._picture, round(square.width())))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._picture is not None:
            place: QPointF = event.position() - self.square.topLeft()
            self.clicked.emit(place.x() - 0.5, place.y() - 0.5, round(self.square.width()))

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        self.maximise_requested.emit()


class CarmView(QWidget):
    """``asked(level, view, is_square)``; ``turned(oblique_deg, tilt_deg, is_final)`` while and after a slider moves."""

    asked = Signal(str, str, bool)
    turned = Signal(float, float, bool)
    clicked = Signal(float, float, int)
    maximise_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvas = CarmCanvas()
        self.canvas.clicked.connect(self.clicked)
        self.canvas.maximise_requested.connect(self.maximise_requested)
        self.level_box = QComboBox()
        self.level_box.setMinimumHeight(TARGET_PX + 2)
        self.level_box.setAccessibleName(_("Level in the middle"))
        self.level_box.activated.connect(lambda _index: self._ask(is_square=False))
        self._view = "ap"
        self.ap_button = button(_("AP"), lambda: self._choose("ap"), tip=_("Frontal, seen from the back"))
        self.lateral_button = button(_("Lateral"), lambda: self._choose("lateral"))
        self.square_button = button(
            _("Square"), lambda: self._ask(is_square=True), tip=_("Turn until the end plates of the level are lines")
        )
        self.oblique = SliderRow(_("Oblique"), -MOST_OBLIQUE_DEG, MOST_OBLIQUE_DEG, 1, "°")
        self.tilt = SliderRow(_("Tilt"), -MOST_TILT_DEG, MOST_TILT_DEG, 1, "°")
        for slider in (self.oblique, self.tilt):
            slider.previewed.connect(lambda _value: self._tell(is_final=False))
            slider.settled.connect(lambda _value: self._tell(is_final=True))
        row = QHBoxLayout()
        for widget in (QLabel(_("Level")), self.level_box, self.ap_button, self.lateral_button, self.square_button):
            row.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.canvas, 1)
        column.addLayout(row)
        column.addWidget(self.oblique)
        column.addWidget(self.tilt)

    # -- what it is given -------------------------------------------------------------------------------------------

    def set_levels(self, names: tuple[str, ...]) -> None:
        """The levels to choose from; the chosen one stays when it is among them."""
        if tuple(self.level_box.itemText(row) for row in range(self.level_box.count())) == names:
            return
        chosen = self.level_box.currentText()
        self.level_box.clear()
        self.level_box.addItems(names)
        self.level_box.setCurrentIndex(names.index(chosen) if chosen in names else len(names) // 2)
        for one in (self.level_box, self.ap_button, self.lateral_button, self.square_button):
            one.setEnabled(bool(names))

    def show_picture(self, picture: RadiographPicture | None, words: str = "") -> None:
        self.canvas.show_picture(picture, words)
        for slider in (self.oblique, self.tilt):
            slider.setEnabled(picture is not None)
        if picture is not None:
            self.oblique.show_value(picture.arm.oblique_deg)
            self.tilt.show_value(picture.arm.tilt_deg)

    @property
    def arm(self) -> CArm | None:
        return self.canvas.picture.arm if self.canvas.picture else None

    @property
    def level(self) -> str:
        return self.level_box.currentText()

    # -- what the person does ---------------------------------------------------------------------------------------

    def _choose(self, view: str) -> None:
        self._view = view
        self._ask(is_square=False)

    def _ask(self, *, is_square: bool) -> None:
        self.asked.emit(self.level, self._view, is_square)

    def _tell(self, *, is_final: bool) -> None:
        self.turned.emit(self.oblique.value, self.tilt.value, is_final)


_CENTRED = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap


def _as_image(picture: RadiographPicture) -> QImage:
    pixels = monitor_pixels(picture.integrals)
    height, width = pixels.shape[:2]
    return QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()
