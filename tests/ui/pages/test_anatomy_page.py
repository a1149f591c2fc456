"""AC, PC and midline are clicked one by one, and an odd set is refused."""

import pytest

from tests.ui.conftest import AC, MIDLINE, PC, OpenCase

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def _click(opened: OpenCase, point: tuple[float, float, float]) -> None:
    opened.session.views.point_picked.emit(*point)


def test_that_guided_clicks_set_the_frame(opened: OpenCase) -> None:
    page = opened.page("anatomy")
    for key, point in (("ac", AC), ("pc", PC), ("midline", MIDLINE[0]), ("midline", MIDLINE[1])):
        page.form._ask(key, key)
        assert opened.session.views.tool == "place"
        _click(opened, point)
        assert opened.session.views.tool == "crosshair"
    page.form.set_button.click()
    acpc = opened.case.acpc
    assert (acpc.ac, acpc.pc, acpc.midline) == (AC, PC, MIDLINE)
    assert page.facts.value("AC to PC") == "26.1 mm"
    assert page.facts.value("Midcommissural point") == "R 0.0  P 11.0  I 3.0"


def test_that_an_odd_length_is_refused_in_words_and_the_draft_stays(opened: OpenCase) -> None:
    page = opened.page("anatomy")
    for key, point in (("ac", (0.0, 40.0, 0.0)), ("pc", PC), ("midline", MIDLINE[0])):
        page.form.take(key, point)
    page.form.set_button.click()
    assert opened.case.acpc is None
    assert opened.window.messages.text()
    assert page.form.set_button.isEnabled()


def test_that_the_crosshair_can_be_taken_instead_of_a_click(opened: OpenCase) -> None:
    page = opened.page("anatomy")
    opened.session.selection.set_cursor(AC)
    page.form._take_cursor("ac")
    assert page.form._labels["ac"].text() == "R 0.0  A 2.0  I 4.0"


def test_that_undo_puts_the_form_back(opened: OpenCase) -> None:
    opened.add_acpc()
    page = opened.page("anatomy")
    assert page.form._labels["ac"].text() == "R 0.0  A 2.0  I 4.0"
    opened.window.undo()
    assert page.form._labels["ac"].text() == "not set"


def test_that_anatomy_is_not_offered_before_an_alignment(opened: OpenCase) -> None:
    page = opened.page("anatomy")
    assert not page.carry_button.isEnabled()
    opened.add_atlas_alignment()
    assert page.carry_button.isEnabled()
