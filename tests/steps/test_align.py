import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from planner.anatomy.register import Registered, TemplateRequest, align_to_template
from planner.anatomy.starts import about, turn
from planner.case.checks import stale
from planner.case.facts import spec_of, transform_of
from planner.case.model import MNI_SPACE, Case, Identity, Image, image_space
from planner.case.store import ArrayStore
from planner.cli.bench_registration import (
    AC_LIMIT_MM,
    LEFT_OUT,
    MEAN_LIMIT_MM,
    PC_LIMIT_MM,
    afid_errors_mm,
    colin27,
    ct_to_mr,
    read_points,
    read_volume,
)
from planner.errors import PlannerError, RefusedError
from planner.geometry.points import Points
from planner.geometry.transform import Affine, Warp
from planner.geometry.volume import Grid, Volume
from planner.library.atlases import landmarks, template
from planner.places import sample_head
from planner.progress import Cancelled, Progress
from planner.steps.align import align, align_by_landmarks, alignment_fact
from tests.anatomy.phantoms import brain_points, head, moved


@pytest.fixture
def store(tmp_path: Path) -> ArrayStore:
    return ArrayStore(tmp_path / "arrays")


def with_image(case: Case, store: ArrayStore, volume: Volume, image_id: str, modality: str = "MR") -> Case:
    values = store.put(np.asarray(volume.values))
    return case.with_image(Image(image_id, image_id, modality, spec_of(volume.grid), values, Identity()))


def truth() -> Affine:
    return about(np.zeros(3), np.array([8.0, -5.0, 6.0]), turn((5.0, 4.0, -9.0)), ("fixed", "moving"))


def pair(store: ArrayStore) -> Case:
    """Image ``t1``, and ``t2``: the same head moved."""
    fixed = head()
    return with_image(with_image(Case("c"), store, fixed, "t1"), store, moved(fixed, truth()), "t2")


@pytest.mark.slow
def test_that_two_images_are_laid_over_each_other_with_figures_and_no_decision(store: ArrayStore) -> None:
    case = pair(store)
    said: list[str] = []
    found = align(case, store, "t2", "t1", progress=Progress(lambda _fraction, words: said.append(words)))
    assert (found.source, found.target, found.kind) == ("image:t2", "image:t1", "rigid")
    assert found.decision == "proposed"
    wanted = truth().apply(Points.of(brain_points(), "fixed")).xyz
    back = transform_of(found, store).apply(Points.of(wanted, "image:t2")).xyz
    assert np.linalg.norm(back - brain_points(), axis=1).mean() < 2.0  # half a voxel of the phantom
    assert found.quality["second_start_mm"] < 2.0
    assert 1.0 < found.quality["information"] <= 2.0
    assert "Laying one image over the other" in said


def test_that_the_alignment_is_out_of_date_when_the_image_is_another(store: ArrayStore) -> None:
    case = pair(store)
    points = tuple((float(x), float(y), float(z)) for x, y, z in brain_points()[:4])
    found = align_by_landmarks(case, "t2", "t1", points, points)
    assert f"alignment:{found.id}" not in stale(case.with_alignment(found))
    other = replace(case.images["t2"], values=store.put(np.zeros((36, 36, 36), dtype=np.float32)))
    assert stale(case.with_image(other).with_alignment(found))[f"alignment:{found.id}"] == "inputs-changed"


def test_that_landmarks_give_a_rigid_alignment_with_a_residual_for_each_pair(store: ArrayStore) -> None:
    case = pair(store)
    fixed = np.array([[0.0, 50, 0], [45, 0, 0], [-45, 0, 5], [0, -50, 20]])
    moving = truth().apply(Points.of(fixed, "fixed")).xyz.copy()
    moving[1] += [1.5, 0.0, 0.0]
    found = align_by_landmarks(case, "t2", "t1", tuple(map(tuple, moving.tolist())), tuple(map(tuple, fixed.tolist())))
    assert (found.kind, found.engine) == ("landmarks", "landmarks")
    residuals = [found.quality[f"residual_{n}_mm"] for n in (1, 2, 3, 4)]
    assert found.quality["worst_mm"] == max(residuals)
    assert 0.0 < found.quality["rms_mm"] < 1.5


@pytest.mark.parametrize(
    ("moving", "target", "engine", "code"),
    [
        ("nobody", "t1", "greedy", "unknown-image"),
        ("t1", "nobody", "greedy", "unknown-image"),
        ("t1", "t1", "greedy", "same-image"),
        ("t1", "t2", "magic", "unknown-engine"),
        ("ct", "mni", "greedy", "not-mr"),
        ("flat", "t1", "greedy", "image-empty"),
    ],
)
def test_that_what_cannot_be_aligned_is_refused_in_words(
    store: ArrayStore, moving: str, target: str, engine: str, code: str
) -> None:
    case = with_image(pair(store), store, head(), "ct", "CT")
    case = with_image(case, store, Volume(head().grid, np.full((36, 36, 36), 7, dtype=np.int16)), "flat")
    with pytest.raises(RefusedError) as refusal:
        align(case, store, moving, target, engine)  # type: ignore[arg-type]
    assert refusal.value.code == code


def test_that_without_greedy_the_person_is_told_of_the_other_engine(
    store: ArrayStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    from planner.anatomy import choose_engine

    monkeypatch.setattr(choose_engine, "has_greedy", lambda: False)
    with pytest.raises(PlannerError, match="SimpleITK") as refusal:
        choose_engine.engine("greedy")
    assert refusal.value.code == "engine-missing"
    assert choose_engine.second_opinion("itk") == "itk"


def colin(store: ArrayStore) -> Case:
    return with_image(Case("c"), store, read_volume(sample_head(), image_space("t1")), "t1")


@pytest.mark.slow
def test_that_cancel_ends_an_alignment_with_the_atlas_within_a_second(store: ArrayStore) -> None:
    asked: list[float] = []

    def report(fraction: float, words: str) -> None:
        if words == "Fitting size and shape" and fraction > 0.14 and not asked:  # in the midst of a native call
            asked.append(time.monotonic())

    with pytest.raises(Cancelled):
        align(colin(store), store, "t1", progress=Progress(report, lambda: bool(asked)))
    assert time.monotonic() - asked[0] < 1.0
    assert not list(store.folder.glob("*.tmp*"))


@pytest.mark.slow
def test_that_colin27_is_carried_to_the_atlas_and_back(shared_data: Path) -> None:
    figures = colin27(shared_data / "head")
    assert figures["mean_mm"] <= MEAN_LIMIT_MM
    assert figures["ac_mm"] <= AC_LIMIT_MM
    assert figures["pc_mm"] <= PC_LIMIT_MM
    assert figures["inverse_p95_mm"] <= 0.1
    assert figures["jacobian_min"] > 0.0
    assert figures["second_start_mm"] < 0.5


@pytest.mark.slow
def test_that_a_displaced_ct_comes_back_to_its_mr(shared_data: Path) -> None:
    figures = ct_to_mr(shared_data / "head", most_cases=1)
    assert figures["worst_tre_mm"] <= 0.25


@pytest.mark.slow
def test_that_the_fallback_engine_carries_colin27_to_a_millimetre_and_a_half(shared_data: Path) -> None:
    marks = landmarks()
    truth_of = read_points(shared_data / "head" / "landmarks" / "afids_MNIColin27.fcsv")
    request = TemplateRequest(
        read_volume(sample_head(), "image:t1"),
        template().t1,
        np.array(marks.ac),
        np.array(marks.pc),
        engine="itk",
        has_second_opinion=False,
    )
    numbers = [number for number in marks.afids if number not in LEFT_OUT]
    errors = afid_errors_mm(align_to_template(request), marks.afids, truth_of, numbers)
    assert errors.mean() < 1.5
    assert errors[:2].max() < 1.5  # AC and PC


def test_that_a_deformable_fact_gives_back_its_warp_and_inverse(store: ArrayStore) -> None:
    fields = [np.random.default_rng(n).normal(size=(4, 5, 6, 3)).astype(np.float32) for n in (0, 1)]
    grids = [Grid.of((4, 5, 6), np.diag([30.0, 30.0, 30.0, 1.0]), space) for space in ("image:t1", MNI_SPACE)]
    warp = Warp("image:t1", MNI_SPACE, grids[0], fields[0], grids[1], fields[1])  # type: ignore[arg-type]
    affine = Affine.identity("image:t1", MNI_SPACE)
    case = with_image(Case("c"), store, head("image:t1"), "t1")
    found = alignment_fact(case, store, Registered(affine, "greedy", {"correlation": 0.7}, warp), "image:t1", MNI_SPACE)
    assert (found.kind, found.engine, found.decision) == ("deformable", "greedy", "proposed")
    back = transform_of(found, ArrayStore(store.folder))
    assert isinstance(back, Warp)
    assert np.array_equal(back.forward_mm, fields[0])
    assert np.array_equal(back.inverse_mm, fields[1])
    assert back.forward_grid.matches(grids[0])
    assert back.inverse_grid.matches(grids[1])
