"""One catalogue for window, report and command line: ``_()``, plurals, numbers, dates and side letters.

English texts are the message ids. Spanish (es-419) lives in ``resources/locale/es/LC_MESSAGES/planner.po``.
Call ``_()`` where the text is made, never at import: the language may change while the program runs.
"""

import gettext
import locale
import os
from datetime import date

from planner import places

DOMAIN = "planner"
LANGUAGES = ("en", "es")
_MONTHS_ES = ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic")
_MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# PRODUCT.md: never a lone "I" for izquierda.
_LETTERS = {
    "en": {"R": "R", "L": "L", "A": "A", "P": "P", "S": "S", "I": "I"},
    "es": {"R": "D", "L": "Iz", "A": "A", "P": "P", "S": "Sup", "I": "Inf"},
}


class _Catalogue:
    """The language in use; replaced as a whole by :func:`use_language`."""

    def __init__(self) -> None:
        self.language = "en"
        self.translations: gettext.NullTranslations = gettext.NullTranslations()


_current = _Catalogue()


def system_language() -> str:
    """``es`` or ``en``, from ``NOCIPLAN_LANG`` or the system's own setting."""
    wanted = os.environ.get("NOCIPLAN_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    if not wanted:
        wanted = locale.getlocale()[0] or ""
    return "es" if wanted.lower().startswith(("es", "spanish")) else "en"


def use_language(language: str) -> None:
    """Switch every text made from now on. Unknown languages fall back to English."""
    _current.language = language if language in LANGUAGES else "en"
    _current.translations = gettext.translation(
        DOMAIN, places.resources() / "locale", languages=[_current.language], fallback=True
    )


def language() -> str:
    return _current.language


def _(text: str) -> str:
    return _current.translations.gettext(text) if text else ""


def ngettext(one: str, many: str, count: int) -> str:
    return _current.translations.ngettext(one, many, count)


def number(value: float, digits: int = 1) -> str:
    """A number for a reader: decimal comma in Spanish. Files always keep the point."""
    text = f"{value:.{digits}f}"
    if float(text) == 0.0:
        text = text.lstrip("-")
    return text.replace(".", ",") if _current.language == "es" else text


def day(value: date) -> str:
    """A date nobody can misread: month by name."""
    months = _MONTHS_ES if _current.language == "es" else _MONTHS_EN
    return f"{value.day:02d} {months[value.month - 1]} {value.year}"


def letter(anatomical: str) -> str:
    """``R L A P S I`` (possibly combined, as in ``RA``) in the user's language: D Iz A P Sup Inf in Spanish."""
    table = _LETTERS[_current.language]
    return "".join(table[one] for one in anatomical)


def position(x_mm: float, y_mm: float, z_mm: float, digits: int = 1) -> str:
    """RAS millimetres with letters instead of signs: ``R 12.0  P 3.5  S 0.2``."""
    parts = []
    for value, ends in zip((x_mm, y_mm, z_mm), ("RL", "AP", "SI"), strict=True):
        parts.append(f"{letter(ends[0] if value >= 0 else ends[1])} {number(abs(value), digits)}")
    return "  ".join(parts)
