"""What VTK needs of Qt's OpenGL: asked for once, before the application is made."""

from PySide6.QtGui import QSurfaceFormat


def set_default_format() -> None:
    """What every OpenGL widget is made with. Call once, before the QApplication."""
    wanted = QSurfaceFormat()
    wanted.setRenderableType(QSurfaceFormat.RenderableType.OpenGL)
    wanted.setVersion(3, 2)
    wanted.setProfile(QSurfaceFormat.OpenGLContextProfile.CoreProfile)
    wanted.setDepthBufferSize(24)
    wanted.setStencilBufferSize(8)
    wanted.setAlphaBufferSize(0)
    wanted.setSamples(0)
    QSurfaceFormat.setDefaultFormat(wanted)
