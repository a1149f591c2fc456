"""Random commands with undo, redo and reopening: the state is always byte for byte the one it should be."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner.case.codec import canonical, encode
from planner.case.commands import Command
from planner.case.file import CaseFile
from planner.case.history import applied, apply_to_plan, difference, inverse
from planner.case.model import Case, Identity
from tests.case.sample_cases import FastDisk, full_case, image, lead, with_stimulation

keys = st.sampled_from(["a", "b", "c"])
numbers = st.floats(-1e6, 1e6, allow_subnormal=False)
commands = st.one_of(
    st.tuples(st.just("title"), st.text(max_size=20), numbers),
    st.tuples(st.just("identity"), st.text(max_size=20), numbers),
    st.tuples(st.just("lead"), keys, numbers),
    st.tuples(st.just("no-lead"), keys, numbers),
    st.tuples(st.just("image"), keys, numbers),
    st.tuples(st.just("no-image"), keys, numbers),
    st.tuples(st.just("all"), keys, numbers),
    st.tuples(st.sampled_from(["undo", "undo", "redo", "reopen"]), keys, numbers),
)


def changed(case: Case, what: str, key: str, number: float) -> Case:
    if what == "title":
        return case.with_title(key)
    if what == "identity":
        return case.with_identity(Identity(key))
    if what == "lead":
        return case.with_lead(lead(key, depth_mm=number))
    if what == "no-lead":
        return case.without_lead(key)
    if what == "image":
        return case.with_image(replace(image(key), window=(number, number + 1)))
    if what == "no-image":
        return case.without_image(key)
    return with_stimulation(replace(full_case(), id=case.id))


def exact(case: Case) -> tuple[str, list[list[str]]]:
    """The case with the order of its maps."""
    return canonical(case), [list(case.leads), list(case.images), list(case.alignments), list(case.approvals)]


@pytest.mark.parametrize("examples", [25, pytest.param(300, marks=pytest.mark.slow)])
def test_that_undo_redo_and_reopening_give_back_the_very_state(examples: int) -> None:
    quietly = [HealthCheck.too_slow]
    run = settings(max_examples=examples, deadline=None, derandomize=True, suppress_health_check=quietly)
    run(given(st.lists(commands, max_size=25))(go_there_and_back))()


def go_there_and_back(steps: list[tuple[str, str, float]]) -> None:
    with TemporaryDirectory() as folder:
        file = CaseFile.create(Path(folder) / "a", disk=FastDisk())
        past, future = [exact(file.case)], []
        for what, key, number in steps:
            if what == "reopen":
                file.close()
                file = CaseFile.open(file.path, disk=FastDisk())
                assert file.recovered is None
            elif what == "undo":
                assert (file.undo() is not None) == (len(past) > 1)
                if len(past) > 1:
                    future.append(past.pop())
            elif what == "redo":
                assert (file.redo() is not None) == bool(future)
                if future:
                    past.append(future.pop())
            else:
                file.commit(Command("set-title", key), changed(file.case, what, key, number))
                if exact(file.case) != past[-1]:
                    past.append(exact(file.case))
                    future.clear()
            assert exact(file.case) == past[-1]
        file.close()


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.sampled_from(["title", "lead", "no-lead", "image", "no-image", "all"]), keys, numbers)))
def test_that_a_patch_does_the_same_to_a_case_and_to_its_plan_on_disk(steps: list[tuple[str, str, float]]) -> None:
    case = Case("c")
    plan = encode(case)
    for what, key, number in steps:
        after = changed(case, what, key, number)
        patch = difference(case, after)
        assert exact(applied(case, patch)) == exact(after)
        back = inverse(patch, plan)
        before_plan = dict(plan)
        apply_to_plan(plan, patch)
        assert canonical(plan) == canonical(after)
        assert list(plan["leads"]) == list(after.leads)
        assert exact(applied(after, back)) == exact(case)
        undone = dict(plan)
        apply_to_plan(undone, back)
        assert canonical(undone) == canonical(before_plan)
        case = after


def test_that_a_small_change_writes_a_small_line(tmp_path: Path) -> None:
    with CaseFile.create(tmp_path / "a") as file:
        file.commit(Command("set-title"), replace(full_case(), id=file.case.id))
        journal = file.path / "journal.jsonl"
        before = journal.stat().st_size
        file.commit(Command("move-lead"), file.case.with_lead(lead("lead-1", depth_mm=2.0)))
        assert journal.stat().st_size - before < 600


@pytest.mark.parametrize("group", ["leads", "images", "approvals"])
def test_that_a_patch_names_only_what_changed(group: str) -> None:
    case = full_case()
    assert difference(case, case).is_empty
    patch = difference(case, replace(case, **{group: {}}))
    assert list(patch.facts) == [group]
    assert patch.values == {}
    assert all(fact is None for fact in patch.facts[group].values())
