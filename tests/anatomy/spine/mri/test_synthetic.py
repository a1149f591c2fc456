"""Synthetic MRI whose canal, cord, vertebrae and dorsal fluid are known: contrasts and thick slices the shared scans do
not have."""

from itertools import pairwise

import numpy as np
import pytest

from planner.anatomy.spine.mri import find_canal, find_cord, find_vertebrae, fluid_by_level
from planner.anatomy.spine.outline import Canal
from planner.anatomy.spine.synthetic import Findings, Rendered, View, render_mri
from tests.anatomy.spine.builders import plain_spine, spine_with

pytestmark = pytest.mark.slow
IN_THE_CANAL = (60, 61, 62)
LUMBAR = View("T11", "S1", (60.0, 180.0), 75.0, spacing_mm=(4.4, 0.8, 0.8), thickness_mm=4.0)
CERVICAL = View("C3", "T1", (110.0, 110.0), 55.0, spacing_mm=(0.7, 0.7, 3.3), thickness_mm=3.0)


def share_inside(canal: Canal, rendered: Rendered) -> float:
    index = np.rint(rendered.labels.grid.to_index(canal.path.xyz)).astype(int)
    index = np.clip(index, 0, np.array(rendered.labels.grid.shape) - 1)
    return float(np.isin(rendered.labels.values[tuple(index.T)], IN_THE_CANAL).mean())


@pytest.mark.parametrize("weighting", ["T2", "T1"])
def test_that_thick_sagittal_slices_of_the_loins_are_outlined(weighting: str) -> None:
    rendered = render_mri(plain_spine(), 1, LUMBAR, weighting="T2" if weighting == "T2" else "T1")
    canal = find_canal(rendered.image)
    assert canal.method == f"mri-{weighting.lower()}"
    assert share_inside(canal, rendered) > 0.98
    assert canal.path.length_mm > 0.9 * rendered.truth.canal.path.length_mm
    found = find_vertebrae(rendered.image, canal)
    whole = [one for one in rendered.truth.vertebrae if not one.is_cut]
    off = [min(abs(other.centre[2] - one.centre[2]) for other in found) for one in whole]
    assert max(off) < 8.0  # none missed
    assert all(lower.centre[2] < upper.centre[2] - 15.0 for upper, lower in pairwise(found))  # none doubled


def test_that_cord_and_fluid_in_axial_slices_of_the_neck_are_measured() -> None:
    rendered = render_mri(plain_spine(), 2, CERVICAL)
    canal = find_canal(rendered.image)
    assert share_inside(canal, rendered) > 0.98
    cord = find_cord(rendered.image, canal)
    levels = fluid_by_level(cord, rendered.truth.vertebrae)
    off = [level.thickness_mm - rendered.truth.dorsal_csf_mm[level.name] for level in levels]
    assert len(off) >= 5
    assert np.abs(off).max() < 0.7  # the bar; 0.4 measured
    mask = rendered.labels.grid.to_world(np.argwhere(rendered.labels.values == 60))
    middle = mask[np.abs(mask[:, 2] - mask[:, 2].mean()) < 2.0].mean(axis=0)
    path = canal.path.at(canal.path.nearest(middle))[0]
    assert np.hypot(*(path - middle)[:2]) < 0.6


@pytest.mark.parametrize(
    ("wedged", "findings"),
    [
        ((("T12", 0.4), ("L1", 0.3)), Findings()),
        ((), Findings(fused=("L2",))),
        ((), Findings(opened=("L2", "L3"), screwed=("L2", "L3"))),
    ],
)
def test_that_fractures_fusion_laminectomy_and_metal_hide_no_vertebra(
    wedged: tuple[tuple[str, float], ...], findings: Findings
) -> None:
    view = View("T10", "L4", (60.0, 160.0), 70.0, spacing_mm=(4.4, 0.9, 0.9), thickness_mm=4.0)
    rendered = render_mri(spine_with(wedged=wedged), 1, view, findings)
    canal = find_canal(rendered.image)
    assert share_inside(canal, rendered) > 0.98
    found = find_vertebrae(rendered.image, canal)
    whole = [one for one in rendered.truth.vertebrae if not one.is_cut]
    assert max(min(abs(other.centre[2] - one.centre[2]) for other in found) for one in whole) < 8.0
    # the ends show a part of one more; the void of a screw may be taken for a disc, which a person then removes
    assert len(found) <= len(rendered.truth.vertebrae) + (2 if findings.screwed else 1)
