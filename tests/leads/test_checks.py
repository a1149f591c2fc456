from dataclasses import replace

import numpy as np
import pytest

from planner.case.model import Lead
from planner.errors import RefusedError
from planner.geometry import Affine, Grid, Volume
from planner.leads.checks import concerns, refuse_impossible, refuse_locked
from planner.library.devices import device

SPACE = "image:a"
LEAD = Lead("l1", "VPL right", "right", "medtronic_3387", (14.0, -9.0, 0.0), (30.0, 20.0, 65.0), SPACE)
DEVICE = device("medtronic_3387")
ACPC = Affine.identity(SPACE, "acpc")
BRAIN, CSF = 1, 2


def _codes(lead: Lead, **more) -> set[str]:
    return {concern.code for concern in concerns(lead, DEVICE, more.pop("to_acpc", ACPC), **more)}


def _head() -> Volume:
    grid = Grid.of((80, 120, 120), np.array([[1, 0, 0, -40], [0, 1, 0, -60], [0, 0, 1, -60], [0, 0, 0, 1.0]]), SPACE)
    values = np.zeros(grid.shape, dtype=np.uint8)
    values[:, :, :120] = BRAIN
    values[:, :, 115:] = 0
    values[30:50, 40:80, 50:70] = CSF
    return Volume(grid, values)


def test_that_an_ordinary_lead_raises_no_concern():
    assert _codes(LEAD) == set()
    refuse_impossible(LEAD, DEVICE)


def test_that_a_left_lead_on_the_right_side_must_be_confirmed():
    found = [c for c in concerns(replace(LEAD, side="left"), DEVICE, ACPC) if c.code == "side-contradicts"]
    assert len(found) == 1
    assert found[0].must_confirm
    assert "14.0 mm right" in found[0].words


def test_that_the_side_is_judged_from_the_acpc_midline_not_from_the_image():
    matrix = np.eye(4)
    matrix[0, 3] = -40.0  # the patient's midline lies at x = 40 of the image: this lead is on the left
    assert "side-contradicts" in _codes(LEAD, to_acpc=Affine.of(matrix, SPACE, "acpc"))
    assert _codes(replace(LEAD, side="left"), to_acpc=Affine.of(matrix, SPACE, "acpc")) == set()


def test_that_a_target_on_the_midline_takes_the_side_of_its_entry():
    assert _codes(replace(LEAD, target=(-0.5, -9.0, 0.0))) == set()
    assert "side-contradicts" in _codes(replace(LEAD, target=(0.5, -9.0, 0.0), side="left"))


def test_that_without_acpc_the_program_says_that_the_side_is_unchecked():
    assert _codes(LEAD, to_acpc=None) == {"side-unchecked"}


def test_that_a_path_across_the_midline_is_told():
    assert "crosses-midline" in _codes(replace(LEAD, entry=(-30.0, 20.0, 65.0)))


@pytest.mark.parametrize(("entry", "expected"), [((14.0, -9.0, 30.0), True), ((14.0, -9.0, 70.0), False)])
def test_that_an_odd_length_must_be_confirmed(entry, expected):
    assert ("length-odd" in _codes(replace(LEAD, entry=entry))) == expected


def test_that_an_entry_inside_the_brain_and_a_target_in_csf_are_told():
    head = _head()
    outside = replace(LEAD, target=(14.0, -9.0, -20.0), entry=(14.0, 0.0, 58.0))
    assert _codes(outside, labels=head, brain={BRAIN}, csf={CSF}) == set()
    inside = replace(outside, entry=(14.0, 0.0, 40.0))
    assert _codes(inside, labels=head, brain={BRAIN}, csf={CSF}) == {"entry-inside-brain"}
    wet = replace(outside, target=(5.0, 0.0, 0.0))
    assert _codes(wet, labels=head, brain={BRAIN}, csf={CSF}) == {"target-in-csf"}
    lost = replace(outside, target=(5.0, 0.0, -62.0), entry=(5.0, 0.0, 57.0))
    assert _codes(lost, labels=head, brain={BRAIN}, csf={CSF}) == {"target-outside-brain"}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"target": (float("nan"), 0.0, 0.0)}, "position-odd"),
        ({"entry": (14.0, -9.0, 0.2)}, "path-too-short"),
        ({"entry": (14.0, -9.0, 230.0)}, "path-too-long"),
        ({"depth_mm": 16.0}, "depth-out-of-range"),
    ],
)
def test_that_an_impossible_lead_is_refused(changed, code):
    with pytest.raises(RefusedError) as refused:
        refuse_impossible(replace(LEAD, **changed), DEVICE)
    assert refused.value.code == code


def test_that_a_lead_of_unconfirmed_dimensions_is_refused():
    with pytest.raises(RefusedError) as refused:
        refuse_impossible(LEAD, device("pins_l303"))
    assert refused.value.code == "device-not-usable"


def test_that_a_locked_lead_refuses_change_and_names_itself():
    with pytest.raises(RefusedError, match="VPL right"):
        refuse_locked(replace(LEAD, is_locked=True))
    refuse_locked(LEAD)
