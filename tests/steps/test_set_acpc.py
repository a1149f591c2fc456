import pytest

from planner.case.model import ArrayRef, Case, GridSpec, Identity, Image
from planner.errors import RefusedError
from planner.steps.set_acpc import AcPcClicks, set_acpc

IDENTITY = ((1.0, 0.0, 0.0, 0.0), (0.0, 1.0, 0.0, 0.0), (0.0, 0.0, 1.0, 0.0), (0.0, 0.0, 0.0, 1.0))


def case() -> Case:
    image = Image("t1", "T1", "MR", GridSpec((2, 2, 2), IDENTITY), ArrayRef("0" * 64, (2, 2, 2), "<i2"), Identity())
    return Case("c").with_image(image)


def test_that_clicked_landmarks_carry_who_clicked_them() -> None:
    clicks = AcPcClicks((0.4, 0.6, 3.3), (0.4, -23.4, -1.5), ((0.8, -20.0, 45.0),), by="Dr. Ibáñez")
    found = set_acpc(case(), clicks)
    assert (found.ac, found.pc, found.midline) == (clicks.ac, clicks.pc, clicks.midline)
    assert (found.origin, found.space, found.confirmed_by) == ("clicked", "image:t1", "Dr. Ibáñez")


def test_that_ac_behind_pc_is_refused() -> None:
    with pytest.raises(RefusedError, match="Swap") as refusal:
        set_acpc(case(), AcPcClicks((0.4, -23.4, -1.5), (0.4, 0.6, 3.3), ((0.8, -20.0, 45.0),)))
    assert refusal.value.code == "acpc-swapped"


def test_that_a_midline_point_is_needed() -> None:
    with pytest.raises(RefusedError, match="between the hemispheres"):
        set_acpc(case(), AcPcClicks((0.4, 0.6, 3.3), (0.4, -23.4, -1.5), ()))


def test_that_there_must_be_an_image() -> None:
    with pytest.raises(RefusedError) as refusal:
        set_acpc(Case("c"), AcPcClicks((0, 1, 0), (0, -24, 0), ((0, 0, 40),)))
    assert refusal.value.code == "no-planning-image"
