"""The stable words of a spine's outline, as a reader sees them."""

from planner.i18n import _


def state_words(state: str) -> str:
    return {"found": _("no name yet"), "claimed": _("claimed"), "confirmed": _("confirmed")}[state]


def segment_words(segments: tuple[str, ...]) -> str:
    """First and last: ``L2–L5``."""
    return "–".join(dict.fromkeys((segments[0], segments[-1]))) if segments else ""


def reason_words(reason: str) -> str:
    """Why a stretch of the canal is unsure: the codes of the methods on CT and MRI."""
    return {
        "image-edge": _("at the edge of the image"),
        "open-behind": _("open behind: laminectomy, or bone that is not seen"),
        "metal": _("metal"),
        "below-sacrum": _("below the sacrum's second segment"),
        "weak-wall": _("the wall of the sac is hardly seen"),
        "outside-image": _("outside the image"),
        "odd-size": _("the sac is unusually narrow or wide"),
        "no-cord": _("no cord is seen"),
    }.get(reason, _("not sure"))


def alarm_words(alarm: str) -> str:
    return {
        "transitional": _(
            "The number of vertebrae or ribs is unusual: perhaps a transitional vertebra. Count again on the images."
        ),
        "conus-unusual": _(
            "The conus is seen outside T12 to L3. The names may be wrong by a level or more: count again."
        ),
    }.get(alarm, _("Check the numbering on the images."))
