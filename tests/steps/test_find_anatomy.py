from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from planner.anatomy.starts import about, turn
from planner.anatomy.structures import volume_mm3
from planner.case.checks import stale
from planner.case.facts import matrix_of, spec_of, surface_of, volume_of
from planner.case.inputs import inputs_of_alignment
from planner.case.model import MNI_SPACE, AcPc, Alignment, Case, Identity, Image
from planner.case.store import ArrayStore
from planner.errors import RefusedError
from planner.geometry.points import Points
from planner.geometry.resample import resample
from planner.geometry.transform import Affine
from planner.geometry.volume import Grid
from planner.library.atlases import landmarks, template
from planner.library.targets import target
from planner.steps.find_anatomy import find_anatomy


def to_atlas() -> Affine:
    return about(np.zeros(3), np.array([4.0, 10.0, -7.0]), turn((6.0, -3.0, 5.0)), ("image:t1", MNI_SPACE))


@pytest.fixture
def store(tmp_path: Path) -> ArrayStore:
    return ArrayStore(tmp_path / "arrays")


def patient(store: ArrayStore) -> Case:
    """The template's own T1 as a patient who lies turned in the scanner, and the alignment that is true for it."""
    matrix = np.diag([2.0, 2.0, 2.0, 1.0])
    matrix[:3, 3] = [-100.0, -140.0, -90.0]
    grid = Grid.of((100, 122, 105), matrix, "image:t1")
    seen = resample(template().t1, grid, to_atlas())
    values = store.put(np.asarray(seen.values))
    case = Case("c").with_image(Image("t1", "T1", "MR", spec_of(grid), values, Identity()))
    hashed = inputs_of_alignment(case, "image:t1", MNI_SPACE)
    return case.with_alignment(
        Alignment("al", "image:t1", MNI_SPACE, "affine", matrix_of(to_atlas().matrix), "test", hashed)
    )


@pytest.mark.slow
def test_that_landmarks_structures_and_tissue_are_carried_to_where_they_are(store: ArrayStore) -> None:
    case = patient(store)
    facts = find_anatomy(case, store)
    back = to_atlas().inverse()
    ac, pc = back.apply(Points.of([landmarks().ac, landmarks().pc], MNI_SPACE)).xyz
    assert np.allclose(facts.acpc.ac, ac, atol=1e-6)
    assert np.allclose(facts.acpc.pc, pc, atol=1e-6)
    assert facts.acpc.origin == "template"

    by_id = {one.id: one for one in facts.structures}
    vpl = by_id["VPL-right"]
    centre = target("VPL").mni("right")
    assert centre is not None
    assert np.allclose(vpl.centre, back.apply(Points.of(centre, MNI_SPACE)).xyz[0], atol=1e-6)
    assert "unverified" in vpl.status
    assert volume_mm3(surface_of(vpl, store, vpl.space)) == pytest.approx(np.pi / 6 * 10 * 6 * 9, rel=0.02)
    assert "DACC-left" not in by_id  # no number for it in the table

    labels = volume_of(facts.segmentation, store)
    assert np.allclose(labels.grid.spacing_mm, 1.0)
    for place, word in (
        ((12.0, -5.0, 22.0), "ventricle"),
        ((-28.0, -20.0, 30.0), "white"),
        ((12.0, 10.0, 12.0), "grey"),
    ):
        index = np.rint(labels.grid.to_index(back.apply(Points.of(place, MNI_SPACE)).xyz[0])).astype(int)
        assert facts.segmentation.labels[str(int(labels.values[tuple(index)]))] == word

    done = facts.in_case(case)
    assert stale(done) == {}
    again = facts.in_case(done)
    assert len(again.structures) == len(done.structures)


@pytest.mark.slow
def test_that_clicked_commissures_are_kept_and_a_new_alignment_makes_the_rest_out_of_date(store: ArrayStore) -> None:
    case = patient(store)
    facts = find_anatomy(case, store)
    clicked = AcPc((0.0, 12.0, 0.0), (0.0, -13.0, 0.0), ((0.0, 0.0, 40.0),), "image:t1", "clicked")
    done = facts.in_case(case.with_acpc(clicked))
    assert done.acpc is clicked
    shifted = to_atlas().matrix.copy()
    shifted[0, 3] += 2.0
    other = done.with_alignment(replace(done.alignments["al"], matrix=matrix_of(shifted)))
    assert stale(other)["segmentation:tissue"] == "inputs-changed"
    assert stale(other)["structure:VPL-left"] == "inputs-changed"


def test_that_without_image_or_alignment_the_person_is_told_what_to_do_first(store: ArrayStore) -> None:
    with pytest.raises(RefusedError) as refusal:
        find_anatomy(Case("c"), store)
    assert refusal.value.code == "no-planning-image"
    case = patient(store)
    rejected = case.with_alignment(replace(case.alignments["al"], decision="rejected"))
    with pytest.raises(RefusedError, match="Align") as refusal:
        find_anatomy(rejected, store)
    assert refusal.value.code == "not-aligned"
