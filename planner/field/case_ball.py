"""The generator's case as the only ground: a part of the model's boundary."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from planner.errors import PlannerError
from planner.field.grid import LeadGrid
from planner.field.lead import Pose
from planner.field.system import Faces
from planner.geometry.arrays import FloatArray
from planner.i18n import _


@dataclass(frozen=True, slots=True)
class CaseBall:
    """A ball of ``radius_mm`` around ``centre_mm`` (RAS): the model's boundary within it is at 0 V, the rest insulates.

    A real case lies farther away than the model reaches: this gives its side, so the direction of the return current.
    """

    centre_mm: tuple[float, float, float]
    radius_mm: float


def grounded_in(ball: CaseBall, faces: Faces, grid: LeadGrid, pose: Pose) -> Faces:
    """The faces with the ground only within the ball. Raises PlannerError(code="case") when it is nowhere there."""
    t, s = np.meshgrid(grid.t_centres, grid.s_centres, indexing="ij")
    outer = _within(ball, grid, pose, t, s, np.full_like(t, grid.n_mm[-1]))
    t, n = np.meshgrid(grid.t_centres, grid.n_centres, indexing="ij")
    top = _within(ball, grid, pose, t, np.full_like(t, grid.s_mm[-1]), n)
    if not (outer.any() or top.any()):
        text = _("The case does not reach the boundary of the model. Make its sphere larger, or move it there.")
        raise PlannerError(text, code="case")
    return replace(faces, outer=np.where(outer, faces.outer, 0.0), top=np.where(top, faces.top, 0.0))


def _within(
    ball: CaseBall, grid: LeadGrid, pose: Pose, t: FloatArray, s: FloatArray, n: FloatArray
) -> NDArray[np.bool_]:
    places = pose.to_world(grid.to_lead(t, s, n).reshape(-1, 3))
    inside: NDArray[np.bool_] = np.linalg.norm(places - np.array(ball.centre_mm), axis=1) <= ball.radius_mm
    return inside.reshape(t.shape)
