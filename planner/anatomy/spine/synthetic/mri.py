"""Synthetic MRI of a parametric spine."""

from typing import Literal

import numpy as np

from planner.anatomy.spine.parametric.spine import ParametricSpine
from planner.anatomy.spine.synthetic import scanner
from planner.anatomy.spine.synthetic.findings import Findings, skeleton
from planner.anatomy.spine.synthetic.metal import VOID_MM, metal_distance, with_void
from planner.anatomy.spine.synthetic.request import Rendered, View
from planner.anatomy.spine.synthetic.scene import fine_of, grid_of, heights_of, paint
from planner.anatomy.spine.synthetic.tissues import T1, T2, table
from planner.anatomy.spine.synthetic.truth import truth_of
from planner.geometry import Volume

Weighting = Literal["T2", "T1"]
SHARPNESS_MM = 0.35
RINGING = 0.12


def render_mri(
    spine: ParametricSpine,
    seed: int = 0,
    view: View = View(),  # noqa: B008  frozen
    findings: Findings = Findings(),  # noqa: B008  frozen
    *,
    weighting: Weighting = "T2",
    noise: float = 18.0,
    bias: float = 0.35,
    ghosting: float = 0.0,
) -> Rendered:
    """Magnitude values (int16, CSF near 900 on T2) with labels and truth; the same for the same arguments. ``noise`` is
    the standard deviation in one channel, ``bias`` the strength of the coil's shading, ``ghosting`` the share of the
    image repeated along its second axis by motion."""
    looks = table(T2 if weighting == "T2" else T1)
    grid = grid_of(spine, view)
    hard = skeleton(spine, findings, heights_of(grid))
    scene = paint(spine, hard, fine_of(grid), looks, seed)
    rng = np.random.default_rng([seed, 2])
    values = scanner.slices(scene.values, scene.fine, view.thickness_mm)
    if len(hard.metal):
        values = with_void(values, metal_distance(grid, hard.metal, VOID_MM + 6.0))
    values = scanner.ringing(scanner.blurred(values, SHARPNESS_MM, grid.spacing_mm), RINGING)
    values = scanner.ghosts(values, ghosting) * scanner.bias_field(grid.shape, grid.spacing_mm, bias, rng)
    image = np.round(scanner.rician(values, noise, rng)).clip(0, 32767).astype(np.int16)
    labels = scanner.labels_of(scene.labels, scene.fine)
    return Rendered(Volume(grid, image), Volume(grid, labels), truth_of(spine, grid, findings.remarks), "MR")
