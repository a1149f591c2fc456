"""Compile (or load from the disk) the kernels of this package, one after the other, in the background."""

import numpy as np

from planner.axons.batch import NodePotentials, Setting
from planner.axons.waveform import Waveform

SHORTEST = Waveform((0.0, 10.0), (1.0,), 10.0, tail_us=20.0)
FEW_NODES = np.zeros((1, 3))


def warm_production() -> None:
    """The kernel behind every threshold."""
    _run("production")


def warm_exact() -> None:
    """The kernel for parity and for trains."""
    _run("parity")


def warm_predictor() -> None:
    """The live predictor's kernel, on one fibre with one contact."""
    from planner.axons.predictor import Predictor

    Predictor.of(FEW_NODES[None], Waveform.monophasic(60.0), 10.0).predict(np.ones(1))


def _run(setting: Setting) -> None:
    from planner.axons.engine import respond

    respond(NodePotentials(10.0, FEW_NODES), SHORTEST, 1.0, setting)
