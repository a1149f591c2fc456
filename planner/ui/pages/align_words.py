"""The figures of an alignment as names, numbers and words."""

from planner.anatomy.quality import (
    ACPC_LENGTH_MM,
    LARGEST_SECOND_START_MM,
    LEAST_CORRELATION,
    LEAST_CORRELATION_ACPC,
    alarms,
)
from planner.case.model import Alignment
from planner.i18n import _, number
from planner.ui.theme import Tone


def figure_rows(alignment: Alignment) -> list[tuple[str, str, Tone]]:
    """(name, number with its limit, tone) for each figure the alignment keeps."""
    alarmed = set(alarms(alignment.quality))
    names = _names()
    rows: list[tuple[str, str, Tone]] = []
    for key, value in alignment.quality.items():
        level = residual_level(key)
        if level:
            text = _("Residual at {level}").format(level=level)
            rows.append((text, _("{mm} mm").format(mm=number(value)), "plain"))
        if key not in names:
            continue
        name, unit, limit, alarm = names[key]
        digits = 2 if not unit else 1
        text = f"{number(value, digits)} {unit}".strip()
        words = _("{value} ({limit})").format(value=text, limit=limit) if limit else text
        is_bad = alarm in alarmed
        verdict = _("{words}: look twice").format(words=words) if is_bad else words
        rows.append((name, verdict, "bad" if is_bad else "plain"))
    return rows


def _names() -> dict[str, tuple[str, str, str, str]]:
    """Figure → shown name, unit, limit in words, code of its alarm."""
    at_least, at_most = _("at least {limit}"), _("at most {limit}")
    low, high = ACPC_LENGTH_MM
    span = _("{low} to {high}").format(low=number(low, 0), high=number(high, 0))
    start_limit = at_most.format(limit=number(LARGEST_SECOND_START_MM))
    whole = at_least.format(limit=number(LEAST_CORRELATION, 2))
    near = at_least.format(limit=number(LEAST_CORRELATION_ACPC, 2))
    return {
        "correlation": (_("Similarity in the brain (correlation)"), "", whole, "correlation"),
        "correlation_acpc": (
            _("Similarity around AC-PC (correlation)"), "", near, "correlation-acpc",
        ),
        "jacobian_min": (_("Smallest change of volume"), "", _("above 0"), "folded"),
        "acpc_length_mm": (_("AC to PC"), "mm", span, "acpc-length"),
        "second_start_mm": (_("Second start differs by"), "mm", start_limit, "second-start"),
        "second_start_p95_mm": (_("Second start, 95 % of the brain"), "mm", "", ""),
        "inverse_p95_mm": (_("Inverse consistency, 95 % of the brain"), "mm", "", ""),
        "information": (_("Normalized mutual information (1 to 2)"), "", "", ""),
        "median_mm": (_("Residual of the vertebrae, median"), "mm", "", ""),
        "worst_level_mm": (_("Residual of the vertebrae, worst"), "mm", "", ""),
        "levels": (_("Vertebrae in both images"), "", "", ""),
        "levels_confirmed": (_("of these confirmed by the images"), "", "", ""),
        "rms_mm": (_("Landmark residual, RMS"), "mm", "", ""),
        "worst_mm": (_("Landmark residual, worst"), "mm", "", ""),
    }  # fmt: skip


def residual_level(key: str) -> str:
    """``T9`` of ``residual_T9_mm``; empty for other figures and for the numbered residuals of landmarks."""
    middle = key.removeprefix("residual_").removesuffix("_mm")
    return middle if key == f"residual_{middle}_mm" and middle[:1] in "CTLS" and middle[1:].isdigit() else ""


def engine_words(engine: str) -> str:
    return {
        "greedy": "greedy",
        "itk": "SimpleITK",
        "landmarks": _("landmarks by hand"),
        "vertebrae": _("each vertebra on its own"),
    }.get(engine, engine)


def decision_words(alignment: Alignment | None) -> tuple[str, Tone]:
    """What stands in the list beside a pair."""
    if alignment is None:
        return _("to do"), "stale"
    if alignment.decision == "approved":
        return _("approved by {name}").format(name=alignment.decided_by), "good"
    if alignment.decision == "rejected":
        return _("rejected by {name}").format(name=alignment.decided_by), "bad"
    return _("waits for your decision"), "warn"
