import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from planner.case import facts
from planner.case.inputs import inputs_of_simulation
from planner.case.model import AcPc, Case, Identity, Image, Programme, Simulation
from planner.case.store import ArrayStore
from planner.errors import PlannerError, RefusedError
from planner.geometry import Grid
from planner.progress import Cancelled, Progress
from planner.steps.approve import approve_plan, confirm_identity, confirm_side
from planner.steps.plan_lead import PlaceLeadRequest, move_lead, place_lead
from planner.steps.write_report import report_content, versions, write_report

HEAD = "ab" * 32


@pytest.fixture
def store(tmp_path: Path) -> ArrayStore:
    return ArrayStore(tmp_path / "arrays")


@pytest.fixture
def case(store: ArrayStore) -> Case:
    """A ball of a head, one right lead whose side is not read back yet."""
    affine = np.diag([2.0, 2.0, 2.0, 1.0])
    affine[:3, 3] = -79.0
    grid = Grid.of((80, 80, 80), affine, "image:a")
    index = np.stack(np.meshgrid(*[np.arange(80)] * 3, indexing="ij"), axis=-1)
    ball = np.where(np.linalg.norm(grid.to_world(index), axis=-1) < 70.0, 500, 0).astype(np.int16)
    image = Image("a", "T1", "MR", facts.spec_of(grid), store.put(ball), Identity("Núñez^Ana"), window=(0.0, 800.0))
    whole = Case("c1", identity=Identity("Núñez^Ana", "HC-1")).with_image(image)
    whole = whole.with_acpc(AcPc((0.0, 12.0, 0.0), (0.0, -12.0, 0.0), ((0.0, 0.0, 40.0),), "image:a", "clicked"))
    request = PlaceLeadRequest("VPL right", "right", "medtronic_3387", (14.0, -10.0, 0.0), (32.0, 20.0, 62.0), "VPL")
    return whole.with_lead(place_lead(whole, store, request))


def _lead_id(case: Case) -> str:
    return next(iter(case.leads))


def _read_back(case: Case) -> Case:
    sure = case.with_approval(confirm_identity(case, "Dra. Núñez"))
    return sure.with_approval(confirm_side(sure, _lead_id(case), "right", "Dra. Núñez"))


def _simulated(case: Case, shannon_k: float) -> Case:
    programme = Programme("p", _lead_id(case), "A", {"1": -1.0}, 1.0, 3.0, 60.0, 130.0)
    case = case.with_programme(programme)
    nowhere = case.images["a"].values
    fact = Simulation(
        "s", "p", "", 0.2, "x", 3.4, 0.0, nowhere, nowhere, 500.0, 0.2, 3.0, shannon_k, 1.0, {}, {}
    )  # fmt: skip
    return case.with_simulation(replace(fact, inputs_hash=inputs_of_simulation(case, "p", {})))


def _blocked(case: Case, store: ArrayStore, path: Path) -> str:
    with pytest.raises(RefusedError) as refused:
        write_report(case, store, path, audit_head=HEAD)
    assert refused.value.code == "report-blocked"
    assert not path.exists()
    return refused.value.text


def test_that_nothing_is_written_before_the_side_is_read_back(case, store, tmp_path):
    assert "side of VPL right" in _blocked(case, store, tmp_path / "plan.pdf")


def test_that_a_lead_moved_after_the_read_back_blocks_again(case, store, tmp_path):
    confirmed = _read_back(case)
    moved = confirmed.with_lead(move_lead(confirmed, store, _lead_id(case), target=(15.0, -10.0, 0.0)))
    assert "side of VPL right" in _blocked(moved, store, tmp_path / "plan.pdf")


def test_that_identity_charge_and_stale_results_block(case, store, tmp_path):
    ready = _read_back(case)
    assert "identity" in _blocked(replace(ready, identity=None), store, tmp_path / "plan.pdf")
    assert "Shannon k 1.85" in _blocked(_simulated(ready, 1.85), store, tmp_path / "plan.pdf")
    assert "out of date" in _blocked(_simulated(ready, -0.3), store, tmp_path / "plan.pdf")  # no field under it


def test_that_a_plan_without_leads_is_refused(case, store, tmp_path):
    assert "No lead" in _blocked(replace(case, leads={}), store, tmp_path / "plan.pdf")


def test_that_the_same_case_gives_the_same_file_and_nothing_else_is_left(case, store, tmp_path):
    ready = _read_back(case)
    folder = tmp_path / "Ñandú informes"
    path = write_report(ready, store, folder / "plan", audit_head=HEAD)
    assert path == folder / "plan.pdf"
    first = hashlib.sha256(path.read_bytes()).hexdigest()
    write_report(ready, store, path, audit_head=HEAD)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == first
    assert [one.name for one in folder.iterdir()] == ["plan.pdf"]


def test_that_the_report_tells_positions_sides_signature_and_audit_head(case, store):
    ready = _read_back(case)
    signed = ready.with_approval(approve_plan(ready, "Dra. Núñez"))
    content = report_content(signed, store, audit_head=HEAD)
    assert content.leads[0].positions.rows[0][1] == "R 14.0  P 10.0  S 0.0"
    assert content.leads[0].side == "RIGHT side of the patient"
    assert len(content.pictures) == 4
    assert all(one.png.startswith(b"\x89PNG") for one in content.pictures)
    assert content.audit_head == HEAD
    assert content.running_head == "Núñez, Ana · HC-1"
    assert [pair.label for pair in content.patient if pair.value.startswith("Dra. Núñez")] == [
        "Identity confirmed",
        "Plan signed",
    ]
    assert "The coordinates of Ventral posterolateral nucleus" in "\n".join(content.unverified)
    assert "Clearances from ventricle and sulci are missing" in "\n".join(content.unverified)


def test_that_versions_name_the_program_and_the_library_files():
    found = dict(versions())
    assert {"Nociplan", "Python", "numpy", "leads.json", "brain_targets.csv"} <= set(found)
    assert len(found["leads.json"]) == 12


def test_that_cancelling_leaves_no_file(case, store, tmp_path):
    path = tmp_path / "plan.pdf"
    with pytest.raises(Cancelled):
        write_report(_read_back(case), store, path, progress=Progress(is_cancelled=lambda: True))
    assert not path.exists()


def test_that_a_place_that_cannot_be_written_is_told_in_words(case, store, tmp_path):
    taken = tmp_path / "taken"
    taken.write_text("a file where a folder is wanted", encoding="utf-8")
    with pytest.raises(PlannerError) as refused:
        write_report(_read_back(case), store, taken / "plan.pdf")
    assert "taken" in refused.value.text
    assert refused.value.code == "report-not-written"
