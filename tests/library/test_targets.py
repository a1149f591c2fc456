import pytest

from planner.errors import PlannerError
from planner.i18n import use_language
from planner.library.targets import structure_id, structure_name, target, targets


def test_that_every_target_says_where_it_comes_from_and_how_far_it_is_verified() -> None:
    assert len(targets()) >= 10
    for one in targets():
        assert one.source
        assert one.status
        assert one.name_en
        assert one.name_es
        assert bool(one.size_mm) == bool(one.size_status)


def test_that_vpl_has_the_numbers_of_the_table() -> None:
    vpl = target("VPL")
    assert (vpl.acpc.lateral_mm, vpl.acpc.ap_mm, vpl.acpc.ap_reference, vpl.acpc.vertical_mm) == (
        14.0,
        -9.5,
        "MCP",
        0.0,
    )
    assert vpl.mni("right") == (13.8, -20.5, -2.6)
    assert vpl.mni("left") == (-13.8, -20.5, -2.6)
    assert vpl.size_mm == (10.0, 6.0, 9.0)
    assert "unverified" in vpl.size_status


def test_that_a_target_placed_by_another_landmark_gets_no_number() -> None:
    cingulate = target("DACC")
    assert cingulate.acpc is None
    assert cingulate.mni("left") is None
    assert "frontal horn" in cingulate.notes["ap_reference"] or "lateral ventricle" in cingulate.notes["ap_reference"]


def test_that_epidural_and_peripheral_targets_are_not_offered_in_the_deep_brain() -> None:
    assert not {"M1", "ONS", "AC", "PC", "MCP"} & {one.id for one in targets()}


def test_that_names_follow_the_language() -> None:
    assert target("STN").name == "Subthalamic nucleus"
    assert structure_name(structure_id("STN", "left")) == "Subthalamic nucleus, left"
    use_language("es")
    assert target("STN").name == "Núcleo subtalámico"
    assert structure_name("drawn-by-hand") == "drawn-by-hand"


def test_that_an_unknown_target_is_refused_with_the_known_ones() -> None:
    with pytest.raises(PlannerError, match="VPL") as refusal:
        target("XYZ")
    assert refusal.value.code == "unknown-target"
