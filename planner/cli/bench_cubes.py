"""``planner bench cubes``: the nested cubes against the lead-fitted solver, and what they cost on this computer."""

import time
from typing import Any

import numpy as np

from planner.cli.bench_field import _patchy_brain, directional_lead, lead_of_reference
from planner.field import Capsule, Conductor, Domain, FieldOptions, LeadShape, Pose, UnitSolutions, solve_units
from planner.field.cubes.bodies import Frame, PlacedLead, bodies_of, frame_of
from planner.field.cubes.model import CubeOptions, solve_cubes
from planner.field.cubes.solver import solve
from planner.field.cubes.system import Fineness, Outer, Setting, System, system_of
from planner.field.cubes.units import CubeUnits
from planner.field.superposition import Superposition
from planner.geometry import Points
from planner.progress import SILENT, Progress

GROUND_MM, TOP_MM = 40.0, 45.0
OFF_LEAD_MM = 0.35
REACH_MM = 4.0
PLACES = 20_000
TURNS = (0, 1, 2)
SMALL, LARGE = 0.3, 0.045
"""Growth of the cubes per mm for about the unknowns of 64³ and of a good deal more than a million."""
BYTES_PER_CUBE = 500.0
"""What one iteration of multigrid and conjugate gradients must move for one right-hand side (field.md, [I])."""


def run(as_json: bool) -> dict[str, Any]:  # noqa: ARG001 - every bench has this shape
    """Worst of three turns of the cubes, in percent; CPU seconds; iterations; ms of a changed programme."""
    found: dict[str, Any] = {"accuracy": _accuracies()}
    units, found["cpu_s_four_contacts_labelled"] = _timed(lead_of_reference())
    found["unknowns"] = float(units.volts.shape[1])
    found["programme_change_cpu_ms"] = _change_ms(units)
    found["iterations"] = _iterations()
    found |= _threads_and_cancel()
    return found


def _accuracies() -> dict[str, dict[str, float]]:
    """Against the lead-fitted solver in the same model."""
    four, eight, brain = lead_of_reference(), directional_lead(), _patchy_brain()
    cases = {
        "rings": (four, Conductor.uniform(0.2), "C2"),
        "rings, capsule 0.2 mm": (four, Conductor.uniform(0.2, Capsule(0.2, 0.1)), "C2"),
        "rings, patchy tissue": (four, Conductor(brain, Capsule(0.1, 0.1)), "C2"),
        "segment": (eight, Conductor.uniform(0.2), "1a"),
        "segment, patchy tissue": (eight, Conductor(brain, Capsule(0.1, 0.1)), "1a"),
    }
    return {name: _accuracy(*case) for name, case in cases.items()}


def _accuracy(lead: LeadShape, conductor: Conductor, label: str) -> dict[str, float]:
    pose = Pose.upright()
    fitted = solve_units(lead, pose, conductor, SILENT, FieldOptions(domain=Domain(GROUND_MM, TOP_MM)))
    turns = [_errors(fitted, _turned(lead, conductor, seed), lead, label) for seed in TURNS]
    return {name: max((one[name] for one in turns), key=abs) for name in turns[0]}


def _turned(lead: LeadShape, conductor: Conductor, seed: int) -> CubeUnits:
    """The upright lead in cubes turned at random, with the boundary of the lead-fitted solver."""
    from scipy.spatial.transform import Rotation

    rng = np.random.default_rng(seed)
    frame = Frame(rng.uniform(0, 1, 3), Rotation.random(random_state=rng).as_matrix(), "lead")
    ends = frame.to_local(np.array([[0, 0, lead.radius_mm], [0, 0, 100.0]]))
    along = (ends[1] - ends[0]) / np.linalg.norm(ends[1] - ends[0])
    top = frame.to_local(np.array([[0, 0, TOP_MM]]))[0] @ along
    outer = Outer(GROUND_MM, np.array([[*ends[0], *along, 100.0]]), np.array([[*along, top]]))
    options = CubeOptions(frame=frame, outer=outer)
    return solve_cubes((PlacedLead(lead, Pose.upright()),), conductor, SILENT, options)


def _errors(fitted: UnitSolutions, cubes: CubeUnits, lead: LeadShape, label: str) -> dict[str, float]:
    def volume(units: Superposition[Any]) -> float:
        return float(units.combine({label: -1.0}, 1.0, 3.0).activated(0.2).volume_mm3)

    ours, theirs = (units.combine({label: -1.0}, 1.0, 1.0) for units in (cubes, fitted))
    rng = np.random.default_rng(0)
    angle, height = rng.uniform(0, 2 * np.pi, PLACES), rng.uniform(-2, 11, PLACES)
    away = lead.radius_mm + rng.uniform(OFF_LEAD_MM, REACH_MM, PLACES)
    points = Points.of(np.stack([away * np.cos(angle), away * np.sin(angle), height], axis=1), "lead")
    error = 100.0 * np.abs(ours.at(points).magnitude_v_mm / theirs.at(points).magnitude_v_mm - 1.0)
    return {
        "impedance_percent": 100.0 * (ours.impedance_ohm / theirs.impedance_ohm - 1.0),
        "volume_percent": 100.0 * (volume(cubes) / volume(fitted) - 1.0),
        "field_median_percent": float(np.nanmedian(error)),
        "field_p90_percent": float(np.nanquantile(error, 0.9)),
    }


def _timed(lead: LeadShape) -> tuple[CubeUnits, float]:
    """The second of two solutions: the first loads the kernels."""
    conductor = Conductor(_patchy_brain(), Capsule(0.1, 0.1))
    solve_cubes((PlacedLead(lead, Pose.upright()),), conductor, SILENT)
    before = time.process_time()
    units = solve_cubes((PlacedLead(lead, Pose.upright()),), conductor, SILENT)
    return units, time.process_time() - before


def _change_ms(units: CubeUnits) -> float:
    """Median CPU milliseconds from a changed amplitude to volume and surface."""
    spent = []
    for number in range(10):
        before = time.process_time()
        units.combine({"C2": -1.0}, 1.0, 2.0 + number / 10).activated(0.2)
        spent.append(1000.0 * (time.process_time() - before))
    return float(np.median(spent))


def _system(growth: float) -> System:
    leads = (PlacedLead(lead_of_reference(), Pose.upright()),)
    frame = frame_of(leads)
    bodies = bodies_of(leads, leads[0].labels, frame, 2.0 * GROUND_MM)
    outer = Outer(GROUND_MM, bodies.array, np.zeros((0, 4)))
    conductor = Conductor(_patchy_brain(), Capsule(0.1, 0.1))
    return system_of(Setting(bodies, conductor, frame, outer), Fineness(growth=growth), SILENT)


def _iterations() -> dict[str, dict[str, float]]:
    """To 1e-8, for few and many unknowns; and how much slower than the memory allows, per right-hand side."""
    bytes_per_s = _streamed_bytes_per_s()
    found = {}
    for name, growth in (("few", SMALL), ("many", LARGE)):
        system = _system(growth)
        before = time.process_time()
        iterations = solve(system, 4, SILENT, 1, tolerance=1e-8).iterations[0]
        spent = time.process_time() - before
        bound = len(system.whole) * BYTES_PER_CUBE * iterations * 4 / bytes_per_s
        found[name] = {
            "unknowns": float(len(system.whole)),
            "iterations": float(iterations),
            "over_bound": spent / bound,
        }
    return found


def _streamed_bytes_per_s() -> float:
    """One thread, array to array: read and written."""
    source = np.ones(16_000_000)
    target = np.empty_like(source)
    np.copyto(target, source)
    before = time.process_time()
    for _time in range(5):
        np.copyto(target, source)
    return 5 * 2 * source.nbytes / (time.process_time() - before)


def _threads_and_cancel() -> dict[str, float]:
    """How far one and two threads differ, and the longest time in which a wish to stop is not seen."""
    lead, conductor = directional_lead(), Conductor.uniform(0.2, Capsule(0.1, 0.1))
    leads = (PlacedLead(lead, Pose.upright()),)
    one, two = (solve_cubes(leads, conductor, SILENT, CubeOptions(threads=threads)) for threads in (1, 2))
    looked: list[float] = []

    def look() -> bool:
        looked.append(time.process_time())
        return False

    solve_cubes(leads, conductor, Progress(None, look), CubeOptions(threads=1))
    return {
        "threads_differ_by": float(np.abs(one.volts - two.volts).max()),
        "longest_without_looking_cpu_s": float(np.diff(looked).max()),
    }
