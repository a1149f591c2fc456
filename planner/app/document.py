"""The open case in a window: every change goes through here, is durable, can be undone, and is announced once."""

from PySide6.QtCore import QObject, Signal

from planner.case.commands import Command
from planner.case.file import CaseFile
from planner.case.model import Case
from planner.case.store import ArrayStore


class CaseDocument(QObject):
    """Holds the case file. Use from the window's thread only (``store`` from any)."""

    changed = Signal(object, object)
    """``changed(before, after)``: two cases. Facts that did not change are the same objects in both."""

    def __init__(self, file: CaseFile, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.file = file

    @property
    def case(self) -> Case:
        return self.file.case

    @property
    def store(self) -> ArrayStore:
        return self.file.store

    def do(self, command: Command, case: Case, by: str = "") -> None:
        """Make ``case`` the next state, as one undo step. On PlannerError nothing has changed."""
        before = self.file.case
        self.file.commit(command, case, by)
        self.changed.emit(before, self.file.case)

    def undo(self, by: str = "") -> Command | None:
        """Take back the last command; None when there is none."""
        before = self.file.case
        command = self.file.undo(by)
        if command is not None:
            self.changed.emit(before, self.file.case)
        return command

    def redo(self, by: str = "") -> Command | None:
        """Do the last undone command again; None when there is none."""
        before = self.file.case
        command = self.file.redo(by)
        if command is not None:
            self.changed.emit(before, self.file.case)
        return command

    def close(self) -> None:
        """Let go of the folder. Nothing needs saving."""
        self.file.close()
