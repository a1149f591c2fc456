"""VTK inside Qt: one renderer in one widget, with the graphics card through Qt's own OpenGL context where that works,
and from an off-screen window otherwise. The only place in the window where VTK renders.

No VTK interactor: the mouse is ours (:mod:`planner.ui.views.scene_view`), so nothing renders behind Qt's back.
"""

import ctypes
import os
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import (
    QGuiApplication,
    QImage,
    QOffscreenSurface,
    QOpenGLContext,
    QPainter,
    QPaintEvent,
    QSurfaceFormat,
)
from PySide6.QtOpenGLWidgets import QOpenGLWidget
from PySide6.QtWidgets import QWidget

from planner.scene.offscreen import OffscreenWindow
from planner.scene.vtk_bridge import new_renderer

GL_LEQUAL = 0x0203


class GlVtkWidget(QOpenGLWidget):
    """VTK in Qt's OpenGL context. Qt may make that context anew (a dock that floats): then VTK begins anew too."""

    frame_drawn = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        from vtkmodules.vtkRenderingOpenGL2 import vtkGenericOpenGLRenderWindow

        super().__init__(parent)
        self.renderer: Any = new_renderer()
        self.renderer.UseFXAAOn()
        self.window_vtk: Any = vtkGenericOpenGLRenderWindow()
        self.window_vtk.SetMultiSamples(0)
        self.window_vtk.SetOwnContext(False)
        self.window_vtk.SetFrameBlitModeToBlitToCurrent()
        self.window_vtk.AddRenderer(self.renderer)
        self._loader: Any = None
        self.frame_ms = 0.0
        self._is_ready = False
        self._is_shut = False

    def initializeGL(self) -> None:
        context = self.context()
        if self._is_shut or context is None:
            return
        context.aboutToBeDestroyed.connect(self._release)
        self._loader = _symbol_loader(context)
        window = self.window_vtk
        window.SetOpenGLSymbolLoader2(ctypes.cast(self._loader, ctypes.c_void_p).value, 0)
        window.SetSupportsOpenGL(1)
        window.SetIsDirect(1)
        window.SetIsCurrent(True)
        window.SetReadyForRendering(True)
        window.OpenGLInitContext()
        window.SetMapped(1)
        self._is_ready = True

    def resizeGL(self, _width: int, _height: int) -> None:
        self._fit_window()

    def _fit_window(self) -> None:
        ratio = self.devicePixelRatioF()
        size = (max(round(self.width() * ratio), 1), max(round(self.height() * ratio), 1))
        if tuple(self.window_vtk.GetSize()) != size:
            self.window_vtk.SetSize(*size)

    def paintGL(self) -> None:
        if not self._is_ready or self._is_shut:
            return
        self._fit_window()
        state = self.window_vtk.GetState()
        state.Reset()  # Qt has used the context since the last frame
        state.vtkglDepthFunc(GL_LEQUAL)
        self.window_vtk.SetIsCurrent(True)
        started = time.perf_counter()
        self.window_vtk.Render()
        self.frame_ms = 1000.0 * (time.perf_counter() - started)
        self.frame_drawn.emit()

    def ask_for_frame(self) -> None:
        self.update()

    def picture(self) -> QImage:
        return self.grabFramebuffer()

    def _release(self) -> None:
        """The context is about to go; it is made current so that VTK can delete what it holds there."""
        if self._is_ready:
            self._is_ready = False
            self.makeCurrent()
            self.window_vtk.SetIsCurrent(True)
            self.window_vtk.Finalize()
            self.window_vtk.SetReadyForRendering(False)
            self.doneCurrent()

    def shut(self) -> None:
        if not self._is_shut:
            self._release()
            self._is_shut = True
            self.window_vtk.RemoveRenderer(self.renderer)


class OffscreenVtkWidget(QWidget):
    """VTK in an off-screen window, read into an image: for Qt's off-screen platform, remote desktops, broken GL."""

    frame_drawn = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._window: OffscreenWindow | None = OffscreenWindow(64, 64)
        self.renderer: Any = self._window.renderer
        self._image = QImage()
        self._pixels = np.zeros((1, 1, 3), dtype=np.uint8)
        self._is_due = True
        self.frame_ms = 0.0

    def paintEvent(self, _event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        size = QSize(max(round(self.width() * ratio), 1), max(round(self.height() * ratio), 1))
        is_fresh = self._is_due or self._image.size() != size
        if is_fresh and self._window is not None:
            self._window.resize(size.width(), size.height())
            started = time.perf_counter()
            self._pixels = self._window.pixels()  # the QImage does not keep it alive
            self.frame_ms = 1000.0 * (time.perf_counter() - started)
            rows, columns = self._pixels.shape[:2]
            self._image = QImage(self._pixels.data, columns, rows, 3 * columns, QImage.Format.Format_RGB888)
            self._is_due = False
        QPainter(self).drawImage(QRectF(self.rect()), self._image)
        if is_fresh:
            self.frame_drawn.emit()

    def ask_for_frame(self) -> None:
        self._is_due = True
        self.update()

    def picture(self) -> QImage:
        return self._image.copy()

    def shut(self) -> None:
        if self._window is not None:
            self._window.close()
            self._window = None


VtkWidget = GlVtkWidget | OffscreenVtkWidget


def make_vtk_widget(parent: QWidget | None = None) -> VtkWidget:
    """The widget that works here. ``NOCIPLAN_3D=offscreen`` forces the off-screen one."""
    return GlVtkWidget(parent) if gl_is_usable() else OffscreenVtkWidget(parent)


def gl_is_usable() -> bool:
    """Whether a QOpenGLWidget can hold VTK: a screen, a context of 3.2 or later, and nobody said otherwise."""
    if os.environ.get("NOCIPLAN_3D") == "offscreen":
        return False
    if QGuiApplication.platformName() in ("offscreen", "minimal", "vnc"):
        return False
    return _with_current_context(lambda context: context.format().version() >= (3, 2))


def _with_current_context(question: Callable[[QOpenGLContext], bool]) -> bool:
    """Ask something of a context of our default format; False where none can be made."""
    context = QOpenGLContext()
    surface = QOffscreenSurface()
    surface.setFormat(QSurfaceFormat.defaultFormat())
    context.setFormat(QSurfaceFormat.defaultFormat())
    surface.create()
    if not context.create() or not context.makeCurrent(surface):
        return False
    answer = question(context)
    context.doneCurrent()
    surface.destroy()
    return answer


def _symbol_loader(context: QOpenGLContext) -> Any:
    """A C function that finds GL functions where Qt finds them. The caller keeps it alive."""

    def find(_data: int, name: bytes) -> int:
        return int(context.getProcAddress(name) or 0)

    return ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p)(find)
