from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.case.model import Lead
from planner.errors import RefusedError
from planner.leads.path import (
    contact_centres,
    contact_surface,
    lead_curve,
    lead_frame,
    length_mm,
    probe_frame,
)
from planner.library.devices import device

EXACT = 1e-9  # plain arithmetic in float64 on numbers below 100
UPRIGHT = Lead("l1", "VPL", "right", "medtronic_3387", (10.0, 0.0, 0.0), (10.0, 0.0, 80.0), "image:a")


def test_that_the_tip_is_on_the_target_at_depth_zero_and_beyond_it_at_positive_depth():
    assert lead_frame(UPRIGHT).tip_mm == pytest.approx([10.0, 0.0, 0.0], abs=EXACT)
    assert lead_frame(replace(UPRIGHT, depth_mm=2.5)).tip_mm == pytest.approx([10.0, 0.0, -2.5], abs=EXACT)
    assert lead_frame(replace(UPRIGHT, depth_mm=-1.0)).tip_mm == pytest.approx([10.0, 0.0, 1.0], abs=EXACT)


def test_that_depth_follows_an_oblique_path():
    # entry - target = (0, 30, 40): unit (0, 0.6, 0.8)
    lead = replace(UPRIGHT, target=(0.0, 0.0, 0.0), entry=(0.0, 30.0, 40.0), depth_mm=5.0)
    frame = lead_frame(lead)
    assert frame.axis == pytest.approx([0.0, 0.6, 0.8], abs=EXACT)
    assert frame.tip_mm == pytest.approx([0.0, -3.0, -4.0], abs=EXACT)
    assert frame.zero_direction == pytest.approx([0.0, 0.8, -0.6], abs=EXACT)
    assert length_mm(lead) == pytest.approx(50.0, abs=EXACT)


def test_that_an_unturned_lead_faces_anterior():
    assert lead_frame(UPRIGHT).zero_direction == pytest.approx([0.0, 1.0, 0.0], abs=EXACT)


def test_that_a_positive_rotation_is_counter_clockwise_for_someone_looking_down_the_lead():
    # Looking from above (entry) down, anterior up: the patient's left is on the viewer's left, and
    # counter-clockwise takes anterior to the left (-x in RAS).
    assert lead_frame(replace(UPRIGHT, rotation_deg=90.0)).zero_direction == pytest.approx([-1.0, 0.0, 0.0], abs=EXACT)


def test_that_a_lead_along_the_anterior_axis_takes_superior_as_zero():
    lead = replace(UPRIGHT, entry=(10.0, 70.0, 0.0))
    assert lead_frame(lead).zero_direction == pytest.approx([0.0, 0.0, 1.0], abs=EXACT)


def test_that_entry_on_the_target_is_refused():
    with pytest.raises(RefusedError) as refused:
        lead_frame(replace(UPRIGHT, entry=UPRIGHT.target))
    assert refused.value.code == "path-too-short"


def test_that_ring_centres_of_3387_lie_on_the_axis_at_the_manual_heights():
    centres = contact_centres(UPRIGHT, device("medtronic_3387"))
    heights = {"0": 2.25, "1": 5.25, "2": 8.25, "3": 11.25}
    for label, height in heights.items():
        assert centres[label] == pytest.approx([10.0, 0.0, height], abs=EXACT)


def test_that_segment_a_faces_anterior_and_b_to_the_left_back():
    # a, b, c counter-clockwise seen from the proximal end (maker's manual): from anterior b lies at
    # 120 degrees over the left, so x = -sin 120, y = cos 120.
    lead = replace(UPRIGHT, device_id="medtronic_b33005")
    sensight = device("medtronic_b33005")
    centres = contact_centres(lead, sensight)
    radius = 1.36 / 2
    assert centres["1a"] == pytest.approx([10.0, radius, 3.75], abs=EXACT)
    assert centres["1b"] == pytest.approx([10.0 - radius * np.sin(np.radians(120)), -radius / 2, 3.75], abs=EXACT)
    assert centres["1c"] == pytest.approx([10.0 + radius * np.sin(np.radians(120)), -radius / 2, 3.75], abs=EXACT)
    assert centres["0"] == pytest.approx([10.0, 0.0, 1.75], abs=EXACT)


def test_that_rotating_by_120_degrees_brings_a_to_the_place_of_b():
    sensight = device("medtronic_b33005")
    lead = replace(UPRIGHT, device_id="medtronic_b33005")
    turned = contact_centres(replace(lead, rotation_deg=120.0), sensight)
    assert turned["1a"] == pytest.approx(contact_centres(lead, sensight)["1b"], abs=EXACT)


def test_that_the_probe_looks_down_with_anterior_up_and_the_patients_right_on_the_right():
    frame = probe_frame(replace(UPRIGHT, rotation_deg=77.0))
    assert frame.view == pytest.approx([0.0, 0.0, -1.0], abs=EXACT)
    assert frame.up == pytest.approx([0.0, 1.0, 0.0], abs=EXACT)
    assert frame.right == pytest.approx([1.0, 0.0, 0.0], abs=EXACT)
    assert frame.centre_mm == pytest.approx(UPRIGHT.target, abs=EXACT)


def test_that_the_middle_line_runs_from_the_tip_past_the_entry():
    curve = lead_curve(replace(UPRIGHT, depth_mm=2.0), above_entry_mm=10.0)
    assert curve.length_mm == pytest.approx(92.0, abs=EXACT)
    assert curve.at(0.0)[0] == pytest.approx([10.0, 0.0, -2.0], abs=EXACT)


def test_that_the_skin_of_a_segment_covers_its_angle_and_faces_outward():
    sensight = device("medtronic_b33005")
    skin = contact_surface(replace(UPRIGHT, device_id="medtronic_b33005"), sensight, "1a")
    corners = skin.vertices[skin.triangles]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    outward = corners.mean(axis=1) - np.array([10.0, 0.0, 3.75])
    assert ((normals * outward).sum(axis=1) > 0).all()
    area = np.linalg.norm(normals, axis=1).sum() / 2
    # chord mesh of 15 degree steps is smaller than the arc by 1 - sinc(7.5 deg) = 0.3 %
    assert area == pytest.approx(np.pi * 1.36 * 1.5 / 4, rel=0.004)


coordinate = st.floats(-90.0, 90.0)
points = st.tuples(coordinate, coordinate, coordinate)


@given(target=points, entry=points, depth=st.floats(-5, 5), rotation=st.floats(-360, 360))
def test_that_the_frame_is_right_handed_and_orthonormal_for_any_path(target, entry, depth, rotation):
    if np.linalg.norm(np.subtract(entry, target)) < 2.0:
        return
    lead = Lead("l", "n", "left", "medtronic_3387", target, entry, "image:a", depth_mm=depth, rotation_deg=rotation)
    rotation_part = lead_frame(lead).matrix()[:3, :3]
    assert rotation_part.T @ rotation_part == pytest.approx(np.eye(3), abs=1e-7)
    assert np.linalg.det(rotation_part) == pytest.approx(1.0, abs=1e-7)
