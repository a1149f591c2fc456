"""The words in the 3-D view as marks: signs of contacts, names of leads and points, letters, notice."""

import numpy as np

from planner.geometry.arrays import FloatArray
from planner.scene.annotations import ImageWords, annotate_space
from planner.scene.captions import caption_marks
from planner.scene.display import SIGN_RGB, LeadDisplay, PointDisplay
from planner.scene.lead_marks import free_height, sign_words
from planner.scene.overlay import Mark, Words
from planner.scene.planes import Raster

EDGE_PX, LEAST_NAME_PX = 10.0, 60.0
FARTHEST_NAME_PX = 24.0
"""A point's name that finds no room this near is left out: elsewhere it would name the wrong thing."""


def space_marks(
    raster: Raster,
    leads: tuple[LeadDisplay, ...] = (),
    points: tuple[PointDisplay, ...] = (),
    image: ImageWords | None = None,
    extra: tuple[str, ...] = (),
) -> list[Mark]:
    """Everything written on a 3-D view in parallel projection whose screen is ``raster``, none over another; ``extra``
    lines stand at the top right."""
    placed: list[tuple[float, float]] = []
    marks: list[Mark] = []
    for lead in leads:
        for contact in lead.contacts:
            if contact.sign != "off":
                text = f"{contact.label} {sign_words(contact.sign)}"
                place = _beside(raster, lead.contact_centre(contact), placed)
                marks.append(Words(*place, text, SIGN_RGB[contact.sign], 12.0, is_bold=True, on_plate=True))
        place = _beside(raster, lead.along(lead.length_mm), placed)
        room = max(raster.width - place[0] - EDGE_PX, LEAST_NAME_PX)
        marks.append(Words(*place, lead.name, lead.rgb, 12.0, is_bold=lead.is_active, room_px=room, on_plate=True))
    names = {lead.name for lead in leads}
    for point in points:
        if point.name and point.name not in names:  # the lead's own name stands at its end already
            wanted = raster.to_px(np.array(point.xyz))[1]
            place = _beside(raster, np.array(point.xyz), placed)
            if abs(place[1] - wanted) <= FARTHEST_NAME_PX:
                marks.append(Words(*place, point.name, point.rgb, 11.0))
    return marks + caption_marks(raster, annotate_space(raster, image), extra)


def _beside(raster: Raster, xyz: FloatArray, placed: list[tuple[float, float]]) -> tuple[float, float]:
    x, y = raster.to_px(xyz)
    place = (float(x) + 10.0, free_height(float(x) + 10.0, float(y), placed))
    placed.append(place)
    return place
