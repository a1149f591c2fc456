"""Identity is read back and confirmed by name."""

import pytest

from planner.case import checks
from planner.case.commands import Command
from tests.ui.conftest import OpenCase

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def test_that_identity_is_shown_as_the_images_say_it(opened: OpenCase) -> None:
    table = opened.page("patient").identity_table
    assert [table.value(name) for name in ("Name", "Patient ID", "Birth date", "Sex")] == [
        "PEÑA, ANA",
        "77",
        "01 May 1970",
        "female",
    ]


def test_that_identity_is_confirmed_only_with_a_name(opened: OpenCase) -> None:
    page = opened.page("patient")
    page.signing.buttons["confirm"].click()
    assert opened.case.identity is None
    page.signing.name_edit.setFocus()
    opened.session.signer.set_name("Dra. Núñez")
    page.signing.buttons["confirm"].click()
    assert opened.case.identity is not None
    assert opened.case.identity.name == "PEÑA^ANA"
    assert checks.is_approved(opened.case, "identity:")
    assert "Dra. Núñez" in page.identity_note.text()
    assert not page.signing.isVisible()


def test_that_the_name_typed_once_is_offered_on_every_page(opened: OpenCase) -> None:
    page = opened.page("patient")
    page.signing.name_edit.textEdited.emit("Dr. Ruiz")
    assert opened.page("report").side_signing.name_edit.text() == "Dr. Ruiz"


def test_that_the_case_is_renamed_as_one_undo_step(opened: OpenCase) -> None:
    page = opened.page("patient")
    page.title_edit.setText("Caso de prueba")
    page.title_edit.editingFinished.emit()
    assert opened.case.title == "Caso de prueba"
    assert opened.document.file.undo_commands[0] == Command("set-title", "Caso de prueba")


def test_that_the_journal_lists_what_was_done_newest_first(opened: OpenCase) -> None:
    opened.add_lead("VPL left")
    page = opened.page("patient")
    assert page.journal.topLevelItem(0).text(1) == "Add lead VPL left"
    assert opened.document.file.audit_head[:16] in page.head.value("Audit chain")
