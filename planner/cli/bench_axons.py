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
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from planner import places
from planner.axons import engine, mrg, reference
from planner.axons.batch import NodePotentials, Setting
from planner.axons.plan import plan_of
from planner.axons.predictor import Predictor
from planner.axons.random_fields import random_fields
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
CONTACTS, CONTACT_SEED = 16, 500
JUDGED_UM, JUDGED_FIELDS, JUDGED_SEED = (5.7, 10.0, 14.0), 1500, 900
"""The predictor is judged in fields it was not trained in, half of them near an end."""
LARGEST_MA = 200.0


def run(as_json: bool) -> dict[str, Any]:  # noqa: ARG001 - every bench has this shape
    """Errors in percent, simulated axon·ms and thresholds per CPU second, ratios to NEURON where it is."""
    found: dict[str, Any] = {
        "parity_percent": _errors("parity"),
        "production_percent": _errors("production"),
        "axon_ms_per_cpu_s": {setting: _axon_ms(setting) for setting in ("production", "parity")},
        "thresholds_per_cpu_s": {f"{width:g}_us": _thresholds(width) for width in WIDTHS_US},
        "many_axons": _many(),
        "predictor": _predictor(),
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
    from planner.axons.kernels import UNTIMED

    batch = point_sources(AXONS, NODES)
    plan = plan_of(batch.cable(), NODES, Waveform.monophasic(100.0), setting)
    trials = CompiledTrials.of(replace(plan, looks=np.zeros_like(plan.looks)), batch, threads=1)
    lanes = trials.kernel.LANES
    fields = trials.fields.blocks(np.arange(AXONS), np.full(AXONS, 0.5), lanes)
    stop, fired = np.zeros(1, dtype=np.uint8), np.zeros((AXONS // lanes, lanes), dtype=np.uint8)
    nothing = np.zeros((0, NODES, lanes), dtype=fields.dtype)
    spent = _best(lambda: trials.call(fields, UNTIMED, stop, fired, nothing))
    return AXONS * float(plan.grid.ends_us[-1]) / 1000.0 / spent


def _thresholds(width_us: float) -> float:
    """Searches to 1 % from a guess good to 3 %, one thread."""
    from planner.axons.compiled_trials import CompiledTrials

    batch = point_sources(AXONS, NODES)
    waveform = Waveform.monophasic(width_us)
    trials = CompiledTrials.of(plan_of(batch.cable(), NODES, waveform, "production"), batch, threads=1)
    exact = search(trials, engine.crude_guess(batch, waveform), Search(tolerance=0.001), SILENT).threshold_ma
    guess = exact * np.random.default_rng(1).uniform(0.97, 1.03, AXONS)
    return AXONS / _best(lambda: search(trials, guess, Search(tolerance=TOLERANCE, reach=0.03), SILENT))


def _many() -> dict[str, float]:
    """5,000 fibres of 41 nodes, guess and place of the spike included: seconds of the clock and of the CPU.

    Others on the computer disturb the clock; "by_cpu" is what two idle processors would give: the work of one thread
    over that of the waiting thread and half of the two workers'.
    """
    batch, waveform = point_sources(MANY_AXONS, MANY_NODES), Waveform.monophasic(60.0)
    found: dict[str, float] = {}
    for threads in (1, 2):
        runs = [_timed_run(batch, waveform, threads) for _number in range(CLOCK_REPEATS)]
        clock, cpu, waiting = (min(column) for column in zip(*runs, strict=True))
        found |= {f"clock_s_{threads}_threads": clock, f"cpu_s_{threads}_threads": cpu}
    found["two_threads_by_clock"] = found["clock_s_1_threads"] / found["clock_s_2_threads"]
    found["two_threads_by_cpu"] = found["cpu_s_1_threads"] / (waiting + 0.5 * (cpu - waiting))
    return found


def _timed_run(batch: NodePotentials, waveform: Waveform, threads: int) -> tuple[float, float, float]:
    """Seconds of the clock, of the CPU, and of this thread's CPU."""
    before = time.perf_counter(), time.process_time(), time.thread_time()
    engine.thresholds(batch, waveform, threads=threads)
    after = time.perf_counter(), time.process_time(), time.thread_time()
    clock, cpu, own = (end - begin for begin, end in zip(before, after, strict=True))
    return clock, cpu, own


def _predictor() -> dict[str, Any]:
    """CPU ms for 5,000 fibres of 41 nodes and 16 contacts that all carry current; percent of error in fresh fields.

    "inside": the spike starts farther than five nodes from an end, by simulation; "end": it does not.
    """
    waveforms = {"monophasic_60_us": Waveform.monophasic(60.0), "biphasic_60_us": Waveform.biphasic(60.0)}
    cable = mrg.cable(mrg.MRG, FIBRE_UM)
    fields = [random_fields(cable, MANY_NODES, MANY_AXONS, CONTACT_SEED + number, False) for number in range(CONTACTS)]
    found: dict[str, Any] = {"cpu_ms": {}}
    for name, waveform in waveforms.items():
        predictor = Predictor.of(np.stack(fields), waveform, FIBRE_UM)
        currents = np.random.default_rng(0).normal(size=CONTACTS)
        found["cpu_ms"][name] = 1000.0 * _best(partial(predictor.predict, currents))
    for diameter_um in JUDGED_UM:
        for name, waveform in waveforms.items():
            found[f"{diameter_um:g}_um_{name}_percent"] = _predictor_errors(diameter_um, waveform)
    return found


def _predictor_errors(diameter_um: float, waveform: Waveform) -> dict[str, dict[str, float]]:
    cable = mrg.cable(mrg.MRG, diameter_um)
    fields = [random_fields(cable, MANY_NODES, JUDGED_FIELDS, JUDGED_SEED + ends, bool(ends)) for ends in (0, 1)]
    batch = NodePotentials(diameter_um, np.concatenate(fields))
    truth = engine.thresholds(batch, waveform, options=Search(tolerance=0.002))
    ours = Predictor.of(batch.node_volts[None], waveform, diameter_um).thresholds(np.ones(1))
    error = 100.0 * np.abs(ours / truth.threshold_ma - 1.0)
    is_asked = truth.threshold_ma < LARGEST_MA
    groups = {"inside": is_asked & ~truth.is_end, "end": is_asked & truth.is_end}
    quantiles = {"median": 0.5, "p95": 0.95, "p99": 0.99, "worst": 1.0}
    return {
        group: {name: float(np.quantile(error[mask], share)) for name, share in quantiles.items()}
        for group, mask in groups.items()
    }


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
    rows = [row for row in reference.rows() if (row.fibre_um, row.nodes) == (FIBRE_UM, NODES)]
    taken = [next(row for row in rows if row.pulse_us == width and not row.is_biphasic) for width in WIDTHS_US]
    return ask_neuron(Path(python), taken, TOLERANCE)


def ask_neuron(python: Path, rows: list[reference.Row], tolerance: float) -> dict[str, Any]:
    """``axon_ms_per_s``, and ``threshold_ma`` and ``cpu_s`` of rows of one fibre and length, by that NEURON."""
    with tempfile.TemporaryDirectory() as folder:
        library = _compiled_mechanism(python, Path(folder))
        command = [str(python), str(Path(__file__).with_name("neuron_peer.py")), str(library)]
        question = json.dumps(_question(rows, tolerance))
        answer = subprocess.run(command, input=question, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def _compiled_mechanism(python: Path, folder: Path) -> Path:
    source = places.resources() / "axons" / "peer" / "mrgnode.mod"
    (folder / source.name).write_bytes(source.read_bytes())
    around = {**os.environ, "PATH": os.pathsep.join([str(python.parent), os.environ.get("PATH", "")])}
    subprocess.run(["nrnivmodl", "."], cwd=folder, check=True, capture_output=True, env=around)
    return next(folder.glob("*/libnrnmech.*"))


def _question(rows: list[reference.Row], tolerance: float) -> dict[str, Any]:
    shape = mrg.geometry(rows[0].fibre_um)
    geometry = {name: getattr(shape, name) for name in ("fibre_um", "axon_um", "node_um", "lamellae")}
    geometry["lengths_um"] = shape.lengths_um.tolist()
    asked = [_asked(row) for row in rows]
    cost = {"cost_ms": PEER_MS, "cost_potentials_mv": asked[0]["potentials_mv"], "tolerance": tolerance}
    return {"geometry": geometry, "nodes": rows[0].nodes, "rows": asked, **cost}


def _asked(row: reference.Row) -> dict[str, Any]:
    """Every compartment's potential along the fibre, and a guess 2 % off."""
    node, inside = row.potentials()
    along: FloatArray = np.append(np.concatenate([node[:-1, None], inside], axis=1).ravel(), node[-1])
    pulse = row.waveform
    phases = [[level, width / 1000.0] for level, width in zip(pulse.levels, np.diff(pulse.edges_us), strict=True)]
    return {"potentials_mv": along.tolist(), "phases": phases, "guess_ma": 1.02 * row.neuron_ma}


def _ratios(found: dict[str, Any], peer: dict[str, Any]) -> dict[str, float]:
    ratios = {
        f"axon_ms_{setting}": value / peer["axon_ms_per_s"] for setting, value in found["axon_ms_per_cpu_s"].items()
    }
    speeds = found["thresholds_per_cpu_s"].items()
    return ratios | {
        f"thresholds_{name}": speed * row["cpu_s"] for (name, speed), row in zip(speeds, peer["rows"], strict=True)
    }
