"""Help, User guide: the short guide in the language of the window, read from resources/help."""

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from planner import i18n, places
from planner.i18n import _


class GuideDialog(QDialog):
    """A window beside the main one, so that a person can read a step and do it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("User guide"))
        self.text = QTextBrowser()
        self.text.setAccessibleName(_("User guide"))
        self.text.setOpenLinks(False)  # nothing here leaves the computer
        self.text.setSearchPaths([str(guide_file().parent)])
        self.text.setMarkdown(guide_file().read_text(encoding="utf-8"))
        self.text.anchorClicked.connect(self._go)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self.text)
        column.addWidget(buttons)
        self.resize(680, 640)

    def _go(self, link: QUrl) -> None:
        if link.hasFragment():
            self.text.scrollToAnchor(link.fragment())


def guide_file() -> Path:
    """The guide in the language of the window."""
    return places.resources() / "help" / f"{i18n.language()}.md"
