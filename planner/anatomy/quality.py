"""How good an alignment is, in figures, and which figures should make a person look twice.

Names of the figures (they are kept with the alignment):

- ``correlation``: mean local correlation of patient and template inside the brain (0 to 1)
- ``correlation_acpc``: the same within ACPC_RADIUS_MM of the line from AC to PC
- ``jacobian_min``: smallest change of volume inside the brain (template to patient); 0 or less folds space
- ``acpc_length_mm``: distance of the carried AC and PC in the patient
- ``second_start_mm``: difference to a second, independent start (rigid: mean over the head; else worst of AC and PC)
- ``second_start_p95_mm``: the same, 95th percentile over the brain
- ``inverse_p95_mm``: there and back again, 95th percentile over the brain
- ``information``: normalised mutual information of a rigid alignment (1 none, 2 all)
"""

from collections.abc import Mapping

import numpy as np
from scipy.ndimage import uniform_filter

from planner.anatomy.acpc import LENGTH_MM as ACPC_LENGTH_MM
from planner.geometry.arrays import FloatArray
from planner.geometry.resample import resample
from planner.geometry.transform import Transform
from planner.geometry.volume import Volume
from planner.i18n import _

ACPC_RADIUS_MM = 15.0
WINDOW_VOXELS = 9
"""Cubes of 9 mm at 1 mm: about the neighbourhood the engines compare."""
LEAST_CORRELATION = 0.58
"""Heads well aligned reach 0.65 to 0.78; one whose brain was blown up to its skull reached 0.53."""
LEAST_CORRELATION_ACPC = 0.5
LARGEST_SECOND_START_MM = 2.0
"""reference/registration.md section 4 counts a rigid alignment more than 2 mm off as failed."""


__all__ = [
    "ACPC_LENGTH_MM",
    "LARGEST_SECOND_START_MM",
    "LEAST_CORRELATION",
    "LEAST_CORRELATION_ACPC",
    "alarm_words",
    "alarms",
    "correlation_figures",
    "distance_to_line",
    "local_correlation",
]


def local_correlation(one: Volume, other: Volume) -> FloatArray:
    """(X, Y, Z) squared-root local correlation (0 to 1) of two volumes on one grid; 0 where either is flat."""
    other = other.on_grid_of(one)
    a, b = (np.asarray(v.values, dtype=np.float32) for v in (one, other))
    means = [uniform_filter(v, WINDOW_VOXELS) for v in (a, b, a * a, b * b, a * b)]
    mean_a, mean_b, square_a, square_b, product = means
    variance_a = np.maximum(square_a - mean_a**2, 0.0)
    variance_b = np.maximum(square_b - mean_b**2, 0.0)
    covariance = product - mean_a * mean_b
    flat = (variance_a < 1e-4 * max(float(a.var()), 1e-9)) | (variance_b < 1e-4 * max(float(b.var()), 1e-9))
    ratio = np.abs(covariance) / np.sqrt(np.maximum(variance_a * variance_b, 1e-12))
    return np.where(flat, 0.0, np.minimum(ratio, 1.0))


def correlation_figures(
    template: Volume, patient: Volume, to_patient: Transform, ac: FloatArray, pc: FloatArray
) -> dict[str, float]:
    """``correlation`` over the brain of the template (its non-zero voxels) and ``correlation_acpc``."""
    seen = resample(patient, template.grid, to_patient)
    correlation = local_correlation(template, seen)
    brain = np.asarray(template.values) > 0
    index = np.argwhere(brain)
    near = distance_to_line(template.grid.to_world(index), ac, pc) <= ACPC_RADIUS_MM
    values = correlation[brain]
    return {"correlation": float(values.mean()), "correlation_acpc": float(values[near].mean())}


def distance_to_line(xyz: FloatArray, begin: FloatArray, end: FloatArray) -> FloatArray:
    """(N,) distance of points to the straight piece from ``begin`` to ``end``."""
    along = end - begin
    share = np.clip((xyz - begin) @ along / float(along @ along), 0.0, 1.0)
    distance: FloatArray = np.linalg.norm(xyz - (begin + share[:, None] * along), axis=1)
    return distance


def alarms(figures: Mapping[str, float]) -> tuple[str, ...]:
    """Codes of what looks wrong, worst first; empty when nothing does. ``alarm_words`` says them."""
    found = []
    length = figures.get("acpc_length_mm")
    if length is not None and not ACPC_LENGTH_MM[0] <= length <= ACPC_LENGTH_MM[1]:
        found.append("acpc-length")
    if figures.get("jacobian_min", 1.0) <= 0.0:
        found.append("folded")
    if figures.get("correlation_acpc", 1.0) < LEAST_CORRELATION_ACPC:
        found.append("correlation-acpc")
    if figures.get("correlation", 1.0) < LEAST_CORRELATION:
        found.append("correlation")
    if figures.get("second_start_mm", 0.0) > LARGEST_SECOND_START_MM:
        found.append("second-start")
    return tuple(found)


def alarm_words(code: str) -> str:
    """What an alarm means and what to do."""
    texts = {
        "acpc-length": _("The distance from AC to PC is not that of a brain. Redo the alignment or use landmarks."),
        "folded": _("The alignment folds space inside the brain. Check the edges closely, or redo it."),
        "correlation-acpc": _("Around AC and PC the image does not look like the atlas. Check there first."),
        "correlation": _("The image does not look like the atlas after alignment. Check the edges, or use landmarks."),
        "second-start": _(
            "Two runs from different starts differ by more than 2 mm. Check the edges, or use landmarks."
        ),
    }
    return texts[code]
