"""The skin in 3-D: made in a job whenever the planning image is another one, and let go of with the case."""

import logging

from PySide6.QtCore import QObject

from planner.app.document import CaseDocument
from planner.app.jobs import Job, Jobs
from planner.app.settings import Settings
from planner.case.model import Case
from planner.errors import PlannerError
from planner.geometry import Surface
from planner.i18n import _
from planner.progress import Cancelled, Progress
from planner.scene.head_surface import head_surface
from planner.ui.showing import CaseOnViews
from planner.ui.views.four_views import FourViews

log = logging.getLogger(__name__)


class Skin(QObject):
    """To find one's way by, so an image without a head is no mistake: there is no skin, and that is all."""

    def __init__(
        self, document: CaseDocument, jobs: Jobs, settings: Settings, showing: CaseOnViews, views: FourViews
    ) -> None:
        super().__init__()
        self._document = document
        self._jobs = jobs
        self._settings = settings
        self._showing = showing
        self._views = views
        self._job: Job | None = None
        self._surface: Surface | None = None
        document.changed.connect(self._follow)
        self.show_again()

    @property
    def is_there(self) -> bool:
        """Whether the 3-D view shows a skin now."""
        return self._surface is not None and self._settings.shows_skin

    def show_again(self) -> None:
        """As the setting says: at once when the surface is there, after a job when it is not."""
        wanted = self._settings.shows_skin
        self._views.set_head(self._surface if wanted else None)
        if wanted and self._surface is None and self._job is None:
            self._make()
        elif not wanted:
            self._stop()

    def _follow(self, before: Case, after: Case) -> None:
        if before.images.get(before.planning_image) is not after.images.get(after.planning_image):
            self._stop()
            self._surface = None
            self.show_again()

    def _make(self) -> None:
        image = self._document.case.images.get(self._document.case.planning_image)
        if image is None:
            return
        volume = self._showing.volume(image)

        def work(progress: Progress) -> Surface:
            return head_surface(volume, progress=progress)

        self._job = job = self._jobs.start(
            _("Skin for the 3-D view"), work, lambda surface: self._take(job, surface), lambda why: self._none(job, why)
        )

    def _take(self, job: Job, surface: Surface) -> None:
        if job is not self._job:
            return  # a later planning image has its own
        self._job, self._surface = None, surface
        self.show_again()

    def _none(self, job: Job, why: PlannerError | Cancelled) -> None:
        if job is self._job:
            self._job = None
        log.info("no skin is shown: %s", getattr(why, "code", "cancelled"))

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def shut(self) -> None:
        """Before the views go."""
        self._document.changed.disconnect(self._follow)
        self._stop()
