"""Positions typed on the terminal, and shown there: RAS mm as numbers for programs, with letters for people."""

import argparse

from planner.case.model import Vector
from planner.i18n import _


def point(text: str) -> Vector:
    """``"12.5,-3,40"`` (RAS mm) as a position; also with letters: ``"R12.5,P3,S40"``."""
    parts = [one.strip() for one in text.replace(";", ",").split(",")]
    if len(parts) != 3:
        raise argparse.ArgumentTypeError(_("a position is three numbers, such as R12.5,P3,S40 or 12.5,-3,40"))
    values = [_coordinate(part, letters) for part, letters in zip(parts, ("RL", "AP", "SI"), strict=True)]
    return (values[0], values[1], values[2])


def _coordinate(text: str, letters: str) -> float:
    sign = 1.0
    if text[:1].upper() in letters and text:
        sign = 1.0 if text[0].upper() == letters[0] else -1.0
        text = text[1:]
    try:
        return sign * float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(_("{text} is not a number of millimetres").format(text=repr(text))) from None
