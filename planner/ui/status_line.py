"""The line at the bottom: where the crosshair is, the tool of the left button, and what the program is for."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QStatusBar

from planner.i18n import _
from planner.ui.pages.start_page import research_only_words
from planner.ui.widgets.tool_switch import ToolSwitch


class StatusLine:
    """Fills a status bar; built anew when the language changes."""

    def __init__(self, bar: QStatusBar, *, is_warming: bool) -> None:
        for old in (*bar.findChildren(QLabel), *bar.findChildren(ToolSwitch)):
            bar.removeWidget(old)
            old.deleteLater()
        self.place = QLabel()
        self.place.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        bar.addWidget(self.place, 1)
        self.tools = ToolSwitch()
        self.tools.hide()
        bar.addPermanentWidget(self.tools)
        self.warming = QLabel(_("First start: preparing the solvers…"))
        self.warming.setToolTip(_("Once after each installation. You can work meanwhile."))
        self.warming.setVisible(is_warming)
        bar.addPermanentWidget(self.warming)
        self.notice = QLabel(research_only_words())
        bar.addPermanentWidget(self.notice)

    def leave_case(self) -> None:
        """There is no slice to use a tool on."""
        self.tools.chosen.disconnect()
        self.tools.show_tool("crosshair")
        self.tools.hide()
