"""Before a case is open: new, open, recent, and what this program is not."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from planner import __version__, places
from planner.i18n import _
from planner.ui.widgets.buttons import button
from planner.ui.widgets.labels import Note, Section


def research_only_words() -> str:
    """Said at the start, on every view and in every export (PRODUCT.md)."""
    return _("For research, education and planning support only. Not a medical device. Confirm every value.")


class StartPage(QWidget):
    """``new_wanted``, ``open_wanted``, ``sample_wanted(region)`` and ``recent_wanted(path)``: what the person chose."""

    new_wanted = Signal()
    open_wanted = Signal()
    sample_wanted = Signal(str)
    recent_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = QLabel("Nociplan")
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 2.2)
        font.setBold(True)
        title.setFont(font)
        what = QLabel(_("Plan neuromodulation for neuropathic pain on the patient's own images."))
        what.setWordWrap(True)
        self.notice = Note(research_only_words(), "warn")
        column = QVBoxLayout()
        column.setSpacing(12)
        for widget in (title, what, self.notice, self._actions(), self._recent()):
            column.addWidget(widget)
        version = QLabel(_("Version {version}").format(version=__version__))
        version.setEnabled(False)
        column.addWidget(version)
        column.addStretch(1)
        grid = QGridLayout(self)
        grid.setContentsMargins(24, 36, 24, 24)
        grid.addLayout(column, 0, 1)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 3)
        grid.setColumnStretch(2, 1)

    def _actions(self) -> QWidget:
        section = Section(_("Begin"))
        self.new_button = button(_("New case…"), self.new_wanted.emit, "add", is_primary=True)
        self.open_button = button(_("Open case…"), self.open_wanted.emit, "folder")
        self.sample_button = button(
            _("Practise on the sample head"),
            lambda: self.sample_wanted.emit("head"),
            "eye",
            tip=_("A new case with the Colin27 head, a public average of one person"),
        )
        self.sample_button.setEnabled(places.sample_head().exists())
        self.spine_button = button(
            _("Practise on the sample spine"),
            lambda: self.sample_wanted.emit("spine"),
            "eye",
            tip=_("A new case with a public CT of a thoracic spine"),
        )
        self.spine_button.setEnabled(places.sample_spine().exists())
        for one in (self.new_button, self.open_button, self.sample_button, self.spine_button):
            one.setMinimumHeight(36)
            section.body.addWidget(one)
        return section

    def _recent(self) -> QWidget:
        section = Section(_("Recent cases"))
        self.recent = QListWidget()
        self.recent.setAccessibleName(_("Recent cases"))
        self.recent.setMaximumHeight(220)
        self.recent.itemActivated.connect(self._tell_recent)
        self.recent.itemClicked.connect(self._tell_recent)
        self._none = QLabel(_("No case was opened on this computer yet."))
        section.body.addWidget(self.recent)
        section.body.addWidget(self._none)
        return section

    def show_recent(self, paths: tuple[Path, ...]) -> None:
        self.recent.clear()
        for path in paths:
            item = QListWidgetItem(f"{path.stem}\n{path.parent}")
            item.setData(Qt.ItemDataRole.UserRole, str(path))
            self.recent.addItem(item)
        self.recent.setVisible(bool(paths))
        self._none.setVisible(not paths)

    def _tell_recent(self, item: QListWidgetItem) -> None:
        self.recent_wanted.emit(str(item.data(Qt.ItemDataRole.UserRole)))
