"""Variants with known truth: what was built in is in the picture."""

import numpy as np
import pytest

from planner.anatomy.spine.levels import LevelScheme
from planner.anatomy.spine.parametric import Scoliosis
from planner.anatomy.spine.synthetic import Findings, Rendered, View, ct_of, render_ct, render_mri
from tests.anatomy.spine.builders import plain_spine, spine_with

pytestmark = pytest.mark.slow  # every one draws an image or two


def view(first: str, last: str, up_mm: float = 1.5, **changes: float | None) -> View:
    return View(first, last, (84, 110), 55, spacing_mm=(1.2, 1.2, up_mm), **changes)  # type: ignore[arg-type]


def behind_canal(rendered: Rendered, name: str) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    """HU along the midline from the canal's middle backwards, at the lamina of a vertebra."""
    spine = rendered.truth.spine
    index = spine.names.index(name)
    frame = spine.line.frames(spine.middle_arc_mm[index])[0]
    start = frame[0] - frame[3] * (spine.plans[index].lamina_z - 1.0)
    steps = np.arange(4.0, 25.0, 0.5)
    found = np.round(rendered.image.grid.to_index(start + steps[:, None] * frame[2])).astype(int)
    return np.asarray(rendered.image.values[tuple(found.T)])


def test_that_a_laminectomy_leaves_the_canal_open_behind() -> None:
    whole = render_ct(plain_spine(), 1, view("L2", "L3"))
    opened = render_ct(plain_spine(), 1, view("L2", "L3"), Findings(opened=("L3",)))
    assert behind_canal(whole, "L3").max() > 250
    assert behind_canal(opened, "L3").max() < 200
    assert opened.truth.remarks == ("laminectomy:L3",)


def test_that_a_fused_disc_is_bone_and_bears_no_disc_label() -> None:
    rendered = render_ct(plain_spine(), 1, view("L2", "L3"), Findings(fused=("L2",)))
    assert 121 not in rendered.labels.values
    upper, lower = (next(one for one in rendered.truth.vertebrae if one.name == name) for name in ("L2", "L3"))
    assert upper.bottom_centre is not None
    assert lower.top_centre is not None
    middle = (np.array(upper.bottom_centre) + np.array(lower.top_centre)) / 2
    index = tuple(np.round(rendered.labels.grid.to_index(middle)).astype(int))
    assert rendered.labels.values[index] in (21, 22)


def test_that_screws_are_metal_on_ct_with_streaks_and_a_void_on_mri() -> None:
    findings = Findings(screwed=("L3",))
    plain, screwed = (render_ct(plain_spine(), 1, view("L3", "L3"), each) for each in (Findings(), findings))
    assert (plain.image.values > 2500).sum() == 0
    assert (screwed.image.values > 2500).sum() > 100
    soft = (plain.image.values > 20) & (plain.image.values < 100) & (screwed.image.values < 2000)
    assert screwed.image.values[soft].std() > 1.2 * plain.image.values[soft].std()
    mri = render_mri(plain_spine(), 1, view("L3", "L3"), findings)
    metal = screwed.image.values > 2500
    assert np.median(mri.image.values[metal]) < 60


def test_that_t13_and_l6_carry_their_own_numbers() -> None:
    thirteen = render_ct(spine_with(scheme=LevelScheme(13, 5)), 1, view("T12", "L1", 3.0))
    assert {19, 28, 20} <= set(np.unique(thirteen.labels.values))
    assert [one.name for one in thirteen.truth.vertebrae] == ["T12", "T13", "L1"]
    six = render_ct(spine_with(scheme=LevelScheme(12, 6)), 1, view("L5", "L6", 3.0))
    assert {24, 25} <= set(np.unique(six.labels.values))
    assert "level:L6" in six.truth.remarks


def test_that_a_wedged_body_is_lower_in_front() -> None:
    spine = spine_with(wedged=(("L1", 0.4),))
    bone = next(one for one in spine.bones if one.name == "L1")
    plan = spine.plans[spine.names.index("L1")]
    z = np.arange(-20.0, 20.0, 0.1)
    depth = (plan.measures.depth_top_mm + plan.measures.depth_bottom_mm) / 2
    heights = []
    for y in (-plan.half_ap - 3.0, -plan.half_ap - depth + 3.0):
        points = bone.to_world(np.stack([0 * z, np.full_like(z, y), z], axis=1))
        heights.append((bone.distance_mm(points) < 0).sum() * 0.1)
    assert heights[1] / heights[0] == pytest.approx(0.65, abs=0.08)  # 3 mm inside the rims of a 40 % wedge


def test_that_the_canal_follows_a_scoliosis() -> None:
    rendered = render_ct(
        spine_with(scoliosis=Scoliosis(45.0)), 1, View("T4", "L1", (120, 110), 55, spacing_mm=(2, 2, 3))
    )
    path = rendered.truth.canal.path.xyz
    assert np.ptp(path[:, 0]) > 15
    index = np.clip(
        np.round(rendered.labels.grid.to_index(path)).astype(int), 0, np.array(rendered.labels.grid.shape) - 1
    )
    assert np.isin(rendered.labels.values[tuple(index.T)], (60, 61, 62)).mean() > 0.97


def test_that_thick_slices_average_what_thin_slices_show() -> None:
    thin = render_ct(plain_spine(), 1, View("T11", "T11", (60, 80), 40, spacing_mm=(2, 2, 1)), noise_hu=0.0)
    thick = render_ct(plain_spine(), 1, View("T11", "T11", (60, 80), 40, spacing_mm=(2, 2, 5)), noise_hu=0.0)
    differences = []
    for k in range(1, thick.image.grid.shape[2] - 1):  # both begin with a slice centred on the same height
        mean = thin.image.values[:, :, 5 * k - 2 : 5 * k + 3].mean(axis=2)
        differences.append(np.abs(mean - thick.image.values[:, :, k]))
    difference = np.stack(differences)
    assert np.median(difference) < 15
    assert np.percentile(difference, 95) < 150


def test_that_an_unknown_level_is_refused() -> None:
    with pytest.raises(ValueError, match="T13"):
        render_ct(plain_spine(), 1, view("T11", "T12"), Findings(fused=("T13",)))


def test_that_a_placed_atlas_is_drawn_on_the_patients_grid() -> None:
    """Placed on the truth of a picture and drawn on its grid, bone lies where the picture has it."""
    rendered = render_ct(plain_spine(), 1, View("T9", "T12", (80, 100), 50, spacing_mm=(2, 2, 2)), noise_hu=0.0)
    placed = plain_spine().placed_on(rendered.truth.canal, rendered.truth.vertebrae)
    drawn = ct_of(placed, rendered.image.grid).values
    there, here = rendered.image.values > 300, drawn > 300
    assert 2 * (there & here).sum() / (there.sum() + here.sum()) > 0.8
