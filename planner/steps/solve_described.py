"""Solve a field that a file describes, without a patient: for tools, for teaching and for comparison."""

from pathlib import Path
from typing import Any

from planner.progress import SILENT, Progress
from planner.steps.described.answer import answer_of
from planner.steps.described.case import case_of
from planner.steps.described.keys import read_json
from planner.steps.described.solving import solve_case


def solve_described(path: Path, progress: Progress = SILENT) -> dict[str, Any]:
    """The answer as plain values; images are looked for beside the description.

    Raises RefusedError(code="field-input") naming the key that is wrong, "image-axes", QuestionError where an image's
    header leaves something open, PlannerError of tissue, leads and solver.
    """
    case = case_of(read_json(path), path.parent, progress.part(0.0, 0.1))
    solution, how = solve_case(case, progress.part(0.1, 0.9))
    return answer_of(case, solution, how)
