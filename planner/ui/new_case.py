"""Name a new case and say where it is kept."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFileDialog, QFormLayout, QHBoxLayout, QLineEdit, QWidget

from planner.i18n import _
from planner.ui.theme import TARGET_PX
from planner.ui.widgets.buttons import button
from planner.ui.widgets.labels import Note

_NOT_IN_A_NAME = '<>:"/\\|?*'
"""Windows refuses these in file names; a case must be copyable to any of the three systems."""


def folder_name(title: str) -> str:
    """``title`` as the name of a case folder: Ñ, accents and blanks stay."""
    kept = "".join("-" if sign in _NOT_IN_A_NAME or ord(sign) < 32 else sign for sign in title).strip(" .")
    return f"{kept}.noci" if kept else ""


class NewCaseDialog(QDialog):
    """``chosen(path, title)`` with the folder that is to be made."""

    chosen = Signal(Path, str)

    def __init__(self, folder: Path, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("New case"))
        self.title_edit = QLineEdit(title)
        self.folder_edit = QLineEdit(str(folder))
        for edit in (self.title_edit, self.folder_edit):
            edit.setMinimumHeight(TARGET_PX + 2)
            edit.textChanged.connect(self._show_path)
        row = QHBoxLayout()
        row.addWidget(self.folder_edit, 1)
        row.addWidget(button(_("Choose…"), self._choose_folder, "folder"))
        self.note = Note()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.accept_button = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.accept_button.setText(_("Create case"))
        self.buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(_("Cancel"))
        self.buttons.accepted.connect(self._accept)
        self.buttons.rejected.connect(self.reject)
        form = QFormLayout(self)
        form.addRow(_("&Name of the case"), self.title_edit)
        form.addRow(_("&Folder"), row)
        form.addRow(self.note)
        form.addRow(self.buttons)
        self.setMinimumWidth(540)
        self._show_path()

    def path(self) -> Path:
        return Path(self.folder_edit.text().strip()) / folder_name(self.title_edit.text())

    def _show_path(self) -> None:
        has_name = bool(folder_name(self.title_edit.text()))
        exists = has_name and self.path().exists()
        self.accept_button.setEnabled(has_name and not exists)
        if exists:
            self.note.say(_("A case of this name is there already. Choose another name."), "warn")
        elif has_name:
            self.note.say(_("It will be kept in {path}. Every change is saved at once.").format(path=self.path()))
        else:
            self.note.say(_("Use a name that does not identify the patient if the computer is shared."))

    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, _("Folder for the case"), self.folder_edit.text())
        if folder:
            self.folder_edit.setText(folder)

    def _accept(self) -> None:
        self.chosen.emit(self.path(), self.title_edit.text().strip())
        self.accept()
