"""``planner bench field``: accuracy against the reference cases, and what a field costs on this computer."""

import json
import sys
import time
from typing import Any

import numpy as np
from scipy.ndimage import gaussian_filter

from planner import places
from planner.cli.bench_field_limits import limits
from planner.field import (
    Capsule,
    Conductor,
    ContactShape,
    Domain,
    FieldOptions,
    LeadShape,
    Pose,
    TensorTissue,
    Tissue,
    UnitSolutions,
    solve_units,
)
from planner.field.cubes.bodies import PlacedLead
from planner.field.cubes.model import solve_cubes
from planner.field.paddle import FlatContact, PaddleShape
from planner.field.plane_kernels import warm
from planner.field.tensors import along_fibres
from planner.geometry import Grid, Points, Volume
from planner.library.tissues import tissue_set
from planner.progress import SILENT

OFF_LEAD_MM = 0.35
"""Accuracy of |E| counts from here on: nearer, the contact's edges rule."""
CHANGES = 20


def run(as_json: bool) -> dict[str, Any]:  # noqa: ARG001 - every bench has this shape
    """Errors in percent (volumes: the worst of each case); CPU seconds; ms for a changed programme."""
    warm()
    found: dict[str, Any] = {"accuracy": {case["id"]: _accuracy(case) for case in _reference()["cases"]}}
    memory = {"at_start": _memory_peak_mb()}
    found["cpu_s"], units = _costs(memory)
    found["programme_change_cpu_ms"] = _change_ms(units)
    found["memory_peak_mb"] = memory
    found["accuracy_fibres"] = _fibre_accuracy()
    found["limits"] = limits(lead_of_reference(), Conductor(_patchy_brain(), Capsule(0.1, 0.1)))
    found["cpu_s"] |= _paddle_costs()
    memory["paddle"] = _memory_peak_mb()
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


def sixteen_rings() -> LeadShape:
    """Dimensions of a 16-contact percutaneous lead: rings of 3 mm, 1 mm apart."""
    return LeadShape(1.3, tuple(ContactShape(str(k), 1.0 + 4.0 * k, 4.0 + 4.0 * k) for k in range(16)))


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


def _fibre_accuracy() -> dict[str, float]:
    """|E| against the point source in a constant tensor, 7 : 1 across the shaft and oblique to it."""
    lead = LeadShape(0.02, (ContactShape("0", 0.0, 0.03, includes_tip=True),))
    turn = np.array([[0.36, 0.48, -0.8], [-0.8, 0.6, 0.0], [0.48, 0.64, 0.6]])
    sigma = turn @ np.diag([0.083, 0.083, 0.6]) @ turn.T
    conductor = Conductor(TensorTissue.uniform(sigma, "lead"))
    units = solve_units(lead, Pose.upright(), conductor, SILENT, FieldOptions(domain=Domain(190.0, 190.0)))
    rng = np.random.default_rng(1)
    away = rng.normal(size=(400, 3))
    away *= (rng.uniform(1.0, 5.0, 400) / np.linalg.norm(away, axis=1))[:, None]
    away = away[(np.hypot(away[:, 0], away[:, 1]) > OFF_LEAD_MM) | (away[:, 2] < 0)]
    inverse = np.linalg.inv(sigma)
    reach = np.einsum("ij,jk,ik->i", away, inverse, away)
    stated = np.linalg.norm(away @ inverse, axis=1) / (4 * np.pi * np.sqrt(np.linalg.det(sigma)) * reach**1.5)
    field = units.combine({"0": -1.0}, 1.0, 1.0)
    found = field.at(Points.of(away + np.array([0.0, 0.0, 0.015]), "lead")).magnitude_v_mm
    error = 100.0 * np.abs(found / stated - 1.0)
    return {"field_median_percent": float(np.median(error)), "field_p90_percent": float(np.quantile(error, 0.9))}


def _costs(memory: dict[str, float | None]) -> tuple[dict[str, float], UnitSolutions]:
    """CPU seconds of all unit solutions, and those of four contacts in labelled tissue. ``memory``: peaks so far."""
    capsule = Capsule(0.1, 0.1)
    labelled = Conductor(_patchy_brain(), capsule)
    four, eight, sixteen = lead_of_reference(), directional_lead(), sixteen_rings()
    spent: dict[str, float] = {}
    _plain, spent["four_contacts_homogeneous"] = _timed(four, Conductor.uniform(0.2, capsule))
    rings, spent["four_contacts_labelled"] = _timed(four, labelled)
    segments, spent["eight_contacts_labelled"] = _timed(eight, labelled)
    memory["eight_contacts"] = _memory_peak_mb()
    _fibres, spent["four_contacts_fibres"] = _timed(four, Conductor(_patchy_fibres(), capsule))
    memory["four_contacts_fibres"] = _memory_peak_mb()
    many, spent["sixteen_contacts_labelled"] = _timed(sixteen, labelled)
    memory["sixteen_contacts"] = _memory_peak_mb()
    spent["unknowns_four"] = float(np.prod(rings.grid.shape))
    spent["unknowns_eight"] = float(np.prod(segments.grid.shape))
    spent["unknowns_sixteen"] = float(np.prod(many.grid.shape))
    return spent, rings


def _paddle_costs() -> dict[str, float]:
    """CPU seconds of the sixteen unit solutions of a paddle on nested cubes, in labelled tissue."""
    contacts = (
        FlatContact(f"{column}{row}", 2.5 * column - 1.25, 6.0 * row - 21.0, 1.5, 4.0)
        for column in range(2)
        for row in range(8)
    )
    paddle = PlacedLead(PaddleShape(7.6, 64.2, 2.0, tuple(contacts)), Pose.upright())
    before = time.process_time()
    units = solve_cubes((paddle,), Conductor(_patchy_brain(), Capsule(0.1, 0.1)), SILENT)
    spent = time.process_time() - before
    return {"sixteen_contact_paddle_labelled": spent, "unknowns_paddle": float(units.volts.shape[1])}


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


def _patchy_fibres() -> TensorTissue:
    """The patches with white matter along and across fibres of any direction, voxels of 2 mm."""
    brain, white = _patchy_brain(), tissue_set("brain-fibres").conductivity("white")
    affine = np.diag([2.0, 2.0, 2.0, 1.0])
    affine[:3, 3] = -49.0
    grid = Grid.of((50, 50, 50), affine, "lead")
    rng = np.random.default_rng(1)
    ways = np.stack([gaussian_filter(rng.normal(size=grid.shape), 3.0) for _axis in range(3)], axis=-1)
    places_mm = grid.to_world(np.stack(np.meshgrid(*(np.arange(50),) * 3, indexing="ij"), axis=-1))
    is_white = brain.at(places_mm) == brain.table_s_per_m[2] if brain.table_s_per_m is not None else False
    six = along_fibres(ways * np.asarray(is_white)[..., None], white.along or 0.0, white.across or 0.0)
    return TensorTissue.of(grid, six, brain)


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
