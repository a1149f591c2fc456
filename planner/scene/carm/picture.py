"""A radiograph as a monitor shows it, with marks projected by the very matrix that cast its rays."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from planner.geometry import Points
from planner.geometry.arrays import FloatArray
from planner.i18n import _, number
from planner.scene import annotations
from planner.scene.annotations import ImageWords
from planner.scene.captions import caption_marks, scale_room_px
from planner.scene.carm.geometry import CArm
from planner.scene.display import Rgb
from planner.scene.overlay import Mark, Stroke, Words
from planner.scene.planes import Raster, SlicePlane
from planner.scene.snapshot import drawn_over, png

DARKEST_PERCENT, BRIGHTEST_PERCENT = 99.7, 2.0
"""The picture spans these percentiles of the line integrals inside the patient: automatic brightness control."""
LEVELLED_SHARE, LEVELLED_OVER = 0.8, 0.03
"""Slow changes of brightness (over 3 % of the picture's width) are taken back by this share, as monitors do with their
dynamic range: lung and abdomen in one picture with the spine."""
CROSS_PX = 5.0


@dataclass(frozen=True, slots=True, eq=False)
class CarmLine:
    """A line through ``xyz`` (N, 3) RAS mm in the arm's space: a needle, a lead, an end plate."""

    xyz: FloatArray
    rgb: Rgb
    width_px: float = 2.0
    name: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class CarmPoint:
    """A named place, marked with a cross."""

    name: str
    place: tuple[float, float, float]
    rgb: Rgb


@dataclass(frozen=True, slots=True, eq=False)
class RadiographPicture:
    """``integrals`` (H, W) as :func:`radiograph` gives them for ``arm``; ``basis`` says what it was made from."""

    arm: CArm
    integrals: NDArray[np.float32] = field(repr=False)
    words: ImageWords
    points: tuple[CarmPoint, ...] = ()
    lines: tuple[CarmLine, ...] = ()
    basis: str = ""


def radiograph_png(wanted: RadiographPicture) -> bytes:
    """The picture with letters, identity, angles and marks as a PNG, in the language in use."""
    return png(drawn_over(monitor_pixels(wanted.integrals), radiograph_marks(wanted)))


def monitor_pixels(integrals: NDArray[np.float32]) -> NDArray[np.uint8]:
    """(H, W, 3): bone dark, air bright, as fluoroscopy monitors have it."""
    is_inside = integrals > 0.0
    if not is_inside.any():
        return np.full((*integrals.shape, 3), 255, dtype=np.uint8)
    levelled = _levelled(integrals, is_inside)
    bright, dark = np.percentile(levelled[is_inside], (BRIGHTEST_PERCENT, DARKEST_PERCENT))
    share = np.where(is_inside, np.clip((levelled - bright) / max(dark - bright, 1e-6), 0.0, 1.0), 0.0)
    grey = np.rint(255.0 * (1.0 - share)).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)


def _levelled(integrals: NDArray[np.float32], is_inside: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Without most of the slow changes; the patient's edge does not bleed into it."""
    sigma = LEVELLED_OVER * integrals.shape[1]
    weight = gaussian_filter(is_inside.astype(np.float32), sigma)
    slow = gaussian_filter(np.where(is_inside, integrals, np.float32(0.0)), sigma) / np.maximum(weight, 1e-3)
    return np.asarray(integrals - np.float32(LEVELLED_SHARE) * slow, dtype=np.float32)


def radiograph_marks(wanted: RadiographPicture, side_px: int = 0) -> list[Mark]:
    """Lines and points, then the words around them, for the picture drawn ``side_px`` wide (0: as it is)."""
    if side_px:
        wanted = replace(wanted, arm=wanted.arm.with_pixels(side_px))
    marks: list[Mark] = [mark for line in wanted.lines for mark in _line_marks(wanted.arm, line)]
    marks += [mark for point in wanted.points for mark in _point_marks(wanted.arm, point)]
    raster = _raster(wanted.arm)
    said = annotations.annotate(raster, wanted.words, None, scale_room_px(raster.width))
    said = replace(said, title=_("Simulated C-arm"), badge=angle_words(wanted.arm), position="")
    return marks + caption_marks(raster, said, (wanted.basis,) if wanted.basis else ())


def angle_words(arm: CArm) -> str:
    """The angles to dial in."""
    if abs(arm.oblique_deg) < 0.05:
        turn = _("frontal")
    elif abs(abs(arm.oblique_deg) - 90.0) < 0.05:
        turn = _("lateral")
    else:
        side = _("{angle}° to the patient's right") if arm.oblique_deg > 0 else _("{angle}° to the patient's left")
        turn = side.format(angle=number(abs(arm.oblique_deg), 0))
    if abs(arm.tilt_deg) < 0.05:
        return turn
    tilt = _("{angle}° to the head") if arm.tilt_deg > 0 else _("{angle}° to the feet")
    return f"{turn}, {tilt.format(angle=number(abs(arm.tilt_deg), 0))}"


def _raster(arm: CArm) -> Raster:
    """Millimetres of the scale bar hold at the centre of the turn."""
    plane = SlicePlane.of(arm.centre, arm.right, arm.up, arm.space)
    at_centre = arm.pixel_mm * arm.source_to_centre_mm / arm.source_to_detector_mm
    return Raster(plane, float(arm.pixels), float(arm.pixels), at_centre)


def _line_marks(arm: CArm, line: CarmLine) -> Sequence[Mark]:
    pixels = _drawn(arm, line.xyz)
    if len(pixels) < 2:
        return ()
    marks: list[Mark] = [Stroke(pixels, line.rgb, line.width_px)]
    if line.name:
        marks.append(Words(float(pixels[0, 0]) + 6.0, float(pixels[0, 1]), line.name, line.rgb))
    return marks


def _point_marks(arm: CArm, point: CarmPoint) -> Sequence[Mark]:
    pixels = _drawn(arm, np.array([point.place]))
    if not len(pixels):
        return ()
    x, y = pixels[0]
    across = np.array([[x - CROSS_PX, y], [x + CROSS_PX, y]])
    along = np.array([[x, y - CROSS_PX], [x, y + CROSS_PX]])
    return (Stroke(across, point.rgb), Stroke(along, point.rgb), Words(x + 8.0, y, point.name, point.rgb))


def _drawn(arm: CArm, xyz: FloatArray) -> FloatArray:
    """Where they are on the picture; a pixel's middle is half a pixel from its edge."""
    pixels = arm.project(Points.of(xyz, arm.space)) + 0.5
    return pixels[np.isfinite(pixels).all(axis=1)]
