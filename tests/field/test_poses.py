"""Any pose is solved: in the middle of the image, ending at its edge, half outside, outside."""

import numpy as np
import pytest

from planner.field import Capsule, Conductor, FieldOptions, LeadShape, Pose, TensorTissue, Tissue, solve_units
from planner.field.tensors import along_fibres
from planner.geometry import Grid, Points, Volume
from planner.progress import SILENT
from tests.field.conftest import COARSE

POSES = 200
HALF_MM = 50.0
"""The image reaches this far from the origin."""


def patches() -> Tissue:
    """CSF, grey and white matter in cubes of 4 mm, voxels of 1 mm."""
    values = np.random.default_rng(7).integers(0, 3, (25, 25, 25)).astype(np.uint8)
    values = values.repeat(4, 0).repeat(4, 1).repeat(4, 2)
    affine = np.eye(4)
    affine[:3, 3] = 0.5 - HALF_MM
    return Tissue.from_labels(Volume(Grid.of(values.shape, affine, "w"), values), {0: 1.654, 1: 0.275, 2: 0.126}, 0.2)


def fibres(elsewhere: Tissue) -> TensorTissue:
    """In a third of voxels of 4 mm, in any direction, 10 : 1."""
    rng = np.random.default_rng(8)
    ways = rng.normal(size=(25, 25, 25, 3)) * (rng.random((25, 25, 25, 1)) < 1 / 3)
    affine = np.diag([4.0, 4.0, 4.0, 1.0])
    affine[:3, 3] = 2.0 - HALF_MM
    return TensorTissue.of(Grid.of((25, 25, 25), affine, "w"), along_fibres(ways, 1.2, 0.12), elsewhere)


def random_pose(rng: np.random.Generator) -> Pose:
    """A quarter of the tips lies on the image's edge."""
    axis, other = rng.normal(size=(2, 3))
    axis /= np.linalg.norm(axis)
    zero = np.cross(axis, other)
    tip = rng.uniform(-1.2 * HALF_MM, 1.2 * HALF_MM, 3)
    if rng.random() < 0.25:
        tip[rng.integers(3)] = rng.choice([-HALF_MM, HALF_MM])
    return Pose.of(tip, axis, zero / np.linalg.norm(zero), "w")


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_that_200_random_poses_are_all_solved(directional_lead: LeadShape, lead_3389: LeadShape) -> None:
    rng = np.random.default_rng(200)
    labelled = patches()
    tissues = (labelled, fibres(labelled))
    for number in range(POSES):
        has_fibres = number // 2 % 5 == 0  # tensors cost four times as much: 40 poses of both leads
        lead, tissue, pose = (directional_lead, lead_3389)[number % 2], tissues[has_fibres], random_pose(rng)
        conductor = Conductor(tissue, Capsule(0.1, 0.1))
        units = solve_units(lead, pose, conductor, SILENT, FieldOptions(resolution=COARSE))
        assert (np.linalg.eigvalsh(units.conductance_ms) > 0).all()
        assert np.abs(units.resistance_ohm / units.resistance_ohm.T - 1).max() < 1e-3
        field = units.combine({lead.labels[1]: -1.0}, 1.0, 1.0)
        near = pose.to_world(rng.normal((0.0, 0.0, 4.0), size=(50, 3)))
        volts = field.at(Points.of(near, "w")).volts
        largest = np.abs(field.contact_volts).max()
        assert (
            np.nanmin(volts) >= -1.001 * largest
        )  # no potential beyond that of the contacts, by the maximum principle
        assert field.activated(0.2).volume_mm3 > 0
