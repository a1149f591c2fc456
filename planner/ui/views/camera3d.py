"""Turning, moving and zooming a VTK camera by pixels."""

from typing import Any

import numpy as np

DEGREES_ACROSS_VIEW = 220.0
"""A drag across the shorter side turns the scene by this much."""


def turn(camera: Any, right_px: float, down_px: float, size_px: float) -> None:
    """The scene follows the hand."""
    camera.Azimuth(-right_px / size_px * DEGREES_ACROSS_VIEW)
    camera.Elevation(down_px / size_px * DEGREES_ACROSS_VIEW)
    camera.OrthogonalizeViewUp()


def pan(camera: Any, right_px: float, down_px: float, height_px: float) -> None:
    """The point under the mouse stays under it."""
    mm_per_px = 2.0 * camera.GetParallelScale() / height_px
    up = np.array(camera.GetViewUp())
    right = np.cross(np.array(camera.GetDirectionOfProjection()), up)
    move = mm_per_px * (down_px * up / np.linalg.norm(up) - right_px * right / np.linalg.norm(right))
    camera.SetFocalPoint(*(np.array(camera.GetFocalPoint()) + move).tolist())
    camera.SetPosition(*(np.array(camera.GetPosition()) + move).tolist())


def zoom(camera: Any, factor: float) -> None:
    """Larger by ``factor``, between 5 mm and 2 m of height."""
    camera.SetParallelScale(float(np.clip(camera.GetParallelScale() / factor, 2.5, 1000.0)))
