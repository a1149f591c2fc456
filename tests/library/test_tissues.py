import pytest

from planner.anatomy.tissue_classes import LABELS
from planner.errors import PlannerError
from planner.library.tissues import capsule_defaults, tissue_set, tissue_sets


def test_that_every_value_lies_in_its_published_span_and_has_a_source() -> None:
    for one in tissue_sets():
        for value in [*one.tissues.values(), one.outside]:
            assert 0 < value.low <= value.s_per_m <= value.high
            assert value.source
            assert value.status in ("read", "secondary", "recalled", "assumed")


def test_that_the_brain_set_knows_the_tissues_of_the_anatomy() -> None:
    brain = tissue_set("brain")
    assert brain.needs_labels
    assert set(LABELS.values()) <= set(brain.tissues)
    # SimNIBS standard values (Wagner 2004)
    assert [brain.conductivity(word).s_per_m for word in ("grey", "white", "csf")] == [0.275, 0.126, 1.654]


def test_that_the_homogeneous_set_is_0_2_s_per_m_without_labels() -> None:
    homogeneous = tissue_set("homogeneous")
    assert not homogeneous.needs_labels
    assert homogeneous.outside.s_per_m == 0.2


def test_that_an_unknown_tissue_is_refused_and_not_guessed() -> None:
    with pytest.raises(PlannerError) as caught:
        tissue_set("brain").conductivity("cartilage")
    assert caught.value.code == "unknown-tissue"
    assert "cartilage" in caught.value.text


def test_that_an_unknown_set_is_refused() -> None:
    with pytest.raises(PlannerError) as caught:
        tissue_set("plastic")
    assert caught.value.code == "unknown-tissue-set"


def test_that_the_usual_encapsulation_is_there_with_its_doubt() -> None:
    usual = capsule_defaults()
    assert usual.thickness_mm == 0.1
    assert usual.conductivity.status == "recalled"
    assert usual.conductivity.low <= usual.conductivity.s_per_m <= usual.conductivity.high


@pytest.mark.parametrize(("name", "along", "across"), [("brain-fibres", 1.2, 0.12), ("spine", 0.6, 0.083)])
def test_that_white_matter_conducts_along_and_across_its_fibres(name: str, along: float, across: float) -> None:
    white = tissue_set(name).conductivity("white")
    assert (white.along, white.across) == (along, across)
    # Without directions: the number that gives the same volume of the tensor.
    assert white.s_per_m == pytest.approx((along * across**2) ** (1 / 3), rel=1e-3)


def test_that_a_set_of_another_frequency_is_chosen_by_its_name() -> None:
    assert tissue_set("brain-10khz").conductivity("white").s_per_m == 0.0695
