from dataclasses import replace

import numpy as np
import pytest

from planner.case import facts
from planner.case.checks import inputs_of_simulation, stale
from planner.case.codec import decode, encode
from planner.case.model import Case, Identity, Image, Lead, Programme, Simulation, Structure
from planner.case.store import ArrayStore
from planner.errors import PlannerError
from planner.field.isosurface import enclosed_mm3
from planner.geometry import Grid
from planner.leads.path import lead_frame
from planner.library.assumptions import simulation_sentences
from planner.library.thresholds import GENERAL
from planner.steps.simulate import SimulationParameters, lead_in_tissue, nearby_leads, simulate
from planner.steps.solve_field import FieldParameters, solve_field

MONOPOLAR = Programme("p1", "l1", "VPL", {"1": -1.0}, 1.0, 3.0, 60.0, 130.0)
BIPOLAR = replace(MONOPOLAR, shares={"1": -1.0, "2": 1.0}, case_share=0.0)
LEAD = Lead("l1", "VPL right", "right", "medtronic_3389", (16.0, -12.0, 0.0), (32.0, 20.0, 65.0), "image:a")


def box(low: np.ndarray, high: np.ndarray, store: ArrayStore) -> Structure:
    """A closed box."""
    corners = np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)])
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    triangles = np.array([t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))])
    vertices = store.put(low + corners * (high - low))
    centre = tuple(float(v) for v in (low + high) / 2)
    return Structure("box", "image:a", centre, vertices, store.put(triangles), "test", "test", "")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> ArrayStore:
    return ArrayStore(tmp_path_factory.mktemp("arrays"))


@pytest.fixture(scope="module")
def case(store: ArrayStore) -> Case:
    """One lead in homogeneous tissue, solved."""
    affine = np.eye(4)
    image_grid = facts.spec_of(Grid.of((2, 2, 2), affine, "image:a"))
    image = Image("a", "T1", "MR", image_grid, store.put(np.zeros((2, 2, 2), dtype=np.int16)), Identity("Núñez"))
    whole = Case("c1").with_image(image).with_lead(LEAD).with_programme(MONOPOLAR)
    return whole.with_solution(solve_field(whole, store, "l1", FieldParameters("homogeneous", capsule_mm=0.0)))


@pytest.fixture(scope="module")
def simulation(case: Case, store: ArrayStore) -> Simulation:
    return simulate(case, store, "p1", SimulationParameters(GENERAL))


def test_that_the_volume_is_that_of_the_reference_lead(simulation: Simulation) -> None:
    # Contact 2, others floating, 3 mA, 0.2 V/mm (reference case f).
    assert simulation.volume_mm3 == pytest.approx(50.152, rel=0.01)
    assert simulation.impedance_ohm == pytest.approx(547.35, rel=0.003)


def test_that_the_surface_lies_around_the_active_contact(case: Case, store: ArrayStore, simulation: Simulation) -> None:
    surface = facts.surface_of(simulation, store, "image:a")
    assert enclosed_mm3(surface) == pytest.approx(simulation.volume_mm3, rel=0.01)
    near = np.linalg.norm(surface.vertices - lead_frame(LEAD).at(4.25), axis=1) < 3.5
    assert near.mean() > 0.9  # the rest are rims at the edges of floating contacts, where the field peaks


def test_that_charge_and_threshold_come_with_it(simulation: Simulation) -> None:
    assert simulation.charge_uc == pytest.approx(0.18)
    assert simulation.charge_density_uc_cm2 == pytest.approx(3.0, rel=0.01)
    assert simulation.shannon_k == pytest.approx(-0.27, abs=0.01)
    assert simulation.threshold_v_per_mm == 0.2
    assert "Johansson" in simulation.threshold_source


def test_that_it_is_kept_and_goes_out_of_date_with_its_programme(case: Case, simulation: Simulation) -> None:
    assert decode(Simulation, encode(simulation)) == simulation
    assert simulation.inputs_hash == inputs_of_simulation(case, "p1", simulation.assumptions)
    whole = case.with_simulation(simulation)
    assert stale(whole) == {}
    louder = whole.with_programme(replace(MONOPOLAR, amplitude_ma=3.5))
    assert stale(louder) == {f"simulation:{simulation.id}": "inputs-changed"}


def test_that_the_overlap_with_a_structure_is_counted(case: Case, store: ArrayStore) -> None:
    centre = lead_frame(LEAD).at(4.25)
    with_box = case.with_structure(box(centre - (0.0, 20.0, 20.0), centre + 20.0, store))
    simulation = simulate(with_box, store, "p1", SimulationParameters(GENERAL))
    # The box holds what lies on one side of a plane through the contact's centre: half, but for the lead's slant.
    assert simulation.overlaps_mm3["box"] == pytest.approx(simulation.volume_mm3 / 2.0, rel=0.03)
    assert simulation.strongest_v_per_mm["box"] == pytest.approx(simulation.max_field_v_per_mm, rel=0.1)


def test_that_the_table_gives_the_threshold_of_the_pulse_width(case: Case, store: ArrayStore) -> None:
    short = simulate(case, store, "p1", SimulationParameters(fibre_um=3.5))
    assert short.threshold_v_per_mm == pytest.approx(0.185)
    long_pulse = case.with_programme(replace(MONOPOLAR, width_us=450.0))
    with pytest.raises(PlannerError) as caught:
        simulate(long_pulse, store, "p1")
    assert caught.value.code == "threshold-range"
    assert simulate(long_pulse, store, "p1", SimulationParameters(GENERAL)).threshold_v_per_mm == 0.2


def test_that_a_bipolar_result_says_that_its_threshold_is_unsure(case: Case, store: ArrayStore) -> None:
    simulation = simulate(case.with_programme(BIPOLAR), store, "p1", SimulationParameters(GENERAL))
    assert simulation.assumptions["polarity"] == "multipolar"
    assert any("Duffley 2019" in words for words in simulation_sentences(simulation.assumptions))


def test_that_a_monopolar_result_makes_no_such_remark(simulation: Simulation) -> None:
    assert not any("Duffley" in words for words in simulation_sentences(simulation.assumptions))


def test_that_a_lead_within_15_mm_is_named(case: Case, store: ArrayStore) -> None:
    beside = replace(LEAD, id="l2", name="CM right", target=(6.0, -12.0, 0.0))
    away = replace(LEAD, id="l3", name="VPL left", target=(-16.0, -12.0, 0.0), entry=(-32.0, 20.0, 65.0))
    both = case.with_lead(beside).with_lead(away)
    assert nearby_leads(both, LEAD) == ("CM right",)
    simulation = simulate(both, store, "p1", SimulationParameters(GENERAL))
    assert any("CM right" in words for words in simulation_sentences(simulation.assumptions))


def test_that_nothing_is_simulated_on_a_field_that_is_missing_or_out_of_date(case: Case, store: ArrayStore) -> None:
    with pytest.raises(PlannerError) as caught:
        simulate(replace(case, solutions={}), store, "p1")
    assert caught.value.code == "no-field"
    with pytest.raises(PlannerError) as caught:
        simulate(case.with_lead(replace(LEAD, depth_mm=2.0)), store, "p1")
    assert caught.value.code == "field-outdated"
    with pytest.raises(PlannerError) as caught:
        simulate(case, store, "p9")
    assert caught.value.code == "programme-unknown"


def test_that_no_current_is_refused_in_words(case: Case, store: ArrayStore) -> None:
    with pytest.raises(PlannerError) as caught:
        simulate(case.with_programme(replace(MONOPOLAR, amplitude_ma=0.0)), store, "p1")
    assert caught.value.code == "amplitude"


def test_that_what_was_prepared_changes_no_number_and_is_made_anew_when_it_no_longer_fits(
    case: Case, store: ArrayStore
) -> None:
    frame = lead_frame(LEAD)
    boxed = case.with_structure(box(np.array(frame.tip_mm) - 4.0, np.array(frame.tip_mm) + 6.0, store))
    prepared = lead_in_tissue(boxed, store, MONOPOLAR)
    plain, quick = simulate(boxed, store, "p1"), simulate(boxed, store, "p1", prepared=prepared)
    assert replace(quick, id=plain.id) == plain
    assert plain.overlaps_mm3["box"] > 0.0
    moved = boxed.with_structure(box(np.array(frame.tip_mm) + 40.0, np.array(frame.tip_mm) + 44.0, store))
    assert not prepared.fits(moved, MONOPOLAR)
    assert simulate(moved, store, "p1", prepared=prepared).overlaps_mm3["box"] == 0.0
