"""Keeps the simulated C-arm in step with the case: a coarse picture while it turns, the fine one behind it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal

from planner.app.document import CaseDocument
from planner.app.selection import Selection
from planner.case.model import ArrayRef, Case, Vector
from planner.errors import PlannerError
from planner.i18n import _
from planner.scene.carm import CArm, RadiographPicture
from planner.steps.read_spine import level_rows
from planner.steps.show_carm import CarmScene, View, arm_at, arm_squared, marked
from planner.ui.views.carm_view import CarmView


class CarmOnViews(QObject):
    """Makes nothing before the view is seen: a CT takes a tenth of a second to be made ready for rays."""

    _computed = Signal(object, object)

    def __init__(
        self, document: CaseDocument, selection: Selection, view: CarmView, show_error: Callable[[PlannerError], object]
    ) -> None:
        super().__init__()
        self._document, self._selection, self._view = document, selection, view
        self._show_error = show_error
        self._pool = ThreadPoolExecutor(1)
        self._scene: tuple[ArrayRef, CarmScene] | None = None
        self._arm: CArm | None = None
        document.changed.connect(self._follow)
        selection.cursor_changed.connect(lambda _cursor: self._mark())
        view.asked.connect(self._ask)
        view.turned.connect(self._turn)
        view.clicked.connect(self._click)
        self._computed.connect(self._take, Qt.ConnectionType.QueuedConnection)

    @property
    def _case(self) -> Case:
        return self._document.case

    def shown(self) -> None:
        """The view came into sight."""
        self._view.set_levels(tuple(row.name for row in level_rows(self._case) if row.name))
        if not self._view.level:
            self._view.show_picture(None, _("Outline the spine and name its vertebrae first, in task 4."))
        elif self._view.canvas.picture is None:
            self._ask(self._view.level, "ap", is_square=False)

    def shut(self) -> None:
        self._document.changed.disconnect(self._follow)
        self._pool.shutdown(cancel_futures=True)

    # -- following --------------------------------------------------------------------------------------------------

    def _follow(self, before: Case, after: Case) -> None:
        if not self._view.isVisible():
            return
        if before.planning_image != after.planning_image:
            self._arm = None
            self._view.show_picture(None)
        self.shown()
        self._mark()

    def _mark(self) -> None:
        """New level names, leads and crosshair over the same picture."""
        picture = self._view.canvas.picture
        if picture is not None and self._view.isVisible():
            self._view.show_picture(marked(self._case, picture, self._selection.cursor))

    # -- what the person does ---------------------------------------------------------------------------------------

    def _ask(self, level: str, view: View, is_square: bool) -> None:
        try:
            case, store = self._case, self._document.store
            arm = arm_squared(case, store, level, view) if is_square else arm_at(case, level, view)
            self._show(arm, is_final=True)
        except PlannerError as error:
            if self._view.canvas.picture is None:
                self._view.show_picture(None, error.text)
            else:
                self._show_error(error)

    def _turn(self, oblique_deg: float, tilt_deg: float, is_final: bool) -> None:
        if self._arm is not None:
            self._show(replace(self._arm, oblique_deg=oblique_deg, tilt_deg=tilt_deg), is_final=is_final)

    def _show(self, arm: CArm, *, is_final: bool) -> None:
        """The coarse picture at once; the fine one when it is there, unless the arm has turned on."""
        self._arm = arm
        case, scene = self._case, self._ready()
        self._view.show_picture(marked(case, scene.picture(case, arm, is_preview=True), self._selection.cursor))
        if is_final:
            self._pool.submit(lambda: self._computed.emit(arm, scene.picture(case, arm)))

    def _take(self, arm: CArm, picture: RadiographPicture) -> None:
        if arm == self._arm:
            self._view.show_picture(marked(self._case, picture, self._selection.cursor))

    def _ready(self) -> CarmScene:
        image = self._case.images.get(self._case.planning_image)
        values = image.values if image else None
        if self._scene is None or self._scene[0] != values:
            scene = CarmScene.of(self._case, self._document.store)
            if values is not None:
                self._scene = (values, scene)
            return scene
        return self._scene[1]

    def _click(self, column: float, row: float, side: int) -> None:
        """The crosshair goes to the place of the ray that is nearest to where it was: the depth stays."""
        cursor = self._selection.cursor
        if self._arm is None or cursor is None:
            return
        arm = self._arm.with_pixels(side)
        first, right, down = arm.pixel_places()
        ray = first + column * right + row * down - arm.source
        ray /= np.linalg.norm(ray)
        x, y, z = arm.source + ((np.array(cursor) - arm.source) @ ray) * ray
        place: Vector = (float(x), float(y), float(z))
        self._selection.set_cursor(place)
