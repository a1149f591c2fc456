"""Nothing leaves before sides and plan were confirmed by name."""

import pytest

from planner.case import checks
from tests.ui.conftest import OpenCase

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def _ready(opened: OpenCase) -> str:
    page = opened.page("patient")
    opened.session.signer.set_name("Dra. Núñez")
    page.signing.buttons["confirm"].click()
    opened.add_acpc()
    return opened.add_lead().id


def test_that_a_side_read_wrongly_is_refused_and_nothing_is_signed(opened: OpenCase) -> None:
    lead_id = _ready(opened)
    page = opened.page("report")
    page.sides.choosers[lead_id].show_side("right")
    page.side_signing.buttons["confirm"].click()
    assert not checks.is_approved(opened.case, f"side:{lead_id}")
    assert "other side" in opened.window.messages.text()
    assert not page.write_button.isEnabled()


def test_that_the_side_is_not_chosen_for_the_person(opened: OpenCase) -> None:
    lead_id = _ready(opened)
    assert opened.page("report").sides.choosers[lead_id].side is None


def test_that_blockers_go_one_by_one_until_the_plan_can_be_signed(opened: OpenCase) -> None:
    lead_id = _ready(opened)
    page = opened.page("report")
    words = [page.blockers.itemAt(row).widget().text() for row in range(page.blockers.count())]
    assert any("side" in one for one in words)
    page.sides.choosers[lead_id].show_side("left")
    page.side_signing.buttons["confirm"].click()
    assert checks.export_blockers(opened.case) == ()
    assert page.write_button.isEnabled()
    page.plan_signing.buttons["approve"].click()
    assert checks.is_approved(opened.case, "plan:")
    assert "Signed by Dra. Núñez" in page.plan_state.text()


def test_that_a_change_after_signing_is_said_at_once(opened: OpenCase) -> None:
    lead_id = _ready(opened)
    page = opened.page("report")
    page.sides.choosers[lead_id].show_side("left")
    page.side_signing.buttons["confirm"].click()
    page.plan_signing.buttons["approve"].click()
    opened.add_lead("VPL right", "right", -1)
    assert "changed since Dra. Núñez signed it" in page.plan_state.text()
    assert not page.write_button.isEnabled()
    assert opened.workspace.task_list.status("report") == "outdated"
