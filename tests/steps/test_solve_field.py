from dataclasses import replace

import numpy as np
import pytest

from planner.case import facts
from planner.case.checks import inputs_of_solution, stale
from planner.case.codec import decode, encode
from planner.case.inputs import inputs_of_alignment, inputs_of_anatomy
from planner.case.model import MNI_SPACE, Alignment, Case, FieldSolution, Identity, Image, Lead, Segmentation
from planner.case.store import ArrayStore
from planner.errors import PlannerError
from planner.field import Conductor, FieldOptions, Pose, solve_units
from planner.field.isosurface import enclosed_mm3
from planner.geometry import Grid
from planner.library.assumptions import field_sentences
from planner.library.devices import device, usable_devices
from planner.progress import SILENT
from planner.steps.solve_field import FieldParameters, lead_shape, load_solution, pose_of, solve_field
from tests.field.conftest import COARSE

WORDS = {"1": "csf", "2": "grey", "3": "white", "4": "ventricle"}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> ArrayStore:
    return ArrayStore(tmp_path_factory.mktemp("arrays"))


@pytest.fixture(scope="module")
def case(store: ArrayStore) -> Case:
    """A head of 2 mm voxels: white matter with a grey ball around the target; one lead in it."""
    affine = np.diag([2.0, 2.0, 2.0, 1.0])
    affine[:3, 3] = -79.0
    grid = Grid.of((80, 80, 80), affine, "image:a")
    spec = facts.spec_of(grid)
    image = Image("a", "T1", "MR", spec, store.put(np.zeros(grid.shape, dtype=np.int16)), Identity("Núñez"))
    whole = Case("c1").with_image(image)
    ends = ("image:a", MNI_SPACE)
    hashed = inputs_of_alignment(whole, *ends)
    aligned = Alignment("al", *ends, "affine", facts.matrix_of(np.eye(4)), "test", hashed, decision="approved")
    whole = whole.with_alignment(aligned)
    index = np.stack(np.meshgrid(*[np.arange(80)] * 3, indexing="ij"), axis=-1)
    distance = np.linalg.norm(grid.to_world(index) - (16.0, -12.0, 0.0), axis=-1)
    labels = np.where(distance < 8.0, 2, np.where(distance < 60.0, 3, 0)).astype(np.uint8)
    fact = Segmentation("s", "image:a", spec, store.put(labels), WORDS, "test", inputs_of_anatomy(whole))
    lead = Lead("l1", "VPL right", "right", "medtronic_3389", (16.0, -12.0, 0.0), (32.0, 20.0, 65.0), "image:a")
    return whole.with_segmentation(fact).with_lead(lead)


@pytest.fixture(scope="module")
def solution(case: Case, store: ArrayStore) -> FieldSolution:
    return solve_field(case, store, "l1")


def test_that_a_solution_is_kept_with_what_it_rests_on(case: Case, store: ArrayStore, solution: FieldSolution) -> None:
    assert solution.contacts == ("0", "1", "2", "3")
    assert solution.conductor["s_per_m"] == "csf=1.654;grey=0.275;ventricle=1.654;white=0.126"
    assert solution.conductor["capsule_mm"] == "0.1"
    assert solution.inputs_hash == inputs_of_solution(case, "l1", solution.conductor)
    assert stale(case.with_solution(solution)) == {}
    assert decode(FieldSolution, encode(solution)) == solution
    resistance = np.array(solution.resistance_ohm)
    assert (np.diag(resistance) > 300).all()
    assert (np.diag(resistance) < 1500).all()  # DBS working range, facts row imp_dbs


def test_that_a_moved_lead_makes_it_out_of_date(case: Case, store: ArrayStore, solution: FieldSolution) -> None:
    moved = case.with_solution(solution).with_lead(replace(case.leads["l1"], depth_mm=1.0))
    assert stale(moved) == {f"solution:{solution.id}": "inputs-changed"}


def test_that_a_kept_solution_gives_the_same_resistances(store: ArrayStore, solution: FieldSolution) -> None:
    units = load_solution(solution, store)
    assert units.pose.space == "image:a"
    assert np.allclose(units.resistance_ohm, solution.resistance_ohm, rtol=1e-12)


@pytest.mark.slow
def test_that_more_conducting_tissue_lowers_the_resistance(
    case: Case, store: ArrayStore, solution: FieldSolution
) -> None:
    labels = store.get(case.segmentations["s"].values).copy()
    labels[labels == 2] = 1  # the ball around the contacts as CSF instead of grey matter
    changed = case.with_segmentation(replace(case.segmentations["s"], values=store.put(labels)))
    in_csf = solve_field(changed, store, "l1").resistance_ohm[0][0]
    assert in_csf < 0.6 * solution.resistance_ohm[0][0]


def test_that_homogeneous_tissue_needs_no_map(case: Case, store: ArrayStore) -> None:
    bare = replace(case, segmentations={})
    with pytest.raises(PlannerError) as caught:
        solve_field(bare, store, "l1")
    assert caught.value.code == "no-tissue-map"
    plain = solve_field(bare, store, "l1", FieldParameters("homogeneous", capsule_mm=0.0))
    # The reference value in homogeneous 0.2 S/m; the ground is 0.25 mm nearer at the top.
    assert plain.resistance_ohm[0][0] == pytest.approx(554.19, rel=0.003)
    assert plain.conductor["s_per_m"] == ""


def test_that_a_tissue_without_a_conductivity_is_refused(case: Case, store: ArrayStore) -> None:
    odd = replace(case.segmentations["s"], labels={**WORDS, "3": "cartilage"})
    with pytest.raises(PlannerError) as caught:
        solve_field(case.with_segmentation(odd), store, "l1")
    assert caught.value.code == "unknown-tissue"


def test_that_a_label_without_a_tissue_is_refused(case: Case, store: ArrayStore) -> None:
    odd = replace(case.segmentations["s"], labels={"2": "grey"})
    with pytest.raises(PlannerError) as caught:
        solve_field(case.with_segmentation(odd), store, "l1")
    assert caught.value.code == "unknown-tissue"


def test_that_an_unknown_lead_is_refused(case: Case, store: ArrayStore) -> None:
    with pytest.raises(PlannerError) as caught:
        solve_field(case, store, "l9")
    assert caught.value.code == "lead-unknown"


def test_that_every_usable_device_has_a_shape_with_its_contacts() -> None:
    for model in usable_devices():
        shape = lead_shape(model)
        assert shape.labels == model.labels
        assert [one.includes_tip for one in shape.contacts].count(True) == (1 if model.tip_is_contact else 0)


def test_that_a_paddle_is_refused_in_words() -> None:
    with pytest.raises(PlannerError) as caught:
        lead_shape(device("medtronic_specify_565"))
    assert caught.value.code == "lead-shape"


def test_that_the_pose_is_the_leads_frame(case: Case) -> None:
    lead = case.leads["l1"]
    pose = pose_of(replace(lead, depth_mm=2.0))
    axis = np.subtract(lead.entry, lead.target) / np.linalg.norm(np.subtract(lead.entry, lead.target))
    assert np.allclose(pose.axis, axis)
    assert np.allclose(pose.tip_mm, np.array(lead.target) - 2.0 * axis)


def test_that_the_sentences_name_tissue_encapsulation_and_ground(solution: FieldSolution) -> None:
    text = " ".join(field_sentences(solution.conductor))
    for piece in ("grey matter 0.275", "white matter 0.126", "0.1 mm", "float", "40 mm"):
        assert piece in text


@pytest.mark.slow
def test_that_every_usable_device_is_solved_with_a_closed_volume() -> None:
    for model in usable_devices():
        shape = lead_shape(model)
        units = solve_units(shape, Pose.upright(), Conductor.uniform(0.2), SILENT, FieldOptions(resolution=COARSE))
        resistance = units.resistance_ohm
        assert (np.diag(resistance) > 250).all(), model.id
        assert np.abs(resistance / resistance.T - 1.0).max() < 1e-3, model.id
        activated = units.combine({shape.labels[0]: -1.0}, 1.0, 3.0).activated(0.2)
        assert enclosed_mm3(activated.surface) == pytest.approx(activated.volume_mm3, rel=0.03), model.id
