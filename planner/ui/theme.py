"""The two palettes, which one is in use, and the colours that carry a status (always beside a word)."""

from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from planner import places

Tone = Literal["plain", "good", "warn", "bad", "stale"]
THEMES = ("system", "dark", "light")
TARGET_PX = 24
"""Smallest clickable height (PRODUCT.md)."""

_Role = QPalette.ColorRole
_DARK: dict[QPalette.ColorRole, str] = {
    _Role.Window: "#22262a",
    _Role.WindowText: "#e4e8eb",
    _Role.Base: "#181b1e",
    _Role.AlternateBase: "#1f2327",
    _Role.Text: "#e4e8eb",
    _Role.Button: "#30363c",
    _Role.ButtonText: "#e9edf0",
    _Role.BrightText: "#ffffff",
    _Role.Light: "#4a525a",
    _Role.Midlight: "#3c434a",
    _Role.Mid: "#2a2f34",
    _Role.Dark: "#14171a",
    _Role.Shadow: "#0a0c0d",
    _Role.Highlight: "#2b6cb0",
    _Role.HighlightedText: "#ffffff",
    _Role.Accent: "#4a9be8",
    _Role.Link: "#7ab8f5",
    _Role.LinkVisited: "#b79df0",
    _Role.ToolTipBase: "#30363c",
    _Role.ToolTipText: "#e9edf0",
    _Role.PlaceholderText: "#8c959d",
}
_LIGHT: dict[QPalette.ColorRole, str] = {
    _Role.Window: "#f0f2f4",
    _Role.WindowText: "#1b2025",
    _Role.Base: "#ffffff",
    _Role.AlternateBase: "#f5f7f9",
    _Role.Text: "#1b2025",
    _Role.Button: "#e3e7eb",
    _Role.ButtonText: "#1b2025",
    _Role.BrightText: "#ffffff",
    _Role.Light: "#ffffff",
    _Role.Midlight: "#eef1f3",
    _Role.Mid: "#c3cad1",
    _Role.Dark: "#9aa4ad",
    _Role.Shadow: "#6f7a84",
    _Role.Highlight: "#1f66ad",
    _Role.HighlightedText: "#ffffff",
    _Role.Accent: "#1f66ad",
    _Role.Link: "#14578f",
    _Role.LinkVisited: "#6a3fa0",
    _Role.ToolTipBase: "#ffffff",
    _Role.ToolTipText: "#1b2025",
    _Role.PlaceholderText: "#6b7680",
}
_DISABLED_ROLES = (_Role.WindowText, _Role.Text, _Role.ButtonText, _Role.HighlightedText, _Role.ToolTipText)
_DISABLED_TEXT = {"dark": "#7d868e", "light": "#858f98"}
_DISABLED_FILL = {"dark": "#3a4148", "light": "#c9d0d6"}
_TONES: dict[Tone, tuple[str, str]] = {  # on dark, on light: at least 4.5:1 against Window and Base
    "plain": ("#e4e8eb", "#1b2025"),
    "good": ("#7fd18b", "#1c6b2c"),
    "warn": ("#f0c45c", "#7d5200"),
    "bad": ("#ff8f85", "#b3201b"),
    "stale": ("#a9b1b8", "#5c666f"),
}


def palette(kind: Literal["dark", "light"]) -> QPalette:
    """Our palette, every group and role that Fusion paints with."""
    made = QPalette()
    for role, colour in (_DARK if kind == "dark" else _LIGHT).items():
        made.setColor(QPalette.ColorGroup.All, role, QColor(colour))
    for role in _DISABLED_ROLES:
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(_DISABLED_TEXT[kind]))
    for role in (_Role.Highlight, _Role.Accent):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(_DISABLED_FILL[kind]))
    return made


def kind_of(choice: str) -> Literal["dark", "light"]:
    """What ``choice`` (system, dark, light) means now. A system that does not say gets dark."""
    if choice in ("dark", "light"):
        return "dark" if choice == "dark" else "light"
    return "light" if QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Light else "dark"


def apply_theme(app: QApplication, choice: str) -> None:
    """Fusion with our palette."""
    if app.style().objectName().lower() != "fusion":
        app.setStyle("Fusion")
    app.setPalette(palette(kind_of(choice)))


def load_fonts() -> None:
    """The shipped font, so that a bare system has one with Ñ, µ, Ω and −."""
    if not QFontDatabase.families():
        QFontDatabase.addApplicationFont(str(places.resources() / "fonts" / "DejaVuSans.ttf"))


def is_dark(of: QPalette) -> bool:
    return of.color(_Role.Window).lightness() < 128


def tone_colour(tone: Tone, of: QPalette) -> QColor:
    """The text colour of a status on this palette. Never the only sign: a word stands beside it."""
    dark, light = _TONES[tone]
    return QColor(dark if is_dark(of) else light)


def toned(tone: Tone, of: QPalette) -> QPalette:
    """``of`` with its texts in the colour of ``tone``."""
    made = QPalette(of)
    for role in (_Role.WindowText, _Role.Text, _Role.ButtonText):
        made.setColor(role, tone_colour(tone, of))
    return made
