"""Alignments are proposed, looked at, and decided by name."""

import numpy as np
import pytest

from planner.anatomy.quality import LEAST_CORRELATION_ACPC
from planner.case.commands import Command
from planner.case.facts import matrix_of, new_id
from planner.case.inputs import inputs_of_alignment
from planner.case.model import Alignment
from planner.scene.slices import EdgeLayer, SliceLayer
from planner.ui.pages.align_landmarks import LandmarkDialog
from planner.ui.widgets.labels import Note
from tests.ui.conftest import OpenCase, put_image

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def _add_ct(opened: OpenCase, *, aligned: bool) -> str:
    ct = put_image(opened.document.file, "CT", "CT")
    opened.document.do(Command("import-image", "CT"), opened.case.with_image(ct))
    if aligned:
        target = opened.case.planning_space
        made = Alignment(
            new_id("alignment"), ct.space, target, "rigid", matrix_of(np.eye(4)), "itk",
            inputs_of_alignment(opened.case, ct.space, target),
        )  # fmt: skip
        opened.document.do(Command("align", "CT"), opened.case.with_alignment(made))
    return ct.id


def test_that_every_pair_is_listed_with_its_state(opened: OpenCase) -> None:
    _add_ct(opened, aligned=True)
    page = opened.page("align")
    texts = [page.pairs.item(row).text() for row in range(page.pairs.count())]
    assert texts == [
        "CT over T1 Peña\nwaits for your decision",
        "T1 Peña over the MNI152 atlas\nto do",
    ]


def test_that_a_bad_figure_is_named_in_words_beside_its_limit(opened: OpenCase) -> None:
    opened.add_atlas_alignment()
    page = opened.page("align")
    assert (
        page.figures.value("Similarity around AC-PC (correlation)")
        == f"0.20 (at least {LEAST_CORRELATION_ACPC:.2f}): look twice"
    )
    said = [one.text() for one in page.findChildren(Note) if one.isVisibleTo(page)]
    assert any("Around AC and PC" in words for words in said)


def test_that_approval_carries_a_name_and_is_one_undo_step(opened: OpenCase) -> None:
    alignment = opened.add_atlas_alignment()
    page = opened.page("align")
    page.signing.buttons["approved"].click()
    assert opened.case.alignments[alignment.id].decision == "proposed"
    opened.session.signer.set_name("Dra. Núñez")
    page.signing.buttons["approved"].click()
    decided = opened.case.alignments[alignment.id]
    assert (decided.decision, decided.decided_by) == ("approved", "Dra. Núñez")
    opened.window.undo()
    assert opened.case.alignments[alignment.id].decision == "proposed"
    page.signing.buttons["rejected"].click()
    assert opened.case.alignments[alignment.id].decision == "rejected"
    assert "Rejected by Dra. Núñez" in page.decided.text()


def test_that_the_overlay_is_on_the_views_only_while_the_page_is_seen(opened: OpenCase) -> None:
    _add_ct(opened, aligned=True)
    page = opened.page("align")
    views = opened.session.views.slices["axial"]
    assert isinstance(views.layers[1], EdgeLayer)
    page.overlay.mode_box.setCurrentIndex(page.overlay.mode_box.findData("checker"))
    top = views.layers[1]
    assert isinstance(top, SliceLayer)
    assert top.checker_mm > 0
    page.overlay.mode_box.setCurrentIndex(page.overlay.mode_box.findData("blend"))
    page.overlay.blend.setValue(30)
    top = views.layers[1]
    assert isinstance(top, SliceLayer)
    assert top.opacity == 0.3
    opened.window.go_to_task("images")
    assert all(isinstance(layer, SliceLayer) and layer.checker_mm == 0 for layer in views.layers)


def test_that_landmark_pairs_align_by_hand(opened: OpenCase) -> None:
    """The CT is the T1 shifted by (5, -3, 2) mm, so the fit has to be that shift with nothing left over."""
    ct = _add_ct(opened, aligned=False)
    page = opened.page("align")
    page._open_landmarks()
    dialog = page._landmarks
    assert isinstance(dialog, LandmarkDialog)
    shift = np.array([5.0, -3.0, 2.0])
    for fixed in ((-40.0, 0.0, 0.0), (40.0, 10.0, 0.0), (0.0, 50.0, 30.0), (0.0, -60.0, -20.0)):
        assert not dialog.fit_button.isEnabled() or len(dialog.fixed) >= 3
        opened.session.selection.set_cursor(fixed)
        dialog._move(tuple(np.array(fixed) + shift))
        dialog.pair_button.click()
    dialog.fit_button.click()
    made = next(iter(opened.case.alignments.values()))
    assert made.kind == "landmarks"
    assert made.source == opened.case.images[ct].space
    assert np.allclose(np.array(made.matrix)[:3, 3], -shift, atol=1e-9)
    assert made.quality["worst_mm"] < 1e-9
    assert "Landmark residual, worst" in page.figures._values
