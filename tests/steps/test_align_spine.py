"""What is refused when one image of a spine is laid over another."""

from pathlib import Path

import pytest

from planner.case.checks import task_status
from planner.case.model import Case
from planner.case.store import ArrayStore
from planner.errors import RefusedError
from planner.steps.align_spine import align_spine
from tests.case.sample_cases import image


def test_that_both_images_have_to_be_outlined_first(tmp_path: Path) -> None:
    case = Case("c", region="spine", images={"ct": image("ct", "1"), "mr": image("mr", "2")}, planning_image="ct")
    with pytest.raises(RefusedError) as refusal:
        align_spine(case, ArrayStore(tmp_path), "mr")
    assert refusal.value.code == "no-spine"
    assert task_status(case)["align"] == "todo"


def test_that_an_image_is_not_laid_over_itself(tmp_path: Path) -> None:
    case = Case("c", region="spine", images={"ct": image("ct", "1")}, planning_image="ct")
    with pytest.raises(RefusedError) as refusal:
        align_spine(case, ArrayStore(tmp_path), "ct")
    assert refusal.value.code == "same-image"
