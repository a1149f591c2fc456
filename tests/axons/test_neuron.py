"""The exact solver against NEURON itself, where it is installed (``NOCIPLAN_NEURON_PYTHON``; see the bench)."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from planner.axons import engine, reference
from planner.axons.search import Search
from planner.cli.bench_axons import PEER_VARIABLE, ask_neuron

ROW = reference.Row(
    fibre_um=9.3,
    distance_mm=1.7,
    pulse_us=75.0,
    is_biphasic=False,
    is_mid_internode=True,
    is_anisotropic=False,
    nodes=25,
    neuron_ma=np.nan,
    converged_ma=np.nan,
    starts_at_end=False,
)
"""A fibre between two rows of the geometry table, at a distance and a width that no reference row has."""


@pytest.mark.slow
def test_that_a_fibre_outside_the_reference_rows_has_neurons_threshold() -> None:
    """Both brackets are 0.2 % wide: together 0.2 %."""
    python = os.environ.get(PEER_VARIABLE)
    if not python:
        pytest.skip(f"NEURON is not on this machine (set {PEER_VARIABLE} to a Python that has it)")
    asked = [ROW, replace(ROW, is_biphasic=True), replace(ROW, is_anisotropic=True)]
    ours, known = [], []
    for row in asked:
        group = reference.groups([row], with_inside=True)[0]
        found = engine.thresholds(group.batch, group.waveform, "parity", options=Search(tolerance=0.002))
        ours.append(float(found.threshold_ma[0]))
        known.append(replace(row, neuron_ma=ours[-1]))
    theirs = [answer["threshold_ma"] for answer in ask_neuron(Path(python), known, 0.002)["rows"]]
    assert ours == pytest.approx(theirs, rel=2e-3)
