"""``planner bench axons``: the cable models against the reference thresholds, and against NEURON in the same run.

NEURON runs when ``NOCIPLAN_NEURON_PYTHON`` names a Python that has it (``pip install neuron==9.0.2`` in an environment
of its own; its ``nrnivmodl`` needs a C compiler). CPU time of one thread, best of several runs; ratios of one run.
"""

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from planner import places
from planner.axons import engine, mrg, reference
from planner.axons.batch import NodePotentials, Setting
from planner.axons.plan import plan_of
from planner.axons.search import Search, search
from planner.axons.waveform import Waveform
from planner.geometry.arrays import FloatArray
from planner.progress import SILENT

PEER_VARIABLE = "NOCIPLAN_NEURON_PYTHON"
FIBRE_UM, NODES, AXONS = 10.0, 21, 2048
WIDTHS_US = (60.0, 210.0, 450.0)
TOLERANCE = 0.01
"""Of the timed thresholds; those judged are searched to 0.1 %."""
REPEATS = 5
CLOCK_REPEATS = 15
"""Of runs timed by the clock, which others on the computer disturb."""
PEER_MS = 6.0
"""Simulated by NEURON for its speed: 0.1 s of CPU."""
MANY_AXONS, MANY_NODES = 5000, 41


def run(as_json: bool) -> dict[str, Any]:  # noqa: ARG001 - every bench has this shape
    """Errors in percent, simulated axon·ms and thresholds per CPU second, ratios to NEURON where it is."""
    found: dict[str, Any] = {
        "parity_percent": _errors("parity"),
        "production_percent": _errors("production"),
        "axon_ms_per_cpu_s": {setting: _axon_ms(setting) for setting in ("production", "parity")},
        "thresholds_per_cpu_s": {f"{width:g}_us": _thresholds(width) for width in WIDTHS_US},
        "many_axons": _many(),
    }
    peer = _peer()
    if peer is not None:
        found["neuron"] = peer
        found["times_neuron"] = _ratios(found, peer)
    return found


def _errors(setting: Setting) -> dict[str, float]:
    """Of all reference rows: parity against NEURON with the exact potential, production against the converged value."""
    taken, errors = reference.rows(), []
    is_parity = setting == "parity"
    for group in reference.groups(taken, with_inside=is_parity):
        right = [taken[n].neuron_ma if is_parity else taken[n].converged_ma for n in group.numbers]
        truth = np.array(right)
        options = Search(tolerance=0.001, reach=0.01)
        ours = engine.thresholds(group.batch, group.waveform, setting, options=options, guess_ma=truth)
        errors.append(100.0 * (ours.threshold_ma / truth - 1.0))
    every = np.concatenate(errors)
    size = np.abs(every)
    return {"mean": float(every.mean()), "p95": float(np.quantile(size, 0.95)), "worst": float(size.max())}


def point_sources(axons: int, nodes: int, seed: int = 0) -> NodePotentials:
    """Fibres of 10 µm, 0.7 to 4 mm from a cathode at a random place along the internode, 0.2 S/m."""
    random = np.random.default_rng(seed)
    spacing_mm = mrg.cable(mrg.MRG, FIBRE_UM).node_spacing_um / 1000.0
    distance_mm, shift = random.uniform(0.7, 4.0, axons), random.uniform(-0.5, 0.5, axons)
    along_mm = (np.arange(nodes) - (nodes - 1) // 2 - shift[:, None]) * spacing_mm
    return NodePotentials(FIBRE_UM, -1000.0 / (0.8 * np.pi * np.hypot(along_mm, distance_mm[:, None])))


def _axon_ms(setting: Setting) -> float:
    """The kernel alone, every step of 2 ms, no early end."""
    from planner.axons.compiled_trials import CompiledTrials

    batch = point_sources(AXONS, NODES)
    plan = plan_of(batch.cable(), NODES, Waveform.monophasic(100.0), setting)
    trials = CompiledTrials.of(replace(plan, looks=np.zeros_like(plan.looks)), batch, threads=1)
    lanes = trials.kernel.LANES
    fields = trials.fields.blocks(np.arange(AXONS), np.full(AXONS, 0.5), lanes)
    stop, fired = np.zeros(1, dtype=np.uint8), np.zeros((AXONS // lanes, lanes), dtype=np.uint8)
    nothing = np.zeros((0, NODES, lanes), dtype=fields.dtype)
    spent = _best(lambda: trials.call(fields, False, stop, fired, nothing))
    return AXONS * float(plan.grid.ends_us[-1]) / 1000.0 / spent


def _thresholds(width_us: float) -> float:
    """Searches to 1 % from a guess good to 3 %, one thread."""
    from planner.axons.compiled_trials import CompiledTrials

    batch = point_sources(AXONS, NODES)
    plan = plan_of(batch.cable(), NODES, Waveform.monophasic(width_us), "production")
    trials = CompiledTrials.of(plan, batch, threads=1)
    exact = search(trials, engine.crude_guess(batch), Search(tolerance=0.001), SILENT).threshold_ma
    guess = exact * np.random.default_rng(1).uniform(0.97, 1.03, AXONS)
    return AXONS / _best(lambda: search(trials, guess, Search(tolerance=TOLERANCE, reach=0.03), SILENT))


def _many() -> dict[str, float]:
    """5,000 fibres of 41 nodes from a crude guess: seconds of the clock and of the CPU with one thread and with two."""
    batch, found = point_sources(MANY_AXONS, MANY_NODES), {}
    waveform = Waveform.monophasic(60.0)
    for threads in (1, 2):
        clock, cpu = [], []
        for _number in range(CLOCK_REPEATS):
            before = time.perf_counter(), time.process_time()
            engine.thresholds(batch, waveform, threads=threads)
            clock.append(time.perf_counter() - before[0])
            cpu.append(time.process_time() - before[1])
        found[f"clock_s_{threads}_threads"] = min(clock)
        found[f"cpu_s_{threads}_threads"] = min(cpu)
    found["two_threads_against_one"] = found["clock_s_1_threads"] / found["clock_s_2_threads"]
    return found


def _best(work: Callable[[], object]) -> float:
    """Least CPU seconds of several runs, after one that is not counted."""
    work()
    spent = []
    for _number in range(REPEATS):
        before = time.process_time()
        work()
        spent.append(time.process_time() - before)
    return min(spent)


def _peer() -> dict[str, Any] | None:
    """NEURON's speed and some of its thresholds, or None where it is not installed."""
    python = os.environ.get(PEER_VARIABLE)
    if not python:
        return None
    with tempfile.TemporaryDirectory() as folder:
        library = _compiled_mechanism(Path(python), Path(folder))
        script = Path(__file__).with_name("neuron_peer.py")
        answer = subprocess.run(
            [python, str(script), str(library)],
            input=json.dumps(_question()),
            capture_output=True,
            text=True,
            check=True,
        )
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def _compiled_mechanism(python: Path, folder: Path) -> Path:
    source = places.resources() / "axons" / "peer" / "mrgnode.mod"
    (folder / source.name).write_bytes(source.read_bytes())
    around = {**os.environ, "PATH": os.pathsep.join([str(python.parent), os.environ.get("PATH", "")])}
    subprocess.run(["nrnivmodl", "."], cwd=folder, check=True, capture_output=True, env=around)
    return next(folder.glob("*/libnrnmech.*"))


def _question() -> dict[str, Any]:
    """Three fibres of the reference, 10 µm and 21 nodes, one of each pulse width, from a guess 2 % off."""
    shape = mrg.geometry(FIBRE_UM)
    geometry = {name: getattr(shape, name) for name in ("fibre_um", "axon_um", "node_um", "lamellae")}
    geometry["lengths_um"] = shape.lengths_um.tolist()
    rows = [row for row in reference.rows() if (row.fibre_um, row.nodes) == (FIBRE_UM, NODES)]
    taken = [next(row for row in rows if row.pulse_us == width and not row.is_biphasic) for width in WIDTHS_US]
    asked = [_asked(row) for row in taken]
    cost = {"cost_ms": PEER_MS, "cost_potentials_mv": asked[0]["potentials_mv"], "tolerance": TOLERANCE}
    return {"geometry": geometry, "nodes": NODES, "rows": asked, **cost}


def _asked(row: reference.Row) -> dict[str, Any]:
    node, inside = row.potentials()
    along: FloatArray = np.append(np.concatenate([node[:-1, None], inside], axis=1).ravel(), node[-1])
    phases = [[1.0, row.pulse_us / 1000.0]]
    return {
        "potentials_mv": along.tolist(),
        "phases": phases,
        "guess_ma": 1.02 * row.neuron_ma,
        "reference_ma": row.neuron_ma,
    }


def _ratios(found: dict[str, Any], peer: dict[str, Any]) -> dict[str, float]:
    ratios = {
        f"axon_ms_{setting}": value / peer["axon_ms_per_s"] for setting, value in found["axon_ms_per_cpu_s"].items()
    }
    speeds = found["thresholds_per_cpu_s"].items()
    return ratios | {
        f"thresholds_{name}": speed * row["cpu_s"] for (name, speed), row in zip(speeds, peer["rows"], strict=True)
    }
