"""Claims of names: the right one likeliest, never certain."""

import numpy as np

from planner.anatomy.spine.claims import DISC_MM, HEIGHT_MM, MOST_SURE, LevelSigns, claimed
from planner.anatomy.spine.levels import USUAL


def spacing_mm(name: str) -> float:
    here = USUAL.index(name)
    return (HEIGHT_MM[here] + HEIGHT_MM[here + 1]) / 2 + DISC_MM[here]


def signs_of(*names: str, ribs: tuple[str, ...] = (), sacral: tuple[str, ...] = ()) -> tuple[LevelSigns, ...]:
    return tuple(
        LevelSigns(
            "yes" if name in ribs else "no",
            "yes" if name in ribs else "no",
            "yes" if name in sacral else "no",
            spacing_mm(name),
        )
        for name in names
    )


THORACOLUMBAR = ("T10", "T11", "T12", "L1", "L2", "L3")


def test_that_the_last_rib_names_the_vertebrae_as_a_claim_that_is_never_certain() -> None:
    claim = claimed(signs_of(*THORACOLUMBAR, ribs=("T10", "T11", "T12")))
    assert claim.firsts[0][0] == "T10"
    assert claim.firsts[0][1] <= MOST_SURE
    assert "last-rib:2" in claim.evidence
    assert claim.is_useful


def test_that_spacing_alone_is_no_useful_claim() -> None:
    rows = [LevelSigns("unknown", "unknown", "unknown", spacing_mm(name)) for name in THORACOLUMBAR]
    assert not claimed(tuple(rows)).is_useful


def test_that_nothing_seen_claims_nothing() -> None:
    assert claimed((LevelSigns(), LevelSigns())).firsts == ()


def test_that_six_lumbar_vertebrae_between_last_rib_and_sacrum_raise_an_alarm() -> None:
    usual = signs_of("T11", "T12", "L1", "L2", "L3", "L4", "L5", "S1", ribs=("T11", "T12"), sacral=("S1",))
    assert claimed(usual).alarms == ()
    one_more = (*usual[:4], usual[4], *usual[4:])
    assert claimed(one_more).alarms == ("lumbar-count:6",)


def test_that_a_rib_on_one_side_only_raises_the_transitional_alarm() -> None:
    signs = list(signs_of(*THORACOLUMBAR, ribs=("T10", "T11", "T12")))
    signs[3] = LevelSigns("yes", "no", "no", signs[3].spacing_mm)
    assert claimed(tuple(signs)).alarms == ("transitional",)


def test_that_probabilities_of_a_claim_are_probabilities() -> None:
    claim = claimed(signs_of("C6", "C7", "T1", "T2", ribs=("T1", "T2")))
    chances = [chance for _name, chance in claim.firsts]
    assert claim.firsts[0][0] == "C6"
    assert 0.95 < sum(chances) <= 1.001
    assert np.all(np.diff(chances) <= 0)


def test_that_an_image_standing_on_its_head_claims_no_name() -> None:
    names = ("T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9", "T10", "T11", "T12", "L1")
    signs = signs_of(*names, ribs=names[:-1])
    assert claimed(signs).alarms == ()
    claim = claimed(signs[::-1])
    assert claim.firsts == ()
    assert claim.alarms == ("upside-down",)
