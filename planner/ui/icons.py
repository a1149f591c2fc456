"""The icons: SVG files drawn in ``currentColor``, painted in the colour of the palette in use."""

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPalette, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer

from planner import places


@lru_cache(maxsize=64)
def _source(name: str) -> str:
    return (places.resources() / "icons" / f"{name}.svg").read_text(encoding="utf-8")


def pixmap(name: str, colour: QColor, size_px: int = 18, ratio: float = 1.0) -> QPixmap:
    """Icon ``name`` in one colour; ``ratio`` is the screen's device pixel ratio."""
    key = f"{name} {colour.name()} {size_px} {ratio}"
    kept = QPixmap()
    if QPixmapCache.find(key, kept):
        return kept
    renderer = QSvgRenderer(QByteArray(_source(name).replace("currentColor", colour.name()).encode()))
    picture = QPixmap(QSize(size_px, size_px) * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    renderer.render(painter, QRectF(0, 0, size_px, size_px))
    painter.end()
    QPixmapCache.insert(key, picture)
    return picture


def icon(name: str, of: QPalette) -> QIcon:
    """Icon ``name`` for buttons and menus on palette ``of``, greyed when disabled."""
    made = QIcon()
    group = QPalette.ColorGroup
    for mode, colour_group in ((QIcon.Mode.Normal, group.Active), (QIcon.Mode.Disabled, group.Disabled)):
        colour = of.color(colour_group, QPalette.ColorRole.ButtonText)
        for ratio in (1.0, 2.0):
            made.addPixmap(pixmap(name, colour, ratio=ratio), mode)
    return made
