"""MRI laid over CT vertebra by vertebra: a synthetic pair of one patient who lies otherwise, bent at every disc."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from planner.anatomy.spine.level_blend import level_weights
from planner.anatomy.spine.level_pairs import OutlinedImage, paired
from planner.anatomy.spine.outline import Canal, Vertebra
from planner.anatomy.spine.parametric import ParametricSpine
from planner.anatomy.spine.parametric.bones import body_centre
from planner.anatomy.spine.register_levels import SpineRegistration, register_levels
from planner.anatomy.spine.synthetic import Rendered, View, render_ct, render_mri
from planner.errors import RefusedError
from planner.geometry import Curve, Grid, Points, Volume
from planner.geometry.arrays import FloatArray
from tests.anatomy.spine.builders import plain_spine, spine_with

VIEW = View("L1", "L4", (90.0, 120.0), 60.0, margin_mm=8.0, spacing_mm=(1.6, 1.6, 1.6))


def bent_spine() -> ParametricSpine:
    """The same patient in the MRI: far less kyphosis and lordosis."""
    return spine_with(thoracic_kyphosis_deg=15.0, lumbar_lordosis_deg=15.0)


def outlined(rendered: Rendered, space: str) -> OutlinedImage:
    truth = rendered.truth
    image = Volume(rendered.image.grid.in_space(space), rendered.image.values)
    return OutlinedImage(image, replace(truth.canal, path=Curve.of(truth.canal.path.xyz, space)), truth.vertebrae)


def shaken(one: OutlinedImage, by_mm: float) -> OutlinedImage:
    """Outlines as a method finds them: off by this much (standard deviation)."""
    rng = np.random.default_rng(6)
    moved = [
        replace(
            each,
            centre=tuple(np.array(each.centre) + rng.normal(0.0, by_mm, 3)),
            top_arc_mm=each.top_arc_mm + float(rng.normal(0.0, by_mm)),
            bottom_arc_mm=each.bottom_arc_mm + float(rng.normal(0.0, by_mm)),
        )
        for each in one.vertebrae
    ]
    return replace(one, vertebrae=tuple(moved))


def known(moving: ParametricSpine, fixed: ParametricSpine, name: str) -> tuple[FloatArray, FloatArray]:
    """Points of a vertebra (body, canal, processes) in both patients' spaces: (4, 3) each."""
    found = []
    for spine in (moving, fixed):
        number = spine.names.index(name)
        frame = spine.line.frames(spine.middle_arc_mm)[number]
        point, right, back, _down = frame
        centre = body_centre(frame, spine.plans[number])
        found.append(np.array([centre, point, point + 15.0 * right, point + 25.0 * back]))
    return found[0], found[1]


@pytest.fixture(scope="module")
def pair() -> tuple[OutlinedImage, OutlinedImage]:
    mr, ct = render_mri(bent_spine(), 3, VIEW), render_ct(plain_spine(), 4, VIEW)
    return shaken(outlined(mr, "mr"), 1.2), shaken(outlined(ct, "ct"), 0.8)


@pytest.fixture(scope="module")
def registration(pair: tuple[OutlinedImage, OutlinedImage]) -> SpineRegistration:
    return register_levels(*pair)


@pytest.mark.slow
def test_that_every_vertebra_is_laid_over_its_own_within_a_millimetre_and_a_half(
    registration: SpineRegistration,
) -> None:
    assert len(registration.levels) >= 3
    for level in registration.levels:
        there, wanted = known(bent_spine(), plain_spine(), level.name)
        miss = np.linalg.norm(level.affine.apply(Points.of(there, "mr")).xyz - wanted, axis=1)
        assert level.state == "refined"
        assert miss.mean() < 1.4  # voxels of 1.6 mm
        assert miss.max() < 2.0


@pytest.mark.slow
def test_that_the_joined_map_keeps_each_vertebra_where_its_own_transform_puts_it(
    registration: SpineRegistration,
) -> None:
    for level in registration.levels:
        there, _wanted = known(bent_spine(), plain_spine(), level.name)
        points = Points.of(there, "mr")
        apart = np.linalg.norm(registration.warp.apply(points).xyz - level.affine.apply(points).xyz, axis=1)
        assert apart[:2].max() < 1.2  # body and canal; nodes 4 mm apart
        back = registration.warp.inverse().apply(registration.warp.apply(points))
        assert np.abs(back.xyz - there).max() < 0.3


@pytest.mark.slow
def test_that_one_rigid_spine_would_have_been_worse(registration: SpineRegistration) -> None:
    """What the warp is for: the best single turn and shift of all the vertebrae misses some by several mm."""
    pairs = [known(bent_spine(), plain_spine(), level.name) for level in registration.levels]
    there, wanted = (np.concatenate([one[k] for one in pairs]) for k in (0, 1))
    a, b = there - there.mean(axis=0), wanted - wanted.mean(axis=0)
    left, _sizes, right = np.linalg.svd(a.T @ b)
    rigid = a @ (right.T @ np.diag([1, 1, np.sign(np.linalg.det(right.T @ left.T))]) @ left.T).T
    worst_rigid = np.linalg.norm(rigid - b, axis=1).max()
    warped = registration.warp.apply(Points.of(there, "mr")).xyz
    assert np.linalg.norm(warped - wanted, axis=1).max() < worst_rigid


@pytest.mark.slow
def test_that_an_image_of_clouds_is_not_laid_over_a_spine(pair: tuple[OutlinedImage, OutlinedImage]) -> None:
    moving, fixed = pair
    values = gaussian_filter(np.random.default_rng(2).normal(0.0, 1.0, moving.image.grid.shape), 2.5)
    clouds = replace(moving, image=Volume(moving.image.grid, 300.0 + 80.0 * values / values.std()))
    with pytest.raises(RefusedError) as refused:
        register_levels(clouds, fixed)
    assert refused.value.code == "different-patients"


def flat(name_of: dict[int, str], height_mm: float = 25.0, space: str = "ct") -> OutlinedImage:
    """A straight canal with vertebrae of one height."""
    path = Curve.of([(0.0, 0.0, 200.0), (0.0, 0.0, 0.0)], space)
    canal = Canal(path, np.ones(2), np.full(2, 8.0), "known")
    vertebrae = tuple(
        Vertebra(name, "claimed", (0.0, 20.0, 190.0 - 30.0 * k), 30.0 * k, 30.0 * k + height_mm, 1.0)
        for k, name in name_of.items()
    )
    return OutlinedImage(Volume(Grid.of((4, 4, 4), np.eye(4), space), np.zeros((4, 4, 4))), canal, vertebrae)


@pytest.mark.parametrize(
    ("moving", "fixed", "code"),
    [
        (flat({0: "", 1: ""}, space="mr"), flat({0: "T9", 1: "T10"}), "levels-unnamed"),
        (flat({0: "T9", 1: "T10"}, space="mr"), flat({0: "L1", 1: "L2"}), "levels-apart"),
        (flat({0: "T9", 1: "T10"}, 19.0, "mr"), flat({0: "T9", 1: "T10"}, 25.0), "different-patients"),
    ],
)
def test_that_images_that_do_not_belong_together_are_refused_in_words(
    moving: OutlinedImage, fixed: OutlinedImage, code: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        register_levels(moving, fixed)
    assert refused.value.code == code


def test_that_the_first_fit_of_equal_outlines_is_exact() -> None:
    for pair in paired(flat({0: "T9", 1: "T10"}, space="mr"), flat({0: "T9", 1: "T10"})):
        assert pair.residual_mm == pytest.approx(0.0, abs=1e-9)
        assert np.allclose(pair.start.matrix, np.eye(4), atol=1e-9)


def test_that_a_cut_vertebra_is_left_out_where_there_are_whole_ones() -> None:
    fixed = flat({0: "T9", 1: "T10"})
    cut = replace(fixed, vertebrae=(replace(fixed.vertebrae[0], is_cut=True), fixed.vertebrae[1]))
    assert [one.name for one in paired(flat({0: "T9", 1: "T10"}, space="mr"), cut)] == ["T10"]


def test_that_weights_are_whole_within_a_vertebra_and_pass_over_in_the_disc() -> None:
    arcs = [(0.0, 20.0), (26.0, 46.0), (52.0, 72.0)]
    place = np.array([-30.0, 10.0, 20.0, 23.0, 26.0, 40.0, 49.0, 60.0, 200.0])
    weights = level_weights(place, arcs)
    assert weights.sum(axis=1) == pytest.approx(np.ones(len(place)))
    assert weights[[0, 1, 2], 0] == pytest.approx([1.0, 1.0, 1.0])
    assert weights[3] == pytest.approx([0.5, 0.5, 0.0])
    assert weights[[4, 5], 1] == pytest.approx([1.0, 1.0])
    assert weights[6] == pytest.approx([0.0, 0.5, 0.5])
    assert weights[[7, 8], 2] == pytest.approx([1.0, 1.0])


def test_that_outlines_that_overlap_still_pass_smoothly() -> None:
    weights = level_weights(np.linspace(0.0, 50.0, 501), [(0.0, 26.0), (24.0, 50.0)])
    assert (np.diff(weights[:, 1]) >= 0.0).all()
    assert np.diff(weights[:, 1]).max() < 0.05
