"""What has to be aligned: every other image with the planning image, and the planning image with the atlas."""

from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from planner.case import checks
from planner.case.model import MNI_SPACE, Alignment, Case
from planner.i18n import _
from planner.steps.align import ATLAS
from planner.ui.icons import pixmap
from planner.ui.pages.align_words import decision_words
from planner.ui.theme import Tone, tone_colour

ROW_PX = 34
ROWS_SEEN = 4
_ICONS: dict[Tone, str] = {"good": "done", "stale": "todo", "bad": "reject", "warn": "warning", "plain": "todo"}


@dataclass(frozen=True, slots=True)
class Pair:
    """``moving_id`` is laid over ``target``: an image id or the atlas. ``key`` is stable while the images are."""

    moving_id: str
    target: str
    title: str

    @property
    def key(self) -> str:
        return f"{self.moving_id}:{self.target}"

    @property
    def is_atlas(self) -> bool:
        return self.target == ATLAS


def pairs(case: Case) -> tuple[Pair, ...]:
    """In the order of the work: other images first, then, for a head, the atlas."""
    planning = case.images.get(case.planning_image)
    if planning is None:
        return ()
    text = _("{moving} over {fixed}")
    found = [
        Pair(image.id, planning.id, text.format(moving=image.name, fixed=planning.name))
        for image in case.images.values()
        if image.id != planning.id
    ]
    if case.region == "spine":
        return tuple(found)
    atlas = Pair(planning.id, ATLAS, text.format(moving=planning.name, fixed=_("the MNI152 atlas")))
    return (*found, atlas)


def alignment_of(case: Case, pair: Pair) -> Alignment | None:
    """The one that counts, or else the last one that was rejected."""
    target = MNI_SPACE if pair.is_atlas else case.images[pair.target].space
    source = case.images[pair.moving_id].space
    counting = checks.alignment_between(case, source, target)
    if counting is not None:
        return counting
    found = [one for one in case.alignments.values() if {one.source, one.target} == {source, target}]
    return found[-1] if found else None


class PairList(QListWidget):
    """``chosen(key)`` when the person goes to a pair."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("What has to be aligned"))
        self.setWordWrap(True)
        self.currentItemChanged.connect(self._tell)

    def show_case(self, case: Case) -> None:
        current = self.current_key
        with QSignalBlocker(self):
            self.clear()
            for pair in pairs(case):
                self.addItem(self._item(case, pair))
            rows = [row for row in range(self.count()) if self.item(row).data(Qt.ItemDataRole.UserRole) == current]
            self.setCurrentRow(rows[0] if rows else self._first_open(case))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """As high as the first rows are with their names wrapped."""
        rows = range(min(self.count(), ROWS_SEEN))
        self.setFixedHeight(max(sum(max(self.sizeHintForRow(row), ROW_PX) for row in rows), ROW_PX) + 6)

    def _item(self, case: Case, pair: Pair) -> QListWidgetItem:
        alignment = alignment_of(case, pair)
        words, tone = decision_words(alignment)
        if alignment is not None and f"alignment:{alignment.id}" in checks.stale(case):
            words, tone = _("out of date"), "warn"
        item = QListWidgetItem(f"{pair.title}\n{words}")
        item.setData(Qt.ItemDataRole.UserRole, pair.key)
        item.setIcon(pixmap(_ICONS[tone], tone_colour(tone, self.palette()), 16, self.devicePixelRatioF()))
        return item

    def _first_open(self, case: Case) -> int:
        for row, pair in enumerate(pairs(case)):
            alignment = alignment_of(case, pair)
            if alignment is None or alignment.decision != "approved":
                return row
        return 0

    @property
    def current_key(self) -> str:
        item = self.currentItem()
        return str(item.data(Qt.ItemDataRole.UserRole)) if item else ""

    def _tell(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(self.current_key)
