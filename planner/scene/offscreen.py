"""A render window without a screen, read into an array."""

import os
import sys
from types import TracebackType
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from planner.scene.slices import Picture
from planner.scene.vtk_bridge import new_renderer


class OffscreenWindow:
    """One renderer in one off-screen window; ``close`` (or ``with``) lets go of its graphics memory."""

    def __init__(self, width: int, height: int) -> None:
        from vtkmodules.vtkRenderingCore import vtkRenderWindow

        if sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
            # Straight to EGL: VTK would find it by itself, but only after a warning about the missing X server.
            os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")
        self.renderer: Any = new_renderer()
        self.window: Any = vtkRenderWindow()
        self.window.SetOffScreenRendering(1)
        self.window.SetMultiSamples(0)
        self.window.AddRenderer(self.renderer)
        self.window.SetSize(width, height)
        self.renderer.UseFXAAOn()

    def resize(self, width: int, height: int) -> None:
        if tuple(self.window.GetSize()) != (width, height):
            self.window.SetSize(width, height)

    def pixels(self) -> Picture:
        """(H, W, 3) of a fresh frame, row 0 on top."""
        from vtkmodules.util.numpy_support import vtk_to_numpy
        from vtkmodules.vtkCommonCore import vtkUnsignedCharArray

        self.window.Render()
        width, height = self.window.GetSize()
        values = vtkUnsignedCharArray()
        self.window.GetPixelData(0, 0, width - 1, height - 1, 0, values, 0)
        array = cast(NDArray[np.uint8], vtk_to_numpy(values)).reshape(height, width, 3)
        return np.ascontiguousarray(array[::-1])

    def close(self) -> None:
        self.window.RemoveRenderer(self.renderer)
        self.window.Finalize()

    def __enter__(self) -> "OffscreenWindow":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
