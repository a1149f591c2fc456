"""The band of a result over the published conductivities, on one lead in homogeneous tissue."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from planner.case import facts
from planner.case.commands import Command
from planner.case.file import CaseFile
from planner.case.model import Case, Identity, Image, Lead, Programme
from planner.case.store import ArrayStore
from planner.cli.verbs import EXIT_FINE, run
from planner.errors import PlannerError
from planner.geometry import Grid
from planner.library.assumptions import band_sentences
from planner.library.thresholds import GENERAL
from planner.steps.simulate import SimulationParameters, simulate
from planner.steps.solve_band import FieldBand, solve_band
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
    return whole.with_solution(solve_field(whole, store, "l1", FieldParameters("homogeneous", capsule_mm=0.0)))


@pytest.fixture(scope="module")
def band(case: Case, store: ArrayStore) -> FieldBand:
    return solve_band(case, store, "p1", ASKED)


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


@pytest.mark.slow
def test_that_an_encapsulation_that_was_asked_for_has_no_span(case: Case, store: ArrayStore) -> None:
    asked = FieldParameters("homogeneous", capsule_mm=0.2, capsule_s_per_m=0.05)
    own = case.with_solution(solve_field(case, store, "l1", asked))
    usual = case.with_solution(solve_field(case, store, "l1", replace(asked, capsule_s_per_m=None)))
    found = [[one.conductor["capsule_s_per_m"] for one in solve_band(c, store, "p1", ASKED).ends] for c in (own, usual)]
    assert found == [["0.05"] * 3, ["0.1", "0.1", "0.17"]]


def test_that_a_band_needs_a_field_that_fits(case: Case, store: ArrayStore) -> None:
    with pytest.raises(PlannerError) as caught:
        solve_band(case.with_lead(replace(LEAD, depth_mm=1.0)), store, "p1", ASKED)
    assert caught.value.code == "field-outdated"
    with pytest.raises(PlannerError) as caught:
        solve_band(case, store, "p9", ASKED)
    assert caught.value.code == "programme-unknown"


def test_that_the_words_say_what_the_band_does_not_cover() -> None:
    assert any("can lie outside" in words for words in band_sentences())


@pytest.mark.slow
def test_that_the_verb_tells_the_three_runs_and_keeps_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.noci"
    with CaseFile.create(path) as case_file:
        case_file.commit(
            Command("change-lead", LEAD.name), case_file.case.with_image(image(case_file.store)).with_lead(LEAD)
        )
    words = ["--tissue", "homogeneous", "--json"]
    assert run(["solve-field", str(path), LEAD.name, *words]) == EXIT_FINE
    asked = ["--contacts", "1-", "--amplitude", "3", "--threshold", GENERAL, "--json"]
    assert run(["simulate", str(path), LEAD.name, *asked]) == EXIT_FINE
    before = CaseFile.open(path, read_only=True)
    head = before.audit_head
    before.close()
    capsys.readouterr()
    assert run(["field-band", str(path), LEAD.name, "--threshold", GENERAL, "--json"]) == EXIT_FINE
    told = json.loads(capsys.readouterr().out)
    assert told["low"]["impedance_ohm"] > told["usual"]["impedance_ohm"] > told["high"]["impedance_ohm"]
    assert told["low"]["volume_mm3"] > told["usual"]["volume_mm3"] > told["high"]["volume_mm3"]
    assert len(told["assumptions"]) == 2
    with CaseFile.open(path, read_only=True) as after:
        assert after.audit_head == head
