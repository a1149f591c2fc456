"""A person's word: the name is asked once per session, shown beside every signature, and never assumed."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from planner.i18n import _
from planner.ui.theme import TARGET_PX
from planner.ui.widgets.buttons import Button


class Signer(QObject):
    """The name typed in this session; every signing row shows the same one."""

    changed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = ""

    @property
    def name(self) -> str:
        return self._name

    def set_name(self, name: str) -> None:
        if name != self._name:
            self._name = name
            self.changed.emit(name)


class SigningRow(QWidget):
    """A name field and the decisions one can sign. ``signed(decision, name)`` carries the stable word."""

    signed = Signal(str, str)

    def __init__(self, signer: Signer, decisions: dict[str, tuple[str, str]], parent: QWidget | None = None) -> None:
        """``decisions``: stable word → (shown words, icon name)."""
        super().__init__(parent)
        self._signer = signer
        self.name_edit = QLineEdit(signer.name)
        self.name_edit.setMinimumHeight(TARGET_PX + 2)
        self.name_edit.setPlaceholderText(_("Name of the person who signs"))
        self.name_edit.setAccessibleName(_("Name of the person who signs"))
        self.name_edit.textEdited.connect(lambda text: signer.set_name(text.strip()))
        signer.changed.connect(self._take_name)
        label = QLabel(_("&Signed by"))
        label.setBuddy(self.name_edit)
        top = QHBoxLayout()
        top.addWidget(label)
        top.addWidget(self.name_edit, 1)
        self.buttons: dict[str, Button] = {}
        bottom = QHBoxLayout()
        for word, (text, icon_name) in decisions.items():
            self.buttons[word] = Button(text, icon_name)
            self.buttons[word].clicked.connect(lambda _checked=False, word=word: self._sign(word))
            bottom.addWidget(self.buttons[word])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addLayout(top)
        outer.addLayout(bottom)

    def _take_name(self, name: str) -> None:
        if self.name_edit.text().strip() != name:
            self.name_edit.setText(name)

    def _sign(self, word: str) -> None:
        name = self._signer.name.strip()
        if not name:
            self.name_edit.setFocus()
            self.name_edit.setPlaceholderText(_("Type your name first: a decision carries a name"))
            return
        self.signed.emit(word, name)
