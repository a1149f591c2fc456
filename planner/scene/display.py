"""What the views are asked to show: plain values, so that pages and reports need no VTK."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from planner.case.model import Side, Vector
from planner.geometry import Surface
from planner.geometry.arrays import FloatArray

Rgb = tuple[int, int, int]
Sign = Literal["-", "+", "off"]
PointShape = Literal["round", "square", "cross"]

AXIAL_RGB: Rgb = (240, 84, 76)
CORONAL_RGB: Rgb = (92, 200, 108)
SAGITTAL_RGB: Rgb = (242, 202, 66)
OBLIQUE_RGB: Rgb = (120, 190, 255)
"""Plane colours (users_and_formats.md section 4: axial red, coronal green, sagittal yellow), legible on black."""

CATHODE_RGB: Rgb = (96, 170, 255)
ANODE_RGB: Rgb = (255, 120, 96)
OFF_RGB: Rgb = (176, 182, 188)
SIGN_RGB: dict[Sign, Rgb] = {"-": CATHODE_RGB, "+": ANODE_RGB, "off": OFF_RGB}


@dataclass(frozen=True, slots=True)
class ContactDisplay:
    """One contact from ``low_mm`` to ``high_mm`` above the tip. A ring has neither ``centre_deg`` nor ``width_deg``;
    a segment's angles run counter-clockwise seen from the entry, from the lead's zero direction."""

    label: str
    low_mm: float
    high_mm: float
    sign: Sign = "off"
    centre_deg: float | None = None
    width_deg: float | None = None

    @property
    def centre_mm(self) -> float:
        return (self.low_mm + self.high_mm) / 2.0


@dataclass(frozen=True, slots=True)
class LeadDisplay:
    """A straight lead. ``tip`` RAS mm in the views' space, ``axis`` the unit vector from tip to entry, ``zero`` the
    unit vector across it that angle 0 faces; ``length_mm`` is how much of the shaft is drawn above the tip."""

    name: str
    side: Side
    tip: Vector
    axis: Vector
    zero: Vector
    radius_mm: float
    length_mm: float
    contacts: tuple[ContactDisplay, ...]
    rgb: Rgb = (222, 226, 230)
    is_active: bool = True
    lead_id: str = ""

    def along(self, height_mm: float) -> FloatArray:
        """(3,) the point of the axis this far above the tip."""
        return np.array(self.tip) + height_mm * np.array(self.axis)

    def outward(self, angle_deg: float) -> FloatArray:
        """(3,) unit vector across the shaft at this angle, counter-clockwise seen from the entry."""
        return np.asarray(self.around(np.array([angle_deg]))[0])

    def around(self, angles_deg: FloatArray) -> FloatArray:
        """(N, 3) unit vectors across the shaft at (N,) angles."""
        (x, y, z), (u, v, w) = self.axis, self.zero
        quarter = np.array([y * w - z * v, z * u - x * w, x * v - y * u])
        angles = np.radians(angles_deg)[:, None]
        return np.asarray(np.cos(angles) * np.array(self.zero) + np.sin(angles) * quarter)

    def contact_centre(self, contact: ContactDisplay) -> FloatArray:
        """(3,) middle of the contact: on the axis for a ring, on the surface for a segment."""
        centre = self.along(contact.centre_mm)
        if contact.centre_deg is None:
            return centre
        return centre + self.radius_mm * self.outward(contact.centre_deg)


@dataclass(frozen=True, slots=True, eq=False)
class SurfaceDisplay:
    """A structure, an activated volume or a level of |E|. ``is_filled`` also tints its inside on the slices; ``tag``
    stands at its outlines there. ``is_estimate``: dashed outlines, and every view that shows it says so."""

    name: str
    surface: Surface
    rgb: Rgb
    opacity: float = 1.0
    is_filled: bool = False
    tag: str = ""
    is_estimate: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class FibreDisplay:
    """A bundle. Fibre k is ``points[starts[k]:starts[k + 1]]`` (RAS mm); ``fires`` (fibres,) is drawn thick and bright,
    the others thin; ``spike_places`` (N, 3) get a ball each. ``is_set_aside`` (fibres,) is hardly seen."""

    name: str
    points: FloatArray
    starts: NDArray[np.int64]
    fires: NDArray[np.bool_]
    is_set_aside: NDArray[np.bool_]
    spike_places: FloatArray
    rgb: Rgb


@dataclass(frozen=True, slots=True)
class PointDisplay:
    """A marked point: targets round, entries square, landmarks a cross."""

    name: str
    xyz: Vector
    shape: PointShape = "cross"
    rgb: Rgb = (255, 255, 255)
