import numpy as np
import pytest

from planner.anatomy.spine.levels import USUAL, LevelScheme
from planner.anatomy.spine.naming import Vertebrae, arc_of, inserted, named_from, removed, renumbered, shifted
from planner.anatomy.spine.outline import Canal, Vertebra
from planner.errors import RefusedError
from planner.geometry import Curve


def bones(count: int) -> Vertebrae:
    """Bodies 20 mm high with 5 mm discs, from z = 0 down, 25 mm in front of the canal."""
    return tuple(
        Vertebra("", "found", (0.0, 25.0, -25.0 * n - 10.0), 25.0 * n, 25.0 * n + 20.0, 1.0) for n in range(count)
    )


def canal(count: int) -> Canal:
    path = Curve.of([(0.0, 0.0, 0.0), (0.0, 0.0, -25.0 * count)], "image:ct")
    return Canal(path, np.ones(2), np.full(2, 8.0), "test")


def names(vertebrae: Vertebrae) -> list[str]:
    return [one.name for one in vertebrae]


def test_that_one_anchor_names_all_bones_in_order() -> None:
    assert names(named_from(bones(5), 2, "L1", USUAL)) == ["T11", "T12", "L1", "L2", "L3"]


def test_that_a_name_is_a_claim_and_never_certain() -> None:
    assert {one.state for one in named_from(bones(3), 0, "T9", USUAL)} == {"claimed"}


def test_that_more_bones_than_names_are_refused() -> None:
    with pytest.raises(RefusedError) as refusal:
        named_from(bones(5), 3, "C2", USUAL)
    assert refusal.value.code == "names-run-out"


def test_that_a_thirteenth_thoracic_vertebra_is_unknown_to_the_usual_numbering() -> None:
    with pytest.raises(RefusedError) as refusal:
        named_from(bones(3), 0, "T13", USUAL)
    assert refusal.value.code == "level-unknown"
    assert names(named_from(bones(3), 0, "T12", LevelScheme(thoracic=13))) == ["T12", "T13", "L1"]


def test_that_shifting_down_and_up_again_gives_the_same_names() -> None:
    named = named_from(bones(6), 0, "T8", USUAL)
    assert names(shifted(named, 1, USUAL))[0] == "T9"
    assert shifted(shifted(named, 1, USUAL), -1, USUAL) == named


def test_that_a_sixth_lumbar_vertebra_moves_the_names_below_the_anchor() -> None:
    named = named_from(bones(4), 0, "L4", USUAL)
    assert names(named) == ["L4", "L5", "S1", "S2"]
    assert names(renumbered(named, "L4", LevelScheme(lumbar=6))) == ["L4", "L5", "L6", "S1"]


def test_that_a_removed_bone_below_the_anchor_moves_only_the_names_below_it() -> None:
    named = named_from(bones(5), 1, "T10", USUAL)
    assert names(removed(named, 3, "T10", USUAL)) == ["T9", "T10", "T11", "T12"]


def test_that_a_removed_bone_above_the_anchor_moves_only_the_names_above_it() -> None:
    named = named_from(bones(5), 3, "T12", USUAL)
    assert names(removed(named, 1, "T12", USUAL)) == ["T10", "T11", "T12", "L1"]


def test_that_a_missed_bone_is_put_between_its_neighbours() -> None:
    found = bones(5)
    missed = found[:2] + found[3:]
    named = named_from(missed, 0, "T6", USUAL)
    whole = inserted(named, canal(5), (0.0, 25.0, -60.0), "T6", USUAL)
    assert names(whole) == ["T6", "T7", "T8", "T9", "T10"]
    assert (whole[2].top_arc_mm, whole[2].bottom_arc_mm) == pytest.approx((50.0, 70.0))


def test_that_a_bone_is_not_put_where_one_is() -> None:
    with pytest.raises(RefusedError) as refusal:
        inserted(bones(3), canal(3), (0.0, 25.0, -10.0), "", USUAL)
    assert refusal.value.code == "vertebra-there"


def test_that_a_point_far_from_the_spine_is_refused() -> None:
    with pytest.raises(RefusedError) as refusal:
        arc_of(canal(3), (120.0, 0.0, -30.0))
    assert refusal.value.code == "off-canal"
