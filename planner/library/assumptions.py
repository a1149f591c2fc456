"""What a field and an activated volume rest on, as sentences: from the stable words that the facts keep."""

from collections.abc import Mapping

from planner.i18n import _, number
from planner.library import thresholds
from planner.library.tissues import tissue_name, tissue_set_name


def field_sentences(conductor: Mapping[str, str]) -> tuple[str, ...]:
    """Of a field solution: tissue, encapsulation, inactive contacts, ground; in the user's language."""
    texts = [_tissue_sentence(conductor), _capsule_sentence(conductor)]
    if conductor["inactive"] == "floating":
        texts.append(_("Contacts that are off are metal and float."))
    else:
        texts.append(_("Contacts that are off are taken as insulating."))
    ground = _("The generator's case is a ground {distance} mm around the lead.")
    texts.append(ground.format(distance=_shown(conductor["ground_mm"], 0)))
    texts.append(_("Quasi-static, no electrode interface, the same conductivity in all directions."))
    return tuple(texts)


def field_words() -> tuple[str, ...]:
    """Of any field and the volumes at its thresholds; in the user's language."""
    return (
        _("Quasi-static, no electrode interface."),
        _("Tissue above a threshold of |E| is an estimate of what is activated, not a measurement of effect."),
    )


def simulation_sentences(assumptions: Mapping[str, str]) -> tuple[str, ...]:
    """Of a simulation: the threshold, its meaning and status, and what limits it; in the user's language."""
    width = assumptions["threshold_width_us"]
    value, fibre = float(assumptions["threshold_v_per_mm"]), float(assumptions["fibre_um"])
    texts = [
        thresholds.meaning(value, fibre, float(width) if width else None),
        _("Threshold source: {source} ({status}).").format(
            source=assumptions["threshold_source"],
            status=thresholds.status_words(assumptions["threshold_status"]),
        ),
        _("An activated volume is an estimate, not a measurement of effect."),
    ]
    if assumptions["polarity"] == "multipolar":
        texts.append(thresholds.multipolar_warning())
    if assumptions["leads_nearby"]:
        text = _("Another lead is within {distance} mm ({names}). Each lead was solved alone.")
        texts.append(text.format(distance=_shown(assumptions["nearby_mm"], 0), names=assumptions["leads_nearby"]))
    return tuple(texts)


def band_sentences() -> tuple[str, ...]:
    """Of a low and high run over the published conductivities; in the user's language."""
    return (
        _("Low and high run: all conductivities at the low end of their published spans, then all at the high end."),
        _("The impedance lies between the two for any values within the spans. The activated volume can lie outside."),
    )


def _tissue_sentence(conductor: Mapping[str, str]) -> str:
    outside = _shown(conductor["outside_s_per_m"], 3)
    if not conductor["s_per_m"]:
        return _("Tissue: the same everywhere, {value} S/m.").format(value=outside)
    pairs = (pair.split("=") for pair in conductor["s_per_m"].split(";"))
    values = ", ".join(f"{tissue_name(word)} {_shown(value, 3)}" for word, value in pairs)
    text = _("Tissue set “{name}”: {values} S/m; {outside} S/m where the tissue map ends.")
    return text.format(name=tissue_set_name(conductor["tissue_set"]), values=values, outside=outside)


def _capsule_sentence(conductor: Mapping[str, str]) -> str:
    if float(conductor["capsule_mm"]) == 0.0:
        return _("No encapsulation around the lead.")
    text = _("Encapsulation around the lead: {thickness} mm, {value} S/m.")
    thickness, value = _shown(conductor["capsule_mm"], 2), _shown(conductor["capsule_s_per_m"], 3)
    return text.format(thickness=thickness, value=value)


def _shown(value: str, digits: int) -> str:
    """A stored number for a reader, without trailing zeros."""
    text = number(float(value), digits)
    return text.rstrip("0").rstrip(".,") if digits and ("." in text or "," in text) else text
