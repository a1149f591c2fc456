"""Marks of :mod:`planner.scene.overlay` with QPainter."""

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from planner.geometry.arrays import FloatArray
from planner.scene.display import Rgb
from planner.scene.overlay import Fill, Mark, Stroke, Words

_ANCHORS = {"left": 0.0, "centre": 0.5, "right": 1.0}
_SHADOW = QColor(0, 0, 0, 210)
_PLATE = QColor(8, 10, 12, 190)


def paint_marks(painter: QPainter, marks: Iterable[Mark]) -> None:
    """Draw the marks in order, in the painter's logical pixels."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    for mark in marks:
        if isinstance(mark, Stroke):
            _paint_stroke(painter, mark)
        elif isinstance(mark, Fill):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QBrush(_colour(mark.rgb, mark.alpha)))
            painter.drawPolygon(_polygon(mark.xy))
        else:
            _paint_words(painter, mark)


def _colour(rgb: Rgb, alpha: float = 1.0) -> QColor:
    return QColor(*rgb, round(255 * min(max(alpha, 0.0), 1.0)))


def _polygon(xy: FloatArray) -> QPolygonF:
    return QPolygonF([QPointF(x, y) for x, y in xy.tolist()])


def _paint_stroke(painter: QPainter, mark: Stroke) -> None:
    pen = QPen(_colour(mark.rgb, mark.alpha), mark.width_px)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    if mark.is_dashed:
        pen.setDashPattern([4.0, 4.0])
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    polygon = _polygon(mark.xy)
    if mark.is_closed:
        painter.drawPolygon(polygon)
    else:
        painter.drawPolyline(polygon)


def _paint_words(painter: QPainter, mark: Words) -> None:
    font = QFont(painter.font())
    font.setPixelSize(round(mark.size_px))
    font.setBold(mark.is_bold)
    painter.setFont(font)
    metrics = QFontMetricsF(font)
    text = metrics.elidedText(mark.text, Qt.TextElideMode.ElideRight, mark.room_px)
    width = metrics.horizontalAdvance(text)
    left = mark.x - _ANCHORS[mark.anchor] * width
    base = mark.y + (metrics.ascent() - metrics.descent()) / 2.0
    if mark.on_plate:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_PLATE)
        height = metrics.height() - 2
        painter.drawRoundedRect(QRectF(left - 3, mark.y - height / 2, width + 6, height), 3, 3)
    else:
        painter.setPen(_SHADOW)
        for across, down in ((1, 1), (-1, 0), (0, -1)):
            painter.drawText(QPointF(left + across, base + down), text)
    painter.setPen(_colour(mark.rgb))
    painter.drawText(QPointF(left, base), text)
