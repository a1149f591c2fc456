"""The keys, as F1 lists them. The window and the views bind them; this is the one sheet."""

from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from planner.i18n import _


def shortcut_rows() -> list[tuple[str, str]]:
    """(keys, what they do) in the order a person learns them."""
    return [
        ("F1", _("This list")),
        ("Shift+F1", _("User guide")),
        ("Ctrl+N", _("New case")),
        ("Ctrl+O", _("Open case")),
        ("Ctrl+W", _("Close case")),
        ("Ctrl+Q", _("Quit")),
        ("Ctrl+Z", _("Undo")),
        ("Ctrl+Y, Ctrl+Shift+Z", _("Redo")),
        ("Alt+1 … Alt+7", _("Go to task 1 to 7")),
        ("F6", _("Next part of the window: tasks, views, page")),
        (_("Wheel, Page up, Page down"), _("Next slice")),
        (_("Ctrl+wheel, right drag"), _("Zoom")),
        (_("Middle drag"), _("Pan")),
        (_("Shift+move"), _("Crosshair in all planes")),
        (_("Left drag"), _("The tool chosen at the bottom: crosshair, contrast, or the lead (task 5)")),
        (_("Ctrl+drag"), _("Brightness and contrast (grey-level window)")),
        (_("Ctrl+double-click"), _("Reset the grey-level window")),
        (_("Double-click"), _("Maximise a view, and back")),
        ("1 … 6", _("Axial, coronal, sagittal, 3-D, straightened spine, C-arm alone; again for all four")),
        ("Ctrl+1 … Ctrl+6, Ctrl+0", _("The same from anywhere in the window; Ctrl+0 for all four")),
        (_("Arrows in 3-D, R"), _("Turn the 3-D view; R begins again")),
        (_("Space"), _("Set the point that is being asked for at the crosshair")),
        ("T, E", _("Set target or entry of the active lead at the crosshair")),
        ("Alt+↑, Alt+↓", _("Spine: the names of all vertebrae one up or one down")),
        ("−, +, 0", _("Contact in focus: cathode, anode, off")),
        (_("Esc"), _("Leave the tool")),
    ]


class ShortcutsDialog(QDialog):
    """Help, F1."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Keyboard and mouse"))
        rows = shortcut_rows()
        table = QTableWidget(len(rows), 2)
        table.setAccessibleName(_("Keyboard and mouse"))
        table.setHorizontalHeaderLabels([_("Keys"), _("What they do")])
        table.verticalHeader().hide()
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        for number, row in enumerate(rows):
            for column, text in enumerate(row):
                table.setItem(number, column, QTableWidgetItem(text))
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        table.horizontalHeader().setStretchLastSection(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column_layout = QVBoxLayout(self)
        column_layout.addWidget(table)
        column_layout.addWidget(buttons)
        self.resize(620, 560)
