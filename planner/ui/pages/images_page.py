"""Task 2: bring images in, see what they are, choose the one to plan on."""

from pathlib import Path

from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from planner import places
from planner.case.commands import Command
from planner.case.model import Case, Image, Region
from planner.i18n import _
from planner.imaging.words import finding_words
from planner.ui import displays
from planner.ui.pages.image_row import ImageRow
from planner.ui.pages.import_panel import ImportPanel
from planner.ui.pages.page import Page
from planner.ui.session import Session
from planner.ui.widgets.labels import Note


class ImagesPage(Page):
    """The images of the case above, the way in below."""

    def __init__(self, session: Session) -> None:
        super().__init__(session, _("Images"), _("Add CT and MRI of one patient. Choose the image to plan on."))
        self.setAcceptDrops(True)
        self.rows: dict[str, ImageRow] = {}
        self._list = QVBoxLayout()
        self._none = Note(_("There are no images yet."))
        self.section(_("Images of the case"), self._none, self._list)
        self.panel = ImportPanel(session)
        self.section(_("Add images"), self.panel)
        session.selection.layers_changed.connect(self._show_states)
        self.finish()

    def follow(self, before: Case | None, case: Case) -> None:
        if before is None or list(self.rows) != list(case.images):
            self._rebuild(case)
        self._none.setVisible(not case.images)
        self._show_states()

    def _rebuild(self, case: Case) -> None:
        for row in self.rows.values():
            self._list.removeWidget(row)
            row.deleteLater()
        self.rows = {image.id: self._row(image) for image in case.images.values()}
        before: QWidget = self
        for row in self.rows.values():
            self._list.addWidget(row)
            for part in row.in_tab_order():
                QWidget.setTabOrder(before, part)  # rows are made late, and would come after the whole page
                before = part

    def _row(self, image: Image) -> ImageRow:
        row, selection = ImageRow(image), self.session.selection
        row.planning_wanted.connect(lambda: self._plan_on(image))
        row.removal_wanted.connect(lambda: self._remove(image))
        row.visibility_chosen.connect(lambda is_on: selection.set_layer_visible(image.id, is_on))
        row.opacity_chosen.connect(lambda opacity: selection.set_layer_opacity(image.id, opacity))
        row.window_chosen.connect(lambda window: selection.set_layer_window(image.id, window))
        notes = [note_words(image, code) for code in image.notes]
        if any(notes):
            row.details.setToolTip("\n".join(notes))
        return row

    def _show_states(self) -> None:
        case = self.case
        for key, row in self.rows.items():
            image = case.images.get(key)
            if image is not None:
                row.show_state(
                    self.session.selection.layer(key),
                    is_planning=key == case.planning_image,
                    is_connected=displays.is_connected(case, image),
                )

    # -- what the person does ---------------------------------------------------------------------------------------

    def _plan_on(self, image: Image) -> None:
        self.session.do(Command("choose-planning-image", image.name), self.case.with_planning_image(image.id))

    def _remove(self, image: Image) -> None:
        self.session.do(Command("remove-image", image.name), self.case.without_image(image.id))

    def import_sample(self, region: Region) -> None:
        """The sample head or spine, for practice."""
        path = places.sample_spine() if region == "spine" else places.sample_head()
        self.panel.scan_paths((path,), takes_all=True)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = tuple(Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile())
        if paths:
            event.acceptProposedAction()
            self.panel.scan_paths(paths)

    def closed(self) -> None:
        self.panel.close_scan()


def note_words(image: Image, code: str) -> str:
    """What the importer noted; its values are kept among the image's details."""
    start = f"{code}."
    values = {key.removeprefix(start): value for key, value in image.details.items() if key.startswith(start)}
    try:
        return finding_words(code, values)
    except KeyError:
        return ""
