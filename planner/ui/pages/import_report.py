"""The import log: what became of every file that was looked at."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from planner.i18n import _
from planner.imaging.series import ImportReport, Outcome
from planner.ui.widgets.labels import Note


class ImportReportDialog(QDialog):
    """One line a file: what was done with it and why."""

    def __init__(self, report: ImportReport, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Import log"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        counts = [f"{outcome_words(one)}: {report.count(one)}" for one in Outcome if report.count(one)]
        self.tree = QTreeWidget()
        self.tree.setAccessibleName(_("Import log"))
        self.tree.setRootIsDecorated(False)
        self.tree.setUniformRowHeights(True)
        self.tree.setHeaderLabels([_("Outcome"), _("File"), _("Reason")])
        for line in report.lines:
            words = [outcome_words(line.outcome), line.path, line.reason.words()]
            item = QTreeWidgetItem(words)
            item.setToolTip(1, line.path)
            item.setToolTip(2, words[2])
            self.tree.addTopLevelItem(item)
        self.tree.setColumnWidth(0, 110)
        self.tree.setColumnWidth(1, 360)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(Note(", ".join(counts)))
        for note in report.notes:
            column.addWidget(Note(note.words(), "warn"))
        column.addWidget(self.tree, 1)
        column.addWidget(buttons)
        self.resize(860, 520)


def outcome_words(outcome: Outcome) -> str:
    return {
        Outcome.TAKEN: _("taken"),
        Outcome.SKIPPED: _("left out"),
        Outcome.REFUSED: _("refused"),
        Outcome.ASKED: _("needs an answer"),
    }[outcome]
