"""Synthetic CT of a parametric spine."""

import numpy as np

from planner.anatomy.spine.parametric.spine import ParametricSpine
from planner.anatomy.spine.synthetic import scanner
from planner.anatomy.spine.synthetic.findings import Findings, skeleton
from planner.anatomy.spine.synthetic.metal import metal_distance, with_streaks
from planner.anatomy.spine.synthetic.request import Rendered, View
from planner.anatomy.spine.synthetic.scene import fine_of, grid_of, heights_of, paint
from planner.anatomy.spine.synthetic.surroundings import usual_places
from planner.anatomy.spine.synthetic.tissues import CT_CONTRAST_HU, CT_HU, table
from planner.anatomy.spine.synthetic.truth import truth_of
from planner.errors import SpaceMismatchError
from planner.geometry import Grid, Volume

SHARPNESS_MM = 0.4
"""Standard deviation of the in-plane blur of a soft-tissue kernel."""
LOWEST_HU, HIGHEST_HU = -1024, 3071


def render_ct(
    spine: ParametricSpine,
    seed: int = 0,
    view: View = View(),  # noqa: B008  frozen
    findings: Findings = Findings(),  # noqa: B008  frozen
    *,
    has_contrast: bool = False,
    noise_hu: float = 18.0,
    motion_mm: float = 0.0,
    scatter_hu: float = 8.0,
) -> Rendered:
    """HU (int16) with labels and truth; the same for the same arguments. ``motion_mm``: how far the patient sways from
    slice to slice while scanned (the truth is that of the patient at rest), ``scatter_hu``: how much bone darkens what
    is near it."""
    looks = table({**CT_HU, **CT_CONTRAST_HU} if has_contrast else CT_HU)
    grid = grid_of(spine, view)
    hard = skeleton(spine, findings, heights_of(grid))
    scene = paint(spine, hard, fine_of(grid), looks, seed)
    rng = np.random.default_rng([seed, 1])
    values = scanner.slices(scene.values, scene.fine, view.thickness_mm)
    values = scanner.swayed(values, motion_mm, grid.spacing_mm, rng)
    values = scanner.blurred(values, SHARPNESS_MM, grid.spacing_mm)
    if len(hard.metal):
        values = with_streaks(values, metal_distance(grid, hard.metal, 2.0), grid.spacing_mm, rng)
    values = scanner.with_scatter(values, scatter_hu, grid.spacing_mm)
    values = values + noise_hu * _noise(spine, grid, values, rng)
    image = np.clip(np.round(values), LOWEST_HU, HIGHEST_HU).astype(np.int16)
    labels = scanner.labels_of(scene.labels, scene.fine)
    return Rendered(Volume(grid, image), Volume(grid, labels), truth_of(spine, grid, findings.remarks), "CT")


def ct_of(spine: ParametricSpine, grid: Grid, *, seed: int = 0) -> Volume:
    """A CT (HU, int16) without noise on a given grid in the spine's space: what a spine placed on an MRI would show.

    It is a drawing of the atlas, not an image of the patient, and has to be labelled so. Raises SpaceMismatchError.
    """
    if grid.space != spine.space:
        raise SpaceMismatchError(f"the spine lies in {spine.space!r}, the grid in {grid.space!r}")
    hard = skeleton(spine, Findings(), heights_of(grid))
    scene = paint(spine, hard, fine_of(grid), table(CT_HU), seed)
    values = scanner.slices(scene.values, scene.fine, None)
    return Volume(grid, np.clip(np.round(values), LOWEST_HU, HIGHEST_HU).astype(np.int16))


def _noise(spine: ParametricSpine, grid: Grid, values: scanner.Single, rng: np.random.Generator) -> scanner.Single:
    """Relative to the noise of soft tissue in an easy slice."""
    slices = np.arange(grid.shape[2])
    heights = grid.affine[2, 3] + grid.affine[2, 2] * slices
    dose = scanner.dose_factor(usual_places(spine, heights)).astype(np.float32)
    noise = scanner.ct_noise(values.shape, grid.spacing_mm, rng) * dose
    if dose.max() > 1.05:
        noise += scanner.sideways_noise(values.shape, grid.spacing_mm, rng) * (dose - 1.0)
    strength = 0.6 + 0.4 * np.clip((values + 1000.0) / 1000.0, 0.0, 2.0)
    return np.asarray(strength * noise, dtype=np.float32)
