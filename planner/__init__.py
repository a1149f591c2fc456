"""Nociplan: plan neuromodulation for neuropathic pain on the patient's own images.

Research, education and planning support. Not a medical device.

As a library: :func:`create_case` and :func:`open_case` give a case file; every step of the window and the terminal is a
function that takes a case and gives back a fact. Nothing heavy is imported before it is used.
"""

import os
from importlib import import_module
from typing import Any

# Before NumPy is loaded: our own work is shared out to threads, and OpenBLAS's would spin beside them after every
# product, which costs a core (two threads of the cable solver then gain nothing; without it 1.7 times).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"

_PLACES = {
    "CaseFile": "planner.case.file",
    "Command": "planner.case.commands",
    "scan": "planner.steps.import_images",
    "import_images": "planner.steps.import_images",
    "align": "planner.steps.align",
    "align_by_landmarks": "planner.steps.align",
    "find_anatomy": "planner.steps.find_anatomy",
    "set_acpc": "planner.steps.set_acpc",
    "place_lead": "planner.steps.plan_lead",
    "move_lead": "planner.steps.plan_lead",
    "read_lead": "planner.steps.read_lead",
    "solve_field": "planner.steps.solve_field",
    "simulate": "planner.steps.simulate",
    "decide_alignment": "planner.steps.approve",
    "confirm_identity": "planner.steps.approve",
    "confirm_side": "planner.steps.approve",
    "approve_plan": "planner.steps.approve",
    "write_report": "planner.steps.write_report",
}
__all__ = ["__version__", "create_case", "open_case", *_PLACES]


def __getattr__(name: str) -> Any:
    if name == "create_case":
        return import_module("planner.case.file").CaseFile.create
    if name == "open_case":
        return import_module("planner.case.file").CaseFile.open
    if name in _PLACES:
        return getattr(import_module(_PLACES[name]), name)
    raise AttributeError(f"module 'planner' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
