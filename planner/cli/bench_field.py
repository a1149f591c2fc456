"""``planner bench field``: accuracy against the reference cases, and what a field costs on this computer."""

import json
import sys
import time
from typing import Any

import numpy as np
from scipy.ndimage import gaussian_filter

from planner import places
from planner.field import (
    Capsule,
    Conductor,
    ContactShape,
    Domain,
    FieldOptions,
    LeadShape,
    Pose,
    Tissue,
    UnitSolutions,
    solve_units,
)
from planner.geometry import Grid, Points, Volume
from planner.library.tissues import tissue_set
from planner.progress import SILENT

OFF_LEAD_MM = 0.35
"""Accuracy of |E| counts from here on: nearer, the contact's edges rule."""
CHANGES = 20


def run(as_json: bool) -> dict[str, Any]:  # noqa: ARG001 - every bench has this shape
    """Errors in percent (volumes: the worst of each case); CPU seconds; ms for a changed programme."""
    found: dict[str, Any] = {"accuracy": {case["id"]: _accuracy(case) for case in _reference()["cases"]}}
    found["cpu_s"], units = _costs()
    found["programme_change_cpu_ms"] = _change_ms(units)
    found["memory_peak_mb"] = _memory_peak_mb()
    return found


def lead_of_reference() -> LeadShape:
    return LeadShape(1.27, tuple(ContactShape(f"C{k + 1}", 1.5 + 2 * k, 3.0 + 2 * k) for k in range(4)))


def directional_lead() -> LeadShape:
    """Dimensions of a B33005: ring, two rows of three segments, ring."""
    rows = [
        ContactShape(f"{row}{name}", 2.0 * row + 1.0, 2.0 * row + 2.5, angle, 90.0)
        for row in (1, 2)
        for name, angle in (("a", 0.0), ("b", 120.0), ("c", 240.0))
    ]
    return LeadShape(1.36, (ContactShape("0", 1.0, 2.5), *rows, ContactShape("3", 7.0, 8.5)))


def _reference() -> dict[str, Any]:
    path = places.resources() / "stimulation" / "field_reference.json"
    reference: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return reference


def _accuracy(case: dict[str, Any]) -> dict[str, float]:
    conductor = Conductor.uniform(0.2, Capsule(case["capsule_mm"], 0.1))
    options = FieldOptions(tuple(case["conductors"]), case["is_grounded"], Domain(40.0, 45.0))
    units = solve_units(lead_of_reference(), Pose.upright(), conductor, SILENT, options)
    field = units.combine(case["shares"], case["case_share"], 1.0)
    points = np.array(case["points_r_z_e"])
    places_mm = np.stack([points[:, 0], np.zeros(len(points)), points[:, 1]], axis=1)
    error = 100.0 * np.abs(field.at(Points.of(places_mm, "lead")).magnitude_v_mm / points[:, 2] - 1.0)
    error = error[units.grid.from_lead(places_mm)[2] >= OFF_LEAD_MM]
    found = {
        "impedance_percent": 100.0 * (field.impedance_ohm / case["impedance_ohm"] - 1.0),
        "field_median_percent": float(np.median(error)),
        "field_p90_percent": float(np.quantile(error, 0.9)),
    }
    volumes = [_volume_error(units, case, one) for one in case["volumes_mm3"]]
    return {**found, "volume_percent": max(volumes, key=abs)} if volumes else found


def _volume_error(units: UnitSolutions, case: dict[str, Any], one: dict[str, float]) -> float:
    field = units.combine(case["shares"], case["case_share"], one["amplitude_ma"])
    return 100.0 * (field.activated(one["v_per_mm"]).volume_mm3 / one["mm3"] - 1.0)


def _costs() -> tuple[dict[str, float], UnitSolutions]:
    """CPU seconds of all unit solutions, and those of four contacts in labelled tissue."""
    capsule = Capsule(0.1, 0.1)
    labelled = Conductor(_patchy_brain(), capsule)
    four, eight = lead_of_reference(), directional_lead()
    spent = {}
    _plain, spent["four_contacts_homogeneous"] = _timed(four, Conductor.uniform(0.2, capsule))
    rings, spent["four_contacts_labelled"] = _timed(four, labelled)
    segments, spent["eight_contacts_labelled"] = _timed(eight, labelled)
    spent["unknowns_four"] = float(np.prod(rings.grid.shape))
    spent["unknowns_eight"] = float(np.prod(segments.grid.shape))
    return spent, rings


def _timed(lead: LeadShape, conductor: Conductor) -> tuple[UnitSolutions, float]:
    before = time.process_time()
    units = solve_units(lead, Pose.upright(), conductor, SILENT)
    return units, time.process_time() - before


def _patchy_brain() -> Tissue:
    """CSF, grey and white matter in patches of some millimetres, voxels of 1 mm: harder than a brain."""
    shape = (100, 100, 100)
    smooth = gaussian_filter(np.random.default_rng(0).normal(size=shape), 3.0)
    labels = np.digitize(smooth, np.quantile(smooth, [0.2, 0.6])).astype(np.uint8)
    affine = np.eye(4)
    affine[:3, 3] = -49.5
    brain = tissue_set("brain")
    table = {number: brain.conductivity(word).s_per_m for number, word in enumerate(("csf", "grey", "white"))}
    return Tissue.from_labels(Volume(Grid.of(shape, affine, "lead"), labels), table, brain.outside.s_per_m)


def _change_ms(units: UnitSolutions) -> float:
    """Median CPU milliseconds from a changed amplitude to volume and surface."""
    spent = []
    for number in range(CHANGES):
        before = time.process_time()
        units.combine({"C2": -1.0}, 1.0, 2.0 + number / CHANGES).activated(0.2)
        spent.append(1000.0 * (time.process_time() - before))
    return float(np.median(spent))


def _memory_peak_mb() -> float | None:
    """Peak of the whole process; not known on Windows."""
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024.0 * 1024.0 if sys.platform == "darwin" else 1024.0)
