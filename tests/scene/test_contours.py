"""Cuts of surfaces and leads with known answers."""

import numpy as np
import pytest

from planner.errors import SpaceMismatchError
from planner.geometry import Surface
from planner.scene.contours import SurfaceCuts, cut_surface, hull, trace_lead
from planner.scene.planes import SlicePlane
from tests.scene.scene_samples import SPACE, ball_surface, upright_lead


@pytest.mark.parametrize("height_mm", [0.0, 3.0, 8.0])
def test_that_a_ball_is_cut_in_one_closed_circle_of_the_right_radius(height_mm: float) -> None:
    plane = SlicePlane.axial((5, -4, 10 + height_mm), SPACE)
    (line,) = cut_surface(ball_surface((5, -4, 10), 10.0), plane)
    assert line.is_closed
    radius = np.linalg.norm(line.uv, axis=1)
    # 40 rows: the facets' middles lie up to 10·(1 − cos 2.3°) = 0.01 mm inside; seen slanted near the pole, twice that.
    np.testing.assert_allclose(radius, np.sqrt(100.0 - height_mm**2), atol=0.04)


def test_that_an_oblique_plane_through_the_centre_cuts_a_great_circle() -> None:
    plane = SlicePlane.probe((0, 0, 0), (0.5, 0.5, 0.7), SPACE)
    (line,) = cut_surface(ball_surface((0, 0, 0), 6.0), plane)
    np.testing.assert_allclose(np.linalg.norm(line.uv, axis=1), 6.0, atol=0.02)


def test_that_a_plane_beside_the_surface_cuts_nothing() -> None:
    assert cut_surface(ball_surface((0, 0, 0), 5.0), SlicePlane.axial((0, 0, 9), SPACE)) == ()


def test_that_two_separate_pieces_give_two_outlines() -> None:
    one, two = ball_surface((-10, 0, 0), 4.0, 12), ball_surface((10, 0, 0), 4.0, 12)
    both = Surface.of(
        np.concatenate([one.vertices, two.vertices]),
        np.concatenate([one.triangles, two.triangles + len(one.vertices)]),
        SPACE,
    )
    assert len(cut_surface(both, SlicePlane.axial((0, 0, 0.1), SPACE))) == 2


def test_that_a_surface_of_another_space_is_refused() -> None:
    with pytest.raises(SpaceMismatchError):
        cut_surface(ball_surface((0, 0, 0), 5.0), SlicePlane.axial((0, 0, 0), "image:other"))


def test_that_a_lead_across_the_slice_shows_as_a_disc_where_its_axis_passes() -> None:
    lead = upright_lead((-12.0, -18.0, 0.0))
    trace = trace_lead(lead, SlicePlane.axial((0, 0, 4.2), SPACE))
    assert trace.crossing is not None
    np.testing.assert_allclose(trace.crossing, (12.0, -18.0), atol=1e-9)  # the patient's left is on the screen's right
    across = np.ptp(trace.shaft, axis=0)
    np.testing.assert_allclose(across, 2 * 0.65, atol=0.012)


def test_that_only_contacts_at_the_slice_count_as_in_it() -> None:
    trace = trace_lead(upright_lead(), SlicePlane.axial((0, 0, 4.2), SPACE))
    inside = [contact.contact.label for contact in trace.contacts if contact.distance_mm == 0.0]
    assert inside == ["1a", "1b", "1c"]
    ring = next(contact for contact in trace.contacts if contact.contact.label == "0")
    assert ring.distance_mm == pytest.approx(1.2)  # its upper edge is at 3.0 mm


def test_that_segments_face_anterior_and_then_counter_clockwise_seen_from_the_entry() -> None:
    lead = upright_lead((0.0, 0.0, 0.0))
    by_label = {contact.label: lead.contact_centre(contact) for contact in lead.contacts}
    np.testing.assert_allclose(by_label["1a"], (0, 0.65, 4.25), atol=1e-12)
    # From above (the entry), anterior up, the patient's right is on the right: counter-clockwise is towards the left.
    assert by_label["1b"][0] < 0 < by_label["1c"][0]


def test_that_the_part_in_the_slice_is_as_long_as_the_slant_allows() -> None:
    lead = upright_lead((0.0, 0.5, 0.0))
    trace = trace_lead(lead, SlicePlane.coronal((0, 0, 0), SPACE))
    assert np.ptp(trace.near[:, 1]) == pytest.approx(60.0)  # it lies within a millimetre of the slice all along
    assert len(trace_lead(lead, SlicePlane.coronal((0, 9, 0), SPACE)).near) == 0


def test_that_the_hull_of_a_square_with_a_point_inside_is_the_square() -> None:
    points = np.array([(0, 0), (2, 0), (2, 2), (0, 2), (1, 1)], dtype=float)
    assert {tuple(corner) for corner in hull(points).tolist()} == {(0, 0), (2, 0), (2, 2), (0, 2)}


def test_that_remembered_cuts_are_the_same_as_fresh_ones_wherever_the_plane_goes() -> None:
    surface, cuts = ball_surface((5, -4, 10), 10.0, 16), SurfaceCuts()
    for height in (9.0, 9.0, 12.0, 25.0, 9.0):
        plane = SlicePlane.axial((0, 0, height), SPACE)
        fresh, remembered = cut_surface(surface, plane), cuts.cut(surface, plane)
        assert len(fresh) == len(remembered) == (0 if height > 20 else 1)
        for one, other in zip(fresh, remembered, strict=True):
            np.testing.assert_array_equal(one.uv, other.uv)
    with pytest.raises(SpaceMismatchError):
        cuts.cut(surface, SlicePlane.axial((0, 0, 90), "image:other"))
