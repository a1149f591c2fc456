"""Stable words and raw values of the facts, as a reader sees them in the window."""

from datetime import date, datetime

from planner import i18n
from planner.case.model import MNI_SPACE, Case, Side
from planner.i18n import _


def person_name(dicom_name: str) -> str:
    """``FAMILY^Given^Middle`` as "FAMILY, Given Middle"."""
    family, _caret, rest = dicom_name.partition("^")
    given = " ".join(part for part in rest.split("^") if part)
    return f"{family}, {given}" if given else family


def shown_birth_date(iso: str) -> str:
    """ISO date with the month by name; anything else as it stands."""
    try:
        return i18n.day(date.fromisoformat(iso))
    except ValueError:
        return iso


def shown_time(iso: str) -> str:
    """A moment in this computer's time zone."""
    try:
        moment = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    local = moment.astimezone()
    return f"{i18n.day(local.date())} {local:%H:%M}"


def shown_sex(code: str) -> str:
    return {"M": _("male"), "F": _("female"), "O": _("other")}.get(code, code)


def side_words(side: Side) -> str:
    return {"left": _("left"), "right": _("right")}[side]


def space_words(case: Case, space: str) -> str:
    """The name of the image whose space it is, or of the atlas."""
    if space == MNI_SPACE:
        return _("MNI152 atlas (2009a, symmetric)")
    names = {image.space: image.name for image in case.images.values()}
    return names.get(space, _("an image that was removed"))


def stale_words(reason: str) -> str:
    """The reasons of ``case.checks.stale``."""
    return {
        "inputs-changed": _("out of date: what it was made from has changed"),
        "missing-input": _("out of date: what it was made from is gone"),
        "based-on-stale": _("out of date: it rests on something that is out of date"),
        "other-space": _("out of date: it belongs to another planning image"),
    }.get(reason, _("out of date"))


def orientation_words(orientation: str) -> str:
    """``Series.orientation``."""
    return {
        "axial": _("axial"),
        "coronal": _("coronal"),
        "sagittal": _("sagittal"),
        "oblique": _("oblique"),
    }.get(orientation, "")
