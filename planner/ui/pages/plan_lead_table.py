"""The list of planned leads: name, side, model, length, lock."""

from collections.abc import Mapping

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from planner.case.model import Lead
from planner.errors import RefusedError
from planner.i18n import _, number
from planner.leads.path import length_mm
from planner.library.devices import device
from planner.ui.icons import icon
from planner.ui.widgets.buttons import button
from planner.ui.words import side_words

_LEAD_ID = Qt.ItemDataRole.UserRole


class LeadTable(QWidget):
    """``chosen(lead_id)``, ``removed(lead_id)``, ``lock_wanted(lead_id, is_locked)``."""

    chosen = Signal(str)
    removed = Signal(str)
    lock_wanted = Signal(str, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._leads: Mapping[str, Lead] = {}
        self.tree = QTreeWidget()
        self.tree.setAccessibleName(_("Leads"))
        self.tree.setHeaderLabels([_("Name"), _("Side"), _("Model"), _("Path mm")])
        self.tree.setRootIsDecorated(False)
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.setUniformRowHeights(True)
        self.tree.setMinimumHeight(96)
        self.tree.setMaximumHeight(130)
        self.tree.currentItemChanged.connect(self._tell_chosen)
        self.lock_button = button(_("Lock"), self._toggle_lock, "lock", tip=_("A locked lead cannot be moved"))
        self.remove_button = button(_("Remove"), self._remove, "bin", tip=_("Undo brings it back"))
        row = QHBoxLayout()
        row.addWidget(self.lock_button)
        row.addWidget(self.remove_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.tree)
        column.addLayout(row)

    def show_leads(self, leads: Mapping[str, Lead]) -> None:
        self._leads = leads
        current = self.current_id
        with QSignalBlocker(self.tree):
            self.tree.clear()
            for lead in leads.values():
                self.tree.addTopLevelItem(self._item(lead))
        self.show_chosen(current)

    def _item(self, lead: Lead) -> QTreeWidgetItem:
        state = _("locked") if lead.is_locked else _("open")
        texts = [lead.name, side_words(lead.side), _model_name(lead), number(length_mm(lead))]
        item = QTreeWidgetItem(texts)
        item.setData(0, _LEAD_ID, lead.id)
        words = f"{lead.name}: {state}"
        item.setToolTip(0, words)
        item.setData(0, Qt.ItemDataRole.AccessibleTextRole, words)
        item.setIcon(0, icon("lock" if lead.is_locked else "unlock", self.palette()))
        return item

    def show_chosen(self, lead_id: str) -> None:
        lead = self._leads.get(lead_id)
        with QSignalBlocker(self.tree):
            for number_of_row in range(self.tree.topLevelItemCount()):
                item = self.tree.topLevelItem(number_of_row)
                if item is not None and item.data(0, _LEAD_ID) == lead_id:
                    self.tree.setCurrentItem(item)
        for one in (self.lock_button, self.remove_button):
            one.setEnabled(lead is not None)
        is_locked = lead is not None and lead.is_locked
        self.lock_button.setText(_("Unlock") if is_locked else _("Accept and lock"))
        self.lock_button.set_icon_name("unlock" if is_locked else "lock")
        self.remove_button.setEnabled(lead is not None and not is_locked)

    @property
    def current_id(self) -> str:
        item = self.tree.currentItem()
        return str(item.data(0, _LEAD_ID)) if item else ""

    def _tell_chosen(self, item: QTreeWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(str(item.data(0, _LEAD_ID)))

    def _toggle_lock(self) -> None:
        lead = self._leads.get(self.current_id)
        if lead is not None:
            self.lock_wanted.emit(lead.id, not lead.is_locked)

    def _remove(self) -> None:
        if self.current_id:
            self.removed.emit(self.current_id)


def _model_name(lead: Lead) -> str:
    try:
        return device(lead.device_id).model
    except RefusedError:
        return lead.device_id
