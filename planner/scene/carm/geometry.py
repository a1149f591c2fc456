"""Where source and detector of a C-arm are, and where a point of the patient falls on its picture."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from planner.case.model import Vector
from planner.errors import SpaceMismatchError
from planner.geometry import Points
from planner.geometry.arrays import FloatArray

SOURCE_TO_DETECTOR_MM, SOURCE_TO_CENTRE_MM = 1000.0, 700.0
"""A mobile C-arm with the patient between source and detector (usual construction; its own data sheet decides)."""
DETECTOR_MM = 300.0
"""A 30 cm flat panel (31 x 31 cm and 21 x 21 cm are common)."""
Preset = Literal["ap", "lateral"]


@dataclass(frozen=True, slots=True)
class CArm:
    """Angles as they are dialled in, the patient lying prone and straight, source below the table.

    ``oblique_deg`` turns the detector about the patient's long axis, positive towards the patient's right; 0 is the
    frontal view (seen from the back), 90 lateral. ``tilt_deg`` moves the detector towards the head. ``centre`` RAS mm
    in ``space`` is the middle of the turn and of the picture. ``pixels`` along each side of the square detector.
    """

    centre: Vector
    space: str
    oblique_deg: float = 0.0
    tilt_deg: float = 0.0
    pixels: int = 512
    detector_mm: float = DETECTOR_MM
    source_to_detector_mm: float = SOURCE_TO_DETECTOR_MM
    source_to_centre_mm: float = SOURCE_TO_CENTRE_MM

    @classmethod
    def at(cls, preset: Preset, centre: Vector, space: str) -> "CArm":
        return cls(centre, space, oblique_deg=0.0 if preset == "ap" else 90.0)

    def with_pixels(self, pixels: int) -> "CArm":
        """The same view on a coarser or finer detector."""
        return replace(self, pixels=pixels)

    @property
    def beam(self) -> FloatArray:
        """(3,) unit vector from the source to the middle of the detector."""
        oblique, tilt = np.radians([self.oblique_deg, self.tilt_deg])
        across = np.array([np.sin(oblique), -np.cos(oblique), 0.0])
        return np.asarray(np.cos(tilt) * across + np.sin(tilt) * np.array([0.0, 0.0, 1.0]))

    @property
    def right(self) -> FloatArray:
        """(3,) to the right on the picture, seen from the detector: a frontal view has the patient's right there."""
        oblique = np.radians(self.oblique_deg)
        return np.array([np.cos(oblique), np.sin(oblique), 0.0])

    @property
    def up(self) -> FloatArray:
        """(3,) upwards on the picture: the head, except from straight above."""
        return np.cross(self.beam, self.right)

    @property
    def source(self) -> FloatArray:
        return np.asarray(self.centre) - self.source_to_centre_mm * self.beam

    @property
    def pixel_mm(self) -> float:
        """On the detector."""
        return self.detector_mm / self.pixels

    @property
    def matrix(self) -> FloatArray:
        """(3, 4): RAS mm, homogeneous, to column, row and depth, homogeneous; pixel centres are whole numbers, row 0
        is the uppermost."""
        middle = (self.pixels - 1) / 2.0
        scale = self.source_to_detector_mm / self.pixel_mm
        camera = np.stack([scale * self.right + middle * self.beam, -scale * self.up + middle * self.beam, self.beam])
        return np.hstack([camera, -(camera @ self.source)[:, None]])

    def project(self, points: Points) -> FloatArray:
        """(N, 2) column and row of points; NaN for those beside or behind the source. Raises SpaceMismatchError."""
        if points.space != self.space:
            raise SpaceMismatchError(f"points of {points.space!r} on a radiograph of {self.space!r}")
        found = points.xyz @ self.matrix[:, :3].T + self.matrix[:, 3]
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(found[:, 2:] > 0.0, found[:, :2] / found[:, 2:], np.nan)

    def pixel_places(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """(3,) of the detector: the middle of pixel (0, 0), the step to the next column, the step to the next row."""
        right, down = self.pixel_mm * self.right, -self.pixel_mm * self.up
        middle = self.source + self.source_to_detector_mm * self.beam
        return middle - (self.pixels - 1) / 2.0 * (right + down), right, down
