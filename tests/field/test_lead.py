import numpy as np
import pytest

from planner.errors import PlannerError
from planner.field import ContactShape, LeadShape, Pose
from planner.geometry import Points


def test_that_a_ring_has_the_area_of_its_cylinder() -> None:
    ring = ContactShape("0", 1.5, 3.0)
    # 5.98 mm²: in vivo impedance study of the 3387, in the facts file.
    assert LeadShape(1.27, (ring,)).area_mm2(ring) == pytest.approx(5.98473, rel=1e-5)


@pytest.mark.parametrize(
    "contacts",
    [
        (),
        (ContactShape("0", 3.0, 1.5),),
        (ContactShape("0", -1.0, 1.5),),
        (ContactShape("0", 1.0, float("nan")),),
        (ContactShape("0", 1.0, 2.5), ContactShape("1", 2.0, 3.5)),
        (ContactShape("0", 1.0, 2.5), ContactShape("0", 3.0, 3.5)),
        (ContactShape("a", 1.0, 2.5, 0.0, 130.0), ContactShape("b", 1.0, 2.5, 120.0, 130.0)),
        (ContactShape("a", 1.0, 2.5, 0.0, 360.0),),
        (ContactShape("a", 1.0, 2.5, 0.0, None),),
        (ContactShape("a", 0.0, 2.5, 0.0, 90.0, includes_tip=True),),
    ],
)
def test_that_an_impossible_lead_is_refused_in_words(contacts: tuple[ContactShape, ...]) -> None:
    with pytest.raises(PlannerError) as caught:
        LeadShape(1.27, contacts)
    assert caught.value.code == "lead-shape"
    assert caught.value.text


def test_that_touching_segments_are_no_overlap() -> None:
    segments = tuple(
        ContactShape(name, 1.0, 2.5, angle, 120.0) for name, angle in zip("abc", (0, 120, 240), strict=True)
    )
    assert len(LeadShape(1.3, segments).contacts) == 3


def test_that_a_pose_maps_the_lead_frame_right_handed() -> None:
    pose = Pose.of((1.0, 2.0, 3.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), "world")
    # axis x zero = (1,0,0) x (0,1,0) = (0,0,1) is where 90 degrees points
    assert np.allclose(pose.to_world(np.array([[2.0, 3.0, 4.0]])), [[5.0, 4.0, 6.0]])
    assert np.allclose(pose.to_lead(Points.of((5.0, 4.0, 6.0), "world")), [[2.0, 3.0, 4.0]])


def test_that_a_pose_with_a_skew_zero_direction_is_refused() -> None:
    with pytest.raises(ValueError, match="perpendicular"):
        Pose.of((0, 0, 0), (0, 0, 1), (0.6, 0.0, 0.8), "world")
