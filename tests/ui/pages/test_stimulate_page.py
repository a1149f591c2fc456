"""Signs make a programme, the field is computed once, and what is out of date says so before the next frame."""

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from planner.case.commands import Command
from planner.library.devices import device
from planner.library.thresholds import GENERAL, TABLE
from planner.steps.plan_lead import change_depth
from planner.steps.read_field import field_profile
from planner.steps.set_programme import programme_of, signs_of
from planner.steps.simulate import SimulationParameters
from tests.ui.conftest import OpenCase

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def _click(qtbot: QtBot, opened: OpenCase, label: str) -> None:
    picture = opened.page("stimulate").controls.picture
    centre = picture.rect_of(label).center().toPoint()
    qtbot.mouseClick(picture, Qt.MouseButton.LeftButton, pos=QPoint(centre.x(), centre.y()))


def test_that_clicks_cycle_a_contact_and_make_a_programme(opened: OpenCase, qtbot: QtBot) -> None:
    lead = opened.add_lead()
    label = device(lead.device_id).labels[1]
    for sign in ("-", "+"):
        _click(qtbot, opened, label)
        programme = programme_of(opened.case, lead.id)
        assert programme is not None
        assert signs_of(programme) == {label: sign}
    assert opened.session.views.slices["axial"]._leads[0].contacts[1].sign == "+"


def test_that_contacts_are_set_by_keyboard(opened: OpenCase, qtbot: QtBot) -> None:
    lead = opened.add_lead()
    labels = device(lead.device_id).labels
    picture = opened.page("stimulate").controls.picture
    picture.setFocus()
    qtbot.keyClick(picture, Qt.Key.Key_Minus)
    qtbot.keyClick(picture, Qt.Key.Key_Up)
    qtbot.keyClick(picture, Qt.Key.Key_Plus)
    programme = programme_of(opened.case, lead.id)
    assert programme is not None
    assert signs_of(programme) == {labels[0]: "-", labels[1]: "+"}
    assert programme.case_share == 0.0
    assert f"{labels[0]}: cathode (−)" in picture.accessibleDescription()


def test_that_the_sign_of_the_case_is_shown_for_a_monopolar_programme(opened: OpenCase, qtbot: QtBot) -> None:
    lead = opened.add_lead()
    _click(qtbot, opened, device(lead.device_id).labels[0])
    assert opened.workspace.pages["stimulate"].controls.picture.sign("case") == "+"


@pytest.mark.slow
def test_that_the_field_job_gives_numbers_which_go_stale_with_the_lead(opened: OpenCase, qtbot: QtBot) -> None:
    opened.add_acpc()
    lead = opened.add_lead()
    opened.add_tissue()
    page = opened.page("stimulate")
    _click(qtbot, opened, device(lead.device_id).labels[1])
    page.compute_field()
    qtbot.waitUntil(lambda: bool(opened.case.simulations), timeout=60_000)
    simulation = next(iter(opened.case.simulations.values()))
    assert page.activation.numbers.value("Activated volume").endswith("mm³")
    assert simulation.volume_mm3 > 0
    page.controls.amplitude.settled.emit(page.controls.amplitude.value)
    assert len(opened.case.simulations) == 1

    x, y = page.plots.along.curve
    assert len(x) == len(y) > 50
    labels = device(lead.device_id).labels
    assert [band.name for band in page.plots.along.bands] == [labels[0], f"{labels[1]} \N{MINUS SIGN}", *labels[2:]]
    assert page.plots.across.isVisible()

    page.controls.amplitude.spin.setValue(3.0)  # linear: more current, more volume, at once and as one undo step
    larger = next(iter(opened.case.simulations.values()))
    assert larger.volume_mm3 > simulation.volume_mm3
    opened.window.undo()
    assert next(iter(opened.case.simulations.values())).volume_mm3 == simulation.volume_mm3

    moved = change_depth(opened.case, opened.document.store, lead.id, 2.0)
    opened.document.do(Command("move-lead", lead.name), opened.case.with_lead(moved))
    assert "out of date" in page._stale_note.text()
    assert page.activation.words.tone == "stale"
    names = [one.name for one in opened.session.views.slices["axial"]._surfaces]
    assert any("out of date" in name for name in names)
    assert opened.workspace.task_list.status("stimulate") == "outdated"


@pytest.mark.slow
def test_that_one_click_gives_the_band_which_undo_takes_back(opened: OpenCase, qtbot: QtBot) -> None:
    opened.add_acpc()
    lead = opened.add_lead()
    opened.add_tissue()
    page = opened.page("stimulate")
    assert not page.activation.band_button.isEnabled()
    _click(qtbot, opened, device(lead.device_id).labels[1])
    page.compute_field()
    qtbot.waitUntil(lambda: bool(opened.case.simulations), timeout=60_000)
    page.activation.band_button.click()
    qtbot.waitUntil(lambda: bool(opened.case.bands), timeout=60_000)
    band = next(iter(opened.case.bands.values()))
    shown = page.activation.numbers.value("Activated volume")
    assert shown.endswith(f"({band.volume_mm3[0]:.1f} to {band.volume_mm3[1]:.1f})")
    assert "published" in page.activation.band_words.text()
    assert not page.activation.band_button.isEnabled()

    page.controls.amplitude.spin.setValue(2.0)
    assert "(" not in page.activation.numbers.value("Activated volume")
    assert page.activation.band_words.tone == "stale"
    assert page.activation.band_button.isEnabled()
    opened.window.undo()
    assert page.activation.numbers.value("Activated volume") == shown
    opened.window.undo()
    assert not opened.case.bands


@pytest.mark.slow
def test_that_a_preview_shows_a_volume_and_keeps_nothing(opened: OpenCase, qtbot: QtBot) -> None:
    opened.add_acpc()
    lead = opened.add_lead()
    opened.add_tissue()
    page = opened.page("stimulate")
    _click(qtbot, opened, device(lead.device_id).labels[1])
    page.compute_field()
    qtbot.waitUntil(lambda: bool(opened.case.simulations), timeout=60_000)
    case, files = opened.case, len(list(opened.document.store.folder.iterdir()))
    page.controls.amplitude.slider.setSliderDown(True)
    page.controls.amplitude.slider.setValue(40)
    assert opened.case is case
    assert len(list(opened.document.store.folder.iterdir())) == files
    shown = opened.session.views.slices["axial"]._surfaces[-1].surface
    kept = next(iter(case.simulations.values()))
    drawn = page.plots.along.curve[1]
    read = field_profile(case, opened.document.store, kept.programme_id)
    assert drawn == pytest.approx(4.0 / read.programme.amplitude_ma * read.along.v_per_mm)
    assert len(shown.vertices) != kept.vertices.shape[0]
    page.controls.amplitude.slider.setSliderDown(False)
    assert opened.case is not case


@pytest.mark.slow
def test_that_chosen_levels_are_shown_with_their_value_and_remembered(opened: OpenCase, qtbot: QtBot) -> None:
    opened.add_acpc()
    lead = opened.add_lead()
    opened.add_tissue()
    page = opened.page("stimulate")
    _click(qtbot, opened, device(lead.device_id).labels[1])
    page.levels.toggles[0.2].setChecked(True)  # before there is a field: nothing to show, and no complaint
    page.compute_field()
    qtbot.waitUntil(lambda: bool(opened.case.simulations), timeout=60_000)
    page.levels.other.setValue(0.25)
    page.levels.add_button.click()
    view = opened.session.views.slices["axial"]

    def tags() -> list[str]:
        return [one.tag for one in view._surfaces if one.tag]

    assert tags() == ["0.2 V/mm", "0.25 V/mm"]
    assert opened.session.settings.field_levels == (0.2, 0.25)
    assert page.levels.volumes.value("at or above 0.2 V/mm").endswith("mm³")
    page.controls.amplitude.slider.setSliderDown(True)
    page.controls.amplitude.slider.setValue(40)
    assert tags() == []  # they would be of another current
    qtbot.waitUntil(lambda: len(tags()) == 2, timeout=5_000)
    page.controls.amplitude.slider.setSliderDown(False)
    assert len(tags()) == 2
    opened.window.go_to_task("plan")
    assert tags() == []


def test_that_the_fibre_box_shows_the_diameter_of_the_result_even_between_two_of_the_table(opened: OpenCase) -> None:
    controls = opened.page("stimulate").controls
    heard: list[bool] = []
    controls.threshold_chosen.connect(lambda: heard.append(True))
    count = controls.fibre.count()
    for _twice in range(2):
        controls.show_threshold(TABLE, 3.4)
        assert controls.parameters == SimulationParameters(fibre_um=3.4)
        assert controls.fibre.currentText() == "3.4 µm"
    assert controls.fibre.count() == count + 1
    values = [controls.fibre.itemData(row) for row in range(controls.fibre.count() - 1)]
    assert values == sorted(values)
    assert heard == []


def test_that_a_long_pulse_has_a_threshold_to_choose(opened: OpenCase) -> None:
    """Pain programmes go to 450 µs (stimulation.csv, dbs_vpl); the table by pulse width ends at 120 µs."""
    controls = opened.page("stimulate").controls
    heard: list[bool] = []
    controls.threshold_chosen.connect(lambda: heard.append(True))
    controls.fibre.setCurrentIndex(controls.fibre.count() - 1)
    assert controls.fibre.currentText() == "any pulse: 0.2 V/mm"
    assert controls.parameters.threshold == GENERAL
    assert heard == [True]
    controls.show_threshold(TABLE, 3.5)
    assert controls.parameters == SimulationParameters(fibre_um=3.5)
    controls.show_threshold(GENERAL, 3.4)
    assert controls.parameters.threshold == GENERAL


def test_that_the_threshold_table_marks_what_was_corrected_and_says_why(opened: OpenCase) -> None:
    table = opened.page("stimulate").thresholds
    marked = {key for key, label in table.cells.items() if label.text().endswith("*")}
    assert marked == {(2.5, 120.0), (4.0, 60.0)}
    assert table.cells[2.5, 120.0].text() == "0.210 *"
    assert "0.310 in the published presets" in table.corrections.text()
    assert "0.150 / 0.250" in table.corrections.text()
    assert table.corrections.text().count("Corrected by us, unverified") == 2
