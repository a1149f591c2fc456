"""While a lead is moved its field is carried along as an estimate; only what was solved is ever kept."""

import time

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from planner.case import checks
from planner.case.commands import Command
from planner.case.model import Lead
from planner.scene.display import SurfaceDisplay
from planner.steps.set_programme import ProgrammeRequest, set_programme
from planner.steps.simulate import simulate
from planner.steps.solve_field import solve_field
from tests.ui.conftest import OpenCase

pytestmark = [pytest.mark.qt_log_ignore("propagateSizeHints"), pytest.mark.slow]


@pytest.fixture
def lead(opened: OpenCase) -> Lead:
    """With tissue, a programme, its field and what it activates."""
    opened.add_acpc()
    lead = opened.add_lead()
    opened.add_tissue()
    store = opened.document.store
    programme = set_programme(opened.case, ProgrammeRequest(lead.id, {"1": "-"}, 2.0, 60.0, 130.0))
    case = opened.case.with_programme(programme)
    case = case.with_solution(solve_field(case, store, lead.id))
    opened.document.do(Command("simulate", lead.name), case.with_simulation(simulate(case, store, programme.id)))
    return lead


def _shown(opened: OpenCase) -> SurfaceDisplay:
    return opened.session.views.slices["axial"]._surfaces[-1]


def _hold(opened: OpenCase, depth_mm: float) -> None:
    row = opened.page("plan").chosen.depth_row
    row.slider.setSliderDown(True)
    row.slider.setValue(round(2 * depth_mm))


def test_that_an_estimate_comes_at_once_and_is_kept_nowhere(opened: OpenCase, lead: Lead) -> None:
    page, before = opened.page("plan"), opened.case
    kept = _shown(opened).surface
    _hold(opened, 2.0)
    shown = _shown(opened)
    assert shown.is_estimate
    assert shown.tag == "estimate"
    axis = np.subtract(lead.entry, lead.target) / np.linalg.norm(np.subtract(lead.entry, lead.target))
    assert shown.surface.vertices == pytest.approx(kept.vertices - 2.0 * axis, abs=1e-4)
    assert page.live_panel.numbers.value("Activated volume").startswith("\N{ALMOST EQUAL TO}")
    assert page.live_panel.words.tone == "warn"
    assert opened.case is before
    opened.window.go_to_task("stimulate")
    assert not _shown(opened).is_estimate
    assert opened.case is before


def test_that_the_true_field_follows_while_the_lead_is_held_and_is_kept_when_it_is_let_go(
    opened: OpenCase, lead: Lead, qtbot: QtBot
) -> None:
    page, before = opened.page("plan"), opened.case
    _hold(opened, 2.0)
    qtbot.waitUntil(lambda: not _shown(opened).is_estimate, timeout=60_000)
    assert "Computed" in page.live_panel.words.text()
    assert opened.case is before
    page.chosen.depth_row.slider.setSliderDown(False)
    assert opened.case.leads[lead.id].depth_mm == 2.0
    qtbot.waitUntil(lambda: not checks.stale(opened.case), timeout=60_000)
    solution = checks.solution_of(opened.case, lead.id)
    assert solution is not None
    assert solution.id not in before.solutions
    assert len(opened.case.simulations) == 1
    assert page.live_panel.words.text() == ""
    opened.window.undo()
    opened.window.undo()
    assert opened.case == before


def test_that_letting_go_before_it_is_solved_keeps_the_move_and_then_the_field(
    opened: OpenCase, lead: Lead, qtbot: QtBot
) -> None:
    page = opened.page("plan")
    _hold(opened, 1.0)
    page.chosen.depth_row.slider.setSliderDown(False)
    assert _shown(opened).is_estimate
    assert any(key.startswith("simulation") for key in checks.stale(opened.case))
    qtbot.waitUntil(lambda: not checks.stale(opened.case), timeout=60_000)
    assert not _shown(opened).is_estimate
    assert lead.id in opened.case.leads


def test_that_moving_on_stops_the_job_of_the_last_place_quickly(opened: OpenCase, lead: Lead, qtbot: QtBot) -> None:
    jobs = opened.session.jobs
    ended: list[float] = []
    _hold(opened, 1.0)
    qtbot.waitUntil(lambda: bool(jobs.running), timeout=10_000)
    first = jobs.running[0]
    jobs.ended.connect(lambda job: ended.append(time.monotonic()) if job is first else None)
    moved = time.monotonic()
    _hold(opened, 2.0)
    assert first.is_cancelled
    qtbot.waitUntil(lambda: bool(ended), timeout=10_000)
    assert ended[0] - moved < 1.0  # 0.2 s on a machine that does nothing else
    qtbot.waitUntil(lambda: not _shown(opened).is_estimate, timeout=60_000)
    opened.window.go_to_task("stimulate")
    assert not opened.session.jobs.running


def test_that_a_lead_that_was_let_go_of_gets_its_field_although_the_person_went_on(
    opened: OpenCase, lead: Lead, qtbot: QtBot
) -> None:
    page = opened.page("plan")
    _hold(opened, 1.0)
    page.chosen.depth_row.slider.setSliderDown(False)
    stimulate = opened.page("stimulate")
    qtbot.waitUntil(lambda: not checks.stale(opened.case), timeout=60_000)
    assert not _shown(opened).is_estimate
    assert stimulate.field.words.tone == "good"


def test_that_undoing_the_move_takes_the_estimate_away(opened: OpenCase, lead: Lead) -> None:
    page, before = opened.page("plan"), opened.case
    _hold(opened, 1.5)
    page.chosen.depth_row.slider.setSliderDown(False)
    opened.window.undo()
    assert opened.case == before
    assert not _shown(opened).is_estimate
    assert all(job.is_cancelled for job in opened.session.jobs.running)


def test_that_the_box_switches_it_off(opened: OpenCase, lead: Lead) -> None:
    page = opened.page("plan")
    page.live_panel.box.setChecked(False)
    _hold(opened, 1.5)
    assert not _shown(opened).is_estimate
    page.chosen.depth_row.slider.setSliderDown(False)
    assert not opened.session.jobs.running
    assert checks.stale(opened.case)
