"""Fibres on the stimulate page: laid, computed in a job, compared with the amplitude at once, stale when they are."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from planner.axons import predictor
from planner.axons.training import train
from planner.case.checks import stale
from planner.case.commands import Command
from planner.library.devices import device
from planner.steps.fibre_results import FibreFigures
from planner.steps.lay_fibres import FibreFile
from planner.steps.set_programme import programme_of
from tests.ui.conftest import TARGET, OpenCase

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def lines_file(folder: Path) -> Path:
    """Three lines beside the lead's target, 3, 4 and 5 mm lateral of it, as a legacy VTK file."""
    x = [TARGET[0] - distance for distance in (3.0, 4.0, 5.0)]
    points = [(one, TARGET[1], TARGET[2] + z) for one in x for z in (-15.0, 0.0, 15.0)]
    text = "# vtk DataFile Version 3.0\nfibres\nASCII\nDATASET POLYDATA\nPOINTS 9 float\n"
    text += "\n".join(f"{a} {b} {c}" for a, b, c in points) + "\nLINES 3 12\n3 0 1 2\n3 3 4 5\n3 6 7 8\n"
    path = folder / "Tracto Ñ.vtk"
    path.write_text(text)
    return path


def test_that_lines_from_a_file_are_kept_as_one_undo_step_and_say_what_is_missing(
    opened: OpenCase, qtbot: QtBot, tmp_path: Path
) -> None:
    lead = opened.add_lead()
    page = opened.page("stimulate")
    page.fibres.work.read(FibreFile(lines_file(tmp_path), "Tracto Ñ"), lead.id)
    qtbot.waitUntil(lambda: bool(opened.case.fibre_groups), timeout=10_000)
    (group,) = opened.case.fibre_groups.values()
    assert (group.name, group.count, group.origin) == ("Tracto Ñ", 3, "file")
    assert page.fibres.group_box.currentText() == "Tracto Ñ (3)"
    assert not page.fibres.compute_button.isEnabled()
    (shown,) = opened.session.views.scene_view.scene._shown["fibres"]
    assert shown.name == "Tracto Ñ"
    assert not shown.fires.any()
    page.fibres.shown.setChecked(False)
    assert opened.session.views.scene_view.scene._shown["fibres"] == ()
    opened.document.undo()
    assert not opened.case.fibre_groups


@pytest.mark.slow
def test_that_fibres_follow_the_amplitude_at_once_and_the_contacts_in_a_job(
    opened: OpenCase, qtbot: QtBot, tmp_path: Path
) -> None:
    opened.add_acpc()
    lead = opened.add_lead()
    opened.add_tissue()
    page = opened.page("stimulate")
    labels = device(lead.device_id).labels
    page.controls._set_sign(labels[0], "-")
    page.compute_field()
    qtbot.waitUntil(lambda: bool(opened.case.simulations), timeout=60_000)
    page.fibres.work.read(FibreFile(lines_file(tmp_path), "Tract"), lead.id)
    qtbot.waitUntil(lambda: bool(opened.case.fibre_results), timeout=60_000)
    first = next(iter(opened.case.fibre_results.values()))
    thresholds = FibreFigures.of(first, opened.document.store).thresholds_ma
    assert (np.diff(thresholds) > 0).all()  # the farther, the more current
    assert page.fibres.recruitment.mark is not None

    programme = programme_of(opened.case, lead.id)
    assert programme is not None
    between = float(np.sqrt(thresholds[0] * thresholds[1]))
    page.fibres.follow_preview(opened.case, replace(programme, amplitude_ma=between))
    assert page.fibres.numbers.value("Fibres that fire").startswith("1 of 3")
    (shown,) = opened.session.views.scene_view.scene._shown["fibres"]
    assert shown.fires.tolist() == [True, False, False]
    assert len(shown.spike_places) == 1
    page.fibres.end_preview()

    page.controls._set_sign(labels[2], "-")  # other contacts: out of date at once, computed again behind it
    assert any(key.startswith("fibre-result") for key in stale(opened.case))
    assert "Out of date" in page.fibres.words.text()
    qtbot.waitUntil(lambda: not any(key.startswith("fibre") for key in stale(opened.case)), timeout=60_000)
    assert page.fibres.words.text() == ""


@pytest.mark.slow
def test_that_other_contacts_get_an_estimate_at_once_and_the_miss_is_told(
    opened: OpenCase, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With coefficients trained on few fields, so that the test does not wait for the stored ones."""
    quick = lru_cache(lambda cable, pulse: train(cable, pulse, (600, 1200)))
    monkeypatch.setattr(predictor, "stored", quick)
    opened.add_acpc()
    lead = opened.add_lead()
    opened.add_tissue()
    page = opened.page("stimulate")
    labels = device(lead.device_id).labels
    page.controls._set_sign(labels[0], "-")
    page.compute_field()
    qtbot.waitUntil(lambda: bool(opened.case.simulations), timeout=60_000)
    page.fibres.work.read(FibreFile(lines_file(tmp_path), "Tract"), lead.id)
    qtbot.waitUntil(lambda: bool(opened.case.fibre_results), timeout=60_000)
    qtbot.waitUntil(lambda: page.fibres.live._prepared is not None, timeout=60_000)

    programme = programme_of(opened.case, lead.id)
    assert programme is not None
    changed = replace(programme, shares={labels[1]: -0.5, labels[2]: -0.5}, width_us=120.0)
    page.fibres.follow_preview(opened.case, changed)
    assert page.fibres.numbers.value("Live estimate") == "the solver follows when you let go"
    estimate = page.fibres.live.estimate
    assert estimate is not None

    opened.document.do(Command("set-programme", lead.name), opened.case.with_programme(changed))
    assert page.fibres.numbers.value("Live estimate") == "the solver follows when you let go"
    page.fibres.work.follow(lead.id)
    qtbot.waitUntil(lambda: not any(key.startswith("fibre") for key in stale(opened.case)), timeout=60_000)
    solved = FibreFigures.of(next(iter(opened.case.fibre_results.values())), opened.document.store).thresholds_ma
    assert estimate.thresholds_ma == pytest.approx(solved, rel=0.08)
    assert "replaced by the solver" in page.fibres.numbers.value("Live estimate was")
