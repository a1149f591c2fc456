"""Stable ids of the parts of a spine, and their names in the user's language."""

from typing import Literal

from planner.i18n import _

CANAL_ID, SAC_ID, CORD_ID = "spinal-canal", "dural-sac", "spinal-cord"
_GANGLION = "drg-"


def ganglion_id(level: str, side: Literal["left", "right"]) -> str:
    """Of the dorsal root ganglion of this segment, such as ``drg-L5-left``."""
    return f"{_GANGLION}{level}-{side}"


def spine_part_name(identifier: str) -> str | None:
    """None for what is no part of a spine."""
    plain = {CANAL_ID: _("Spinal canal"), SAC_ID: _("Dural sac"), CORD_ID: _("Spinal cord")}
    if identifier in plain:
        return plain[identifier]
    if not identifier.startswith(_GANGLION):
        return None
    level, _dash, side = identifier.removeprefix(_GANGLION).rpartition("-")
    words = {"left": _("Ganglion {level}, left"), "right": _("Ganglion {level}, right")}
    return words[side].format(level=level) if side in words else None
