import numpy as np
import pytest

from planner.case.model import Lead
from planner.geometry import Affine
from planner.leads.angles import path_angles

SPACE = "image:a"
ACPC = Affine.identity(SPACE, "acpc")


def _lead(entry) -> Lead:
    return Lead("l1", "n", "right", "medtronic_3387", (0.0, 0.0, 0.0), entry, SPACE)


@pytest.mark.parametrize(
    ("entry", "plane_deg", "sagittal_deg"),
    [
        ((0.0, 0.0, 70.0), 90.0, 0.0),
        ((0.0, 30.0, 30.0), 45.0, 0.0),
        ((0.0, -30.0, 30.0), 135.0, 0.0),
        ((40.0, 0.0, 40.0), 90.0, 45.0),
        ((-40.0, 0.0, 40.0), 90.0, -45.0),
        # x = 1 of a path of length sqrt(1 + 1 + 2) = 2: asin 0.5 = 30; atan2(sqrt 2, 1) = 54.7356
        ((10.0, 10.0, 10.0 * np.sqrt(2.0)), 54.7356, 30.0),
        ((50.0, 0.0, 0.0), 90.0, 90.0),
    ],
)
def test_that_angles_are_those_of_an_arc_that_turns_about_the_left_right_axis(entry, plane_deg, sagittal_deg):
    found = path_angles(_lead(entry), ACPC)
    assert found.from_acpc_plane_deg == pytest.approx(plane_deg, abs=1e-4)
    assert found.from_midsagittal_deg == pytest.approx(sagittal_deg, abs=1e-4)


def test_that_angles_are_counted_in_the_acpc_frame_not_in_the_image():
    turn = np.radians(10.0)  # the head is nodded by 10 degrees about the left-right axis
    matrix = np.eye(4)
    matrix[1:3, 1:3] = [[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]
    found = path_angles(_lead((0.0, 0.0, 70.0)), Affine.of(matrix, SPACE, "acpc"))
    assert found.from_acpc_plane_deg == pytest.approx(100.0, abs=1e-9)
