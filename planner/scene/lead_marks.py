"""Leads, contacts and surfaces as marks on a slice."""

import numpy as np

from planner.geometry.arrays import FloatArray
from planner.i18n import _
from planner.scene.contours import NEAR_MM, ContactTrace, LeadTrace, SurfaceCuts, trace_lead
from planner.scene.display import SIGN_RGB, LeadDisplay, Sign, SurfaceDisplay
from planner.scene.overlay import Anchor, Fill, Mark, Stroke, Words
from planner.scene.planes import Raster

LABEL_OFFSET_PX = 12.0
LABELLED_PX = 9.0
TAG_OFFSET_PX = 6.0
THIN_PX = 5.0
DISTANT_MM = 25.0
"""A lead whose nearest part is farther from the slice than this is not drawn on it."""


def sign_words(sign: Sign) -> str:
    """The sign as it is printed: colour alone never carries it."""
    return {"-": "\N{MINUS SIGN}", "+": "+", "off": _("off")}[sign]


def surface_marks(raster: Raster, surfaces: tuple[SurfaceDisplay, ...], cuts: SurfaceCuts | None = None) -> list[Mark]:
    """Outlines of the surfaces that meet the slice; the inside tinted where asked for. ``cuts`` remembers them."""
    cuts = cuts or SurfaceCuts()
    marks: list[Mark] = []
    tags: list[tuple[float, float]] = []
    for shown in surfaces:
        outlines: list[FloatArray] = []
        for line in cuts.cut(shown.surface, raster.plane):
            xy = raster.uv_to_px(line.uv)
            if shown.is_filled and line.is_closed:
                marks.append(Fill(xy, shown.rgb, 0.22 * shown.opacity))
            alpha = min(1.0, 0.35 + shown.opacity)
            marks.append(Stroke(xy, shown.rgb, 1.6, alpha, line.is_closed, is_dashed=shown.is_estimate))
            outlines.append(xy)
        if shown.tag and outlines:
            marks.append(_tag(shown, max(outlines, key=_height_px), tags))
    return marks


def _height_px(xy: FloatArray) -> float:
    return float(np.ptp(xy[:, 1]))


def _tag(shown: SurfaceDisplay, xy: FloatArray, tags: list[tuple[float, float]]) -> Mark:
    """On the left of the outline: labels of contacts stand on the right of the lead."""
    x, y = xy[int(xy[:, 0].argmin())]
    place = (float(x) - TAG_OFFSET_PX, free_height(float(x) - TAG_OFFSET_PX, float(y), tags))
    tags.append(place)
    return Words(*place, shown.tag, shown.rgb, 10.5, "right", is_bold=True, on_plate=True)


def estimate_lines(surfaces: tuple[SurfaceDisplay, ...]) -> tuple[str, ...]:
    """What a view has to say when one of its surfaces is no result."""
    return (_("ESTIMATE"),) if any(one.is_estimate for one in surfaces) else ()


def lead_marks(raster: Raster, leads: tuple[LeadDisplay, ...]) -> list[Mark]:
    """Each lead: its projection faint, the part in the slice strong, contacts with their sign."""
    marks: list[Mark] = []
    for lead in leads:
        trace = trace_lead(lead, raster.plane)
        if _nearest_mm(lead, raster) <= DISTANT_MM:
            marks += _one_lead(raster, trace)
    return marks


def _nearest_mm(lead: LeadDisplay, raster: Raster) -> float:
    heights = raster.plane.height_mm(np.stack([lead.along(0.0), lead.along(lead.length_mm)]))
    return 0.0 if heights.min() <= 0.0 <= heights.max() else float(np.abs(heights).min())


def _one_lead(raster: Raster, trace: LeadTrace) -> list[Mark]:
    strength = 1.0 if trace.lead.is_active else 0.6
    marks = [_projected_shaft(raster, trace, strength)]
    if len(trace.near):
        near = raster.uv_to_px(trace.near)
        marks += [Fill(near, (12, 14, 16), 0.75), Stroke(near, trace.lead.rgb, 1.4, strength, is_closed=True)]
    for contact in trace.contacts:
        marks += _contact_shape(raster, contact, strength)
    marks += _labels(raster, trace)
    return marks


def _projected_shaft(raster: Raster, trace: LeadTrace, strength: float) -> Mark:
    """Its outline dashed; one line where the two sides would run into each other."""
    if 2.0 * trace.lead.radius_mm / raster.mm_per_px < THIN_PX:
        return Stroke(raster.uv_to_px(trace.ends), trace.lead.rgb, 1.6, 0.75 * strength, is_dashed=True)
    shaft = raster.uv_to_px(trace.shaft)
    return Stroke(shaft, trace.lead.rgb, 1.2, 0.6 * strength, is_closed=True, is_dashed=True)


def _contact_shape(raster: Raster, trace: ContactTrace, strength: float) -> list[Mark]:
    rgb = SIGN_RGB[trace.contact.sign]
    xy = raster.uv_to_px(trace.uv)
    if trace.distance_mm > NEAR_MM:
        return [Stroke(xy, rgb, 1.0, 0.35 * strength, is_closed=True)]
    alpha = 0.55 if trace.contact.sign == "off" else 0.95
    return [Fill(xy, rgb, alpha * strength), Stroke(xy, rgb, 1.0, strength, is_closed=True)]


def _labels(raster: Raster, trace: LeadTrace) -> list[Mark]:
    """Number and sign of every contact in the slice, beside the lead, none over another."""
    placed: list[tuple[float, float]] = []
    marks: list[Mark] = []
    axis = np.array(trace.lead.axis)
    along = np.array([axis @ raster.plane.right, -(axis @ raster.plane.up)])
    # Beside the shaft, on the right of the screen; below the plane's eye there is no "beside", so simply right.
    beside = np.array([1.0, 0.0]) if np.linalg.norm(along) < 0.35 else np.array([-along[1], along[0]])
    beside = beside / np.linalg.norm(beside)
    beside = beside if beside[0] >= 0 else -beside
    radius_px = trace.lead.radius_mm / raster.mm_per_px
    for contact in trace.contacts:
        if contact.distance_mm > NEAR_MM or not _has_room(contact, raster):
            continue
        outward = np.array([contact.outward_uv[0], -contact.outward_uv[1]])
        push = outward / np.linalg.norm(outward) if np.linalg.norm(outward) > 0.5 else beside
        x, y = raster.uv_to_px(contact.centre_uv) + push * (radius_px + LABEL_OFFSET_PX)
        y = free_height(float(x), float(y), placed)
        placed.append((float(x), y))
        text = f"{contact.contact.label} {sign_words(contact.contact.sign)}"
        anchor: Anchor = "left" if push[0] > 0.3 else "right" if push[0] < -0.3 else "centre"
        rgb = SIGN_RGB[contact.contact.sign]
        is_bold = contact.contact.sign != "off"
        marks.append(Words(float(x), y, text, rgb, 12.0, anchor, is_bold=is_bold, on_plate=True))
    return marks


def _has_room(trace: ContactTrace, raster: Raster) -> bool:
    """Active contacts always say their sign; the others only when they are drawn large enough to tell apart."""
    contact = trace.contact
    return contact.sign != "off" or (contact.high_mm - contact.low_mm) / raster.mm_per_px >= LABELLED_PX


def free_height(x: float, y: float, placed: list[tuple[float, float]]) -> float:
    """The height nearest to ``y`` at which no label stands yet, looking upwards and downwards in turn."""
    for shift in range(0, 400, 4):
        for height in (y - shift, y + shift):
            if not any(abs(x - other_x) < 52 and abs(height - other_y) < 16 for other_x, other_y in placed):
                return height
    return y
