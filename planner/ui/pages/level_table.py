"""The vertebrae from above: name, state, height, certainty. Choosing one goes there."""

from collections.abc import Mapping

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from planner.i18n import _, number
from planner.steps.read_spine import NO_CORD, CordAtLevel, LevelRow
from planner.ui.icons import icon
from planner.ui.pages.spine_words import segment_words, state_words

_INDEX = Qt.ItemDataRole.UserRole
_STATE_ICONS = {"found": "", "claimed": "warning", "confirmed": "done"}


class LevelTable(QTreeWidget):
    """``chosen(index)`` from above."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("Vertebrae"))
        self.setHeaderLabels([_("Level"), _("State"), _("Height mm"), _("Cord"), _("CSF mm")])
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setMinimumHeight(250)
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.currentItemChanged.connect(self._tell)

    def show_rows(self, rows: tuple[LevelRow, ...], cord: Mapping[str, CordAtLevel]) -> None:
        kept = self.chosen_index
        with QSignalBlocker(self):
            self.clear()
            for row in rows:
                self.addTopLevelItem(self._item(row, cord.get(row.name, NO_CORD)))
            again = self.topLevelItem(kept) if kept is not None else None
            if again is not None:
                self.setCurrentItem(again)

    def _item(self, row: LevelRow, cord: CordAtLevel) -> QTreeWidgetItem:
        name = row.name or "–"
        height = f"≥ {number(row.height_mm)}" if row.is_cut else number(row.height_mm)
        depth = "" if cord.dorsal_csf_mm is None else f"{number(cord.dorsal_csf_mm)} ±{number(cord.spread_mm)}"
        depth = depth if cord.is_measured or not depth else _("~{csf}").format(csf=depth)
        item = QTreeWidgetItem([name, state_words(row.state), height, segment_words(cord.segments), depth])
        item.setData(0, _INDEX, row.index)
        icon_name = _STATE_ICONS[row.state]
        if icon_name:
            item.setIcon(1, icon(icon_name, self.palette()))
        words = _("{level}: {state}").format(level=name, state=state_words(row.state))
        item.setData(0, Qt.ItemDataRole.AccessibleTextRole, words)
        sure = _("Found with {share} % certainty: that there is a vertebra, not that this is its name.")
        item.setToolTip(1, sure.format(share=row.certainty_percent))
        if row.is_cut:
            item.setToolTip(2, _("The image ends within this vertebra"))
        item.setToolTip(3, _("Cord segments behind this vertebra, from the atlas and the conus"))
        measured = _("Dorsal CSF measured on this MRI, with its uncertainty")
        estimate = _("Dorsal CSF from tables of other people, with their spread")
        item.setToolTip(4, measured if cord.is_measured else estimate)
        return item

    @property
    def chosen_index(self) -> int | None:
        item = self.currentItem()
        return int(item.data(0, _INDEX)) if item else None

    def _tell(self, item: QTreeWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(int(item.data(0, _INDEX)))
