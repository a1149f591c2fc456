"""The names of the values that are shown beside a series. What has no name here is kept, but not shown."""

from collections.abc import Mapping

from planner.i18n import _, language

MEASURED = ("-mm", "-ms", "-t", "-deg")
SIGNIFICANT = 5


def tag_rows(tags: Mapping[str, str]) -> list[tuple[str, str]]:
    """(name, value) in the order in which a person looks for them."""
    return [(name, _shown(key, tags[key])) for key, name in _names().items() if tags.get(key)]


def _shown(key: str, value: str) -> str:
    """A measured value without digits nobody reads; everything else as it is written in the file."""
    if not key.endswith(MEASURED):
        return value
    try:
        short = f"{float(value):.{SIGNIFICANT}g}"
    except ValueError:
        return value
    return short.replace(".", ",") if language() == "es" else short


def _names() -> dict[str, str]:
    return {
        "series": _("Series"),
        "protocol": _("Protocol"),
        "study": _("Study"),
        "body-part": _("Body part"),
        "matrix": _("Columns × rows × slices"),
        "thickness-mm": _("Slice thickness (mm)"),
        "echo-ms": _("Echo time (ms)"),
        "repetition-ms": _("Repetition time (ms)"),
        "field-t": _("Field strength (T)"),
        "gantry-tilt-deg": _("Gantry tilt (°)"),
        "image-type": _("Image type"),
        "age": _("Age at the study"),
        "patient-position": _("Patient position"),
        "manufacturer": _("Manufacturer"),
        "model": _("Model"),
        "format": _("Format"),
        "stored_type": _("Stored numbers"),
        "volumes": _("Volumes in the file"),
        "lowest": _("Lowest value"),
        "highest": _("Highest value"),
    }
