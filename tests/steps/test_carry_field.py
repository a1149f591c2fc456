"""A field carried along with its lead: exact where the tissue is the same everywhere, and never a fact of the case."""

from dataclasses import fields, replace

import numpy as np
import pytest

from planner.case import facts
from planner.case.model import Case, Lead, Programme, Simulation
from planner.case.store import ArrayStore
from planner.field.isosurface import enclosed_mm3
from planner.library.thresholds import GENERAL
from planner.steps.carry_field import CarriedField, FieldEstimate, carried_field
from planner.steps.simulate import SimulationParameters, simulate
from planner.steps.solve_field import FieldParameters, solve_field

LEAD = Lead("l1", "VPL", "right", "medtronic_3389", (16.0, -12.0, 0.0), (32.0, 20.0, 65.0), "image:a")
PROGRAMME = Programme("p1", "l1", "VPL", {"1": -1.0}, 1.0, 3.0, 60.0, 130.0)
ASKED = SimulationParameters(GENERAL)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> ArrayStore:
    return ArrayStore(tmp_path_factory.mktemp("arrays"))


def solved(case: Case, store: ArrayStore) -> Case:
    case = case.with_solution(solve_field(case, store, "l1", FieldParameters("homogeneous")))
    return case.with_simulation(simulate(case, store, "p1", ASKED))


@pytest.fixture(scope="module")
def case(store: ArrayStore) -> Case:
    return solved(replace(Case("c1").with_lead(LEAD).with_programme(PROGRAMME), planning_image="a"), store)


@pytest.fixture(scope="module")
def carried(case: Case, store: ArrayStore) -> CarriedField:
    made = carried_field(case, store, "l1")
    assert made is not None
    return made


MOVES = (
    {"depth_mm": 3.5},
    {"rotation_deg": 70.0},
    {"target": (12.0, -15.0, 4.0), "entry": (-10.0, 30.0, 60.0), "depth_mm": -1.0},
)


@pytest.mark.parametrize("move", MOVES)
def test_that_in_homogeneous_tissue_it_is_what_would_be_solved_there(
    case: Case, store: ArrayStore, carried: CarriedField, move: dict[str, float]
) -> None:
    moved = replace(LEAD, **move)  # type: ignore[arg-type]
    estimate = carried.at(moved)
    truth = next(iter(solved(case.with_lead(moved), store).simulations.values()))
    assert estimate.volume_mm3 == pytest.approx(truth.volume_mm3, rel=1e-4)
    assert enclosed_mm3(estimate.surface) == pytest.approx(enclosed_mm3(carried.activated.surface), rel=1e-6)
    true_surface = facts.surface_of(truth, store, LEAD.space)
    # A tenth of a millimetre: the two surfaces are the same up to the order of their points.
    assert estimate.surface.vertices.mean(axis=0) == pytest.approx(true_surface.vertices.mean(axis=0), abs=0.1)


def test_that_the_threshold_is_that_of_the_last_simulation(case: Case, carried: CarriedField) -> None:
    simulation = next(iter(case.simulations.values()))
    assert carried.at(LEAD).threshold_v_per_mm == simulation.threshold_v_per_mm
    assert carried.at(LEAD).volume_mm3 == pytest.approx(simulation.volume_mm3)


def test_that_a_stale_field_is_still_carried_but_not_that_of_another_model(case: Case, store: ArrayStore) -> None:
    moved = case.with_lead(replace(LEAD, depth_mm=2.0))
    again = carried_field(moved, store, "l1")
    assert again is not None
    assert np.allclose(again.pose.tip_mm, LEAD.target)
    assert carried_field(case.with_lead(replace(LEAD, device_id="medtronic_3387")), store, "l1") is None
    assert carried_field(replace(case, programmes={}), store, "l1") is None


def test_that_it_fits_until_what_it_was_made_from_changes(case: Case, carried: CarriedField) -> None:
    assert carried.fits(case.with_lead(replace(LEAD, depth_mm=2.0)), "l1")
    assert not carried.fits(case.with_programme(replace(PROGRAMME, amplitude_ma=2.0)), "l1")
    assert not carried.fits(case.with_lead(replace(LEAD, device_id="medtronic_3387")), "l1")


def test_that_an_estimate_is_no_fact_that_a_case_could_keep(carried: CarriedField) -> None:
    estimate = carried.at(LEAD)
    assert not isinstance(estimate, Simulation)
    assert not {"id", "inputs_hash"} & {one.name for one in fields(FieldEstimate)}
