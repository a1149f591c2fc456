import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.anatomy.acpc import frame, refuse_odd
from planner.anatomy.starts import turn
from planner.anatomy.targets_in_patient import from_book
from planner.errors import RefusedError

AC, PC, UP = np.array([0.0, 12.0, 0.0]), np.array([0.0, -13.0, 0.0]), np.array([[0.0, 0.0, 40.0]])


def test_that_an_upright_head_has_the_frame_of_its_image() -> None:
    of_head = frame(AC, PC, UP, "image:mr")
    assert of_head.length_mm == pytest.approx(25.0)
    assert np.allclose(of_head.to_acpc(np.array([3.0, 1.0, 2.0])), [[3.0, 1.5, 2.0]])  # origin at y = -0.5
    assert np.allclose(of_head.to_acpc(AC), [[0.0, 12.5, 0.0]])
    assert (of_head.transform.source, of_head.transform.target) == ("image:mr", "acpc")


def test_that_the_frame_of_a_head_nodding_forward_is_known_by_hand() -> None:
    # PC→AC points forward and down by 30 degrees; superior is then forward and up.
    ac, pc = np.array([0.0, 10.0 * np.sqrt(3.0), -10.0]), np.array([0.0, 0.0, 0.0])
    of_head = frame(ac, pc, np.array([[0.0, 20.0, 40.0]]), "image:mr")
    middle = (ac + pc) / 2.0
    superior = np.array([0.0, 0.5, np.sqrt(3.0) / 2.0])
    assert np.allclose(of_head.to_acpc(middle + 7.0 * superior), [[0.0, 0.0, 7.0]], atol=1e-9)
    assert np.allclose(of_head.to_acpc(middle + np.array([5.0, 0, 0])), [[5.0, 0.0, 0.0]], atol=1e-9)


def test_that_positions_are_said_in_letters() -> None:
    assert frame(AC, PC, UP, "image:mr").words(np.array([-12.0, -3.5, 4.2])) == "L 12.0  P 3.0  S 4.2"


angle = st.floats(-20.0, 20.0)
place = st.tuples(*(st.floats(-80.0, 80.0),) * 3)


@given(angles=st.tuples(angle, angle, angle), shift=place, point=place)
def test_that_turning_the_head_turns_the_frame_with_it(
    angles: tuple[float, float, float], shift: tuple[float, float, float], point: tuple[float, float, float]
) -> None:
    rotation = turn(angles)

    def carried(xyz: np.ndarray) -> np.ndarray:
        return np.atleast_2d(xyz) @ rotation.T + np.array(shift)

    turned = frame(carried(AC)[0], carried(PC)[0], carried(UP), "image:mr")
    straight = frame(AC, PC, UP, "image:mr").to_acpc(np.array(point))
    assert np.allclose(turned.to_acpc(carried(np.array(point))), straight, atol=1e-6)
    assert np.allclose(turned.from_acpc(straight), carried(np.array(point)), atol=1e-6)


def test_that_midline_points_are_fitted_together() -> None:
    points = np.array([[1.0, 0.0, 40.0], [-1.0, 20.0, 40.0], [1.0, -30.0, 40.0], [-1.0, -10.0, 40.0]])
    of_head = frame(AC, PC, points, "image:mr")
    assert np.allclose(of_head.to_acpc(points)[:, 0], [1.0, -1.0, 1.0, -1.0], atol=0.05)


@pytest.mark.parametrize(
    ("ac", "pc", "midline", "code"),
    [
        ((0, 4, 0), (0, -4, 0), UP, "acpc-length"),
        ((0, 25, 0), (0, -25, 0), UP, "acpc-length"),
        ((0, -13, 0), (0, 12, 0), UP, "acpc-swapped"),
        ((20, 5, 0), (0, -5, 0), UP, "acpc-angle"),
        ((0, 12, 0), (0, -13, 0), [[0.0, 0.0, 4.0]], "midline-near"),
        ((0, 12, 0), (0, -13, 0), np.zeros((0, 3)), "midline-near"),
        ((0, 12, 0), (0, -13, 0), [[35.0, 0.0, 30.0]], "midline-angle"),
        ((0, 12, 0), (0, -13, 0), [[0.0, 0.0, -40.0]], "midline-angle"),
        ((0, 12, 0), (0, -13, 0), [[0.0, 0.0, 40.0], [12.0, 10.0, 40.0]], "midline-off-plane"),
    ],
    ids=["short", "long", "swapped", "sideways", "near", "none", "rolled", "below", "off plane"],
)
def test_that_odd_clicks_are_refused_in_words(ac: object, pc: object, midline: object, code: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        refuse_odd(np.array(ac), np.array(pc), np.array(midline))
    assert refusal.value.code == code
    assert refusal.value.text.endswith(".")


def test_that_the_clicks_of_a_usual_head_pass() -> None:
    # the ECoG head of reference/registration.md section 5, and a midline point 45 mm above
    refuse_odd(np.array([0.4, 0.6, 3.3]), np.array([0.4, -23.4, -1.5]), np.array([[0.8, -20.0, 45.0]]))


@pytest.mark.parametrize(
    ("side", "reference", "expected"),
    [
        ("right", "MCP", (12.0, -10.5, 0.0)),  # 10 behind the middle at y = -0.5
        ("left", "MCP", (-12.0, -10.5, 0.0)),
        ("right", "AC", (12.0, 2.0, 0.0)),
        ("right", "PC", (12.0, -23.0, 0.0)),
    ],
)
def test_that_numbers_from_books_land_where_the_reference_says(
    side: str, reference: str, expected: tuple[float, float, float]
) -> None:
    of_head = frame(AC, PC, UP, "image:mr")
    found = from_book(of_head, side, lateral_mm=12.0, ap_mm=-10.0, vertical_mm=0.0, ap_reference=reference)  # type: ignore[arg-type]
    assert np.allclose(found, expected)


def test_that_an_unknown_reference_is_a_bug() -> None:
    with pytest.raises(ValueError, match="ventricle"):
        from_book(frame(AC, PC, UP, "x"), "left", lateral_mm=1, ap_mm=1, vertical_mm=1, ap_reference="ventricle")
