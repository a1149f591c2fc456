"""Images come in through the page, are shown, chosen and removed."""

from pathlib import Path

import nibabel
import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from planner.case.commands import Command
from planner.errors import QuestionError
from planner.imaging.series import Finding, Question, Series
from planner.imaging.series import Patient as Identity
from planner.ui.pages.image_row import CT_WINDOWS_HU
from planner.ui.pages.import_panel import IdentityGuard
from planner.ui.pages.series_card import SeriesCard
from planner.ui.widgets.labels import Note
from planner.ui.widgets.question import QuestionDialog
from tests.ui.conftest import OpenCase, head_values, put_image

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def _series(refusal: Finding | None = None, questions: tuple[Question, ...] = ()) -> Series:
    return Series(
        key="s1",
        kind="dicom",
        label="T1 MPRAGE",
        modality="MR",
        shape=(256, 256, 176),
        spacing_mm=(1.0, 1.0, 1.0),
        orientation="sagittal",
        identity=Identity("PEÑA^ANA", "77"),
        files=(),
        refusal=refusal,
        questions=questions,
        thumbnail=np.zeros((64, 64), dtype=np.uint8),
    )


@pytest.mark.slow
def test_that_a_file_with_an_accent_comes_in_as_one_undo_step(opened: OpenCase, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "Ñandú T1.nii.gz"
    header = nibabel.Nifti1Image(head_values(), np.diag([4.0, 4.0, 4.0, 1.0]))
    header.header.set_xyzt_units("mm")
    header.set_sform(header.affine, 1)
    header.set_qform(header.affine, 1)
    nibabel.save(header, path)
    page = opened.page("images")
    page.panel.scan_paths((path,))
    qtbot.waitUntil(lambda: bool(page.panel.cards), timeout=30_000)
    assert page.panel.cards[0].is_wanted
    for chooser in page.panel.cards[0].choices.values():
        chooser.setCurrentIndex(1)
    page.panel.import_button.click()
    qtbot.waitUntil(lambda: bool(opened.session.jobs.running) is False, timeout=30_000)
    for dialog in opened.window.findChildren(QuestionDialog):
        dialog.buttons["same-person"].click()
    qtbot.waitUntil(lambda: len(opened.case.images) == 2, timeout=30_000)
    assert opened.document.file.undo_commands[0].kind == "import-image"
    assert page.panel.cards == []
    assert len(page.rows) == 2


def test_that_a_refused_series_says_why_and_cannot_be_ticked(opened: OpenCase, qtbot: QtBot) -> None:
    refusal = Finding("not-chosen")
    card = SeriesCard(_series(refusal))
    qtbot.addWidget(card)
    assert not card.tick.isEnabled()
    assert any(refusal.words() in one.text() for one in card.findChildren(Note))


def test_that_a_question_has_no_answer_until_a_person_chooses(qtbot: QtBot) -> None:
    card = SeriesCard(_series(questions=(Question("lossy", ("take", "leave-out")),)))
    qtbot.addWidget(card)
    assert not card.is_answered
    card.choices["lossy"].setCurrentIndex(2)
    assert card.answers == {"lossy": "leave-out"}


def test_that_images_of_another_person_need_a_typed_reason(qtbot: QtBot) -> None:
    guard = IdentityGuard()
    qtbot.addWidget(guard)
    guard.ask("These images are of another person.")
    assert not guard.take.isEnabled()
    guard.reason.setText("married name")
    with qtbot.waitSignal(guard.vouched) as said:
        guard.take.click()
    assert said.args == ["married name"]


def test_that_the_planning_image_is_chosen_and_an_unaligned_image_says_so(opened: OpenCase) -> None:
    ct = put_image(opened.document.file, "CT", "CT")
    opened.document.do(Command("import-image", "CT"), opened.case.with_image(ct))
    page = opened.page("images")
    first = opened.case.planning_image
    assert page.rows[ct.id].state.text() == "not aligned yet: task 3"
    page.rows[ct.id].plan_button.click()
    assert opened.case.planning_image == ct.id
    opened.window.undo()
    assert opened.case.planning_image == first


def test_that_a_window_preset_reaches_the_views(opened: OpenCase) -> None:
    ct = put_image(opened.document.file, "CT", "CT")
    opened.document.do(Command("import-image", "CT"), opened.case.with_image(ct).with_planning_image(ct.id))
    page = opened.page("images")
    box = page.rows[ct.id].window_box
    box.setCurrentIndex(box.findText("Bone"))
    box.activated.emit(box.currentIndex())
    assert opened.session.views.slices["axial"].layers[0].window == CT_WINDOWS_HU["bone"]


def test_that_a_removed_image_comes_back_with_undo(opened: OpenCase) -> None:
    page = opened.page("images")
    image = next(iter(opened.case.images.values()))
    page.rows[image.id].remove_button.click()
    assert opened.case.images == {}
    assert opened.session.views.slices["axial"].layers == ()
    opened.window.undo()
    assert list(opened.case.images) == [image.id]
    assert opened.session.views.slices["axial"].layers[0].volume.space == image.space


def test_that_a_wrong_password_is_asked_for_again(opened: OpenCase) -> None:
    panel = opened.page("images").panel
    for code in ("archive-password", "archive-password-wrong"):
        panel.password.hide()
        panel._scan_failed(QuestionError(f"words of {code}", {}, code=code))
        assert panel.password.isVisible()
        assert panel.summary.text() == f"words of {code}"
        assert opened.window.messages.text() == ""


def test_that_an_image_that_cannot_be_shown_yet_is_not_ticked(opened: OpenCase) -> None:
    other = put_image(opened.document.file, "CT", "CT")
    opened.document.do(Command("import-image", "CT"), opened.case.with_image(other))
    row = opened.page("images").rows[other.id]
    assert not row.visible_box.isChecked()
    assert not row.visible_box.isEnabled()
