import pytest
from pytestqt.qtbot import QtBot

from planner.app.selection import Layer, Selection


def test_that_a_signal_comes_only_when_something_changed(qtbot: QtBot) -> None:
    selection = Selection()
    heard: list[object] = []
    selection.cursor_changed.connect(heard.append)
    selection.active_lead_changed.connect(heard.append)
    selection.layers_changed.connect(lambda: heard.append("layers"))
    for _twice in range(2):
        selection.set_cursor((1, 2, 3))
        selection.set_active_lead("lead-1")
        selection.set_layer_visible("ct", False)
        selection.set_layer_opacity("ct", 0.7)
        selection.set_layer_visible("mr", True)
    assert heard == [(1.0, 2.0, 3.0), "lead-1", "layers", "layers"]
    assert selection.layer("ct") == Layer(False, 0.7)
    assert selection.layer("mr") == Layer(True, 0.5)


def test_that_the_cursor_can_be_taken_away(qtbot: QtBot) -> None:
    selection = Selection()
    assert selection.cursor is None
    selection.set_cursor((1.0, 2.0, 3.0))
    selection.set_cursor(None)
    assert selection.cursor is None


@pytest.mark.parametrize("position", [(1.0, 2.0), (1.0, 2.0, float("nan")), (float("inf"), 0.0, 0.0), "abc"])
def test_that_a_position_that_is_none_is_refused(qtbot: QtBot, position: object) -> None:
    selection = Selection()
    with pytest.raises(ValueError):  # noqa: PT011 - Python's own words differ
        selection.set_cursor(position)  # type: ignore[arg-type]
    assert selection.cursor is None


@pytest.mark.parametrize("opacity", [-0.1, 1.1, float("nan")])
def test_that_an_opacity_outside_0_to_1_is_refused(qtbot: QtBot, opacity: float) -> None:
    with pytest.raises(ValueError, match="opacity"):
        Selection().set_layer_opacity("ct", opacity)
