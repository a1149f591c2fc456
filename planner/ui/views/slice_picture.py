"""The picture of a slice: cut and coloured once, painted as long as nothing it shows has changed."""

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from planner.scene.planes import Raster
from planner.scene.slices import Layer, LayeredSlicer
from planner.ui.views.camera2d import finest_mm

MOST_PICTURE_PX = 640 * 640
"""More pixels than this are interpolated from fewer: a frame stays below 10 CPU ms a layer on any screen."""


class SlicePicture:
    """One per view; keeps what the slicer needs between frames."""

    def __init__(self) -> None:
        self._slicer = LayeredSlicer()
        self._picture: QImage | None = None
        self._picture_of: tuple[object, ...] = ()
        self._pixels = np.zeros((0, 0, 4), dtype=np.uint8)

    def forget(self) -> None:
        """Let go of every volume."""
        self._slicer.forget()
        self._picture, self._picture_of = None, ()

    def paint(self, painter: QPainter, raster: Raster, layers: tuple[Layer, ...], pixel_ratio: float) -> None:
        """``raster`` in logical pixels, of which each is ``pixel_ratio`` screen pixels wide."""
        fine = fine_raster(raster, layers[0], pixel_ratio)
        key = (fine.plane.centre_mm.tobytes(), fine.plane.right.tobytes(), fine.plane.up.tobytes())
        wanted = (*key, fine.width, fine.height, fine.mm_per_px, layers)
        if self._picture is None or wanted != self._picture_of:
            self._pixels = self._slicer.picture(fine, layers)  # the QImage does not keep it alive
            rows, columns = self._pixels.shape[:2]
            self._picture = QImage(self._pixels.data, columns, rows, 4 * columns, QImage.Format.Format_RGBX8888)
            self._picture_of = wanted
        scale = fine.mm_per_px / raster.mm_per_px
        width, height = fine.width * scale, fine.height * scale
        place = QRectF((raster.width - width) / 2.0, (raster.height - height) / 2.0, width, height)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(place, self._picture)


def fine_raster(raster: Raster, bottom: Layer, pixel_ratio: float) -> Raster:
    """The raster in screen pixels, or coarser where finer would show nothing more; it covers the whole view."""
    enough = raster.mm_per_px / finest_mm(bottom.volume)
    bearable = (MOST_PICTURE_PX / (raster.width * raster.height)) ** 0.5
    scale = max(min(pixel_ratio, enough, bearable), 0.1)
    width, height = np.ceil([raster.width * scale - 1e-6, raster.height * scale - 1e-6])
    return Raster(raster.plane, float(width), float(height), raster.mm_per_px / scale)
