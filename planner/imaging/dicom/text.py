"""Text of DICOM elements, whatever character set they were written in.

Files from clinics here often hold UTF-8 or Latin-1 without saying so, or saying the other; then the text is guessed,
and the guess is told. Nothing invisible reaches the screen: control and direction characters are shown escaped.
DICOM PS3.3 section C.12.1.1.2, PS3.5 section 6.1.
"""

import re
import unicodedata
import warnings
from datetime import date

LONGEST_SHOWN = 256
"""A person name has at most 5 groups of 64; longer text is cut for show."""

SINGLE_BYTE_DEFAULTS = frozenset({"", "ISO_IR 6", "ISO_IR 100", "ISO 2022 IR 6", "ISO 2022 IR 100"})
UTF8 = "ISO_IR 192"
NAME_DELIMITERS = b"\\^=\r\n\t\f"
"""Each puts the character set back to the first one (PS3.5 section 6.1.2.5.3)."""
INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def decoded(raw: bytes, character_sets: tuple[str, ...]) -> tuple[str, bool]:
    """The text, safe to show, and whether its character set had to be guessed against the declaration."""
    raw = raw.rstrip(b"\0 ")
    text, is_guess = _decode(raw, character_sets)
    return shown(text), is_guess


def shown(text: str) -> str:
    """In NFC, cut to a length a person reads, with every invisible or direction-changing character escaped."""
    text = unicodedata.normalize("NFC", text[: LONGEST_SHOWN + 1])
    cut = text[:LONGEST_SHOWN] + "…" if len(text) > LONGEST_SHOWN else text
    return "".join(f"\\u{ord(c):04X}" if unicodedata.category(c) in INVISIBLE else c for c in cut)


def _decode(raw: bytes, character_sets: tuple[str, ...]) -> tuple[str, bool]:
    if raw.isascii() and b"\x1b" not in raw and not _is_multibyte(character_sets):
        return raw.decode("ascii"), False
    declared = character_sets[0] if character_sets else ""
    if len(character_sets) <= 1 and declared in SINGLE_BYTE_DEFAULTS:
        return _decode_plain(raw, declared)
    if declared == UTF8:
        try:
            return raw.decode("utf-8"), False
        except UnicodeDecodeError:
            return raw.decode("latin-1"), True
    return _decode_by_pydicom(raw, character_sets)


def _is_multibyte(character_sets: tuple[str, ...]) -> bool:
    """In JIS X 0201 and GB18030 even ASCII bytes may mean something else."""
    return any(name in {"ISO_IR 13", "ISO 2022 IR 13"} for name in character_sets)


def _decode_plain(raw: bytes, declared: str) -> tuple[str, bool]:
    """Latin-1 bytes that happen to be valid UTF-8 are next to impossible in a name; the other way round is common."""
    try:
        return raw.decode("utf-8"), True
    except UnicodeDecodeError:
        return raw.decode("latin-1"), declared not in {"ISO_IR 100", "ISO 2022 IR 100"}


def _decode_by_pydicom(raw: bytes, character_sets: tuple[str, ...]) -> tuple[str, bool]:
    from pydicom.charset import convert_encodings, decode_bytes

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # unknown sets and undecodable bytes show as a guess below
        try:
            encodings = convert_encodings(list(character_sets))
            text = str(decode_bytes(raw, encodings, set(NAME_DELIMITERS)))
        except (LookupError, UnicodeError, ValueError):
            return raw.decode("latin-1"), True
    return text, "\ufffd" in text


def iso_date(text: str) -> str | None:
    """``20130717`` as ``2013-07-17``; empty for empty, None for what is no possible date."""
    digits = text.replace(".", "").strip()
    if not digits:
        return ""
    found = re.fullmatch(r"(\d{4})(\d{2})(\d{2})", digits)
    if not found or int(found[1]) < 1850:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
    except ValueError:
        return None
