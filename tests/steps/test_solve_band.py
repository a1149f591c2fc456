"""The band of a result over the published conductivities, on one lead in homogeneous tissue."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from planner.case import facts
from planner.case.band import FieldBand
from planner.case.checks import export_blockers, stale
from planner.case.codec import decode, encode
from planner.case.commands import Command
from planner.case.file import CaseFile
from planner.case.inputs import inputs_of_alignment, inputs_of_anatomy
from planner.case.model import MNI_SPACE, Alignment, Case, Identity, Image, Lead, Programme, Structure
from planner.case.store import ArrayStore
from planner.cli.verbs import EXIT_FINE, run
from planner.errors import PlannerError
from planner.geometry import Grid, Surface
from planner.library.assumptions import band_sentences
from planner.library.thresholds import GENERAL
from planner.progress import Cancelled, Progress
from planner.steps.simulate import SimulationParameters, simulate
from planner.steps.solve_band import solve_band
from planner.steps.solve_field import FieldParameters, solve_field

LEAD = Lead("l1", "VPL right", "right", "medtronic_3389", (16.0, -12.0, 0.0), (32.0, 20.0, 65.0), "image:a")
PROGRAMME = Programme("p1", "l1", "VPL", {"1": -1.0}, 1.0, 3.0, 60.0, 130.0)
ASKED = SimulationParameters(GENERAL)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> ArrayStore:
    return ArrayStore(tmp_path_factory.mktemp("arrays"))


def image(store: ArrayStore) -> Image:
    grid = facts.spec_of(Grid.of((2, 2, 2), np.eye(4), "image:a"))
    return Image("a", "T1", "MR", grid, store.put(np.zeros((2, 2, 2), dtype=np.int16)), Identity("Núñez"))


@pytest.fixture(scope="module")
def case(store: ArrayStore) -> Case:
    whole = Case("c1").with_image(image(store)).with_lead(LEAD).with_programme(PROGRAMME)
    matrix = facts.matrix_of(np.eye(4))
    inputs = inputs_of_alignment(whole, LEAD.space, MNI_SPACE)
    whole = whole.with_alignment(Alignment("t1", LEAD.space, MNI_SPACE, "affine", matrix, "test", inputs))
    whole = whole.with_structure(ball(store, inputs_of_anatomy(whole)))
    whole = whole.with_solution(solve_field(whole, store, "l1", FieldParameters("homogeneous", capsule_mm=0.0)))
    return whole.with_simulation(simulate(whole, store, "p1", ASKED))


def ball(store: ArrayStore, inputs: str) -> Structure:
    """A closed surface of 8 mm across beside the contact."""
    centre = np.array(LEAD.target) + np.array((-2.0, 0.0, 4.0))
    xyz = np.array([(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)]) * 4.0 + centre
    faces = [(0, 2, 4), (2, 1, 4), (1, 3, 4), (3, 0, 4), (2, 0, 5), (1, 2, 5), (3, 1, 5), (0, 3, 5)]
    vertices, triangles = facts.put_surface(Surface.of(xyz, faces, LEAD.space), store)
    x, y, z = (float(one) for one in centre)
    return Structure("VPL-right", LEAD.space, (x, y, z), vertices, triangles, "test", "test", inputs)


@pytest.fixture(scope="module")
def band(case: Case, store: ArrayStore) -> FieldBand:
    return solve_band(case, store, "p1")


def test_that_the_band_is_that_of_the_span_of_homogeneous_tissue(
    case: Case, store: ArrayStore, band: FieldBand
) -> None:
    # 0.14 to 0.33 S/m around 0.2: resistance and |E| go with one over the conductivity.
    middle = band.usual.impedance_ohm
    assert band.low.impedance_ohm == pytest.approx(middle * 0.2 / 0.14, rel=1e-4)
    assert band.high.impedance_ohm == pytest.approx(middle * 0.2 / 0.33, rel=1e-4)
    assert band.low.max_field_v_per_mm == pytest.approx(band.usual.max_field_v_per_mm * 0.2 / 0.14, rel=1e-3)
    louder = case.with_programme(replace(PROGRAMME, amplitude_ma=3.0 * 0.2 / 0.14))
    assert band.low.volume_mm3 == pytest.approx(simulate(louder, store, "p1", ASKED).volume_mm3, rel=1e-3)
    assert band.volume_mm3 == (band.high.volume_mm3, band.low.volume_mm3)
    assert band.impedance_ohm == (band.high.impedance_ohm, band.low.impedance_ohm)
    assert [one.conductor["outside_s_per_m"] for one in band.ends] == ["0.14", "0.2", "0.33"]


def test_that_its_middle_is_the_simulation(case: Case, store: ArrayStore, band: FieldBand) -> None:
    simulation = simulate(case, store, "p1", ASKED)
    assert band.usual.volume_mm3 == simulation.volume_mm3
    assert band.usual.impedance_ohm == simulation.impedance_ohm
    assert band.threshold_v_per_mm == simulation.threshold_v_per_mm == 0.2
    assert band.usual.overlaps_mm3 == simulation.overlaps_mm3


def test_that_overlaps_have_a_band_too(band: FieldBand) -> None:
    low, high = band.overlap_mm3("VPL-right")
    assert 0.0 < low < band.usual.overlaps_mm3["VPL-right"] < high
    assert high == band.most_overlap_mm3("VPL-right") == band.low.overlaps_mm3["VPL-right"]
    assert band.overlap_mm3("STN-right") == (0.0, 0.0)


def test_that_the_band_goes_out_of_date_with_its_simulation_and_comes_back(
    case: Case, store: ArrayStore, band: FieldBand
) -> None:
    kept = case.with_band(band)
    assert f"band:{band.id}" not in stale(kept)
    louder = kept.with_programme(replace(PROGRAMME, amplitude_ma=4.0))
    assert stale(louder)[f"band:{band.id}"] == "based-on-stale"
    louder = louder.with_simulation(simulate(louder, store, "p1", ASKED))
    assert stale(louder)[f"band:{band.id}"] == "inputs-changed"
    again = louder.with_programme(PROGRAMME)
    assert f"band:{band.id}" not in stale(again.with_simulation(simulate(again, store, "p1", ASKED)))
    assert not [one for one in export_blockers(louder) if one.subject == f"band:{band.id}"]
    assert not kept.without_lead("l1").bands


def test_that_the_band_is_read_back_from_a_file_as_it_was(case: Case, band: FieldBand) -> None:
    assert decode(Case, encode(case.with_band(band))).bands == {band.id: band}


def test_that_a_cancelled_band_stops(case: Case, store: ArrayStore) -> None:
    with pytest.raises(Cancelled):
        solve_band(case, store, "p1", Progress(lambda _part, _words: None, lambda: True))


@pytest.mark.slow
def test_that_an_encapsulation_that_was_asked_for_has_no_span(case: Case, store: ArrayStore) -> None:
    asked = FieldParameters("homogeneous", capsule_mm=0.2, capsule_s_per_m=0.05)
    own = case.with_solution(solve_field(case, store, "l1", asked))
    usual = case.with_solution(solve_field(case, store, "l1", replace(asked, capsule_s_per_m=None)))
    cases = [one.with_simulation(simulate(one, store, "p1", ASKED)) for one in (own, usual)]
    found = [[one.conductor["capsule_s_per_m"] for one in solve_band(c, store, "p1").ends] for c in cases]
    assert found == [["0.05"] * 3, ["0.1", "0.1", "0.17"]]


def test_that_a_band_needs_a_field_that_fits(case: Case, store: ArrayStore) -> None:
    with pytest.raises(PlannerError) as caught:
        solve_band(case.with_lead(replace(LEAD, depth_mm=1.0)), store, "p1")
    assert caught.value.code == "field-outdated"
    with pytest.raises(PlannerError) as caught:
        solve_band(case, store, "p9")
    assert caught.value.code == "programme-unknown"
    with pytest.raises(PlannerError) as caught:
        solve_band(replace(case, simulations={}), store, "p1")
    assert caught.value.code == "no-simulation"
    with pytest.raises(PlannerError) as caught:
        solve_band(case.with_programme(replace(PROGRAMME, width_us=90.0)), store, "p1")
    assert caught.value.code == "simulation-outdated"


def test_that_the_words_say_what_the_band_does_not_cover() -> None:
    assert any("can lie outside" in words for words in band_sentences())


@pytest.mark.slow
def test_that_the_verb_tells_the_three_runs_and_keeps_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.noci"
    with CaseFile.create(path) as case_file:
        case_file.commit(
            Command("change-lead", LEAD.name), case_file.case.with_image(image(case_file.store)).with_lead(LEAD)
        )
    words = ["--tissue", "homogeneous", "--json"]
    assert run(["solve-field", str(path), LEAD.name, *words]) == EXIT_FINE
    asked = ["--contacts", "1-", "--amplitude", "3", "--threshold", GENERAL, "--json"]
    assert run(["simulate", str(path), LEAD.name, *asked]) == EXIT_FINE
    capsys.readouterr()
    assert run(["field-band", str(path), LEAD.name, "--json"]) == EXIT_FINE
    told = json.loads(capsys.readouterr().out)
    assert told["low"]["impedance_ohm"] > told["usual"]["impedance_ohm"] > told["high"]["impedance_ohm"]
    assert told["low"]["volume_mm3"] > told["usual"]["volume_mm3"] > told["high"]["volume_mm3"]
    assert len(told["assumptions"]) == 2
    with CaseFile.open(path, read_only=True) as after:
        assert [one.low.volume_mm3 for one in after.case.bands.values()] == [told["low"]["volume_mm3"]]
