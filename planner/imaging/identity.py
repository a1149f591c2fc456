"""Are two sets of images of one person? Two patients never become one case in silence.

reference/hostile_inputs.csv H001 to H012 and H102. Texts are compared without case, accents in one form, and without
empty name groups; what then still differs is asked or refused, never smoothed over.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from planner.imaging.series import Finding, Patient

PLACEHOLDER_IDS = frozenset({"", "0", "00", "000", "1", "123", "1234", "12345", "s/n", "sn", "s/d", "n/a", "na", "w/i"})
PLACEHOLDER_IDS |= {"unknown", "none", "null", "test", "anonymous", "anonymized", "anonymised", "anon", "anonimo", "-"}
PLACEHOLDER_IDS |= {"desconocido", "no", "no aplica", "sin", "sin id", "sin dni", "patient", "paciente", "xxx", "x"}
PLACEHOLDER_NAMES = frozenset(
    {"", "anonymous", "anonymized", "anonymised", "anon", "anonimo", "unknown", "desconocido"}
)
PLACEHOLDER_NAMES |= {
    "removed",
    "redacted",
    "deidentified",
    "de identified",
    "nn",
    "n n",
    "no name",
    "sin nombre",
    "patient",
    "paciente",
    "test",
    "xxx",
    "x",
}
"""What scanners and anonymisers write when there is no number or name; such a value identifies nobody."""

FAR_APART_DAYS = 90
"""Studies further apart than this are told: an operation, growth or atrophy may lie between them."""

Verdict = Literal["same", "ask", "refuse"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the texts allow: take them as one person, ask a person, or refuse unless a person vouches with a reason."""

    verdict: Verdict
    finding: Finding | None = None


def compare(one: Patient, other: Patient) -> Comparison:
    """The images of ``other`` beside a case of ``one``."""
    values = {"one": summary(one), "other": summary(other)}
    has_id = not is_placeholder_id(one.patient_id) and not is_placeholder_id(other.patient_id)
    same_id, same_name = is_same_text(one.patient_id, other.patient_id), is_same_name(one.name, other.name)
    if _contradicts(one.birth_date, other.birth_date) or _contradicts(one.sex, other.sex):
        code = "identity-differs" if same_id or same_name else "other-patient"
        return Comparison("ask" if code == "identity-differs" else "refuse", Finding(code, values))
    if is_placeholder_name(one.name) != is_placeholder_name(other.name):
        return Comparison("ask", Finding("identity-anonymous", values))
    if one == other == Patient():
        return Comparison("ask", Finding("identity-absent", values))
    if not has_id:
        return Comparison("ask", Finding("identity-placeholder", values))
    if same_id and same_name:
        return Comparison("same")
    if same_id or same_name or _is_alike_id(one, other) or _is_alike_name(one, other):
        return Comparison("ask", Finding("identity-spelling", values))
    return Comparison("refuse", Finding("other-patient", values))


def patients_among(patients: Sequence[Patient]) -> tuple[Patient, ...]:
    """One of each: patients that are not plainly the same person stay apart."""
    found: list[Patient] = []
    for patient in patients:
        if not any(is_same_person(patient, other) for other in found):
            found.append(patient)
    return tuple(found)


def is_same_person(one: Patient, other: Patient) -> bool:
    """Every field equal after folding, placeholders and all: what one scanner writes for one visit."""
    return (
        is_same_name(one.name, other.name)
        and is_same_text(one.patient_id, other.patient_id)
        and not _contradicts(one.birth_date, other.birth_date)
        and not _contradicts(one.sex, other.sex)
    )


def is_same_text(one: str, other: str) -> bool:
    return normalised(one) == normalised(other)


def is_same_name(one: str, other: str) -> bool:
    """Equal, or equal but for empty groups and the ideographic forms that one of them lacks."""
    return normalised_name(one) == normalised_name(other)


def normalised(text: str) -> str:
    """One form of code points (NFC), one blank, no case."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip().casefold()


def normalised_name(name: str) -> str:
    """The first form there is (alphabetic, ideographic, phonetic), without empty groups at its end:
    ``Nuñez^José^^`` is ``nuñez^josé``."""
    forms = ("^".join(part.strip() for part in form.split("^")).strip("^") for form in normalised(name).split("="))
    return next((form for form in forms if form), "")


def is_placeholder_id(patient_id: str) -> bool:
    text = normalised(patient_id)
    return text in PLACEHOLDER_IDS or re.fullmatch(r"(anon\w*|0+|9+|x+|-+|\.+)", text) is not None


def is_placeholder_name(name: str) -> bool:
    text = re.sub(r"[\^=_\s.]+", " ", normalised(name)).strip()
    return text in PLACEHOLDER_NAMES or text.startswith("anon")


def summary(patient: Patient) -> str:
    """For reading back: name, number, birth date and sex as the images say them."""
    name = patient.name.replace("^", " ").strip() or "?"
    parts = (name, patient.patient_id or "?", patient.birth_date or "?", patient.sex or "?")
    return " · ".join(re.sub(r"\s+", " ", part) for part in parts)


def apart(one_iso: str, other_iso: str) -> int | None:
    """Days between two ISO dates; None when either is unknown."""
    try:
        return abs((date.fromisoformat(one_iso) - date.fromisoformat(other_iso)).days)
    except ValueError:
        return None


def age_years(birth_iso: str, study_iso: str) -> int | None:
    """Whole years at the study; None when a date is unknown or impossible."""
    try:
        birth, study = date.fromisoformat(birth_iso), date.fromisoformat(study_iso)
    except ValueError:
        return None
    years = study.year - birth.year - ((study.month, study.day) < (birth.month, birth.day))
    return years if 0 <= years <= 130 else None


def _contradicts(one: str, other: str) -> bool:
    """Both are known and they differ."""
    return bool(one and other and one != other)


def _is_alike_id(one: Patient, other: Patient) -> bool:
    """``00123`` and ``123``, ``12-345`` and ``12345``."""
    return _bare(one.patient_id).lstrip("0") == _bare(other.patient_id).lstrip("0")


def _is_alike_name(one: Patient, other: Patient) -> bool:
    """NUNEZ and NUÑEZ; the order of the names; a second name left out."""
    first, second = _name_words(one.name), _name_words(other.name)
    return bool(first and second) and (first <= second or second <= first)


def _bare(text: str) -> str:
    folded = unicodedata.normalize("NFD", normalised(text))
    return "".join(c for c in folded if c.isalnum())


def _name_words(name: str) -> set[str]:
    return {_bare(part) for part in re.split(r"[\^=_,\s]+", name) if _bare(part)}
