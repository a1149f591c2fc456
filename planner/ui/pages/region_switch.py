"""Whether the case is of a head or of a spine: the anatomy differs, the rest does not."""

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QRadioButton, QWidget

from planner.case.commands import Command
from planner.case.model import Case, Region
from planner.i18n import _
from planner.ui.session import Session
from planner.ui.theme import TARGET_PX


class RegionSwitch(QWidget):
    """Two radio buttons; choosing is one undo step."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setAccessibleName(_("Region"))
        group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self.buttons: dict[Region, QRadioButton] = {"head": QRadioButton(_("Head")), "spine": QRadioButton(_("Spine"))}
        for region, one in self.buttons.items():
            one.setMinimumHeight(TARGET_PX)
            one.clicked.connect(lambda _checked=False, region=region: self._choose(region))
            group.addButton(one)
            row.addWidget(one)
        row.addStretch(1)

    def show_case(self, case: Case) -> None:
        self.buttons[case.region].setChecked(True)

    def _choose(self, region: Region) -> None:
        case = self._session.case
        if region != case.region:
            self._session.do(Command("choose-region"), case.with_region(region))
