"""What a fibre result rests on, in sentences, from its stable words. The window and the report say the same."""

from collections.abc import Mapping

from planner.i18n import _, number


def group_name(name: str) -> str:
    """Of a group of fibres, in the user's language: stable words are translated, what a person typed stays."""
    known = {
        "internal-capsule-left": _("Internal capsule, left"),
        "internal-capsule-right": _("Internal capsule, right"),
    }
    return known.get(name, name)


def trouble_words() -> dict[str, str]:
    """Why fibres were set aside, by the stable word."""
    return {
        "fibre-in-lead": _("run through the lead"),
        "fibre-outside-field": _("lie outside the field's model"),
        "fibre-short": _("are shorter than three nodes"),
        "fibre-long": _("are longer than the models take"),
        "fibre-diameter": _("have a diameter outside the model's range"),
        "fibre-not-asked": _("were not asked, because this model is slow"),
    }


def line_sentence(origin: str, source: str, status: str) -> str:
    """Where a group's lines come from and how far to trust them."""
    if origin == "atlas-capsule":
        return _(
            "Lines drawn on the atlas's white matter through the posterior limb and carried over: an estimate, not "
            "this patient's tractography, not verified."
        )
    if origin == "file":
        text = _("Lines as {name} has them: not checked against this patient's images.")
        return text.format(name=source)
    return _("Lines: {source}. Status: {status}.").format(source=source, status=status)


WOBBLE_MM = 10.0
"""Bends tighter than this, at the spacing of nodes, lower thresholds noticeably: at 20 mm the curve of a 10 µm fibre
still answers as the straight one within some percent."""


def bend_sentence(details: Mapping[str, str]) -> str:
    """A warning where the lines wobble; empty where they do not."""
    radius = float(details.get("tightest_mm", "inf"))
    if radius >= WOBBLE_MM:
        return ""
    text = _("The lines bend as tightly as {radius} mm. A wobbling line fires too early: smooth the tractography.")
    return text.format(radius=number(radius, 1))


def fibre_sentences(words: Mapping[str, str], model_name: str) -> tuple[str, ...]:
    """Model, diameter, temperature, pulse, ends; and what outweighs the numbers' own error."""
    closeness = number(100.0 * float(words["closeness"]), 0)
    text = _("Cable model: {model}, {diameter} µm, {temperature} °C; thresholds are found to {closeness} %.")
    found = [
        text.format(
            model=model_name,
            diameter=number(float(words["diameter_um"]), 1),
            temperature=number(float(words["temperature_c"]), 0),
            closeness=closeness,
        ),
        _pulse(words),
    ]
    if int(words.get("cut_ends_continued", "0")):
        found.append(_("Lines that only stop at an edge are continued, so that no false nerve ending is excited."))
    found.append(
        _(
            "Diameter, the choice of model and the conductivities outweigh the error of the numbers: one step of "
            "diameter or the other rate constant of the model moves thresholds by 10 % and more."
        )
    )
    return tuple(found)


def _pulse(words: Mapping[str, str]) -> str:
    width = number(float(words["width_us"]), 0)
    if words["recharge"] == "equal":
        text = _("Pulse: {width} µs, followed at once by an equal one of the other sign, which raises thresholds.")
    else:
        text = _("Pulse: {width} µs, the stimulating phase alone, which gives the lowest thresholds.")
    return text.format(width=width)
