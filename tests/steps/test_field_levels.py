"""Levels of |E|: nested, closed, and honest about what reaches the end of the model."""

from dataclasses import replace

import numpy as np
import pytest

from planner.case.model import Case, Lead, Programme
from planner.case.store import ArrayStore
from planner.errors import PlannerError
from planner.field.isosurface import enclosed_mm3
from planner.library.thresholds import GENERAL
from planner.steps.field_levels import field_levels
from planner.steps.simulate import SimulationParameters, simulate
from planner.steps.solve_field import FieldParameters, solve_field

LEAD = Lead("l1", "VPL", "right", "medtronic_3389", (16.0, -12.0, 0.0), (32.0, 20.0, 65.0), "image:a")
PROGRAMME = Programme("p1", "l1", "VPL", {"1": -1.0}, 1.0, 3.0, 60.0, 130.0)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> ArrayStore:
    return ArrayStore(tmp_path_factory.mktemp("arrays"))


@pytest.fixture(scope="module")
def case(store: ArrayStore) -> Case:
    whole = replace(Case("c1").with_lead(LEAD).with_programme(PROGRAMME), planning_image="a")
    return whole.with_solution(solve_field(whole, store, "l1", FieldParameters("homogeneous")))


def test_that_levels_are_nested_and_one_at_the_threshold_is_the_activation(case: Case, store: ArrayStore) -> None:
    levels = field_levels(case, store, "p1", (0.4, 0.1, 0.2))
    assert [one.v_per_mm for one in levels.found] == [0.1, 0.2, 0.4]
    volumes = [one.volume_mm3 for one in levels.found]
    assert volumes == sorted(volumes, reverse=True)
    assert volumes[1] == simulate(case, store, "p1", SimulationParameters(GENERAL)).volume_mm3
    reach = [np.ptp(one.surface.vertices, axis=0) for one in levels.found]
    assert (reach[0] > reach[1]).all()
    assert (reach[1] > reach[2]).all()
    # The surface closes along the lead, the volume counts cells: a percent between them.
    assert [enclosed_mm3(one.surface) for one in levels.found] == pytest.approx(volumes, rel=0.02)


def test_that_a_level_which_reaches_the_end_of_the_model_is_named_not_drawn(case: Case, store: ArrayStore) -> None:
    loud = case.with_programme(replace(PROGRAMME, amplitude_ma=25.0))
    levels = field_levels(loud, store, "p1", (0.0005, 0.2))
    assert levels.beyond == (0.0005,)
    assert [one.v_per_mm for one in levels.found] == [0.2]


def test_that_a_level_of_nothing_is_refused(case: Case, store: ArrayStore) -> None:
    with pytest.raises(PlannerError) as caught:
        field_levels(case, store, "p1", (0.0,))
    assert caught.value.code == "threshold"
