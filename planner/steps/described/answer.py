"""What comes back for a described case, as plain values."""

import math
from typing import Any

import numpy as np

from planner.errors import PlannerError
from planner.field.superposition import Field
from planner.geometry import Points
from planner.geometry.arrays import FloatArray
from planner.library.assumptions import field_words
from planner.library.tissues import capsule_defaults
from planner.steps.described.case import DescribedCase
from planner.steps.described.leads import SPACE
from planner.steps.described.programmes import DescribedProgramme
from planner.steps.described.solving import Solution


def answer_of(case: DescribedCase, solution: Solution, how: dict[str, Any]) -> dict[str, Any]:
    """Impedances, programmes and what they rest on. Values that are not known are null."""
    return {
        "contacts": list(solution.labels),
        "resistance_ohm": plain(solution.resistance_ohm),
        "programmes": [_programme(case, one, solution) for one in case.programmes],
        "rests_on": {**how, **_rests_on(case)},
        "notes": [*case.notes, *field_words()],
    }


def _programme(case: DescribedCase, programme: DescribedProgramme, solution: Solution) -> dict[str, Any]:
    field = solution.driven(programme.drive)
    strongest, place = field.strongest(case.clearance_mm)
    volts = dict(zip(solution.labels, plain(field.contact_volts), strict=True))
    currents = dict(zip(solution.labels, plain(field.currents_ma), strict=True))
    return {
        "name": programme.name,
        "impedance_ohm": plain(field.impedance_ohm),
        "loads_ohm": {label: plain(ohm) for label, ohm in field.loads_ohm.items()},
        "contact_volts": volts,
        "contact_currents_ma": currents,
        "case_current_ma": plain(-float(field.currents_ma.sum())) if programme.drive.is_case_on else 0.0,
        "strongest": {"v_per_mm": plain(strongest), "at_mm": plain(place), "beyond_mm": case.clearance_mm},
        "volumes": [_volume(field, threshold) for threshold in case.thresholds_v_per_mm],
        "points": _points(field, case.points_mm),
    }


def _volume(field: Field, threshold: float) -> dict[str, Any]:
    """A threshold that cannot be answered says why; the others are answered."""
    try:
        return {"v_per_mm": threshold, "mm3": plain(field.activated(threshold).volume_mm3)}
    except PlannerError as error:
        return {"v_per_mm": threshold, "mm3": None, "problem": error.text}


def _points(field: Field, points_mm: FloatArray) -> list[dict[str, Any]]:
    if len(points_mm) == 0:
        return []
    samples = field.at(Points.of(points_mm, SPACE))
    return [
        {"volts": plain(volts), "field_v_per_mm": plain(vector), "magnitude_v_per_mm": plain(magnitude)}
        for volts, vector, magnitude in zip(samples.volts, samples.field_v_mm, samples.magnitude_v_mm, strict=True)
    ]


def _rests_on(case: DescribedCase) -> dict[str, Any]:
    usual = capsule_defaults()
    capsule: dict[str, Any] = {"thickness_mm": case.capsule.thickness_mm, "s_per_m": case.capsule.s_per_m}
    if case.is_capsule_default:
        capsule |= {"source": usual.conductivity.source, "status": usual.conductivity.status, "is_default": True}
    return {
        "leads": [
            {key: word for key, word in (("model", one.model), ("name", one.name)) if word} for one in case.leads
        ],
        "tissue": dict(case.tissue.rests_on),
        "capsule": capsule,
        "boundary": case.boundary.words(),
        "inactive": "floating" if case.conductors is None else "insulating",
    }


def plain(value: Any) -> Any:
    """Numbers and arrays as JSON values; what is not finite becomes null."""
    if isinstance(value, np.ndarray):
        return [plain(one) for one in value]
    number = float(value)
    return number if math.isfinite(number) else None
