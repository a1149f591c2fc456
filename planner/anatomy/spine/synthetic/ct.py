"""Synthetic CT of a parametric spine."""

import numpy as np

from planner.anatomy.spine.parametric.spine import ParametricSpine
from planner.anatomy.spine.synthetic import scanner
from planner.anatomy.spine.synthetic.request import Rendered, View
from planner.anatomy.spine.synthetic.scene import fine_of, grid_of, paint
from planner.anatomy.spine.synthetic.tissues import CT_CONTRAST_HU, CT_HU, table
from planner.anatomy.spine.synthetic.truth import truth_of
from planner.geometry import Volume

SHARPNESS_MM = 0.4
"""Standard deviation of the in-plane blur of a soft-tissue kernel."""
LOWEST_HU, HIGHEST_HU = -1024, 3071


def render_ct(
    spine: ParametricSpine,
    seed: int = 0,
    view: View = View(),  # noqa: B008  frozen
    *,
    has_contrast: bool = False,
    noise_hu: float = 18.0,
) -> Rendered:
    """HU (int16) with labels and truth; the same for the same arguments."""
    looks = table({**CT_HU, **CT_CONTRAST_HU} if has_contrast else CT_HU)
    grid = grid_of(spine, view)
    scene = paint(spine, fine_of(grid), looks, seed)
    rng = np.random.default_rng([seed, 1])
    values = scanner.slices(scene.values, scene.fine, view.thickness_mm)
    values = scanner.blurred(values, SHARPNESS_MM, grid.spacing_mm)
    strength = noise_hu * (0.6 + 0.4 * np.clip((values + 1000.0) / 1000.0, 0.0, 2.0))
    values = values + strength * scanner.ct_noise(values.shape, grid.spacing_mm, rng)
    image = np.clip(np.round(values), LOWEST_HU, HIGHEST_HU).astype(np.int16)
    labels = scanner.labels_of(scene.labels, scene.fine)
    return Rendered(Volume(grid, image), Volume(grid, labels), truth_of(spine, grid), "CT")
