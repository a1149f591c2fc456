"""What is being computed: one row a job with its progress, its words and Cancel."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from planner.i18n import _
from planner.ui.widgets.buttons import Button


class _JobRow(QWidget):
    def __init__(self, name: str, on_cancel: Callable[[], object]) -> None:
        super().__init__()
        self._name = name
        self._on_cancel = on_cancel
        self.label = QLabel(name)
        self.label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setMaximumWidth(320)
        self.bar.setAccessibleName(name)
        self.cancel = Button(_("Cancel"), "close")
        self.cancel.setAccessibleName(_("Cancel: {job}").format(job=name))
        self.cancel.clicked.connect(self._cancel)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 2, 8, 2)
        row.addWidget(self.label, 3)
        row.addWidget(self.bar, 2)
        row.addWidget(self.cancel)

    def show_progress(self, fraction: float, words: str) -> None:
        self.bar.setValue(round(1000 * fraction))
        self.label.setText(f"{self._name}: {words}" if words else self._name)

    def _cancel(self) -> None:
        self.cancel.setEnabled(False)
        self.label.setText(_("{job}: stopping").format(job=self._name))
        self._on_cancel()


class JobsBar(QFrame):
    """The running jobs; takes no room when there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAccessibleName(_("Running work"))
        self._rows: dict[object, _JobRow] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.setAlignment(Qt.AlignmentFlag.AlignBottom)
        self.hide()

    def add(self, key: object, name: str, on_cancel: Callable[[], object]) -> None:
        row = _JobRow(name, on_cancel)
        self._rows[key] = row
        self._column.addWidget(row)
        self.show()

    def show_progress(self, key: object, fraction: float, words: str) -> None:
        if key in self._rows:
            self._rows[key].show_progress(fraction, words)

    def remove(self, key: object) -> None:
        row = self._rows.pop(key, None)
        if row is not None:
            self._column.removeWidget(row)
            row.deleteLater()
        self.setVisible(bool(self._rows))

    def rows(self) -> list[_JobRow]:
        return list(self._rows.values())
