"""A lead is named first, then target and entry in two clicks; a locked one does not move."""

import pytest
from PySide6.QtCore import Qt

from planner.library.devices import devices
from planner.ui.widgets.question import QuestionDialog
from tests.ui.conftest import ENTRY, TARGET, OpenCase

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def test_that_two_clicks_place_a_named_lead(opened: OpenCase) -> None:
    opened.add_acpc()
    page = opened.page("plan")
    form = page.new_lead
    assert not form.click_target.isEnabled()
    form.name_edit.setText("VPL left")
    form.side.show_side("left")
    form.click_target.click()
    opened.session.views.point_picked.emit(*TARGET)
    assert opened.session.picker.is_asking
    opened.session.views.point_picked.emit(*ENTRY)
    assert not opened.session.picker.is_asking
    form.place_button.click()
    lead = next(iter(opened.case.leads.values()))
    assert (lead.name, lead.side, lead.target, lead.entry) == ("VPL left", "left", TARGET, ENTRY)
    assert opened.session.selection.active_lead == lead.id
    assert opened.session.views.slices["axial"]._leads[0].name == "VPL left"
    assert not form.isVisible()


def test_that_a_wrong_side_is_asked_and_the_answer_is_kept_with_the_lead(opened: OpenCase) -> None:
    opened.add_acpc()
    page = opened.page("plan")
    page.new_lead.name_edit.setText("VPL")
    page.new_lead.side.show_side("right")
    page.new_lead._take_target(TARGET)
    page.new_lead._take_entry(ENTRY)
    page.new_lead.place_button.click()
    assert opened.case.leads == {}
    dialog = opened.window.findChildren(QuestionDialog)[-1]
    dialog.buttons["confirm"].click()
    lead = next(iter(opened.case.leads.values()))
    assert lead.accepted == ("side-contradicts",)
    assert any("kept knowingly" in page.readout.doubts.itemAt(0).widget().text() for _once in (1,))


def test_that_an_unusable_lead_is_listed_and_cannot_be_chosen(opened: OpenCase) -> None:
    box = opened.page("plan").new_lead.device
    unusable = [one for one in devices() if "DBS" in one.uses and not one.is_usable]
    for one in unusable:
        row = box.findData(one.id, Qt.ItemDataRole.UserRole)
        assert not box.model().item(row).isEnabled()
        assert one.reason_not_usable() in box.itemData(row, Qt.ItemDataRole.ToolTipRole)


def test_that_the_depth_slider_previews_while_held_and_commits_once(opened: OpenCase) -> None:
    opened.add_acpc()
    lead = opened.add_lead()
    page = opened.page("plan")
    row = page.chosen.depth_row
    before = len(opened.document.file.undo_commands)
    row.slider.setSliderDown(True)
    row.slider.setValue(4)
    row.slider.setValue(6)
    assert opened.case.leads[lead.id].depth_mm == 0.0
    drawn = opened.session.views.slices["axial"]._leads[0]
    row.slider.setSliderDown(False)
    assert opened.case.leads[lead.id].depth_mm == 3.0
    assert len(opened.document.file.undo_commands) == before + 1
    assert opened.session.views.slices["axial"]._leads[0].tip == drawn.tip


def test_that_a_locked_lead_is_not_moved_by_any_control(opened: OpenCase) -> None:
    lead = opened.add_lead()
    page = opened.page("plan")
    page.leads.lock_button.click()
    assert opened.case.leads[lead.id].is_locked
    assert not page.chosen.depth_row.isEnabled()
    assert not page.leads.remove_button.isEnabled()
    opened.session.selection.set_cursor((1.0, 2.0, 3.0))
    page._set_at_crosshair("target")
    assert opened.case.leads[lead.id].target == lead.target
    assert "locked" in opened.window.messages.text()


def test_that_t_and_e_set_target_and_entry_at_the_crosshair(opened: OpenCase) -> None:
    opened.add_acpc()
    lead = opened.add_lead()
    page = opened.page("plan")
    opened.session.selection.set_cursor((-12.0, -18.0, 0.0))
    page._set_at_crosshair("target")
    assert opened.case.leads[lead.id].target == (-12.0, -18.0, 0.0)


def test_that_positions_carry_letters_in_every_frame(opened: OpenCase) -> None:
    opened.add_acpc()
    opened.add_lead()
    page = opened.page("plan")
    assert page.readout.positions.topLevelItem(0).text(1).startswith("L 14.0  P ")
    page.readout.frame.setCurrentIndex(page.readout.frame.findData("mni"))
    assert page.readout.positions.topLevelItem(0).text(1) == "approve an alignment to the atlas first"
    page.readout.frame.setCurrentIndex(page.readout.frame.findData("world"))
    assert page.readout.positions.topLevelItem(0).text(1) == "L 14.0  P 20.0  I 2.0"


def test_that_a_start_point_follows_the_side_and_says_to_confirm_it(opened: OpenCase) -> None:
    opened.add_acpc()
    form = opened.page("plan").new_lead
    form.start_points.box.setCurrentIndex(form.start_points.box.findData("VPL"))
    form.side.setCurrentIndex(form.side.findData("left"))
    assert form._target is not None
    assert form._target[0] == pytest.approx(-14.0, abs=0.01)
    assert "confirm on images" in form.start_points.note.text()
    form.side.setCurrentIndex(form.side.findData("right"))
    assert form._target[0] == pytest.approx(14.0, abs=0.01)
