"""A question that only a person can answer: the sentence, and one button a choice. No choice is made by default."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from planner.errors import QuestionError
from planner.i18n import _
from planner.ui.widgets.buttons import Button
from planner.ui.widgets.labels import Note


class QuestionDialog(QDialog):
    """``answered(word)`` with the stable word of the choice; closing it answers nothing."""

    answered = Signal(str)

    def __init__(self, question: QuestionError, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Your decision is needed"))
        self.setMinimumWidth(460)
        column = QVBoxLayout(self)
        column.addWidget(Note(question.text, "warn"))
        self.buttons: dict[str, Button] = {}
        for word, text in question.choices.items():
            self.buttons[word] = Button(text)
            self.buttons[word].clicked.connect(lambda _checked=False, word=word: self._answer(word))
            column.addWidget(self.buttons[word])

    def _answer(self, word: str) -> None:
        self.accept()
        self.answered.emit(word)
