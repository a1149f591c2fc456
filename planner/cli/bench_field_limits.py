"""What bounds the solver: iterations on finer grids, memory traffic, threads, and how soon it stops when asked."""

import contextlib
import threading
import time
from dataclasses import replace
from typing import Any

import numpy as np

from planner.field import Conductor, FieldOptions, LeadShape, Pose, Resolution, UnitSolutions, solve_units
from planner.field.edges import corrected
from planner.field.grid import make_grid
from planner.field.metric import metric_of
from planner.field.preconditioner import AngularPreconditioner
from planner.field.sampling import sample
from planner.field.solver import conjugate_gradients, default_domain
from planner.field.system import faces_of, half_faces, matrix_of, owners, source_of
from planner.progress import SILENT, Cancelled, Progress

FINER = (2.0, 1.4, 1.0, 0.7)
"""Cell sizes over the usual ones: from a quarter of its cells to three times as many."""
STREAM_MB = 64
VECTORS_PER_ITERATION = 16
"""Passes over one vector of the system in an iteration: products, updates, and two copies for the modes."""
CANCELS = 6


def limits(lead: LeadShape, conductor: Conductor) -> dict[str, Any]:
    """In labelled tissue; times are CPU seconds of one thread."""
    rows = [_solved(lead, conductor, factor) for factor in FINER]
    usual = rows[FINER.index(1.0)]
    return {
        "cells": [row["cells"] for row in rows],
        "iterations": [row["iterations"] for row in rows],
        "iterations_growth": rows[-1]["iterations"] / rows[0]["iterations"],
        "solve_cpu_s": usual["solve_cpu_s"],
        "bandwidth_gb_s": usual["bandwidth_gb_s"],
        "time_over_bandwidth_bound": usual["solve_cpu_s"] / usual["bound_s"],
        "threads_differ_by": _threads_differ_by(lead, conductor),
        "cancel_s": _cancel_s(lead, conductor),
        "cancel_cpu_s": _longest_without_a_look_cpu_s(lead, conductor),
    }


def _solved(lead: LeadShape, conductor: Conductor, factor: float) -> dict[str, float]:
    """One solve of all contacts side by side at this cell size."""
    usual = Resolution()
    resolution = replace(
        usual,
        edge_mm=usual.edge_mm * factor,
        along_largest_mm=usual.along_largest_mm * factor,
        tip_largest_mm=usual.tip_largest_mm * factor,
        along_growth=1.0 + (usual.along_growth - 1.0) * factor,
        away_growth=1.0 + (usual.away_growth - 1.0) * factor,
        angles=round(usual.angles / factor),
    )
    grid = make_grid(lead, conductor.capsule.thickness_mm, default_domain(lead), resolution)
    sigma, metric = sample(conductor, grid, Pose.upright()), metric_of(grid)
    faces = corrected(faces_of(half_faces(grid, metric, sigma), owners(grid, lead, lead.labels), True), grid)
    preconditioner = AngularPreconditioner(faces, grid.t_widths, SILENT)
    matrix = matrix_of(faces).tocsr()
    source = np.stack([source_of(faces, number) for number in range(len(lead.labels))], axis=-1)
    reports: list[float] = []
    before = time.thread_time()
    conjugate_gradients(matrix, source, preconditioner, Progress(lambda fraction, _words: reports.append(fraction)))
    spent = time.thread_time() - before
    speed = _bandwidth_gb_s()
    traffic = matrix.data.nbytes + matrix.indices.nbytes + preconditioner.nbytes * 2
    traffic += VECTORS_PER_ITERATION * source.nbytes
    return {
        "cells": float(np.prod(grid.shape)),
        "iterations": float(len(reports)),
        "solve_cpu_s": spent,
        "bandwidth_gb_s": speed,
        "bound_s": len(reports) * traffic / (speed * 1e9),
    }


def _bandwidth_gb_s() -> float:
    """Copying in one thread, bytes read and written, the best of five: what the memory gives in this run."""
    one = np.ones(STREAM_MB * 1024 * 1024 // 8)
    other = np.empty_like(one)
    best = np.inf
    for _time in range(5):
        before = time.thread_time()
        np.copyto(other, one)
        best = min(best, time.thread_time() - before)
    return float(2.0 * one.nbytes / best / 1e9)


def _threads_differ_by(lead: LeadShape, conductor: Conductor) -> float:
    """Largest relative difference of the resistances on one and on two threads."""
    found: list[UnitSolutions] = []
    for threads in (1, 2):
        found.append(solve_units(lead, Pose.upright(), conductor, SILENT, FieldOptions(threads=threads)))
    return float(np.abs(found[0].resistance_ohm / found[1].resistance_ohm - 1.0).max())


def _cancel_s(lead: LeadShape, conductor: Conductor) -> float:
    """The longest wait from asking, at moments all over a solve, to its end."""
    before = time.perf_counter()
    solve_units(lead, Pose.upright(), conductor, SILENT)
    whole = time.perf_counter() - before
    return max(_one_cancel_s(lead, conductor, whole * (number + 0.5) / CANCELS) for number in range(CANCELS))


def _one_cancel_s(lead: LeadShape, conductor: Conductor, after_s: float) -> float:
    asked, ended = threading.Event(), threading.Event()

    def work() -> None:
        with contextlib.suppress(Cancelled):
            solve_units(lead, Pose.upright(), conductor, Progress(None, asked.is_set))
        ended.set()

    thread = threading.Thread(target=work)
    thread.start()
    ended.wait(after_s)
    before = time.perf_counter()
    asked.set()
    thread.join()
    return time.perf_counter() - before


def _longest_without_a_look_cpu_s(lead: LeadShape, conductor: Conductor) -> float:
    """CPU seconds of the process between two looks at whether to stop: what a busy computer does not stretch."""
    looks = [time.process_time()]

    def look() -> bool:
        looks.append(time.process_time())
        return False

    solve_units(lead, Pose.upright(), conductor, Progress(None, look))
    return float(np.diff([*looks, time.process_time()]).max())
