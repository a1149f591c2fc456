"""Leads as actors: the shaft, its rounded tip, rings and segments where they face."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.geometry.arrays import FloatArray
from planner.scene.display import SIGN_RGB, ContactDisplay, LeadDisplay, PointDisplay, Rgb
from planner.scene.vtk_bridge import plain_actor, poly_data

AROUND = 32
CONTACT_SWELL = 1.04
"""Contacts are drawn 4 % thicker than the shaft, so that no shaft shines through."""
OFF_METAL_RGB: Rgb = (150, 156, 162)
SHAFT_DIM = 0.55


def lead_actors(lead: LeadDisplay) -> list[Any]:
    """Shaft and contacts; the signs in print are marks (:mod:`planner.scene.space_marks`)."""
    dimmed = tuple(round(value * (1.0 if lead.is_active else SHAFT_DIM)) for value in lead.rgb)
    shaft_rgb: Rgb = (dimmed[0], dimmed[1], dimmed[2])
    actors = [plain_actor(poly_data(*shaft_mesh(lead)), shaft_rgb)]
    for contact in lead.contacts:
        rgb = OFF_METAL_RGB if contact.sign == "off" else SIGN_RGB[contact.sign]
        actors.append(plain_actor(poly_data(*contact_mesh(lead, contact)), rgb))
    return actors


def point_actors(point: PointDisplay) -> list[Any]:
    """A small ball (target), cube (entry) or double pyramid (landmark)."""
    radius = 1.4
    if point.shape == "square":
        mesh = _cube(np.array(point.xyz), radius)
    else:
        mesh = _ball(np.array(point.xyz), radius, 16 if point.shape == "round" else 4)
    return [plain_actor(poly_data(*mesh), point.rgb)]


def shaft_mesh(lead: LeadDisplay) -> tuple[FloatArray, NDArray[np.int64]]:
    """The shaft from tip to upper end: (N, 3) points in mm, (M, 3) triangles. The tip is a half sphere."""
    heights = [lead.radius_mm * (1.0 - np.cos(angle)) for angle in np.linspace(0.0, np.pi / 2, 6)]
    radii = [lead.radius_mm * np.sin(angle) for angle in np.linspace(0.0, np.pi / 2, 6)]
    return _lathe(lead, [*heights, lead.length_mm, lead.length_mm], [*radii, lead.radius_mm, 0.0], 0.0, 360.0)


def contact_mesh(lead: LeadDisplay, contact: ContactDisplay) -> tuple[FloatArray, NDArray[np.int64]]:
    """A ring or a segment on the shaft's surface, with its thickness."""
    outer, inner = CONTACT_SWELL * lead.radius_mm, 0.9 * lead.radius_mm
    low, high = max(contact.low_mm, 0.0), contact.high_mm
    width = 360.0 if contact.width_deg is None else contact.width_deg
    start = 0.0 if contact.centre_deg is None else contact.centre_deg - width / 2.0
    if low < lead.radius_mm:  # the contact takes in the rounded tip
        bend = np.linspace(np.arccos(1.0 - low / lead.radius_mm), np.pi / 2, 5)
        heights = [*(lead.radius_mm * (1.0 - np.cos(bend)) - 0.04 * lead.radius_mm), high, high]
        return _lathe(lead, heights, [*(outer * np.sin(bend)), outer, inner], start, width)
    return _lathe(lead, [low, low, high, high], [inner, outer, outer, inner], start, width)


def _lathe(
    lead: LeadDisplay, heights: list[float], radii: list[float], start_deg: float, width_deg: float
) -> tuple[FloatArray, NDArray[np.int64]]:
    """A profile turned around the shaft, counter-clockwise seen from the entry."""
    angles = np.linspace(start_deg, start_deg + width_deg, AROUND + 1)
    outward = lead.around(angles)
    rows = [lead.along(height) + radius * outward for height, radius in zip(heights, radii, strict=True)]
    points = np.concatenate(rows)
    across, triangles = len(angles), []
    for row in range(len(heights) - 1):
        for column in range(across - 1):
            a = row * across + column
            triangles += [(a, a + 1, a + across), (a + 1, a + across + 1, a + across)]
    return points, np.array(triangles, dtype=np.int64)


def _ball(centre: FloatArray, radius: float, sides: int) -> tuple[FloatArray, NDArray[np.int64]]:
    up = LeadDisplay("", "left", (0, 0, 0), (0, 0, 1), (0, 1, 0), radius, radius, ())
    bend = np.linspace(0.0, np.pi, max(sides, 4) // 2 + 1)
    points, triangles = _lathe(up, list(-radius * np.cos(bend)), list(radius * np.sin(bend)), 0.0, 360.0)
    return points + centre, triangles


def _cube(centre: FloatArray, radius: float) -> tuple[FloatArray, NDArray[np.int64]]:
    corners = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], dtype=float)
    faces = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    triangles = [t for a, b, c, d in faces for t in ((a, b, c), (a, c, d))]
    return centre + radius * corners, np.array(triangles, dtype=np.int64)
