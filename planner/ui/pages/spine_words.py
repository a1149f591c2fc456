"""The stable words of a spine's outline, as a reader sees them."""

from planner.case.model import SpineOutline
from planner.case.spine import Posture
from planner.i18n import _


def state_words(state: str) -> str:
    return {"found": _("no name yet"), "claimed": _("claimed"), "confirmed": _("confirmed")}[state]


def posture_words() -> dict[Posture, str]:
    """The postures the cord can be placed for, by their stable word."""
    return {"supine": _("supine"), "prone": _("prone")}


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


def claim_words(outline: SpineOutline) -> str:
    """From what the names are counted, and how likely the evidence makes them; never as if they were certain."""
    if outline.anchor_origin == "labels":
        return _("Named by the labels of another program: a claim until somebody confirms the numbering.")
    if outline.anchor_origin == "evidence":
        text = _("Claimed from {evidence}: {share} % likely. Count yourself before you confirm.")
        share = round(100.0 * outline.likely_firsts.get(outline.anchor, 0.0))
        seen = dict.fromkeys(_evidence_words(one) for one in outline.evidence)
        return text.format(evidence=", ".join(seen), share=share)
    text = _("Counted from {anchor}. The names are a claim until somebody confirms the numbering.")
    return text.format(anchor=outline.anchor)


def _evidence_words(code: str) -> str:
    """``first-rib:1`` and its like; the number is the vertebra's place from above."""
    return {
        "first-rib": _("the first rib"),
        "last-rib": _("the last rib"),
        "ribs": _("ribs"),
        "sacrum": _("the sacrum"),
        "spacing": _("the spacing of the vertebrae"),
    }.get(code.partition(":")[0], code)


def alarm_words(alarm: str) -> str:
    word, _colon, count = alarm.partition(":")
    if word in ("rib-count", "lumbar-count"):
        text = {
            "rib-count": _("{count} pairs of ribs are seen. Check the numbering: T13 or a missing rib is possible."),
            "lumbar-count": _(
                "{count} lumbar vertebrae are seen. Check the numbering: a transitional one is possible."
            ),
        }[word]
        return text.format(count=count)
    return {
        "transitional": _(
            "The number of vertebrae or ribs is unusual: perhaps a transitional vertebra. Count again on the images."
        ),
        "upside-down": _(
            "The vertebrae lie closer below than above: the image may stand on its head. Check its orientation."
        ),
        "labels-order": _("The labels are out of order. Check the levels on the images."),
        "labels-missing": _("The labels leave out a level. Check the levels on the images."),
        "labels-twice": _("A label lies in two places: two vertebrae may be mixed. Check the levels on the images."),
        "labels-unusual-count": _("The labels hold a T13, an L6 or a missing level. Check the numbering."),
        "conus-unusual": _(
            "The conus is seen outside T12 to L3. The names may be wrong by a level or more: count again."
        ),
    }.get(alarm, _("Check the numbering on the images."))
