"""Slices in space: the picture of a plane on a rectangle, framed in the plane's colour."""

from typing import Any

import numpy as np

from planner.scene.overlay import PLANE_RGB
from planner.scene.planes import Raster
from planner.scene.slices import Picture
from planner.scene.vtk_bridge import picture_data, plain_actor


class PlanePicture:
    """One plane whose picture and place can be replaced without making new actors."""

    def __init__(self, raster: Raster) -> None:
        from vtkmodules.vtkCommonDataModel import vtkPolyData
        from vtkmodules.vtkFiltersSources import vtkPlaneSource
        from vtkmodules.vtkRenderingCore import vtkTexture

        self._source = vtkPlaneSource()
        self._frame = vtkPolyData()
        self._texture = vtkTexture()
        self._texture.InterpolateOn()
        self._texture.SetColorModeToDirectScalars()
        self._picture = plain_actor(None, (255, 255, 255))
        self._picture.GetMapper().SetInputConnection(self._source.GetOutputPort())
        self._picture.SetTexture(self._texture)
        self._picture.GetProperty().LightingOff()
        self._picture.ForceOpaqueOn()  # its pixels are either there or not: nothing to sort by depth
        self._outline = plain_actor(self._frame, PLANE_RGB[raster.plane.kind])
        self._outline.GetProperty().LightingOff()
        self._outline.GetProperty().SetLineWidth(2.0)
        self.actors: list[Any] = [self._picture, self._outline]

    def show(self, raster: Raster, picture: Picture) -> None:
        """Put the picture (height, width, 4) where its raster lies."""
        corners = np.array([raster.to_world(x, y) for x, y in self._corner_px(raster)])
        self._source.SetOrigin(*corners[3].tolist())
        self._source.SetPoint1(*corners[2].tolist())
        self._source.SetPoint2(*corners[0].tolist())
        self._texture.SetInputData(picture_data(see_through_black(picture)))
        _set_outline(self._frame, corners)

    @staticmethod
    def _corner_px(raster: Raster) -> tuple[tuple[float, float], ...]:
        """Top left, top right, bottom right, bottom left."""
        return (0.0, 0.0), (raster.width, 0.0), (raster.width, raster.height), (0.0, raster.height)


DARK = 12
"""Pixels darker than this (of 255) are air and are left out, so that a plane does not hide what is behind air."""


def see_through_black(picture: Picture) -> Picture:
    """The picture with transparent air."""
    result = picture.copy()
    result[..., 3] = np.where(picture[..., :3].max(axis=2) < DARK, 0, 255)
    return result


def _set_outline(data: Any, corners: Any) -> None:
    from vtkmodules.vtkCommonCore import vtkPoints
    from vtkmodules.vtkCommonDataModel import vtkCellArray

    points = vtkPoints()
    for corner in corners:
        points.InsertNextPoint(*corner.tolist())
    lines = vtkCellArray()
    lines.InsertNextCell(5)
    for number in (0, 1, 2, 3, 0):
        lines.InsertCellPoint(number)
    data.SetPoints(points)
    data.SetLines(lines)
    data.Modified()
