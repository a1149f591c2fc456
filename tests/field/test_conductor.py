import numpy as np
import pytest

from planner.errors import PlannerError, SpaceMismatchError
from planner.field import Capsule, Conductor, ContactShape, FieldOptions, LeadShape, Pose, Tissue, solve_units
from planner.geometry import Grid, Volume
from planner.progress import SILENT
from tests.field.conftest import COARSE


def slab(spacing_mm: float, border_mm: float, space: str = "lead") -> Volume:
    """Label 1 below z = border, 2 above; voxels around the lead, the border on a voxel face."""
    count = round(100.0 / spacing_mm)
    affine = np.diag([spacing_mm, spacing_mm, spacing_mm, 1.0])
    affine[:3, 3] = spacing_mm / 2 - 50.0
    affine[2, 3] = border_mm + spacing_mm * (0.5 - count // 2)
    grid = Grid.of((count, count, count), affine, space)
    layer = np.where(
        grid.to_world(np.stack([np.zeros(count)] * 2 + [np.arange(count)], axis=1))[:, 2] < border_mm, 1, 2
    )
    return Volume(grid, np.broadcast_to(layer.astype(np.uint8), grid.shape).copy())


def test_that_a_voxel_reaches_half_its_size_around_its_centre() -> None:
    turn = np.array([[0.8, -0.6, 0.0], [0.6, 0.8, 0.0], [0.0, 0.0, 1.0]])
    affine = np.eye(4)
    affine[:3, :3] = turn * 2.0
    affine[:3, 3] = (5.0, 6.0, 7.0)
    grid = Grid.of((3, 3, 3), affine, "world")
    labels = np.zeros(grid.shape, dtype=np.uint8)
    labels[1, 1, 1] = 1
    tissue = Tissue.from_labels(Volume(grid, labels), {0: 0.1, 1: 0.9}, 0.3)
    centre = grid.to_world((1, 1, 1))
    for axis in turn.T:
        for sign in (1, -1):
            assert tissue.at(centre + sign * 0.99 * axis) == 0.9
            assert tissue.at(centre + sign * 1.01 * axis) == 0.1
            assert tissue.at(centre + sign * 3.01 * axis) == 0.3


@pytest.mark.parametrize("coarse_mm", [1.0, 2.0])
def test_that_a_slab_stands_at_the_same_place_whatever_its_voxels(lead_3389: LeadShape, coarse_mm: float) -> None:
    # Taking a voxel's centre for its corner would move the border by half a voxel: 5 % and more in these numbers.
    found = []
    for spacing in (0.5, coarse_mm):
        tissue = Tissue.from_labels(slab(spacing, 4.0), {1: 0.1, 2: 1.0}, 0.2)
        units = solve_units(lead_3389, Pose.upright(), Conductor(tissue), SILENT, FieldOptions(resolution=COARSE))
        found.append(units.resistance_ohm)
    assert np.abs(found[0] / found[1] - 1.0).max() < 0.003


def test_that_the_field_turns_with_lead_and_tissue(lead_3389: LeadShape) -> None:
    upright = slab(1.0, 4.0)
    turn = np.array([[0.36, 0.48, -0.8], [-0.8, 0.6, 0.0], [0.48, 0.64, 0.6]])
    affine = np.eye(4)
    affine[:3, :3], affine[:3, 3] = turn, (20.0, -30.0, 40.0)
    turned = Volume(Grid.of(upright.grid.shape, affine @ upright.grid.affine, "world"), upright.values)
    pose = Pose.of(affine[:3, 3], turn[:, 2], turn[:, 0], "world")
    found = []
    for volume, where in ((upright, Pose.upright()), (turned, pose)):
        conductor = Conductor(Tissue.from_labels(volume, {1: 0.1, 2: 1.0}, 0.2))
        found.append(solve_units(lead_3389, where, conductor, SILENT, FieldOptions(resolution=COARSE)).resistance_ohm)
    assert np.abs(found[0] / found[1] - 1.0).max() < 1e-4


def test_that_one_tissue_everywhere_gives_what_a_constant_gives(lead_3389: LeadShape) -> None:
    one = Tissue.from_labels(slab(2.0, 4.0), {1: 0.2, 2: 0.2}, 0.2)
    options = FieldOptions(resolution=COARSE)
    labelled = solve_units(lead_3389, Pose.upright(), Conductor(one), SILENT, options)
    constant = solve_units(lead_3389, Pose.upright(), Conductor.uniform(0.2), SILENT, options)
    assert np.abs(labelled.resistance_ohm / constant.resistance_ohm - 1.0).max() < 1e-6


def test_that_an_unknown_label_is_refused_by_its_number() -> None:
    with pytest.raises(PlannerError) as caught:
        Tissue.from_labels(slab(5.0, 0.0), {1: 0.2}, 0.2)
    assert caught.value.code == "unknown-tissue"
    assert "2" in caught.value.text


def test_that_labels_of_any_whole_number_are_understood() -> None:
    grid = Grid.of((1, 1, 3), np.eye(4), "world")
    labels = Volume(grid, np.array([[[-3, 70000, 5]]], dtype=np.int32))
    tissue = Tissue.from_labels(labels, {-3: 0.1, 70000: 0.2, 5: 0.3}, 0.4)
    assert tissue.at(np.array([[0, 0, 0], [0, 0, 1], [0, 0, 2]], dtype=float)).tolist() == [0.1, 0.2, 0.3]


def test_that_broken_labels_are_refused() -> None:
    grid = Grid.of((1, 1, 2), np.eye(4), "world")
    with pytest.raises(PlannerError) as caught:
        Tissue.from_labels(Volume(grid, np.array([[[0.5, 1.0]]])), {0: 0.1, 1: 0.2}, 0.4)
    assert caught.value.code == "labels"


@pytest.mark.parametrize("value", [0.0, -0.2, float("nan"), float("inf")])
def test_that_a_conductivity_that_cannot_be_is_refused(value: float) -> None:
    grid = Grid.of((1, 1, 1), np.eye(4), "world")
    makers = (
        lambda: Tissue.uniform(value),
        lambda: Capsule(0.1, value),
        lambda: Tissue.from_labels(Volume(grid, np.zeros((1, 1, 1), dtype=np.uint8)), {0: value}, 0.2),
        lambda: Tissue.from_labels(Volume(grid, np.zeros((1, 1, 1), dtype=np.uint8)), {0: 0.2}, value),
    )
    for make in makers:
        with pytest.raises(PlannerError) as caught:
            make()
        assert caught.value.code == "conductivity"


def test_that_a_lead_and_a_tissue_of_different_spaces_do_not_meet() -> None:
    lead = LeadShape(1.27, (ContactShape("0", 1.5, 3.0),))
    tissue = Tissue.from_labels(slab(5.0, 0.0, "image:a"), {1: 0.1, 2: 0.2}, 0.2)
    with pytest.raises(SpaceMismatchError):
        solve_units(lead, Pose.upright("image:b"), Conductor(tissue), SILENT)


def test_that_a_lead_at_the_edge_of_the_image_is_solved_with_the_stated_outside(lead_3389: LeadShape) -> None:
    at_corner = Pose.of((50.0, 50.0, 50.0), (0.0, 0.0, 1.0), (1.0, 0.0, 0.0), "lead")
    tissue = Tissue.from_labels(slab(2.0, 0.0), {1: 0.2, 2: 0.2}, 0.2)
    units = solve_units(lead_3389, at_corner, Conductor(tissue), SILENT, FieldOptions(resolution=COARSE))
    constant = solve_units(lead_3389, at_corner, Conductor.uniform(0.2), SILENT, FieldOptions(resolution=COARSE))
    assert np.abs(units.resistance_ohm / constant.resistance_ohm - 1.0).max() < 1e-6
