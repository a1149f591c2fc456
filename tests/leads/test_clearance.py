from dataclasses import replace

import numpy as np
import pytest

from planner.case.model import Lead
from planner.errors import SpaceMismatchError
from planner.geometry import Affine, Grid, Volume
from planner.leads import clearance
from planner.leads.clearance import STEP_MM

SPACE = "image:a"
DIAMETER = 1.27
LEAD = Lead("l1", "VPL", "right", "medtronic_3387", (10.0, 0.0, 0.0), (10.0, 0.0, 60.0), SPACE)
BRAIN, CSF, VENTRICLE = 1, 2, 3


def _phantom(spacing_mm: float = 1.0) -> Volume:
    """Brain from z = -20 to 50, and nothing else yet; x and y from -30 to 30 mm, world edges on voxel borders."""
    shape = tuple(int(n / spacing_mm) for n in (60, 60, 90))
    affine = np.diag([spacing_mm] * 3 + [1.0])
    affine[:3, 3] = np.array([-30.0, -30.0, -20.0]) + spacing_mm / 2
    grid = Grid.of(shape, affine, SPACE)
    values = np.zeros(shape, dtype=np.uint8)
    values[:, :, : int(70 / spacing_mm)] = BRAIN
    return Volume(grid, values)


def _with_block(volume: Volume, low, high, code: int) -> Volume:
    values = np.array(volume.values)
    lo = np.round(volume.grid.to_index(low) + 0.5).astype(int)
    hi = np.round(volume.grid.to_index(high) + 0.5).astype(int)
    values[lo[0] : hi[0], lo[1] : hi[1], lo[2] : hi[2]] = code
    return Volume(volume.grid, values)


@pytest.mark.parametrize("spacing_mm", [0.5, 1.0, 2.0])
def test_that_clearance_from_a_ventricle_is_the_gap_to_its_wall_whatever_the_voxel_size(spacing_mm):
    # wall at x = 4, axis at x = 10: 6 mm less the lead's radius
    labels = _with_block(_phantom(spacing_mm), (-4.0, -4.0, 10.0), (4.0, 4.0, 20.0), VENTRICLE)
    found = clearance.to_label(LEAD, DIAMETER, labels, {VENTRICLE})
    assert found.distance_mm == pytest.approx(6.0 - DIAMETER / 2, abs=1e-9)
    assert 10.0 - STEP_MM <= found.above_target_mm <= 20.0 + STEP_MM
    assert found.inside_mm == 0.0


def test_that_a_path_through_a_ventricle_tells_how_many_mm_lie_inside():
    labels = _with_block(_phantom(), (-4.0, -4.0, 10.0), (14.0, 4.0, 24.0), VENTRICLE)
    found = clearance.to_label(LEAD, DIAMETER, labels, {VENTRICLE})
    assert found.distance_mm == 0.0
    assert found.inside_mm == pytest.approx(14.0, abs=STEP_MM)


def test_that_clearance_of_an_oblique_path_is_measured_to_the_nearest_corner():
    # the line x = y passes the corner edge (4, -4) of the block at 8 / sqrt(2) mm
    labels = _with_block(_phantom(0.5), (4.0, -20.0, 10.0), (20.0, -4.0, 30.0), VENTRICLE)
    lead = replace(LEAD, target=(-14.0, -14.0, 20.0), entry=(14.0, 14.0, 20.0))
    found = clearance.to_label(lead, DIAMETER, labels, {VENTRICLE})
    assert found.distance_mm == pytest.approx(8.0 / np.sqrt(2) - DIAMETER / 2, abs=0.02)  # 0.25 mm sampling


def test_that_a_far_structure_reads_as_beyond_reach():
    labels = _with_block(_phantom(), (-30.0, -30.0, -20.0), (-25.0, -25.0, -15.0), VENTRICLE)
    found = clearance.to_label(LEAD, DIAMETER, labels, {VENTRICLE})
    assert found.is_beyond_reach


def test_that_the_surface_csf_is_not_taken_for_a_sulcus():
    # brain ends at z = 50; CSF above it; sulcus 3 mm beside the axis, 30 mm deep
    surface = _with_block(_phantom(), (-30.0, -30.0, 50.0), (30.0, 30.0, 55.0), CSF)
    plain = clearance.to_sulcus(LEAD, DIAMETER, surface, {CSF}, {BRAIN})
    assert plain is not None
    assert plain.distance_mm == pytest.approx(clearance.BELOW_SURFACE_MM - DIAMETER / 2, abs=STEP_MM)
    sulcus = _with_block(surface, (13.0, -10.0, 20.0), (15.0, 10.0, 50.0), CSF)
    found = clearance.to_sulcus(LEAD, DIAMETER, sulcus, {CSF}, {BRAIN})
    assert found is not None
    assert found.distance_mm == pytest.approx(3.0 - DIAMETER / 2, abs=1e-9)
    assert found.inside_mm == 0.0


def test_that_a_path_down_a_sulcus_tells_its_length():
    sulcus = _with_block(_phantom(), (9.0, -10.0, 30.0), (11.0, 10.0, 40.0), CSF)
    found = clearance.to_sulcus(LEAD, DIAMETER, sulcus, {CSF}, {BRAIN})
    assert found is not None
    assert found.distance_mm == 0.0
    assert found.inside_mm == pytest.approx(10.0, abs=STEP_MM)


def test_that_a_cistern_is_not_taken_for_a_sulcus():
    # the path enters at z = 50; a sulcus 2 mm beside it at z 30 to 40, a cistern 1 mm beside it at z 0 to 10
    labels = _with_block(_phantom(), (12.0, -10.0, 30.0), (14.0, 10.0, 40.0), CSF)
    labels = _with_block(labels, (11.0, -10.0, 0.0), (20.0, 10.0, 10.0), CSF)
    sulcus = clearance.to_sulcus(LEAD, DIAMETER, labels, {CSF}, {BRAIN})
    assert sulcus is not None
    assert sulcus.distance_mm == pytest.approx(2.0 - DIAMETER / 2, abs=1e-9)


def test_that_a_path_outside_the_brain_has_no_csf_clearance():
    lead = replace(LEAD, target=(100.0, 0.0, 0.0), entry=(100.0, 0.0, 60.0))
    assert clearance.to_sulcus(lead, DIAMETER, _phantom(), {CSF}, {BRAIN}) is None


def test_that_the_midline_is_that_of_the_acpc_frame_not_of_the_image():
    shifted = np.eye(4)
    shifted[0, 3] = -3.0  # the midline lies at x = 3 of the image
    found = clearance.to_midline(LEAD, DIAMETER, Affine.of(shifted, SPACE, "acpc"))
    assert found.distance_mm == pytest.approx(7.0 - DIAMETER / 2, abs=1e-9)


def test_that_a_path_across_the_midline_is_told_with_its_length():
    lead = replace(LEAD, target=(5.0, 0.0, 0.0), entry=(-15.0, 0.0, 0.0))
    found = clearance.to_midline(lead, DIAMETER, Affine.identity(SPACE, "acpc"))
    assert found.distance_mm == 0.0
    assert found.inside_mm == pytest.approx(15.0, abs=STEP_MM)
    assert found.above_target_mm == pytest.approx(5.0, abs=STEP_MM)


def test_that_two_crossing_shafts_are_as_far_apart_as_their_surfaces():
    other = replace(LEAD, id="l2", target=(-20.0, 4.0, 30.0), entry=(30.0, 4.0, 30.0))
    found = clearance.to_lead(LEAD, DIAMETER, other, 1.4)
    assert found.distance_mm == pytest.approx(4.0 - (DIAMETER + 1.4) / 2, abs=0.005)  # sampled every 0.25 mm
    assert found.above_target_mm == pytest.approx(30.0, abs=STEP_MM)


def test_that_labels_of_another_space_are_refused():
    with pytest.raises(SpaceMismatchError):
        clearance.to_label(replace(LEAD, space="image:b"), DIAMETER, _phantom(), {VENTRICLE})
