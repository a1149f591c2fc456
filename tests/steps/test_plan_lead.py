from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from planner.case import facts
from planner.case.inputs import inputs_of_alignment, inputs_of_anatomy
from planner.case.model import MNI_SPACE, AcPc, Alignment, Case, Identity, Image, Lead, Segmentation
from planner.case.store import ArrayStore
from planner.errors import QuestionError, RefusedError
from planner.geometry import Grid
from planner.steps import plan_lead
from planner.steps.plan_lead import PlaceLeadRequest, change_depth, lock, move_lead, place_lead, rotate, unlock
from planner.steps.read_lead import read_lead

EXACT = 1e-9
REQUEST = PlaceLeadRequest("VPL right", "right", "medtronic_3387", (16.0, -12.0, 0.0), (32.0, 20.0, 65.0))
SHIFT = np.array([[1.0, 0, 0, 1.0], [0, 1, 0, 2.0], [0, 0, 1, 3.0], [0, 0, 0, 1]])


@pytest.fixture
def store(tmp_path: Path) -> ArrayStore:
    return ArrayStore(tmp_path)


@pytest.fixture
def case(store: ArrayStore) -> Case:
    """A head of 160 mm cubes of 2 mm; the midline lies at x = 2, the mid-commissural point at (2, -2, 0)."""
    affine = np.diag([2.0, 2.0, 2.0, 1.0])
    affine[:3, 3] = -79.0
    spec = facts.spec_of(Grid.of((80, 80, 80), affine, "image:a"))
    values = np.zeros((80, 80, 80), dtype=np.int16)
    image = Image("a", "T1", "MR", spec, store.put(values), Identity("Núñez"))
    whole = Case("c1").with_image(image)
    acpc = AcPc((2.0, 10.0, 0.0), (2.0, -14.0, 0.0), ((2.0, -2.0, 40.0),), "image:a", "clicked")
    return whole.with_acpc(acpc)


def _aligned(case: Case, decision: str) -> Case:
    hashed = inputs_of_alignment(case, "image:a", MNI_SPACE)
    fact = Alignment("al", "image:a", MNI_SPACE, "affine", facts.matrix_of(SHIFT), "test", hashed)
    return case.with_alignment(replace(fact, decision=decision))


def _with_tissue(case: Case, store: ArrayStore) -> Case:
    """Grey matter below z = 55, a ventricle beside the path from x = 22 to 30 at z 20 to 30."""
    case = _aligned(case, "approved")
    labels = np.zeros((80, 80, 80), dtype=np.uint8)
    labels[:, :, :67] = 1
    labels[:40, 40:50, 50:55] = 4
    words = {"1": "grey", "2": "white", "3": "csf", "4": "ventricle"}
    spec = case.images["a"].grid
    fact = Segmentation("s", "image:a", spec, store.put(labels), words, "test", inputs_of_anatomy(case))
    return case.with_segmentation(fact)


def _placed(case: Case, store: ArrayStore, **changes) -> tuple[Case, Lead]:
    lead = place_lead(case, store, replace(REQUEST, **changes))
    return case.with_lead(lead), lead


def test_that_a_lead_is_placed_in_the_planning_space_with_what_was_asked(case, store):
    _, lead = _placed(case, store, name="  VPL   right ", rotation_deg=270.0, depth_mm=1.5)
    assert (lead.name, lead.side, lead.space) == ("VPL right", "right", "image:a")
    assert (lead.target, lead.entry) == (REQUEST.target, REQUEST.entry)
    assert (lead.depth_mm, lead.rotation_deg) == (1.5, -90.0)
    assert not lead.is_locked


def test_that_positions_of_any_kind_of_number_are_kept_as_plain_floats(case, store):
    target = tuple(np.array(REQUEST.target, dtype=np.float32))
    placed, lead = _placed(case, store, target=target)
    assert [type(value) for value in lead.target] == [float, float, float]
    moved = move_lead(placed, store, lead.id, entry=tuple(np.array(REQUEST.entry, dtype=np.float32)))
    assert [type(value) for value in moved.entry] == [float, float, float]


def test_that_a_lead_needs_an_image_a_name_and_a_name_of_its_own(case, store):
    with pytest.raises(RefusedError) as refused:
        place_lead(Case("empty"), store, REQUEST)
    assert refused.value.code == "no-planning-image"
    with pytest.raises(RefusedError) as refused:
        place_lead(case, store, replace(REQUEST, name="  "))
    assert refused.value.code == "lead-unnamed"
    with_lead, _ = _placed(case, store)
    with pytest.raises(RefusedError) as refused:
        place_lead(with_lead, store, replace(REQUEST, name="vpl RIGHT"))
    assert refused.value.code == "lead-name-taken"


def test_that_a_left_lead_on_the_right_is_asked_and_taken_only_when_confirmed(case, store):
    wrong = replace(REQUEST, side="left")
    with pytest.raises(QuestionError) as asked:
        place_lead(case, store, wrong)
    assert asked.value.code == "side-contradicts"
    assert "14.0 mm right" in asked.value.text  # 16 mm in the image, 14 mm from the AC-PC midline
    lead = place_lead(case, store, replace(wrong, accepted=("side-contradicts",)))
    assert lead.accepted == ("side-contradicts",)


def test_that_only_doubts_that_exist_are_remembered_as_confirmed(case, store):
    lead = place_lead(case, store, replace(REQUEST, accepted=("side-contradicts",)))
    assert lead.accepted == ()


def test_that_moving_across_the_midline_asks_again(case, store):
    placed, lead = _placed(case, store)
    with pytest.raises(QuestionError) as asked:
        move_lead(placed, store, lead.id, target=(-12.0, -12.0, 0.0))
    assert asked.value.code == "side-contradicts"
    assert move_lead(placed, store, lead.id, target=(15.0, -12.0, 0.0)).target == (15.0, -12.0, 0.0)


def test_that_a_locked_lead_is_not_moved_deepened_turned_or_renamed(case, store):
    placed, lead = _placed(case, store)
    locked = placed.with_lead(lock(placed, lead.id))
    for change in (
        lambda: move_lead(locked, store, lead.id, entry=(30.0, 20.0, 65.0)),
        lambda: change_depth(locked, store, lead.id, 1.0),
        lambda: rotate(locked, store, lead.id, 10.0),
        lambda: plan_lead.rename_lead(locked, store, lead.id, "other"),
        lambda: plan_lead.change_device(locked, store, lead.id, "medtronic_3389"),
    ):
        with pytest.raises(RefusedError) as refused:
            change()
        assert refused.value.code == "lead-locked"
    free = placed.with_lead(unlock(locked, lead.id))
    assert change_depth(free, store, lead.id, 2.0).depth_mm == 2.0
    assert rotate(free, store, lead.id, -200.0).rotation_deg == 160.0


def test_that_positions_are_told_in_the_image_the_acpc_frame_and_the_approved_atlas(case, store):
    placed, lead = _placed(_aligned(case, "approved"), store, depth_mm=0.0)
    rows = {row.part: row for row in read_lead(placed, store, lead.id).positions}
    target = rows["target"]
    assert target.world == pytest.approx((16.0, -12.0, 0.0), abs=EXACT)
    assert target.acpc == pytest.approx((14.0, -10.0, 0.0), abs=EXACT)
    assert target.mni == pytest.approx((17.0, -10.0, 3.0), abs=EXACT)
    assert rows["tip"].world == pytest.approx(target.world, abs=EXACT)
    assert list(rows) == ["target", "entry", "tip", "contact:0", "contact:1", "contact:2", "contact:3"]
    step = np.subtract(rows["contact:0"].world, target.world)
    assert np.linalg.norm(step) == pytest.approx(2.25, abs=EXACT)


def test_that_atlas_positions_are_not_told_before_the_alignment_is_approved(case, store):
    for decision in ("proposed", "rejected"):
        placed, lead = _placed(_aligned(case, decision), store)
        assert all(row.mni is None for row in read_lead(placed, store, lead.id).positions)


def test_that_acpc_positions_and_angles_are_not_told_before_acpc_is_set(case, store):
    placed, lead = _placed(replace(case, acpc=None), store)
    readout = read_lead(placed, store, lead.id)
    assert readout.angles is None
    assert readout.midline is None
    assert all(row.acpc is None for row in readout.positions)
    assert [concern.code for concern in readout.concerns] == ["side-unchecked"]


def test_that_clearances_come_from_the_tissue_image_and_the_midline(case, store):
    case = _with_tissue(case, store)
    upright = replace(REQUEST, target=(16.0, 10.0, -10.0), entry=(16.0, 10.0, 60.0))
    lead = place_lead(case, store, upright)
    readout = read_lead(case.with_lead(lead), store, lead.id)
    # the ventricle ends at x = 0 (40 voxels of 2 mm from -80), the path runs at 16, the lead's radius is 0.635
    assert readout.ventricle is not None
    assert readout.ventricle.distance_mm == pytest.approx(15.0, abs=EXACT)  # beyond reach
    assert readout.ventricle.is_beyond_reach
    near = place_lead(case, store, replace(upright, target=(6.0, 10.0, -10.0), entry=(6.0, 10.0, 60.0)))
    close = read_lead(case.with_lead(near), store, near.id)
    assert close.ventricle is not None
    assert close.ventricle.distance_mm == pytest.approx(6.0 - 0.635, abs=EXACT)
    assert close.midline is not None
    assert close.midline.distance_mm == pytest.approx(4.0 - 0.635, abs=EXACT)
    assert close.concerns == ()


def test_that_two_leads_know_the_gap_between_them(case, store):
    placed, first = _placed(case, store, target=(16.0, 10.0, -10.0), entry=(16.0, 10.0, 60.0))
    both, second = _placed(placed, store, name="two", target=(22.0, 10.0, -10.0), entry=(22.0, 10.0, 60.0))
    assert read_lead(both, store, first.id).leads[second.id].distance_mm == pytest.approx(6.0 - 1.27, abs=EXACT)
