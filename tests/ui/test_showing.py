"""Where the eye is led when a case is opened."""

import numpy as np
import pytest

from planner.case.commands import Command
from planner.case.model import Structure
from tests.ui.conftest import AC, PC, TARGET, OpenCase

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def reopened(opened: OpenCase) -> OpenCase:
    path = opened.document.file.path
    opened.window.close_case()
    opened.window.open_path(path)
    return OpenCase(opened.window)


def test_that_a_case_with_a_lead_opens_at_its_target_with_the_lead_in_hand(opened: OpenCase) -> None:
    opened.add_acpc()
    lead = opened.add_lead()
    again = reopened(opened)
    assert again.session.selection.cursor == TARGET
    assert again.session.selection.active_lead == lead.id


def test_that_a_case_with_ac_and_pc_opens_midway_between_them(opened: OpenCase) -> None:
    opened.add_acpc()
    middle = (np.array(AC) + np.array(PC)) / 2.0
    assert np.allclose(reopened(opened).session.selection.cursor or (), middle)


def test_that_the_first_task_that_is_not_done_is_shown(opened: OpenCase) -> None:
    assert reopened(opened).workspace.task_list.current_key == "patient"


@pytest.mark.parametrize(("x_sign", "side"), [(1, "left"), (-1, "right")])
def test_that_3d_looks_from_the_side_the_lead_enters(opened: OpenCase, x_sign: int, side: str) -> None:
    opened.add_lead("VPL", side, x_sign)
    scene = reopened(opened).session.views.scene_view.scene
    opened.window.workspace.session.views.scene_view._ask_for_frame()  # type: ignore[union-attr]
    position = np.array(scene.renderer.GetActiveCamera().GetPosition())
    focus = np.array(scene.renderer.GetActiveCamera().GetFocalPoint())
    assert np.sign((position - focus)[0]) == -x_sign


def test_that_a_structure_can_be_hidden_and_is_read_once(opened: OpenCase) -> None:
    opened.add_acpc()
    store = opened.document.store
    vertices = store.put(np.array([[0, 0, 0], [9, 0, 0], [0, 9, 0], [0, 0, 9]], dtype=float))
    triangles = store.put(np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]]))
    for key in ("VPL-left", "VPL-right"):
        made = Structure(key, opened.case.planning_space, (1.0, 1.0, 1.0), vertices, triangles, "test", "test", "")
        opened.document.do(Command("find-anatomy", "T1"), opened.case.with_structure(made))
    view = opened.session.views.slices["axial"]
    before = [shown.surface for shown in view._surfaces]
    assert len(before) == 2
    opened.session.selection.set_structure_visible("VPL-left", False)
    assert [shown.surface for shown in view._surfaces] == [before[1]]
    opened.session.selection.set_structure_visible("VPL-left", True)
    assert [id(shown.surface) for shown in view._surfaces] == [id(one) for one in before]


def test_that_zooming_on_a_lead_zooms_3d_too(opened: OpenCase) -> None:
    opened.add_lead()
    opened.session.showing.zoom_to(TARGET)
    camera = opened.session.views.scene_view.scene.renderer.GetActiveCamera()
    assert camera.GetFocalPoint() == pytest.approx(TARGET)
    assert camera.GetParallelScale() == pytest.approx(30.0)


def test_that_the_layout_is_remembered_from_case_to_case(opened: OpenCase) -> None:
    opened.window.choose_layout("coronal")
    assert reopened(opened).session.views.layout_key == "coronal"
    opened.window.choose_layout("four")
    assert reopened(OpenCase(opened.window)).session.views.layout_key == "four"


def test_that_a_layout_nobody_knows_is_left_alone(opened: OpenCase) -> None:
    opened.window.settings.layout = "five"
    assert reopened(opened).session.views.layout_key == "four"
