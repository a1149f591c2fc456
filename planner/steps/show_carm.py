"""What the C-arm would show of this case: the planning CT as a radiograph, with level names and leads over it."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from planner.case.facts import volume_of
from planner.case.model import Case, Vector
from planner.case.store import ArrayStore
from planner.errors import RefusedError
from planner.geometry import Curve
from planner.i18n import _
from planner.scene.carm import Attenuation, CArm, RadiographPicture, attenuation_of, radiograph, squared
from planner.scene.carm.picture import CarmLine, CarmPoint
from planner.steps.read_spine import LevelRow, level_rows
from planner.steps.show_case import LEVEL_RGB, image_words, lead_displays
from planner.steps.spine_facts import outline_in

View = Literal["ap", "lateral"]
PREVIEW_MM, PREVIEW_PIXELS = 2.0, 256
"""While an angle is dragged; reference/spine.md, section 7."""
CROSSHAIR_RGB = (255, 80, 70)
MARK_RGB = (40, 90, 160)
"""Dark enough to be read on the bright parts of a radiograph."""


@dataclass(frozen=True, slots=True, eq=False)
class CarmScene:
    """The planning CT ready for rays, fine and coarse: made once, shown at many angles."""

    fine: Attenuation
    coarse: Attenuation

    @classmethod
    def of(cls, case: Case, store: ArrayStore) -> "CarmScene":
        """Raises RefusedError(code="carm-needs-ct")."""
        image = case.images.get(case.planning_image)
        if image is None or image.modality != "CT":
            text = _("A radiograph is computed from a CT. Plan on a CT of the spine, or align one and plan on it.")
            raise RefusedError(text, code="carm-needs-ct")
        fine = attenuation_of(volume_of(image, store))
        return cls(fine, fine.coarser(PREVIEW_MM))

    def picture(self, case: Case, arm: CArm, *, is_preview: bool = False) -> RadiographPicture:
        """Everything the case has, projected. A preview is coarse."""
        if is_preview:
            arm = arm.with_pixels(PREVIEW_PIXELS)
        integrals = radiograph(self.coarse if is_preview else self.fine, arm, is_fine=not is_preview)
        words = image_words(case, case.images[case.planning_image])
        return marked(case, RadiographPicture(arm, integrals, words, basis=_("simulated from the CT")))


def marked(case: Case, picture: RadiographPicture, cursor: Vector | None = None) -> RadiographPicture:
    """``picture`` with levels, leads and the crosshair as they are now."""
    points = _level_points(case)
    if cursor is not None:
        points = (*points, CarmPoint("", cursor, CROSSHAIR_RGB))
    words = image_words(case, case.images[case.planning_image])
    return replace(picture, words=words, points=points, lines=_lead_lines(case))


def arm_at(case: Case, level: str, view: View) -> CArm:
    """Centred on the vertebra of this name, straight. Raises RefusedError: no-spine, level-not-seen."""
    row = _row(case, level)
    return CArm.at(view, row.centre, case.planning_space)


def arm_squared(case: Case, store: ArrayStore, level: str, view: View) -> CArm:
    """As :func:`arm_at`, turned so that the end plates of the vertebra are seen as lines.

    Raises RefusedError: no-spine, level-not-seen, level-cut (an end plate is not in the image), carm-reach.
    """
    outline, row = outline_in(case), _row(case, level)
    vertebra = outline.vertebrae[row.index]
    if vertebra.top_centre is None or vertebra.bottom_centre is None or row.is_cut:
        text = _("The end plates of {level} are not both in the image. Choose another vertebra.").format(level=level)
        raise RefusedError(text, code="level-cut")
    down = np.subtract(vertebra.bottom_centre, vertebra.top_centre)
    canal = Curve.of(store.get(outline.canal), outline.space)
    behind = canal.at((vertebra.top_mm + vertebra.bottom_mm) / 2.0)[0] - np.array(vertebra.centre)
    try:
        return squared(arm_at(case, level, view), down, behind, is_lateral=view == "lateral")
    except ValueError as error:
        text = _("No C-arm reaches the end plates of {level}. Choose another view.").format(level=level)
        raise RefusedError(text, code="carm-reach") from error


def _row(case: Case, level: str) -> LevelRow:
    outline_in(case)
    for row in level_rows(case):
        if row.name == level:
            return row
    text = _("{level} is not named in this image. Choose one of the levels in the table.").format(level=level)
    raise RefusedError(text, code="level-not-seen")


def _level_points(case: Case) -> tuple[CarmPoint, ...]:
    return tuple(
        CarmPoint(row.name if row.state == "confirmed" else f"{row.name}?", row.centre, LEVEL_RGB)
        for row in level_rows(case)
        if row.name
    )


def _lead_lines(case: Case) -> tuple[CarmLine, ...]:
    """Shaft thin, contacts thick."""
    lines = []
    for lead in lead_displays(case):
        lines.append(CarmLine(np.stack([lead.along(0.0), lead.along(lead.length_mm)]), lead.rgb, 1.0, lead.name))
        for contact in lead.contacts:
            ends = np.stack([lead.along(contact.low_mm), lead.along(contact.high_mm)])
            lines.append(CarmLine(ends, MARK_RGB, 4.0))
    return tuple(lines)
