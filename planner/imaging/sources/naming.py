"""Names of files that hold on every system, as pure rules.

Reserved names and characters: Microsoft, "Naming Files, Paths, and Namespaces".
"""

import re
import unicodedata
from pathlib import PurePosixPath, PureWindowsPath

RESERVED = frozenset({"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"}) | {
    f"{port}{n}" for port in ("COM", "LPT") for n in "0123456789¹²³"
}
FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
LONGEST_NAME_BYTES = 200
"""255 bytes is the limit of most file systems; the rest is left for a temporary ending."""
LONGEST_PATH = 259
"""MAX_PATH of Windows without its closing zero."""


def portable_name(text: str) -> str:
    """``text`` as a file name that every system takes; Ñ, accents and blanks stay. Never empty."""
    readable = text.encode("utf-8", "replace").decode()  # a name that is not UTF-8 holds lone surrogates
    name = FORBIDDEN.sub("_", unicodedata.normalize("NFC", readable))
    name = name.encode()[:LONGEST_NAME_BYTES].decode("utf-8", "ignore").strip().rstrip(". ")
    if not name or set(name) == {"."}:
        return "_"
    return f"_{name}" if name.split(".")[0].rstrip().upper() in RESERVED else name


def is_portable(name: str) -> bool:
    """Whether every system takes this file name as it is."""
    return name == portable_name(name)


def is_too_long_for_windows(path: str) -> bool:
    """Whether a Windows without long paths switched on refuses this whole path."""
    return len(path) > LONGEST_PATH


def parts_beneath(text: str) -> tuple[str, ...] | None:
    """The parts of a relative path from a foreign file (zip entry, DICOMDIR), or None if it could lead elsewhere.

    Both kinds of slash separate. Refused: absolute paths, drives, shares, ``..``, streams (``a:b``), control
    characters.
    """
    windows = PureWindowsPath(text)
    if not text or windows.drive or windows.root or PurePosixPath(text).is_absolute():
        return None
    parts = tuple(part for part in re.split(r"[/\\]", text) if part not in ("", "."))
    if not parts or any(part.strip(" .") == "" or ":" in part or re.search(r"[\x00-\x1f]", part) for part in parts):
        return None
    return parts


def same_name_key(text: str) -> str:
    """Equal for two names that some file system takes for one: letter case and the way accents are written."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).casefold())
