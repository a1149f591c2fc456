from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.case.model import Lead
from planner.errors import RefusedError
from planner.leads.path import contact_centres, lead_curve, lead_frame, length_mm
from planner.library.devices import device
from planner.scene.planes import SlicePlane
from planner.steps.solve_field import pose_of

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


def test_that_the_middle_line_runs_from_the_tip_past_the_entry():
    curve = lead_curve(replace(UPRIGHT, depth_mm=2.0), above_entry_mm=10.0)
    assert curve.length_mm == pytest.approx(92.0, abs=EXACT)
    assert curve.at(0.0)[0] == pytest.approx([10.0, 0.0, -2.0], abs=EXACT)


@pytest.mark.parametrize("entry", [(34.0, 25.0, 62.0), (-20.0, -40.0, 50.0), (10.0, 70.0, 1.0)])
def test_that_views_and_solver_share_the_frame_of_the_lead(entry):
    lead = replace(UPRIGHT, entry=entry)
    frame = lead_frame(lead)
    assert SlicePlane.probe(lead.target, frame.axis, lead.space).up == pytest.approx(frame.zero_direction, abs=EXACT)
    turned = replace(lead, rotation_deg=35.0)
    assert pose_of(turned).matrix == pytest.approx(lead_frame(turned).matrix()[:3, :3], abs=EXACT)


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
